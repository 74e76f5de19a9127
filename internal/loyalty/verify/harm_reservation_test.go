package verify_test

import (
	"fmt"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// waiting is a shop whose member has three receipts that were reserved: one
// that is paid, one that is cancelled, and the last, which holds two lots and a
// use of a limit.
func waiting(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	s.rich = s.Member(t)
	s.Give(t, s.rich, 100_00)
	s.sell(s.Cart(s.rich, line("T1", 1, 1_000_00)))
	s.tomorrow(1)
	paid, let := s.reserve(30_00), s.reserve(10_00)
	a, err := s.Desk.Confirm(t.Context(), &purchase.ConfirmRequest{Reservation: paid, Till: s.Till, Key: "paid"})
	if err != nil {
		t.Fatal(err)
	}
	s.bought = a.Purchase
	if _, err := s.Desk.Cancel(t.Context(), let); err != nil {
		t.Fatal(err)
	}
	s.reserve(100_00, "ALL")
	s.sell(s.Cart(s.rich, line("B1", 1, 100_00)))
	return s
}

func (s *shop) reserve(spend money.Points, codes ...string) purchase.PurchaseRef {
	s.t.Helper()
	c := s.Cart(s.rich, line("T1", 1, 400_00))
	c.Wish.Points, c.Codes = spend, codes
	r, err := s.Desk.Reserve(s.t.Context(), c, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	return purchase.PurchaseRef{Home: r.Reservation.Home, ID: r.Reservation.ID}
}

// TestReservationsAreProved harms reservations and what they hold by hand.
func TestReservationsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := waiting(t, d)
		if n := s.one(`select count(*) from hold`); n != 2 {
			t.Fatalf("%d lots are held", n)
		}
		prove(t, s, reservationHarms())
	})
}

// reservation gives the id of one in a state, and the name of its row.
func (s *shop) reservation(state string) (i int64, key string) {
	i = s.one(`select reservation_id from reservation where state = $1`, state)
	return i, fmt.Sprintf("home_id=%s reservation_id=%d", s.rich.Home, i)
}

// ofReservation changes the row of one in a state.
func ofReservation(state, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		i, key := s.reservation(state)
		s.exec("update reservation set "+change+" where reservation_id = $1", i)
		return "reservation", key
	}
}

// editReservation changes the document of one in a state, and not its digest.
func editReservation(state string, change func(p *purchase.Purchase)) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		i, key := s.reservation(state)
		var doc string
		if err := s.DB.Row(s.t.Context(), `select doc from reservation where reservation_id = $1`, i).Scan(&doc); err != nil {
			s.t.Fatal(err)
		}
		p := purchase.Purchase{}
		edit(s.t, doc, &p, func() { change(&p) }, func(doc string) { s.exec(`update reservation set doc = $2 where reservation_id = $1`, i, doc) })
		return "reservation", key
	}
}

// ofHold changes what is held of the first lot.
func ofHold(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		i, _ := s.reservation("held")
		s.exec("update hold set "+change+" where hold_id = $1 and part = 0", i)
		return "hold", fmt.Sprintf("home_id=%s hold_id=%d", s.rich.Home, i)
	}
}

func reservationHarms() []harm {
	ofRich := func(s *shop) string { return s.account(s.rich) }
	return []harm{
		{"the document is no JSON", ofReservation("cancelled", `doc = '{'`), []verify.Invariant{verify.ReservationDoc, verify.OpDigest, verify.KeyOp}},
		{"the row's time", ofReservation("held", "at = at + 1"), []verify.Invariant{verify.ReservationDoc}},
		{"the row's outlet", ofReservation("cancelled", "outlet_id = 5"), []verify.Invariant{verify.ReservationDoc}},
		{"another key", editReservation("cancelled", func(p *purchase.Purchase) { p.Key = "another" }), []verify.Invariant{
			verify.ReservationKey, verify.OpDigest, verify.KeyOp,
		}},
		{"it became another purchase", ofReservation("confirmed", "purchase_id = 5"), []verify.Invariant{verify.ReservationPurchase}},
		{"it became a purchase with other figures", editReservation("confirmed", func(p *purchase.Purchase) { p.Discount++ }), []verify.Invariant{
			verify.ReservationPurchase, verify.OpDigest,
		}},
		{"a hold of no lot", ofHold("lot_id = 5"), []verify.Invariant{verify.HoldLot, verify.HoldReservation, verify.AccountHolds}},
		{"a hold that lasts longer", ofHold("until_at = until_at + 1"), []verify.Invariant{verify.HoldReservation}},
		{"a hold of what is cancelled", func(s *shop) (string, string) {
			i, _ := s.reservation("held")
			s.exec("update reservation set state = 'cancelled' where reservation_id = $1", i)
			return "hold", fmt.Sprintf("home_id=%s hold_id=%d", s.rich.Home, i)
		}, []verify.Invariant{verify.HoldReservation}},
		harm{"more is held", ofHold("points = points + 1"), []verify.Invariant{verify.AccountHolds, verify.HoldReservation}}.named("account", ofRich),
		{"nothing is held", func(s *shop) (string, string) {
			s.exec("delete from hold")
			return "account", s.account(s.rich)
		}, []verify.Invariant{verify.AccountHolds}},
		{"the account's held points", ofAccount(rich, "held = held + 1"), []verify.Invariant{verify.AccountHeld, verify.AccountHolds}},
		{"no use is held", func(s *shop) (string, string) {
			key := s.Programme.ID.String() + ":all:all"
			slot := s.one(`select slot from limit_hold where limit_key = $1`, key)
			s.exec("delete from limit_hold where limit_key = $1", key)
			return "limit_use", fmt.Sprintf("limit_key=%s slot=%d", key, slot)
		}, []verify.Invariant{verify.LimitUsed}},
	}
}
