package pages

import (
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

// TestReceipt: a receipt is found in the list and opened; its page says what was
// bought, what it came to and why, in every look.
func TestReceipt(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	for _, look := range looks() {
		t.Run(look.Name(), func(t *testing.T) {
			p := console(t, b, s.url, look)
			p.Go(s.url + "/admin/purchases?span=quarter&owner=member")
			p.Wait(`document.querySelectorAll("tbody tr").length === 50`)
			var first string
			p.Get(`document.querySelector("tbody a").pathname`, &first)
			p.Go(s.url + first)
			p.Wait(`document.fonts.status === "loaded" && document.querySelectorAll("section.card").length >= 5 && document.querySelector(".tl li")`)
			p.Fits()
			if look.Dark == (look.Lang == "en") {
				p.Accessible()
			}
			p.Shot("receipt")
		})
	}
}

// TestReceiptsAreRead: a list is read on to its end and back to its beginning,
// narrowed by filters, and found in by a key.
func TestReceiptsAreRead(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(s.url + "/admin/purchases?span=quarter")
	p.Wait(`document.querySelectorAll("tbody tr").length === 50`)
	p.Click("link", "Дальше")
	p.Wait(`location.search.includes("after=") && document.querySelectorAll("tbody tr").length > 0`)
	p.Click("link", "Назад")
	p.Wait(`!location.search.includes("after=") && document.querySelectorAll("tbody tr").length === 50`)
	p.Click("button", "Покупатель")
	p.Click("radio", "Без участника")
	p.Wait(`location.search.includes("owner=nobody") && document.querySelector(".chip") && ![...document.querySelectorAll("td.c-tag")].some(d => d.innerText !== "Без участника")`)
	p.Accessible()
	p.Shot("purchases-narrowed")
	// The list that is seen is had as a file, all of it; nobody's receipts have no phones.
	p.Click("button", "Выгрузить")
	p.Wait(`document.querySelector("#file:popover-open a[href*='as=xlsx']")`)
	p.Shot("purchases-file")
	var sheet string
	p.Get(`fetch(document.querySelector("#file a[href*='as=csv']").href).then(r => r.text())`, &sheet)
	if n := strings.Count(strings.TrimSpace(sheet), "\n"); !strings.Contains(sheet, "Телефон") || strings.Contains(sheet, "+7") || n < 50 {
		t.Errorf("the file has %d receipts:\n%.300s", n, sheet)
	}
	p.Press(browsertest.Escape)
	var key, href string
	p.Get(`document.querySelector("tbody a").innerText`, &key)
	p.Get(`document.querySelector("tbody a").pathname`, &href)
	p.Go(s.url + "/admin/purchases?span=today&q=" + key)
	p.Wait(`document.querySelectorAll("tbody tr").length === 1 && document.querySelector("tbody a").pathname === "` + href + `"`)
}

// TestRefundInTheConsole: some of a receipt is given back; what comes back is
// seen before it is agreed to, and the receipt tells of it afterwards.
func TestRefundInTheConsole(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	for _, look := range []browsertest.Look{{Width: 1440, Height: 900, Lang: "ru"}, {Width: 390, Height: 844, Lang: "en", Dark: true}} {
		words := map[string][4]string{
			"ru": {"Вернуть", "Сумма, ₽", "Посмотреть, что вернётся", "Вернуть 10,00\u00a0₽"},
			"en": {"Refund", "Sum, ₽", "See what comes back", "Refund ₽10.00"},
		}[look.Lang]
		p := console(t, b, s.url, look)
		p.Go(s.url + "/admin/purchases?span=quarter&owner=member&kind=sale&state=done")
		p.Wait(`document.querySelector("tbody a")`)
		var first string
		p.Get(`document.querySelector("tbody a").pathname`, &first)
		p.Go(s.url + first)
		p.Click("link", words[0])
		p.Wait(`location.pathname.endsWith("/refund") && document.querySelector("#sum")`)
		p.Accessible()
		p.Fits()
		p.Shot("refund")
		p.Forgive("422")
		p.Get(`document.querySelector("[name=way][value=sum]").click()`, nil)
		p.Type("textbox", words[1], "999999")
		p.Click("button", words[2])
		p.Wait(`document.querySelector("#sum[aria-invalid]") && document.activeElement.id === "sum"`)
		p.Accessible()
		p.Shot("refund-wrong")
		p.Type("textbox", words[1], "10")
		p.Click("button", words[2])
		p.Wait(`document.querySelector("[name=sure]")`)
		p.Accessible()
		p.Fits()
		p.Shot("refund-agree")
		p.Click("button", words[3])
		p.Wait(`location.pathname === "` + first + `" && document.querySelector("[role=status].done") && document.querySelector(".tl .neg")`)
		p.Accessible()
		p.Shot("refund-done")
	}
}
