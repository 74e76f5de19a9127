package purchase_test

import (
	"slices"
	"testing"

	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

func paid(kind string, amount money.Amount) purchase.Payment {
	return purchase.Payment{Kind: kind, Amount: amount}
}

// TestPushkinCard goes through what a Pushkin card may pay for, as a quote, a
// commit, a reservation and a record take it.
func TestPushkinCard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		theatre := playbill.Event{Code: "play", Name: "Пьеса", Pushkin: true, PushkinID: "1"}
		s.Show(t, []playbill.Hall{theHall()}, []playbill.Event{theFilm(nil), theatre}, []playbill.Session{theSession(), {Code: "P-1", Event: "play", Hall: "big", Starts: evening}})
		of := func(session string, pieces int64) purchase.CartLine {
			l := purchasetest.Line("T1", pieces, 10_000)
			l.Place.Session = session
			return l
		}
		popcorn := purchasetest.Line("B1", 1, 5_000)
		for _, c := range []struct {
			name  string
			lines []purchase.CartLine
			pays  []purchase.Payment
			spend money.Points
			want  string
		}{
			{"one ticket", []purchase.CartLine{of("P-1", 1)}, []purchase.Payment{paid("Pushkin", 10_000)}, 0, ""},
			{"a ticket that is a code only", []purchase.CartLine{of("other", 1)}, []purchase.Payment{paid("pushkin", 10_000)}, 0, ""},
			{"a film that is not of the scheme", []purchase.CartLine{of("S-1", 1)}, []purchase.Payment{paid("pushkin", 10_000)}, 0, "pushkin.event"},
			{"two tickets", []purchase.CartLine{of("P-1", 2)}, []purchase.Payment{paid("pushkin", 20_000)}, 0, "pushkin.one-ticket"},
			{"popcorn too", []purchase.CartLine{of("P-1", 1), popcorn}, []purchase.Payment{paid("pushkin", 15_000)}, 0, "pushkin.one-ticket"},
			{"own money", []purchase.CartLine{of("P-1", 1)}, []purchase.Payment{paid("pushkin", 9_000), paid("card", 1_000)}, 0, "pushkin.mixed"},
			{"no own money after all", []purchase.CartLine{of("P-1", 1)}, []purchase.Payment{paid("pushkin", 10_000), paid("card", 0)}, 0, ""},
			{"certificate", []purchase.CartLine{of("P-1", 1)}, []purchase.Payment{paid("pushkin", 9_000), paid("certificate", 1_000)}, 0, "pushkin.certificate"},
			{"points", []purchase.CartLine{of("P-1", 1)}, []purchase.Payment{paid("pushkin", 9_000)}, 1000, "points.pushkin"},
			{"not by it", []purchase.CartLine{of("S-1", 2), popcorn}, []purchase.Payment{paid("card", 24_000)}, 1000, ""},
		} {
			b := s.Member(t)
			s.Give(t, b, 1000)
			cart := func() *purchase.Cart {
				k := s.Cart(b, c.lines...)
				k.Payments, k.Wish.Points = c.pays, c.spend
				return k
			}
			_, quoted := s.Desk.Quote(t.Context(), cart())
			_, reserved := s.Desk.Reserve(t.Context(), cart(), 0)
			for what, err := range map[string]error{"quote": quoted, "reserve": reserved} {
				if code := purchasetest.Code(err); code != c.want {
					t.Errorf("%s, %s: %q, want %q", c.name, what, code, c.want)
				}
			}
			b = s.Member(t)
			s.Give(t, b, 1000)
			a, err := s.Desk.Commit(t.Context(), cart())
			if code := purchasetest.Code(err); code != c.want {
				t.Errorf("%s: %q, want %q", c.name, code, c.want)
			}
			if err == nil && c.spend == 0 && a.Purchase.Earned != 0 {
				t.Errorf("%s: earned %s", c.name, a.Purchase.Earned)
			}
			k := cart()
			k.Wish, k.Facts = rule.Wish{}, &purchase.Facts{At: s.Clock.Now(), Points: c.spend}
			told, err := s.Desk.Record(t.Context(), k)
			fatal(t, err)
			if slices.Contains(told.Purchase.Flags, purchase.FlagPushkin) != (c.want != "" && c.spend == 0) {
				t.Errorf("%s: a record has the flags %v", c.name, told.Purchase.Flags)
			}
		}
	})
}

// TestPushkinToldLate: how an order is paid is told when it is reserved, as
// its figures rest on it.
func TestPushkinToldLate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		held, err := s.Desk.Reserve(t.Context(), s.Cart(s.Member(t), purchasetest.Line("T1", 1, 10_000)), 0)
		fatal(t, err)
		r := &purchase.ConfirmRequest{
			Reservation: purchase.PurchaseRef{Home: held.Reservation.Home, ID: held.Reservation.ID}, Till: s.Till, Key: "pay", Payments: []purchase.Payment{paid("pushkin", 10_000)},
		}
		_, err = s.Desk.Confirm(t.Context(), r)
		if code := purchasetest.Code(err); code != "pushkin.reservation" {
			t.Errorf("got %q", code)
		}
		r.Record = true
		a, err := s.Desk.Confirm(t.Context(), r)
		fatal(t, err)
		if !slices.Contains(a.Purchase.Flags, purchase.FlagPushkin) {
			t.Errorf("%v", a.Purchase.Flags)
		}
	})
}

// TestPushkinToldForAPart: nor is it told when a part of the order is paid.
func TestPushkinToldForAPart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		held, err := s.Desk.Reserve(t.Context(), s.Cart(s.Member(t), purchasetest.Line("T1", 2, 10_000)), 0)
		fatal(t, err)
		r := &purchase.ConfirmRequest{
			Reservation: purchase.PurchaseRef{Home: held.Reservation.Home, ID: held.Reservation.ID}, Till: s.Till, Key: "part", Payments: []purchase.Payment{paid("pushkin", 10_000)},
			Lines: []purchase.KeptLine{{Line: 0, Quantity: money.Piece}},
		}
		_, err = s.Desk.Confirm(t.Context(), r)
		if code := purchasetest.Code(err); code != "pushkin.reservation" {
			t.Errorf("a part: %q", code)
		}
		r.Record = true
		a, err := s.Desk.Confirm(t.Context(), r)
		fatal(t, err)
		if a.LeftOut == nil || !slices.Contains(a.Purchase.Flags, purchase.FlagPushkin) {
			t.Errorf("a part that is paid already: flags %v", a.Purchase.Flags)
		}
	})
}
