package rule_test

import (
	"reflect"
	"slices"
	"testing"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// stepOf gives the only step of a rule in a trace.
func stepOf(t *testing.T, o *rule.Outcome, id string) rule.Step {
	t.Helper()
	at := slices.IndexFunc(o.Trace, func(s rule.Step) bool { return s.Rule == id })
	if at < 0 {
		t.Fatalf("nothing is said of %q: %+v", id, o.Trace)
	}
	return o.Trace[at]
}

// TestShortOfWhatItNeeds: a rule for which there is too little says how much
// there is and how much it needs, in base and in a campaign, chosen or not.
func TestShortOfWhatItNeeds(t *testing.T) {
	t.Parallel()
	half := 50 * money.Percent
	discount, accrual := rule.DiscountRule, rule.AccrualRule
	for name, c := range map[string]struct {
		rule          rule.Rule
		lines         []rule.Line
		reason        string
		found, needed any
	}{
		"three for two":     {rule.Rule{Kind: discount, Take: 3, Pay: 2}, []rule.Line{typed("a", 2, 100)}, rule.WhyFewUnits, int64(2), int64(3)},
		"the cheapest of 3": {rule.Rule{Kind: discount, Cheapest: &rule.Cheapest{Count: 1, Of: 3, Rate: half}}, []rule.Line{typed("a", 1, 100)}, rule.WhyFewUnits, int64(1), int64(3)},
		"the third unit":    {rule.Rule{Kind: discount, Positions: []rule.Position{{N: 4, Rate: half}, {N: 3, Rate: half}}}, []rule.Line{typed("a", 2, 100)}, rule.WhyFewUnits, int64(2), int64(3)},
		"each full 10 ₽":    {rule.Rule{Kind: accrual, Points: 500, Each: 1000}, []rule.Line{typed("a", 1, 999)}, rule.WhyFewSum, money.Amount(999), money.Amount(1000)},
		"a table by sum":    {rule.Rule{Kind: accrual, Table: []rule.Row{{From: 1000, Rate: half}}}, []rule.Line{typed("a", 1, 999)}, rule.WhyFewSum, money.Amount(999), money.Amount(1000)},
		"a table by count":  {rule.Rule{Kind: discount, By: rule.ByCount, Table: []rule.Row{{From: 3, Amount: 10}}}, []rule.Line{typed("a", 2, 100)}, rule.WhyFewUnits, int64(2), int64(3)},
		"a table by past":   {rule.Rule{Kind: discount, By: rule.ByPast, Table: []rule.Row{{From: 5000, Rate: half}}}, []rule.Line{typed("a", 2, 100)}, rule.WhyFewPast, money.Amount(4000), money.Amount(5000)},
		"a table by used":   {rule.Rule{Kind: discount, By: rule.ByUsed, Table: []rule.Row{{From: 5000, Rate: half}}}, []rule.Line{typed("a", 2, 100)}, rule.WhyFewUsed, money.Amount(0), money.Amount(5000)},
		"a set": {
			rule.Rule{Kind: discount, Set: &rule.Set{Off: 10, Parts: []rule.SetPart{{Scope: scope("a"), Count: 1}, {Scope: scope("b"), Count: 2}}}},
			[]rule.Line{typed("a", 5, 100), typed("b", 1, 100)},
			rule.WhyFewOfSet, int64(1), int64(2),
		},
		"a set whose parts share": {
			rule.Rule{Kind: discount, Set: &rule.Set{Parts: []rule.SetPart{{Count: 2}, {Count: 1, Rate: half}}}},
			[]rule.Line{typed("a", 2, 100)},
			rule.WhyFewOfSet, int64(2), int64(3),
		},
	} {
		c.rule.ID = "r"
		for where, p := range map[string]*rule.Programme{
			"base":     {Rules: []rule.Rule{c.rule}},
			"campaign": {Campaigns: []rule.Campaign{{ID: "c", Name: "к", Rules: []rule.Rule{c.rule}}}},
		} {
			p.Code, p.Name, p.On, p.Settings = "p", "п", true, rule.DefaultSettings()
			if err := p.Compile(); err != nil {
				t.Fatalf("%s, %s: %v", name, where, err)
			}
			o := mustJudge(t, p, &rule.Receipt{Day: "2026-03-02", Lines: c.lines}, &rule.Member{Home: 7, Turnover: 4000})
			s := stepOf(t, o, "r")
			if want := fault.Pairs("found", c.found, "needed", c.needed); s.Applied || s.Reason != c.reason || !reflect.DeepEqual(s.Args, want) {
				t.Errorf("%s, %s: %+v, want %s %v", name, where, s, c.reason, want)
			}
		}
	}
}

// TestNothingIsNotLost: what could give nothing in any combination did not
// lose against another, and what lost on points is told the points.
func TestNothingIsNotLost(t *testing.T) {
	t.Parallel()
	judge := func(lines []rule.Line, campaigns ...rule.Campaign) *rule.Outcome {
		t.Helper()
		p := &rule.Programme{Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(), Campaigns: campaigns}
		if err := p.Compile(); err != nil {
			t.Fatal(err)
		}
		return mustJudge(t, p, &rule.Receipt{Day: "2026-03-02", Lines: lines}, &rule.Member{Home: 7})
	}
	floored := typed("a", 1, 100)
	floored.Least = 100
	off := rule.Campaign{ID: "off", Name: "к", Rules: []rule.Rule{{ID: "off-r", Kind: rule.DiscountRule, Rate: 10 * money.Percent}}}
	if s := stepOf(t, judge([]rule.Line{floored}, off), "off-r"); s.Reason != rule.WhyNothing {
		t.Errorf("at its least price: %+v", s)
	}
	barren := typed("a", 1, 100)
	barren.Earns = false
	ten := rule.Campaign{ID: "ten", Name: "к", Alone: true, Rules: []rule.Rule{{ID: "ten-r", Kind: rule.AccrualRule, Rate: 10 * money.Percent}}}
	if s := stepOf(t, judge([]rule.Line{barren}, ten), "ten-r"); s.Reason != rule.WhyEarnsNothing {
		t.Errorf("on what earns nothing: %+v", s)
	}
	five := rule.Campaign{ID: "five", Name: "к", Alone: true, Rules: []rule.Rule{{ID: "five-r", Kind: rule.AccrualRule, Rate: 5 * money.Percent}}}
	s := stepOf(t, judge([]rule.Line{typed("a", 1, 10_000)}, five, ten), "five-r")
	if s.Reason != rule.WhyLostPoints || !reflect.DeepEqual(s.Args, fault.Pairs("best", money.Points(1000))) {
		t.Errorf("beaten by points: %+v", s)
	}
}

// TestCampaignOfWordsActs: a campaign that only says or awards something costs
// nobody anything, and acts beside the others of its group.
func TestCampaignOfWordsActs(t *testing.T) {
	t.Parallel()
	p := &rule.Programme{Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(), Campaigns: []rule.Campaign{
		{ID: "say", Name: "к", Rules: []rule.Rule{{ID: "say-r", Kind: rule.MessageRule, Text: rule.Text{RU: "Спасибо", EN: "Thanks"}}}},
		{ID: "off", Name: "к", Rules: []rule.Rule{{ID: "off-r", Kind: rule.DiscountRule, Rate: 10 * money.Percent}}},
	}}
	if err := p.Compile(); err != nil {
		t.Fatal(err)
	}
	o := mustJudge(t, p, &rule.Receipt{Day: "2026-03-02", Lines: []rule.Line{typed("a", 1, 100)}}, &rule.Member{Home: 7})
	if len(o.Messages) != 1 || o.Discount != 10 {
		t.Errorf("messages %v, discount %d: %+v", o.Messages, o.Discount, o.Trace)
	}
	if !slices.Equal(o.Campaigns, []string{"off", "say"}) {
		t.Errorf("campaigns that acted: %v", o.Campaigns)
	}
}
