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
	p.Type("textbox", "Номер чека, QR с него, карта или телефон", sold)
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

// TestTillCountsChange: what a guest gives in cash is typed or put together of
// notes, and his change is told; nothing has to be typed, too little is not taken,
// and what is scanned there is no sum.
func TestTillCountsChange(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := tillAt(t, b, s, 0, s.url, desk)
	p.pair()
	p.signIn()
	shown := func(what, words string) {
		t.Helper()
		p.Wait(`document.querySelector("#cash[open] [data-f=` + what + `]").innerText.replaceAll("\u00a0", " ") === "` + words + `"`)
	}
	p.adds("730")
	p.settled("730,00 ₽")
	p.Press(browsertest.F9)
	shown("change", "Без сдачи")
	p.Insert("700")
	shown("error", "Не хватает 30,00 ₽")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#cash[open]") && !document.querySelector(".pdone")`)
	p.Get(`document.querySelector("#cash-got").select()`, nil)
	p.Insert("1000")
	shown("change", "Сдача 270,00 ₽")
	p.scan("4607001234567")
	p.Wait(`document.querySelector("#cash[open]") && document.querySelector("#cash-got").value === "1000"`)
	p.Click("button", "500")
	shown("change", "Сдача 770,00 ₽")
	p.Accessible()
	p.Fits()
	p.Shot("till-cash")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".pdone .change").innerText.replaceAll("\u00a0", " ") === "Сдача 770,00 ₽"`)
	p.Accessible()
	p.Shot("till-cash-done")
	p.Get(`window.print = () => { window.printed = document.querySelector("#paper").innerText.replaceAll("\u00a0", " ") }`, nil)
	p.Get(`document.querySelector(".pdone [data-do=print]").click()`, nil)
	p.Wait(`/Получено\s*1 500,00 ₽\s*Сдача\s*770,00 ₽/.test(window.printed)`)
	p.told()
	p.adds("200")
	p.Press(browsertest.F9, browsertest.F9) // exact, whatever was given before
	p.Wait(`document.querySelector(".pdone .change").hidden`)
	p.told()
	p.adds("300")
	p.Press(browsertest.F9)
	p.Insert("100000301")
	shown("error", "Сдача больше 100 000,00 ₽: проверьте, сколько получено")
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#cash[open]") && document.querySelector(".ln")`)
	for _, x := range p.sold() {
		if len(x.Payments) != 1 || x.Payments[0].Kind != "cash" || x.Payments[0].Amount != x.Due {
			t.Errorf("paid %+v of %d", x.Payments, x.Due)
		}
	}
}
