package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// TestTillHints: what a cashier does by a slip of the hand, or while an answer is
// slow, is told in words and loses nothing.
func TestTillHints(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, first := s.buyer(t, "Ангелина", 60_00)
	_, second := s.buyer(t, "Вероника", 0)
	w, p := s.behindWire(t, b)

	// A code that may be a good's is no new card unless that is said.
	const code = "4699999999990"
	p.scan(code)
	p.Wait(`document.querySelector("#scan-error [data-do=register]").innerText.includes("новая карта")`)
	p.shift("F2")
	p.Wait(`document.querySelector("#register[open]") && !document.querySelector("#register [name=number]").value`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#register[open]")`)
	p.Get(`document.querySelector("#scan-error [data-do=register]").click()`, nil)
	p.Wait(`document.querySelector("#register[open]") && document.querySelector("#register [name=number]").value === "` + code + `"`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#register[open]")`)
	p.shift("F2") // nor for whoever comes later
	p.Wait(`document.querySelector("#register[open]") && !document.querySelector("#register [name=number]").value`)
	p.Press(browsertest.Escape)

	// A phone among goods is told, and so is another member on one receipt.
	p.Press(browsertest.F3)
	p.Insert("9990007799")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("телефон")`)
	p.Press(browsertest.Escape)
	p.scan(first)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ангелина")`)
	p.adds("1000")
	p.scan(second)
	p.Wait(`document.querySelector("#scan-error").innerText.includes("Вероника") && document.querySelector("#scan-error").innerText.includes("Был: Ангелина")`)
	p.scan(first)
	p.Wait(`document.querySelector("#scan-error").innerText.includes("Был: Вероника")`)

	// A sum that the network has changed is told; a till that can't be opened again is not locked.
	p.Press(browsertest.F7)
	p.Wait(`document.querySelector("#spend").value !== "0" && !document.querySelector(".pays .btn").disabled`)
	w.cutAt(0, false)
	p.Get(`dispatchEvent(new Event("offline"))`, nil)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Сумма изменилась")`)
	p.Get(`document.querySelector("[data-do=lock]").click()`, nil)
	p.Wait(`document.querySelector("#no-lock[open]")`)
	p.Insert("1111")
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#no-lock[open]") && document.querySelectorAll(".ln").length === 1 && !document.querySelector("#item").value`)
	w.mend()
	p.Get(`dispatchEvent(new Event("online"))`, nil)
	p.Wait(`document.querySelector("#offbar").hidden && document.querySelector("#totals").innerText.includes("−")`)
	p.reads()
	p.Press(browsertest.F8)
	p.told()

	// What was and is to be told has a key; a refund that is asked for is seen and not closed.
	p.shift("F9")
	p.Wait(`document.querySelector("#queue[open]")`)
	p.Press(browsertest.Escape)
	p.allTold()
	p.Press(browsertest.F4)
	p.Wait(`document.querySelector("#receipts .rec [data-do=refund]")`)
	p.Get(`document.querySelector("#receipts .rec [data-do=refund]").click()`, nil)
	p.Wait(`document.querySelector("#refund[open] [data-f=preview]").innerText`)
	release := w.hold("/api/refunds")
	p.Get(`(b => { b.focus(); b.click() })(document.querySelector("[data-do=refund-whole]"))`, nil)
	p.Wait(`document.querySelector("#refund [data-f=preview]").innerText.includes("Спрашиваем") && document.querySelector("[data-do=refund-whole]").disabled`)
	p.Press(browsertest.Escape, browsertest.Escape)
	p.Wait(`document.querySelector("#refund[open]")`)
	release()
	p.Wait(`!document.querySelector("#refund[open]") && document.querySelector("#receipts [data-f=done]").innerText`)
	p.Press(browsertest.Escape)

	// An answer that is slow at the start is waited for in words.
	release = w.hold("/start")
	p.Go(p.url + "/pos/")
	p.Wait(`document.querySelector("#screen").innerText.includes("Открываем")`)
	release()
	p.Wait(`document.querySelector("#scan")`)
	s.verified(t)
}
