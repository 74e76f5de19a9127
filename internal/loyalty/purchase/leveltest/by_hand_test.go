package leveltest

import (
	"strconv"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// Where accounts are opened by hand only, what a member buys without one is
// his, gives nothing and says why; it counts for nothing when he has one, and
// what comes back of it takes nothing from that.
func TestAccountByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Settings.OpenAccount = rule.OpenByHand },
			rule.Level{ID: "low", Priority: 1}, rule.Level{ID: "high", Priority: 2, Total: 50_000, Rules: earning("high", 10*money.Percent)})
		b := s.Member(t)
		first, second := s.sell(b, line("ticket", 1, 40_000)), s.sell(b, line("ticket", 2, 10_000))
		for _, p := range []*purchase.Purchase{first, second} {
			if p.Account != 0 || p.Earned != 0 || p.Home != b.Home {
				t.Fatalf("without an account: %+v", p)
			}
		}
		kept, err := s.Desk.Find(t.Context(), purchase.PurchaseRef{Home: first.Home, ID: first.ID})
		if err != nil {
			t.Fatal(err)
		}
		why, err := s.Desk.Why(t.Context(), kept, purchase.Asked{})
		if err != nil {
			t.Fatal(err)
		}
		if len(why.Trace) == 0 || !why.Same || why.Trace[0].Reason != rule.WhyNoAccount {
			t.Fatalf("why: %+v", why)
		}

		c := s.Cart(b, line("ticket", 1, 10_000))
		c.Wish = rule.Wish{Max: true}
		if _, err := s.Desk.Commit(t.Context(), c); purchasetest.Code(err) != "points.no-account" {
			t.Fatalf("spending: %v", err)
		}
		if all, err := s.Desk.Accounts(t.Context(), b.Home); err != nil || len(all) != 0 {
			t.Fatalf("%d accounts, %v", len(all), err)
		}
		s.late(b, 24*time.Hour, line("ticket", 1, 1_000))
		s.refund(second, 10_000)
		s.proved()

		if _, err := s.Desk.Open(t.Context(), b.Home, s.Programme.ID); err != nil {
			t.Fatal(err)
		}
		s.at(b, "low")
		if p := s.sell(b, line("ticket", 1, 50_000)); p.Account == 0 || p.Earned == 0 {
			t.Fatalf("with an account: %+v", p)
		}
		was := s.at(b, "high").Account
		s.refund(second, 10_000)
		s.refund(first, 40_000)
		if now := s.at(b, "high").Account; now.Turnover != was.Turnover || now.Active != was.Active || now.Debt != 0 {
			t.Fatalf("refunds of what was bought without it: %+v, before %+v", now, was)
		}
		s.proved()
	})
}

// A level may earn for some days only: the day it began is the first of them.
func TestEarningEndsWithTheLevelsDays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil,
			rule.Level{ID: "low", Priority: 1}, rule.Level{ID: "high", Priority: 2, Total: 50_000, EarnDays: 3, Rules: earning("high", 10*money.Percent)})
		b := s.Member(t)
		s.sell(b, line("ticket", 1, 50_000))
		s.at(b, "high")
		for day, earns := range []bool{true, true, true, false, false} {
			p := s.sell(b, line("ticket", 1, 10_000))
			if earned := p.Earned > 0; earned != earns {
				t.Errorf("day %d: earned %s", day, p.Earned)
			}
			s.days(1)
		}
		s.proved()
	})
}

// TestLoweredByHand: who is put below what he has reached comes back at once, and
// points go with where he comes to: no gift is given again.
func TestLoweredByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil, rule.Level{ID: "start", Priority: 1}, rule.Level{ID: "silver", Priority: 2, Total: 100_00, Gift: rule.Gift{Points: 5_00}, Fall: 1_00},
			rule.Level{ID: "gold", Priority: 3, Total: 500_00, Gift: rule.Gift{Points: 10_00}, Fall: 3_00})
		b := s.Member(t)
		put := func(key, level string) {
			t.Helper()
			if _, err := s.Desk.SetLevel(t.Context(), &purchase.LevelRequest{By: 1, Key: key, Buyer: b, Programme: s.Programme.ID, Level: level, Reason: "x", Actor: "key 1"}); err != nil {
				t.Fatal(err)
			}
		}
		s.sell(b, line("ticket", 1, 100_00))
		stood := s.at(b, "silver").Account.Standing
		has := s.Balance(t, b).Active
		s.Clock.Add(40 * 24 * time.Hour)
		s.settle()
		stood.Until = s.at(b, "silver").Account.Standing.Until
		for i, level := range []string{"start", "", "start"} {
			put("low"+strconv.Itoa(i), level)
			now := s.at(b, "silver").Account.Standing
			if got := s.Balance(t, b).Active; got != has || now.Since != stood.Since || now.Until != stood.Until {
				t.Fatalf("put at %q he has %d more, and stands there %+v, before %+v", level, got-has, now, stood)
			}
		}
		put("gift", "gold")
		s.at(b, "gold")
		put("back", "start")
		s.at(b, "silver")
		if got, want := s.Balance(t, b).Active, has+10_00-3_00; got != want {
			t.Errorf("up by hand and down to what he has reached: %d, want %d", got, want)
		}
		s.proved()
		other := s.Member(t)
		sold := s.sell(other, line("ticket", 1, 100_00))
		b = other
		put("other", "start")
		s.at(b, "silver")
		s.refund(sold, 100_00) // it goes with its purchase as if no hand had been there
		s.at(b, "start")
		s.proved()
	})
}
