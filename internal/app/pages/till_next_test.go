package pages

import (
	"slices"
	"strconv"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/money"
)

// refusesNext has the next purchase refused so once window.refuse is called.
func (p *till) refusesNext(status int, code string) {
	p.t.Helper()
	p.Get(`(real => { window.fetch = async (at, how) => {
		if (!String(at).endsWith("/api/purchases")) return real(at, how);
		await new Promise(done => { window.refuse = done; });
		window.fetch = real;
		return new Response(JSON.stringify({ code: `+strconv.Quote(code)+`, detail: "Отказано" }), { status: `+strconv.Itoa(status)+`, headers: { "Content-Type": "application/json" } });
	} })(window.fetch); window.refuse = null`, nil)
}

// TestTillTypedForTheNext: what is typed while a receipt is paid, or over what was
// sold, is the next guest's whole, in its order and in the field where it was typed:
// points and commas, lines that were ended, half a number.
func TestTillTypedForTheNext(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	first, number := s.buyer(t, "Ася", 0)
	w, p := s.behindWire(t, b)
	item := `document.querySelector("#item")?.value`

	// Lines that are ended while it is asked for, and one that goes on over what was sold.
	p.adds("90")
	release := w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Press("12" + browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("Следующему гостю: 12")`)
	p.Press("попкорн больш" + browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("12; попкорн больш")`)
	p.Press("5")
	release()
	p.Wait(`document.querySelector(".pdone")`)
	p.Press("0,1")
	p.Press("5")
	p.Wait(`document.querySelector(".pdone[data-seen]") || ` + item)
	p.Press("5")
	p.Press(browsertest.Backspace)
	p.Wait(`document.querySelectorAll(".ln").length === 2 && ` + item + ` === "50,15"`)
	p.Press(browsertest.Enter)
	p.settled("452,15 ₽") // with popcorn
	p.Press(browsertest.F8)

	// Lines that are ended before it was seen; Enter with nothing typed is pressed for the payment.
	p.Wait(`document.querySelector(".pdone")`)
	p.Press(browsertest.Enter + "2*31" + browsertest.Enter + "7")
	p.Wait(`document.querySelector(".pdone[data-seen]") || ` + item)
	p.Press("3")
	p.Wait(`document.querySelectorAll(".ln").length === 1 && ` + item + ` === "73"`)
	p.Press(browsertest.Enter)
	p.settled("135,00 ₽")

	// A number that is begun in the field of members ends there.
	release = w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Press(browsertest.F2)
	p.Press(number[:4])
	release()
	p.Wait(`document.querySelector(".pdone")`)
	p.Press(number[4:6])
	p.Wait(`document.querySelector(".pdone[data-seen]") || document.querySelector("#scan")?.value`)
	p.Press(number[6:7])
	p.Wait(`document.activeElement.id === "scan"`)
	p.Insert(number[7:])
	p.Wait(`document.activeElement.id === "scan" && document.querySelector("#scan").value === "` + number + `"`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ася")`)

	// What asks whether to go on is put away by typing.
	p.adds("40")
	release = w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#waits[open]")`)
	p.Press("6")
	p.Wait(`!document.querySelector("#waits[open]") && ` + item + ` === "6" && document.querySelector("#pay-error [data-do=go-on]")`)
	p.Press("4" + browsertest.Enter)
	release()
	p.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Press(browsertest.Enter)
	p.settled("64,00 ₽")

	// What was typed for the next is told where the receipt is not sold.
	p.refusesNext(409, "quote.gone")
	p.Press(browsertest.F8)
	p.Wait(`window.refuse && document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Press("77" + browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("77")`)
	p.Get(`window.refuse()`, nil)
	p.Wait(`document.querySelector("#missed").innerText.includes("77")`)
	p.Press(browsertest.Escape)
	p.settled("64,00 ₽")
	p.Press(browsertest.F8)
	p.told()

	// From the payment on it is the next one's, also while something of this one is looked up yet; a code that is shown then is
	// shown again, and a promo code is kept. Enter over what was sold ends what was typed whole before it.
	p.adds("11")
	release = w.hold("/find")
	p.Press(browsertest.F2)
	p.Insert(number)
	p.Press(browsertest.Enter, browsertest.F8)
	p.Press("22" + browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("Следующему гостю: 22")`)
	p.scan(number)
	p.Wait(`document.querySelector("#item-error").innerText.includes("Покажите ещё раз")`)
	p.Press(browsertest.F2)
	p.Insert(number)
	release()
	p.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Press(browsertest.Enter)
	p.settled("22,00 ₽")
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ася")`)
	p.Wait(`document.querySelector("#missed").innerText.includes("Показано раньше: ` + number + `")`)
	p.scan(number)
	p.Wait(`!document.querySelector("#missed").innerText`)

	p.refusesNext(409, "quote.gone")
	p.Press(browsertest.F8)
	p.Wait(`window.refuse && document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Press(browsertest.F3)
	p.Press("круж")
	p.Get(`window.refuse()`, nil)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Условия изменились")`)
	p.Get(`window.old = true; location.reload()`, nil)
	p.Wait(`!window.old && document.activeElement.id === "item" && document.querySelector("#item").value === "круж"`)
	p.Press("ка" + browsertest.Enter)
	p.Wait(`document.querySelector("#missed").innerText.includes("кружка") && document.querySelectorAll(".ln").length === 1`)
	p.Press(browsertest.Escape)
	release = w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Get(`document.querySelector("#code").focus()`, nil)
	p.Insert("SALE")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("SALE")`)
	p.Press(browsertest.F3)
	p.Press("33")
	release()
	p.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Press(browsertest.Enter)
	p.settled("33,00 ₽")
	p.Wait(`document.querySelector("#codes")?.innerText.includes("SALE")`)
	p.Press(browsertest.F8)
	p.told()

	// What is not found is kept in sight where more was typed after it.
	p.adds("36")
	release = w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Press("zxqw" + browsertest.Enter)
	p.Press("34" + browsertest.Enter)
	release()
	p.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#missed").innerText.includes("zxqw") && document.querySelectorAll(".ln").length === 1 && !` + item + ` && !document.querySelector("#looking").innerText`)
	p.Press(browsertest.Escape)
	p.settled("34,00 ₽")

	// Over receipts that are looked for it is not asked whether to go on.
	release = w.hold("/api/purchases")
	p.Press(browsertest.F8, browsertest.F4)
	p.Wait(`document.querySelector("#receipts[open]") && document.querySelector("#pay-error [data-do=go-on]") && !document.querySelector("#waits[open]")`)
	p.Press(browsertest.Escape)
	release()
	p.told()

	// A promo code is seen before anything is bought, and one that is half typed stands in its field.
	p.adds("35")
	release = w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Get(`document.querySelector("#code").focus()`, nil)
	p.Insert("SPRING")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("SPRING")`)
	p.Get(`document.querySelector("#code").focus()`, nil)
	p.Insert("SUM")
	release()
	p.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Press("M")
	p.Wait(`document.activeElement.id === "code" && document.querySelector("#code").value === "SUMM" && document.querySelector("#codes").innerText.includes("SPRING") && !document.querySelector("#missed").innerText`)
	p.Shot("till-code-next")
	p.Accessible()
	p.Press(browsertest.Escape)
	p.Wait(`document.querySelector("#code") && !document.querySelector("#code").value`)
	p.Press(browsertest.Escape) // who leaves leaves no code to the next
	p.Wait(`!document.querySelector("#code") && document.activeElement.matches("#scan")`)
	p.shift("F3")
	p.Press("A1" + browsertest.Enter)
	p.Wait(`document.querySelector("#codes").innerText.includes("A1")`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#code")`)

	// A payment that is stopped leaves what is typed as it is.
	p.adds("44")
	release = w.hold("/find")
	p.Press(browsertest.F2)
	p.Insert("2999999999991")
	p.Press(browsertest.Enter, browsertest.F3, browsertest.F8)
	p.Press("12")
	release()
	p.Wait(`document.querySelector("#missed").innerText.includes("2999999999991")`)
	p.Press("345")
	p.Wait(item + ` === "12345" && document.querySelectorAll(".ln").length === 1`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#missed").innerText.includes("«12345»: набрано, пока шла оплата")`)
	p.Press(browsertest.Escape)
	p.settled("44,00 ₽")
	p.Press(browsertest.F8)
	p.told()

	// What stands in a field goes on where it was typed.
	p.Press(browsertest.F3)
	p.Press("25")
	p.Get(`window.old = true; location.reload()`, nil)
	p.Wait(`!window.old && document.activeElement.id === "item" && document.querySelector("#item").value === "25"`)
	p.Press("5" + browsertest.Enter)
	p.settled("255,00 ₽")
	p.Press(browsertest.F8)
	p.told()

	var sums []money.Amount
	for _, x := range p.sold() {
		sums = append(sums, x.Due)
		if x.Buyer() == first != (x.Due == 40_00 || x.Due == 11_00 || x.Due == 22_00) {
			t.Errorf("%d was sold to %s", x.Due, x.Buyer())
		}
	}
	slices.Sort(sums)
	if !slices.Equal(sums, []money.Amount{11_00, 22_00, 33_00, 34_00, 35_00, 36_00, 40_00, 44_00, 64_00, 90_00, 135_00, 255_00, 452_15}) {
		t.Errorf("sold for %v", sums)
	}
	s.verified(t)
}

// TestTillTakesWhatIsTyped: what is taken is what stands in the field, not what was
// offered for less of it; what was not found comes not into the midst of what is
// typed; a sum before a good without a price is no price of it; a choice between
// members that is shut is seen to before anything is paid.
func TestTillTakesWhatIsTyped(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Ася", 0)
	popcorn, err := s.service.Products.BySKU(t.Context(), "popcorn-l")
	if err != nil {
		t.Fatal(err)
	}
	s.catalogued(t, catalog.Product{SKU: "americano", Name: "Кофе американо", TypeID: popcorn.TypeID, Price: 150_00})
	s.catalogued(t, catalog.Product{SKU: "latte", Name: "Кофе латте", TypeID: popcorn.TypeID, Price: 200_00})
	s.catalogued(t, catalog.Product{SKU: "nuts", Name: "Орехи", TypeID: popcorn.TypeID, Barcodes: []string{"4607001234581"}})
	w, p := s.behindWire(t, b)

	p.Press(browsertest.F3)
	p.Insert("кофе")
	p.Wait(`document.querySelectorAll("[data-offer]").length === 3`)
	release := w.hold("/goods")
	p.Insert(" латте")
	p.Press(browsertest.Enter)
	release()
	p.settled("200,00 ₽")

	// What was not found stands beside what is typed elsewhere by then.
	release = w.hold("/goods")
	p.Press(browsertest.F3)
	p.Insert("кофей")
	p.Press(browsertest.Enter)
	p.Press(browsertest.F2)
	p.Press(number[:4])
	release()
	p.Wait(`document.querySelector("#missed").innerText.includes("кофей")`)
	p.Insert(number[4:])
	p.Wait(`document.activeElement.id === "scan" && document.querySelector("#scan").value === "` + number + `" && !document.querySelector("#item").value`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".mc")`)
	p.Press(browsertest.Escape)
	p.Press(browsertest.F8)
	p.told()

	release = w.hold("/find")
	p.Press(browsertest.F2)
	p.Insert("350")
	p.Press(browsertest.Enter)
	p.scan("4607001234581")
	release()
	p.Wait(`document.querySelector("#item-error").innerText.includes("Орехи") && document.querySelectorAll(".ln").length === 1`)
	p.Press("кофе" + browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("Сначала наберите цену: Орехи")`)
	p.Insert("3*20")
	p.Press(browsertest.Enter)
	p.settled("410,00 ₽")
	p.Get(`document.querySelector("#missed [data-do=see]")?.click()`, nil) // the word, unless it was read
	p.Press(browsertest.F8)
	p.told()

	p.Get(`(real => { window.fetch = async (at, how) => {
		const answer = await real(at, how);
		if (!String(at).endsWith("/pos/find")) return answer;
		const { found: [is] } = await answer.json();
		return new Response(JSON.stringify({ found: [is, { ...is, name: "Другая" }] }), { status: 200, headers: { "Content-Type": "application/json" } });
	} })(window.fetch)`, nil)
	p.adds("80")
	for _, shut := range []string{browsertest.Escape, ""} {
		p.scan(number)
		p.Wait(`document.querySelector("#choose[open]:not([data-unseen])")`)
		if shut == "" {
			p.Get(`location.reload()`, nil)
			p.Wait(`!window.fetch.toString().includes("real") && document.querySelector("#missed .perr")`)
		} else {
			p.Press(shut)
			p.Wait(`document.querySelector("#missed [data-do=which]")`)
		}
		p.Press(browsertest.F8)
		p.Wait(`document.querySelector("#pay-error").innerText.includes("Не всё попало в чек")`)
		p.Press(browsertest.Escape)
	}
	p.Press(browsertest.F8)
	p.told()
	bought := map[money.Amount]home.ID{}
	for _, x := range p.sold() {
		bought[x.Due] = x.Buyer()
	}
	if len(bought) != 3 || bought[200_00] == 0 || bought[410_00].Kind() == home.Member {
		t.Errorf("sold %v", bought)
	}
	s.verified(t)
}
