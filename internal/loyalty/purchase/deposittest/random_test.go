package deposittest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// walk lets anything happen to the deposits of one member and says, slowly, what
// there has to be.
type walk struct {
	*shop
	rnd    *rand.Rand
	buyer  purchase.Buyer
	now    id.ID // that is open; 0: none is
	ends   clock.Micros
	left   map[id.ID]money.Amount
	sold   []*sold
	orders []*order
}

// sold is a purchase, and what of it has not come back yet.
type sold struct {
	*purchase.Purchase
	left money.Amount
}

// order is a reservation that waits.
type order struct {
	*purchase.Reservation
	deposit money.Amount
}

// TestDepositsInAnyOrder: after any steps in any order each deposit has what went
// in less what went out, no more is spent than there was, and the books hold.
func TestDepositsInAnyOrder(t *testing.T) {
	t.Parallel()
	seeds := 2
	if dbtest.Long() {
		seeds = 12
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, nil)
				w := &walk{shop: s, rnd: rand.New(rand.NewPCG(uint64(seed), 9)), buyer: s.Person(t), left: map[id.ID]money.Amount{}}
				for range 8 {
					for range 15 {
						w.step()
					}
					for i, want := range w.left {
						w.stands(w.buyer, i, want)
						w.told(w.shop.left(w.buyer.Home, i))
					}
					w.proved()
				}
			})
		})
	}
}

func (w *walk) step() {
	w.t.Helper()
	w.Clock.Add(time.Duration(w.rnd.IntN(20)) * time.Minute)
	switch n := w.rnd.IntN(12); {
	case w.now == 0 && n < 3:
		w.open()
	case n < 3:
		w.put()
	case n < 6:
		w.pay()
	case n < 7:
		w.order()
	case n < 8:
		w.end()
	case n < 11:
		w.return1()
	case w.rnd.IntN(3) == 0:
		w.close()
	default:
		w.payOut()
	}
}

func (w *walk) over() bool { return w.now == 0 || w.ends != 0 && w.ends <= w.Clock.Now() }

// held is what waiting orders keep.
func (w *walk) held() (sum money.Amount) {
	for _, o := range w.orders {
		if o.Deposit == w.now && o.Until > w.Clock.Now() {
			sum += o.deposit
		}
	}
	return sum
}

func (w *walk) spendable() money.Amount {
	if w.over() {
		return 0
	}
	return max(w.left[w.now]-w.held(), 0)
}

func (w *walk) open() {
	w.ends = 0
	if w.rnd.IntN(2) == 0 {
		w.ends = w.Clock.Now().Add(time.Duration(1+w.rnd.IntN(300)) * time.Minute)
	}
	o, err := w.do(purchase.DepositRequest{Do: purchase.OpenDeposit, Home: w.buyer.Home, Ends: w.ends})
	w.no(err)
	w.now, w.left[o.Deposit] = o.Deposit, 0
}

func (w *walk) put() {
	amount := money.Amount(1 + w.rnd.IntN(300_00))
	_, err := w.do(purchase.DepositRequest{Do: purchase.TopUpDeposit, Home: w.buyer.Home, Deposit: w.now, Amount: amount, PaidBy: "card"})
	if w.over() {
		w.refused(err, "deposit.ended")
		w.ends = 0
		_, err = w.do(purchase.DepositRequest{Do: purchase.MoveTerm, Home: w.buyer.Home, Deposit: w.now})
		w.no(err)
		return
	}
	w.no(err)
	w.left[w.now] += amount
}

// wanted is a cart that a deposit is to pay in part.
func (w *walk) wanted() (*purchase.Cart, money.Amount) {
	due := money.Amount(1 + w.rnd.IntN(200_00))
	deposit := min(due, money.Amount(1+w.rnd.IntN(150_00)))
	return w.cart(w.buyer, due, deposit), deposit
}

func (w *walk) pay() {
	c, deposit := w.wanted()
	record := w.rnd.IntN(4) == 0
	do := w.Desk.Commit
	if record {
		c.Facts, do = &purchase.Facts{At: w.Clock.Now()}, w.Desk.Record
	}
	a, err := do(w.t.Context(), c)
	if !record && deposit > w.spendable() {
		w.short(err)
		return
	}
	w.no(err)
	if a.Purchase.Deposit != w.now {
		w.t.Errorf("paid from %s, wanted %s", a.Purchase.Deposit, w.now)
	}
	if w.now != 0 {
		w.left[w.now] -= deposit
	}
	w.sold = append(w.sold, &sold{a.Purchase, a.Purchase.Due})
}

// short wants the refusal of what the deposit can't pay.
func (w *walk) short(err error) {
	switch code := purchasetest.Code(err); {
	case w.now == 0 && code == "deposit.none", w.now != 0 && w.over() && code == "deposit.ended", w.now != 0 && !w.over() && code == "deposit.not-enough":
	default:
		w.t.Errorf("%v", err)
	}
}

func (w *walk) order() {
	c, deposit := w.wanted()
	r, err := w.Desk.Reserve(w.t.Context(), c, time.Duration(1+w.rnd.IntN(60))*time.Minute)
	if deposit > w.spendable() {
		w.short(err)
		return
	}
	w.no(err)
	w.orders = append(w.orders, &order{r.Reservation, deposit})
}

// end pays for an order, in time or late, or cancels it.
func (w *walk) end() {
	if len(w.orders) == 0 {
		return
	}
	n := w.rnd.IntN(len(w.orders))
	o := w.orders[n]
	of := purchase.PurchaseRef{Home: o.Home, ID: o.ID}
	if w.rnd.IntN(3) == 0 {
		_, err := w.Desk.Cancel(w.t.Context(), of)
		w.no(err)
		w.orders = append(w.orders[:n], w.orders[n+1:]...)
		return
	}
	most := w.spendable()
	if o.Until > w.Clock.Now() { // what was promised is kept
		most = o.deposit
	}
	a, err := w.Desk.Confirm(w.t.Context(), &purchase.ConfirmRequest{Reservation: of, Till: w.Till, Key: w.IDs.New().String()})
	if o.deposit > most {
		w.short(err)
		return
	}
	w.no(err)
	w.left[w.now] -= o.deposit
	w.orders = append(w.orders[:n], w.orders[n+1:]...)
	w.sold = append(w.sold, &sold{a.Purchase, a.Purchase.Due})
}

func (w *walk) return1() {
	if len(w.sold) == 0 {
		return
	}
	p := w.sold[w.rnd.IntN(len(w.sold))]
	if p.left == 0 {
		return
	}
	amount := p.left
	if w.rnd.IntN(3) > 0 {
		amount = money.Amount(1 + w.rnd.Int64N(int64(p.left)))
	}
	f := w.back(p.Purchase, amount)
	p.left -= amount
	for _, x := range f.Payments {
		if x.Kind == purchase.DepositKind && p.Deposit != 0 {
			w.left[p.Deposit] += x.Amount
		}
	}
}

func (w *walk) close() {
	if w.now == 0 {
		return
	}
	left := w.left[w.now]
	_, err := w.do(purchase.DepositRequest{Do: purchase.CloseDeposit, Home: w.buyer.Home, Deposit: w.now, Amount: max(left, 0), PaidBy: "cash"})
	switch {
	case w.held() > 0:
		w.refused(err, "deposit.held")
		return
	case left < 0:
		w.refused(err, "deposit.owes")
		return
	}
	w.no(err)
	w.left[w.now], w.now = 0, 0
}

// payOut pays out of some deposit, open or closed, a part or all of what it has.
func (w *walk) payOut() {
	all := slices.Sorted(maps.Keys(w.left))
	if len(all) == 0 {
		return
	}
	i := all[w.rnd.IntN(len(all))]
	left, most := w.left[i], w.left[i]
	if i == w.now {
		most -= w.held()
	}
	sum := money.Amount(w.rnd.Int64N(int64(max(left, 0)+10_00))) + 1
	if w.rnd.IntN(2) == 0 {
		sum = max(left, 1)
	}
	_, err := w.do(purchase.DepositRequest{Do: purchase.PayOutDeposit, Home: w.buyer.Home, Deposit: i, Amount: sum, PaidBy: "cash"})
	switch {
	case left < 0:
		w.refused(err, "deposit.owes")
	case left == 0:
		w.refused(err, "deposit.nothing")
	case sum > most:
		w.refused(err, "deposit.pays-less")
	default:
		w.no(err)
		w.left[i] -= sum
	}
}
