package verify_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestLiveBase verifies again and again while receipts are sold and returned,
// events folded and heads sealed: no moment of it is broken.
func TestLiveBase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := fill(t, d)
		buyers := []purchase.Buyer{s.rich, s.owing, s.buyer, {}, s.Member(t)}
		ctx := t.Context()
		var ended atomic.Bool
		var working sync.WaitGroup
		var sold atomic.Int64
		for seed := range uint64(4) {
			working.Go(func() {
				r := rand.New(rand.NewPCG(seed, 1))
				for !ended.Load() {
					c := s.Cart(buyers[r.IntN(len(buyers))], line("T1", r.Int64N(3)+1, 20000+money.Amount(r.Int64N(999))), line("B1", 1, 5000))
					c.Wish.Max = !c.Buyer.None() && r.IntN(2) == 0
					if r.IntN(3) == 0 {
						c.Codes = []string{"ALL"}
					}
					if _, err := s.Desk.Commit(ctx, c); err != nil {
						t.Error(err)
						return
					}
					sold.Add(1)
					if r.IntN(2) == 0 {
						_, err := s.Desk.Refund(ctx, &purchase.RefundRequest{
							Till: s.Till, Key: c.Key + "r", Purchase: ref(c), Amount: money.Amount(r.Int64N(2) * 777),
						})
						if code := purchasetest.Code(err); code != "" && code != "refund.above-paid" {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		working.Go(func() {
			for !ended.Load() {
				if _, err := s.dispatcher.Drain(ctx); err != nil {
					t.Error(err)
					return
				}
				if _, err := s.sealer.Seal(ctx); err != nil {
					t.Error(err)
					return
				}
			}
		})
		for range 5 {
			r := run(t, d)
			for _, b := range r.Breaks {
				t.Errorf("%+v", b)
			}
		}
		ended.Store(true)
		working.Wait()
		s.fold()
		if r := run(t, d); !r.Clean() || sold.Load() == 0 {
			t.Errorf("%d sold: %+v", sold.Load(), r.Breaks)
		}
	})
}

// TestProgress: what is done never goes back and ends at the whole.
func TestProgress(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		var last, all int64
		stages := map[string]bool{}
		_, err := verify.Run(t.Context(), d, verify.Options{Workers: 3, Progress: func(done, total int64, stage string) {
			if done < last || done > total {
				t.Errorf("%s: %d of %d after %d", stage, done, total, last)
			}
			last, all, stages[stage] = done, total, true
		}})
		if err != nil {
			t.Fatal(err)
		}
		if last != all || last == 0 {
			t.Errorf("%d of %d", last, all)
		}
		for _, stage := range []string{"homes", "keys", "figures", "limits", "seals"} {
			if !stages[stage] {
				t.Errorf("nothing was told of %s", stage)
			}
		}
	})
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := verify.Run(ctx, d, verify.Options{Workers: 1, Progress: func(int64, int64, string) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// TestEmptyBase: nothing is there, nothing is broken.
func TestEmptyBase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if r := run(t, d); !r.Clean() || r.Counts != (verify.Counts{}) {
			t.Errorf("%+v", r)
		}
	})
}
