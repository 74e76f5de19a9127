package gifttest

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

var first = rule.GiftRule{On: rule.FirstPurchase, Points: 10_000, Days: 30, From: 50_000}

// TestFirstPurchase: the gift is given once, for a purchase that nothing else
// of the member is left beside and that is large enough; a refund of the whole
// takes it back, wherever its points are now, and it may be earned again.
func TestFirstPurchase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(first))
		b := s.stranger("")
		s.refund(s.buy(b, 49_999), 0) // too small, and it came back
		sold := s.buy(b, 50_000)
		s.buy(b, 60_000)
		if got := s.has(b); got != "100.00 owes 0.00" {
			t.Errorf("after three: %s", got)
		}
		if f := s.refund(sold, 10_000); f.GiftTaken != 0 {
			t.Errorf("with a part went %s of the gift", f.GiftTaken)
		}
		if got := s.has(b); got != "100.00 owes 0.00" {
			t.Errorf("after a part came back: %s", got)
		}
		s.spend(b, 10_000, 3000) // earns 7.00
		if f := s.refund(sold, 0); f.GiftTaken != 10_000 {
			t.Errorf("with all went %s of the gift", f.GiftTaken)
		}
		if got := s.has(b); got != "0.00 owes 23.00" {
			t.Errorf("after all came back: %s", got)
		}
		again := s.buy(b, 50_000) // others are left, but they had none
		if got := s.has(b); got != "77.00 owes 0.00" {
			t.Errorf("earned again: %s", got)
		}
		s.Clock.Add(31 * 24 * 3600e9)
		s.refund(again, 0) // what had expired counts as taken; what had paid the debt was had
		if got := s.has(b); got != "0.00 owes 23.00" {
			t.Errorf("taken after its term: %s", got)
		}
		want := []string{
			"first_purchase  at 2026-03-02 12:00 given 100.00", "first_purchase  at 2026-03-02 12:00 taken 100.00",
			"first_purchase  at 2026-03-02 12:00 given 100.00", "first_purchase  at 2026-04-02 12:00 taken 100.00",
		}
		if diff := cmp.Diff(want, s.gifts(b.Home)); diff != "" {
			t.Error(diff)
		}
		s.proved()
	})
}

// TestFirstPurchaseForgiven: where missing points are forgiven no points can
// be made of buying and bringing back.
func TestFirstPurchaseForgiven(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := giving(first)
		p.Settings.Clawback = rule.ClawForgive
		s := open(t, d, p)
		b := s.stranger("")
		for range 3 {
			sold := s.buy(b, 50_000)
			if must(s.Desk.Accounts(t.Context(), b.Home))[0].Account.Active > 0 {
				s.spend(b, 100_000, 10_000)
			}
			s.refund(sold, 0)
		}
		given := 0
		for _, g := range s.gifts(b.Home) {
			if g == "first_purchase  at 2026-03-02 12:00 given 100.00" {
				given++
			}
		}
		if given != 1 {
			t.Errorf("given %d times: %v", given, s.gifts(b.Home))
		}
		s.proved()
	})
}

// TestFirstPurchaseOfWhom: who is blocked or has withdrawn gets none.
func TestFirstPurchaseOfWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(first))
		blocked, out, nobody := s.stranger(""), s.stranger(""), s.Member(t)
		must(s.people.Block(t.Context(), blocked.Home, 0, "спор", by))
		must(s.people.Consent(t.Context(), out.Home, []member.NewConsent{{Kind: member.ToRules, Action: member.Withdrawn}}, by))
		for name, b := range map[string]purchase.Buyer{"blocked": blocked, "out": out, "unknown": nobody} {
			c := s.Cart(b, purchasetest.Line("S1", 1, 90_000))
			c.Facts = &purchase.Facts{At: s.Clock.Now()}
			must(s.Desk.Record(t.Context(), c))
			if got := s.gifts(b.Home); got != nil {
				t.Errorf("%s: %v", name, got)
			}
		}
		s.proved()
	})
}

// TestFirstPurchaseOfTwoTills: of purchases at one moment one is the first.
func TestFirstPurchaseOfTwoTills(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(first))
		desks := []*purchase.Desk{s.Desk, s.NewDesk(t)}
		b := s.stranger("")
		var all sync.WaitGroup
		for i := range 16 {
			c := s.Cart(b, purchasetest.Line("S1", 1, 50_000))
			all.Go(func() {
				if _, err := desks[i%2].Commit(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := s.gifts(b.Home); len(got) != 1 {
			t.Errorf("%v", got)
		}
		s.proved()
	})
}
