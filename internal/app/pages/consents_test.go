package pages

import (
	"testing"

	"kopilka/internal/app"
	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/reference"
)

// setUp is an organization that has only just been set up in the console.
func setUp(t *testing.T, b *browsertest.Browser, s *app.Service) *browsertest.Page {
	t.Helper()
	p := b.Open(t, s.URL+"/", desk)
	p.Type("textbox", "Как вас зовут", "Ольга Светлова")
	p.Type("textbox", "Почта", "olga@example.com")
	p.Get(`document.querySelector("#password").focus()`, nil)
	p.Insert("весна на Заречной улице")
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname === "/admin/organization"`)
	p.Type("textbox", "Название организации", "Студия света")
	p.Type("textbox", "Название точки", "На Мира, 5")
	p.Click("button", "Закончить")
	p.Wait(`location.pathname === "/admin" && document.querySelector(".steps")`)
	return p
}

// firstTill is its till, with a cashier at work.
func firstTill(t *testing.T, b *browsertest.Browser, s *app.Service, look browsertest.Look) *till {
	t.Helper()
	ctx := t.Context()
	c, err := s.Identity.SaveCashier(ctx, identity.Cashier{Code: "1", Name: "Вера"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Identity.SetPIN(ctx, c.ID, demo.CashierPIN); err != nil {
		t.Fatal(err)
	}
	outlet, _ := s.Directory.OutletByCode("1")
	tills, err := s.Partners.Tills(ctx, outlet.ID, reference.Page{})
	if err != nil {
		t.Fatal(err)
	}
	p := &till{Page: b.Open(t, s.URL+"/pos/", look), t: t, s: program{url: s.URL, service: s}, at: tills.Items[0], url: s.URL}
	p.pair()
	p.signIn()
	return p
}

// registers types a phone into the form of a new member, and gives who it makes.
func (p *till) registers(phone string) member.Member {
	p.t.Helper()
	p.shift("F2")
	p.Wait(`document.activeElement?.id === "r-phone"`)
	p.Insert(phone)
	p.Get(`document.querySelectorAll("#register [name=consent]").forEach(c => { c.checked = true })`, nil)
	p.Press(browsertest.Enter)
	p.Wait(`!document.querySelector("#register[open]") && document.querySelector(".mc")`)
	found, err := member.Find(p.t.Context(), p.s.service.DB, phone, "")
	if err != nil || len(found) != 1 {
		p.t.Fatalf("%d found: %v", len(found), err)
	}
	m, err := member.Get(p.t.Context(), p.s.service.DB, found[0].Home)
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

// TestFirstConsents: with no text published a till registers members without
// consents and says why; the owner publishes the drafts in the console, and the
// till asks for consents at its next registration.
func TestFirstConsents(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := serve(t)
	p := setUp(t, b, s)
	p.See("link", "К кассирам")
	p.Wait(`document.querySelector(".steps").innerText.includes("/pos и наберите") && document.querySelector(".steps a[href='/pos']")`)
	p.Accessible()
	p.Shot("steps")

	at := firstTill(t, b, s, desk)
	at.shift("F2")
	at.Wait(`document.querySelector("#register[open]") && document.querySelector("#register [data-f=no-texts]").innerText.includes("Нет опубликованного текста: Правила программы, Обработка персональных данных.") && !document.querySelector("#register [name=consent]")`)
	at.Accessible()
	at.Shot("till-no-texts")
	at.Press(browsertest.Escape)
	at.Wait(`!document.querySelector("#register[open]")`)
	first := at.registers("+79165550101")
	if list, err := member.ConsentsNow(t.Context(), s.DB, first.Home); err != nil || len(list) != 0 {
		t.Errorf("consents to nothing: %+v, %v", list, err)
	}

	p.Click("link", "К текстам согласий")
	p.Wait(`location.pathname === "/admin/consent-texts"`)
	p.Accessible()
	p.Fits()
	p.Shot("consent-texts-none")
	for _, kind := range []string{"rules", "personal_data"} {
		p.Go(s.URL + "/admin/consent-texts")
		p.Get(`document.querySelector("a[href*='kind=`+kind+`&language=ru']").click()`, nil)
		p.Wait(`document.querySelector("#body")?.value.includes("«Студия света»")`)
		p.Forgive("422")
		p.Click("button", "Опубликовать")
		p.Wait(`document.querySelector("#body[aria-invalid]")`)
		p.Accessible()
		p.Shot("consent-text-" + kind)
		p.Get(`(() => { const b = document.querySelector("#body"); b.value = b.value.replace(/\[[^\]]*\]/g, "(ООО «Студия», Мира, 5)") })()`, nil)
		p.Click("button", "Опубликовать")
		p.Wait(arrived("text-published"))
		p.Accessible()
		p.Shot("consent-text-done")
		if kind == "rules" { // what is still missing is named, and no more
			at.shift("F2")
			at.Wait(`document.querySelectorAll("#register [name=consent]").length === 1 && document.querySelector("#register [data-f=no-texts]").innerText.includes("Нет опубликованного текста: Обработка персональных данных.")`)
			at.Press(browsertest.Escape)
			at.Wait(`!document.querySelector("#register[open]")`)
		}
	}
	p.Go(s.URL + "/admin")
	p.Wait(`[...document.querySelectorAll(".steps li")].some(l => l.innerText.includes("согласий") && l.innerText.includes("Сделано"))`)

	at.shift("F2")
	at.Wait(`document.querySelectorAll("#register [name=consent]").length === 2 && document.querySelector("#register [data-f=no-texts]").hidden`)
	at.Press(browsertest.Escape)
	at.Wait(`!document.querySelector("#register[open]")`)
	second := at.registers("+79165550102")
	if list, err := member.ConsentsNow(t.Context(), s.DB, second.Home); err != nil || len(list) != 2 {
		t.Errorf("his consents: %+v, %v", list, err)
	}
}
