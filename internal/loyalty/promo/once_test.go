package promo_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

// TestMakeOnce: what is asked for many times at once under a key is made once, and found
// by when it was made, in the order of its owners; the key stands for nothing else, and
// what is refused leaves it free.
func TestMakeOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := &promo.Codes{DB: d, Clock: clock.NewFixed(now)}, t.Context()
		if err := member.MakeHome(ctx, d, 1); err != nil {
			t.Fatal(err)
		}
		owners := []promo.Owner{{Guest: "b", Shown: "b***"}, {Home: 1}, {Guest: "a", Shown: "a***"}}
		o := promo.Order{Programme: programme(t), Campaign: "gift", Count: 1, Owners: owners, By: "test"}
		bad := o
		bad.Owners = promo.OfMembers(home.ID(7))
		if _, _, err := s.MakeOnce(ctx, "key", [32]byte{1}, bad); !fault.Is(err, "promo.member") {
			t.Errorf("of nobody: %v", err)
		}
		var wg sync.WaitGroup
		var made, again atomic.Int64
		for range 8 {
			wg.Go(func() {
				at, was, err := s.MakeOnce(ctx, "key", [32]byte{2}, o)
				if err != nil || at != clock.Of(now) {
					t.Errorf("%d %v", at, err)
				}
				if was {
					again.Add(1)
				} else {
					made.Add(1)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 || again.Load() != 7 {
			t.Errorf("made %d times, told %d times", made.Load(), again.Load())
		}
		if _, _, err := s.MakeOnce(ctx, "key", [32]byte{3}, o); !fault.Is(err, "key.other-body") {
			t.Errorf("another order: %v", err)
		}
		list, err := promo.Newest(ctx, d, promo.Filter{Programme: 5, Made: clock.Of(now)}, promo.Place{}, 10)
		if err != nil || len(list) != len(owners) {
			t.Fatalf("%d codes, %v", len(list), err)
		}
		for i, c := range list {
			if got := (promo.Owner{Home: c.Home, Guest: c.Guest, Shown: c.Shown}); got != owners[i] {
				t.Errorf("code %d is of %+v", i, got)
			}
		}
	})
}
