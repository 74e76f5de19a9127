package purchase_test

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// bound is the time in which anything must have ended, on a busy machine with
// the race detector on.
const bound = 4 * time.Minute

// within fails the test if body has not ended within the bound.
func within(t *testing.T, body func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		body()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		buf := make([]byte, 1<<20)
		t.Fatalf("not ended after %s:\n%s", bound, buf[:runtime.Stack(buf, true)])
	}
}

// deskOf opens a desk with options of its own on the shop's base; it is
// closed with the test.
func deskOf(t *testing.T, s *purchasetest.Shop, change func(*purchase.Options)) *purchase.Desk {
	t.Helper()
	o := s.Desk.Options
	change(&o)
	d := purchase.New(o)
	t.Cleanup(d.Close)
	return d
}

// TestCloseLeavesNobodyWaiting: whoever comes while the desk closes is either
// served or told, at once.
func TestCloseLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		within(t, func() {
			for i := range 300 {
				desk := deskOf(t, s, func(*purchase.Options) {})
				var all sync.WaitGroup
				for range 8 {
					all.Go(func() {
						for code := ""; code == ""; {
							_, err := desk.Open(t.Context(), b.Home, s.Programme.ID)
							if code = purchasetest.Code(err); code != "" && code != "desk.closing" {
								t.Errorf("got %v", err)
							}
						}
					})
				}
				for range i * 10 {
					runtime.Gosched()
				}
				desk.Close()
				all.Wait()
			}
		})
	})
}

// watched is a clock that counts how often it is looked at: a worker does so
// when it has taken a group.
type watched struct {
	clock.Clock
	looks atomic.Int64
}

func (w *watched) Now() clock.Micros {
	w.looks.Add(1)
	return w.Clock.Now()
}

// grouped lets a desk of one worker take operations all at once, in their
// order: it is kept busy by a home that the test holds. It gives what the desk
// has logged.
func grouped(t *testing.T, s *purchasetest.Shop, ops ...func(*purchase.Desk)) string {
	t.Helper()
	var log bytes.Buffer
	clock := &watched{Clock: s.Clock}
	desk := deskOf(t, s, func(o *purchase.Options) {
		o.Workers, o.Clock, o.Log = 1, clock, slog.New(slog.NewTextHandler(&log, nil))
	})
	busy := s.Member(t)
	held, free := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := s.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "update home set version = version where home_id = $1", int64(busy.Home))
			close(held)
			<-free
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	until := func(ok func() bool) {
		for !ok() {
			runtime.Gosched()
		}
	}
	all.Go(func() { _, _ = desk.Open(t.Context(), busy.Home, s.Programme.ID) })
	until(func() bool { return clock.looks.Load() > 0 })
	for i, op := range ops {
		all.Go(func() { op(desk) })
		until(func() bool { return desk.Queued() == i+1 })
	}
	close(free)
	all.Wait()
	return log.String()
}

// TestGroupOfOneHome: receipts of one account in one transaction, the second
// late and already over: nothing goes wrong on the way.
func TestGroupOfOneHome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Earning.Expiry = rule.Expiry{Mode: rule.AfterAccrual, Days: 3}
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		commit(t, s, s.Cart(b, line("S1", 1, 50_000)))
		s.Clock.Add(20 * 24 * time.Hour)

		now, late := s.Cart(b, line("T1", 1, 10_000)), s.Cart(b, line("T1", 1, 20_000))
		late.Facts = &purchase.Facts{At: s.Clock.Now().Add(-15 * 24 * time.Hour)}
		within(t, func() {
			said := grouped(t, s, func(desk *purchase.Desk) {
				if a, err := desk.Commit(t.Context(), now); err != nil || a.Purchase.Flags != nil {
					t.Errorf("%+v %v", a, err)
				}
			}, func(desk *purchase.Desk) {
				if a, err := desk.Record(t.Context(), late); err != nil || !has(a.Purchase.Flags, purchase.FlagLate) {
					t.Errorf("%+v %v", a, err)
				}
			})
			if said != "" {
				t.Errorf("said on the way: %s", said)
			}
		})
		if got := s.Balance(t, b); got != (purchase.Balance{Active: 1000}) {
			t.Errorf("%+v", got)
		}
	})
}
