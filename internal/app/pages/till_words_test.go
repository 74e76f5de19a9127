package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// shift presses a key with Shift.
func (p *till) shift(key string) {
	p.t.Helper()
	p.Get(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "`+key+`", shiftKey: true, bubbles: true, cancelable: true }))`, nil)
}

// TestTillRefuses: what can't be taken is told by the field where it was typed,
// and nothing of it reaches the receipt.
func TestTillRefuses(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Раиса", 300_00)
	p := tillAt(t, b, s, 0, s.url, desk)
	p.Forgive("status of 4")
	p.pair()
	p.Press(browsertest.F1)
	p.Wait(`document.querySelector("#help[open]")`)
	p.Press(browsertest.Escape)
	for range 6 { // a card is no PIN, however often it is shown
		p.scan(number)
	}
	p.Wait(`document.querySelector("#pin").value === "" && !document.querySelector(".pdoor [data-f=error]").innerText`)
	p.signIn()
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	for _, wrong := range []string{"0", "-50", "0*5", "1000000000*5", "10,505", "0.001", "=5"} {
		p.Press(browsertest.F3)
		p.Insert(wrong)
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelector("#item-error .perr") && !document.querySelector(".ln")`)
		p.Press(browsertest.Escape)
	}
	p.adds("1000")
	p.settled("1 000,00 ₽")

	// A promo code that is none stands out where it was typed.
	p.shift("F3")
	p.Insert("НЕТТАКОГО")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#codes .chip-bad") && document.querySelector("#codes [role=alert]").innerText.includes("НЕТТАКОГО")`)
	// Points that can't be so many take nothing else off what is shown, and can't be paid past.
	for _, wrong := range []string{"50,5", "-5", "999999"} {
		p.Press(browsertest.F6)
		p.Insert(wrong)
		p.Wait(`document.querySelector("#pay-error .perr") && document.querySelector("#spend").getAttribute("aria-invalid") === "true"`)
		p.Wait(`!document.querySelector("#points [data-f=most]").innerText.includes(": 0")`)
		p.Press(browsertest.F8)
		p.Wait(`document.querySelector("#pay-error .perr") && !document.querySelector(".pdone")`)
	}
	p.Shot("till-refuses")
	if n := len(p.sold()); n != 0 {
		t.Fatalf("%d receipts were sold", n)
	}
	// A good that nobody knows leaves the cursor and the member where they were, and Escape puts the words away.
	p.scan("4600000000017")
	p.Wait(`document.querySelector("#missed .perr") && document.activeElement.id === "spend" && document.querySelector(".mc")?.innerText.includes("Раиса")`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#missed .perr") && !document.querySelector("#cancel[open]") && document.querySelector(".ln")`)

	// The registration tells all that is missing, and a wrong number of a card stands by the number, which a scan mends.
	p.shift("F2")
	p.Wait(`document.querySelector("#register[open]")`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[data-error=phone]").innerText && document.querySelector("[data-error=consents]").innerText && document.activeElement.id === "r-phone"`)
	p.Insert("+79165550199")
	p.Get(`document.querySelectorAll("#register [name=consent]").forEach(c => { c.checked = true })`, nil)
	p.scan("2900000000017")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[data-error=number]").innerText && document.activeElement.id === "r-number"`)
	p.scan("2900000000018")
	p.Wait(`document.querySelector("#r-number").value === "2900000000018" && document.querySelector("#r-secret").value === ""`)
	// A phone that is another's is told by the phone.
	p.Get(`document.querySelector("#r-phone").value = "`+s.phone+`"; document.querySelector("#r-inviter").focus()`, nil)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[data-error=phone]").innerText && document.activeElement.id === "r-phone"`)
}

// TestTillTellsOfNow: what the guest is told after a sale is what the sale has
// made of him, and a receipt of nobody's is given to whoever is scanned then.
func TestTillTellsOfNow(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Римма", 0)
	p := s.atWork(t, b)
	p.sells("500")
	p.sell(number)
	p.scan(number)
	var before string
	p.Wait(`document.querySelector(".mc .note-brand")`)
	p.Get(`document.querySelector(".mc .note-brand").innerText`, &before)
	p.adds("700")
	p.Press(browsertest.F9, browsertest.Enter)
	p.Wait(`document.querySelector(".pdone [data-f=say]").innerText.includes("Скажите гостю")`)
	var after string
	p.Get(`document.querySelector(".pdone [data-f=say]").innerText`, &after)
	if before == "" || after == "Скажите гостю. "+before {
		t.Errorf("after the sale he is told %q, before it was %q", after, before)
	}
	p.told()

	p.Press(browsertest.F4)
	p.ofReceipt("500,00", "claim")
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText !== "" && document.activeElement.id === "receipt-q"`)
	p.scan(number)
	p.Wait(`document.querySelector("#claim[open] [data-f=about]").innerText.includes("Римма")`)
	p.Click("button", "Отдать")
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText.includes("Чек отдан: Римма")`)
	for _, sold := range p.sold() {
		if sold.Buyer() != of {
			t.Errorf("a receipt is of %v", sold.Buyer())
		}
	}
	// On paper there is the slip and nothing else.
	p.Get(`window.print = () => { window.printed = document.querySelector("#paper").innerText }`, nil)
	p.ofReceipt("700,00", "print-receipt")
	p.Wait(`window.printed?.includes("700,00") && window.printed.includes("Оплата наличными")`)
	s.verified(t)
}

// TestTillKeepsItsGuest: with no network an unknown code takes nobody's place,
// what is no card is no guest, and what waits is listed.
func TestTillKeepsItsGuest(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Регина", 300_00)
	w, p := s.behindWire(t, b)
	p.sell(number)
	w.cutAt(0, false)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Регина") && !document.querySelector("#offbar").hidden`)
	p.adds("210")
	p.scan("4600000000018")
	p.Wait(`document.querySelector("#missed .perr") && document.querySelector(".mc").innerText.includes("Регина")`)
	p.Press(browsertest.F8) // it may be a good: nothing is paid until somebody has seen to it
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Не всё попало в чек")`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#missed .perr") && !document.querySelector("#pay-error .perr")`)
	p.Press(browsertest.F8)
	p.told()
	for _, none := range []string{"2900000000017", "1609031"} {
		p.scan(none)
		p.Wait(`document.querySelector("#scan-error .perr") && !document.querySelector(".mc")`)
	}
	p.Click("button", "Нет связи · не передано: 1")
	p.Wait(`document.querySelectorAll("#queue[open] li").length === 1`)
	p.Press(browsertest.Escape)
	w.mend()
	p.Wait(`document.querySelector("[data-f=net]").innerText === "На связи"`)
	s.verified(t)
}

// TestTillFreezesWhatIsPaid: while the program is slow to answer, nothing is put
// on a receipt that is being paid, and whoever shuts the question away sees that
// it waits.
func TestTillFreezesWhatIsPaid(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	w, p := s.behindWire(t, b)
	p.adds("90")
	p.settled("90,00 ₽")
	release := w.hold("/api/purchases")
	p.Press(browsertest.F9, browsertest.Enter)
	p.Wait(`document.querySelector("#waits").open && document.activeElement.dataset.do === "go-on"`)
	p.Press(browsertest.Escape)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Press(browsertest.F3)
	p.Insert("33")
	p.Press(browsertest.Enter)
	p.Get(`document.querySelector("[data-do=cancel]").click()`, nil)
	release()
	p.Wait(`document.querySelector(".pdone h2")?.innerText.replaceAll("\u00a0", " ") === "90,00 ₽"`)
	p.Get(`window.print = () => { window.printed = document.querySelector("#paper").innerText }`, nil)
	p.Click("button", "Печать F12")
	p.Wait(`window.printed?.includes("90,00") && !window.printed.includes("33,00")`)
	if sold := p.sold(); len(sold) != 1 || sold[0].Due != 90_00 {
		t.Errorf("%+v", sold)
	}
	s.verified(t)
}
