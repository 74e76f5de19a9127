package whatif_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// full is a programme of everything that a life depends on.
func full() rule.Programme {
	p := purchasetest.Programme()
	p.Welcome, p.Himself = rule.Gift{Points: 3000, Days: 10}, rule.Gift{Points: 4500, Days: 12}
	p.Levels = []rule.Level{
		{ID: "start", Priority: 1},
		{ID: "silver", Priority: 2, Days: 20, Sum: 900_00, Visits: 3, Any: true, Gift: rule.Gift{Points: 10_00, Days: 5}, Rules: []rule.Rule{
			{ID: "silver-2", Kind: rule.AccrualRule, Rate: 2 * money.Percent},
		}},
		{ID: "gold", Priority: 3, Total: 4_000_00, Term: 9, Price: 5_00, Fall: 20_00, Rules: []rule.Rule{
			{ID: "gold-5", Kind: rule.DiscountRule, Rate: 5 * money.Percent},
		}},
		{ID: "vip", Priority: 4, Term: 4},
	}
	p.Gifts = []rule.GiftRule{
		{On: rule.FirstPurchase, Points: 12_00, Days: 9, From: 50_00},
		{On: rule.Birthday, Points: 15_00, Days: 6, Before: 1, After: 2},
		{On: rule.RelativeBirthday, Points: 8_00},
		{On: rule.NoPurchases, Silent: 3, Points: 7_00, Days: 4},
	}
	p.Rules = append(p.Rules, rule.Rule{ID: "reward", Kind: rule.AwardRule, Campaign: "gift", When: []rule.Condition{{Field: rule.FieldChannel, In: []string{"web"}}}})
	p.Campaigns = rule.CampaignsOf(
		rule.Offer{ID: "gift", Name: "В подарок", Rate: 5 * money.Percent},
		rule.Offer{ID: "all", Name: "Всем", Codes: []string{"ALL"}, Rate: 5 * money.Percent, Limits: rule.Limits{InAll: 500, PerCode: 400, PerHead: 2, Return: true}},
		rule.Offer{ID: "few", Name: "Первым", Codes: []string{"FEW"}, Amount: 1000, Limits: rule.Limits{InAll: 3, PerHead: 1}},
	)
	return p
}

// variants are programmes that differ in what a life depends on.
func variants() []rule.Programme {
	var out []rule.Programme
	add := func(change func(p *rule.Programme)) {
		p := full()
		change(&p)
		out = append(out, p)
	}
	add(func(p *rule.Programme) {})
	add(func(p *rule.Programme) {
		p.Earning.Delay = 5
		p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 7}
		p.Settings.Clawback, p.Settings.ExpiredReturn = rule.ClawMoney, 0
		p.Settings.RefundTerms = rule.RecomputeTerms
	})
	add(func(p *rule.Programme) {
		p.Earning.Expiry = rule.Expiry{Mode: rule.OnDates, Dates: []string{"03-10", "04-01"}}
		p.Settings.Clawback, p.Settings.ReturnSpent, p.Settings.EarnOn = rule.ClawForgive, false, rule.BeforeDiscounts
		p.Settings.PointValue, p.Settings.AccrualStep, p.Settings.UnlinkedTakes = 50, 100, false
		p.Settings.LevelOn = rule.LevelAfter
	})
	add(func(p *rule.Programme) {
		p.Earning.OnUse, p.Settings.UnusedLapse = true, 1
		p.Rules = append(p.Rules, rule.Rule{ID: "delayed", Kind: rule.AccrualRule, Rate: 3 * money.Percent, Terms: &rule.Terms{OnUse: true, Delay: 2, Expiry: &rule.Expiry{Mode: rule.AfterAccrual, Days: 2}}})
		p.Rules = append(p.Rules, rule.Rule{ID: "used", Kind: rule.DiscountRule, By: rule.ByUsed, Table: []rule.Row{{From: 200_00, Rate: 7 * money.Percent}}})
	})
	add(func(p *rule.Programme) {
		p.Earning.Expiry.Days, p.Earning.Delay, p.Settings.ExpiredReturn = 2, 1, 3
		p.Levels, p.Settings.RefundTerms = nil, rule.TakeDifference
	})
	return out
}

// TestThenIsNow: with the programme that was in force all the time, a life is
// what was, wherever the period begins.
func TestThenIsNow(t *testing.T) {
	t.Parallel()
	steps := 90
	if dbtest.Long() {
		steps = 180
	}
	short := full()
	short.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 2}
	all := append(variants(), variants()...)
	for n, p := range append(all, short) {
		late := n >= len(variants())
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, p)
				s.late = late
				s.wander(uint64(n), steps)
				last := s.day(s.Clock.Now())
				for _, from := range []string{"2026-03-02", "2026-03-05", "2026-03-09", last} {
					r := s.run(*s.Programme, from, last)
					s.same(r, from)
					if from == "2026-03-02" && (s.claims == 0 && dbtest.Long() || r.Then.Receipts < int64(steps)/5 || r.Then.Refunds == 0 || r.Then.Discount == 0 || r.Then.Spent == 0) {
						t.Errorf("hardly anything happened: %+v", r.Then)
					}
				}
			})
		})
	}
}

// same wants both sides of a report to be equal.
func (s *shop) same(r *whatif.Report, name string) {
	s.t.Helper()
	for _, d := range r.Days {
		if diff := cmp.Diff(d.Then, d.Now); diff != "" {
			s.t.Errorf("from %s, %s (- then, + now):\n%s", name, d.Day, diff)
		}
	}
	for _, x := range r.Rule {
		x.Now.Told = 0
		if diff := cmp.Diff(x.Then, x.Now); diff != "" {
			s.t.Errorf("from %s, rule %s (- then, + now):\n%s", name, x.Rule, diff)
		}
	}
	var then whatif.Given
	for _, g := range r.Gifts {
		if diff := cmp.Diff(g.Then, g.Now); diff != "" {
			s.t.Errorf("from %s, gifts %s (- then, + now):\n%s", name, g.Occasion, diff)
		}
		then.Points += g.Then.Points
	}
	if then.Points != r.Then.Gifts {
		s.t.Errorf("from %s: gifts of %d by occasions, %d in all", name, then.Points, r.Then.Gifts)
	}
	for _, m := range r.Moves {
		if m.Then != m.Now {
			s.t.Errorf("from %s: %+v", name, m)
		}
	}
	if r.Members.Gain != 0 || r.Members.Lose != 0 {
		s.t.Errorf("from %s: %+v %+v %+v", name, r.Members, r.Winners, r.Losers)
	}
}

// TestLifeIsWhatWouldHaveBeen: of two shops in which the same happens under two
// programmes, what the one would have been under the other's is what the other
// was.
func TestLifeIsWhatWouldHaveBeen(t *testing.T) {
	t.Parallel()
	all := variants()
	for i := range all {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				one, other := open(t, d, all[i]), open(t, dbtest.Open(t, d.Dialect()), all[(i+1)%len(all)])
				for _, s := range []*shop{one, other} {
					s.plain, s.noHand = true, one.Programme.Levels == nil || other.Programme.Levels == nil
					s.wander(uint64(i), 180)
				}
				const from = "2026-03-02"
				last := one.day(one.Clock.Now())
				draft := *other.Programme
				draft.ID, draft.Version = 0, 0
				got, want := one.run(draft, from, last), other.run(draft, from, last)
				if cmp.Equal(got.Then, got.Now) {
					t.Error("the programmes do not differ")
				}
				other.same(want, from)
				for _, r := range []*whatif.Report{got, want} {
					for _, list := range [][]whatif.Member{r.Winners, r.Losers} {
						for k := range list {
							list[k].Home = 0
						}
					}
				}
				left := func(r *whatif.Report) any {
					type sides struct{ days, rules, gifts, moves map[string]any }
					out := sides{map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}}
					for _, x := range r.Days {
						if x.Now != (whatif.Sums{}) {
							out.days[x.Day] = x.Now
						}
					}
					for _, x := range r.Rule {
						if x.Now != (whatif.Gave{}) {
							out.rules[x.Rule] = x.Now
						}
					}
					for _, x := range r.Gifts {
						if x.Now != (whatif.Given{}) {
							out.gifts[x.Occasion] = x.Now
						}
					}
					for _, x := range r.Moves {
						if x.Now != 0 {
							out.moves[x.From+" "+x.To] = x.Now
						}
					}
					return []any{out.days, out.rules, out.gifts, out.moves, r.Now}
				}
				if diff := cmp.Diff(left(want), left(got)); diff != "" {
					t.Errorf("(- the shop, + the life)\n%s", diff)
				}
			})
		})
	}
}
