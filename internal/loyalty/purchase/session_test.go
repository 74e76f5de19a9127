package purchase_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

var evening = clock.Of(purchasetest.Start.Add(8 * time.Hour))

func theHall() playbill.Hall {
	return playbill.Hall{
		Code: "Big", Name: "Большой", Zones: []playbill.Zone{{Code: "A"}, {Code: "B"}},
		Sectors: []playbill.Sector{{Code: "Parter", Zone: "A", Rows: []playbill.Row{{Code: "1", First: 1, Last: 9}, {Code: "9", First: 1, Last: 9, Zone: "B"}}}},
	}
}

func theFilm(m *playbill.Memorandum) playbill.Event {
	return playbill.Event{Code: "Stars", Name: "Звёзды", Type: "Film", Memorandum: m}
}

func theSession() playbill.Session {
	return playbill.Session{Code: "S-1", Event: "Stars", Hall: "Big", Starts: evening}
}

// show gives the shop one session of a film under the terms.
func show(t testing.TB, s *purchasetest.Shop, m *playbill.Memorandum) {
	t.Helper()
	s.Show(t, []playbill.Hall{theHall()}, []playbill.Event{theFilm(m)}, []playbill.Session{theSession()})
}

// short is a line that names no more than its session and its place.
func short(pieces int64, price money.Amount) purchase.CartLine {
	l := purchasetest.Line("T1", pieces, price)
	l.Place = rule.Place{Session: "s-1", Sector: "parter", Row: "9", Seat: "5"}
	return l
}

// full is the same line with all that the till could say.
func full(pieces int64, price money.Amount) purchase.CartLine {
	l := short(pieces, price)
	l.Place.Event, l.Place.EventType, l.Place.Hall, l.Place.Zone, l.SessionAt = "STARS", "film", "big", "b", evening
	return l
}

// onPlaces has a rule on each thing that a session tells.
func onPlaces(p *rule.Programme) {
	for i, f := range []rule.Field{rule.FieldEvent, rule.FieldEventType, rule.FieldHall, rule.FieldZone, rule.FieldSector, rule.FieldRow, rule.FieldSession} {
		word := []string{"stars", "film", "big", "b", "parter", "9", "s-1"}[i]
		p.Rules = append(p.Rules, rule.Rule{ID: "r-" + string(f), Kind: rule.AccrualRule, Points: money.Points(100 << i), Scope: []rule.Condition{{Field: f, In: []string{word}}}})
	}
}

// TestSessionCompletesLine: a line that names its session is judged and kept
// as one that says everything itself, in every way that receipts come in.
func TestSessionCompletesLine(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		onPlaces(&p)
		p.Rules = append(p.Rules, rule.Rule{ID: "off", Kind: rule.DiscountRule, Rate: 30 * money.Percent})
		s := purchasetest.Open(t, d, p)
		rapid.Check(t, func(r *rapid.T) {
			var m *playbill.Memorandum
			if rapid.IntRange(0, 3).Draw(r, "memorandum") > 0 {
				m = &playbill.Memorandum{
					NoDiscounts: rapid.Bool().Draw(r, "no discounts"), NoPoints: rapid.Bool().Draw(r, "no points"), Earns: rapid.Bool().Draw(r, "earns"),
					Least: rapid.SampledFrom([]money.Amount{0, 5_000, 20_000}).Draw(r, "least"),
					From:  rapid.SampledFrom([]string{"", "2026-03-02", "2026-03-03"}).Draw(r, "from"),
				}
			}
			show(t, s, m)
			pieces, price := rapid.Int64Range(1, 3).Draw(r, "pieces"), money.Amount(rapid.Int64Range(1, 30_000).Draw(r, "price"))
			way := rapid.SampledFrom([]string{"commit", "record", "reserve", "quote"}).Draw(r, "way")
			var got [2]any
			for i, l := range []purchase.CartLine{short(pieces, price), full(pieces, price)} {
				b := s.Member(t)
				s.Give(t, b, 10_000)
				got[i] = come(t, s, way, b, l)
			}
			if diff := cmp.Diff(got[0], got[1]); diff != "" {
				r.Fatalf("%s: %s", way, diff)
			}
		})
	})
}

// outcome is what there is of a line after it has come in.
type outcome struct {
	Lines       []purchase.Line
	Due, Off    money.Amount
	Earned, Got money.Points
	Trace       string
}

// come brings a line in, paid with as many points as may be, and gives what
// became of it.
func come(t testing.TB, s *purchasetest.Shop, way string, b purchase.Buyer, l purchase.CartLine) outcome {
	t.Helper()
	c := s.Cart(b, l)
	c.Wish.Max = true
	of := func(p *purchase.Purchase) outcome {
		return outcome{p.Lines, p.Due, p.Discount, p.Earned, p.Spent, p.Trace}
	}
	switch way {
	case "quote":
		q, err := s.Desk.Quote(t.Context(), c)
		fatal(t, err)
		return outcome{Due: q.Outcome.Due, Off: q.Outcome.Discount, Earned: q.Outcome.Earned, Got: q.Outcome.Spent}
	case "record":
		c.Wish, c.Facts = rule.Wish{}, &purchase.Facts{At: s.Clock.Now()}
		a, err := s.Desk.Record(t.Context(), c)
		fatal(t, err)
		return of(a.Purchase)
	case "reserve":
		a, err := s.Desk.Reserve(t.Context(), c, 0)
		fatal(t, err)
		return of(&a.Reservation.Purchase)
	}
	a, err := s.Desk.Commit(t.Context(), c)
	fatal(t, err)
	return of(a.Purchase)
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLeastPriceOfMemorandum: whatever campaigns a programme has, a ticket
// costs its least price, and what the terms forbid does not happen.
func TestLeastPriceOfMemorandum(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		version := s.Programme
		rapid.Check(t, func(r *rapid.T) {
			p := drawProgramme(r)
			p.Rules = append(p.Rules, rule.Rule{ID: "off", Kind: rule.DiscountRule, Rate: money.Rate(rapid.Int64Range(1, int64(money.Whole)).Draw(r, "rate"))})
			p.ID, p.Version = version.ID, version.Version
			var err error
			if version, err = s.Programmes.Put(t.Context(), p, "test"); err != nil {
				r.Fatal(err)
			}
			m := &playbill.Memorandum{
				NoDiscounts: rapid.Bool().Draw(r, "no discounts"), NoPoints: rapid.Bool().Draw(r, "no points"), Earns: rapid.Bool().Draw(r, "earns"),
				Least: money.Amount(rapid.Int64Range(1, 40_000).Draw(r, "least")),
			}
			show(t, s, m)
			b := s.Member(t)
			s.Give(t, b, 100_000)
			pieces, price := rapid.Int64Range(1, 4).Draw(r, "pieces"), money.Amount(rapid.Int64Range(1, 50_000).Draw(r, "price"))
			c := s.Cart(b, short(pieces, price), purchasetest.Line("B1", 2, 10_000))
			c.Wish.Max, c.Codes = true, rapid.SliceOfDistinct(rapid.SampledFrom([]string{"A", "B", "X", "Y"}), rapid.ID[string]).Draw(r, "codes")
			a, err := s.Desk.Commit(t.Context(), c)
			fatal(t, err)
			l := &a.Purchase.Lines[0]
			least := min(money.Amount(pieces)*m.Least, l.Gross)
			switch {
			case l.Due() < least:
				r.Fatalf("costs %s, at least %s", l.Due(), least)
			case m.NoDiscounts && l.Discount() > 0, m.NoPoints && l.Paid > 0, !m.Earns && len(l.Earned) > 0:
				r.Fatalf("%+v under %+v", l, m)
			}
		})
	})
}

// TestLineContradicts: what a line says against its session is refused where
// we judge, and told of a receipt that is closed; codes that nobody knows are
// codes.
func TestLineContradicts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		show(t, s, nil)
		for _, c := range []struct {
			name string
			line func(*purchase.CartLine)
			want []string
		}{
			{"all that it knows", func(*purchase.CartLine) {}, nil},
			{"another event", func(l *purchase.CartLine) { l.Place.Event = "other" }, []string{"lines[0].event purchase.known-word"}},
			{"another type", func(l *purchase.CartLine) { l.Place.EventType = "concert" }, []string{"lines[0].event_type purchase.known-word"}},
			{"another hall and time", func(l *purchase.CartLine) { l.Place.Hall, l.SessionAt = "small", evening+1 }, []string{"lines[0].hall purchase.known-word", "lines[0].session_at purchase.known-time"}},
			{"another zone than the row's", func(l *purchase.CartLine) { l.Place.Zone = "A" }, []string{"lines[0].price_zone purchase.known-word"}},
			{"half a ticket", func(l *purchase.CartLine) { l.SessionAt, l.Quantity = 0, 500 }, []string{"lines[0].quantity purchase.ticket-pieces"}},
			{"a session nobody knows", func(l *purchase.CartLine) { l.Place.Session, l.Place.EventType = "s-77", "" }, nil},
			{"a sector nobody knows", func(l *purchase.CartLine) { l.Place.Sector, l.Place.Zone = "box", "Z" }, nil},
			{"a type of an event that it names alone", func(l *purchase.CartLine) { l.Place.Session, l.Place.EventType = "", "concert" }, []string{"lines[0].event_type purchase.known-word"}},
		} {
			l := full(1, 10_000)
			c.line(&l)
			_, err := s.Desk.Commit(t.Context(), s.Cart(s.Member(t), l))
			_, quoted := s.Desk.Quote(t.Context(), s.Cart(s.Member(t), l))
			_, reserved := s.Desk.Reserve(t.Context(), s.Cart(s.Member(t), l), 0)
			if purchasetest.Code(err) != purchasetest.Code(quoted) || purchasetest.Code(err) != purchasetest.Code(reserved) {
				t.Errorf("%s: %v, quoted %v, reserved %v", c.name, err, quoted, reserved)
			}
			var got []string
			if err != nil {
				for _, f := range fault.From(err).Fields {
					got = append(got, f.Path+" "+f.Code)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: %v %s", c.name, err, diff)
			}
			r := s.Cart(s.Member(t), l)
			r.Facts = &purchase.Facts{At: s.Clock.Now()}
			a, err := s.Desk.Record(t.Context(), r)
			fatal(t, err)
			if slices.Contains(a.Purchase.Flags, purchase.FlagSession) != (c.want != nil) {
				t.Errorf("%s: a record has the flags %v", c.name, a.Purchase.Flags)
			}
			if at := a.Purchase.Lines[0].SessionAt; l.SessionAt != 0 && at != l.SessionAt {
				t.Errorf("%s: a record's session begins at %d, not as it says", c.name, at)
			}
		}
	})
}

// TestCancelledSession: tickets to it are not sold any more; what was done is
// answered as it was, and what had happened is kept.
func TestCancelledSession(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		show(t, s, nil)
		done := s.Cart(s.Member(t), short(1, 10_000))
		first, err := s.Desk.Commit(t.Context(), done)
		fatal(t, err)
		held, err := s.Desk.Reserve(t.Context(), s.Cart(s.Member(t), short(1, 10_000)), 0)
		fatal(t, err)
		off := theSession()
		off.State = playbill.Cancelled
		s.Show(t, nil, nil, []playbill.Session{off})

		again, err := s.Desk.Commit(t.Context(), done)
		fatal(t, err)
		if !again.Replayed || again.Purchase.ID != first.Purchase.ID {
			t.Errorf("%+v", again)
		}
		_, err = s.Desk.Commit(t.Context(), s.Cart(s.Member(t), short(1, 10_000)))
		if code := purchasetest.Code(err); code != "purchase.session-cancelled" {
			t.Errorf("got %q", code)
		}
		confirm := &purchase.ConfirmRequest{Reservation: purchase.PurchaseRef{Home: held.Reservation.Home, ID: held.Reservation.ID}, Till: s.Till, Key: "pay"}
		_, err = s.Desk.Confirm(t.Context(), confirm)
		if code := purchasetest.Code(err); code != "purchase.session-cancelled" {
			t.Errorf("got %q", code)
		}
		confirm.Record = true
		paid, err := s.Desk.Confirm(t.Context(), confirm)
		fatal(t, err)
		r := s.Cart(s.Member(t), short(1, 10_000))
		r.Facts = &purchase.Facts{At: s.Clock.Now()}
		told, err := s.Desk.Record(t.Context(), r)
		fatal(t, err)
		for what, p := range map[string]*purchase.Purchase{"confirm": paid.Purchase, "record": told.Purchase} {
			if !slices.Contains(p.Flags, purchase.FlagCancelled) {
				t.Errorf("%s: %v", what, p.Flags)
			}
		}
	})
}

// TestChangedAfterwards: terms that change after a sale touch neither its
// reasons nor its refund.
func TestChangedAfterwards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Settings.RefundTerms = rule.RecomputeTerms
		p.Rules = []rule.Rule{{ID: "off", Kind: rule.DiscountRule, Rate: 50 * money.Percent}}
		s := purchasetest.Open(t, d, p)
		show(t, s, &playbill.Memorandum{Earns: true, Least: 9_000})
		b := s.Member(t)
		a, err := s.Desk.Commit(t.Context(), s.Cart(b, short(2, 10_000)))
		fatal(t, err)
		if a.Purchase.Due != 18_000 {
			t.Fatalf("due %s", a.Purchase.Due)
		}
		s.Show(t, nil, []playbill.Event{{Code: "stars", Name: "Другое", Type: "play"}}, []playbill.Session{{Code: "s-1", Event: "stars", Hall: "big", Starts: evening + 1}})
		ref := purchase.PurchaseRef{Home: a.Purchase.Home, ID: a.Purchase.ID}
		stored, err := s.Desk.Find(t.Context(), ref)
		fatal(t, err)
		why, err := s.Desk.Why(t.Context(), stored, purchase.Asked{})
		fatal(t, err)
		if !why.Same {
			t.Error("it is explained otherwise than it was judged")
		}
		back, err := s.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "back", Purchase: ref, Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}}})
		fatal(t, err)
		if back.Refund.Money != 9_000 || back.Refund.Held != 0 {
			t.Errorf("money %s, held %s", back.Refund.Money, back.Refund.Held)
		}
	})
}

// gate is a visit of a ticket.
func gate(s *purchasetest.Shop, ticket, session string) *purchase.VisitRequest {
	return &purchase.VisitRequest{Till: s.Other, Key: s.IDs.New().String(), Ticket: ticket, Session: session}
}

// TestGateOfSession: a gate that lets in to one session refuses tickets to
// another, and none is used after its session was cancelled.
func TestGateOfSession(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		night := playbill.Session{Code: "S-2", Event: "Stars", Hall: "Big", Starts: evening.Add(3 * time.Hour)}
		s.Show(t, []playbill.Hall{theHall()}, []playbill.Event{theFilm(nil)}, []playbill.Session{theSession(), night})
		early, late, timed, free := short(2, 10_000), short(1, 10_000), purchasetest.Line("T1", 1, 10_000), purchasetest.Line("T2", 1, 10_000)
		early.Tickets, late.Tickets, timed.Tickets, free.Tickets = []string{"a", "b"}, []string{"c"}, []string{"d"}, []string{"e"}
		late.Place.Session, timed.SessionAt = "s-2", evening
		_, err := s.Desk.Commit(t.Context(), s.Cart(s.Member(t), early, late, timed, free))
		fatal(t, err)
		visit := func(ticket, session, want string) {
			t.Helper()
			if _, err := s.Desk.Visit(t.Context(), gate(s, ticket, session)); purchasetest.Code(err) != want {
				t.Errorf("%s to %q: %v, want %q", ticket, session, err, want)
			}
		}
		visit("a", "s-2", "visit.wrong-session")
		visit("e", "s-1", "visit.no-session")
		visit("d", "s-2", "visit.no-session")
		visit("d", "S-1", "")
		visit("a", "S-1", "")
		visit("e", "", "")
		s.Clock.Add(time.Hour)
		night.State = playbill.Cancelled
		off := theSession()
		off.State = playbill.Cancelled
		s.Show(t, nil, nil, []playbill.Session{night, off})
		visit("c", "", "visit.session-cancelled")
		before := gate(s, "b", "S-1") // told late: he was in before it was cancelled
		before.At = s.Clock.Now().Add(-time.Minute)
		_, err = s.Desk.Visit(t.Context(), before)
		fatal(t, err)
	})
}

// TestTicketsOfSession holds the list of a session's tickets to what was done
// with each.
func TestTicketsOfSession(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		show(t, s, nil)
		want := map[string]purchase.TicketState{}
		rapid.Check(t, func(r *rapid.T) {
			l := short(rapid.Int64Range(1, 4).Draw(r, "pieces"), 10_000)
			for range l.Quantity / money.Piece {
				l.Tickets = append(l.Tickets, "t-"+s.IDs.New().String())
			}
			other := rapid.IntRange(0, 3).Draw(r, "other session") == 0
			if other {
				l.Place.Session = "nobody knows"
			}
			a, err := s.Desk.Commit(t.Context(), s.Cart(s.Member(t), l))
			fatal(t, err)
			for i, number := range l.Tickets {
				state := purchase.TicketSold
				if rapid.Bool().Draw(r, "used") {
					state = purchase.TicketUsed
					_, err := s.Desk.Visit(t.Context(), gate(s, number, ""))
					fatal(t, err)
				}
				if rapid.IntRange(0, 2).Draw(r, "back") == 0 {
					state = purchase.TicketReturned
					_, err := s.Desk.Refund(t.Context(), &purchase.RefundRequest{
						Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: a.Purchase.Home, ID: a.Purchase.ID},
						Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece, Tickets: l.Tickets[i : i+1]}},
					})
					fatal(t, err)
				}
				if !other {
					want[number] = state
				}
			}
		})
		for _, state := range []purchase.TicketState{"", purchase.TicketSold, purchase.TicketUsed, purchase.TicketReturned} {
			got, after := map[string]purchase.TicketState{}, ""
			for pages := 0; pages == 0 || after != ""; pages++ {
				page, err := s.Desk.Tickets(t.Context(), "S-1", state, after, 7)
				fatal(t, err)
				for _, x := range page.Tickets {
					got[x.Number] = x.State
					if x.Place.Row != "9" || x.SKU != "T1" || x.Buyer == 0 || (x.UsedAt != 0) != (x.State == purchase.TicketUsed) && x.State != purchase.TicketReturned {
						t.Errorf("%+v", x)
					}
				}
				after = page.Next
			}
			for number, is := range want {
				if _, ok := got[number]; ok != (state == "" || state == is) || ok && got[number] != is {
					t.Errorf("%s is %s, listed with %q: %v %s", number, is, state, ok, got[number])
				}
			}
			if state == "" && len(got) != len(want) {
				t.Errorf("%d tickets are listed of %d", len(got), len(want))
			}
		}
	})
}
