package merge_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const clients = 48

// TestRaceOfMerges: three who are one person buy, bring back and use tickets
// while they are merged into each other by many at once. Each merge that is
// done has found what it told; at the end one is left, who has all that all
// have earned less what came back.
func TestRaceOfMerges(t *testing.T) {
	t.Parallel()
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
			o := s.Shop.Desk.Options
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
			(&race{shop: s}).run([]*purchase.Desk{one, other})
			s.proved()
		})
	}
}

// race is what three people who are one come to.
type race struct {
	*shop
	who          [3]purchase.Buyer
	sold         [3]*purchase.Purchase
	told, merged sync.Map // previewed balances of a pair; merges that were done
	bought, back atomic.Int64
}

func (r *race) run(desks []*purchase.Desk) {
	const pieces = 40
	for i := range r.who {
		r.who[i] = r.Person(r.t)
		r.sold[i] = r.sell(r.who[i], line("T1", pieces, 10_00)) // 1 point a piece
	}
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			<-start
			desk, at := desks[i%2], i/2%3
			switch {
			case i%4 < 2:
				r.unites(desk, at, (at+1+i/24)%3)
			case i%4 == 2:
				r.buys(desk, at)
			default:
				r.returns(desk, at)
			}
		})
	}
	close(start)
	all.Wait()
	n := 0
	r.merged.Range(func(any, any) bool { n++; return true })
	if n != 2 {
		r.t.Errorf("%d merges of three members", n)
	}
	want := money.Points(3*pieces*1_00 + 10_00*r.bought.Load() - 1_00*r.back.Load())
	for i, b := range r.who {
		if got := r.Balance(r.t, b).Active; got != want {
			r.t.Errorf("named as %d, he has %s, not %s", i, got, want)
		}
	}
}

// foretold is what a preview has told of a pair.
type foretold struct {
	into, from int
	balance    purchase.Balance
}

// unites merges one into another until it is done, or one of the two is gone.
func (r *race) unites(desk *purchase.Desk, into, from int) {
	m := &merge.Merges{DB: desk.DB, IDs: desk.IDs, Clock: desk.Clock, Members: r.Merges.Members, Desk: desk}
	q := ask(r.who[into], r.who[from])
	for range 10_000 {
		p, err := m.Preview(r.t.Context(), q)
		if err == nil {
			q.Digest = p.Digest
			r.told.Store(foretold{into, from, p.After[0].Balance}, true)
			var done *merge.Merge
			if done, err = m.Merge(r.t.Context(), q); err == nil {
				// By this preview, or by that of another who has done it.
				if _, told := r.told.Load(foretold{into, from, done.After[0].Balance}); !told {
					r.t.Errorf("done %+v, which nobody was told", done.After[0])
				}
				r.merged.Store(done.ID, true)
				return
			}
			q.Digest = ""
		}
		switch purchasetest.Code(err) {
		case "merge.moved": // look again
		case "merge.gone":
			return
		default:
			r.t.Errorf("merge: %v", err)
			return
		}
	}
	r.t.Error("never merged")
}

func (r *race) buys(desk *purchase.Desk, at int) {
	for range 4 {
		if _, err := desk.Commit(r.t.Context(), r.Cart(r.who[at], line("T1", 1, 100_00))); err != nil {
			r.t.Errorf("commit: %v", err)
			return
		}
		r.bought.Add(1)
	}
}

func (r *race) returns(desk *purchase.Desk, at int) {
	for range 4 {
		_, err := desk.Refund(r.t.Context(), &purchase.RefundRequest{
			Till: r.Till, Key: r.Shop.IDs.New().String(), Purchase: ref(r.sold[at]), Lines: []purchase.RefundPart{{Quantity: money.Piece}},
		})
		if err != nil {
			r.t.Errorf("refund: %v", err)
			return
		}
		r.back.Add(1)
	}
}
