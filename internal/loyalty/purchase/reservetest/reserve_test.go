package reservetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestFrozen: a confirm posts what was reserved, though the programme, the
// points and the limits are others by then; it is of the time and the till at
// which it is paid, and asked for again it is the same purchase.
func TestFrozen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		s.Give(t, b, 100_00)
		r := s.reserve(s.cart(b, 60_00, "last"))
		if r.Discount != 39_99 || r.Spent != 60_00 || r.State != purchase.ReservationHeld || r.Balance.Held != 60_00 {
			t.Errorf("%+v", r)
		}
		s.stands(b, 40_00, 60_00, 0)
		p := *s.Programme
		p.Earning.Rate, p.Spending.Share, p.Campaigns = 50*money.Percent, 0, nil
		p.Rules = nil
		made, err := s.Programmes.Put(t.Context(), p, "test")
		s.no(err)
		s.Programme = made
		s.Clock.Add(10 * time.Minute)
		_, err = s.commit(s.Cart(b, line("B1", 1, 10_00)))
		s.no(err)

		req := s.pay(r)
		req.Till, req.Number = s.Other, "77"
		req.Payments = []purchase.Payment{{Kind: "card", Amount: 200_00}, {Kind: "cash", Amount: r.Due - 200_00}}
		a, err := s.Desk.Confirm(t.Context(), req)
		s.no(err)
		got := a.Purchase
		if figures(got) != figures(&r.Purchase) {
			t.Errorf("%v, reserved %v", figures(got), figures(&r.Purchase))
		}
		if got.At != s.Clock.Now() || got.Till != s.Other || got.Number != "77" || got.Version != r.Version || got.Judged == nil || got.Judged.At != r.At || len(got.Payments) != 2 {
			t.Errorf("%+v", got)
		}
		again, err := s.Desk.Confirm(t.Context(), req)
		s.no(err)
		other, err := s.confirm(r) // under another key
		s.no(err)
		if !again.Replayed || !other.Replayed || cmp.Diff(again.Purchase, other.Purchase) != "" || again.Purchase.ID != got.ID {
			t.Errorf("%+v %+v", again, other)
		}
		s.want("another body", "key.other-body", func() error {
			x := *req
			x.Number = "78"
			_, err := s.Desk.Confirm(t.Context(), &x)
			return err
		}())
		s.want("a cancel", "reservation.confirmed", s.cancel(r))
		_, err = s.Desk.Extend(t.Context(), ref(r), hold)
		s.want("more time", "reservation.confirmed", err)
		found, err := s.Desk.FindReservation(t.Context(), purchase.PurchaseRef{Till: r.Till, Key: r.Key})
		s.no(err)
		if found.State != purchase.ReservationConfirmed || found.Done != got.ID {
			t.Errorf("%+v", found)
		}
		s.proved()
	})
}

// TestNobodyElse: what a reservation holds is nobody else's until it is let go
// or runs out.
func TestNobodyElse(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *shop, r *purchase.Reservation){
		"cancel": func(s *shop, r *purchase.Reservation) {
			s.no(s.cancel(r))
			s.no(s.cancel(r))
			_, err := s.confirm(r)
			s.want("confirm", "reservation.cancelled", err)
		},
		"run out":            func(s *shop, r *purchase.Reservation) { s.past(r) },
		"cancel, run out":    func(s *shop, r *purchase.Reservation) { s.past(r); s.no(s.cancel(r)) },
		"run out, by a job":  func(s *shop, r *purchase.Reservation) { s.past(r); s.settle() },
		"job, then a cancel": func(s *shop, r *purchase.Reservation) { s.past(r); s.settle(); s.no(s.cancel(r)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, nil)
				b := s.Member(t)
				code := s.rewarded(b)
				s.Give(t, b, 100_00)
				var held []*purchase.Reservation
				for i, taken := range []string{"last", code, "head"} {
					r := s.reserve(s.cart(b, []money.Points{100_00, 0, 0}[i], taken))
					if r.Discount == 0 {
						t.Fatalf("%s: %+v", taken, r.Idle)
					}
					held = append(held, r)
				}
				c := s.cart(b, 10_00)
				_, err := s.commit(c)
				s.want("held points", "points.not-enough", err)
				for _, taken := range []string{"last", code, "head"} {
					q, err := s.Desk.Quote(t.Context(), s.cart(b, 0, taken))
					s.no(err)
					if q.Outcome.Discount != 0 {
						t.Errorf("a quote has %s", taken)
					}
					p, err := s.commit(s.cart(b, 0, taken))
					s.no(err)
					if p.Discount != 0 {
						t.Errorf("%s is had twice: %+v", taken, p.Uses)
					}
					s.idle(q.Idle, rule.WhyCodeHeld)
					s.idle(p.Idle, rule.WhyCodeHeld)
					s.same(p)
				}
				s.proved()
				for _, r := range held {
					end(s, r)
				}
				for free, used := range map[string]string{"last": rule.WhyUsedUp, code: rule.WhyCodeUsed, "head": rule.WhyUsedByBuyer} {
					p, err := s.commit(s.cart(b, 10_00, free))
					s.no(err)
					if p.Discount == 0 || p.Spent != 10_00 {
						t.Errorf("%s can't be had: %+v", free, p.Idle)
					}
					q, err := s.Desk.Quote(t.Context(), s.cart(b, 0, free))
					s.no(err)
					p, err = s.commit(s.cart(b, 0, free))
					s.no(err)
					s.idle(q.Idle, used)
					s.idle(p.Idle, used)
				}
				s.proved()
			})
		})
	}
}

// past lets the reservation's time pass.
func (s *shop) past(r *purchase.Reservation) {
	s.Clock.Add(max(0, time.Duration(r.Until-s.Clock.Now())*time.Microsecond))
}

func (s *shop) settle() {
	s.t.Helper()
	_, err := s.Desk.SettleDue(s.t.Context(), 100)
	s.no(err)
}

// TestHeldPointsLive: points whose term ends while they are held live to the
// hold's end, and are spent by a confirm before it.
func TestHeldPointsLive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Earning.Expiry = rule.Expiry{Mode: rule.AfterAccrual, Days: 1} })
		paid, left := s.Member(t), s.Member(t)
		for _, b := range []purchase.Buyer{paid, left} {
			_, err := s.commit(s.Cart(b, line("T1", 1, 1_000_00)))
			s.no(err)
		}
		var held [2]*purchase.Reservation
		for i, b := range []purchase.Buyer{paid, left} {
			r, err := s.Desk.Reserve(t.Context(), s.cart(b, 100_00), 72*time.Hour)
			s.no(err)
			held[i] = r.Reservation
		}
		s.Clock.Add(48 * time.Hour)
		s.settle()
		s.stands(paid, 0, 100_00, 0)
		a, err := s.confirm(held[0])
		s.no(err)
		if a.Purchase.Spent != 100_00 || figures(a.Purchase) != figures(&held[0].Purchase) {
			t.Errorf("%+v", a.Purchase)
		}
		s.proved()
		s.Clock.Add(24 * time.Hour)
		s.stands(left, 0, 0, 0)
		_, err = s.confirm(held[1])
		s.want("expired", "reservation-expired", err)
		s.proved()
	})
}

// TestTakenAgain: a reservation that has run out takes all again where all is
// free; else nothing, or, where the money is taken, whatever is.
func TestTakenAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		code := s.rewarded(b)
		s.Give(t, b, 100_00)
		first := s.reserve(s.cart(b, 100_00, "last", code))
		s.Clock.Add(hold)
		second := s.reserve(s.cart(b, 100_00, "last", code)) // it is free now
		before := s.Balance(t, b)
		_, err := s.confirm(first)
		s.want("held by another", "reservation-expired", err)
		if after := s.Balance(t, b); after != before {
			t.Errorf("%+v, before %+v", after, before)
		}
		s.proved()
		s.no(s.cancel(second))
		a, err := s.confirm(first)
		s.no(err)
		if figures(a.Purchase) != figures(&first.Purchase) || len(a.Purchase.Flags) != 0 || len(a.Purchase.Uses) == 0 {
			t.Errorf("%+v", a.Purchase)
		}
		s.proved()
		third := s.cart(b, 0, "head")
		late := s.reserve(third)
		s.Clock.Add(hold)
		_, err = s.commit(s.cart(b, 0, "head"))
		s.no(err)
		_, err = s.confirm(late)
		s.want("used by another", "reservation-expired", err)
		req := s.pay(late)
		req.Record = true
		done, err := s.Desk.Confirm(t.Context(), req)
		s.no(err)
		if cmp.Diff(done.Purchase.Flags, []string{purchase.FlagOverLimit}) != "" {
			t.Errorf("%+v", done.Purchase.Flags)
		}
		s.proved()
	})
}

// TestRecordedWithDebt: the money is taken, the points are not there: they are
// owed.
func TestRecordedWithDebt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Earning.Rate, p.Earning.ByType = 0, nil })
		b := s.Member(t)
		s.Give(t, b, 100_00)
		r := s.reserve(s.cart(b, 100_00))
		s.Clock.Add(hold)
		_, err := s.commit(s.cart(b, 70_00))
		s.no(err)
		_, err = s.confirm(r)
		s.want("spent", "reservation-expired", err)
		s.stands(b, 30_00, 0, 0)
		req := s.pay(r)
		req.Record = true
		a, err := s.Desk.Confirm(t.Context(), req)
		s.no(err)
		if cmp.Diff(a.Purchase.Flags, []string{purchase.FlagDebt}) != "" || figures(a.Purchase) != figures(&r.Purchase) {
			t.Errorf("%+v", a.Purchase)
		}
		s.stands(b, 0, 0, 70_00)
		s.proved()
	})
}

// TestExtended: points, uses and codes wait until the new end, and no longer.
func TestExtended(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		code := s.rewarded(b)
		s.Give(t, b, 100_00)
		r := s.reserve(s.cart(b, 100_00, "last", code))
		for range 3 {
			s.Clock.Add(hold - time.Minute)
			x, err := s.Desk.Extend(t.Context(), ref(r), hold)
			s.no(err)
			if x.Until != s.Clock.Now().Add(hold) {
				t.Errorf("until %d", x.Until)
			}
			s.settle()
			s.stands(b, 0, 100_00, 0)
			for _, taken := range []string{"last", code} {
				if p, err := s.commit(s.cart(s.Member(t), 0, taken)); err != nil || p.Discount != 0 {
					t.Errorf("%s: %+v %v", taken, p, err)
				}
			}
			s.proved()
		}
		s.Clock.Add(hold)
		_, err := s.Desk.Extend(t.Context(), ref(r), hold)
		s.want("after the end", "reservation.run-out", err)
		_, err = s.Desk.Extend(t.Context(), ref(r), time.Second)
		s.want("a second", "reservation.hold", err)
		s.no(s.cancel(r))
		_, err = s.Desk.Extend(t.Context(), ref(r), hold)
		s.want("after a cancel", "reservation.cancelled", err)
		s.proved()
	})
}

// TestRefundOfReserved: parts of a purchase that was reserved end where the
// whole ends.
func TestRefundOfReserved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		code := s.rewarded(b)
		s.Give(t, b, 100_00)
		r := s.reserve(s.cart(b, 77_00, "last", code))
		s.Clock.Add(time.Minute)
		a, err := s.confirm(r)
		s.no(err)
		p := a.Purchase
		var back money.Amount
		for _, part := range []purchase.RefundPart{{Line: 0, Quantity: money.Piece}, {Line: 1, Quantity: money.Piece}, {Line: 0, Quantity: 2 * money.Piece}} {
			f, err := s.Desk.Refund(t.Context(), &purchase.RefundRequest{
				Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Lines: []purchase.RefundPart{part},
			})
			s.no(err)
			back += f.Refund.Money
		}
		if back != p.Due {
			t.Errorf("%d of %d came back", back, p.Due)
		}
		s.stands(b, 100_00, 0, 0)
		for _, free := range []string{"last", code} { // they came back too, though the reservation's time is not over
			if p, err := s.commit(s.cart(b, 0, free)); err != nil || p.Discount == 0 {
				t.Errorf("%s: %+v %v", free, p, err)
			}
		}
		s.proved()
	})
}

// TestReserveOnce: under one key there is one reservation; a confirm that is
// refused leaves nothing; a guest's receipt is reserved as a member's is.
func TestReserveOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		s.Give(t, b, 50_00)
		c := s.cart(b, 50_00)
		c.Payments = []purchase.Payment{{Kind: "card", Amount: 349_99}}
		r := s.reserve(c)
		again, err := s.Desk.Reserve(t.Context(), c, hold)
		s.no(err)
		if !again.Replayed || again.Reservation.ID != r.ID || figures(&again.Reservation.Purchase) != figures(&r.Purchase) {
			t.Errorf("%+v", again)
		}
		_, err = s.Desk.Reserve(t.Context(), c, 2*hold)
		s.want("another time", "key.other-body", err)
		_, err = s.commit(c)
		s.want("a commit of it", "key.other-body", err)
		req := s.pay(r)
		req.Payments = []purchase.Payment{{Kind: "cash", Amount: 349_99}}
		_, err = s.Desk.Confirm(t.Context(), req)
		s.want("other kinds", "reservation.payments", err)
		req.Payments = []purchase.Payment{{Kind: "card", Amount: 1}}
		_, err = s.Desk.Confirm(t.Context(), req)
		s.want("another sum", "purchase.payments-sum", err)
		s.stands(b, 0, 50_00, 0)
		guest := s.cart(purchase.Buyer{}, 0, "head")
		guest.Guest = purchase.Guest{Kind: "phone", Value: "+79160000000"}
		g := s.reserve(guest)
		s.proved()
		for _, x := range []*purchase.Reservation{r, g} {
			_, err := s.confirm(x)
			s.no(err)
		}
		_, err = s.Desk.FindReservation(t.Context(), purchase.PurchaseRef{Home: b.Home, ID: 1})
		s.want("none", "reservation.not-found", err)
		s.proved()
	})
}

// TestReserveInAFamily: the reservation is the buyer's, the points that it
// holds are on the founder's account; who leaves pays by what he reserved.
func TestReserveInAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		house, all := s.Family(t, 3)
		mother, son := all[0], all[1]
		s.Give(t, mother, 100_00)
		paid, left, let := s.reserve(s.cart(son, 30_00, "head")), s.reserve(s.cart(son, 30_00)), s.reserve(s.cart(all[2], 40_00))
		s.stands(mother, 0, 100_00, 0)
		s.proved()
		_, err := s.confirm(paid)
		s.no(err)
		s.no(s.cancel(let))
		s.Leave(t, house, son)
		s.proved()
		a, err := s.confirm(left)
		s.no(err)
		if a.Purchase.AccountHome != mother.Home || a.Purchase.Home != son.Home || a.Purchase.Spent != 30_00 {
			t.Errorf("%+v", a.Purchase)
		}
		list, err := s.Desk.Reservations(t.Context(), son.Home, 0, 10)
		s.no(err)
		if len(list) != 2 || list[0].ID != left.ID || list[1].Done == 0 {
			t.Errorf("%+v", list)
		}
		if got := s.Balance(t, mother); got.Held != 0 || got.Active != 40_00+paid.Earned+left.Earned {
			t.Errorf("%+v", got)
		}
		s.proved()
	})
}

// TestRecordTakesHeldCode: a closed receipt takes even a code that an order
// holds; the order's own confirm stands, flagged.
func TestRecordTakesHeldCode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		code := s.rewarded(b)
		r := s.reserve(s.cart(b, 0, code))
		c := s.Cart(b, line("T1", 1, 100_00))
		c.Codes, c.Facts = []string{code}, &purchase.Facts{At: s.Clock.Now()}
		c.Lines[0].Discount = 20_00
		rec, err := s.Desk.Record(t.Context(), c)
		s.no(err)
		if len(rec.Purchase.UsedCodes) != 1 || rec.Purchase.Due != 80_00 {
			t.Errorf("%+v", rec.Purchase)
		}
		s.proved()
		p, err := s.confirm(r)
		s.no(err)
		if figures(p.Purchase) != figures(&r.Purchase) || !slices.Contains(p.Purchase.Flags, purchase.FlagOverLimit) {
			t.Errorf("%v, reserved %v, flags %v", figures(p.Purchase), figures(&r.Purchase), p.Purchase.Flags)
		}
		s.proved()
	})
}

// TestTicketsOfAnOrder: an order binds no numbers; its confirm does, and is
// refused where one was sold meanwhile, unless the money is taken.
func TestTicketsOfAnOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		order := func(numbers ...string) *purchase.Cart {
			c := s.Cart(b, line("T1", int64(len(numbers)), 100_00))
			c.Lines[0].Tickets, c.Lines[0].SessionAt = numbers, s.Clock.Now().Add(time.Hour)
			return c
		}
		visit := func(number string) error {
			_, err := s.Desk.Visit(t.Context(), &purchase.VisitRequest{Till: s.Till, Key: s.IDs.New().String(), Ticket: number})
			return err
		}
		r := s.reserve(order("A1", "A2"))
		s.want("a visit by an order", "visit.no-ticket", visit("A1"))
		a, err := s.confirm(r)
		s.no(err)
		if got := a.Purchase.Lines[0].Tickets; !slices.Equal(got, []string{"A1", "A2"}) {
			t.Errorf("tickets %q", got)
		}
		s.no(visit("A2"))
		_, err = s.commit(order("A1"))
		s.want("a number of the order's", "purchase.ticket-taken", err)

		late := s.reserve(order("B1", "B2"))
		_, err = s.commit(order("B2"))
		s.no(err)
		_, err = s.confirm(late)
		s.want("a number that was sold", "purchase.ticket-taken", err)
		s.proved()
		pay := s.pay(late)
		pay.Record = true
		a, err = s.Desk.Confirm(t.Context(), pay)
		s.no(err)
		if !slices.Contains(a.Purchase.Flags, purchase.FlagTicket) || figures(a.Purchase) != figures(&late.Purchase) {
			t.Errorf("%+v", a.Purchase)
		}
		s.proved()
	})
}
