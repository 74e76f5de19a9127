package reservetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// walk lets anything happen to the reservations of three members, of whom two
// share an account, and counts what points there should be.
type walk struct {
	*shop
	rnd      *rand.Rand
	buyers   []purchase.Buyer
	account  []int // whose points each uses
	books    [2]money.Points
	reserved []*purchase.Reservation
	sold     []*purchase.Purchase
	seen     map[string]bool // purchases that are counted
}

// TestReservationsInAnyOrder: after any steps in any order the books hold and no
// point is made or lost.
func TestReservationsInAnyOrder(t *testing.T) {
	t.Parallel()
	seeds := 1
	if dbtest.Long() {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, func(p *rule.Programme) {
					p.Earning.Expiry = rule.Expiry{}
					if seed == 1 {
						p.Settings.RefundTerms = rule.RecomputeTerms
					}
				})
				w := &walk{shop: s, rnd: rand.New(rand.NewPCG(uint64(seed), 5)), seen: map[string]bool{}}
				_, w.buyers = s.Family(t, 2)
				w.buyers, w.account = append(w.buyers, s.Person(t)), []int{0, 0, 1}
				for i, b := range w.buyers {
					s.Give(t, b, 150_00)
					w.books[w.account[i]] += 150_00
				}
				for range 12 {
					for range 8 {
						w.step()
					}
					w.check()
				}
			})
		})
	}
}

var expected = []string{
	"", "points.not-enough", "points.above-allowed", "reservation-expired", "reservation.run-out", "reservation.confirmed", "reservation.cancelled", "refund.nothing-left", "refund.quantity",
}

func (w *walk) step() {
	w.t.Helper()
	what, err := w.anything()
	if code := purchasetest.Code(err); !slices.Contains(expected, code) {
		w.t.Fatalf("%s: %s %v", what, code, err)
	}
}

func (w *walk) anything() (string, error) {
	ctx := w.t.Context()
	switch w.rnd.IntN(11) {
	case 0, 1, 2:
		r, err := w.Desk.Reserve(ctx, w.anyCart(), time.Duration(1+w.rnd.IntN(60))*time.Minute)
		if err == nil {
			w.reserved = append(w.reserved, r.Reservation)
		}
		return "reserve", err
	case 3, 4, 5:
		if r := w.any(); r != nil {
			req := w.pay(r)
			req.Record = w.rnd.IntN(3) == 0
			a, err := w.Desk.Confirm(ctx, req)
			if err == nil {
				w.bought(a.Purchase)
			}
			return "confirm", err
		}
	case 6:
		if r := w.any(); r != nil {
			_, err := w.Desk.Extend(ctx, ref(r), time.Duration(1+w.rnd.IntN(60))*time.Minute)
			return "extend", err
		}
	case 7:
		if r := w.any(); r != nil {
			return "cancel", w.cancel(r)
		}
	case 8:
		p, err := w.commit(w.anyCart())
		if err == nil {
			w.bought(p)
		}
		return "commit", err
	case 9:
		return "refund", w.back()
	default:
		w.Clock.Add(time.Duration(w.rnd.IntN(40)) * time.Minute)
		if w.rnd.IntN(2) == 0 {
			w.settle()
		}
	}
	return "", nil
}

func (w *walk) anyCart() *purchase.Cart {
	c := w.cart(w.buyers[w.rnd.IntN(3)], money.Points(w.rnd.IntN(5))*20_00)
	for _, code := range []string{"last", "head"} {
		if w.rnd.IntN(2) == 0 {
			c.Codes = append(c.Codes, code)
		}
	}
	return c
}

func (w *walk) any() *purchase.Reservation {
	if len(w.reserved) == 0 {
		return nil
	}
	return w.reserved[w.rnd.IntN(len(w.reserved))]
}

// book counts points of a buyer's account.
func (w *walk) book(of *purchase.Purchase, points money.Points) {
	for i, b := range w.buyers {
		if b.Home == of.Home {
			w.books[w.account[i]] += points
		}
	}
}

func (w *walk) bought(p *purchase.Purchase) {
	if w.seen[p.ID.String()] {
		return // it was confirmed before
	}
	w.seen[p.ID.String()] = true
	w.sold = append(w.sold, p)
	w.book(p, p.Earned-p.Spent)
}

func (w *walk) back() error {
	if len(w.sold) == 0 {
		return nil
	}
	p := w.sold[w.rnd.IntN(len(w.sold))]
	req := &purchase.RefundRequest{Till: w.Till, Key: w.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}}
	if w.rnd.IntN(2) == 0 {
		req.Lines = []purchase.RefundPart{{Quantity: money.Piece}}
	}
	a, err := w.Desk.Refund(w.t.Context(), req)
	if err == nil {
		w.book(p, a.Refund.Given-a.Refund.Claimed())
	}
	return err
}

func (w *walk) check() {
	w.t.Helper()
	for i, b := range []purchase.Buyer{w.buyers[0], w.buyers[2]} {
		got := w.Balance(w.t, b)
		if book := got.Active + got.Pending + got.Held - got.Debt; book != w.books[i] {
			w.t.Fatalf("%+v come to %d, want %d", got, book, w.books[i])
		}
	}
	w.proved()
	if w.t.Failed() {
		w.t.FailNow()
	}
}
