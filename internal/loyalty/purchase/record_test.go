package purchase_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

const day = 24 * time.Hour

func record(t *testing.T, s *purchasetest.Shop, c *purchase.Cart, at clock.Micros, points money.Points) *purchase.Purchase {
	t.Helper()
	c.Facts = &purchase.Facts{At: at, Points: points}
	a, err := s.Desk.Record(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return a.Purchase
}

// TestLateRecord: a receipt that comes late earns by the terms of its own
// time, from then on.
func TestLateRecord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Earning.Delay, p.Earning.Expiry = 2, rule.Expiry{Mode: rule.AfterAccrual, Days: 10}
		p.Settings.LateMax = 40
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		s.Clock.Add(50 * day)
		commit(t, s, s.Cart(b, line("T1", 1, 10_000)))
		now := s.Clock.Now()
		for _, c := range []struct {
			ago  time.Duration
			want purchase.Balance // with what came before
			flag string
		}{
			{day, purchase.Balance{Pending: 2000}, purchase.FlagLate},
			{2 * day, purchase.Balance{Active: 1000, Pending: 2000}, purchase.FlagLate},
			{13 * day, purchase.Balance{Active: 1000, Pending: 2000}, purchase.FlagLate}, // over already
			{41 * day, purchase.Balance{Active: 1000, Pending: 2000}, purchase.FlagTooLate},
		} {
			got := record(t, s, s.Cart(b, line("T1", 1, 10_000)), now.Add(-c.ago), 0)
			if got.Balance != c.want || !has(got.Flags, c.flag) || (got.Earned > 0) != (c.flag == purchase.FlagLate) {
				t.Errorf("%s ago: %+v, flags %v, earned %d", c.ago, got.Balance, got.Flags, got.Earned)
			}
		}
	})
}

// TestLateReceiptKeepsPointsAlive: points that live by the last purchase and
// were written off come back with a receipt that tells late of a purchase by
// which they had lived on, and only then.
func TestLateReceiptKeepsPointsAlive(t *testing.T) {
	t.Parallel()
	p := purchasetest.Programme()
	p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 10}
	p.Settings.LateMax = 30
	for name, c := range map[string]struct {
		live []int          // days on which receipts come in their time
		late []int          // and of which others are told of at the end, in this order
		want []money.Points // after each of these; a receipt earns 10
	}{
		"kept alive until now":             {[]int{0, 15}, []int{8}, []money.Points{3000}},
		"the gap is still there":           {[]int{0, 30}, []int{8}, []money.Points{1000}},
		"a chain, in its order":            {[]int{0, 30}, []int{8, 16, 22}, []money.Points{1000, 1000, 5000}},
		"a chain, the other way":           {[]int{0, 30}, []int{22, 16, 8}, []money.Points{2000, 3000, 5000}},
		"it was over already":              {[]int{0, 15}, []int{12}, []money.Points{2000}},
		"nothing had been written off":     {[]int{0, 8}, []int{4}, []money.Points{3000}},
		"by one that comes after late_max": {[]int{0, 40}, []int{24, 16, 32, 8}, []money.Points{1000, 1000, 4000, 4000}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := purchasetest.Open(t, d, p)
				b := s.Member(t)
				begin, today := s.Clock.Now(), 0
				for _, n := range c.live {
					s.Clock.Add(time.Duration(n-today) * day)
					today = n
					commit(t, s, s.Cart(b, line("T1", 1, 10_000)))
				}
				for i, n := range c.late {
					x := record(t, s, s.Cart(b, line("T1", 1, 10_000)), begin.Add(time.Duration(n)*day), 0)
					if got := x.Balance.Active; got != c.want[i] {
						t.Errorf("%d. of day %d: %d, want %d", i+1, n, got, c.want[i])
					}
				}
				proved(t, d)
			})
		})
	}
}

// TestOrderOfTelling: points that live by the last purchase do not depend on
// the order in which closed receipts are told of.
func TestOrderOfTelling(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 5}
		s := purchasetest.Open(t, d, p)
		cases(t, 1, func(rt *rapid.T) {
			a, b := s.Member(t), s.Member(t)
			begin := s.Clock.Now()
			s.Clock.Add(40 * day)
			hours := rapid.SliceOfNDistinct(rapid.IntRange(0, 39*24), 1, 7, rapid.ID).Draw(rt, "hours")
			other := rapid.Permutation(hours).Draw(rt, "told otherwise")
			slices.Sort(hours)
			for i := range hours {
				record(t, s, s.Cart(a, line("T1", 1, 10_000)), begin.Add(time.Duration(hours[i])*time.Hour), 0)
				record(t, s, s.Cart(b, line("T1", 1, 10_000)), begin.Add(time.Duration(other[i])*time.Hour), 0)
			}
			if x, y := s.Balance(t, a), s.Balance(t, b); x != y {
				rt.Fatalf("in their order %+v, otherwise %+v", x, y)
			}
		})
		proved(t, d)
	})
}

// TestAheadOfOurClock: a till's clock may run a little before ours; what comes
// after is not late for that.
func TestAheadOfOurClock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		record(t, s, s.Cart(b, line("T1", 1, 1000)), s.Clock.Now().Add(4*time.Minute), 0)
		if p := commit(t, s, s.Cart(b, line("T1", 1, 1000))); p.Flags != nil || p.Balance.Active != 200 {
			t.Errorf("%+v, flags %v", p.Balance, p.Flags)
		}
		c := s.Cart(b, line("T1", 1, 1000))
		c.Facts = &purchase.Facts{At: s.Clock.Now().Add(6 * time.Minute)}
		a, err := s.Desk.Record(t.Context(), c)
		if err != nil || a.Purchase.At != s.Clock.Now() || !has(a.Purchase.Flags, purchase.FlagAhead) {
			t.Errorf("six minutes ahead: %+v %v", a, err)
		}
		if again, err := s.Desk.Record(t.Context(), c); err != nil || !again.Replayed {
			t.Errorf("again: %+v %v", again, err)
		}
	})
}

// TestCommitTakesNoFacts: facts are for what has happened; what we judge
// happens now.
func TestCommitTakesNoFacts(t *testing.T) {
	t.Parallel()
	s := purchasetest.Open(t, dbtest.Open(t, db.SQLite), purchasetest.Programme())
	c := s.Cart(s.Member(t), line("T1", 1, 1000))
	c.Facts = &purchase.Facts{At: s.Clock.Now().Add(-day)}
	if _, err := s.Desk.Commit(t.Context(), c); purchasetest.Code(err) != "purchase.time" {
		t.Errorf("commit: %v", err)
	}
	if _, err := s.Desk.Quote(t.Context(), c); purchasetest.Code(err) != "purchase.time" {
		t.Errorf("quote: %v", err)
	}
}

// TestRecordKeepsTheTillsFigures: discounts, points and payments stay as the
// till says; the difference from what we would have given stands beside.
func TestRecordKeepsTheTillsFigures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		s.Give(t, b, 500)
		c := s.Cart(b, line("T1", 1, 10_000), line("S1", 1, 5000))
		c.Lines[0].Discount = 1000
		c.Payments = []purchase.Payment{{Kind: "cash", Amount: 10_000}, {Kind: "card", Amount: 9000}}
		p := record(t, s, c, s.Clock.Now(), 1250)
		if p.Gross != 15_000 || p.Discount != 1000 || p.Spent != 1250 || p.Due != 12_750 || p.Balance.Active != p.Earned-750 {
			t.Errorf("%+v", p)
		}
		want := []purchase.Payment{{Kind: "cash", Amount: 10_000}, {Kind: "card", Amount: 2750}}
		if diff := cmp.Diff(want, p.Payments); diff != "" {
			t.Errorf("payments fitted to what was due: %s", diff)
		}
		if diff := cmp.Diff(&purchase.Would{Most: 500, Earned: 1000}, p.Would); diff != "" {
			t.Errorf("would: %s", diff)
		}
		again, err := s.Desk.Record(t.Context(), c)
		if diff := cmp.Diff(p, again.Purchase, cmpopts.EquateEmpty()); err != nil || !again.Replayed || diff != "" {
			t.Errorf("the answer again: %v %s", err, diff)
		}
	})
}

// TestSlidingTerm: every purchase of the account moves the end, refunds don't,
// and what has ended stays so.
func TestSlidingTerm(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 10}
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		expect := func(when string, want money.Points) {
			t.Helper()
			if got := s.Balance(t, b); got != (purchase.Balance{Active: want}) {
				t.Errorf("%s: %+v, want %d", when, got, want)
			}
		}
		s.Give(t, b, 500)
		s.Clock.Add(100 * day)
		expect("before any purchase nothing ends", 500)
		first := commit(t, s, s.Cart(b, line("T1", 1, 10_000)))
		s.Clock.Add(9 * day)
		commit(t, s, s.Cart(b, line("S1", 1, 10_000))) // earns nothing, and moves the end
		s.Clock.Add(9 * day)
		expect("18 days after the first", 1500)
		refund(t, s, &purchase.RefundRequest{Purchase: ref(first)})
		expect("refunded", 500)
		s.Clock.Add(2 * day)
		expect("the refund has moved nothing", 0)
		if p := commit(t, s, s.Cart(b, line("T1", 1, 20_000))); p.Balance.Active != 2000 {
			t.Errorf("a purchase after the end has revived points: %+v", p.Balance)
		}
		s.Clock.Add(11 * day)
		if n, err := s.Desk.SettleDue(t.Context(), 10); n != 1 || err != nil {
			t.Errorf("%d due, %v", n, err)
		}
		expect("all over", 0)
	})
}

// TestRecordAboveWhatIsAllowed: what a till has let a member spend without the
// proof, or past the share, is kept and told.
func TestRecordAboveWhatIsAllowed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		pr := purchasetest.Programme()
		pr.Settings.SpendProofAbove = 300
		s := purchasetest.Open(t, d, pr)
		b := s.Member(t)
		s.Give(t, b, 10_000)
		for points, want := range map[money.Points][]string{300: nil, 400: {purchase.FlagProof}, 600: {purchase.FlagProof, purchase.FlagAbove}} {
			c := s.Cart(b, line("B1", 1, 1000)) // of the bar one half is payable
			c.Facts = &purchase.Facts{At: s.Clock.Now(), Points: points}
			a, err := s.Desk.Record(t.Context(), c)
			if err != nil || !slices.Equal(a.Purchase.Flags, want) {
				t.Errorf("%d: %v %v, want %v", points, a, err, want)
			}
		}
		proved(t, d)
	})
}

// TestWhyOfNobodysPoints: what a till took off for points of nobody is decided
// again as it was, whatever a point takes off.
func TestWhyOfNobodysPoints(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		for _, value := range []money.Amount{1, 30, 50, 100, 150, 333} {
			p := *s.Programmes.Current().Get(s.Programme.ID)
			p.Settings.PointValue = value
			if _, err := s.Programmes.Put(t.Context(), p, "test"); err != nil {
				t.Fatal(err)
			}
			for _, points := range []money.Points{1, 7, 1000, 3333} {
				got := record(t, s, s.Cart(purchase.Buyer{}, line("T1", 1, 20_000), line("T1", 1, 10_001)), s.Clock.Now(), points)
				if !has(got.Flags, purchase.FlagNoMember) || got.Spent != 0 {
					t.Fatalf("%+v", got)
				}
				stored, err := s.Desk.Find(t.Context(), ref(got))
				if err != nil {
					t.Fatal(err)
				}
				why, err := s.Desk.Why(t.Context(), stored, purchase.Asked{})
				if err != nil || !why.Same {
					t.Errorf("a point is %d kopecks, %d of them: %v, %+v", value, points, err, why)
				}
			}
		}
	})
}
