package reservetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const clients = 32

// raced opens a shop and two desks, as two processes would have: on PostgreSQL
// each with its own connections, programmes and ids.
func raced(t *testing.T, body func(t *testing.T, s *shop, at [2]*purchase.Desk)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t, dialect)
			s := open(t, connect(t, url), nil)
			one := s.Desk.Options
			one.Wait = 4 * time.Minute // on a busy machine, with the race detector on
			other := one
			if dialect == db.Postgres {
				other.DB, other.IDs = connect(t, url), id.NewMaker(2)
				other.Programmes = &programme.Programmes{DB: other.DB, IDs: other.IDs, Clock: other.Clock}
				s.no(other.Programmes.Refresh(t.Context()))
			}
			at := [2]*purchase.Desk{purchase.New(one), purchase.New(other)}
			t.Cleanup(at[0].Close)
			t.Cleanup(at[1].Close)
			body(t, s, at)
		})
	}
}

func connect(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// each runs body for all clients at once and waits for them.
func each(body func(i int)) {
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			<-start
			body(i)
		})
	}
	close(start)
	all.Wait()
}

// TestRaceForOneReservation: many confirm, cancel and extend one reservation at
// once. It comes to one end, and all are told the same.
func TestRaceForOneReservation(t *testing.T) {
	t.Parallel()
	raced(t, func(t *testing.T, s *shop, at [2]*purchase.Desk) {
		b := s.Member(t)
		s.Give(t, b, 100_00)
		r := s.reserve(s.cart(b, 100_00, "last", "head"))
		var mu sync.Mutex
		paid, let := map[id.ID]bool{}, 0
		each(func(i int) {
			desk := at[i%2]
			var err error
			var allowed string
			switch i / 2 % 3 {
			case 0:
				var a *purchase.Answer
				if a, err = desk.Confirm(context.Background(), s.pay(r)); err == nil {
					mu.Lock()
					paid[a.Purchase.ID] = true
					mu.Unlock()
				}
				allowed = "reservation.cancelled"
			case 1:
				if _, err = desk.Cancel(context.Background(), ref(r)); err == nil {
					mu.Lock()
					let++
					mu.Unlock()
				}
				allowed = "reservation.confirmed"
			default:
				_, err = desk.Extend(context.Background(), ref(r), hold)
				if purchasetest.Code(err) == "reservation.confirmed" {
					err = nil
				}
				allowed = "reservation.cancelled"
			}
			if code := purchasetest.Code(err); err != nil && code != allowed {
				t.Errorf("%d: %s %v", i, code, err)
			}
		})
		if len(paid) > 1 || (len(paid) == 1) == (let > 0) {
			t.Errorf("%d purchases and %d cancels", len(paid), let)
		}
		if len(paid) == 1 {
			s.stands(b, r.Earned, 0, 0)
		} else {
			s.stands(b, 100_00, 0, 0)
		}
		s.proved()
	})
}

// TestRaceForTheLastUse: many reserve the last use and the last points; one
// has each.
func TestRaceForTheLastUse(t *testing.T) {
	t.Parallel()
	raced(t, func(t *testing.T, s *shop, at [2]*purchase.Desk) {
		b := s.Member(t)
		s.Give(t, b, 100_00)
		buyers := make([]purchase.Buyer, clients)
		for i := range buyers {
			buyers[i] = s.Member(t)
		}
		var mu sync.Mutex
		had, spent := 0, money.Points(0)
		each(func(i int) {
			r, err := at[i%2].Reserve(context.Background(), s.cart(buyers[i], 0, "last"), hold)
			if err != nil {
				t.Errorf("%d: %v", i, err)
				return
			}
			mine, err := at[i%2].Reserve(context.Background(), s.cart(b, 30_00), hold)
			if code := purchasetest.Code(err); err != nil && code != "points.not-enough" {
				t.Errorf("%d: %v", i, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if r.Reservation.Discount > 0 {
				had++
			}
			if err == nil {
				spent += mine.Reservation.Spent
			}
		})
		if had != 1 || spent != 90_00 {
			t.Errorf("%d have the last use, %d points are held", had, spent)
		}
		s.stands(b, 10_00, 90_00, 0)
		s.proved()
	})
}
