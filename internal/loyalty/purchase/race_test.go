package purchase_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const clients = 64

// eachClient runs body for n clients at once, half of them at each of two
// desks, and waits for all.
func eachClient(t *testing.T, n int, desks [2]*purchase.Desk, body func(i int, desk *purchase.Desk)) {
	t.Helper()
	within(t, func() {
		start := make(chan struct{})
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				<-start
				body(i, desks[i%2])
			})
		}
		close(start)
		all.Wait()
	})
}

// twoProcesses opens a shop with two desks as two processes would have: on
// PostgreSQL each with its own connections, programmes and ids. SQLite has one
// process; there they share its base.
func twoProcesses(t *testing.T, p rule.Programme, body func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk)) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t, dialect)
			s := purchasetest.Open(t, openBase(t, url), p)
			one := deskOf(t, s, func(o *purchase.Options) { o.Wait = bound })
			other := deskOf(t, s, func(o *purchase.Options) {
				o.Wait = bound
				if dialect == db.SQLite {
					return
				}
				o.DB, o.IDs = openBase(t, url), id.NewMaker(2)
				o.Programmes = &programme.Programmes{DB: o.DB, IDs: o.IDs, Clock: o.Clock}
				if err := o.Programmes.Refresh(t.Context()); err != nil {
					t.Fatal(err)
				}
			})
			body(t, s, [2]*purchase.Desk{one, other})
			proved(t, s.DB)
		})
	}
}

func openBase(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// TestRaceForPoints: many tills spend from one account. Nothing is overspent,
// and no purchase is lost.
func TestRaceForPoints(t *testing.T) {
	twoProcesses(t, purchasetest.Programme(), func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
		b := s.Member(t)
		s.Give(t, b, 100_000)
		var spent, earned, sold, turnover atomic.Int64
		eachClient(t, clients, desks, func(_ int, desk *purchase.Desk) {
			for range 4 {
				c := s.Cart(b, line("B1", 1, 10_000))
				c.Wish.Points = 1000
				a, err := desk.Commit(t.Context(), c)
				switch purchasetest.Code(err) {
				case "":
					sold.Add(1)
					spent.Add(int64(a.Purchase.Spent))
					earned.Add(int64(a.Purchase.Earned))
					turnover.Add(int64(a.Purchase.Due))
				case "points.not-enough":
				default:
					t.Errorf("commit: %v", err)
				}
			}
		})
		got := s.Balance(t, b)
		want := 100_000 + earned.Load() - spent.Load()
		if int64(got.Active) != want || got.Debt != 0 || want < 0 || want >= 1000 {
			t.Errorf("%+v after %d spent and %d earned by %d", got, spent.Load(), earned.Load(), sold.Load())
		}
		all, err := s.Desk.Accounts(t.Context(), b.Home)
		if err != nil {
			t.Fatal(err)
		}
		if a := all[0].Account; a.Purchases != sold.Load() || int64(a.Turnover) != turnover.Load() {
			t.Errorf("%d purchases of %d in the account, %d of %d sold", a.Purchases, a.Turnover, sold.Load(), turnover.Load())
		}
	})
}

// TestRaceForKey: one receipt sent by many is done once, and all get the one
// answer, of a member and of nobody.
func TestRaceForKey(t *testing.T) {
	twoProcesses(t, purchasetest.Programme(), func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
		for _, b := range []purchase.Buyer{s.Member(t), {}} {
			for range 5 {
				c := s.Cart(b, line("T1", 1, 10_000))
				var first atomic.Int64
				ids := make([]id.ID, clients)
				eachClient(t, clients, desks, func(i int, desk *purchase.Desk) {
					a, err := desk.Commit(t.Context(), c)
					if err != nil {
						t.Errorf("commit: %v", err)
						return
					}
					if !a.Replayed {
						first.Add(1)
					}
					ids[i] = a.Purchase.ID
				})
				for _, i := range ids {
					if i != ids[0] {
						t.Fatalf("answers differ: %v", ids)
					}
				}
				// A desk that loses the race to another process finds the answer there.
				if n := first.Load(); n != 1 {
					t.Errorf("done %d times", n)
				}
			}
		}
	})
}

// TestRaceForUses: of a limit of N exactly N uses are had, though many more
// want one, and though exactly as many do.
func TestRaceForUses(t *testing.T) {
	for _, c := range []struct {
		limit  rule.Limits
		buyers int
		want   int64
	}{
		{rule.Limits{InAll: 1}, 64, 1},
		{rule.Limits{PerHead: 1, InAll: 40}, 64, 40},
		{rule.Limits{InAll: 100}, 1000, 100},
		{rule.Limits{InAll: 1000}, 1000, 1000},
		{rule.Limits{InAll: 200, PerCode: 170}, 1000, 200},
	} {
		t.Run(fmt.Sprintf("%+v", c.limit), func(t *testing.T) {
			twoProcesses(t, limited(c.limit), func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
				var had atomic.Int64
				carts := make([]*purchase.Cart, c.buyers)
				for i := range carts {
					carts[i] = withCodes(s, s.Member(t), string(rune('A'+i%2)))
				}
				eachClient(t, c.buyers, desks, func(i int, desk *purchase.Desk) {
					a, err := desk.Commit(t.Context(), carts[i])
					if err != nil {
						t.Errorf("commit: %v", err)
						return
					}
					if a.Purchase.Discount > 0 {
						had.Add(1)
					}
				})
				if had.Load() != c.want {
					t.Errorf("%d had it, want %d", had.Load(), c.want)
				}
			})
		})
	}
}

// TestRaceForRefunds: many refund one purchase, by piece and by money; never
// more comes back than was bought.
func TestRaceForRefunds(t *testing.T) {
	twoProcesses(t, purchasetest.Programme(), func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
		b := s.Member(t)
		s.Give(t, b, 5000)
		c := s.Cart(b, line("T1", 40, 1000), line("B1", 1, 20_000))
		c.Wish.Points = 5000
		p := commit(t, s, c)
		var back, pieces atomic.Int64
		eachClient(t, clients, desks, func(i int, desk *purchase.Desk) {
			r := &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: ref(p)}
			if i%4 == 0 {
				r.Amount = 3000 // of both lines: from then on the first goes back by money only
			} else {
				r.Lines = []purchase.RefundPart{{Line: 0, Quantity: money.Piece}}
			}
			a, err := desk.Refund(t.Context(), r)
			switch purchasetest.Code(err) {
			case "":
				back.Add(int64(a.Refund.Money))
				if i%4 != 0 {
					pieces.Add(1)
				}
			case "refund.quantity", "refund.by-amount-only", "refund.above-paid":
			default:
				t.Errorf("refund: %v", err)
			}
		})
		if f, err := tryRefund(t, s, &purchase.RefundRequest{Purchase: ref(p)}); err == nil {
			back.Add(int64(f.Money))
		} else if purchasetest.Code(err) != "refund.nothing-left" {
			t.Fatal(err)
		}
		if back.Load() != int64(p.Due) || pieces.Load() > 40 {
			t.Errorf("%d of %d came back, %d pieces", back.Load(), p.Due, pieces.Load())
		}
		if got := s.Balance(t, b); got != (purchase.Balance{Active: 5000}) {
			t.Errorf("%+v", got)
		}
	})
}

// TestRaceUnderOneKey: where two processes are asked for one refund at once,
// under one key, one does it and both answer with it.
func TestRaceUnderOneKey(t *testing.T) {
	twoProcesses(t, purchasetest.Programme(), func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
		const receipts = 24
		sold := make([]*purchase.Purchase, receipts)
		for i := range sold {
			a, err := s.Desk.Commit(t.Context(), s.Cart(s.Member(t), purchasetest.Line("T1", 1, 100_00)))
			if err != nil {
				t.Fatal(err)
			}
			sold[i] = a.Purchase
		}
		var done [receipts]sync.Map
		eachClient(t, receipts*4, desks, func(i int, desk *purchase.Desk) {
			n := i / 4
			a, err := desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: fmt.Sprint("back-", n), Purchase: ref(sold[n])})
			if err != nil {
				t.Errorf("%d: %v", n, err)
				return
			}
			done[n].Store(a.Refund.ID, true)
		})
		for n := range done {
			ids := 0
			done[n].Range(func(any, any) bool { ids++; return true })
			if ids != 1 {
				t.Errorf("%d refunds answered of receipt %d", ids, n)
			}
		}
		proved(t, s.DB)
	})
}
