package pages

import (
	"encoding/json"
	"fmt"
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

	// What is typed after Enter stands in place of what that asked for, which goes not into its midst when it is answered; the
	// last that Enter asks for is found.
	p.Get(field+`.select()`, nil)
	release = w.hold("/receipts")
	p.Press("9" + browsertest.Enter + "9")
	release()
	p.Wait(`document.querySelector("#receipts [data-f=error]").innerText !== ""`)
	p.Press("9")
	p.Wait(field + `.value === "99" && ` + at)
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

// pauses plays keys into the field where the cursor is: the first so many milliseconds
// apart, the others as fast as a scanner, with a pause before each part; then Enter.
func (p *till) pauses(apart int, parts ...string) {
	p.t.Helper()
	quoted, _ := json.Marshal(parts)
	p.reads() // it is none of what was typed before
	p.Get(fmt.Sprintf(`(() => {
		const parts = %s;
		let apart = %d, at = performance.now() - 1000;
		const key = (key, code) => {
			const e = new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true });
			Object.defineProperty(e, "timeStamp", { value: at });
			return document.activeElement.dispatchEvent(e);
		};
		for (const part of parts) {
			for (const c of part) {
				const goes = key(c, "Digit" + c), field = document.activeElement;
				at += apart;
				if (!goes) continue;
				field.setRangeText(c, field.selectionStart, field.selectionEnd, "end");
				field.dispatchEvent(new Event("input", { bubbles: true }));
			}
			if (part !== parts.at(-1)) at += 150 - apart;
			apart = 5;
		}
		if (key("Enter", "Enter")) document.activeElement.form.requestSubmit();
	})()`, quoted, apart), nil)
}

// TestTillTakesMembersAsGoods: a card or a phone in the field of goods is the member's,
// typed or scanned, also by a scanner that pauses, with no network too; one that is
// nobody's is not lost to what is typed over it.
func TestTillTakesMembersAsGoods(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	first, number := s.buyer(t, "Ася", 0)
	second, other := s.buyer(t, "Варвара", 0)
	w, p := s.behindWire(t, b)
	const lost = "2900000000001"
	shown := func(name string) {
		t.Helper()
		p.Wait(`document.querySelector(".mc")?.innerText.includes("` + name + `") && document.querySelector("#item").value === "" && document.activeElement.id === "item"`)
		p.Wait(`!document.querySelector("#item-error").innerText && !document.querySelector("#missed").innerText`)
	}
	asGood := func(what string) {
		t.Helper()
		p.Press(browsertest.F3)
		p.Insert(what)
		p.Press(browsertest.Enter)
	}
	nobody := func(code string) {
		t.Helper()
		p.Wait(`document.querySelector("#item").value === "` + code + `" && document.querySelector("#item-error").innerText.includes("` + code + `")`)
		p.Get(`window.told = performance.now()`, nil)
		p.Wait(`performance.now() - window.told > 800`) // it was read
		p.Press("400" + browsertest.Enter)
		p.settled("400,00 ₽")
		p.Press(browsertest.F8)
		p.Wait(`document.querySelector("#pay-error").innerText.includes("Не всё попало в чек") && document.querySelector("#missed").innerText.includes("` + code + `")`)
		p.Press(browsertest.Escape)
		p.Press(browsertest.F8)
		p.told()
	}

	p.scan(number)
	shown("Ася")
	for _, at := range []int{10, 5} {
		p.pauses(5, other[:at], other[at:])
		shown("Варвара")
		p.pauses(5, number[:at], number[at:])
		shown("Ася")
	}
	asGood("8 916 001 40 00") // the other's phone
	shown("Варвара")
	p.pauses(5, lost[:10], lost[10:])
	nobody(lost)

	// What a hand has typed before a card is shown is no part of it.
	p.Press(browsertest.F3)
	p.pauses(100, "35", number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ася") && document.querySelector("#item").value === "35"`)
	p.Press(browsertest.Escape)

	w.cutAt(0, false)
	p.Wait(`!document.querySelector("#offbar").hidden`)
	p.pauses(5, other[:10], other[10:])
	shown("Варвара")
	p.pauses(5, lost[:10], lost[10:])
	nobody(lost)
	w.mend()
	p.queueTold()
	sold := p.sold()
	for _, x := range sold {
		if x.Due != 400_00 || x.Buyer() != second {
			t.Errorf("%d was sold to %s", x.Due, x.Buyer())
		}
	}
	if len(sold) != 2 || first == second {
		t.Errorf("%d receipts", len(sold))
	}
	s.verified(t)
}
