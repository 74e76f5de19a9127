package purchase_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// onUse is a programme whose points for tickets wait for their use.
func onUse() rule.Programme {
	p := purchasetest.Programme()
	p.Earning.OnUse = true
	return p
}

// enter uses a ticket, by its number.
func enter(t testing.TB, s *purchasetest.Shop, number string) *purchase.Visit {
	t.Helper()
	a, err := s.Desk.Visit(ctx, &purchase.VisitRequest{Till: s.Other, Key: s.IDs.New().String(), Ticket: number})
	if err != nil {
		t.Fatalf("ticket %s: %v", number, err)
	}
	return a.Visit
}

// refuse wants a ticket to be refused.
func refuse(t testing.TB, s *purchasetest.Shop, number, code string) {
	t.Helper()
	_, err := s.Desk.Visit(ctx, &purchase.VisitRequest{Till: s.Other, Key: s.IDs.New().String(), Ticket: number})
	if purchasetest.Code(err) != code {
		t.Errorf("ticket %s: %v, want %s", number, err, code)
	}
}

func sellTo(t testing.TB, s *purchasetest.Shop, b purchase.Buyer, lines ...purchase.CartLine) *purchase.Purchase {
	t.Helper()
	a, err := s.Desk.Commit(ctx, s.Cart(b, lines...))
	if err != nil {
		t.Fatal(err)
	}
	return a.Purchase
}

func wantBalance(t testing.TB, s *purchasetest.Shop, b purchase.Buyer, active, pending money.Points) {
	t.Helper()
	if got, want := s.Balance(t, b), (purchase.Balance{Active: active, Pending: pending}); got != want {
		t.Errorf("the balance is %+v, want %+v", got, want)
	}
}

// TestPointsWaitForTickets: each ticket's points become active by its own use,
// at its time and with their term from then; the bar's are active at once; a
// ticket that comes back closes its own; one that nobody uses lapses.
func TestPointsWaitForTickets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		b := s.Member(t)
		// 10 % of 1000.01 are 100.00 over three: 33.33, 33.33, 33.34.
		line := tickets("T1", 33_333, "a", "b", "c")
		line.Gross = 99_999
		p := sellTo(t, s, b, line, purchasetest.Line("B1", 1, 10_000))
		wantBalance(t, s, b, 300, 9999)
		if len(p.Lots) != 4 || !p.Lines[0].Earned[0].Waits || p.Lines[1].Earned[0].Waits {
			t.Errorf("lots %+v, lines %+v", p.Lots, p.Lines)
		}
		s.Clock.Add(24 * time.Hour)
		at := s.Clock.Now()
		if v := enter(t, s, "b"); v.Active != 3333 || v.At != at || v.Line != 0 || v.Pieces[0] != 1 {
			t.Errorf("%+v", v)
		}
		wantBalance(t, s, b, 3633, 6666)
		refuse(t, s, "b", "visit.used")
		refuse(t, s, "x", "visit.no-ticket")
		views, err := s.Desk.Accounts(ctx, b.Home)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range views[0].Lots {
			if l.Remaining == 3333 && !l.Waits && (l.ActiveAt != at || l.ExpiresAt != s.Programme.EndAfter(at, 90)) {
				t.Errorf("the used ticket's lot %+v", l)
			}
			if l.Waits && l.ExpiresAt != s.Programme.EndAfter(line.SessionAt, 30) {
				t.Errorf("a waiting lot %+v", l)
			}
		}
		// Without a name it is the last one that was not used: c.
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}}})
		wantBalance(t, s, b, 3633, 3333)
		refuse(t, s, "c", "visit.refunded")
		s.Clock.Add(39 * 24 * time.Hour) // the session was on the 10th day, 30 days ago
		wantBalance(t, s, b, 3633, 3333)
		s.Clock.Add(24 * time.Hour)
		wantBalance(t, s, b, 3633, 0)
		if v := enter(t, s, "a"); v.Active != 0 {
			t.Errorf("points that had lapsed: %+v", v)
		}
		proved(t, d)
	})
}

// TestLateToldVisit: a visit from before the lapse that is told of after it
// gives the points; what is told of in order or late comes to the same.
func TestLateToldVisit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		b := s.Member(t)
		sellTo(t, s, b, tickets("T1", 10_000, "a"))
		used := s.Clock.Now().Add(10 * 24 * time.Hour)
		s.Clock.Add(60 * 24 * time.Hour)
		wantBalance(t, s, b, 0, 0)
		a, err := s.Desk.Visit(ctx, &purchase.VisitRequest{Till: s.Other, Key: "late", Ticket: "a", At: used})
		if err != nil || a.Visit.Active != 1000 {
			t.Fatalf("%+v, %v", a, err)
		}
		wantBalance(t, s, b, 1000, 0)
		s.Clock.Add(41 * 24 * time.Hour) // the term of 90 days runs from the use
		wantBalance(t, s, b, 0, 0)
		proved(t, d)
	})
}

// TestRefundOfUsedTicket: the till may take a used ticket back; the use is
// undone, and its own points are taken.
func TestRefundOfUsedTicket(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		b := s.Member(t)
		p := sellTo(t, s, b, tickets("T1", 10_000, "a", "b"))
		enter(t, s, "a")
		wantUsed(t, s, b, 10_000)
		f, err := tryRefund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece, Tickets: []string{"x"}}}})
		if !fault.Is(err, "refund.ticket") {
			t.Errorf("a ticket of nobody: %+v %v", f, err)
		}
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece, Tickets: []string{"a"}}}})
		wantBalance(t, s, b, 0, 1000)
		wantUsed(t, s, b, 0)
		refuse(t, s, "a", "visit.refunded")
		enter(t, s, "b")
		wantBalance(t, s, b, 1000, 0)
		wantUsed(t, s, b, 10_000)
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Amount: 4_000})
		wantUsed(t, s, b, 6_000)
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p)})
		wantBalance(t, s, b, 0, 0)
		wantUsed(t, s, b, 0)
		proved(t, d)
	})
}

func wantUsed(t testing.TB, s *purchasetest.Shop, b purchase.Buyer, want money.Amount) {
	t.Helper()
	views, err := s.Desk.Accounts(ctx, b.Home)
	if err != nil || views[0].Account.Used != want {
		t.Errorf("used %+v, %v, want %d", views, err, want)
	}
}

// TestDiscountByUsedTickets: the discount is found from what was paid for
// tickets that were used, not for those that were bought.
func TestDiscountByUsedTickets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := onUse()
		p.Rules = []rule.Rule{{ID: "used", Kind: rule.DiscountRule, By: rule.ByUsed, Table: []rule.Row{{From: 100_000, Rate: 10 * money.Percent}}}}
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		sellTo(t, s, b, tickets("T1", 50_000, "a", "b", "c"))
		enter(t, s, "a")
		if p := sellTo(t, s, b, purchasetest.Line("T2", 1, 10_000)); p.Discount != 0 {
			t.Errorf("a discount of %d for one used ticket", p.Discount)
		}
		enter(t, s, "c")
		if p := sellTo(t, s, b, purchasetest.Line("T2", 1, 10_000)); p.Discount != 1_000 {
			t.Errorf("a discount of %d for two used tickets", p.Discount)
		}
	})
}

// TestNobodysTickets: a receipt without a member has tickets too.
func TestNobodysTickets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		p := sellTo(t, s, purchase.Buyer{}, tickets("T1", 10_000, "a", "b"))
		enter(t, s, "a")
		refuse(t, s, "a", "visit.used")
		by := &purchase.VisitRequest{Till: s.Other, Key: "line", Purchase: purchase.PurchaseRef{Till: p.Till, Key: p.Key}, Pieces: 1}
		a, err := s.Desk.Visit(ctx, by)
		if err != nil || a.Visit.Tickets[0] != "b" || a.Visit.Home.Kind() != home.Receipt {
			t.Fatalf("%+v, %v", a, err)
		}
		if again, err := s.Desk.Visit(ctx, by); err != nil || !again.Replayed || again.Visit.ID != a.Visit.ID {
			t.Errorf("again: %+v, %v", again, err)
		}
		proved(t, d)
	})
}

// TestOneTicketTwoGates: of uses of one ticket at one instant one wins, and
// the others are told so, whatever refunds happen meanwhile.
func TestOneTicketTwoGates(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		desks := []*purchase.Desk{s.Desk, s.NewDesk(t)}
		for round := range 8 {
			b := s.Member(t)
			number := fmt.Sprint("n", round)
			p := sellTo(t, s, b, tickets("T1", 10_000, number, number+"b"))
			var mu sync.Mutex
			got := map[string]int{}
			var wg sync.WaitGroup
			do := func(f func(d *purchase.Desk) error, what string, i int) {
				wg.Go(func() {
					err := f(desks[i%2])
					mu.Lock()
					defer mu.Unlock()
					got[what+purchasetest.Code(err)]++
				})
			}
			for i := range 6 {
				r := &purchase.VisitRequest{Till: s.Other, Key: s.IDs.New().String(), Ticket: number}
				do(func(d *purchase.Desk) error { _, err := d.Visit(ctx, r); return err }, "", i)
			}
			back := &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: ref(p), Lines: []purchase.RefundPart{{Quantity: money.Piece, Tickets: []string{number + "b"}}}}
			do(func(d *purchase.Desk) error { _, err := d.Refund(ctx, back); return err }, "refund ", 1)
			wg.Wait()
			if got[""] != 1 || got["visit.used"] != 5 || got["refund "] != 1 {
				t.Fatalf("round %d: %v", round, got)
			}
			wantBalance(t, s, b, 1000, 0)
		}
		proved(t, d)
	})
}

// TestVisitRequests: what is no visit is refused as a wrong request.
func TestVisitRequests(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		p := sellTo(t, s, s.Member(t), tickets("T1", 10_000, "a", "b"), purchasetest.Line("B1", 1, 100))
		for name, c := range map[string]struct {
			r    purchase.VisitRequest
			code string
		}{
			"nothing":           {purchase.VisitRequest{}, "visit.ways"},
			"both":              {purchase.VisitRequest{Ticket: "a", Purchase: ref(p), Pieces: 1}, "visit.ways"},
			"no pieces":         {purchase.VisitRequest{Purchase: ref(p)}, "visit.pieces"},
			"popcorn":           {purchase.VisitRequest{Purchase: ref(p), Line: 1, Pieces: 1}, "visit.not-tickets"},
			"no such line":      {purchase.VisitRequest{Purchase: ref(p), Line: 2, Pieces: 1}, "visit.not-tickets"},
			"more than there":   {purchase.VisitRequest{Purchase: ref(p), Pieces: 3}, "visit.left"},
			"tomorrow":          {purchase.VisitRequest{Ticket: "a", At: clock.Of(purchasetest.Start.AddDate(0, 0, 1))}, "visit.time"},
			"no such purchase":  {purchase.VisitRequest{Purchase: purchase.PurchaseRef{Home: p.Home, ID: 5}, Pieces: 1}, "purchase.not-found"},
			"under another key": {purchase.VisitRequest{Purchase: purchase.PurchaseRef{Till: s.Till, Key: "x"}, Pieces: 1}, "purchase.not-found"},
		} {
			c.r.Till, c.r.Key = s.Other, s.IDs.New().String()
			if _, err := s.Desk.Visit(ctx, &c.r); purchasetest.Code(err) != c.code {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
		}
	})
}

// TestHouseholdTickets: what is bought on a household's account waits for no
// ticket, wherever it is used and whatever comes back.
func TestHouseholdTickets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		_, family := s.Family(t, 2)
		p := sellTo(t, s, family[1], tickets("T1", 10_000, "a", "b"))
		if p.AccountHome != family[0].Home || p.Lines[0].Earned[0].Waits || p.Balance.Active != 2000 {
			t.Errorf("%+v", p)
		}
		enter(t, s, "a")
		refuse(t, s, "a", "visit.used")
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{{Quantity: money.Piece}}})
		refuse(t, s, "b", "visit.refunded")
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p)})
		wantBalance(t, s, family[0], 0, 0)
		proved(t, d)
	})
}

// TestVisitsForLevels: each day on which tickets were used is a visit; a
// refund that leaves none of a day's undoes the rise.
func TestVisitsForLevels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := onUse()
		p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "often", Priority: 2, Days: 30, Visits: 2}}
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		sold := sellTo(t, s, b, tickets("T1", 10_000, "a", "b", "c"))
		enter(t, s, "a")
		if v := enter(t, s, "b"); v.Level != "start" {
			t.Errorf("two tickets of one day: %s", v.Level)
		}
		s.Clock.Add(24 * time.Hour)
		if v := enter(t, s, "c"); v.Level != "often" {
			t.Errorf("the second day: %s", v.Level)
		}
		f := refund(t, s, &purchase.RefundRequest{Purchase: ref(sold), Lines: []purchase.RefundPart{{Quantity: money.Piece, Tickets: []string{"c"}}}})
		if f.Level != "start" {
			t.Errorf("after the refund: %s", f.Level)
		}
		proved(t, d)
	})
}

// TestNoGate: a programme whose points wait for tickets is refused where
// nobody may tell of their use.
func TestNoGate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		if _, err := d.Exec(ctx, `update api_key set state = 'closed'`); err != nil {
			t.Fatal(err)
		}
		p := onUse()
		p.Code = "gate"
		_, err := s.Programmes.Put(ctx, p, "test")
		if f := fault.From(err); err == nil || len(f.Fields) != 1 || f.Fields[0].Path != "earning.on_use" || f.Fields[0].Code != "programme.no-gate" {
			t.Errorf("%v", err)
		}
	})
}
