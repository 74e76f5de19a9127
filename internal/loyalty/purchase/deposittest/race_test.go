package deposittest

import (
	"sync"
	"sync/atomic"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestRaceForDeposit: of many tills at once as many are paid as the deposit has
// money for, and one deposit is opened, whoever asks.
func TestRaceForDeposit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Person(t)
		atOnce := func(n int, do func() error) int64 {
			var done atomic.Int64
			var all sync.WaitGroup
			for range n {
				all.Go(func() {
					switch err := do(); purchasetest.Code(err) {
					case "":
						done.Add(1)
					case "deposit.open-already", "deposit.not-enough":
					default:
						t.Error(err)
					}
				})
			}
			all.Wait()
			return done.Load()
		}
		opened := atOnce(8, func() error {
			_, err := s.do(purchase.DepositRequest{Do: purchase.OpenDeposit, Home: b.Home})
			return err
		})
		list, err := s.Desk.Deposits(t.Context(), b.Home)
		s.no(err)
		if opened != 1 || len(list) != 1 {
			t.Fatalf("%d opened, %d there", opened, len(list))
		}
		s.topUp(b, list[0].ID, 200_00)
		if n := atOnce(48, func() error {
			_, err := s.Desk.Commit(t.Context(), s.cart(b, 15_00, 10_00))
			return err
		}); n != 20 {
			t.Errorf("%d were paid of 20", n)
		}
		s.stands(b, list[0].ID, 0)
		s.proved()
	})
}
