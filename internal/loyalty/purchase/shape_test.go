package purchase_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestShape: what a member has paid with, less what came back, what he came for,
// with points, with codes, and what became of his orders, since a time and at outlets
// that may be seen.
func TestShape(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		programme := purchasetest.Programme()
		programme.Campaigns = rule.CampaignsOf(rule.Offer{ID: "spring", Name: "Весна", Codes: []string{"A"}, Amount: 5_00})
		s := purchasetest.Open(t, d, programme)
		b := s.Person(t)
		s.Give(t, b, 50_00)
		buy := func(payments ...purchase.Payment) *purchase.Purchase {
			c := s.Cart(b, purchasetest.Line("B1", 1, 100_00))
			c.Payments = payments
			a, err := s.Desk.Commit(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			return a.Purchase
		}
		buy(purchase.Payment{Kind: "cash", Amount: 100_00}) // of before
		s.Clock.Add(24 * time.Hour)
		since := s.Clock.Now()
		both := buy(purchase.Payment{Kind: "card", Amount: 60_00}, purchase.Payment{Kind: "Cash", Amount: 40_00})
		refund(t, s, &purchase.RefundRequest{Purchase: ref(both), Amount: 50_00})
		spends := s.Cart(b, purchasetest.Line("B1", 1, 100_00))
		spends.Wish.Points, spends.Payments = 20_00, []purchase.Payment{{Kind: "card", Amount: 80_00}}
		if _, err := s.Desk.Commit(ctx, spends); err != nil {
			t.Fatal(err)
		}
		ordered := func(paid, back bool) {
			c := s.Cart(b, purchasetest.Line("B1", 1, 10_00))
			r, err := s.Desk.Reserve(ctx, c, time.Hour)
			if err != nil || !paid {
				return
			}
			a, err := s.Desk.Confirm(ctx, &purchase.ConfirmRequest{
				Reservation: purchase.PurchaseRef{Home: r.Reservation.Home, ID: r.Reservation.ID}, Till: s.Till, Key: s.IDs.New().String(),
				Payments: []purchase.Payment{{Kind: "sbp", Amount: 10_00}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if back {
				refund(t, s, &purchase.RefundRequest{Purchase: ref(a.Purchase)})
			}
		}
		ordered(false, false)
		ordered(true, false)
		ordered(true, true)
		coded := s.Cart(b, tickets("T1", 105_00, "seat"))
		coded.Codes, coded.Payments = []string{"a", "none"}, []purchase.Payment{{Kind: "cash", Amount: 100_00}}
		if _, err := s.Desk.Commit(ctx, coded); err != nil {
			t.Fatal(err)
		}
		enter(t, s, "seat")
		idle := s.Cart(b, purchasetest.Line("B1", 1, 10_00))
		idle.Codes, idle.Payments = []string{"none"}, []purchase.Payment{{Kind: "cash", Amount: 10_00}}
		if _, err := s.Desk.Commit(ctx, idle); err != nil {
			t.Fatal(err)
		}
		want := &purchase.Shape{
			// Of the two orders that were paid one came back.
			Months: map[string]purchase.Activity{s.Clock.Now().Time().Format("2006-01"): {Purchases: 5, Visits: 1, Points: 1, Codes: 1}},
			Kinds:  []purchase.Payment{{Kind: "cash", Amount: 130_00}, {Kind: "card", Amount: 110_00}, {Kind: "sbp", Amount: 10_00}},
			Points: 20_00, Orders: purchase.Orders{Paid: 1, Unpaid: 1, Returned: 1},
		}
		for _, x := range []struct {
			since clock.Micros
			may   func(id.ID) bool
			want  *purchase.Shape
		}{
			{since, nil, want},
			{since, func(o id.ID) bool { return o == s.Outlet.ID }, want},
			{since, func(id.ID) bool { return false }, &purchase.Shape{Months: map[string]purchase.Activity{}}},
			{s.Clock.Now() + 1, nil, &purchase.Shape{Months: map[string]purchase.Activity{}}},
		} {
			got, err := s.Desk.Shape(ctx, b.Home, x.since, x.may)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Error(diff)
			}
		}
	})
}
