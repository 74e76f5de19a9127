package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/member"
)

// TestTillRegisters: what was wrong in a registration can be mended in it, the
// phone and the kind of card too, and the code that is asked for is that of the
// phone that stands there.
func TestTillRegisters(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	rules, version, err := member.LoadRules(t.Context(), s.service.DB)
	if err != nil {
		t.Fatal(err)
	}
	rules.ConfirmPhone = true
	rules.Mandatory = append(rules.Mandatory, member.FieldAddressCity)
	size := member.CustomField{Key: "size", Kind: member.CustomChoice, LabelRU: "Размер", LabelEN: "Size", Required: true, Active: true, Choices: []member.Choice{{Key: "m", LabelRU: "Средний", LabelEN: "Middle"}}}
	if err := s.service.Members.SaveCustomField(t.Context(), size); err != nil {
		t.Fatal(err)
	}
	if err := s.service.Members.SaveRules(t.Context(), rules, version); err != nil {
		t.Fatal(err)
	}
	if err := s.service.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := tillAt(t, b, s, 0, s.url, desk)
	p.Forgive("status of 4")
	p.pair()
	p.signIn()
	p.shift("F2")
	p.Wait(`document.activeElement?.id === "r-phone"`)
	phone := func(number string) {
		p.Get(`document.querySelector("#r-phone").value = "`+number+`"; document.querySelector("[data-do=register-code]").click()`, nil)
		p.Wait(`document.activeElement?.id === "r-code" && document.querySelector("#register [data-f=sent]").innerText.endsWith("` + number[10:] + `")`)
		p.Get(`document.querySelector("#r-code").value = "`+s.codes.last()+`"`, nil)
	}
	p.Get(`document.querySelectorAll("#register [name=consent]").forEach(c => { c.checked = true }); document.querySelector("#r-inviter").value = "79990000000"`, nil)
	phone("+79165550301")

	// Whatever else is wanted of every member is asked for.
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[data-error='address_city']").innerText && document.querySelector("[data-error='custom.size']").innerText && document.activeElement.dataset.more === "0"`)
	p.Accessible()
	p.Shot("till-register-more")
	p.Type("textbox", "Город", "Орёл")
	p.Get(`document.querySelector("#register select[data-more]").value = "m"`, nil)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#r-inviter-error").innerText`)
	p.Get(`document.querySelector("#r-inviter").value = ""; document.querySelector("#r-name").focus()`, nil)
	p.scan("2900000000017") // a plastic card that there is none of
	phone("+79165550302")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[data-error=number]").innerText`)
	p.Get(`(s => { s.value = [...s.options].find(o => o.text.includes("Виртуальная")).value; s.dispatchEvent(new Event("change", { bubbles: true })) })(document.querySelector("#r-card"))`, nil)
	p.Wait(`document.activeElement?.id === "r-card"`) // not in the field that went, where Enter is lost
	p.Press(browsertest.Enter)
	p.Wait(`!document.querySelector("#register[open]") && document.querySelector(".mc")`)
	found, err := member.Find(t.Context(), s.service.DB, "+79165550302", "")
	if err != nil || len(found) != 1 {
		t.Fatalf("%d found: %v", len(found), err)
	}
	m, err := member.Get(t.Context(), s.service.DB, found[0].Home)
	if err != nil {
		t.Fatal(err)
	}
	if is := m.Profile; is.Custom["size"] != "m" || is.Address.City != "Орёл" {
		t.Errorf("registered as %+v", is)
	}
	s.verified(t)
}
