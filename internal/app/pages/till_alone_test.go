package pages

import (
	"fmt"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// givesOff lets the programme take a share off every receipt of a member, in a
// campaign.
func (p *program) givesOff(t *testing.T, name string, rate money.Rate) {
	t.Helper()
	programme := *p.service.Programmes.Current().All()[0]
	programme.Campaigns = append(programme.Campaigns[:len(programme.Campaigns):len(programme.Campaigns)], rule.Campaign{
		ID: "alone", Name: name, Alone: true, Priority: 1000,
		When:  []rule.Condition{{Field: rule.FieldPurchases, From: new(int64(0))}},
		Rules: []rule.Rule{{ID: "alone-off", Kind: rule.DiscountRule, Rate: rate}},
	})
	if _, err := p.service.Programmes.Put(t.Context(), programme, "test"); err != nil {
		t.Fatal(err)
	}
}

// keeps waits until the till has something in a store of its browser.
func (p *till) keeps(store, name string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf(`new Promise(done => {
		const base = indexedDB.open("kopilka-till");
		base.onsuccess = () => {
			const kept = base.result.transaction(%[1]q).objectStore(%[1]q).get(%[2]q);
			kept.onsuccess = () => { base.result.close(); done(!!kept.result); };
		};
	})`, store, name))
}

// keepsRules waits until the till can judge by itself.
func (p *till) keepsRules() {
	p.t.Helper()
	p.keeps("kept", "rules")
}

// TestTillJudgesAlone: with no network a receipt comes to what it came to with
// one, and the program says the same when it is told.
func TestTillJudgesAlone(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.riskOffline(t, 50_00)
	s.givesOff(t, "Неделя скидок", 25*money.Percent)
	_, number := s.buyer(t, "Нина", 3000_00)
	w, p := s.behindWire(t, b)
	p.keepsItself()
	p.keepsRules()
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("1000")
	p.settled("750,00 ₽")
	p.Wait(`document.querySelector(".ln").innerText.includes("Неделя скидок")`)
	p.Press(browsertest.F8)
	asked := p.told()

	w.cutAt(0, false)
	p.Go(p.url + "/pos/") // what it judges by outlives the page
	p.Wait(`document.querySelector("#scan") && !document.querySelector("#offbar").hidden`)
	said := map[string]bool{}
	for n, due := range []string{"700,00 ₽", "700,00 ₽"} {
		p.scan(number)
		p.Wait(`document.querySelector(".mc")?.innerText.includes("Нина")`)
		p.adds("1000")
		p.settled("750,00 ₽")
		p.Wait(`document.querySelector(".ln").innerText.includes("Неделя скидок")`)
		p.Press(browsertest.F6)
		p.Insert("60") // more than may be risked is told, not made less
		p.Wait(`document.querySelector("#pay-error .perr") && document.querySelector("#spend").getAttribute("aria-invalid") === "true"`)
		p.Press(browsertest.F7)
		p.settled(due) // 25 % off, and 50 points that may be risked
		if n == 0 {
			p.Accessible()
			p.Shot("till-alone")
		}
		p.Press(browsertest.F8)
		said[p.told()] = true
	}
	w.mend()
	p.allTold() // nothing came out otherwise
	sold := p.sold()
	if len(sold) != 1+len(said) {
		t.Fatalf("%d were sold alone, %d are there in all", len(said), len(sold))
	}
	for _, x := range sold {
		if x.Number == asked {
			continue
		}
		if !said[x.Number] || x.Mode != purchase.Record || x.Discount != 250_00 || x.Spent != 50_00 || x.Due != 700_00 || len(x.Flags) > 0 {
			t.Errorf("%+v", x)
		}
	}
	s.verified(t)
}

// TestTillFindsGoodsAlone: with no network a till finds goods that it has never
// sold, by a scan and by words, and none that is not sold any more.
func TestTillFindsGoodsAlone(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.barcode(t, "popcorn-l", "4607001234567")
	s.closes(t, "cola")
	w, p := s.behindWire(t, b)
	p.keepsItself()
	p.keeps("goods", "popcorn-l")
	w.cutAt(0, false)
	p.Go(p.url + "/pos/")
	p.Wait(`document.querySelector("#scan") && !document.querySelector("#offbar").hidden`)
	p.Press(browsertest.F3)
	p.scan("4607001234567")
	p.Wait(`document.querySelectorAll(".ln").length === 1`)
	p.Insert("малый попк")
	p.Wait(`document.querySelectorAll("#offers [role=option]").length === 1`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelectorAll(".ln").length === 2`)
	p.settled("630,00 ₽")
	p.Shot("till-alone-goods")
	p.Insert("Лимонад")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText.includes("Лимонад")`)
	p.Press(browsertest.Escape) // else it is in its field again once the page is read anew, in the midst of what is typed
	p.Wait(`!document.querySelector("#item").value`)
	w.mend()
	p.Wait(`document.querySelector("#offbar").hidden`)

	s.closes(t, "popcorn-s")
	s.barcode(t, "cola", "4607001234574") // it is sold again, and has a code now; whoever keeps that keeps what was before it
	p.Go(p.url + "/pos/")
	p.keeps("goods", "cola")
	w.cutAt(0, false)
	p.Go(p.url + "/pos/")
	p.Wait(`document.querySelector("#item") && !document.querySelector("#offbar").hidden`)
	p.scan("4607001234574")
	p.Wait(`document.querySelectorAll(".ln").length === 3`)
	p.Insert("малый попк")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#item-error").innerText !== ""`)
}

// closes lets a product be sold no more.
func (p *program) closes(t *testing.T, sku string) {
	t.Helper()
	product, err := p.service.Products.BySKU(t.Context(), sku)
	if err != nil {
		t.Fatal(err)
	}
	product.State = reference.Closed
	if _, err := p.service.Products.SaveProduct(t.Context(), product); err != nil {
		t.Fatal(err)
	}
}
