package claimtest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestTwins: the slow model of a claim is a member who has shown his card at
// the till. Of each receipt there are two, his and one of nobody's; both come
// back in the same parts, and at some time in between the second is given to
// his twin. From then on the two have the same of it: points, sums, purchases.
func TestTwins(t *testing.T) {
	t.Parallel()
	lives := 2
	if dbtest.Long() {
		lives = 12
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		lives := lives
		if d.Dialect() == db.Postgres {
			lives = 2 // what differs there is not chance
		}
		s := open(t, d, nil)
		claims := 0
		for seed := range uint64(lives) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			s.terms(rnd)
			claims += (&twins{shop: s, rnd: rnd}).live(40)
			s.proved()
		}
		if claims < lives*4 {
			t.Errorf("only %d claims", claims)
		}
	})
}

// terms puts other terms of refunds and of points in force.
func (s *shop) terms(rnd *rand.Rand) {
	s.t.Helper()
	next := *s.Programme
	next.Settings = rule.DefaultSettings()
	next.Settings.RefundTerms = []rule.OnRefund{rule.KeepTerms, rule.RecomputeTerms, rule.TakeDifference}[rnd.IntN(3)]
	next.Settings.AccrualStep = []money.Points{1, 50}[rnd.IntN(2)]
	next.Settings.EarnOn = []rule.EarnOn{rule.BeforeDiscounts, rule.AfterDiscounts}[rnd.IntN(2)]
	next.Earning.Expiry = rule.Expiry{Mode: rule.Never}
	from := func() []rule.Condition {
		least := int64(rnd.IntN(300_00))
		return []rule.Condition{{Field: rule.FieldSum, From: &least}}
	}
	next.Rules = []rule.Rule{
		{ID: "all", Kind: rule.DiscountRule, Stage: rule.ReceiptStage, Rate: money.Rate(1+rnd.IntN(20)) * money.Percent, When: from()},
		{ID: "each", Kind: rule.AccrualRule, Points: money.Points(1 + rnd.IntN(500)), Each: 50_00},
		{ID: "big", Kind: rule.AccrualRule, Rate: money.Rate(1+rnd.IntN(20)) * money.Percent, When: from(), Terms: &rule.Terms{Delay: 3}},
	}
	made, err := s.Programmes.Put(s.t.Context(), next, "test")
	if err != nil {
		s.t.Fatal(err)
	}
	s.Programme = made
}

// twins are two members, one of whom shows his card.
type twins struct {
	*shop
	rnd          *rand.Rand
	shows, later purchase.Buyer
	pairs        []*pair
}

// pair is what both have bought.
type pair struct {
	his, nobodys *purchase.Purchase
	claimed      bool
}

// live takes steps and tells how many receipts were claimed.
func (w *twins) live(steps int) (claims int) {
	w.t.Helper()
	w.shows, w.later = w.Member(w.t), w.Member(w.t)
	for range steps {
		switch n := w.rnd.IntN(10); {
		case n < 3 || len(w.pairs) == 0:
			w.buy()
		case n < 7:
			w.back(w.pairs[w.rnd.IntN(len(w.pairs))])
		case n < 9:
			if x := w.pairs[w.rnd.IntN(len(w.pairs))]; w.give(x) {
				claims++
			}
		default:
			w.Clock.Add(time.Duration(w.rnd.IntN(60)) * time.Hour)
		}
	}
	for _, x := range w.pairs {
		if w.give(x) {
			claims++
		}
	}
	w.alike()
	for _, x := range w.pairs {
		w.both(x, func(p *purchase.Purchase) *purchase.RefundRequest { return &purchase.RefundRequest{Purchase: ref(p)} })
	}
	w.alike()
	if got := w.points(w.later); got != 0 {
		w.t.Errorf("%s left where nothing is", got)
	}
	return claims
}

func (w *twins) buy() {
	lines := []purchase.CartLine{line("T1", 1+w.rnd.Int64N(5), money.Amount(1+w.rnd.IntN(20_000)))}
	if w.rnd.IntN(2) == 0 {
		lines = append(lines, line("B1", 1+w.rnd.Int64N(3), money.Amount(1+w.rnd.IntN(20_000))))
	}
	if w.rnd.IntN(4) == 0 {
		lines = append(lines, line("S1", 1, money.Amount(1+w.rnd.IntN(5_000))))
	}
	w.pairs = append(w.pairs, &pair{his: w.sell(w.shows, lines...), nobodys: w.sell(nobody, lines...)})
}

// give claims the receipt of nobody's; what can't be given any more is not
// missed, since nothing is left of it on either side.
func (w *twins) give(x *pair) bool {
	w.t.Helper()
	if x.claimed {
		return false
	}
	_, err := w.try(w.later, x.nobodys)
	if code := purchasetest.Code(err); code != "" {
		if code != "claim.refunded" {
			w.t.Fatalf("claim: %v", err)
		}
		return false
	}
	x.claimed = true
	w.same(x)
	return true
}

// back returns the same part of both.
func (w *twins) back(x *pair) {
	l := w.rnd.IntN(len(x.his.Lines))
	part := purchase.RefundPart{Line: l, Quantity: money.Piece * money.Quantity(1+w.rnd.IntN(2))}
	amount := money.Amount(1 + w.rnd.IntN(100_00))
	byAmount := w.rnd.IntN(4) == 0
	w.both(x, func(p *purchase.Purchase) *purchase.RefundRequest {
		if byAmount {
			return &purchase.RefundRequest{Purchase: ref(p), Amount: amount}
		}
		return &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{part}}
	})
	w.same(x)
}

// both takes back the same of both, or nothing of either.
func (w *twins) both(x *pair, of func(p *purchase.Purchase) *purchase.RefundRequest) {
	w.t.Helper()
	var out [2]string
	for i, p := range []*purchase.Purchase{x.his, x.nobodys} {
		r := of(p)
		r.Till, r.Key = w.Till, w.IDs.New().String()
		a, err := w.Desk.Refund(w.t.Context(), r)
		out[i] = purchasetest.Code(err)
		if err == nil {
			out[i] = fmt.Sprintf("money %d, held %d, whole %v", a.Refund.Money, a.Refund.Held, a.Refund.Whole)
		}
	}
	if out[0] != out[1] {
		w.t.Fatalf("%s, but %s of nobody's", out[0], out[1])
	}
}

// same wants what is left of the points of both receipts to be the same, once
// the second is claimed.
func (w *twins) same(x *pair) {
	w.t.Helper()
	if !x.claimed {
		return
	}
	left := func(s *purchase.Stored) (sum money.Points) {
		sum = s.Purchase.Earned
		if s.Claim != nil {
			sum = s.Claim.Earned
		}
		for _, f := range s.Refunds {
			if f.Account != 0 {
				sum -= f.Claimed()
			}
		}
		return sum
	}
	a, b := w.find(x.his), w.find(x.nobodys)
	if left(a) != left(b) || a.State != b.State || a.Refunded != b.Refunded {
		w.t.Fatalf("left %s of his, %s of what he has claimed: %+v", left(a), left(b), b.Claim)
	}
}

// alike wants both members to have the same.
func (w *twins) alike() {
	w.t.Helper()
	of := func(b purchase.Buyer) string {
		v := w.account(b)
		if v == nil {
			return "no account"
		}
		a := &v.Account
		return fmt.Sprintf("%s earned, turnover %d of %d", a.Earned, a.Turnover, a.Purchases)
	}
	var missed, count int64
	for _, x := range w.pairs {
		if !x.claimed { // all of it had come back
			if s := w.find(x.his); s.State != "refunded" {
				w.t.Errorf("not claimed: %+v", s)
			}
			missed += int64(x.his.Due)
			count++
		}
	}
	if diff := cmp.Diff(of(w.shows), of(w.later)); diff != "" {
		w.t.Fatalf("%d not claimed, of %d:\n%s", count, missed, diff)
	}
}
