package pages

import (
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
)

// TestCashiersAndPartners: a partner is added; a cashier is added at an outlet,
// told what is wrong with his PIN where it is typed, given one that is shown
// once, found by name and blocked.
func TestCashiersAndPartners(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Forgive("422")
	p.Go(s.url + "/admin/partners")
	p.Click("link", "Новый партнёр")
	p.Wait(`location.pathname === "/admin/partners/new"`)
	p.Type("textbox", "Название", "Кофейня у парка")
	p.Type("textbox", "Код", "нельзя так")
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("#code[aria-invalid]") && document.querySelector("#name").value === "Кофейня у парка"`)
	p.Accessible()
	p.Type("textbox", "Код", "coffee")
	// The session ends meanwhile: the form comes back with what was typed.
	p.Get(`fetch("/admin/sign-out", {method: "POST"}).then(r => r.status)`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("#password")`)
	p.Accessible()
	p.Shot("form-kept")
	p.Type("textbox", "Почта", demo.OwnerEmail)
	p.Get(`document.querySelector("#password").focus()`, nil)
	p.Insert(demo.OwnerPassword)
	p.Click("button", "Войти")
	p.Wait(`document.querySelector("#code")?.value === "coffee" && document.querySelector("#name").value === "Кофейня у парка" && document.querySelector("[role=status].done")`)
	p.Shot("form-back")
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname.match(/^\/admin\/partners\/\d+$/) && document.querySelector("[role=status].done")`)
	p.Accessible()
	p.Shot("partner-new-made")
	p.Go(s.url + "/admin/partners")
	p.Wait(`document.querySelectorAll("tbody tr").length === 3`)
	p.Click("link", "Кинотеатр «Аврора»")
	p.Wait(`location.pathname.match(/^\/admin\/partners\/\d+$/) && document.querySelectorAll(".made li").length > 1`)
	p.Accessible()
	p.Fits()
	p.Shot("partner")

	if _, err := s.service.DB.Exec(t.Context(), `delete from cashier`); err != nil { // nobody works there yet
		t.Fatal(err)
	}
	p.Go(s.url + "/admin/cashiers")
	p.Accessible()
	p.Get(`document.querySelector(".empty a").click()`, nil)
	p.Wait(`location.pathname === "/admin/cashiers/new"`)
	p.Type("textbox", "Имя", "Вера Новая")
	p.Type("textbox", "Код кассира", "new-17")
	p.Get(`document.querySelector("#outlet").selectedIndex = 1`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname.match(/^\/admin\/cashiers\/\d+$/) && document.querySelector("[role=status].done")`)
	p.Type("textbox", "ПИН-код", "12")
	p.Click("button", "Задать ПИН-код")
	p.Wait(`document.querySelector("#pin[aria-invalid]") && document.querySelector("#pin").value === ""`)
	p.Accessible()
	p.Shot("cashier-pin-wrong")
	p.Click("button", "Придумать случайный")
	p.Wait(`document.querySelector(".secret code")?.textContent.match(/^\d{6}$/)`)
	p.Accessible()
	p.Fits()
	p.Shot("cashier-pin")
	p.Click("button", "Заблокировать")
	p.Wait(`document.querySelector("[role=status].done") && !document.querySelector(".secret")`)
	p.See("button", "Разблокировать")
	p.Go(s.url + "/admin/cashiers?q=вера+нов")
	p.Wait(`document.querySelectorAll("tbody tr").length === 1 && document.querySelector("tbody").innerText.includes("заблокирован")`)
	p.Accessible()
}
