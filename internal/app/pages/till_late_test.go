package pages

import (
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
	"kopilka/internal/platform/money"
)

// locks asks for the lock, as a touch does.
func (p *till) locks() {
	p.t.Helper()
	p.Get(`document.querySelector("[data-do=lock]").click()`, nil)
}

// locked waits for the PIN to be asked for, with nothing above it.
func (p *till) locked() {
	p.t.Helper()
	p.Wait(`document.activeElement?.id === "pin" && !document.querySelector("dialog[open], .pdone, .pwrap")`)
}

// opens signs in at a till that is locked; then is what is seen.
func (p *till) opens(then string) {
	p.t.Helper()
	p.locked()
	p.Insert(demo.CashierPIN)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("` + then + `") && !document.querySelector("#who").hidden && !document.querySelector("dialog[open]")`)
}

// listens notes what the page asks and what it was answered, by paths.
func (p *till) listens() {
	p.t.Helper()
	p.Get(`(() => {
		const before = window.fetch, path = a => new URL(a, location).pathname.replace("/pos", "");
		window.asked = []; window.answered = [];
		window.fetch = async (...a) => {
			window.asked.push(path(a[0]));
			const r = await before(...a);
			r.clone().text().then(() => setTimeout(() => window.answered.push(path(a[0]))), () => {});
			return r;
		};
	})()`, nil)
}

func (p *till) answered(path string) {
	p.t.Helper()
	p.Wait(`window.answered.includes("` + path + `")`)
}

// kept waits until what the till keeps under a name is so.
func (p *till) kept(name, so string) {
	p.t.Helper()
	p.Wait(`(async () => {
		const kept = await new Promise(done => {
			const base = indexedDB.open("kopilka-till");
			base.onsuccess = () => {
				const is = base.result.transaction("kept").objectStore("kept").get("` + name + `");
				is.onsuccess = () => { base.result.close(); done(is.result); };
			};
		});
		return ` + so + `;
	})()`)
}

// refunds opens the refund of the newest receipt of a sum.
func (p *till) refunds(sum string) {
	p.t.Helper()
	p.Press(browsertest.F4)
	p.ofReceipt(sum, "refund")
	p.Wait(`document.querySelector("#refund[open] [data-f=preview]").innerText.startsWith("Если")`)
}

// gives types how many come back and asks for it, faster than a preview is asked for.
func (p *till) gives(count string) {
	p.t.Helper()
	p.Get(`(i => { i.value = "`+count+`"; i.dispatchEvent(new Event("input", { bubbles: true })); i.form.requestSubmit() })(document.querySelector("#refund [data-line]"))`, nil)
}

// pathOf is where the newest receipt of a sum in the list is asked for.
func (p *till) pathOf(sum string) string {
	p.t.Helper()
	var id string
	find := `[...document.querySelectorAll("#receipts li")].find(r => r.innerText.includes("` + sum + `"))`
	p.Wait(find)
	p.Get(find+`.querySelector("[data-do=refund]").dataset.id`, &id)
	return "/api/purchases/" + id
}

// TestTillStaysLocked: whatever was asked before a till was locked, its answer
// undoes no lock and shows nothing over it; what came of it is seen by whoever
// opens the till. A lock that was asked for lets nothing be taken, and one that
// the program has taken is one.
func TestTillStaysLocked(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Зинаида", 0)
	s.barcode(t, "popcorn-l", "4607001234567")
	w, p := s.behindWire(t, b)
	p.listens()

	// The answer to a sale that the cashier went on from.
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("135")
	p.settled("135,00 ₽")
	release := w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#waits[open]:not([data-unseen])")`)
	p.Get(`document.querySelector("[data-do=go-on]").click()`, nil)
	p.Wait(`document.querySelector(".pdone [data-f=balance]").innerText === "…"`)
	p.locks()
	p.locked()
	release()
	p.kept("sale", "kept?.answer")
	p.opens(".pdone")
	p.Wait(`document.querySelector(".pdone [data-f=balance]").innerText !== "…"`)
	p.onward()

	// The same of one that was made with no network.
	w.cutAt(0, false)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("145")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone [data-f=balance]").innerText === "…"`)
	release = w.hold("/api/purchases/record")
	w.mend()
	p.Wait(`document.querySelector("#offbar").hidden`)
	p.locks()
	p.locked()
	release()
	p.kept("sale", "kept?.answer")
	p.opens(".pdone")
	p.onward()

	// Nothing is taken once the lock was asked for, and that is said.
	p.adds("200")
	p.settled("200,00 ₽")
	release = w.hold("/duty")
	p.Press(browsertest.F3)
	p.locks()
	p.Wait(`!document.querySelector("#locking").hidden`)
	p.Shot("till-locking")
	p.Press(browsertest.F8)
	p.Get(`document.querySelector("[data-do=pay]").click()`, nil)
	p.scan("4607001234567")
	release()
	p.opens(".ln")
	if n := len(p.sold()); n != 2 {
		t.Fatalf("%d are sold", n)
	}
	p.Wait(`document.querySelectorAll(".ln").length === 1 && document.querySelector("#locking").hidden`)
	p.Press(browsertest.F8)
	p.told()

	// A refund that was about to be opened, and one that was asked for: what came of it is told to whoever opens the till.
	p.Press(browsertest.F4)
	path := p.pathOf("200,00")
	release = w.hold(path)
	p.ofReceipt("200,00", "refund")
	p.Wait(`window.asked.includes("` + path + `")`)
	p.locks()
	p.locked()
	release()
	p.answered(path)
	p.opens("#scan")
	p.refunds("200,00")
	release = w.hold("/api/refunds")
	p.gives("1")
	p.Wait(`document.querySelector("#refund [data-f=preview]").innerText.includes("Спрашиваем")`)
	p.locks()
	p.locked()
	release()
	p.kept("notices", "kept?.length === 1")
	p.Wait(`!document.querySelector("#notices").innerText`)
	p.opens("#scan")
	p.Wait(`document.querySelector("#notices").innerText.includes("Возвращено 200,00")`)
	p.Accessible()
	p.Fits()
	p.Shot("till-told-late")
	p.Get(`document.querySelector("[data-do=put-notices]").click()`, nil)
	p.Wait(`!document.querySelector("#notices").innerText`)

	// A receipt that was about to be given away, and one that was.
	p.sells("210")
	release = w.hold("/find")
	p.Press(browsertest.F4)
	p.ofReceipt("210,00", "claim")
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText && document.activeElement.id === "receipt-q"`)
	p.Get(`window.answered = []`, nil)
	p.Insert(number)
	p.Press(browsertest.Enter)
	p.locks()
	p.locked()
	release()
	p.answered("/find")
	p.opens("#scan")
	p.Press(browsertest.F4)
	p.ofReceipt("210,00", "claim")
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText && document.activeElement.id === "receipt-q"`)
	p.Insert(number)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#claim[open]")`)
	release = w.hold("/api/purchases/claim")
	p.Press(browsertest.Enter)
	p.Wait(`window.asked.includes("/api/purchases/claim")`)
	p.locks()
	p.locked()
	release()
	p.kept("notices", "kept?.length === 1")
	p.opens("#scan")
	p.Wait(`document.querySelector("#notices").innerText.includes("Зинаида")`)

	// Whoever opens the till while a refund is still asked for is held up by nothing, and told then.
	p.refunds("210,00")
	release = w.hold("/api/refunds")
	p.gives("1")
	p.Wait(`document.querySelector("#refund [data-f=preview]").innerText.includes("Спрашиваем")`)
	p.locks()
	p.opens("#scan")
	p.adds("88")
	release()
	p.Wait(`document.querySelector("#notices").innerText.includes("Возвращено 210,00") && !document.querySelector("dialog[open]")`)
	p.Press(browsertest.F8)
	p.told()

	// Nothing is printed by a till that is locked; what is looked up is on the receipt before it is.
	p.Get(`window.print = () => { window.printed = true }; window.answered = []`, nil)
	p.Press(browsertest.F4)
	path = p.pathOf("88,00")
	release = w.hold(path)
	p.ofReceipt("88,00", "print-receipt")
	p.Wait(`window.asked.includes("` + path + `")`)
	p.locks()
	p.locked()
	p.Get(`document.querySelector("[data-do=settings]").click()`, nil)
	p.Wait(`document.querySelector("#settings[open] [name=prefix]").disabled && document.querySelector("#settings [data-f=locked]").innerText`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("dialog[open]")`)
	p.Get(`document.querySelector("#pin").focus()`, nil)
	release()
	p.answered(path)
	release = w.hold("/goods")
	p.opens("#scan")
	p.Wait(`!window.printed`)
	p.scan("4607001234567")
	p.Wait(`document.querySelector("#looking").innerText`)
	p.locks()
	p.Wait(`!document.querySelector("#locking").hidden`)
	release()
	p.opens(".ln")
	p.Press(browsertest.F8)
	p.told()

	// What the program has taken is a lock, whatever is asked then; and whatever it answers if it knows of nobody.
	p.adds("300")
	w.cutAt(2, false)
	p.locks()
	p.locked()
	w.mend()
	p.Wait(`document.querySelector("#offbar").hidden`)
	p.opens(".ln")
	w.cutAt(1, true) // who is on duty is in a cookie: an answer that is lost locks nothing
	p.locks()
	p.Wait(`document.querySelector("#no-lock[open]") && document.querySelector("#locking").hidden`)
	p.Press(browsertest.Escape)
	w.mend()
	p.Wait(`document.querySelector("#offbar").hidden && !document.querySelector("dialog[open]")`)
	p.Get(`fetch("/pos/duty", { method: "DELETE" }).then(() => true)`, nil)
	p.Press(browsertest.F4)
	p.opens(".ln")
	p.settled("300,00 ₽")
	p.Press(browsertest.F8)
	p.told()
	s.verified(t)
}

// TestTillLeavesClosedClosed: what is asked in a dialog belongs to it as it is
// open then: closed, it blocks nothing and opens nothing; of what is pressed in it
// the last counts.
func TestTillLeavesClosedClosed(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	w, p := s.behindWire(t, b)
	first := p.sells("470")
	p.sells("480")
	p.listens()
	const closed = `!document.querySelector("dialog[open]")`

	// A form that waits for its answer holds up no other.
	release := w.hold("/receipts")
	p.Press(browsertest.F4)
	p.pathOf("470,00")
	p.Type("textbox", "Номер чека, QR с него, карта или телефон", first)
	p.Press(browsertest.Enter)
	p.Wait(`window.asked.includes("/receipts")`)
	p.Press(browsertest.Escape)
	p.Wait(closed)
	p.adds("88")
	release()
	p.answered("/receipts")
	p.Wait(closed)

	// A list that comes late takes no place of what was found.
	release = w.hold("/shift")
	p.Get(`window.answered = []`, nil)
	p.Press(browsertest.F4)
	p.Type("textbox", "Номер чека, QR с него, карта или телефон", first)
	p.Press(browsertest.Enter)
	found := `document.querySelectorAll("#receipts .rec li").length === 1 && document.querySelector("#receipts .rec").innerText.includes("470,00")`
	p.Wait(found)
	release()
	p.answered("/shift")
	p.Wait(found)

	// The one that a number finds is refunded by another Enter; what is typed there is the next number.
	p.Wait(`document.activeElement.dataset.do === "refund"`)
	p.Press("9")
	p.Wait(`document.activeElement.id === "receipt-q" && document.activeElement.value === "9"`)
	p.Press(browsertest.Backspace)
	p.Insert(first)
	p.Press(browsertest.Enter)
	p.Wait(`document.activeElement.dataset.do === "refund"`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#refund[open] [data-f=about]").innerText.includes("470,00")`)
	p.Press(browsertest.Enter) // nothing was named
	p.Wait(`document.querySelector("#refund[open] [data-f=error]").innerText`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#refund[open]")`)

	// A refund of which the dialog was closed before it opened stays closed.
	path := p.pathOf("470,00")
	release = w.hold(path)
	p.ofReceipt("470,00", "refund")
	p.Wait(`window.asked.includes("` + path + `")`)
	p.Press(browsertest.Escape)
	p.Wait(closed)
	p.Press(browsertest.F3)
	release()
	p.answered(path)
	p.Wait(closed + ` && document.activeElement.id === "item"`)

	// Of two that are pressed the last is opened.
	p.Get(`window.answered = []`, nil)
	p.Press(browsertest.F4)
	p.pathOf("480,00")
	release = w.hold(path)
	p.ofReceipt("470,00", "refund")
	p.ofReceipt("480,00", "refund")
	second := `document.querySelector("#refund[open] [data-f=about]").innerText.includes("480,00")`
	p.Wait(second)
	release()
	p.answered(path)
	p.Wait(second)

	// What would come back is told no more once it is asked for, and where its answer was lost it is asked for again.
	p.Wait(`document.querySelector("#refund [data-f=preview]").innerText.startsWith("Если")`)
	p.Get(`window.answered = []; window.asked = []`, nil)
	release = w.hold("/api/refunds/quote")
	p.Get(`(i => { i.value = "1"; i.dispatchEvent(new Event("input", { bubbles: true })) })(document.querySelector("#refund [data-line]"))`, nil)
	p.Wait(`window.asked.includes("/api/refunds/quote")`)
	w.cutOn("/api/refunds", true)
	p.gives("1")
	const lost = `document.querySelector("#refund[open] [data-f=error]").innerText.startsWith("Ответа нет") && !document.querySelector("#refund [data-f=preview]").innerText`
	p.Wait(lost)
	release()
	p.answered("/api/refunds/quote")
	p.Wait(lost)
	w.mend()
	p.Wait(`!document.querySelector("#refund[open]") && document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено 480,00")`)
	p.Press(browsertest.Escape)
	if sold := p.sold(); sold[0].Refunded != 480_00 {
		t.Errorf("%d came back", sold[0].Refunded)
	}

	p.Press(browsertest.F3)
	p.Press(browsertest.F8)
	p.told()

	// So it is by Enter, also where all of it was to come back and no line is named.
	p.refunds("88,00")
	w.cutOn("/api/refunds", true)
	p.Get(`document.querySelector("[data-do=refund-whole]").click()`, nil)
	p.Wait(lost)
	p.Get(`window.asked = []`, nil)
	p.Press(browsertest.Enter)
	p.Wait(`window.asked.includes("/api/refunds") && ` + lost)
	w.mend()
	p.Wait(`!document.querySelector("#refund[open]") && document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено 88,00")`)
	p.Press(browsertest.Escape)

	// Where others have given of it back meanwhile, why nothing came back is told beside what is left.
	p.Press(browsertest.F3)
	p.Insert("2*250")
	p.Press(browsertest.Enter)
	p.settled("500,00 ₽")
	p.Press(browsertest.F8)
	p.told()
	p.refunds("500,00")
	path = p.pathOf("500,00")
	p.Wait(`(async () => {
		const start = await (await fetch("/pos/start")).json(), id = "` + path + `".split("/").at(-1);
		const body = JSON.stringify({ cashier: start.duty.id, purchase: { id }, lines: [{ line: 0, quantity: "1" }] });
		return (await fetch("/pos/api/refunds", { method: "POST", headers: { "Content-Type": "application/json", "Idempotency-Key": "another" }, body })).ok;
	})()`)
	p.gives("2")
	p.Wait(`document.querySelector("#refund [data-f=error]").innerText && document.querySelector("#refund [data-f=lines]").innerText.includes("осталось 1")`)
	p.Wait(`document.querySelector("#refund [data-f=about]").innerText.includes("250,00") && !document.querySelector("#refund [data-f=preview]").innerText`)
	p.gives("1")
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено 250,00")`)
	p.Press(browsertest.Escape)
	p.Wait(closed)
	s.verified(t)
}

// TestTillRefundOutlivesItsPage: a refund is written down with its key before it
// is asked for: a page that comes back asks for the same again, tells what came of
// it, and gives nothing more of that receipt back before.
func TestTillRefundOutlivesItsPage(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	w, p := s.behindWire(t, b)
	for _, sum := range []string{"2*250", "2*300"} {
		p.Press(browsertest.F3)
		p.Insert(sum)
		p.Press(browsertest.Enter)
		p.Press(browsertest.F8)
		p.told()
	}
	came := func(sum money.Amount, n int) {
		t.Helper()
		if got := money.Amount(p.sold()[n].Refunded); got != sum {
			t.Errorf("%d came back, want %d", got, sum)
		}
	}

	// Read anew, it is told at once.
	p.refunds("500,00")
	done, release := w.keepAnswer("/api/refunds")
	p.gives("1")
	done()
	p.Go(p.url + "/pos/")
	p.Wait(`document.querySelector("#notices").innerText.includes("Возвращено 250,00")`)
	release()
	came(250_00, 1)
	p.Go(p.url + "/pos/") // until it is put away
	p.Wait(`document.querySelector("#notices").innerText.includes("Возвращено 250,00")`)
	p.Get(`document.querySelector("[data-do=put-notices]").click()`, nil)
	p.Wait(`!document.querySelector("#notices").innerText`)
	p.refunds("500,00")
	p.Wait(`document.querySelector("#refund [data-f=lines]").innerText.includes("осталось 1")`)
	p.Press(browsertest.Escape, browsertest.Escape)

	// While it is not known, another of that receipt is not begun.
	p.refunds("600,00")
	done, release = w.keepAnswer("/api/refunds")
	p.gives("1")
	done()
	again := w.hold("/api/refunds")
	p.Go(p.url + "/pos/")
	p.Wait(`document.querySelector("#scan")`)
	p.Press(browsertest.F4)
	p.ofReceipt("600,00", "refund")
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText.includes("Спрашиваем") && !document.querySelector("#refund[open]")`)
	again()
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено 300,00") && !document.querySelector("#refund[open]")`)
	release()
	came(300_00, 0)
	p.ofReceipt("600,00", "refund")
	p.Wait(`document.querySelector("#refund[open] [data-f=lines]").innerText.includes("осталось 1")`)
	s.verified(t)
}
