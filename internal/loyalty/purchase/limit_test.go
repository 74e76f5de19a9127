package purchase_test

import (
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// limited is the simple programme with an offer of 10 % by the codes A and B.
func limited(l rule.Limits) rule.Programme {
	p := purchasetest.Programme()
	p.Offers = []rule.Offer{{ID: "spring", Name: "Весна", Codes: []string{"A", "B"}, Rate: 10 * money.Percent, Limits: l}}
	return p
}

// withCodes makes a cart of one ticket with codes.
func withCodes(s *purchasetest.Shop, b purchase.Buyer, codes ...string) *purchase.Cart {
	c := s.Cart(b, line("T1", 1, 1000))
	c.Codes = codes
	return c
}

// used sums a limit's counters in the base.
func used(t *testing.T, d *db.DB) (used, over int64) {
	t.Helper()
	if err := d.Row(t.Context(), "select cast(coalesce(sum(used), 0) as bigint), cast(coalesce(sum(over), 0) as bigint) from limit_use").Scan(&used, &over); err != nil {
		t.Fatal(err)
	}
	return used, over
}

// TestLimitsOfEverySize: of N uses exactly N are had, whatever N is and however
// it is counted, and a quote says so beforehand.
func TestLimitsOfEverySize(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]rule.Limits{
		"one in all":         {InAll: 1},
		"five of a code":     {PerCode: 5},
		"a few of a member":  {PerHead: 3},
		"many of a member":   {PerHead: 165},
		"in slots":           {InAll: 163},
		"the least of three": {InAll: 170, PerCode: 161, PerHead: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := purchasetest.Open(t, d, limited(l))
				b := s.Member(t)
				most := int64(1 << 60)
				for _, n := range []int64{l.InAll, l.PerCode, l.PerHead} {
					if n > 0 {
						most = min(most, n)
					}
				}
				for i := range most + 2 {
					c := withCodes(s, b, "a")
					q, err := s.Desk.Quote(t.Context(), c)
					if err != nil {
						t.Fatal(err)
					}
					if p := commit(t, s, c); (p.Discount > 0) != (i < most) || p.Discount != q.Outcome.Discount {
						t.Fatalf("use %d of %d: %d off, quoted %d", i+1, most, p.Discount, q.Outcome.Discount)
					}
				}
			})
		})
	}
}

// TestRecordGoesPastLimits: what has happened is counted, apart where it is
// past the limit, and once however often the till names the code.
func TestRecordGoesPastLimits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, limited(rule.Limits{InAll: 1, Return: true}))
		record := func(codes ...string) *purchase.Purchase {
			c := withCodes(s, s.Member(t), codes...)
			c.Facts = &purchase.Facts{At: s.Clock.Now()}
			c.Lines[0].Discount = 100
			a, err := s.Desk.Record(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			return a.Purchase
		}
		record("A", "a ", "B")
		if u, o := used(t, d); u != 1 || o != 0 {
			t.Fatalf("one receipt: %d used, %d over", u, o)
		}
		late := record("B")
		if u, o := used(t, d); u != 1 || o != 1 || !has(late.Flags, purchase.FlagOverLimit) {
			t.Fatalf("past the limit: %d used, %d over, %v", u, o, late.Flags)
		}
		refund(t, s, &purchase.RefundRequest{Purchase: ref(late)})
		if u, o := used(t, d); u != 1 || o != 0 {
			t.Fatalf("the use past the limit is given back: %d used, %d over", u, o)
		}
		if p := commit(t, s, withCodes(s, s.Member(t), "a")); p.Discount != 0 {
			t.Fatalf("the only use was had twice: %+v", p)
		}
	})
}

// TestUseComesBackWithTheLastPiece: only a refund of all that is left gives
// the use back, and only once.
func TestUseComesBackWithTheLastPiece(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, limited(rule.Limits{InAll: 200, PerHead: 2, Return: true}))
		c := withCodes(s, s.Member(t), "a")
		c.Lines = append(c.Lines, line("B1", 2, 500))
		p := commit(t, s, c)
		if u, _ := used(t, d); u != 2 { // in all, and of the member
			t.Fatalf("%d used", u)
		}
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}, {Line: 1, Quantity: money.Piece}}})
		if u, _ := used(t, d); u != 2 {
			t.Fatalf("a part gave the use back: %d", u)
		}
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p)})
		if u, _ := used(t, d); u != 0 {
			t.Fatalf("nothing is left and %d are used", u)
		}
	})
}
