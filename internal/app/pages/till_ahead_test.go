package pages

import (
	"strings"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/id"
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

// TestTillKeepsWhoWasShown: a sum or a good that is typed takes nobody's place who
// was shown before it, and of two who were shown the last is served, whoever is
// found first; what is typed over the choice between several is what is bought.
func TestTillKeepsWhoWasShown(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	first, number := s.buyer(t, "Ася", 0)
	second, other := s.buyer(t, "Варвара", 0)
	w, p := s.behindWire(t, b)
	typed := func(what string) {
		p.Get(`document.querySelector("#scan").focus()`, nil)
		p.Insert(what)
		p.Press(browsertest.Enter)
	}

	release := w.hold("/find")
	p.scan(number)
	typed("350")
	p.Press(browsertest.F8)
	release()
	p.told()

	p.scan(number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ася")`)
	release = w.hold("/find")
	p.scan(other)
	typed("360")
	p.Press(browsertest.F8)
	release()
	p.told()

	release = w.hold("/find")
	p.scan(number)
	p.scan("4600000000017") // is nobody's
	release()
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ася") && document.querySelector(".pwrap").innerText.includes("4600000000017")`)
	p.adds("370")
	p.Wait(`document.querySelector("#missed").innerText.includes("4600000000017")`) // it may have been a good
	p.Press(browsertest.Escape)
	p.Press(browsertest.F8)
	p.told()

	// A hand is no scanner that pauses: what it has typed is no part of a card.
	p.Get(`document.querySelector("#scan").focus()`, nil)
	p.Press("35")
	p.Get(`window.typed = performance.now()`, nil)
	p.Wait(`performance.now() - window.typed > 800`)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ася") && document.querySelector("#scan").value === "35"`)
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("«35» ещё не в чеке")`)
	p.Press(browsertest.Escape)
	p.Get(`document.querySelector("[data-do=forget]").click()`, nil)

	p.Get(`(real => { window.fetch = async (at, how) => {
		const answer = await real(at, how);
		if (!String(at).endsWith("/pos/find")) return answer;
		const { found } = await answer.json(), [is] = found;
		return new Response(JSON.stringify({ found: [is, { ...is, name: "Другая" }] }), { status: 200, headers: { "Content-Type": "application/json" } });
	} })(window.fetch)`, nil)
	p.scan(number)
	p.Wait(`document.querySelector("#choose[open]:not([data-unseen])")`)
	p.Press("380" + browsertest.Enter)
	p.Wait(`!document.querySelector("#choose[open]") && document.querySelector("#missed [data-do=which]")`)
	p.settled("380,00 ₽")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Не всё попало в чек")`)
	p.Get(`document.querySelector("#missed [data-do=which]").click()`, nil)
	p.Wait(`document.querySelector("#choose[open]:not([data-unseen])")`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Ася") && !document.querySelector("#missed").innerText`)
	p.Press(browsertest.F8)
	p.told()

	want := map[money.Amount]home.ID{350_00: first, 360_00: second, 370_00: first, 380_00: first}
	sold := p.sold()
	for _, x := range sold {
		if x.Buyer() != want[x.Due] {
			t.Errorf("%d was sold to %s", x.Due, x.Buyer())
		}
	}
	if len(sold) != len(want) {
		t.Errorf("%d receipts", len(sold))
	}
	s.verified(t)
}

// TestTillGoodsWithoutPrice: a good that has no price takes what is typed after it,
// however it was shown and however long it is looked up, and is asked about anew
// each time; one at hand costs what the catalogue says by now. What is typed while
// a receipt is paid, or once it was, is the next one's.
func TestTillGoodsWithoutPrice(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.barcode(t, "popcorn-l", "4607001234567")
	var typeOf id.ID
	price := func(kopecks money.Amount) {
		t.Helper()
		product, err := s.service.Products.BySKU(t.Context(), "popcorn-l")
		if err != nil {
			t.Fatal(err)
		}
		product.Price, typeOf = kopecks, product.TypeID
		if _, err := s.service.Products.SaveProduct(t.Context(), product); err != nil {
			t.Fatal(err)
		}
	}
	price(0)
	s.barcode(t, "cola", "46012345")
	w, p := s.behindWire(t, b)

	release := w.hold("/goods")
	p.scan("4607001234567")
	p.Get(`document.querySelector("#scan").focus()`, nil)
	p.Insert("88")
	p.Press(browsertest.Enter)
	p.Press(browsertest.F8)
	release()
	p.told()

	// At hand it has no price either.
	const atHand = `document.querySelector("[data-do=quick][data-sku=popcorn-l]")`
	p.Wait(atHand)
	p.Get(atHand+`.click()`, nil)
	p.Wait(`document.querySelector("#item-error").innerText && document.activeElement.id === "item" && !document.querySelector(".ln")`)
	for _, field := range []string{"scan", "item"} { // the code of another good is no price
		p.Get(`document.querySelector("#`+field+`").focus()`, nil)
		p.Insert("46012345")
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelector("#item-error").innerText.includes("наберите цену") && !document.querySelector(".ln")`)
		p.Get(`(i => { i.value = ""; i.dispatchEvent(new Event("input", { bubbles: true })); document.querySelector("#item-error").replaceChildren() })(document.querySelector("#item"))`, nil)
	}
	p.Insert("90")
	p.Press(browsertest.Enter)
	p.settled("90,00 ₽")
	p.Wait(`document.querySelector("#missed").innerText.includes("ждали цену другого товара")`)
	p.Insert("46012345") // typed anew it is missed no more
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelectorAll(".ln").length === 2 && !document.querySelector("#missed").innerText`)
	p.Press(browsertest.Delete)
	p.settled("90,00 ₽")
	release = w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#waits[open]")`)
	p.Get(`document.querySelector("#waits").close()`, nil)
	p.Get(`document.querySelector("#item").focus()`, nil)
	p.Insert("64")
	release()
	p.told()
	p.Wait(`document.querySelector("#item").value === "64"`)
	p.Get(`document.querySelector("#item").focus()`, nil)
	p.Press(browsertest.Enter)
	p.settled("64,00 ₽")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Press("7") // begins the next
	p.Wait(`document.activeElement.id === "item" && document.querySelector("#item").value === "7"`)
	p.Press("0" + browsertest.Enter)
	p.settled("70,00 ₽")
	p.Press(browsertest.F8)
	p.told()

	// All that is typed over what was sold is the next guest's, also before that was seen; a scan leaves nothing of itself.
	p.adds("65")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone")`)
	p.Press("2")
	p.Wait(`document.querySelector(".pdone[data-seen]") || document.querySelector("#item")?.value === "2"`)
	p.Press("75")
	p.Wait(`document.activeElement.id === "item" && document.querySelector("#item").value === "275"`)
	p.Press(browsertest.Enter)
	p.settled("275,00 ₽")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone")`)
	p.Press("4607001234567" + browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("Попкорн") && !document.querySelector("#item").value`)

	// While its price is asked for another good takes not its place: one with a price is added, one without is told.
	s.catalogued(t, catalog.Product{SKU: "bar", Name: "Шоколадка", TypeID: typeOf, Price: 99_00, Barcodes: []string{"4607001234574"}})
	s.catalogued(t, catalog.Product{SKU: "nuts", Name: "Орехи", TypeID: typeOf, Barcodes: []string{"4607001234581"}})
	p.Press("88" + browsertest.Enter)
	p.settled("88,00 ₽")
	release = w.hold("/goods")
	for _, code := range []string{"4607001234567", "4607001234574", "4607001234581"} {
		p.scan(code)
	}
	release()
	p.Wait(`document.querySelectorAll(".ln").length === 2 && document.querySelector("#item-error").innerText && document.querySelector("#missed .perr")`)
	p.Press(browsertest.Escape)
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error .perr")`)
	p.Insert("1")
	p.Press(browsertest.Enter)
	p.settled("188,00 ₽")

	// What is found moves nobody's cursor who types.
	release = w.hold("/goods")
	p.scan("4607001234574")
	p.Press(browsertest.F2)
	p.Press("8945")
	release()
	p.settled("287,00 ₽")
	p.Press("1000259")
	p.Wait(`document.querySelector("#scan").value === "89451000259" && document.activeElement.id === "scan"`)
	p.Press(browsertest.Escape)
	p.Press(browsertest.F8)
	p.told()

	price(555_00)
	p.Get(atHand+`.click()`, nil)
	p.settled("555,00 ₽")
	p.Press(browsertest.F8)
	p.told()

	want := map[money.Amount]string{
		88_00: "popcorn-l", 90_00: "popcorn-l", 64_00: "sum", 70_00: "sum", 65_00: "sum", 275_00: "sum", 287_00: "popcorn-l bar popcorn-l", 555_00: "popcorn-l",
	}
	sold := p.sold()
	for _, x := range sold {
		var skus []string
		for i := range x.Lines {
			skus = append(skus, x.Lines[i].SKU)
		}
		if got := strings.Replace(strings.Join(skus, " "), "nuts", "popcorn-l", 1); got != want[x.Due] { // whichever is found first is asked about
			t.Errorf("%d: %s", x.Due, skus)
		}
	}
	if len(sold) != len(want) {
		t.Errorf("%d receipts", len(sold))
	}
	s.verified(t)
}
