package rule_test

import (
	"slices"
	"testing"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

func typed(typ string, pieces int64, price money.Amount) rule.Line {
	return rule.Line{
		SKU: typ, Type: typ, Quantity: money.Quantity(pieces) * money.Piece, Gross: money.Amount(pieces) * price, Payable: true, Earns: true,
	}
}

func scope(types ...string) []rule.Condition {
	return []rule.Condition{{Field: rule.FieldType, In: types}}
}

// TestUnits: what falls on picked units, by examples worked out by hand. The
// floor is off, so that what is free is free.
func TestUnits(t *testing.T) {
	t.Parallel()
	half, whole := 50*money.Percent, money.Whole
	for name, c := range map[string]struct {
		rule  rule.Rule
		lines []rule.Line
		off   []money.Amount // by line
	}{
		"3 for 2: the cheapest of three": {
			rule.Rule{Take: 3, Pay: 2}, []rule.Line{typed("a", 1, 300), typed("b", 1, 100), typed("c", 1, 200)}, []money.Amount{0, 100, 0},
		},
		"3 for 2 of seven: the dearest with the dearest": {
			// 500 500 400 | 400 300 200 | 100
			rule.Rule{Take: 3, Pay: 2},
			[]rule.Line{typed("a", 2, 500), typed("b", 2, 400), typed("c", 1, 300), typed("d", 1, 200), typed("e", 1, 100)},
			[]money.Amount{0, 400, 0, 200, 0},
		},
		"3 for 2 of two is nothing": {rule.Rule{Take: 3, Pay: 2}, []rule.Line{typed("a", 2, 500)}, []money.Amount{0}},
		"3 for 1 in one line":       {rule.Rule{Take: 3, Pay: 1}, []rule.Line{typed("a", 7, 100)}, []money.Amount{400}},
		"the third unit 10 %": {
			rule.Rule{Positions: []rule.Position{{N: 3, Rate: 10 * money.Percent}}}, []rule.Line{typed("a", 2, 500), typed("b", 3, 1000)}, []money.Amount{0, 100},
		},
		"every second half": {
			rule.Rule{Positions: []rule.Position{{N: 2, Every: true, Rate: half}}}, []rule.Line{typed("a", 3, 100), typed("b", 3, 1000)}, []money.Amount{50, 1000},
		},
		"the cheapest of four free": {
			rule.Rule{Cheapest: &rule.Cheapest{Of: 4, Count: 1, Rate: whole}}, []rule.Line{typed("a", 3, 500), typed("b", 1, 200)}, []money.Amount{0, 200},
		},
		"not enough for the cheapest": {
			rule.Rule{Cheapest: &rule.Cheapest{Of: 5, Count: 1, Rate: whole}}, []rule.Line{typed("a", 3, 500), typed("b", 1, 200)}, []money.Amount{0, 0},
		},
		"a bundle at its price": {
			rule.Rule{Set: &rule.Set{Price: 700, Parts: []rule.SetPart{{Scope: scope("film"), Count: 1}, {Scope: scope("corn"), Count: 1}}}},
			[]rule.Line{typed("film", 1, 600), typed("corn", 1, 400), typed("tea", 1, 100)},
			[]money.Amount{180, 120, 0},
		},
		"two bundles, one unit over": {
			rule.Rule{Set: &rule.Set{Off: 100, Parts: []rule.SetPart{{Scope: scope("film"), Count: 1}, {Scope: scope("corn"), Count: 1}}}},
			[]rule.Line{typed("film", 3, 600), typed("corn", 2, 400)},
			[]money.Amount{120, 80},
		},
		"buy two films, popcorn at half": {
			rule.Rule{Set: &rule.Set{Parts: []rule.SetPart{{Scope: scope("film"), Count: 2}, {Scope: scope("corn"), Count: 1, Rate: half}}}},
			[]rule.Line{typed("film", 5, 600), typed("corn", 3, 400)},
			[]money.Amount{0, 400},
		},
		"buy two, the third of the same free": {
			rule.Rule{Set: &rule.Set{Parts: []rule.SetPart{{Count: 2}, {Count: 1, Rate: whole}}}},
			[]rule.Line{typed("a", 2, 500), typed("b", 1, 100), typed("c", 2, 300)},
			[]money.Amount{0, 100, 0},
		},
		"at most one set": {
			rule.Rule{Set: &rule.Set{Most: 1, Rate: half, Parts: []rule.SetPart{{Scope: scope("a"), Count: 2}}}}, []rule.Line{typed("a", 6, 100)}, []money.Amount{100},
		},
		"each unit": {
			rule.Rule{Amount: 30, EachUnit: true, Scope: scope("a")}, []rule.Line{typed("a", 3, 100), typed("b", 1, 100)}, []money.Amount{90, 0},
		},
		"by the sum": {
			rule.Rule{Table: []rule.Row{{From: 0, Rate: 5 * money.Percent}, {From: 1000, Rate: 10 * money.Percent}}}, []rule.Line{typed("a", 1, 1000)}, []money.Amount{100},
		},
		"by the count": {
			rule.Rule{By: rule.ByCount, Table: []rule.Row{{From: 2, Amount: 100}, {From: 3, Amount: 250}}}, []rule.Line{typed("a", 3, 200)}, []money.Amount{250},
		},
	} {
		c.rule.ID, c.rule.Kind = "r", rule.DiscountRule
		s := rule.DefaultSettings()
		s.PriceFloor = 0
		p := &rule.Programme{Code: "p", Name: "п", On: true, Settings: s, Rules: []rule.Rule{c.rule}}
		if err := p.Compile(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r := &rule.Receipt{Day: "2026-03-02", Lines: c.lines}
		o := mustJudge(t, p, r, &rule.Member{})
		checkSums(t, p, r, o)
		var got []money.Amount
		for _, l := range o.Lines {
			got = append(got, l.Discount)
		}
		if !slices.Equal(got, c.off) {
			t.Errorf("%s: %v off, want %v", name, got, c.off)
		}
	}
}

// TestStages: line discounts come before those of the receipt, each on what
// the last left, and a tariff before all.
func TestStages(t *testing.T) {
	t.Parallel()
	least := int64(900)
	p := &rule.Programme{Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(), Rules: []rule.Rule{
		{ID: "receipt", Kind: rule.DiscountRule, Rate: 10 * money.Percent, When: []rule.Condition{{Field: rule.FieldSum, From: &least}}},
		{ID: "line", Kind: rule.DiscountRule, Rate: 10 * money.Percent, Scope: scope("a")},
		{ID: "tariff", Kind: rule.TariffRule, Amount: 500, Scope: scope("a")},
	}}
	if err := p.Compile(); err != nil {
		t.Fatal(err)
	}
	// 1000 → 500 by the tariff → 450 by the line's; with 450 beside it 900 → 810.
	r := &rule.Receipt{Day: "2026-03-02", Lines: []rule.Line{typed("a", 1, 1000), typed("b", 1, 450)}}
	if o := mustJudge(t, p, r, &rule.Member{}); o.Due != 810 {
		t.Errorf("due %d, want 810: %+v", o.Due, o.Effects)
	}
	// A kopeck less and the receipt's condition does not hold: it looks at what the stages before have left.
	r.Lines[1].Gross = 449
	o := mustJudge(t, p, r, &rule.Member{})
	if o.Due != 899 {
		t.Errorf("due %d, want 899", o.Due)
	}
	if !slices.ContainsFunc(o.Trace, func(s rule.Step) bool { return s.Rule == "receipt" && s.Reason == "unmet-sum" }) {
		t.Errorf("why: %+v", o.Trace)
	}
	q := *p
	q.Settings.ConditionsOn = rule.BeforeAll
	if err := q.Compile(); err != nil {
		t.Fatal(err)
	}
	if o := mustJudge(t, &q, r, &rule.Member{}); o.Due != 810 { // 899 less 89.9, rounded down
		t.Errorf("before all discounts: due %d, want 810", o.Due)
	}
}

// TestProgressive: a table's rate acts on the whole sum, or on the part above.
func TestProgressive(t *testing.T) {
	t.Parallel()
	for how, want := range map[rule.Progressive]money.Points{rule.OnWhole: 20_000, rule.OnPart: 13_000} {
		p := &rule.Programme{Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(), Rules: []rule.Rule{
			{ID: "r", Kind: rule.AccrualRule, Table: []rule.Row{{From: 0, Rate: 3 * money.Percent}, {From: 100_000, Rate: 10 * money.Percent}}},
		}}
		p.Settings.Progressive = how
		if err := p.Compile(); err != nil {
			t.Fatal(err)
		}
		r := &rule.Receipt{Day: "2026-03-02", Lines: []rule.Line{typed("a", 2, 100_000)}}
		if o := mustJudge(t, p, r, &rule.Member{Home: 1}); o.Earned != want {
			t.Errorf("%s: %d earned, want %d", how, o.Earned, want)
		}
	}
}

// TestRuleGroups: of a group that takes the best each line earns by the rule
// that gives it most; multipliers act on what was earned.
func TestRuleGroups(t *testing.T) {
	t.Parallel()
	p := &rule.Programme{
		Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(), Groups: map[string]rule.Combine{"rate": rule.TakeBest},
		Rules: []rule.Rule{
			{ID: "services", Kind: rule.AccrualRule, Group: "rate", Rate: 10 * money.Percent, Scope: scope("service")},
			{ID: "all", Kind: rule.AccrualRule, Group: "rate", Rate: 3 * money.Percent},
			{ID: "each", Kind: rule.AccrualRule, Each: 1000, Points: 50},
			{ID: "morning", Kind: rule.AccrualRule, Multiply: 2 * money.Whole, When: []rule.Condition{{Field: rule.FieldTime, From: ptr(540), Below: ptr(720)}}},
		},
	}
	if err := p.Compile(); err != nil {
		t.Fatal(err)
	}
	r := &rule.Receipt{Day: "2026-03-02", Minute: 540, Lines: []rule.Line{typed("service", 1, 1000), typed("goods", 1, 999)}}
	// 100 of the service, 29 of the goods, 50 for the one full thousand; doubled.
	o := mustJudge(t, p, r, &rule.Member{Home: 1})
	if o.Earned != 2*(100+29+50) {
		t.Errorf("earned %d, want %d: %+v", o.Earned, 2*(100+29+50), o.Effects)
	}
	r.Minute = 720 // «с 9 до 12»: twelve is no longer in it
	if o := mustJudge(t, p, r, &rule.Member{Home: 1}); o.Earned != 100+29+50 {
		t.Errorf("at noon %d", o.Earned)
	}
}

func ptr(n int64) *int64 { return &n }
