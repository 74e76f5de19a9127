package verify_test

import (
	"fmt"
	"testing"

	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// gates opens a shop whose member has four tickets of one purchase: a was
// used, b was used and came back, c came back, d waits.
func gates(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	p.Earning.OnUse = true
	p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "often", Priority: 2, Days: 20, Visits: 5}}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	s.rich = s.Member(t)
	l := line("T1", 4, 100_00)
	l.Tickets, l.SessionAt = []string{"a", "b", "c", "d"}, s.Clock.Now()+clock.Micros(1e9)
	c := s.Cart(s.rich, l, line("B1", 1, 50_00))
	s.bought = s.sell(c)
	s.tomorrow(1)
	for _, number := range []string{"a", "b"} {
		if _, err := s.Desk.Visit(t.Context(), &purchase.VisitRequest{Till: s.Other, Key: "gate-" + number, Ticket: number}); err != nil {
			t.Fatal(err)
		}
	}
	s.part = s.refund(&purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Quantity: 2 * money.Piece, Tickets: []string{"b", "c"}}}})
	s.tomorrow(1)
	s.sell(s.Cart(s.rich, line("B1", 1, 100_00)))
	return s
}

// TestVisitsAreProved harms visits and what follows from them by hand.
func TestVisitsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { prove(t, gates(t, d), visitHarms()) })
}

// visit gives the number of a visit, by its place, and the name of its row.
func (s *shop) visit(n int64) (i int64, key string) {
	i = s.one(`select visit_id from visit order by visit_id limit 1 offset $1`, n)
	return i, fmt.Sprintf("home_id=%s visit_id=%d", s.rich.Home, i)
}

// ofVisit changes a visit's row.
func ofVisit(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		i, key := s.visit(0)
		s.exec("update visit set "+change+" where visit_id = $1", i)
		return "visit", key
	}
}

// editVisit changes a visit's document, and not its digest.
func editVisit(n int64, change func(v *purchase.Visit)) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		i, key := s.visit(n)
		var doc string
		if err := s.DB.Row(s.t.Context(), `select doc from visit where visit_id = $1`, i).Scan(&doc); err != nil {
			s.t.Fatal(err)
		}
		v := purchase.Visit{}
		edit(s.t, doc, &v, func() { change(&v) }, func(doc string) { s.exec(`update visit set doc = $2 where visit_id = $1`, i, doc) })
		return "visit", key
	}
}

// lotOf gives the number of a ticket's lot, and the name of its row.
func (s *shop) lotOf(piece int) (i int64, key string) {
	for _, l := range s.bought.Lots {
		if l.Of != nil && l.Of.Piece == piece {
			i = int64(l.ID)
		}
	}
	return i, fmt.Sprintf("home_id=%s lot_id=%d", s.rich.Home, i)
}

func visitHarms() []harm {
	columns, pieces, ticket := verify.VisitColumns, verify.VisitPieces, verify.TicketPiece
	return []harm{
		{"the document is no JSON", ofVisit(`doc = '{'`), []verify.Invariant{
			verify.VisitDoc, verify.OpDigest, verify.KeyOp, verify.LotWaits, verify.AccountUsed, verify.AccountSums,
		}},
		{"the row's time", ofVisit("at = at + 1"), []verify.Invariant{columns}},
		{"the row's day", ofVisit("day = '2026-03-01'"), []verify.Invariant{columns}},
		{"the row's gate", ofVisit("outlet_id = 5"), []verify.Invariant{columns}},
		{"another account", editVisit(0, func(v *purchase.Visit) { v.Account++ }), []verify.Invariant{columns, verify.OpDigest}},
		{"a purchase of nobody", ofVisit("purchase_id = 12345"), []verify.Invariant{
			verify.VisitPurchase, verify.LotWaits, verify.AccountUsed, verify.AccountSums,
		}},
		{"a ticket that is not there", editVisit(0, func(v *purchase.Visit) { v.Pieces = []int{0, 4} }), []verify.Invariant{pieces, verify.OpDigest}},
		{"a ticket of the bar", editVisit(0, func(v *purchase.Visit) { v.Line = 1 }), []verify.Invariant{
			pieces, verify.OpDigest, verify.LotWaits, verify.AccountUsed, verify.AccountSums,
		}},
		{"a ticket twice", editVisit(1, func(v *purchase.Visit) { v.Pieces = []int{1, 0} }), []verify.Invariant{pieces, verify.OpDigest}},
		{"used after it came back", func(s *shop) (string, string) {
			i, key := s.visit(1)
			s.exec(`update posting set op_id = 0 where op_id = $1 and kind = 'activate'`, i)
			s.exec(`update posting set op_id = $1 where seq = (select max(seq) from posting)`, i)
			return "visit", key
		}, []verify.Invariant{pieces, verify.PostingHash, verify.OpChained, verify.OpPostings, verify.LotMade, verify.LotWaits}},
		{"more points than it made active", editVisit(0, func(v *purchase.Visit) { v.Active++ }), []verify.Invariant{verify.OpPostings, verify.OpDigest}},
		harm{"another day", editVisit(0, func(v *purchase.Visit) { v.Counted = "2026-03-05" }), []verify.Invariant{verify.AccountSums, verify.OpDigest}}.
			named("account", func(s *shop) string { return s.account(s.rich) }),
		{"no key", func(s *shop) (string, string) {
			i, key := s.visit(0)
			s.exec(`delete from receipt_key where op_id = $1`, i)
			return "visit", key
		}, []verify.Invariant{verify.VisitKey}},
		{"no visit", func(s *shop) (string, string) {
			i, _ := s.visit(0)
			s.exec(`delete from visit where visit_id = $1`, i)
			seq := s.one(`select min(seq) from posting where op_id = $1`, i)
			return "posting", fmt.Sprintf("home_id=%s seq=%d", s.rich.Home, seq)
		}, []verify.Invariant{verify.PostingOp, verify.KeyOp, verify.LotWaits, verify.AccountUsed, verify.AccountSums}},

		{"a ticket comes back twice", editRefund(part, func(f *purchase.Refund) { f.Lines[0].Pieces = []int{1, 1} }), []verify.Invariant{
			verify.RefundPieces, verify.OpDigest, verify.AccountUsed,
		}},
		{"fewer tickets than come back", editRefund(part, func(f *purchase.Refund) { f.Lines[0].Pieces = []int{1} }), []verify.Invariant{
			verify.RefundPieces, verify.OpDigest, verify.AccountUsed,
		}},

		{"a number of another ticket", func(s *shop) (string, string) {
			s.exec(`update ticket set piece = 3 where number = 'a'`)
			return "ticket", "number=a"
		}, []verify.Invariant{ticket}},
		{"no number", func(s *shop) (string, string) {
			s.exec(`delete from ticket where number = 'd'`)
			return "ticket", "number=d"
		}, []verify.Invariant{ticket}},
		{"a number of nothing", func(s *shop) (string, string) {
			s.exec(`insert into ticket (number, home_id, purchase_id, line, piece) values ('z', 5, 6, 0, 0)`)
			return "ticket", "number=z"
		}, []verify.Invariant{ticket}},
		{"a number to another session", func(s *shop) (string, string) {
			s.exec(`update ticket set session = 'another' where number = 'a'`)
			return "ticket", "number=a"
		}, []verify.Invariant{ticket}},
		doc("a number for two tickets", func(p *purchase.Purchase) { p.Lines[0].Tickets = p.Lines[0].Tickets[:1] }, verify.PurchaseLines, ticket,
			pieces, verify.RefundPieces, verify.PurchaseLots, verify.AccountUsed, verify.AccountSums, verify.LotWaits),
		doc("points that wait for another ticket", func(p *purchase.Purchase) { p.Lots[3].Of.Piece = 0 }, verify.PurchaseLots, verify.LotWaits),

		{"money for a ticket that nobody used", ofAccount(rich, "used = used + 1"), []verify.Invariant{verify.AccountUsed}},
		{"a visit more", ofSums(func(x *level.Sums) []byte { x.Days[1].Visits++; return x.Encode() }), []verify.Invariant{verify.AccountSums}},
		{"a lot that waits for a used ticket", func(s *shop) (string, string) {
			i, key := s.lotOf(0)
			s.exec(`update lot set state = 'waiting' where lot_id = $1`, i)
			return "lot", key
		}, []verify.Invariant{verify.LotWaits, verify.LotPostings, verify.AccountLotsActive, verify.AccountLotsPending}},
		{"a lot that does not wait", func(s *shop) (string, string) {
			i, key := s.lotOf(3)
			s.exec(`update lot set state = 'pending', active_at = 1 where lot_id = $1`, i)
			return "lot", key
		}, []verify.Invariant{verify.LotWaits, verify.AccountDue}},
		{"a lot that waits for nothing", func(s *shop) (string, string) {
			i := s.one(`select lot_id from lot where state = 'active' and lot_id not in (select max(lot_id) from lot where state <> 'active') order by lot_id desc limit 1`)
			s.exec(`update lot set state = 'waiting' where lot_id = $1`, i)
			return "lot", fmt.Sprintf("home_id=%s lot_id=%d", s.rich.Home, i)
		}, []verify.Invariant{verify.LotWaits, verify.LotPostings, verify.AccountLotsActive, verify.AccountLotsPending}},
	}
}
