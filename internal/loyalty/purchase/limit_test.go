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
	p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "spring", Name: "Весна", Codes: []string{"A", "B"}, Rate: 10 * money.Percent, Limits: l})
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

// TestChangedLimit: whatever a limit was before, of the one that holds now no
// more than it is used in all, and all of it.
func TestChangedLimit(t *testing.T) {
	t.Parallel()
	type step struct {
		limit   int64
		uses    int64 // asked for by all members in turn; 0: until there is none
		ofOne   int64 // asked for by one member before that
		back    int64 // of which so many come back at the end
		expects int64 // used in all then
	}
	for name, steps := range map[string][]step{
		"lowered below a neighbour's":   {{limit: 3, ofOne: 1, uses: 1, expects: 2}, {limit: 2, expects: 2}, {limit: 3, expects: 3}},
		"lowered below what was used":   {{limit: 3, expects: 3}, {limit: 2, back: 1, expects: 2}, {limit: 2, expects: 2}, {limit: 1, back: 1, expects: 1}},
		"lowered when one used much":    {{limit: 400, ofOne: 22, expects: 23, uses: 1}, {limit: 170, ofOne: 15, uses: 1, expects: 39}, {limit: 165, expects: 165}},
		"raised out of few":             {{limit: 2, expects: 2}, {limit: 200, expects: 200}},
		"lowered to few, and raised":    {{limit: 170, uses: 3, expects: 3}, {limit: 4, expects: 4}, {limit: 175, expects: 175}},
		"lowered, and what is back had": {{limit: 180, uses: 20, expects: 20}, {limit: 10, back: 15, expects: 5}, {limit: 10, expects: 10}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := purchasetest.Open(t, d, limited(rule.Limits{InAll: steps[0].limit, Return: true}))
				members := make([]purchase.Buyer, 20)
				for i := range members {
					members[i] = s.Member(t)
				}
				var had []*purchase.Purchase
				use := func(i int64) bool {
					p := commit(t, s, withCodes(s, members[i%int64(len(members))], "a"))
					if p.Discount > 0 {
						had = append(had, p)
					}
					return p.Discount > 0
				}
				for n, st := range steps {
					p := limited(rule.Limits{InAll: st.limit, Return: true})
					old := s.Programmes.Current().Get(s.Programme.ID)
					p.ID, p.Version, p.Code = old.ID, old.Version, old.Code
					if _, err := s.Programmes.Put(t.Context(), p, "test"); err != nil {
						t.Fatal(err)
					}
					for range st.ofOne {
						use(0)
					}
					for i := int64(0); st.back == 0 && (st.uses == 0 || i < st.uses); i++ {
						if !use(i) {
							break
						}
					}
					for range st.back {
						refund(t, s, &purchase.RefundRequest{Purchase: ref(had[0])})
						had = had[1:]
					}
					if u, over := used(t, d); u != st.expects || over != 0 || u != int64(len(had)) {
						t.Fatalf("step %d: %d used, %d over, %d had; want %d", n, u, over, len(had), st.expects)
					}
				}
			})
		})
	}
}
