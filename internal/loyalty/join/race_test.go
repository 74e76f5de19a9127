package join_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// twoProcesses opens a shop with two sets of joins as two processes would have:
// on PostgreSQL each with its own connections, programmes and ids.
func twoProcesses(t *testing.T, body func(s *shop, at [2]*join.Joins)) {
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
				s.fatal(o.Programmes.Refresh(t.Context()))
			}
			other := purchase.New(o)
			t.Cleanup(one.Close)
			t.Cleanup(other.Close)
			body(s, [2]*join.Joins{s.joinsAt(one), s.joinsAt(other)})
			s.proved()
		})
	}
}

// atOnce runs body so many times, half of them at each process, and waits.
func atOnce(n int, at [2]*join.Joins, body func(i int, j *join.Joins)) {
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			body(i, at[i%2])
		})
	}
	close(start)
	all.Wait()
}

// TestRaceOfOrders: of many orders of one new e-mail at once, and of those who
// register it meanwhile, one makes the member, and all orders are his, each
// once: where an e-mail is one member's as where it may be several's.
func TestRaceOfOrders(t *testing.T) {
	t.Parallel()
	for _, unique := range []bool{true, false} {
		t.Run(fmt.Sprint("unique ", unique), func(t *testing.T) {
			t.Parallel()
			twoProcesses(t, func(s *shop, at [2]*join.Joins) {
				s.rules.UniqueEmail, s.rules.GuestPurchases = unique, member.GuestsOrder
				const orders = 24
				var made atomic.Int64
				var whose sync.Map
				body := func(i int, j *join.Joins) {
					if unique && i%4 == 3 { // where it may be several's, who registers it makes another
						_, err := j.Members.Register(s.t.Context(), s.rules, member.Registration{Identifiers: []member.NewIdentifier{told(mail, 0)}}, purchasetest.By)
						if err != nil && purchasetest.Code(err) != "member.taken" {
							s.t.Error(err)
						}
						return
					}
					a, err := j.Desk.Commit(s.t.Context(), s.cart(mail, line("T1", 1, 100_00)))
					if err != nil {
						s.t.Error(err)
						return
					}
					for range 2 { // the till asks again
						got, err := j.Order(s.t.Context(), a.Purchase, mail, s.agreed(), purchasetest.By)
						switch {
						case err != nil || got.Why != nil:
							s.t.Errorf("%+v, %v", got, err)
							return
						case got.Purchase.Claim.Earned != 10_00:
							s.t.Errorf("earned %s", got.Purchase.Claim.Earned)
						}
						whose.Store(got.Member, true)
						made.Add(1)
					}
					if err := j.Look(s.t.Context(), firstOf(&whose)); err != nil {
						s.t.Error(err)
					}
				}
				atOnce(orders, at, body)
				members := 0
				whose.Range(func(h, _ any) bool {
					members++
					if a := s.account(h.(home.ID)).Account; a.Book() != money.Points(made.Load()/2)*10_00 || a.Purchases != made.Load()/2 {
						s.t.Errorf("%d orders gave %s in %d purchases", made.Load()/2, a.Book(), a.Purchases)
					}
					return true
				})
				if n := s.count(`select count(*) from member`); members != 1 || n != 1 {
					s.t.Errorf("%d members, of whom %d have orders", n, members)
				}
			})
		})
	}
}

func firstOf(m *sync.Map) (h home.ID) {
	m.Range(func(k, _ any) bool { h = k.(home.ID); return false })
	return h
}

// TestRaceOfPast: what a guest bought is given to him by many jobs at once,
// while it comes back, while somebody claims it by hand and while he buys. All
// that is left is given once.
func TestRaceOfPast(t *testing.T) {
	t.Parallel()
	twoProcesses(t, func(s *shop, at [2]*join.Joins) {
		const receipts, pieces = 12, 3
		var sold []*purchase.Purchase
		for range receipts {
			sold = append(sold, s.buys(mail, line("T1", pieces, 100_00)))
		}
		s.Clock.Add(time.Hour)
		other := s.Person(s.t)
		m := s.register(told(mail, s.prove(mail)))
		s.Clock.Add(2 * time.Minute)
		var back, taken atomic.Int64
		atOnce(4*receipts, at, func(i int, j *join.Joins) {
			p := sold[i/4]
			ref := purchase.PurchaseRef{Home: p.Home, ID: p.ID}
			switch i % 4 {
			case 0:
				if err := j.Past(s.t.Context()); err != nil {
					s.t.Error(err)
				}
			case 1:
				_, err := j.Desk.Refund(s.t.Context(), &purchase.RefundRequest{
					Till: s.Till, Key: s.IDs.New().String(), Purchase: ref, Lines: []purchase.RefundPart{{Quantity: money.Piece}},
				})
				if err != nil {
					s.t.Error(err)
				}
				back.Add(1)
			case 2:
				if i/4%3 != 0 {
					return
				}
				switch _, err := j.Desk.Claim(s.t.Context(), &purchase.ClaimRequest{Buyer: other, Purchase: ref}); purchasetest.Code(err) {
				case "":
					taken.Add(1)
				case "claim.taken":
				default:
					s.t.Error(err)
				}
			default:
				if _, err := j.Desk.Commit(s.t.Context(), s.Cart(purchase.Buyer{Home: m.Home}, line("B1", 1, 100_00))); err != nil {
					s.t.Error(err)
				}
			}
		})
		s.past()
		mine, his := s.account(m.Home).Account, s.account(other.Home).Account
		if mine.Purchases+his.Purchases != 2*receipts || his.Purchases != taken.Load() {
			s.t.Errorf("%d and %d purchases, %d of them claimed", mine.Purchases, his.Purchases, taken.Load())
		}
		want := money.Amount(receipts)*100_00 + money.Amount(receipts*pieces-back.Load())*100_00
		if got := mine.Turnover + his.Turnover; got != want {
			s.t.Errorf("turnover %s, not %s", got, want)
		}
		if mine.Book() != receipts*3_00 { // what was before gives sums only
			s.t.Errorf("%s points", mine.Book())
		}
		if n := s.count(`select count(*) from guest_due`); n != 0 {
			s.t.Errorf("%d still due", n)
		}
	})
}
