package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/member"
)

// TestSettings: a setting is found by its words, changed by the field of its
// kind, seen as changed, and given its default back; what is wrong with it is
// said at its field. What belongs to a programme leads there.
func TestSettings(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(s.url + "/admin/settings")
	p.Wait(`document.querySelectorAll("tbody tr").length > 50`)
	p.Type("searchbox", "Найти настройку", "обязательные поля")
	p.Wait(`location.search.startsWith("?q=") && document.querySelectorAll("tbody tr").length === 1`)
	p.Click("link", "Изменить: Обязательные поля")
	p.Wait(`location.pathname === "/admin/settings/mandatory" && document.querySelector("[value=phone]").checked`)
	p.Click("checkbox", "Фамилия")
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/settings" && document.querySelector("[role=status].done") && document.body.innerText.includes("Телефон, Фамилия")`)
	p.Shot("settings-changed")
	if r := s.service.Rules(); len(r.Mandatory) != 2 || r.Mandatory[1] != member.FieldSurname {
		t.Errorf("mandatory are %v", r.Mandatory)
	}

	p.Go(s.url + "/admin/settings/mandatory")
	p.Click("button", "Вернуть значение по умолчанию")
	p.Wait(`location.pathname === "/admin/settings" && !document.body.innerText.includes("Телефон, Фамилия")`)
	if r := s.service.Rules(); len(r.Mandatory) != 1 || !r.UniquePhone {
		t.Errorf("after the reset the rules are %+v", r)
	}

	p.Forgive("422")
	p.Go(s.url + "/admin/settings/till_proof_days")
	p.Type("textbox", "Значение", "1000")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#value[aria-invalid]") && document.querySelector("#value").value === "1000"`)
	p.Accessible()
	p.Shot("setting-wrong")

	p.Go(s.url + "/admin/settings?level=programme")
	p.Get(`document.querySelector("tbody td.c-tag a").click()`, nil)
	p.Wait(`location.pathname.match(/^\/admin\/programmes\/\d+$/)`)
}
