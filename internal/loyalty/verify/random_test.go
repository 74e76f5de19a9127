package verify_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// terms are programmes that differ in everything that the books depend on.
func terms() []rule.Programme {
	var out []rule.Programme
	add := func(change func(p *rule.Programme)) {
		p := programme()
		change(&p)
		out = append(out, p)
	}
	add(func(p *rule.Programme) {})
	add(func(p *rule.Programme) { // slow, sliding, returned as money
		p.Earning.Delay = 5
		p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 7}
		p.Settings.Clawback, p.Settings.ExpiredReturn = rule.ClawMoney, 0
	})
	add(func(p *rule.Programme) { // on dates, forgiving, of odd steps
		p.Earning.Expiry = rule.Expiry{Mode: rule.OnDates, Dates: []string{"03-10", "04-01"}}
		p.Settings.Clawback, p.Settings.ReturnSpent, p.Settings.EarnOn = rule.ClawForgive, false, rule.BeforeDiscounts
		p.Settings.PointValue, p.Settings.AccrualStep, p.Settings.UnlinkedTakes = 50, 100, false
	})
	add(func(p *rule.Programme) { // short
		p.Earning.Expiry.Days, p.Earning.Delay, p.Settings.ExpiredReturn = 2, 1, 3
		p.Settings.LateMax = 3
	})
	return out
}

// TestRandomShops lets shops do anything in any order, the clock jumping, and
// wants books that hold.
func TestRandomShops(t *testing.T) {
	t.Parallel()
	steps := 20
	if dbtest.Long() {
		steps = 60
	}
	for i, p := range terms() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				wander(t, purchasetest.Open(t, d, p), uint64(i), steps)
				r := run(t, d)
				for _, b := range r.Breaks {
					t.Errorf("%+v", b)
				}
				if n := r.Counts.Purchases; n < int64(steps) || r.Counts.Deposits == 0 {
					t.Errorf("only %d receipts and %d deposits", n, r.Counts.Deposits)
				}
			})
		})
	}
}

// wander lets three tills do random things to the same members at once, of whom
// some share an account, and come and go.
func wander(t *testing.T, s *purchasetest.Shop, seed uint64, steps int) {
	t.Helper()
	buyers := []purchase.Buyer{{}}
	for range 3 {
		buyers = append(buyers, s.Member(t))
	}
	house, people := s.Family(t, 2)
	people = append(people, s.Person(t))
	buyers = append(buyers, people...)
	var working sync.WaitGroup
	for till := range uint64(3) {
		working.Go(func() {
			w := &wanderer{Shop: s, t: t, rnd: rand.New(rand.NewPCG(seed, till)), buyers: buyers, house: house, people: people}
			for range steps {
				w.step()
			}
		})
	}
	working.Wait()
}

// wanderer does random things in a shop.
type wanderer struct {
	*purchasetest.Shop
	t      *testing.T
	rnd    *rand.Rand
	buyers []purchase.Buyer
	carts  []*purchase.Cart
	house  member.Household
	people []purchase.Buyer // who come into it and leave it; the account is the first's
}

func (w *wanderer) step() {
	switch w.rnd.IntN(15) {
	case 0, 1, 2, 3:
		w.sell(false)
	case 4, 5, 6:
		w.sell(true)
	case 7, 8, 9:
		w.giveBack()
	case 10:
		w.unlinked()
	case 11:
		w.adjust()
	case 12:
		w.Clock.Add(time.Duration(w.rnd.Int64N(5*24)) * time.Hour)
		if w.rnd.IntN(2) == 0 {
			_, err := w.Desk.SettleDue(w.t.Context(), 3)
			w.end(err)
		}
	case 13:
		w.move()
	case 14:
		w.deposit()
	}
}

// deposit does what can be done to one of a member's deposits, or opens one.
func (w *wanderer) deposit() {
	r := &purchase.DepositRequest{By: 1, Key: w.IDs.New().String(), Do: purchase.OpenDeposit, Home: w.buyers[1+w.rnd.IntN(len(w.buyers)-1)].Home, Reason: "x", Actor: "x"}
	all, err := w.Desk.Deposits(w.t.Context(), r.Home)
	if !w.end(err) {
		return
	}
	if len(all) > 0 && (all[0].Closed == 0 || w.rnd.IntN(3) > 0) {
		d := all[w.rnd.IntN(len(all))]
		r.Deposit, r.PaidBy = d.ID, "cash"
		switch left := max(d.Balance, 0); {
		case left > 0 && (d.Closed != 0 || w.rnd.IntN(4) == 0):
			r.Do, r.Amount = purchase.PayOutDeposit, money.Amount(w.rnd.Int64N(int64(left))+1)
		case w.rnd.IntN(4) == 0:
			r.Do, r.Amount = purchase.CloseDeposit, left
		case w.rnd.IntN(3) == 0:
			r.Do, r.Ends = purchase.MoveTerm, w.Clock.Now().Add(1000*time.Hour)
		default:
			r.Do, r.Amount = purchase.TopUpDeposit, money.Amount(w.rnd.Int64N(50000)+1)
		}
	}
	_, err = w.Desk.DoDeposit(w.t.Context(), r)
	w.end(err)
}

// move lets somebody come into the household or leave it.
func (w *wanderer) move() {
	b := w.people[1+w.rnd.IntN(len(w.people)-1)]
	change := w.People().JoinHousehold
	if w.rnd.IntN(2) == 0 {
		change = w.People().LeaveHousehold
	}
	if _, err := change(w.t.Context(), w.house.ID, b.Home, purchasetest.By); !fault.Is(err, "household.not-in") {
		w.end(err)
	}
}

// end lets a refusal by a rule pass and nothing else.
func (w *wanderer) end(err error) bool {
	w.t.Helper()
	if err == nil {
		return true
	}
	switch fault.From(err).Kind {
	case fault.Refused, fault.Conflict:
	default:
		w.t.Error(err)
	}
	return false
}

func (w *wanderer) buyer() purchase.Buyer { return w.buyers[w.rnd.IntN(len(w.buyers))] }

func (w *wanderer) line() purchase.CartLine {
	sku := []string{"T1", "T2", "B1", "B2", "S1", "new"}[w.rnd.IntN(6)]
	l := line(sku, w.rnd.Int64N(4)+1, money.Amount(w.rnd.Int64N(3)*w.rnd.Int64N(40000)))
	if w.rnd.IntN(4) == 0 {
		l.Quantity = money.Quantity(w.rnd.Int64N(5000) + 1)
	}
	return l
}

func (w *wanderer) sell(record bool) {
	c := w.Cart(w.buyer())
	c.Cashier = id.ID(w.rnd.Int64N(3))
	for range w.rnd.IntN(4) + 1 {
		c.Lines = append(c.Lines, w.line())
	}
	if w.rnd.IntN(3) == 0 {
		c.Codes = []string{[]string{"ALL", "FEW", "FREE", "NONE"}[w.rnd.IntN(4)]}
	}
	if c.Buyer.None() && w.rnd.IntN(2) == 0 {
		c.Guest = purchase.Guest{Kind: member.Email, Value: string(rune('a'+w.rnd.IntN(3))) + "@example.org"}
	}
	var err error
	if !record {
		c.Wish.Max = !c.Buyer.None() && w.rnd.IntN(2) == 0
		_, err = w.Desk.Commit(w.t.Context(), c)
	} else {
		c.Facts = &purchase.Facts{At: w.Clock.Now() - clock.Micros(w.rnd.Int64N(10*24)*time.Hour.Microseconds())}
		var due money.Amount
		for i := range c.Lines {
			l := &c.Lines[i]
			g, _ := l.Quantity.Cost(l.Price, money.HalfUp)
			if w.rnd.IntN(3) == 0 && g > 0 {
				l.Discount = money.Amount(w.rnd.Int64N(int64(g)))
			}
			due += g - l.Discount
		}
		if w.rnd.IntN(2) == 0 && due > 0 {
			c.Facts.Points = money.Points(w.rnd.Int64N(int64(due)))
		}
		if w.rnd.IntN(2) == 0 {
			kind := []string{"card", purchase.DepositKind, "Deposit"}[w.rnd.IntN(3)]
			c.Payments = []purchase.Payment{{Kind: "cash", Amount: due / 3}, {Kind: kind, Amount: due / 2}, {Kind: "cash", Amount: 5}}
		}
		_, err = w.Desk.Record(w.t.Context(), c)
	}
	if w.end(err) {
		w.carts = append(w.carts, c)
	}
}

func (w *wanderer) giveBack() {
	if len(w.carts) == 0 {
		return
	}
	c := w.carts[w.rnd.IntN(len(w.carts))]
	r := &purchase.RefundRequest{Till: w.Other, Key: w.IDs.New().String(), Purchase: ref(c), Cashier: id.ID(w.rnd.Int64N(3))}
	switch w.rnd.IntN(4) {
	case 0:
		r.Amount = money.Amount(w.rnd.Int64N(20000) + 1)
	case 1, 2:
		i := w.rnd.IntN(len(c.Lines))
		q := w.rnd.Int64N(int64(c.Lines[i].Quantity)) + 1
		if whole := q - q%1000; whole > 0 {
			q = whole
		}
		r.Lines = []purchase.RefundPart{{Line: i, Quantity: money.Quantity(q)}}
	}
	if w.rnd.IntN(4) == 0 {
		r.At = w.Clock.Now() - clock.Micros(w.rnd.Int64N(48)*time.Hour.Microseconds())
	}
	_, err := w.Desk.Refund(w.t.Context(), r)
	w.end(err)
}

func (w *wanderer) unlinked() {
	r := &purchase.UnlinkedRequest{Till: w.Till, Key: w.IDs.New().String(), Buyer: w.buyer()}
	for range w.rnd.IntN(3) + 1 {
		l := w.line()
		if len(w.carts) > 0 && w.rnd.IntN(3) > 0 {
			c := w.carts[w.rnd.IntN(len(w.carts))]
			l, r.Buyer = c.Lines[0], c.Buyer
		}
		r.Lines = append(r.Lines, purchase.UnlinkedLine{SKU: l.SKU, Quantity: l.Quantity, Price: l.Price})
	}
	_, err := w.Desk.RefundUnlinked(w.t.Context(), r)
	w.end(err)
}

func (w *wanderer) adjust() {
	b := w.buyers[1+w.rnd.IntN(len(w.buyers)-1)]
	points, days := money.Points(w.rnd.Int64N(15000)*2-9999), w.rnd.IntN(9)
	if points < 0 {
		days = 0
	}
	_, err := w.Desk.Adjust(w.t.Context(), &purchase.AdjustRequest{
		By: 1, Key: w.IDs.New().String(), Buyer: b, Programme: w.Programme.ID, Points: points, Days: days, Reason: "x", Actor: "x",
	})
	w.end(err)
}
