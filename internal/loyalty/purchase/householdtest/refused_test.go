package householdtest

import (
	"fmt"
	"sync"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// TestRefusedBesideTheFounder: what is refused a member of a household leaves
// nothing on the account, also where the desk did not know yet that he is one
// and the founder's home was locked for the founder's own sake.
func TestRefusedBesideTheFounder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		_, all := s.Family(t, 2)
		s.Give(t, all[0], 1000)
		adjust := func(desk *purchase.Desk, b purchase.Buyer, key string, points int64) error {
			_, err := desk.Adjust(t.Context(), &purchase.AdjustRequest{
				By: 1, Key: key, Buyer: b, Programme: s.Programme.ID, Points: money.Points(points), Reason: "x", Actor: "x",
			})
			return err
		}
		for round := range 25 {
			desk := s.NewDesk(t) // as a process that has seen nobody yet
			var asking sync.WaitGroup
			for i := range 6 {
				asking.Go(func() {
					if err := adjust(desk, all[0], fmt.Sprint("give", round, i), 1); err != nil {
						t.Error(err)
					}
				})
				asking.Go(func() {
					if err := adjust(desk, all[1], fmt.Sprint("take", round, i), -1_000_000); !fault.Is(err, "points.not-enough") {
						t.Error(err)
					}
				})
			}
			asking.Wait()
			desk.Close()
		}
		if got := s.Balance(t, all[0]).Active; got != 1000+25*6 {
			t.Errorf("%s left", got)
		}
		r, err := verify.Run(t.Context(), d, verify.Options{})
		if err != nil || !r.Clean() {
			t.Errorf("%+v %v", r.Breaks, err)
		}
	})
}
