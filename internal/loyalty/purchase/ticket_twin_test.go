package purchase_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// drawTickets makes whole pieces of tickets be for a session, so that points
// may wait for their use.
func drawTickets(t *rapid.T, m *machine, c *purchase.Cart) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.SKU[0] == 'T' && l.Quantity%money.Piece == 0 && rapid.IntRange(0, 3).Draw(t, "of a session") > 0 {
			l.SessionAt = m.s.Clock.Now().Add(time.Duration(rapid.IntRange(-1000, 50).Draw(t, "begins in hours")) * time.Hour)
		}
	}
}

// enter lets both twins in by some of the tickets of their purchases.
func (w twins) enter(t *rapid.T, m *machine, sale [2]*purchase.Purchase) {
	for i, l := range sale[0].Lines {
		if l.SessionAt == 0 {
			continue
		}
		n := rapid.Int64Range(0, int64(l.Quantity/money.Piece)).Draw(t, "used")
		if n == 0 {
			continue
		}
		for _, p := range sale {
			r := &purchase.VisitRequest{Till: m.s.Other, Key: m.s.IDs.New().String(), Purchase: ref(p), Line: i, Pieces: n}
			if _, err := m.s.Desk.Visit(ctx, r); err != nil {
				t.Fatalf("visit: %v", err)
			}
		}
	}
}

// TestPartsOfTicketsEndWhereTheWholeEnds is TestPartsEndWhereTheWholeEnds where
// points wait for tickets, some of which have been used.
func TestPartsOfTicketsEndWhereTheWholeEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		cases(t, map[db.Dialect]int{db.SQLite: 2, db.Postgres: 1}[d.Dialect()], func(rt *rapid.T) {
			m := begin(rt, t, s)
			p := drawEngine(rt)
			p.Earning.OnUse = rapid.Bool().Draw(rt, "on use")
			p.Settings.Clawback = rule.ClawDebt
			m.put(rt, p)
			ticketTwins(rt, t, m)
		})
		proved(t, d)
	})
}

func ticketTwins(rt *rapid.T, t *testing.T, m *machine) {
	s := m.s
	w := twins{s.Member(t), s.Member(t)}
	for range rapid.IntRange(0, 2).Draw(rt, "before") {
		w.live(rt, m)
	}
	c := w.cart(rt, m)
	drawTickets(rt, m, c)
	sale := w.sell(rt, m, c)
	for range rapid.IntRange(0, 2).Draw(rt, "after") {
		w.live(rt, m)
	}
	w.enter(rt, m, sale)
	if rapid.Bool().Draw(rt, "and later") {
		w.live(rt, m)
	}
	before := s.Balance(t, w[0])
	one, err := s.Desk.Refund(ctx, &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: ref(sale[0])})
	if err != nil {
		rt.Fatalf("whole: %v", err)
	}
	whole := sums{}
	whole.add(one.Refund)
	parts := inParts(rt, s, sale[1])
	compareTwins(t, rt, m, w, sale, whole, parts, before.Pending)
}
