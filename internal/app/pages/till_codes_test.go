package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// byCode lets a promo code take 10 % off a receipt of 5000 rubles and more.
func (p *program) byCode(t *testing.T, code string) {
	t.Helper()
	programme := *p.service.Programmes.Current().All()[0]
	programme.Campaigns = append(programme.Campaigns[:len(programme.Campaigns):len(programme.Campaigns)], rule.Campaign{
		ID: "by-code", Name: "Клуб", Codes: []string{code},
		When:  []rule.Condition{{Field: rule.FieldSum, From: new(int64(5000_00))}},
		Rules: []rule.Rule{{ID: "by-code-off", Kind: rule.DiscountRule, Rate: 10 * money.Percent}},
	})
	if _, err := p.service.Programmes.Put(t.Context(), programme, "test"); err != nil {
		t.Fatal(err)
	}
}

// TestTillTellsOfCodes: of promo codes that a till with no network did not go by
// it is told afterwards why each was not taken; one that it went by is not named.
func TestTillTellsOfCodes(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.byCode(t, "КЛУБ")
	w, p := s.behindWire(t, b)
	p.keepsItself()
	p.keepsRules()
	w.cutAt(0, false)
	p.Wait(`!document.querySelector("#offbar").hidden`)
	for _, sale := range []struct{ sum, due string }{{"400", "400,00 ₽"}, {"6000", "5 400,00 ₽"}} {
		p.adds(sale.sum)
		for _, code := range []string{"НЕТТАКОГО", "КЛУБ"} {
			p.shift("F3")
			p.Insert(code)
			p.Press(browsertest.Enter)
			p.Wait(`[...document.querySelectorAll("#codes .chip")].some(c => c.innerText.includes("` + code + `"))`)
		}
		p.settled(sale.due)
		p.Press(browsertest.F9, browsertest.Enter)
		p.told()
	}
	w.mend()
	p.Wait(`document.querySelector("[data-f=net]").innerText === "На связи · посмотреть: 2"`)
	p.Get(`document.querySelector("[data-do=queue]").click()`, nil)
	entry := func(sum string) string {
		return `[...document.querySelectorAll("#queue .rec li")].find(r => r.innerText.replaceAll("\u00a0", " ").includes("` + sum + `")).innerText`
	}
	p.Wait(entry("400,00 ₽") + `.includes("Промокод НЕТТАКОГО не принят. Такого промокода нет")`)
	p.Wait(entry("400,00 ₽") + `.includes("Промокод КЛУБ не принят. Условие промокода не выполнено")`)
	p.Wait(entry("5 400,00 ₽") + `.includes("НЕТТАКОГО") && !` + entry("5 400,00 ₽") + `.includes("КЛУБ")`)
	p.Accessible()
	p.Shot("till-codes")
	s.verified(t)
}
