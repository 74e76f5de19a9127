package pages

import (
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// coded is a promo code that takes 10 % off.
const coded = "СТО"

// TestTillAgreesOnTheSum: what the cashier was told in a dialog that hides the
// receipt is what is sold, or nothing: where the network comes or goes meanwhile
// the dialog says that the sum has changed.
func TestTillAgreesOnTheSum(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	programme := *s.service.Programmes.Current().All()[0]
	programme.Campaigns = append(programme.Campaigns[:len(programme.Campaigns):len(programme.Campaigns)], rule.Campaign{
		ID: "hundred", Name: "Сто", Codes: []string{coded},
		Rules:  []rule.Rule{{ID: "hundred-off", Kind: rule.DiscountRule, Rate: 10 * money.Percent}},
		Limits: rule.Limits{InAll: 1000},
	})
	if _, err := s.service.Programmes.Put(t.Context(), programme, "test"); err != nil {
		t.Fatal(err)
	}
	w, p := s.behindWire(t, b)
	p.keepsItself()
	p.keepsRules()
	code := func() {
		p.shift("F3")
		p.Insert(coded)
		p.Press(browsertest.Enter)
		p.settled("900,00 ₽")
	}
	away := func() {
		w.cutAt(0, false)
		p.Wait(`!document.querySelector("#offbar").hidden`)
	}
	back := func() {
		w.mend()
		p.Wait(`document.querySelector("#offbar").hidden`)
	}

	// The network goes while the change is counted: a limited campaign is not promised then.
	p.adds("1000")
	code()
	p.Press(browsertest.F9)
	p.Wait(`document.querySelector("#cash [data-f=about]").innerText.includes("900")`)
	p.Insert("950")
	away()
	p.Wait(`document.querySelector("#cash [data-f=about]").innerText.replace(/\s/g, " ").includes("Сумма изменилась: к оплате 1 000,00")`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#cash[open] [data-f=error]").innerText.replace(/\s/g, " ").includes("50,00")`)
	p.Shot("till-sum-changed")
	back()
	p.Wait(`document.querySelector("#cash [data-f=about]").innerText.replace(/\s/g, " ").includes("к оплате 900,00")`)
	p.Wait(`document.querySelector("#cash[open]") && !document.querySelector("#cash").dataset.unread`) // at once nobody has read it
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".pdone h2")?.innerText.replace(/\s/g, " ") === "900,00 ₽" && document.querySelector(".pdone .change").innerText.includes("50,00")`)

	// An Enter that was pressed twice does not hide what was sold.
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".pdone")`)
	p.onward()

	// Several kinds of money are divided anew.
	p.adds("1000")
	code()
	p.shift("F8")
	p.Wait(`document.querySelector("#mixed [data-f=about]").innerText.includes("900")`)
	p.Insert("900")
	away()
	p.Wait(`document.querySelector("#mixed[open] [data-f=about]").innerText.replace(/\s/g, " ").includes("100,00")`)
	p.Press(browsertest.Enter)
	back()
	p.Wait(`document.querySelector("#mixed[open] [data-f=error]").innerText.replace(/\s/g, " ").includes("900,00")`)
	p.Press(browsertest.Enter)
	p.told()

	// With no dialog either: what has changed as the key goes down nobody has read.
	p.adds("1000")
	code()
	p.Get(`new MutationObserver((_, o) => {
		if (!document.querySelector("#pay-error").innerText.includes("Сумма изменилась")) return;
		o.disconnect();
		document.dispatchEvent(new KeyboardEvent("keydown", { key: "F8", code: "F8", bubbles: true }));
	}).observe(document.body, { subtree: true, childList: true, characterData: true })`, nil)
	away()
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Условия изменились") && !document.querySelector(".pdone")`)
	p.reads()
	p.Press(browsertest.F8)
	p.told()
	back()
	p.queueTold()
	if sold := p.sold(); len(sold) != 3 || sold[0].Due != 1000_00 || sold[1].Due != 900_00 || sold[2].Due != 900_00 {
		t.Errorf("sold: %+v", sold)
	}
	s.verified(t)
}

// catalogued puts something that is sold into the catalogue, and sees to it that
// the desk judges by it from now on: else a quote rests on what it was.
func (p *program) catalogued(t *testing.T, what catalog.Product) {
	t.Helper()
	what.State = reference.Active
	if _, err := p.service.Products.SaveProduct(t.Context(), what); err != nil {
		t.Fatal(err)
	}
	if _, err := p.service.Catalog.Refresh(t.Context(), p.service.DB); err != nil {
		t.Fatal(err)
	}
}

// TestTillStopsWhatIsLost: what was scanned, typed or chosen and is not on the
// receipt stops the payment, wherever it stands and whenever it came, and can be
// put away by a key and by a touch; nothing of it is left for the next guest.
func TestTillStopsWhatIsLost(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.barcode(t, "popcorn-l", "4607001234567")
	like, err := s.service.Products.BySKU(t.Context(), "popcorn-l")
	if err != nil {
		t.Fatal(err)
	}
	s.catalogued(t, catalog.Product{SKU: "gift", Name: "Сувенир без цены", TypeID: like.TypeID})
	w, p := s.behindWire(t, b)
	p.keepsItself()
	stopped := func() {
		t.Helper()
		p.Press(browsertest.F8)
		p.Wait(`document.querySelector("#pay-error .perr") && !document.querySelector(".pdone")`)
	}
	const toScan = `document.querySelector("#scan").focus()`
	missed := func(n string) { t.Helper(); p.Wait(`document.querySelectorAll("#missed .perr").length === ` + n) }

	// The first that is scanned may be a good that is not known.
	p.scan("4699999999990")
	p.Wait(`document.querySelector("#scan-error .perr")`)
	p.scan("4607001234567")
	missed("1")
	stopped()
	p.Shot("till-lost")
	p.Get(`document.querySelector("#missed [data-do=see]").click()`, nil) // as a finger does
	missed("0")
	p.Press(browsertest.F8)
	p.told()

	// A good that waits for its price is neither left out nor for the next guest.
	p.adds("450")
	p.Press(browsertest.F3)
	p.Insert("Сувенир без")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#item").placeholder.includes("Сувенир")`)
	stopped()
	p.Get(`document.querySelector("[data-do=ask-cancel]").click()`, nil)
	p.Wait(`document.querySelector("#cancel[open]")`)
	p.Get(`document.querySelector("#cancel [data-do=cancel]").click()`, nil)
	p.Wait(`!document.querySelector(".ln")`)
	p.sells("450")
	if sold := p.sold(); sold[0].Lines[0].SKU != "sum" {
		t.Errorf("the next guest has bought %+v", sold[0].Lines)
	}

	// What is typed into any field is entered or put away.
	p.adds("500")
	for _, at := range []struct{ key, typed string }{{"F3", "ЗАБЫТЫЙ"}, {"", "+79451000037"}} {
		if at.key != "" {
			p.shift(at.key)
		} else {
			p.Get(toScan, nil)
		}
		p.Insert(at.typed)
		stopped()
		p.Wait(`document.activeElement.value === "` + at.typed + `"`)
		p.Press(browsertest.Escape)
	}
	p.Press(browsertest.F8)
	p.told()

	// Whoever is registered from the list is whom its line names.
	p.adds("600")
	for _, phone := range []string{"89990007711", "89990007722"} {
		p.Get(toScan, nil)
		p.Insert(phone)
		p.Press(browsertest.Enter)
		p.Wait(`[...document.querySelectorAll("#missed .perr")].some(e => e.innerText.includes("` + phone + `"))`)
	}
	p.Get(`document.querySelector("#missed [data-do=register]").click()`, nil)
	p.Wait(`document.querySelector("#register[open]") && [...document.querySelectorAll("#register input")].some(i => i.value.replace(/\D/g, "").endsWith("9990007711"))`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#register[open]")`)
	p.Press(browsertest.Escape)
	missed("0")

	// Several kinds of money are asked for while the first good is looked up, so that no sum is typed into another field.
	p.Press(browsertest.F8)
	p.told()
	release := w.hold("/goods")
	p.scan("4607001234567")
	p.Wait(`document.querySelector("#looking").innerText`)
	p.shift("F8")
	p.Wait(`document.querySelector("#mixed[open]") && document.activeElement.id === "mixed-card"`)
	release()
	p.Wait(`!document.querySelector("#mixed [data-f=about]").innerText.includes("…")`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#mixed[open]")`)

	// A dialog of which the sum can't be told says why, and stays: nothing of what is typed into it goes elsewhere.
	release = w.hold("/goods")
	p.scan("4699999999990")
	p.Wait(`document.querySelector("#looking").innerText`)
	p.Press(browsertest.F9)
	p.Wait(`document.querySelector("#cash[open]")`)
	p.Insert("12")
	release()
	p.Wait(`document.querySelector("#cash[open] [data-f=error]").innerText.includes("Не всё попало в чек")`)
	p.Insert("50")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#cash[open]") && document.querySelector("#cash-got").value && !document.querySelector("#item").value`)
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#cash[open]")`)
	missed("1")
	p.Press(browsertest.Escape)
	missed("0")

	// A code of which the answer to the one before it moves the cursor leaves nothing of itself behind.
	p.Get(`(() => {
		const key = k => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: k, code: /\d/.test(k) ? "Digit" + k : "Enter", bubbles: true, cancelable: true }));
		const type = k => { key(k); document.activeElement.value += k; };
		document.querySelector("#scan").focus();
		for (const k of "4607001") type(k);
		document.querySelector("#item").focus();
		for (const k of "234567") type(k);
		key("Enter");
	})()`, nil)
	p.Wait(`document.querySelector(".ln .qty b").innerText === "2" && !document.querySelector("#item").value && !document.querySelector("#scan").value`)
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone")`)
	p.Press(browsertest.Escape) // goes on, as Enter does once it was seen
	p.Wait(`document.querySelector("#scan")`)

	// A word that was mistyped and is typed right leaves nothing, chosen from what is offered too; any other stays, also when the
	// page is read anew.
	s.catalogued(t, catalog.Product{SKU: "strong", Name: "Кофе крепкий", TypeID: like.TypeID, Price: 200_00})
	for _, times := range []string{"", "2*"} {
		p.Press(browsertest.F3)
		p.Insert(times + "коффе")
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelector("#item-error .perr")`)
		p.Insert(times + "кофе кре")
		p.Wait(`document.querySelectorAll("#offers [role=option]").length === 1`)
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelector(".ln") && !document.querySelector("#missed .perr")`)
	}
	p.scan("4699999999990")
	missed("1")
	p.Go(p.url + "/pos/")
	p.Wait(`document.querySelector(".ln")`)
	missed("1")
	p.Wait(`document.querySelector("#missed [data-do=register]").dataset.code === "4699999999990"`) // and what can be done about it
	stopped()
	p.scan("4607001234567") // why it was stopped is told on, whatever comes
	p.Wait(`document.querySelector(".ln:last-child .qty b").innerText === "1" && document.querySelector(".pays .btn:enabled")`)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Не всё попало в чек")`)
	p.Get(`document.querySelector("#missed [data-do=see]").click()`, nil)
	p.Wait(`!document.querySelector("#pay-error .perr")`)
	p.Press(browsertest.F8)
	p.told()

	// What stands in a field is there again after a lock, and the receipt is asked about anew.
	p.adds("640")
	p.Get(`document.querySelector(".ln .inc").click(), document.querySelector("[data-do=lock]").click()`, nil)
	p.Wait(`document.activeElement?.id === "pin"`)
	p.Insert(demo.CashierPIN)
	p.Press(browsertest.Enter)
	p.settled("1 280,00 ₽")
	p.Press(browsertest.F3)
	p.Insert("2*сувен")
	p.Wait(`!document.querySelector("#offers").hidden`)
	stopped()
	p.Press(browsertest.Escape) // it was told to take what is typed: what is offered for it goes too
	p.Wait(`!document.querySelector("#item").value && document.querySelector("#offers").hidden && !document.querySelector("#pay-error .perr")`)
	p.Insert("2*сувен")
	p.Get(`document.querySelector("[data-do=lock]").click()`, nil)
	p.Wait(`document.activeElement?.id === "pin"`)
	p.Insert(demo.CashierPIN)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".ln") && document.querySelector("#item").value === "2*сувен"`)
	stopped()
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#item").value && !document.querySelector("#pay-error .perr")`)
	p.Press(browsertest.F8)
	p.told()

	// With no network a code among goods is a good rather than a card, unless it is said to be one.
	w.cutAt(0, false)
	p.Wait(`!document.querySelector("#offbar").hidden`)
	p.adds("700")
	p.scan("812345678901") // of twelve digits, as goods have them too: no phone
	missed("1")
	p.scan("4612345678903")
	missed("2")
	p.Wait(`!document.querySelector(".mc")`)
	stopped()
	p.Get(`document.querySelector("#missed [data-do=see]").click()`, nil)
	missed("1")
	p.Get(`document.querySelector("#missed [data-do=as-card]").click()`, nil)
	p.Wait(`document.querySelector(".mc") && !document.querySelector("#missed .perr")`)
	p.Get(`document.querySelector("[data-do=forget]").click()`, nil)
	p.Press(browsertest.F8)
	p.told()
	w.mend()
	p.allTold()
	s.verified(t)
}
