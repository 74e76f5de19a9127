package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/money"
)

// TestTillGivesWay: what is done in an unusual order is neither lost nor a dead end:
// a scan over a window stays in sight, a number of a receipt takes the place of the
// last, Esc drops the points before the receipt, a phone is told as one.
func TestTillGivesWay(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Ася", 500_00)
	blocked, his := s.buyer(t, "Борис", 500_00)
	if _, err := s.service.Members.Block(t.Context(), blocked, 0, "споры", member.Actor{Kind: member.ByStaff, Source: "test"}); err != nil {
		t.Fatal(err)
	}
	w, p := s.behindWire(t, b)
	noDialog := func() {
		t.Helper()
		p.Wait(`!document.querySelector("dialog[open]")`)
	}

	// A scan over a window answers nothing and closes nothing; it is seen to before anything is paid.
	p.adds("140")
	p.settled("140,00 ₽")
	for _, x := range []struct{ id, code string }{{"help", number}, {"cancel", "2900000000001"}, {"shift", "4699999999990"}} {
		switch x.id {
		case "help":
			p.Press(browsertest.F1)
		case "cancel":
			p.Press(browsertest.Escape)
		case "shift":
			p.shift("F4")
		}
		p.Wait(`document.querySelector("#` + x.id + `[open]")`)
		p.scan(x.code)
		p.Wait(`document.querySelector("#missed").innerText.includes("` + x.code + `") && document.querySelector("#` + x.id + `[open]")`)
		p.Press(browsertest.Escape)
		noDialog()
		p.Press(browsertest.F8)
		p.Wait(`document.querySelector("#pay-error").innerText.includes("Не всё попало в чек")`)
		p.Press(browsertest.Escape)
		p.Wait(`!document.querySelector("#missed").innerText && document.querySelectorAll(".ln").length === 1 && !document.querySelector(".mc")`)
	}
	p.Press(browsertest.F8)
	p.told()

	// The next number of a receipt takes the place of the last, also one that begins alike; the answer goes not into its midst.
	const field = `document.querySelector("#receipt-q")`
	p.Press(browsertest.F4)
	p.Wait(`document.querySelector("#receipts .rec li") && document.activeElement.id === "receipt-q"`)
	for _, next := range []string{"3", "4"} {
		done, late := w.keepAnswer("/receipts")
		p.listens()
		p.Press("4" + browsertest.Enter)
		done()
		p.Press(next)
		p.Wait(field + `.value === "` + next + `"`)
		late()
		p.answered("/receipts")
		p.reads()
		p.Press("2")
		p.Wait(field + `.value === "` + next + `2" && document.activeElement.id === "receipt-q"`)
		p.Get(field+`.select()`, nil)
	}
	p.Press(browsertest.Escape)
	noDialog()

	// Esc drops the points, and only then the receipt; so it does once they are refused.
	drops := func(points, due string) {
		t.Helper()
		for _, enter := range []bool{false, true} {
			p.Press(browsertest.F6)
			p.Insert(points)
			if enter {
				p.Press(browsertest.Enter)
			}
			p.Wait(`document.querySelector("#pay-error .perr")`)
			p.Press(browsertest.Escape)
			p.settled(due)
			p.Wait(`!document.querySelector("#pay-error .perr") && document.activeElement.id === "item"`)
			noDialog()
		}
		p.Press(browsertest.Escape)
		p.Wait(`document.querySelector("#cancel[open]")`)
		p.Press(browsertest.Escape)
		noDialog()
	}
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("200")
	p.settled("200,00 ₽")
	drops("400", "200,00 ₽")
	p.Press(browsertest.F6)
	p.Insert("30") // which could be spent
	p.settled("170,00 ₽")
	p.Press(browsertest.Escape)
	p.settled("200,00 ₽")
	noDialog()
	p.Press(browsertest.F8)
	p.told()

	// The box of points counts not where nobody's can be spent.
	p.scan(his)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Борис")`)
	p.adds("300")
	p.settled("300,00 ₽")
	p.Press(browsertest.F6)
	p.Insert("30")
	p.Wait(`document.querySelector("#pay-error .perr")`)
	p.reads()
	p.Wait(`document.querySelector(".bon [data-f=most]").innerText.startsWith("Можно списать: 0")`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector(".bon")`)
	p.Get(`document.querySelector("[data-do=forget]").click()`, nil)
	p.Press(browsertest.F8)
	p.told()

	w.cutAt(0, false)
	p.Wait(`!document.querySelector("#offbar").hidden`)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("250")
	p.settled("250,00 ₽")
	p.Press(browsertest.F6)
	p.Insert("240")
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Esc – без бонусов")`)
	p.Press(browsertest.Escape)
	noDialog()
	drops("240", "250,00 ₽")

	// A phone among goods is told as one, however it is written, and goes to the members by F2.
	for _, phone := range []string{"89160009988", "8 916 000-99-88"} {
		p.Press(browsertest.F3)
		p.Insert(phone)
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelector("#item").value === "` + phone + `" && document.querySelector("#item-error").innerText.includes("нажмите F2")`)
		p.reads()
		p.Press(browsertest.F2)
		p.Wait(`document.querySelector("#scan").value === "` + phone + `" && !document.querySelector("#item").value`)
		p.Press(browsertest.Escape)
		p.Wait(`!document.querySelector("#scan").value`)
	}
	p.Press(browsertest.F8)
	p.told()
	w.mend()
	p.queueTold()

	want := map[money.Amount]bool{140_00: true, 200_00: true, 300_00: true, 250_00: true}
	sold := p.sold()
	for _, x := range sold {
		if !want[x.Due] || x.Spent != 0 {
			t.Errorf("%d was sold with %d points", x.Due, x.Spent)
		}
	}
	if len(sold) != len(want) {
		t.Errorf("%d receipts", len(sold))
	}
	s.verified(t)
}
