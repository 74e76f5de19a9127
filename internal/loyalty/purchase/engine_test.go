package purchase_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// drawEngine draws a programme with rules of every kind that moves money or
// points, in campaigns that stack or exclude each other, over what
// drawProgramme draws.
func drawEngine(t *rapid.T) rule.Programme {
	p := drawProgramme(t)
	p.Groups = map[string]rule.Combine{"best": rule.TakeBest}
	for i := range rapid.IntRange(0, 3).Draw(t, "rules") {
		p.Rules = append(p.Rules, drawRule(t, fmt.Sprint("r", i), accruals, spendings, accruals))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "campaigns") {
		c := rule.Campaign{
			ID: fmt.Sprint("c", i), Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
			MaxUnits: rapid.SampledFrom([]int64{0, 0, 6}).Draw(t, "max units"),
		}
		switch rapid.IntRange(0, 2).Draw(t, "beside") {
		case 0:
			c.Alone = true
		case 1:
			c.Stack = "s"
		}
		if rapid.Bool().Draw(t, "own refund terms") {
			c.Refund = drawTerms(t)
		}
		for j := range rapid.IntRange(1, 2).Draw(t, "of it") {
			c.Rules = append(c.Rules, drawRule(t, fmt.Sprint("c", i, "r", j), discounts, discounts, accruals))
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	// Where points that are gone are forgiven, what of a level's gift is gone
	// depends on when it is taken.
	if p.Settings.Clawback == rule.ClawDebt && rapid.Bool().Draw(t, "levels") {
		p.Levels = drawLevels(t)
	}
	return p
}

// drawLevels draws levels whose rules, gifts and prices act.
func drawLevels(t *rapid.T) []rule.Level {
	return []rule.Level{
		{ID: "one", Priority: 1, Rules: []rule.Rule{drawRule(t, "one-r", accruals, spendings)}},
		{
			ID: "two", Priority: 2, Total: money.Amount(rapid.SampledFrom([]int64{10_000, 30_000}).Draw(t, "total")),
			Gift: rule.Gift{Points: 700}, Price: money.Points(rapid.SampledFrom([]int64{0, 300}).Draw(t, "price")),
			Rules: []rule.Rule{drawRule(t, "two-r", accruals, discounts)},
		},
		{ID: "three", Priority: 3, Days: 30, Visits: 3, Term: 30, Fall: 200},
	}
}

// A sort draws one way in which a rule works.
type sort func(*rapid.T, *rule.Rule)

func drawRule(t *rapid.T, id string, of ...sort) rule.Rule {
	r := rule.Rule{ID: id, Priority: rapid.IntRange(0, 2).Draw(t, "rule's priority")}
	rapid.SampledFrom(of).Draw(t, "sort")(t, &r)
	if r.Set == nil && rapid.Bool().Draw(t, "scoped") {
		r.Scope = ofTypes("ticket", "bar")
	}
	if rapid.IntRange(0, 3).Draw(t, "from a sum") == 0 {
		r.When = []rule.Condition{{Field: rule.FieldSum, From: new(int64(10_000))}}
	}
	return r
}

func ofTypes(types ...string) []rule.Condition {
	return []rule.Condition{{Field: rule.FieldType, In: types}}
}

func discounts(t *rapid.T, r *rule.Rule) {
	r.Kind = rule.DiscountRule
	rate := rapid.SampledFrom([]money.Rate{10 * money.Percent, 333_333, money.Whole}).Draw(t, "rate")
	switch rapid.IntRange(0, 8).Draw(t, "way") {
	case 0:
		r.Rate = rate
	case 1:
		r.Amount, r.EachUnit = 777, rapid.Bool().Draw(t, "each unit")
	case 2:
		r.Table = []rule.Row{{From: 0, Rate: money.Percent}, {From: 20_000, Rate: 15 * money.Percent}}
	case 3:
		r.Positions = []rule.Position{{N: 3, Every: rapid.Bool().Draw(t, "every"), Rate: rate}}
	case 4:
		r.Take, r.Pay = 3, rapid.Int64Range(1, 2).Draw(t, "pay")
	case 5:
		r.Cheapest = &rule.Cheapest{Of: 2, Count: 1, Rate: rate}
	case 6:
		r.Set = &rule.Set{Parts: []rule.SetPart{{Scope: ofTypes("ticket"), Count: 2}, {Scope: ofTypes("bar"), Count: 1, Rate: rate}}}
	case 7:
		r.Set = &rule.Set{Parts: []rule.SetPart{{Scope: ofTypes("ticket"), Count: 1}, {Scope: ofTypes("bar"), Count: 1}}, Price: 15_000, Most: 2}
	default:
		r.Kind, r.Amount = rule.TariffRule, 9_000
	}
}

func accruals(t *rapid.T, r *rule.Rule) {
	r.Kind = rule.AccrualRule
	r.Group = rapid.SampledFrom([]string{"", "best"}).Draw(t, "group")
	switch rapid.IntRange(0, 4).Draw(t, "accrual") {
	case 0:
		r.Rate = 70_000
	case 1:
		r.Points, r.EachUnit = 350, rapid.Bool().Draw(t, "points of each unit")
	case 2:
		r.Points, r.Each = 5000, 10_000
	case 3:
		r.Table = []rule.Row{{From: 0, Rate: 3 * money.Percent}, {From: 10_000, Rate: 10 * money.Percent}}
	default:
		r.Multiply, r.Group = 2*money.Whole, ""
	}
	if r.Multiply == 0 && rapid.IntRange(0, 2).Draw(t, "terms") == 0 {
		e := drawExpiry(t)
		r.Terms = &rule.Terms{Delay: rapid.SampledFrom([]int{0, 2}).Draw(t, "rule's delay"), Expiry: &e}
	}
}

func spendings(t *rapid.T, r *rule.Rule) {
	r.Kind = rule.ShareRule
	r.Rate = rapid.SampledFrom([]money.Rate{0, 25 * money.Percent, money.Whole}).Draw(t, "share of the rule")
}

// withEngine starts a case whose programme has rules of every kind.
func withEngine(t *rapid.T, tb testing.TB, s *purchasetest.Shop) *machine {
	m := begin(t, tb, s)
	m.put(t, drawEngine(t))
	return m
}

// TestPartsEndWithTheWholeEngine is TestPartsEndWhereTheWholeEnds with rules of
// every kind, and with its quotes: a commit gives what its quote said.
func TestPartsEndWithTheWholeEngine(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		cases(t, map[db.Dialect]int{db.SQLite: 3, db.Postgres: 1}[d.Dialect()], func(rt *rapid.T) {
			twinsDiffer(rt, t, withEngine(rt, t, s))
		})
		proved(t, d)
	})
}

// TestQuotesWithTheWholeEngine: what a quote says is what its commit does, and
// a second quote says the same.
func TestQuotesWithTheWholeEngine(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		cases(t, map[db.Dialect]int{db.SQLite: 2, db.Postgres: 1}[d.Dialect()], func(rt *rapid.T) {
			m := withEngine(rt, t, s)
			for range rapid.IntRange(1, 4).Draw(rt, "receipts") {
				m.quoted(rt)
				s.Clock.Add(day)
			}
		})
		proved(t, d)
	})
}

func (m *machine) quoted(t *rapid.T) {
	c := drawCart(t, m.s, m.buyer(t))
	if !c.Buyer.None() {
		c.Wish = drawWish(t, m.w.programme.Settings.SpendStep)
	}
	q, err := m.s.Desk.Quote(ctx, c)
	again, err2 := m.s.Desk.Quote(ctx, c)
	if purchasetest.Code(err) != purchasetest.Code(err2) || err == nil && q.Outcome.Digest() != again.Outcome.Digest() {
		t.Fatalf("quoted %+v %v, then %+v %v", q, err, again, err2)
	}
	if err == nil {
		c.Quote = q.ID
	}
	a, err2 := m.s.Desk.Commit(ctx, c)
	if purchasetest.Code(err) != purchasetest.Code(err2) {
		t.Fatalf("quoted %v, committed %v", err, err2)
	}
	if err != nil {
		return
	}
	for i, l := range a.Purchase.Lines {
		o := q.Outcome.Lines[i]
		var off money.Amount
		for _, x := range l.Discounts {
			off += money.Amount(x.Amount)
		}
		if l.Gross != o.Gross || off != o.Discount || l.Paid != o.Paid || l.Due() != o.Due {
			t.Fatalf("line %d: quoted %+v, committed %+v", i, o, l)
		}
	}
	if p := a.Purchase; p.Earned != q.Outcome.Earned || p.Spent != q.Outcome.Spent || p.Due != q.Outcome.Due {
		t.Fatalf("quoted %+v, committed %+v", q.Outcome, p)
	}
}
