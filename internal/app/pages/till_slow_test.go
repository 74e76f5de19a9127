package pages

import (
	"fmt"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/money"
)

// TestTillWaitsForLookups: whatever takes long to be found is on the receipt that
// it was asked for, before that is paid, or on none.
func TestTillWaitsForLookups(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	first, number := s.buyer(t, "Лида", 0)
	_, other := s.buyer(t, "Тамара", 0)
	third, rich := s.buyer(t, "Роза", 200_00)
	s.barcode(t, "popcorn-l", "4607001234567")
	w, p := s.behindWire(t, b)

	// Who was scanned before it was paid is who has bought.
	p.adds("100")
	release := w.hold("/find")
	p.scan(number)
	p.Press(browsertest.F9, browsertest.Enter)
	p.Wait(`document.querySelector("#looking").innerText`)
	p.Shot("till-looking")
	p.Press(browsertest.Escape) // what is being paid is not cancelled
	release()
	p.Wait(`document.querySelector(".pdone") && !document.querySelector("dialog[open]")`)
	p.told()
	p.Wait(`!document.querySelector("#looking").innerText && !document.querySelector(".mc")`)

	// The most that is asked for while he is looked up is of his points.
	p.adds("100")
	release = w.hold("/find")
	p.scan(rich)
	p.Wait(`document.querySelector("#looking").innerText`)
	p.Press(browsertest.F7)
	release()
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Роза") && document.querySelector("#totals .disc")`)
	p.Press(browsertest.F8)
	p.told()

	// What is typed while a good is looked up comes after it, and both are paid.
	release = w.hold("/goods")
	p.Press(browsertest.F3)
	p.Insert("большой попк")
	p.Press(browsertest.Enter)
	p.Insert("250")
	p.Press(browsertest.Enter)
	p.Press(browsertest.F9, browsertest.Enter)
	p.Wait(`document.querySelector("#looking").innerText`)
	release()
	p.told()

	// A scan that comes late takes nobody's place, nor is it on the next guest's receipt.
	p.adds("300")
	release = w.hold("/goods")
	p.scan("4607001234567")
	p.Wait(`document.querySelector("#looking").innerText`)
	p.Press(browsertest.Escape)
	p.Wait(`document.querySelector("#cancel[open]")`)
	p.Get(`document.querySelector("[data-do=cancel]").click()`, nil)
	p.Wait(`!document.querySelector("#cancel[open]") && !document.querySelector(".ln")`)
	release()
	p.Wait(`!document.querySelector("#looking").innerText`)
	p.scan(other)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Тамара") && !document.querySelector(".ln")`)

	// A sum that is typed where the card is asked for is a sum.
	p.Get(`document.querySelector("[data-do=forget]").click()`, nil)
	p.Wait(`!document.querySelector(".mc") && document.activeElement.id === "scan"`)
	p.Insert("350")
	p.Press(browsertest.Enter)
	p.settled("350,00 ₽")
	p.Wait(`document.activeElement.id === "item"`)
	p.Insert("50") // it is not on the receipt yet, so that is not paid
	p.Press(browsertest.F9)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("«50» ещё не в чеке") && document.querySelector("#item").value === "50"`)
	p.Press(browsertest.F6) // nobody's points can be spent, and what is typed next is no more of that
	p.Wait(`document.querySelector("#pay-error .perr") && document.activeElement.id === "spend" && document.querySelector("#item").value === "50"`)
	p.Press(browsertest.Escape, browsertest.Escape)
	p.Press(browsertest.F9, browsertest.Enter)
	p.told()

	// What is not found, or is several goods, is in sight while the next is typed, eats nothing of that, and stops the payment.
	for n, typed := range []string{"неттакого", "попкорн"} {
		release = w.hold("/goods")
		p.Press(browsertest.F3)
		p.Insert(typed)
		p.Press(browsertest.Enter)
		p.Insert("12")
		release()
		p.Wait(`document.querySelector("#missed").innerText.includes("` + typed + `") && !document.querySelector("#looking").innerText`)
		p.Insert(fmt.Sprint("5", n))
		p.Press(browsertest.Enter)
		p.settled(fmt.Sprintf("1 25%d,00 ₽", n))
		p.Press(browsertest.F9)
		p.Wait(`document.querySelector("#pay-error").innerText.includes("Не всё попало в чек")`)
		p.shift("F8")
		p.Wait(`document.querySelector("#pay-error .perr") && !document.querySelector("#mixed[open]")`)
		p.Press(browsertest.Escape)
		p.Wait(`!document.querySelector("#missed").innerText`)
		p.Press(browsertest.F9, browsertest.Enter)
		p.told()
	}

	// Several kinds of money are asked for at once, and their sum when it is there.
	release = w.hold("/api/quotes")
	p.Press(browsertest.F3)
	p.Insert("700")
	p.Press(browsertest.Enter)
	p.shift("F8")
	p.Wait(`document.querySelector("#mixed[open]") && document.activeElement.id === "mixed-card"`)
	p.Insert("300")
	p.Press(browsertest.Enter)
	release()
	p.Wait(`document.querySelector("#mixed [data-f=about]").innerText.includes("400")`)
	p.Get(`document.querySelector("#mixed-cash").focus()`, nil)
	p.Insert("400")
	p.Press(browsertest.Enter)
	p.told()

	want := map[money.Amount]home.ID{100_00: first, 80_00: third, 640_00: 0, 350_00: 0, 1250_00: 0, 1251_00: 0, 700_00: 0}
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

// TestTillRefundsAgain: where the answer to a refund was lost, the same asked of
// the receipt as it is by then is another refund; a receipt is printed with what
// its goods cost, also where points have paid.
func TestTillRefundsAgain(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Ульяна", 300_00)
	w, p := s.behindWire(t, b)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.Press(browsertest.F3)
	p.Insert("4*250")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".ln")`)
	p.Press(browsertest.F7)
	p.settled("800,00 ₽")
	p.Press(browsertest.F9, browsertest.Enter)
	p.told()

	back := func() {
		p.Wait(`document.querySelector("#refund[open] [data-line]")`)
		p.Get(`(i => { i.value = "1"; i.dispatchEvent(new Event("input", { bubbles: true })); i.focus() })(document.querySelector("#refund [data-line]"))`, nil)
		p.Wait(`document.querySelector("#refund [data-f=preview]").innerText.startsWith("Вернётся")`)
	}
	p.Press(browsertest.F4)
	p.ofReceipt("800,00", "refund")
	back()
	w.cutAt(1, true)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#refund [data-f=error]").innerText`)
	w.mend()
	p.Press(browsertest.Enter) // the answer did not come: asked again it is the same refund
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено")`)
	refunded := p.sold()[0].Refunded
	p.ofReceipt("800,00", "refund")
	p.Wait(`document.querySelector("#refund [data-f=lines]").innerText.includes("осталось 3")`)
	back()
	p.Press(browsertest.Enter)
	p.Wait(`!document.querySelector("#refund[open]") && document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено")`)
	if again := p.sold()[0].Refunded; refunded == 0 || again != 2*refunded {
		t.Errorf("%d came back, then %d", refunded, again)
	}

	p.Get(`window.print = () => { window.printed = document.querySelector("#paper").innerText.replaceAll("\u00a0", " ") }`, nil)
	p.ofReceipt("800,00", "print-receipt")
	p.Wait(`window.printed?.includes("1 000,00") && window.printed.includes("−200,00") && window.printed.includes("800,00") && window.printed.includes("Дарья Миронова")`)
	// What came back is on it, with its day and sum, and what is left.
	p.Wait(`/Возврат \d\d\.\d\d\.\d{4}, \d\d:\d\d\s*−200,00 ₽[^]*Возврат [^]*−200,00 ₽[^]*после возвратов\s*400,00 ₽/.test(window.printed)`)
	p.Wait(`window.printed.includes("Вернули 50 бонусов")`)

	p.ofReceipt("800,00", "refund")
	p.Wait(`document.querySelector("#refund [data-f=lines]").innerText.includes("осталось 2")`)
	p.Wait(`document.querySelector("#refund [data-f=preview]").innerText.startsWith("Если")`) // it moves the buttons
	p.Click("button", "Вернуть всё")
	p.Wait(`!document.querySelector("#refund[open]")`)
	p.ofReceipt("800,00", "print-receipt")
	p.Wait(`/после возвратов\s*0,00 ₽/.test(window.printed)`)
	if x := p.sold()[0]; money.Amount(x.Refunded) != x.Due {
		t.Errorf("%d of %d came back", x.Refunded, x.Due)
	}
	s.verified(t)
}
