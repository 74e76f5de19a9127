package purchase_test

import (
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestExpiredReturn: spent points whose lot has expired meanwhile come back
// with a grace term, or not at all, as the programme says; and whether spent
// points come back is a setting of its own.
func TestExpiredReturn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change      func(*rule.Settings)
		after, gone purchase.Balance // the refund; 31 days later
	}{
		"a grace of 30 days": {func(*rule.Settings) {}, purchase.Balance{Active: 400}, purchase.Balance{}},
		"none":               {func(s *rule.Settings) { s.ExpiredReturn = 0 }, purchase.Balance{}, purchase.Balance{}},
		"spent is spent":     {func(s *rule.Settings) { s.ReturnSpent = false }, purchase.Balance{}, purchase.Balance{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				p := purchasetest.Programme()
				p.Earning.Expiry = rule.Expiry{Mode: rule.AfterAccrual, Days: 10}
				c.change(&p.Settings)
				s := purchasetest.Open(t, d, p)
				b := s.Member(t)
				s.Give(t, b, 500)
				cart := s.Cart(b, line("S1", 1, 10_000), line("T1", 1, 500))
				cart.Wish.Points = 400
				bought := commit(t, s, cart)
				s.Clock.Add(9 * day)
				cart = s.Cart(b, line("T1", 1, 10_000))
				cart.Wish.Points = 100
				commit(t, s, cart)
				s.Clock.Add(25 * day) // everything is over
				f := refund(t, s, &purchase.RefundRequest{Purchase: ref(bought)})
				if got := s.Balance(t, b); got != c.after {
					t.Errorf("after the refund: %+v, want %+v", got, c.after)
				}
				if p.Settings.ReturnSpent != (f.Given == 400) {
					t.Errorf("given %d", f.Given)
				}
				s.Clock.Add(31 * day)
				if got := s.Balance(t, b); got != c.gone {
					t.Errorf("after the grace: %+v, want %+v", got, c.gone)
				}
				proved(t, d)
			})
		})
	}
}

// TestOwedAfterTheSlidingTerm: points that had been owed come back with a term
// of their own where the member's sliding one is over, so that a refund in
// parts owes nothing that the whole one does not.
func TestOwedAfterTheSlidingTerm(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Settings.ExpiredReturn = 0
		p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 1}
		s := purchasetest.Open(t, d, p)
		for _, parts := range [][]money.Amount{{0}, {5_000, 1, 0}} {
			b := s.Member(t)
			give := &purchase.AdjustRequest{By: 1, Key: s.IDs.New().String(), Buyer: b, Programme: s.Programme.ID, Points: 1, Reason: "test", Days: 3}
			if _, err := s.Desk.Adjust(ctx, give); err != nil {
				t.Fatal(err)
			}
			cart := s.Cart(b, line("T1", 1, 10_000))
			cart.Facts = &purchase.Facts{At: s.Clock.Now(), Points: 2}
			sold, err := s.Desk.Record(ctx, cart)
			if err != nil {
				t.Fatal(err)
			}
			s.Clock.Add(5 * day) // all is over
			for _, n := range parts {
				refund(t, s, &purchase.RefundRequest{Purchase: ref(sold.Purchase), Amount: n})
			}
			if got := s.Balance(t, b); got != (purchase.Balance{}) {
				t.Errorf("refunds of %v leave %+v", parts, got)
			}
		}
		proved(t, d)
	})
}
