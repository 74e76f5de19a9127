package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/money"
)

// TestTillTypedAhead: what is typed while the first field is looked up is what is
// bought, whole and after it, whatever comes of the look-up; what is on no receipt
// stops the payment in words.
func TestTillTypedAhead(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	first, number := s.buyer(t, "Ася", 0)
	second, other := s.buyer(t, "Варвара", 0)
	w, p := s.behindWire(t, b)
	toScan := func() {
		p.Press(browsertest.F2)
		p.Wait(`document.activeElement.id === "scan"`)
	}

	// A sum that is half typed as a member is found is whole.
	release := w.hold("/find")
	toScan()
	p.Insert(number)
	p.Press(browsertest.Enter)
	p.Insert("12")
	release()
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ася")`)
	p.Insert("50")
	p.Press(browsertest.Enter)
	p.settled("1 250,00 ₽")
	p.Press(browsertest.F8)
	p.told()

	// Two sums one after another are both on the receipt, however long the first is looked up.
	release = w.hold("/find")
	toScan()
	p.Insert("350")
	p.Press(browsertest.Enter)
	p.Insert("1045,50")
	p.Press(browsertest.Enter)
	p.Press(browsertest.F9)
	p.Wait(`document.querySelector("#cash[open]") && document.activeElement.id === "cash-got"`)
	p.Insert("2000")
	release()
	p.Wait(`document.querySelector("#cash [data-f=change]").innerText.includes("604,50")`)
	p.Press(browsertest.Enter)
	p.told()

	// A sum is a sum also where a card is scanned after it, which is whose the receipt is.
	release = w.hold("/find")
	toScan()
	p.Insert("700")
	p.Press(browsertest.Enter)
	p.scan(other)
	release()
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Варвара")`)
	p.settled("700,00 ₽")
	p.Press(browsertest.F8)
	p.told()

	// Nothing that stands in a field is let go with no word, on an empty receipt too.
	toScan()
	p.Insert("555,40")
	for _, key := range []string{browsertest.F8, browsertest.F9, browsertest.F10} {
		p.Get(`document.querySelector("#pay-error").replaceChildren()`, nil)
		p.Press(key)
		p.Wait(`document.querySelector("#pay-error").innerText.includes("«555,40» ещё не в чеке") && document.activeElement.id === "scan"`)
	}
	p.Press(browsertest.Enter)
	p.settled("555,40 ₽")
	p.Press(browsertest.F10)
	p.told()

	// Who is nobody stands beside what is typed by then, and takes nothing of it.
	release = w.hold("/find")
	toScan()
	p.Insert("8 999 111-22-33")
	p.Press(browsertest.Enter)
	p.Insert("8")
	release()
	p.Wait(`document.querySelector("#missed [data-do=register]") && document.querySelector("#missed").innerText.includes("8 999 111-22-33")`)
	p.Insert("88")
	p.Press(browsertest.Enter)
	p.settled("888,00 ₽")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Не всё попало в чек")`)
	p.Press(browsertest.Escape)
	p.Press(browsertest.F8)
	p.told()

	// Where nothing else is typed it stands in its field again, to be mended.
	toScan()
	p.Insert("8 999 111-22-34")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#scan").value === "8 999 111-22-34" && document.activeElement.dataset.do === "register"`)
	p.scan(number)
	p.Wait(`document.querySelector(".mc") && !document.querySelector("#scan").value`)

	// What is looked up as the page goes is in sight when it comes again.
	release = w.hold("/find")
	toScan()
	p.Insert("кофейк")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#looking").innerText`)
	p.Get(`location.reload()`, nil)
	p.Wait(`document.querySelector("#missed")?.innerText.includes("кофейк")`)
	release()
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#missed").innerText`)
	p.Get(`document.querySelector("[data-do=forget]").click()`, nil)

	// A program that is silent takes nothing of what is typed either.
	release = w.hold("/find")
	toScan()
	p.Insert("+7 999 111-22-35")
	p.Press(browsertest.Enter)
	p.Insert("777")
	p.Press(browsertest.Enter)
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone")?.innerText.replaceAll("\u00a0", " ").includes("777,00 ₽")`)
	release()
	p.queueTold()

	want := map[money.Amount]home.ID{1250_00: first, 1395_50: 0, 700_00: second, 555_40: 0, 888_00: 0, 777_00: 0}
	sold := p.sold()
	for _, x := range sold {
		buyer := x.Buyer()
		if buyer.Kind() != home.Member {
			buyer = 0
		}
		if of, ok := want[x.Due]; !ok || buyer != of {
			t.Errorf("%d was sold to %s", x.Due, x.Buyer())
		}
	}
	if len(sold) != len(want) {
		t.Errorf("%d receipts", len(sold))
	}
	s.verified(t)
}
