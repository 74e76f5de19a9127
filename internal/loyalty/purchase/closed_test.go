package purchase_test

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestClosedTillIsAnsweredAgain: what was sold, reserved and paid before the till
// was closed, and whose answer the till has not got, is told to it again; nothing
// new is sold there but what has happened already.
func TestClosedTillIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := purchasetest.Open(t, d, purchasetest.Programme()), t.Context()
		b := s.Member(t)
		cart := s.Cart(b, purchasetest.Line("B1", 1, 100_00))
		order := s.Cart(b, purchasetest.Line("B1", 1, 100_00))
		paid := &purchase.ConfirmRequest{Till: s.Till, Key: "paid", Reservation: purchase.PurchaseRef{Till: order.Till, Key: order.Key}}
		all := map[string]func() (bool, error){
			"commit": func() (bool, error) { a, err := s.Desk.Commit(ctx, cart); return err == nil && a.Replayed, err },
			"reserve": func() (bool, error) {
				a, err := s.Desk.Reserve(ctx, order, time.Hour)
				return err == nil && a.Replayed, err
			},
			"confirm": func() (bool, error) { a, err := s.Desk.Confirm(ctx, paid); return err == nil && a.Replayed, err },
		}
		for _, name := range []string{"commit", "reserve", "confirm"} {
			if again, err := all[name](); again || err != nil {
				t.Fatalf("%s: %v %v", name, again, err)
			}
		}
		waiting := s.Cart(b, purchasetest.Line("B1", 1, 100_00))
		if _, err := s.Desk.Reserve(ctx, waiting, time.Hour); err != nil {
			t.Fatal(err)
		}
		s.CloseTill(t)
		for name, do := range all {
			if again, err := do(); !again || err != nil {
				t.Errorf("%s at the closed till: %v %v", name, again, err)
			}
		}
		refused := map[string]error{}
		_, refused["commit"] = s.Desk.Commit(ctx, s.Cart(b, purchasetest.Line("B1", 1, 100_00)))
		_, refused["reserve"] = s.Desk.Reserve(ctx, s.Cart(b, purchasetest.Line("B1", 1, 100_00)), time.Hour)
		_, refused["quote"] = s.Desk.Quote(ctx, s.Cart(b, purchasetest.Line("B1", 1, 100_00)))
		late := &purchase.ConfirmRequest{Till: s.Till, Key: "late", Reservation: purchase.PurchaseRef{Till: waiting.Till, Key: waiting.Key}}
		_, refused["confirm"] = s.Desk.Confirm(ctx, late)
		for name, err := range refused {
			if code := purchasetest.Code(err); code != "till.closed" {
				t.Errorf("%s anew: %q", name, code)
			}
		}
		late.Record = true
		if _, err := s.Desk.Confirm(ctx, late); err != nil {
			t.Errorf("paid already: %v", err)
		}
	})
}
