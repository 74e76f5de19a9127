package merge_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestMergedTwins: the slow model of a merge is the same life without it. Two groups
// of people do the same: the ones stay apart, the others are merged one after
// the other, in chains too, at times that chance picks. What the ones have
// together, the merged one has; at the end, when all has come back in an order
// that chance picks, both have nothing left of it.
func TestMergedTwins(t *testing.T) {
	t.Parallel()
	lives := 3
	if dbtest.Long() {
		lives = 24
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		lives := lives
		if d.Dialect() == db.Postgres {
			lives = 3 // what differs there is not chance
		}
		s := open(t, d, func(p *rule.Programme) {
			p.Settings.LateMax = 0
			p.Rules = []rule.Rule{
				{ID: "use", Kind: rule.AccrualRule, Points: 5_00, Each: 50_00, Terms: &rule.Terms{OnUse: true, Expiry: &rule.Expiry{Mode: rule.Never}}},
				{ID: "wait", Kind: rule.AccrualRule, Rate: 2 * money.Percent, Terms: &rule.Terms{Delay: 3}},
			}
			p.Earning.Expiry = rule.Expiry{Mode: rule.Never}
		})
		for seed := range uint64(lives) {
			(&twins{shop: s, rnd: rand.New(rand.NewPCG(seed, 11)), seed: seed}).live(40)
		}
		s.proved()
	})
}

// twins are people who stay apart, and others who do the same and are merged.
type twins struct {
	*shop
	rnd          *rand.Rand
	seed         uint64
	apart, whole []purchase.Buyer
	heirs        []int // who each of the whole is now
	bought       []pair
}

// pair is the same purchase of one who stays apart and of his twin.
type pair struct {
	apart, whole *purchase.Purchase
}

func (w *twins) live(steps int) {
	w.t.Helper()
	n := 2 + w.rnd.IntN(3)
	for i := range n {
		w.apart, w.whole, w.heirs = append(w.apart, w.Person(w.t)), append(w.whole, w.Person(w.t)), append(w.heirs, i)
	}
	for step := range steps {
		switch x := w.rnd.IntN(12); {
		case x < 5 || len(w.bought) == 0:
			w.buy(w.rnd.IntN(n))
		case x < 8:
			w.some(w.bought[w.rnd.IntN(len(w.bought))])
		case x < 9:
			w.use(w.bought[w.rnd.IntN(len(w.bought))])
		case x < 10:
			w.Shop.Clock.Add(time.Duration(w.rnd.IntN(72)) * time.Hour)
		default:
			w.merge()
		}
		w.alike(fmt.Sprint("step ", step))
	}
	for w.merge() {
	}
	w.alike("merged")
	for _, i := range w.rnd.Perm(len(w.bought)) {
		w.both(w.bought[i], func(p *purchase.Purchase) *purchase.RefundRequest { return &purchase.RefundRequest{Purchase: ref(p)} })
		w.alike("coming back")
	}
}

// merge makes one of two who are still apart from each other; false: there are
// none.
func (w *twins) merge() bool {
	w.t.Helper()
	living := map[int]bool{}
	for _, h := range w.heirs {
		living[h] = true
	}
	var all []int
	for h := range w.heirs {
		if living[h] {
			all = append(all, h)
		}
	}
	if len(all) < 2 {
		return false
	}
	at := w.rnd.Perm(len(all))
	into, from := all[at[0]], all[at[1]]
	w.unite(w.whole[into], w.whole[from])
	for i, h := range w.heirs {
		if h == from {
			w.heirs[i] = into
		}
	}
	return true
}

// buy lets one and his twin buy the same, and spend the same of what both have.
func (w *twins) buy(i int) {
	w.t.Helper()
	lines := []purchase.CartLine{line("B1", 1+w.rnd.Int64N(4), money.Amount(1+w.rnd.IntN(20_000)))}
	if w.rnd.IntN(2) == 0 {
		tickets := line("T1", 1+w.rnd.Int64N(3), money.Amount(1+w.rnd.IntN(20_000)))
		tickets.SessionAt = w.Shop.Clock.Now().Add(24 * time.Hour)
		lines = append(lines, tickets)
	}
	var wish money.Points
	if has := w.Balance(w.t, w.apart[i]); has.Debt == 0 && w.Balance(w.t, w.whole[i]).Debt == 0 {
		wish = min(money.Points(w.rnd.Int64N(int64(has.Active)/100+1))*100, 20_00)
	}
	var out pair
	for k, b := range []purchase.Buyer{w.apart[i], w.whole[i]} {
		c := w.Cart(b, lines...)
		c.Wish.Points = wish
		a, err := w.Shop.Desk.Commit(w.t.Context(), c)
		if err != nil {
			if code := purchasetest.Code(err); code == "points.above-allowed" {
				return // of neither
			}
			w.t.Fatalf("seed %d: %d: %v", w.seed, k, err)
		}
		if k == 0 {
			out.apart = a.Purchase
		} else {
			out.whole = a.Purchase
		}
	}
	w.bought = append(w.bought, out)
}

// some takes a part of a purchase back.
func (w *twins) some(x pair) {
	l := w.rnd.IntN(len(x.apart.Lines))
	part := purchase.RefundPart{Line: l, Quantity: money.Piece * money.Quantity(1+w.rnd.IntN(2))}
	amount := money.Amount(1 + w.rnd.IntN(100_00))
	byAmount := w.rnd.IntN(4) == 0
	w.both(x, func(p *purchase.Purchase) *purchase.RefundRequest {
		if byAmount {
			return &purchase.RefundRequest{Purchase: ref(p), Amount: amount}
		}
		return &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{part}}
	})
}

// use uses a ticket of a purchase that has some.
func (w *twins) use(x pair) {
	w.t.Helper()
	var out [2]string
	for k, p := range []*purchase.Purchase{x.apart, x.whole} {
		v, err := w.Shop.Desk.Visit(w.t.Context(), &purchase.VisitRequest{
			Till: w.Other, Key: w.Shop.IDs.New().String(), Purchase: ref(p), Line: len(p.Lines) - 1, Pieces: 1,
		})
		if out[k] = purchasetest.Code(err); err == nil {
			out[k] = fmt.Sprint(v.Visit.Active, v.Visit.Pending)
		}
	}
	if out[0] != out[1] {
		w.t.Fatalf("seed %d: used: %s, merged %s", w.seed, out[0], out[1])
	}
}

// both takes back the same of both, or nothing of either.
func (w *twins) both(x pair, of func(p *purchase.Purchase) *purchase.RefundRequest) {
	w.t.Helper()
	var out [2]string
	for i, p := range []*purchase.Purchase{x.apart, x.whole} {
		r := of(p)
		r.Till, r.Key = w.Till, w.Shop.IDs.New().String()
		a, err := w.Shop.Desk.Refund(w.t.Context(), r)
		out[i] = purchasetest.Code(err)
		if err == nil {
			f := a.Refund
			out[i] = fmt.Sprintf("money %d of %v, kept %d, given %d, earned %d, whole %v", f.Money, f.Payments, f.Kept, f.Given, f.Claimed(), f.Whole)
		}
	}
	if out[0] != out[1] {
		w.t.Fatalf("seed %d: %s, merged %s", w.seed, out[0], out[1])
	}
}

// alike wants the merged to have what the others have together.
func (w *twins) alike(when string) {
	w.t.Helper()
	apart, whole := make([]figures, len(w.heirs)), make([]figures, len(w.heirs))
	for i, h := range w.heirs {
		apart[h].add(w.account(w.apart[i]))
		if h == i {
			whole[i].add(w.account(w.whole[i]))
		}
	}
	if diff := cmp.Diff(apart, whole); diff != "" {
		w.t.Fatalf("seed %d, %s: apart and merged:\n%s", w.seed, when, diff)
	}
}

// figures are of one account, or of several together. Between people who stay
// apart the one may owe while the other has points: together that is what is
// left of both.
type figures struct {
	Book, Earned, Spent, Expired, Waiting money.Points
	Purchases                             int64
	Turnover, Used                        money.Amount
}

func (f *figures) add(v *purchase.AccountView) {
	if v == nil {
		return
	}
	a := &v.Account
	f.Book += a.Active - a.Debt + a.Pending
	f.Earned += a.Earned
	f.Spent += a.Spent
	f.Expired += a.Expired
	f.Purchases += a.Purchases
	f.Turnover += a.Turnover
	f.Used += a.Used
	for _, l := range v.Lots {
		if l.Waits {
			f.Waiting += l.Remaining
		}
	}
}
