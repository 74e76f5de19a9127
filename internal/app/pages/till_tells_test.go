package pages

import (
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
)

// TestTillTellsOfTries: a wrong PIN is told with how many tries are left before
// the pause.
func TestTillTellsOfTries(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := tillAt(t, b, s, 0, s.url, desk)
	p.Forgive("status of 4")
	p.pair()
	said := func(words string) {
		t.Helper()
		p.Insert("0000")
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelector(".pdoor [data-f=error]").innerText.includes("` + words + `")`)
	}
	for _, left := range []string{"4", "3", "2", "1"} {
		said("Осталось попыток: " + left + ", потом пауза 15 минут")
	}
	p.Shot("till-pin-left")
	said("Попыток не осталось: подождите 15 минут")
	said("Слишком много неверных попыток")
	p.Insert(demo.CashierPIN)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#pin")?.value === "" && document.querySelector(".pdoor [data-f=error]").innerText`)
}

// TestTillNamesMembers: a receipt that is looked for says whose it is by the name
// that the till calls him; a phone that is a member's already leads to him from
// the registration.
func TestTillNamesMembers(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Алла", 0)
	p := tillAt(t, b, s, 0, s.url, desk)
	p.Forgive("status of 4")
	p.pair()
	p.signIn()
	sold := p.sell(number)
	p.Press(browsertest.F4)
	row := `document.querySelector("#receipts .rec li")?.innerText.includes("Алла Проверкина")`
	p.Wait(row)
	p.Get(`document.querySelector("#receipts .rec").replaceChildren()`, nil)
	p.Type("textbox", "Номер чека или QR с него", sold)
	p.Press(browsertest.Enter)
	p.Wait(row)
	p.Shot("till-receipt-found")
	p.Press(browsertest.Escape)

	p.adds("100")
	p.shift("F2")
	p.Wait(`document.activeElement?.id === "r-phone"`)
	p.Insert(s.phone)
	p.Get(`document.querySelectorAll("#register [name=consent]").forEach(c => { c.checked = true })`, nil)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[data-error=phone] [data-do=open-taken]")`)
	p.Accessible()
	p.Shot("till-taken")
	p.Click("button", "Открыть этого участника")
	p.Wait(`!document.querySelector("#register[open]") && document.querySelector(".mc") && document.querySelector(".ln")`)
}

// TestTillTellsOfGoods: where a till does not keep all goods, it says how many of
// how many it knows while there is no network.
func TestTillTellsOfGoods(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	w, p := s.behindWire(t, b)
	p.keepsItself()
	p.keeps("kept", "sold")
	off := `document.querySelector("#offbar [data-f=off]").innerText`
	w.cutAt(0, false)
	p.Wait(`!document.querySelector("#offbar").hidden && !` + off + `.includes("Товаров")`)
	p.Get(`new Promise(done => {
		const base = indexedDB.open("kopilka-till");
		base.onsuccess = () => {
			const tx = base.result.transaction("goods", "readwrite"), all = tx.objectStore("goods").count();
			all.onsuccess = () => { window.all = all.result; };
			tx.objectStore("goods").delete("cola");
			tx.oncomplete = () => { base.result.close(); done(true); };
		};
	})`, nil)
	w.mend()
	p.Wait(`document.querySelector("#offbar").hidden`)
	w.cutAt(0, false)
	p.Wait(`!document.querySelector("#offbar").hidden && ` + off + "" + `.includes("Товаров касса помнит " + (window.all - 1) + " из " + window.all)`)
	p.Fits()
	p.Shot("till-goods-short")
}
