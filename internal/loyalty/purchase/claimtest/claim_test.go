package claimtest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	line   = purchasetest.Line
	nobody = purchase.Buyer{}
)

// shop is a shop in which receipts are given to members.
type shop struct {
	*purchasetest.Shop
	t testing.TB
}

func open(t testing.TB, d *db.DB, change func(p *rule.Programme)) *shop {
	t.Helper()
	p := purchasetest.Programme()
	if change != nil {
		change(&p)
	}
	return &shop{purchasetest.Open(t, d, p), t}
}

func (s *shop) sell(b purchase.Buyer, lines ...purchase.CartLine) *purchase.Purchase {
	s.t.Helper()
	return s.commit(s.Cart(b, lines...))
}

func (s *shop) commit(c *purchase.Cart) *purchase.Purchase {
	s.t.Helper()
	a, err := s.Desk.Commit(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Purchase
}

// record takes in a closed receipt of a time ago, with no discounts.
func (s *shop) record(b purchase.Buyer, ago time.Duration, lines ...purchase.CartLine) *purchase.Purchase {
	s.t.Helper()
	c := s.Cart(b, lines...)
	c.Facts = &purchase.Facts{At: s.Clock.Now().Add(-ago)}
	a, err := s.Desk.Record(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Purchase
}

func ref(p *purchase.Purchase) purchase.PurchaseRef {
	return purchase.PurchaseRef{Home: p.Home, ID: p.ID}
}

func (s *shop) try(b purchase.Buyer, p *purchase.Purchase) (*purchase.Claimed, error) {
	return s.Desk.Claim(s.t.Context(), &purchase.ClaimRequest{Buyer: b, Purchase: ref(p)})
}

func (s *shop) claim(b purchase.Buyer, p *purchase.Purchase) *purchase.Stored {
	s.t.Helper()
	c, err := s.try(b, p)
	if err != nil {
		s.t.Fatal(err)
	}
	return c.Purchase
}

func (s *shop) refund(p *purchase.Purchase, parts ...purchase.RefundPart) *purchase.Refund {
	s.t.Helper()
	return s.back(&purchase.RefundRequest{Purchase: ref(p), Lines: parts})
}

func (s *shop) back(r *purchase.RefundRequest) *purchase.Refund {
	s.t.Helper()
	r.Till, r.Key = s.Till, s.IDs.New().String()
	a, err := s.Desk.Refund(s.t.Context(), r)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Refund
}

// account is what a member's account comes to; nil: he has none.
func (s *shop) account(b purchase.Buyer) *purchase.AccountView {
	s.t.Helper()
	all, err := s.Desk.Accounts(s.t.Context(), b.Home)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range all {
		if all[i].Account.Programme == s.Programme.ID && !all[i].Rests {
			return &all[i]
		}
	}
	return nil
}

func (s *shop) points(b purchase.Buyer) money.Points {
	s.t.Helper()
	if v := s.account(b); v != nil {
		return v.Account.Book()
	}
	return 0
}

func (s *shop) find(p *purchase.Purchase) *purchase.Stored {
	s.t.Helper()
	out, err := s.Desk.Find(s.t.Context(), ref(p))
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *shop) proved() {
	s.t.Helper()
	r, err := verify.Run(s.t.Context(), s.DB, verify.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, b := range r.Breaks {
		s.t.Errorf("%s: %s %s: found %s, wanted %s, %d rows", b.Invariant, b.Table, b.Key, b.Found, b.Wanted, b.Rows)
	}
}

// refused wants a claim to be refused with a code.
func (s *shop) refused(b purchase.Buyer, p *purchase.Purchase, code string) {
	s.t.Helper()
	if _, err := s.try(b, p); purchasetest.Code(err) != code {
		s.t.Errorf("%v instead of %s", err, code)
	}
}

// A receipt of nobody's is given to a member once: its points, its sums and
// its refunds are his from then on.
func TestClaim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b, other := s.Member(t), s.Member(t)
		p := s.sell(nobody, line("T1", 2, 100_00), line("B1", 1, 50_00))
		s.refund(p, purchase.RefundPart{Quantity: money.Piece})
		s.Clock.Add(48 * time.Hour)

		c := s.claim(b, p)
		// 10 % of the two tickets is 20, of which one is back; 3 % of the popcorn is 1.50.
		if got := c.Claim.Earned; got != 11_50 {
			t.Errorf("earned %s: %+v", got, c.Claim)
		}
		v := s.account(b)
		if v.Account.Active != 11_50 || v.Account.Turnover != 150_00 || v.Account.Purchases != 1 || v.Account.LastPurchase != p.At {
			t.Errorf("account %+v", v.Account)
		}
		if l := v.Lots[0]; l.Source != "purchase" || l.EarnedAt != p.At || l.ExpiresAt != s.Programme.EndAfter(p.At, 90) {
			t.Errorf("lot %+v: its terms are not of the receipt's time", l)
		}
		again, err := s.try(b, p)
		if err != nil || !again.Before || again.Purchase.Claim.ID != c.Claim.ID {
			t.Errorf("again: %+v, %v", again, err)
		}
		s.refused(other, p, "claim.taken")

		list, err := s.Desk.OfHome(t.Context(), b.Home, purchase.Cursor{}, 10)
		if err != nil || len(list) != 1 || list[0].ID != p.ID || list[0].Claim == nil || list[0].Buyer() != b.Home {
			t.Errorf("listed: %+v, %v", list, err)
		}
		why, err := s.Desk.Why(t.Context(), s.find(p), purchase.Asked{})
		if err != nil || !why.Same || len(why.Trace) == 0 {
			t.Fatalf("why: %+v, %v", why, err)
		}
		earned := false
		for _, x := range why.Trace {
			earned = earned || x.Reason == rule.WhyEarned && x.Applied
			if x.Reason == rule.WhyNoMember {
				t.Errorf("why: %+v", x)
			}
		}
		if !earned {
			t.Errorf("no word of what it earned: %+v", why.Trace)
		}
		s.proved()

		f := s.refund(p, purchase.RefundPart{Line: 1, Quantity: money.Piece})
		if f.Earned != 1_50 || s.points(b) != 10_00 {
			t.Errorf("refund %+v, left %s", f, s.points(b))
		}
		if f = s.back(&purchase.RefundRequest{Purchase: ref(p)}); f.Earned != 10_00 || s.points(b) != 0 || !f.Whole {
			t.Errorf("refund %+v, left %s", f, s.points(b))
		}
		if a := s.account(b).Account; a.Turnover != 0 || a.Purchases != 0 {
			t.Errorf("account %+v", a)
		}
		s.proved()
	})
}

// What can't be given: another's receipt, one of which nothing is left, one
// that is too old, one that is not there.
func TestClaimRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Settings.ClaimWithin = 3 })
		b, other := s.Member(t), s.Member(t)
		s.refused(b, s.sell(other, line("T1", 1, 100_00)), "claim.has-member")
		s.refused(b, s.sell(b, line("T1", 1, 100_00)), "claim.has-member")
		whole := s.sell(nobody, line("T1", 1, 100_00))
		s.refund(whole)
		s.refused(b, whole, "claim.refunded")
		s.refused(b, &purchase.Purchase{Home: -5, ID: 7}, "purchase.not-found")
		s.refused(nobody, whole, "buyer.not-found")
		s.refused(purchase.Buyer{Home: 99}, whole, "buyer.not-found")
		p := s.sell(nobody, line("T1", 1, 100_00))
		_, err := s.Desk.Claim(t.Context(), &purchase.ClaimRequest{Buyer: b, Purchase: ref(p), May: func(id.ID) bool { return false }})
		if purchasetest.Code(err) != "purchase.not-found" {
			t.Errorf("of another outlet: %v", err)
		}
		end := s.Programme.EndAfter(p.At, 3)
		s.Clock.Set(end)
		s.refused(b, p, "claim.late")
		s.Clock.Set(end - 1)
		s.claim(b, p)
		s.proved()
	})
}

// The till's key names a receipt too, and whose member is in a household has
// the points there.
func TestClaimOfFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Days: 20, Sum: 150_00}}
		})
		for _, scope := range []rule.LevelScope{rule.ScopeAccount, rule.ScopeMember} {
			next := *s.Programme
			next.Settings.LevelScope = scope
			made, err := s.Programmes.Put(t.Context(), next, "test")
			if err != nil {
				t.Fatal(err)
			}
			s.Programme = made
			_, all := s.Family(t, 2)
			p := s.sell(nobody, line("T1", 1, 200_00))
			s.Clock.Add(time.Hour)
			c, err := s.Desk.Claim(t.Context(), &purchase.ClaimRequest{Buyer: all[1], Purchase: purchase.PurchaseRef{Till: p.Till, Key: p.Key}})
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Purchase; got.AccountHome != all[0].Home || got.Buyer() != all[1].Home || got.Claim.Level != "gold" {
				t.Errorf("%s: %+v", scope, got.Claim)
			}
			s.proved()
			s.refund(p)
			for i, b := range all {
				if v := s.account(b); s.points(b) != 0 || v.Level.Level == nil || v.Level.Level.ID != "start" {
					t.Errorf("%s: %d has %s at %+v", scope, i, s.points(b), v.Level)
				}
			}
			s.proved()
		}
	})
}

// A receipt is judged at the level held then, and may be what a member rises
// by; the refund undoes that.
func TestClaimAndLevels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Levels = []rule.Level{
				{ID: "start", Priority: 1, Rules: []rule.Rule{{ID: "one", Kind: rule.AccrualRule, Points: 1_00}}},
				{ID: "gold", Priority: 2, Total: 1_000_00, Gift: rule.Gift{Points: 5_00}, Rules: []rule.Rule{{ID: "ten", Kind: rule.AccrualRule, Points: 10_00}}},
			}
		})
		b := s.Member(t)
		old := s.sell(nobody, line("x", 1, 100_00))
		s.Clock.Add(time.Hour)
		big := s.sell(b, line("x", 1, 950_00))
		s.Clock.Add(time.Hour)
		c := s.claim(b, old)
		if c.Claim.Earned != 3_00+1_00 || c.Claim.Level != "gold" || c.Claim.Seen.Member.Level != "start" {
			t.Errorf("%+v", c.Claim)
		}
		newer := s.claim(b, s.sell(nobody, line("x", 1, 100_00)))
		if newer.Claim.Earned != 3_00+10_00 {
			t.Errorf("at gold: %+v", newer.Claim)
		}
		s.proved()
		s.refund(&newer.Purchase)
		if f := s.refund(old); f.Level != "start" {
			t.Errorf("after the refund at %s", f.Level)
		}
		if got := s.points(b); got != big.Earned {
			t.Errorf("left %s of %s", got, big.Earned)
		}
		s.proved()

		// Who had no account then began where everybody begins.
		p := s.sell(nobody, line("x", 1, 100_00))
		s.Clock.Add(time.Hour)
		if c := s.claim(s.Member(t), p); c.Claim.Earned != 3_00+1_00 {
			t.Errorf("of a new member: %+v", c.Claim)
		}
		s.proved()
	})
}

// A claimed receipt may be the first purchase, whose gift goes with its refund.
func TestClaimAndFirstPurchase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Gifts = []rule.GiftRule{{On: rule.FirstPurchase, Points: 50_00, Days: 30, From: 80_00}}
		})
		b := s.Person(t)
		small := s.sell(nobody, line("T1", 1, 100_00))
		s.back(&purchase.RefundRequest{Purchase: ref(small), Amount: 30_00})
		s.claim(b, small)
		if got := s.points(b); got != 7_00 {
			t.Errorf("of what is left too little: %s", got)
		}
		s.refund(small)
		p := s.sell(nobody, line("T1", 1, 100_00))
		s.claim(b, p)
		if got := s.points(b); got != 60_00 {
			t.Errorf("with the gift %s", got)
		}
		s.proved()
		s.refund(p)
		if got := s.points(b); got != 0 {
			t.Errorf("after the refund %s", got)
		}
		s.proved()
	})
}

// A closed receipt's discounts are facts, and so are those that a programme
// gave to everybody.
func TestClaimOfRecord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Settings.LateMax = 5 })
		b := s.Member(t)
		l := line("T1", 1, 100_00)
		l.Discount = 20_00
		p := s.record(nobody, 24*time.Hour, l)
		if c := s.claim(b, p); c.Claim.Earned != 8_00 || c.Discount != 20_00 {
			t.Errorf("%+v", c.Claim)
		}
		late := s.record(nobody, 6*24*time.Hour, line("T1", 1, 100_00))
		if c := s.claim(b, late); c.Claim.Earned != 0 || cmp.Diff(c.Claim.Flags, []string{purchase.FlagTooLate}) != "" {
			t.Errorf("told of too late: %+v", c.Claim)
		}
		// Points of nobody's that were taken off earn nothing and cost nobody.
		c := s.Cart(nobody, line("B1", 1, 100_00))
		c.Facts = &purchase.Facts{At: s.Clock.Now(), Points: 40_00}
		a, err := s.Desk.Record(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if c := s.claim(b, a.Purchase); c.Claim.Earned != 1_80 || s.account(b).Account.Debt != 0 {
			t.Errorf("%+v", c.Claim)
		}
		s.proved()
	})
}

// What was bought before there was a programme counts for sums only.
func TestClaimBeforeTheProgramme(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.From = "2026-03-10" })
		b := s.Member(t)
		p := s.sell(nobody, line("T1", 2, 100_00))
		if p.Programme != 0 {
			t.Fatalf("%+v", p)
		}
		s.refund(p, purchase.RefundPart{Quantity: money.Piece})
		none := s.sell(nobody, line("T1", 1, 100_00))
		if c := s.claim(b, none); c.Claim.Account != 0 || s.account(b) != nil {
			t.Errorf("without a programme: %+v", c.Claim)
		}
		s.refund(none)
		s.proved()
		s.Clock.Set(clock.Of(time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)))
		c := s.claim(b, p)
		if a := s.account(b).Account; c.Claim.Earned != 0 || a.Turnover != 100_00 || a.Active != 0 || a.Purchases != 1 {
			t.Errorf("%+v: %+v", c.Claim, a)
		}
		s.proved()
		s.refund(p)
		if a := s.account(b).Account; a.Turnover != 0 || a.Purchases != 0 {
			t.Errorf("%+v", a)
		}
		why, err := s.Desk.Why(t.Context(), s.find(p), purchase.Asked{})
		if err != nil || !why.Same {
			t.Errorf("why: %+v, %v", why, err)
		}
		s.proved()
	})
}

// A claimed receipt keeps alive what would have lived by it, as a late one does.
func TestClaimRevives(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 5} })
		b := s.Member(t)
		s.sell(b, line("T1", 1, 100_00))
		s.Clock.Add(3 * 24 * time.Hour)
		p := s.sell(nobody, line("T1", 1, 50_00))
		s.Clock.Add(4 * 24 * time.Hour)
		if _, err := s.Desk.SettleDue(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
		if got := s.points(b); got != 0 {
			t.Fatalf("%s are not over", got)
		}
		s.claim(b, p)
		if got := s.points(b); got != 15_00 {
			t.Errorf("%s live", got)
		}
		s.proved()
		s.Clock.Add(10 * 24 * time.Hour)
		late := s.sell(nobody, line("T1", 1, 50_00))
		s.Clock.Add(8 * 24 * time.Hour)
		s.claim(b, late) // over already
		if got := s.points(b); got != 0 {
			t.Errorf("%s live for ever", got)
		}
		s.proved()
	})
}

// What rules looked at of the member himself lies beside the claim, so that he
// can be erased; then the receipt keeps its points and its terms.
func TestClaimOfAPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Settings.RefundTerms = rule.RecomputeTerms
			p.Rules = []rule.Rule{{ID: "one", Kind: rule.AccrualRule, Points: 1_00, When: []rule.Condition{{Field: rule.FieldSource, Not: []string{"nowhere"}}}}}
		})
		b := s.Person(t)
		p := s.sell(nobody, line("T1", 2, 100_00))
		if c := s.claim(b, p); c.Claim.Earned != 21_00 || c.Claim.Seen.Person == "" {
			t.Fatalf("%+v", c.Claim)
		}
		why, err := s.Desk.Why(t.Context(), s.find(p), purchase.Asked{})
		if err != nil || !why.Same {
			t.Errorf("why: %+v, %v", why, err)
		}
		s.proved()
		if n, err := d.Exec(t.Context(), `update purchase set claim_person = null where claim like '%"member":{}%' and claim_person is not null`); err != nil || n != 1 {
			t.Fatalf("%d documents that hold only a hash: %v", n, err)
		}
		if f := s.refund(p, purchase.RefundPart{Quantity: money.Piece}); f.Claimed() != 10_50 {
			t.Errorf("the terms of one who was erased: %+v", f)
		}
	})
}
