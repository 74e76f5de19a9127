package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/playbill"
)

// TestPlaybill: a session is found by its day, cancelled after a warning and
// put back; its tickets are seen with what became of each; a hall is laid out
// by lines, and what is wrong is told by its line.
func TestPlaybill(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Forgive("422")
	p.Go(s.url + "/admin/playbill")
	p.Wait(`document.querySelectorAll("tbody tr").length >= 5`)
	var code string
	p.Get(`new URL([...document.querySelectorAll("tbody a")].find(a => a.innerText === "Звездопад").href).searchParams.get("code")`, &code)
	p.Get(`[...document.querySelectorAll("tbody a")].find(a => a.innerText === "Звездопад").click()`, nil)
	p.Wait(`location.pathname === "/admin/playbill/session" && document.querySelector("h1").innerText === "Звездопад"`)
	p.Accessible()
	p.Shot("session")
	p.Click("button", "Отменить сеанс")
	p.Wait(`document.querySelector("#cancel").open`)
	p.Accessible()
	p.Shot("session-cancel")
	p.Get(`document.querySelector("#cancel button[type=submit]").click()`, nil)
	p.Wait(`document.querySelector("[role=status].done") && document.querySelector(".alert-bad")`)
	p.Accessible()
	p.Shot("session-cancelled")
	if x, err := s.service.Core.Playbill.Session(t.Context(), code); err != nil || x.State != playbill.Cancelled || x.CancelledAt == 0 || len(x.Prices) == 0 {
		t.Errorf("the session is %+v, %v", x, err)
	}
	p.Click("button", "Вернуть в продажу")
	p.Wait(`document.querySelector("#restore").open`)
	p.Get(`document.querySelector("#restore button[type=submit]").click()`, nil)
	p.Wait(`document.querySelector("[role=status].done") && !document.querySelector(".alert-bad")`)

	p.Go(s.url + "/admin/playbill/hall/new")
	p.Type("textbox", "Название", "Летняя веранда")
	p.Type("textbox", "Код", "veranda")
	p.Get(`document.querySelector("#sectors").value = "sad; Сад; A\n- 1; 1-x"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("#sectors-error")?.innerText.includes("Строка 2")`)
	p.Accessible()
	p.Shot("hall-wrong")
	p.Get(`document.querySelector("#sectors").value = "sad; Сад; A\n- 1; 1-20"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/playbill/halls" && document.querySelector("tbody").innerText.includes("Летняя веранда")`)
	p.Shot("halls-made")

	p.Go(s.url + "/admin/playbill/session/new?day=2030-05-01")
	p.Wait(`document.querySelector("#starts").value === "2030-05-01T19:00"`)
	chosen(p, "event", "Звездопад")
	p.Get(`document.querySelector("#hall").value = "veranda"`, nil)
	p.Type("textbox", "Код", "may-1")
	p.Get(`document.querySelector("#prices").value = "C; ; 300"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("#prices[aria-invalid]") && document.querySelector("#code").value === "may-1"`)
	p.Accessible()
	p.Shot("session-wrong")
	p.Get(`document.querySelector("#prices").value = "A; ; 300"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/playbill/session" && document.body.innerText.replace(/\s/g, " ").includes("300,00 ₽")`)
}
