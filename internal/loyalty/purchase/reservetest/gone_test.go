package reservetest

import (
	"slices"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestOrderOfOneGone: an order, live or run out, of a member who has been
// blocked or closed since is not sold to him: money that is taken already is a
// blocked member's, flagged, and no closed one's; anybody may cancel it.
func TestOrderOfOneGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		for _, over := range []bool{false, true} {
			for _, closed := range []bool{false, true} {
				b := s.Person(t)
				_, err := s.commit(s.Cart(b, line("T1", 1, 1000_00)))
				s.no(err)
				r, other := s.reserve(s.cart(b, 10_00)), s.reserve(s.cart(b, 0))
				if closed { // which a live order does not let him be: it is so of one that has run out
					s.want("closing with an order that lives", "member.reserved", s.Desk.HoldsNothing(t.Context(), d, b.Home))
				}
				if over {
					s.past(r)
				}
				if closed {
					if over {
						s.no(s.Desk.HoldsNothing(t.Context(), d, b.Home))
					}
					_, err = s.People().Close(t.Context(), b.Home, 0, "просил", purchasetest.By, nil)
				} else {
					_, err = s.People().Block(t.Context(), b.Home, 0, "спор", purchasetest.By)
				}
				s.no(err)
				_, err = s.confirm(r)
				s.want("confirm", "buyer.not-served", err)
				if !over {
					_, err = s.Desk.Extend(t.Context(), ref(r), hold)
					s.want("extend", "buyer.not-served", err)
				}
				pay := s.pay(r)
				pay.Record = true
				a, err := s.Desk.Confirm(t.Context(), pay)
				if closed {
					s.want("recorded", "buyer.not-served", err)
				} else if s.no(err); !slices.Contains(a.Purchase.Flags, purchase.FlagBuyer) {
					t.Errorf("flags %v", a.Purchase.Flags)
				}
				s.no(s.cancel(other))
				s.proved()
			}
		}
	})
}

// TestPaidTwice: who tells of another payment of an order that is paid has taken
// its money twice, and is told so; who repeats the same gets the purchase.
func TestPaidTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		whole, part := s.reserve(s.cart(s.Person(t), 0)), s.reserve(s.cart(s.Person(t), 0))
		paper := func(n int64) *purchase.Fiscal {
			return &purchase.Fiscal{Time: s.Clock.Now().Time().Format("20060102T1504"), Sum: whole.Due, Drive: "9999000000000001", Number: n, Sign: 1}
		}
		card := []purchase.Payment{{Kind: "card", Amount: whole.Due}}
		again := func(r *purchase.Reservation, change func(c *purchase.ConfirmRequest)) error {
			c := s.pay(r)
			change(c)
			_, err := s.Desk.Confirm(t.Context(), c)
			return err
		}
		kept := []purchase.KeptLine{{Line: 0, Quantity: money.Piece}}
		s.no(again(whole, func(c *purchase.ConfirmRequest) { c.Payments, c.Fiscal = card, paper(1) }))
		s.no(again(part, func(c *purchase.ConfirmRequest) { c.Lines = kept }))
		for what, c := range map[string]struct {
			of     *purchase.Reservation
			change func(c *purchase.ConfirmRequest)
			want   string
		}{
			"nothing told":  {whole, func(*purchase.ConfirmRequest) {}, ""},
			"the same":      {whole, func(c *purchase.ConfirmRequest) { c.Payments, c.Fiscal = card, paper(1) }, ""},
			"in cash":       {whole, func(c *purchase.ConfirmRequest) { c.Payments = []purchase.Payment{{Kind: "cash", Amount: whole.Due}} }, "reservation.confirmed"},
			"another paper": {whole, func(c *purchase.ConfirmRequest) { c.Fiscal = paper(2) }, "reservation.confirmed"},
			"a part":        {whole, func(c *purchase.ConfirmRequest) { c.Lines = kept }, "reservation.confirmed"},
			"the same part": {part, func(c *purchase.ConfirmRequest) { c.Lines = kept }, ""},
			"the whole":     {part, func(*purchase.ConfirmRequest) {}, "reservation.confirmed"},
			"another part":  {part, func(c *purchase.ConfirmRequest) { c.Lines = []purchase.KeptLine{{Line: 1, Quantity: money.Piece}} }, "reservation.confirmed"},
		} {
			s.want(what, c.want, again(c.of, c.change))
		}
		s.proved()
	})
}

// TestOrderTellsNow: what is told of an order that is cancelled or extended are
// the points of that moment; its cashier is its purchase's at the same till.
func TestOrderTellsNow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Person(t)
		_, err := s.commit(s.Cart(b, line("T1", 1, 1000_00)))
		s.no(err)
		r := s.reserve(s.cart(b, 10_00))
		was := r.Balance
		_, err = s.commit(s.Cart(b, line("T1", 1, 1000_00)))
		s.no(err)
		out, err := s.Desk.Extend(t.Context(), ref(r), hold)
		s.no(err)
		if now := s.Balance(t, b); out.Balance != now || out.Balance == was {
			t.Errorf("extended: %+v, %+v", out.Balance, now)
		}
		for range 2 {
			out, err = s.Desk.Cancel(t.Context(), ref(r))
			s.no(err)
			if now := s.Balance(t, b); out.Balance != now || out.Balance.Held != 0 {
				t.Errorf("cancelled: %+v, %+v", out.Balance, now)
			}
		}
		s.proved()
	})
}
