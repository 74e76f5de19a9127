package claimtest

import (
	"sync"
	"sync/atomic"
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

const clients = 64

// twoProcesses opens a shop with two desks as two processes would have: on
// PostgreSQL each with its own connections, programmes and ids.
func twoProcesses(t *testing.T, body func(s *shop, desks [2]*purchase.Desk)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t, dialect)
			base := func() *db.DB {
				d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(d.Close)
				return d
			}
			s := open(t, base(), nil)
			o := s.Desk.Options
			o.Wait = 4 * time.Minute // on a busy machine, with the race detector on
			one := purchase.New(o)
			if dialect == db.Postgres {
				o.DB, o.IDs = base(), id.NewMaker(2)
				o.Programmes = &programme.Programmes{DB: o.DB, IDs: o.IDs, Clock: o.Clock}
				if err := o.Programmes.Refresh(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			other := purchase.New(o)
			t.Cleanup(one.Close)
			t.Cleanup(other.Close)
			body(s, [2]*purchase.Desk{one, other})
			s.proved()
		})
	}
}

// atOnce runs body for all clients, half of them at each desk, and waits.
func atOnce(desks [2]*purchase.Desk, body func(i int, desk *purchase.Desk)) {
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			<-start
			body(i, desks[i%2])
		})
	}
	close(start)
	all.Wait()
}

// TestRaceForReceipt: of many who claim one receipt one has it, however often
// each asks.
func TestRaceForReceipt(t *testing.T) {
	t.Parallel()
	twoProcesses(t, func(s *shop, desks [2]*purchase.Desk) {
		var members []purchase.Buyer
		for range 8 {
			members = append(members, s.Member(s.t))
		}
		p := s.sell(nobody, line("T1", 1, 100_00))
		var won, taken, again [8]atomic.Int64
		atOnce(desks, func(i int, desk *purchase.Desk) {
			who := i / 2 % len(members)
			c, err := desk.Claim(s.t.Context(), &purchase.ClaimRequest{Buyer: members[who], Purchase: ref(p)})
			switch {
			case purchasetest.Code(err) == "claim.taken":
				taken[who].Add(1)
			case err != nil:
				s.t.Errorf("claim: %v", err)
			case c.Before:
				again[who].Add(1)
			default:
				won[who].Add(1)
			}
		})
		winners := 0
		for i, b := range members {
			switch n := won[i].Load(); {
			case n == 1 && again[i].Load() == clients/8-1 && taken[i].Load() == 0 && s.points(b) == 10_00:
				winners++
			case n != 0 || again[i].Load() != 0 || s.points(b) != 0:
				s.t.Errorf("member %d: won %d, again %d, taken %d, has %s", i, n, again[i].Load(), taken[i].Load(), s.points(b))
			}
		}
		if winners != 1 {
			s.t.Errorf("%d winners", winners)
		}
	})
}

// TestRaceOfClaimsAndRefunds: receipts are claimed while they come back piece
// by piece, and while their members buy. What is left is what did not come back.
func TestRaceOfClaimsAndRefunds(t *testing.T) {
	t.Parallel()
	twoProcesses(t, func(s *shop, desks [2]*purchase.Desk) {
		const receipts, pieces = 8, 5
		var members []purchase.Buyer
		var sold []*purchase.Purchase
		for range receipts {
			members = append(members, s.Member(s.t))
			sold = append(sold, s.sell(nobody, line("T1", pieces, 33_33)))
		}
		var back [receipts]atomic.Int64
		atOnce(desks, func(i int, desk *purchase.Desk) {
			at := i % receipts
			switch {
			case i/receipts == 0:
				if _, err := desk.Claim(s.t.Context(), &purchase.ClaimRequest{Buyer: members[at], Purchase: ref(sold[at])}); err != nil {
					s.t.Errorf("claim: %v", err)
				}
			case i/receipts < pieces: // one piece stays
				_, err := desk.Refund(s.t.Context(), &purchase.RefundRequest{
					Till: s.Till, Key: s.IDs.New().String(), Purchase: ref(sold[at]), Lines: []purchase.RefundPart{{Quantity: money.Piece}},
				})
				if err != nil {
					s.t.Errorf("refund: %v", err)
				}
				back[at].Add(1)
			default:
				if _, err := desk.Commit(s.t.Context(), s.Cart(members[at], line("S1", 1, 1_00))); err != nil {
					s.t.Errorf("commit: %v", err)
				}
			}
		})
		for i, b := range members {
			// 10 % of five pieces of 33.33 is 16.66, of which a fifth is left.
			want := money.Points(16_66 - 16_66*back[i].Load()/pieces)
			if got := s.points(b); got != want || back[i].Load() != pieces-1 {
				s.t.Errorf("receipt %d: %s left of %d pieces, not %s", i, got, pieces-back[i].Load(), want)
			}
		}
	})
}
