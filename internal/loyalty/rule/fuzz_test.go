package rule_test

import (
	"encoding/json"
	"testing"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// FuzzProgramme: no text makes Unmarshal, Compile or Judge panic; a programme
// that compiles judges any receipt, and is the same after being stored.
func FuzzProgramme(f *testing.F) {
	doc, err := json.Marshal(good())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(doc, int64(100_000), int64(1000), int64(1772442000000000), "ВЕСНА")
	f.Add([]byte(`{"code":"p","name":"п","settings":{"point_value":1,"accrual_step":7,"spend_step":100,"earn_on":"after","clawback":"money","round":"up"},
		"earning":{"rate":"10000","expiry":{"mode":"dates","dates":["02-29"]}},"spending":{"share":"100"}}`), int64(rule.MaxCents/2), int64(333), int64(1), "")
	f.Add([]byte(`{"code":"p","name":"п","earning":{"rate":"5"}}`), int64(rule.MaxCents/2+1), int64(1000), int64(1), "")
	f.Add([]byte(`{"earning":{"by_type":{"":"5"}},"offers":[{"codes":null}]}`), int64(-1), int64(0), int64(-1), "x")
	f.Fuzz(func(t *testing.T, doc []byte, gross, quantity, at int64, code string) {
		p := &rule.Programme{}
		if json.Unmarshal(doc, p) != nil {
			return
		}
		if err := p.Compile(); err != nil {
			if e := fault.From(err); e.Kind != fault.Invalid || len(e.Fields) == 0 {
				t.Fatalf("refused without a place: %v", err)
			}
			return
		}
		l := rule.Line{SKU: "x", Type: "ticket", Quantity: money.Quantity(quantity), Gross: money.Amount(gross), Payable: true, Earns: true}
		r := &rule.Receipt{Day: "2026-03-02", Codes: codesOf(code), Lines: []rule.Line{l, l}, Wish: rule.Wish{Max: true}}
		o, err := rule.Judge(p, r, &rule.Member{Home: 1, Spendable: 1e15}, nil)
		if fault.Is(err, "purchase.earned-most") {
			return
		}
		if (err == nil) != (gross >= 0 && gross <= rule.MaxCents/2 && quantity >= 0) {
			t.Fatalf("gross %d, quantity %d: %v", gross, quantity, err)
		}
		if err == nil {
			checkSums(t, p, r, o)
		}
		if at > 0 && at < 1<<55 {
			checkTerms(t, p, clock.Micros(at))
		}
		stored, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("compiles and can't be stored: %v", err)
		}
		again := &rule.Programme{}
		if err := json.Unmarshal(stored, again); err != nil || again.Compile() != nil {
			t.Fatalf("stored and can't be read: %v", err)
		}
		if o2, _ := rule.Judge(again, r, &rule.Member{Home: 1, Spendable: 1e15}, nil); o != nil && o.Digest() != o2.Digest() {
			t.Fatalf("judges otherwise after being stored: %+v %+v", o, o2)
		}
	})
}

func checkTerms(t tester, p *rule.Programme, at clock.Micros) {
	t.Helper()
	terms := p.Terms()
	active := p.ActiveAt(&terms, at)
	if end, _ := p.Expires(&terms.Expiry, active); active < at && p.Earning.Delay > 0 || end != 0 && end <= active {
		t.Fatalf("earned %s, active %s, ends %s", at.Time(), active.Time(), end.Time())
	}
}
