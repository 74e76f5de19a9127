package pages

import (
	"testing"

	"kopilka/internal/browsertest"
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
