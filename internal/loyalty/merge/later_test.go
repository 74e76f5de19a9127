package merge_test

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// is wants an account to be at a level, with so many active points.
func (s *shop) is(b purchase.Buyer, level string, points money.Points) {
	s.t.Helper()
	switch v := s.account(b); {
	case v == nil:
		s.t.Error("no account")
	case v.Account.Standing.Level != level || v.Account.Active != points:
		s.t.Errorf("at %q with %s, owes %s; want %q with %s", v.Account.Standing.Level, v.Account.Active, v.Account.Debt, level, points)
	}
}

// TestLevelsOfMerged: he stands where the higher stood, rises by what both have
// bought, and a purchase that had lifted one of them lets both down again.
func TestLevelsOfMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Levels = []rule.Level{
				{ID: "start", Priority: 1},
				{ID: "gold", Priority: 2, Total: 1_000_00},
				{ID: "top", Priority: 3, Total: 5_000_00, Gift: rule.Gift{Points: 100_00, Days: 365}},
			}
		})
		// The higher stands: the purchase that lifted him takes it back.
		a, b := s.Person(t), s.Person(t)
		s.sell(a, line("B1", 1, 100_00)) // 3 points
		lifts := s.sell(b, line("B1", 1, 1_000_00))
		s.unite(a, b)
		s.is(a, "gold", 33_00)
		s.back(lifts, 0)
		s.is(a, "start", 3_00)
		s.proved()

		// Both together: no receipt has lifted him, so none lets him down.
		c, e := s.Person(t), s.Person(t)
		s.sell(c, line("B1", 1, 3_000_00))
		half := s.sell(e, line("B1", 1, 3_000_00))
		s.unite(c, e)
		s.is(c, "top", 280_00)
		s.back(half, 0)
		s.is(c, "top", 190_00)
		s.proved()
	})
}

// TestOnceForBoth: what is for each buyer once is for both together once.
func TestOnceForBoth(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Gifts = []rule.GiftRule{{On: rule.FirstPurchase, Points: 50_00, Days: 30, From: 500_00}}
			p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "spring", Name: "Весна", Codes: []string{"A"}, Rate: 10 * money.Percent, Limits: rule.Limits{PerHead: 1, Return: true}})
		})
		a, b := s.Person(t), s.Person(t)
		s.sell(a, line("B1", 1, 100_00))
		c := s.Cart(b, line("B1", 1, 1_000_00))
		c.Codes = []string{"a"}
		used := s.sellCart(c) // 900 of money: 27, and 50
		if got := s.Balance(t, b).Active; got != 77_00 || used.Discount != 100_00 {
			t.Fatalf("%s, %s", got, used.Discount)
		}
		s.unite(a, b)
		for _, who := range []purchase.Buyer{a, b} {
			c := s.Cart(who, line("B1", 1, 1_000_00))
			c.Codes = []string{"a"}
			if p := s.sellCart(c); p.Discount != 0 {
				t.Errorf("%s off, of an offer for once", p.Discount)
			}
		}
		s.is(a, "", 77_00+3_00+60_00)
		s.proved()
		s.back(used, 0) // the gift goes, and the use comes back
		s.is(a, "", 63_00)
		c = s.Cart(a, line("B1", 1, 1_000_00))
		c.Codes = []string{"a"}
		if p := s.sellCart(c); p.Discount != 100_00 {
			t.Errorf("%s off, of an offer that came back", p.Discount)
		}
		s.is(a, "", 63_00+27_00+50_00) // and so may the gift
		s.proved()
	})
}

// TestReceiptsOfMerged: receipts that were claimed by who was merged, that come
// late, and that nobody has at hand.
func TestReceiptsOfMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Settings.ClaimWithin = 30 })
		ctx := t.Context()
		a, b := s.Person(t), s.Person(t)
		given, later := s.sell(purchase.Buyer{}, line("T1", 4, 100_00)), s.sell(purchase.Buyer{}, line("T1", 4, 100_00))
		must(s.Shop.Desk.Claim(ctx, &purchase.ClaimRequest{Buyer: b, Purchase: ref(given)}))
		s.back(given, 1)
		sold := s.sell(b, line("B1", 2, 200_00)) // 12
		s.unite(a, b)
		s.is(a, "", 42_00)
		s.proved()
		s.back(given, 1)
		s.is(a, "", 32_00)
		must(s.Shop.Desk.Claim(ctx, &purchase.ClaimRequest{Buyer: b, Purchase: ref(later)})) // he names himself as he was
		s.is(a, "", 72_00)
		if again := must(s.Shop.Desk.Claim(ctx, &purchase.ClaimRequest{Buyer: a, Purchase: ref(given)})); !again.Before {
			t.Errorf("%+v", again)
		}
		s.proved()

		f := must(s.Shop.Desk.RefundUnlinked(ctx, &purchase.UnlinkedRequest{Till: s.Till, Key: "u", Buyer: a, Lines: []purchase.UnlinkedLine{{SKU: "B1", Quantity: money.Piece, Price: 200_00}}})).Refund
		if len(f.Matched) != 1 {
			t.Errorf("%+v", f)
		}
		s.is(a, "", 66_00)

		c := s.Cart(b, line("B1", 1, 100_00))
		c.Facts = &purchase.Facts{At: s.Shop.Clock.Now().Add(-time.Hour)}
		told := must(s.Shop.Desk.Record(ctx, c)).Purchase
		if told.Home != a.Home {
			t.Errorf("told to %d", told.Home)
		}
		s.is(a, "", 69_00)
		s.back(told, 0)
		s.is(a, "", 66_00)

		_, err := s.Shop.Desk.Refund(ctx, &purchase.RefundRequest{Till: s.Till, Key: "too much", Purchase: ref(sold), Lines: []purchase.RefundPart{{Quantity: 3 * money.Piece}}})
		if purchasetest.Code(err) == "" {
			t.Error("three of two came back")
		}
		s.proved()
	})
}
