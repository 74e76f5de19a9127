package purchase_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestQuoteAndCommit: with nothing changed that matters the commit gives what
// was quoted; else it says so, or takes the new figures if it may.
func TestQuoteAndCommit(t *testing.T) {
	t.Parallel()
	type stage struct {
		s *purchasetest.Shop
		b purchase.Buyer
		c *purchase.Cart
	}
	for name, c := range map[string]struct {
		change func(t *testing.T, x *stage)
		code   string // of a commit that carries the quote
		firm   bool   // even if it takes new figures
	}{
		"nothing": {func(*testing.T, *stage) {}, "", false},
		"the time, a little": {func(_ *testing.T, x *stage) {
			x.s.Clock.Add(30 * time.Minute)
		}, "", false},
		"the time, too much": {func(_ *testing.T, x *stage) {
			x.s.Clock.Add(30*time.Minute + time.Microsecond)
		}, "quote.expired", true},
		"what does not matter": {func(t *testing.T, x *stage) {
			commit(t, x.s, x.s.Cart(x.b, line("S1", 1, 100)))
		}, "", false},
		"more points": {func(t *testing.T, x *stage) {
			x.s.Give(t, x.b, 500)
		}, "quote.changed", false},
		"fewer points": {func(t *testing.T, x *stage) {
			c := x.s.Cart(x.b, line("T1", 1, 10_000))
			c.Wish.Points = 400
			commit(t, x.s, c)
		}, "quote.changed", false},
		"the rules": {func(t *testing.T, x *stage) {
			p := *x.s.Programmes.Current().Get(x.s.Programme.ID)
			p.Earning.Rate++
			p.Earning.ByType = map[string]money.Rate{"ticket": 20 * money.Percent}
			if _, err := x.s.Programmes.Put(t.Context(), p, "test"); err != nil {
				t.Fatal(err)
			}
		}, "quote.changed", false},
		"rules that don't matter": {func(t *testing.T, x *stage) {
			p := *x.s.Programmes.Current().Get(x.s.Programme.ID)
			p.Earning.Rate++
			if _, err := x.s.Programmes.Put(t.Context(), p, "test"); err != nil {
				t.Fatal(err)
			}
		}, "", false},
		"the last use is gone": {func(t *testing.T, x *stage) {
			c := x.s.Cart(x.s.Member(t), line("T1", 1, 10_000))
			c.Codes = x.c.Codes
			commit(t, x.s, c)
		}, "quote.outdated", false},
		"the offer has ended": {func(_ *testing.T, x *stage) {
			x.s.Clock.Add(20 * time.Minute)
		}, "quote.outdated", false},
		"the receipt": {func(_ *testing.T, x *stage) {
			x.c.Lines[0].Price++
		}, "quote.other-receipt", false},
		"the quote": {func(_ *testing.T, x *stage) {
			x.c.Quote = "x" + x.c.Quote[1:]
		}, "quote.invalid", true},
		"a quote of nobody's": {func(_ *testing.T, x *stage) {
			x.c.Quote = "забыли"
		}, "quote.invalid", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, accept := range []bool{false, true} {
				dbtest.Each(t, func(t *testing.T, d *db.DB) {
					p := limited(rule.Limits{InAll: 2})
					p.Campaigns[0].To = "2026-03-02"
					s := purchasetest.Open(t, d, p)
					if name == "the offer has ended" { // ten minutes before the business day is over
						s.Clock.Set(clock.Of(purchasetest.Start.Truncate(24 * time.Hour).Add(day + time.Hour - 10*time.Minute)))
					}
					x := &stage{s: s, b: s.Member(t)}
					s.Give(t, x.b, 1000)
					x.c = withCodes(s, x.b, "a")
					x.c.Lines[0].Price, x.c.Wish.Max, x.c.Accept = 20_000, true, accept
					q, err := s.Desk.Quote(t.Context(), x.c)
					if err != nil {
						t.Fatal(err)
					}
					x.c.Quote = q.ID
					spare := s.Cart(s.Member(t), line("T1", 1, 10_000))
					spare.Codes = x.c.Codes
					commit(t, s, spare) // one of the two uses
					c.change(t, x)
					a, err := s.Desk.Commit(t.Context(), x.c)
					want := c.code
					if accept && !c.firm {
						want = ""
					}
					if purchasetest.Code(err) != want {
						t.Fatalf("accept %v: got %v, want %q", accept, err, want)
					}
					if err == nil && c.code == "" && (a.Purchase.Due != q.Outcome.Due || a.Purchase.Spent != q.Outcome.Spent ||
						a.Purchase.Earned != q.Outcome.Earned || a.Purchase.Discount != q.Outcome.Discount) {
						t.Errorf("quoted %+v, committed %+v", q.Outcome, a.Purchase)
					}
				})
			}
		})
	}
}

// TestQuoteStoresNothing: not even an account at its first use.
func TestQuoteStoresNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, limited(rule.Limits{InAll: 200}))
		b := s.Member(t)
		rows := func() map[string]int {
			out := map[string]int{}
			for _, table := range []string{"account", "lot", "posting", "purchase", "receipt_key", "limit_use", "event"} {
				var n int
				if err := d.Row(t.Context(), "select count(*) from "+table).Scan(&n); err != nil {
					t.Fatal(err)
				}
				out[table] = n
			}
			return out
		}
		before := rows()
		for _, b := range []purchase.Buyer{b, {}} {
			if _, err := s.Desk.Quote(t.Context(), withCodes(s, b, "a")); err != nil {
				t.Fatal(err)
			}
			other := *s.Desk.Programmes.Current().All()[0]
			other.Earning.Rate = 300_000
			if err := other.Compile(); err != nil {
				t.Fatal(err)
			}
			q, err := s.Desk.Try(t.Context(), withCodes(s, purchase.Buyer{}, "a"), &purchase.Trial{Programme: &other, At: s.Desk.Clock.Now(), Member: &rule.Member{Home: 1}})
			if err != nil || q.ID != "" || q.Outcome.Earned == 0 {
				t.Fatalf("a trial with an imagined member gives %+v, %v", q, err)
			}
		}
		if diff := cmp.Diff(before, rows()); diff != "" {
			t.Errorf("rows before (-) and after (+):\n%s", diff)
		}
	})
}

// TestQuoteIsOfItsReceipt: a commit with another buyer or other goods is no
// commit of the quote, though its figures are the same; how the buyer is named,
// who serves him and how many points are asked for make no other receipt.
func TestQuoteIsOfItsReceipt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		ann, bob := s.Member(t), s.Member(t)
		s.Give(t, ann, 5000)
		s.Give(t, bob, 5000)
		for name, c := range map[string]struct {
			change func(c *purchase.Cart)
			code   string
		}{
			"another buyer":     {func(c *purchase.Cart) { c.Buyer = bob }, "quote.other-receipt"},
			"other goods":       {func(c *purchase.Cart) { c.Lines[0].SKU = "B2" }, "quote.other-receipt"},
			"another till":      {func(c *purchase.Cart) { c.Till = s.Other }, ""},
			"so many points":    {func(c *purchase.Cart) { c.Wish = rule.Wish{Points: 100} }, ""},
			"fewer of them":     {func(c *purchase.Cart) { c.Wish = rule.Wish{} }, "quote.other-points"},
			"told all the same": {func(c *purchase.Cart) { c.Buyer, c.Accept = bob, true }, ""},
		} {
			cart := s.Cart(ann, line("B1", 1, 200))
			cart.Wish.Max = true // half of it: one point
			q, err := s.Desk.Quote(t.Context(), cart)
			if err != nil {
				t.Fatal(err)
			}
			cart.Quote = q.ID
			c.change(cart)
			if _, err := s.Desk.Commit(t.Context(), cart); purchasetest.Code(err) != c.code {
				t.Errorf("%s: %v, want %q", name, err, c.code)
			}
		}
	})
}
