package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/platform/money"
)

// TestTillTypedOverReceipts: what is typed into the field of receipts is whole,
// whatever list comes meanwhile; the receipt that is found is the one of the number
// that stands there.
func TestTillTypedOverReceipts(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	w, p := s.behindWire(t, b)
	number := p.sells("140")
	const (
		field = `document.querySelector("#receipt-q")`
		rows  = `document.querySelectorAll("#receipts .rec li").length`
		at    = `document.activeElement?.id === "receipt-q"`
	)

	// The list that comes as it opens selects nothing that is typed, nor goes to its only receipt.
	p.Get(`(real => { window.fetch = async (at, how) => {
		const answer = await real(at, how);
		if (!String(at).endsWith("/pos/shift")) return answer;
		const is = await answer.json();
		return new Response(JSON.stringify({ ...is, receipts: is.receipts.slice(0, 1) }), { status: 200, headers: { "Content-Type": "application/json" } });
	} })(window.fetch)`, nil)
	release := w.hold("/shift")
	p.Press(browsertest.F4)
	p.Wait(at)
	p.Press("1")
	release()
	p.Wait(rows + ` === 1`)
	p.Press("4")
	p.Wait(field + `.value === "14" && ` + at)

	// Nor does what was asked for before the number was whole; the last that Enter asks for is found.
	p.Get(field+`.select()`, nil)
	release = w.hold("/receipts")
	p.Press("9" + browsertest.Enter + "9")
	release()
	p.Wait(`document.querySelector("#receipts [data-f=error]").innerText !== ""`)
	p.Press("9")
	p.Wait(field + `.value === "999" && ` + at)
	p.Get(field+`.select()`, nil)
	done, late := w.keepAnswer("/receipts")
	p.Press("9" + browsertest.Enter)
	done()
	p.Get(field+`.select()`, nil)
	p.Insert(number)
	p.Press(browsertest.Enter)
	p.Wait(rows + ` === 1 && document.activeElement.dataset.do === "refund"`)
	late()
	p.Press(browsertest.Up)
	p.Wait(at + ` && ` + rows + ` === 1`)

	// A refund that is begun opens not over a number that is typed since.
	path := p.pathOf("140,00")
	release = w.hold(path)
	p.listens()
	p.ofReceipt("140,00", "refund")
	p.Get(field+`.select()`, nil)
	p.Press("7")
	release()
	p.answered(path)
	p.Press("7")
	p.Wait(field + `.value === "77" && ` + at + ` && !document.querySelector("#refund[open]")`)
	s.verified(t)
}

// TestTillPointsOfNobody: points that are asked for where none can be spent are no
// goods: they are told, stop the payment, and are the member's who is shown then.
func TestTillPointsOfNobody(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Ася", 500_00)
	w, p := s.behindWire(t, b)
	asks := func(points string) {
		t.Helper()
		p.Press(browsertest.F6)
		p.Insert(points)
		p.Press(browsertest.Enter)
	}
	stopped := func(due, why string) {
		t.Helper()
		p.Wait(`document.querySelectorAll(".ln").length === 1 && !document.querySelector("#item").value`)
		p.settled(due)
		p.Wait(`document.querySelector("#pay-error").innerText.includes("` + why + `")`)
		p.Press(browsertest.F8)
		p.reads()
		p.Wait(`document.querySelector("#pay-error .perr") && !document.querySelector(".pdone")`)
	}

	p.adds("1000")
	p.settled("1 000,00 ₽")
	asks("150")
	stopped("1 000,00 ₽", "нет участника")
	p.Accessible()
	p.Shot("till-points-of-nobody")
	p.scan(number)
	p.settled("850,00 ₽")
	p.Press(browsertest.F8)
	p.told()

	// Esc gives them up, and only them.
	p.adds("400")
	p.settled("400,00 ₽")
	p.Press(browsertest.F7) // that nobody spends the most is told too
	p.Wait(`document.querySelector("#pay-error").innerText.includes("нет участника")`)
	asks("50")
	stopped("400,00 ₽", "нет участника")
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector(".bon") && !document.querySelector("dialog[open]") && !document.querySelector("#pay-error .perr")`)
	p.Press(browsertest.F8)
	p.told()

	// With no network it is the same, also of a member whose points can't be spent so.
	w.cutAt(0, false)
	p.Wait(`!document.querySelector("#offbar").hidden`)
	p.adds("300")
	asks("30")
	stopped("300,00 ₽", "нет участника")
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector(".bon")`)
	p.Press(browsertest.F8)
	p.told()
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("200")
	p.Wait(`document.querySelector(".bon.nothing")`)
	asks("30")
	stopped("200,00 ₽", "Без связи можно списать не больше")
	asks("0")
	p.Wait(`!document.querySelector("#pay-error .perr")`)
	p.Press(browsertest.F8)
	p.told()
	w.mend()
	p.queueTold()

	want := map[money.Amount]money.Points{850_00: 150_00, 400_00: 0, 300_00: 0, 200_00: 0}
	sold := p.sold()
	for _, x := range sold {
		if spent, ok := want[x.Due]; !ok || x.Spent != spent || spent > 0 && x.Buyer() != of {
			t.Errorf("%d was sold to %s, with %d points", x.Due, x.Buyer(), x.Spent)
		}
	}
	if len(sold) != len(want) {
		t.Errorf("%d receipts", len(sold))
	}
	s.verified(t)
}
