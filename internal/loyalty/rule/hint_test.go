package rule_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// larger is the receipt that a hint speaks of.
func larger(r *rule.Receipt, h *rule.Hint) *rule.Receipt {
	out := *r
	out.Lines = slices.Clone(r.Lines)
	l := &out.Lines[h.Line]
	if h.Units == 0 {
		more := *l
		more.Quantity, more.Gross, more.Least = money.Piece, h.Amount, 0
		out.Lines = append(out.Lines, more)
		return &out
	}
	price := l.Gross / money.Amount(l.Units())
	for range h.Units {
		l.Quantity, l.Gross = l.Quantity+money.Piece, l.Gross+price
	}
	return &out
}

// TestHints: what lacks a little, by examples worked out by hand.
func TestHints(t *testing.T) {
	t.Parallel()
	whole := money.Whole
	n := func(v int64) *int64 { return &v }
	for name, c := range map[string]struct {
		rule  rule.Rule
		lines []rule.Line
		want  []rule.Hint
	}{
		"one more for 3 for 2": {
			rule.Rule{Take: 3, Pay: 2}, []rule.Line{typed("a", 2, 30_000)}, []rule.Hint{{Units: 1, Saves: 30_000}},
		},
		"two more, the cheapest": {
			rule.Rule{Take: 4, Pay: 3}, []rule.Line{typed("a", 1, 30_000), typed("b", 1, 20_000)}, []rule.Hint{{Line: 1, Units: 2, Saves: 20_000}},
		},
		"three more are too many":      {rule.Rule{Take: 5, Pay: 4}, []rule.Line{typed("a", 2, 30_000)}, nil},
		"a full 3 for 2 lacks nothing": {rule.Rule{Take: 3, Pay: 2}, []rule.Line{typed("a", 3, 30_000)}, nil},
		"one more for the cheapest free": {
			rule.Rule{Cheapest: &rule.Cheapest{Of: 4, Count: 1, Rate: whole}}, []rule.Line{typed("a", 3, 500)}, []rule.Hint{{Units: 1, Saves: 500}},
		},
		"one more for a set": {
			rule.Rule{Set: &rule.Set{Off: 100, Parts: []rule.SetPart{{Scope: scope("film"), Count: 2}, {Scope: scope("corn"), Count: 1}}}},
			[]rule.Line{typed("film", 1, 600), typed("corn", 1, 400)},
			[]rule.Hint{{Units: 1, Saves: 100}},
		},
		"one more of three alike": {
			rule.Rule{Set: &rule.Set{Parts: []rule.SetPart{{Count: 2}, {Count: 1, Rate: whole}}}}, []rule.Line{typed("a", 2, 500)}, []rule.Hint{{Units: 1, Saves: 500}},
		},
		"one more for a table by count": {
			rule.Rule{By: rule.ByCount, Table: []rule.Row{{From: 2, Amount: 100}, {From: 3, Amount: 250}}}, []rule.Line{typed("a", 2, 200)}, []rule.Hint{{Units: 1, Saves: 150}},
		},
		"one more for a count": {
			rule.Rule{Amount: 500, When: []rule.Condition{{Field: rule.FieldCount, From: n(3)}}}, []rule.Line{typed("a", 2, 2000)}, []rule.Hint{{Units: 1, Saves: 500}},
		},
		"a little money for a sum": {
			rule.Rule{Amount: 10_000, When: []rule.Condition{{Field: rule.FieldSum, From: n(100_000)}}}, []rule.Line{typed("a", 1, 80_000)}, []rule.Hint{{Amount: 20_000, Saves: 10_000}},
		},
		"too much money": {rule.Rule{Amount: 10_000, When: []rule.Condition{{Field: rule.FieldSum, From: n(100_000)}}}, []rule.Line{typed("a", 1, 76_000)}, nil},
		"a little money for the next step": {
			rule.Rule{Table: []rule.Row{{From: 0, Rate: 5 * money.Percent}, {From: 100_000, Rate: 10 * money.Percent}}}, []rule.Line{typed("a", 1, 90_000)}, []rule.Hint{{Amount: 10_000, Saves: 5500}},
		},
		"a rate lacks nothing":          {rule.Rule{Rate: 5 * money.Percent}, []rule.Line{typed("a", 1, 90_000)}, nil},
		"what is weighed is no unit":    {rule.Rule{Take: 3, Pay: 2}, []rule.Line{{SKU: "a", Quantity: 1500, Gross: 500}, {SKU: "a", Quantity: 500, Gross: 500}}, nil},
		"the rule falls on other goods": {rule.Rule{Take: 3, Pay: 2, Scope: scope("b")}, []rule.Line{typed("a", 2, 500)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.rule.ID, c.rule.Kind = "x", rule.DiscountRule
			p := &rule.Programme{ID: 1, Code: "p", Name: "p", On: true, Settings: rule.DefaultSettings(), Rules: []rule.Rule{c.rule}}
			p.Settings.PriceFloor = 0
			if err := p.Compile(); err != nil {
				t.Fatal(err)
			}
			r := &rule.Receipt{Day: "2026-03-02", Lines: c.lines}
			for i := range c.want {
				c.want[i].Rule = "x"
			}
			got := rule.Hints(p, r, &rule.Member{}, nil, mustJudge(t, p, r, &rule.Member{}))
			if diff := cmp.Diff(c.want, got); diff != "" && len(c.want)+len(got) > 0 {
				t.Error(diff)
			}
		})
	}
}

// TestHintsOfPoints: an accrual that lacks a little is told in points.
func TestHintsOfPoints(t *testing.T) {
	t.Parallel()
	least := int64(100_000)
	p := &rule.Programme{ID: 1, Code: "p", Name: "p", On: true, Settings: rule.DefaultSettings(), Rules: []rule.Rule{
		{ID: "x", Kind: rule.AccrualRule, Points: 5000, When: []rule.Condition{{Field: rule.FieldSum, From: &least}}},
	}}
	if err := p.Compile(); err != nil {
		t.Fatal(err)
	}
	r := &rule.Receipt{Day: "2026-03-02", Lines: []rule.Line{typed("a", 1, 90_000)}}
	for _, m := range []*rule.Member{{Home: 7}, {}} {
		got := rule.Hints(p, r, m, nil, mustJudge(t, p, r, m))
		var want []rule.Hint
		if m.Known() {
			want = []rule.Hint{{Rule: "x", Amount: 10_000, Earns: 5000}}
		}
		if diff := cmp.Diff(want, got); diff != "" && len(got)+len(want) > 0 {
			t.Error(diff)
		}
	}
}

// TestHintsKeepTheirPromise: judging the larger receipt gives at least what
// the hint says, whatever else the programme has.
func TestHintsKeepTheirPromise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		p.Rules = nil
		for i := range rapid.IntRange(1, 5).Draw(t, "rules") {
			p.Rules = append(p.Rules, drawDiscount(t, fmt.Sprintf("r%d", i)))
		}
		if err := p.Compile(); err != nil {
			t.Fatalf("compile: %v", err)
		}
		r, m := drawReceipt(t, p), drawMember(t)
		out, err := rule.Judge(p, r, m, nil)
		if err != nil {
			return
		}
		hints := rule.Hints(p, r, m, nil, out)
		if len(hints) > rule.MaxHints {
			t.Fatalf("%d hints", len(hints))
		}
		for _, h := range hints {
			got := mustJudge(t, p, larger(r, &h), m)
			if (h.Units > 0) == (h.Amount > 0) || h.Units > 2 || h.Saves < 0 || h.Earns < 0 || h.Saves == 0 && h.Earns == 0 {
				t.Fatalf("%+v", h)
			}
			if got.Discount-out.Discount < h.Saves || h.Earns > 0 && got.Earned-out.Earned < h.Earns {
				t.Fatalf("%+v, but %d off and %d earned become %d and %d", h, out.Discount, out.Earned, got.Discount, got.Earned)
			}
		}
	})
}
