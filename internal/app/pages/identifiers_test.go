package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// TestPhoneOfAMember: who changes a member finds the way to his phone, replaces it,
// adds an e-mail, and is asked before one is removed.
func TestPhoneOfAMember(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, desk)
	at := newcomer(p, s.url, "8 916 000-77-31", "Телефонова")
	p.Go(s.url + at + "/edit")
	p.Click("link", "Телефон и почта")
	p.Wait(`document.querySelectorAll("tbody tr").length === 1`)
	p.Click("link", "Заменить")
	p.Wait(`document.activeElement.id === "value"`)
	p.Forgive("422")
	p.Insert("8 916")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#value[aria-invalid]")?.value === "8 916"`)
	p.Accessible()
	p.Shot("identifier-wrong")
	p.Type("textbox", "Телефон вместо +7 9** ***-**-31", "8 916 000-77-32")
	p.Press(browsertest.Enter)
	p.Wait(arrived("identifier-replaced") + ` && document.querySelector("tbody").innerText.includes("-32")`)
	p.Click("link", "Добавить")
	p.Wait(`document.activeElement.id === "value"`)
	p.Get(`document.querySelector("#kind").value = "email"`, nil)
	p.Insert("telefon@example.org")
	p.Press(browsertest.Enter)
	p.Wait(arrived("identifier-added") + ` && document.querySelectorAll("tbody tr").length === 2`)
	p.Click("button", "Показать контакты")
	p.Wait(`document.querySelector("tbody").innerText.includes("telefon@example.org")`)
	p.Accessible()
	p.Fits()
	p.Shot("identifiers")
	p.Get(`[...document.querySelectorAll("tbody [data-dialog]")].at(-1).click()`, nil)
	sure(p, "remove-i1")
	p.Wait(arrived("identifier-removed") + ` && document.querySelectorAll("tbody tr").length === 1`)
}
