package pages

import (
	"fmt"
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
)

// TestTillKeepsWhatIsSold: a receipt whose sale is asked for is open on the till
// no more, whatever comes: read anew, the page asks for it again by its own key
// and shows what came, or gives the receipt back where it is refused.
func TestTillKeepsWhatIsSold(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Ульяна", 60_00)
	w, p := s.behindWire(t, b)
	waits := func() {
		t.Helper()
		p.Press(browsertest.F8)
		p.Wait(`document.querySelector("#waits[open]")`)
		p.Go(p.url + "/pos/")
		p.Wait(`document.querySelector("#waits[open]") && document.querySelector(".ln")`) // it is asked for again, and seen
	}

	// Read anew while it is asked for, it is sold once and shown as such.
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("500")
	release := w.hold("/api/purchases")
	waits()
	p.Get(`document.querySelector(".ln .inc").click()`, nil) // a receipt that is sold does not change
	release()
	p.Wait(`document.querySelector(".pdone h2")?.innerText.replace(/\s/g, " ") === "500,00 ₽"`)
	p.Go(p.url + "/pos/") // nor does what was sold go out of sight
	p.Wait(`document.querySelector(".pdone") && !document.querySelector(".ln")`)

	// Locked over what was sold, it opens by the PIN alone.
	p.Get(`document.querySelector("[data-do=lock]").click()`, nil)
	p.Wait(`document.activeElement?.id === "pin"`)
	p.Press(browsertest.Escape, browsertest.Enter)
	p.Wait(`document.querySelector(".pdoor [data-f=error]").innerText`)
	p.scan(number)
	p.Wait(`document.querySelector("#pin") && !document.querySelector("#pin").value`)
	p.Insert(demo.CashierPIN)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".pdone") && !document.querySelector("#who").hidden`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#scan") && !document.querySelector(".ln")`)
	p.Go(p.url + "/pos/")
	p.Wait(`document.querySelector("#scan") && !document.querySelector(".pdone")`)
	if sold := p.sold(); len(sold) != 1 {
		t.Fatalf("%d are sold", len(sold))
	}

	// What is refused by then is told, and its receipt is there again.
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("1000")
	p.Press(browsertest.F7)
	p.Wait(`document.querySelector("#spend").value !== "0" && !document.querySelector(".pays .btn").disabled`)
	release = w.hold("/api/purchases")
	waits()
	other := tillAt(t, b, s, 1, s.url, desk)
	other.pair()
	other.signIn()
	other.scan(number)
	other.Wait(`document.querySelector(".mc")`)
	other.adds("1000")
	other.Press(browsertest.F7)
	other.Wait(`document.querySelector("#spend").value !== "0"`)
	other.Press(browsertest.F8)
	other.told()
	release()
	p.Wait(`document.querySelector("#pay-error .perr")?.innerText.includes("Условия изменились") && document.querySelector(".ln")`)
	p.Go(p.url + "/pos/")
	p.settled("1 000,00 ₽")
	p.Press(browsertest.F8)
	p.told()
	if sold := p.sold(); len(sold) != 2 {
		t.Fatalf("%d are sold", len(sold))
	}

	// What a program that starts could not take is told as soon as it has, by no clock of the page.
	p.Get(`(() => { for (let i = setInterval(() => {}, 1e6); i; i--) clearInterval(i) })()`, nil)
	w.rise(true)
	p.sells("300")
	w.rise(false)
	p.Wait(`document.querySelector("[data-f=net]").innerText === "На связи"`)
	if sold := p.sold(); len(sold) != 3 {
		t.Fatalf("%d are sold", len(sold))
	}
	s.verified(t)
}

// TestTillSoldAndRefunded: what was sold and given back over its own screen is told
// so there, in place of a balance that is another by then, also after a reload.
func TestTillSoldAndRefunded(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Ася", 0)
	p := s.atWork(t, b)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("500")
	p.Press("300" + browsertest.Enter)
	p.settled("800,00 ₽")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone[data-seen] .res")`)
	for i, sum := range []string{"500,00", "300,00"} {
		p.Press(browsertest.F4)
		p.ofReceipt("800,00", "refund")
		p.Wait(`document.querySelector("#refund[open] [data-f=preview]").innerText.startsWith("Если")`)
		p.Get(fmt.Sprintf(`(i => { i.value = "1"; i.dispatchEvent(new Event("input", { bubbles: true })); i.form.requestSubmit() })(document.querySelectorAll("#refund [data-line]")[%d])`, i), nil)
		p.Wait(`document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено ` + sum + `")`)
		p.Press(browsertest.Escape)
		p.Wait(`!document.querySelector("dialog[open]") && document.activeElement.matches(".pdone [data-focus]")`)
	}
	told := `["500,00", "300,00"].every(s => document.querySelector(".pdone")?.innerText.includes("Возвращено " + s)) && !document.querySelector(".pdone .res") && !document.querySelector("dialog[open]")`
	p.Wait(told)
	p.Get(`window.print = () => { window.printed = document.querySelector("#paper").innerText; }; true`, nil)
	p.Press(browsertest.F12)
	p.Wait(`["500,00", "300,00", "800,00"].every(s => window.printed?.includes(s)) && window.printed.match(/Возврат/g).length === 2`)
	p.Accessible()
	p.Shot("till-sold-refunded")
	p.Get(`window.old = true; location.reload()`, nil)
	p.Wait(`!window.old && ` + told)

	// The field of the next guest's number is a key away, also before what was sold was seen, and after a good that is typed ahead.
	p.Press(browsertest.F2)
	p.Wait(`!document.querySelector(".pdone") && document.activeElement.id === "scan"`)
	p.shift("F8")
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Платить не за что")`)
	p.adds("90")
	seen := p.unseen()
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone")`)
	p.Press("44")
	p.Press(browsertest.F2)
	p.Press(number[:4])
	seen()
	p.Get(`document.querySelector("[data-do=next]").click()`, nil)
	p.Wait(`document.querySelector("#item")?.value === "44" && document.querySelector("#scan").value === "` + number[:4] + `" && document.activeElement.id === "scan"`)
	p.Press(browsertest.Escape)
	p.Press(browsertest.F3)
	p.Press(browsertest.Escape)

	// A phone that was typed as a good goes where F2 says it does.
	p.Press(browsertest.F3)
	p.Insert("9990007799")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("нажмите F2")`)
	p.Press(browsertest.F2)
	p.Wait(`document.querySelector("#scan").value === "9990007799" && !document.querySelector("#item").value && !document.querySelector("#item-error").innerText`)
	p.Press(browsertest.Escape)
	s.verified(t)
}
