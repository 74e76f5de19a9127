package reservetest

import (
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestHeldAndUsed: of a limit that is reached it is told that a reservation
// holds it as long as that alone keeps it, whatever the limit is of.
func TestHeldAndUsed(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]rule.Limits{
		"in all": {InAll: 2}, "of a code": {PerCode: 2}, "of a buyer": {PerHead: 2}, "of all": {InAll: 2, PerCode: 2, PerHead: 2}, "of a code first": {InAll: 300, PerCode: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, func(p *rule.Programme) {
					p.Campaigns = append(p.Campaigns, rule.CampaignsOf(rule.Offer{ID: "two", Name: "Дважды", Codes: []string{"TWO"}, Rate: 10 * money.Percent, Limits: limits})...)
				})
				b := s.Member(t)
				for _, who := range []string{"a member", "a guest"} {
					if who == "a guest" && (limits.InAll > 0 || limits.PerCode > 0) {
						continue // the member has had them
					}
					cart := func() *purchase.Cart {
						if who == "a member" {
							return s.cart(b, 0, "two")
						}
						c := s.cart(purchase.Buyer{}, 0, "two")
						c.Guest = purchase.Guest{Kind: "phone", Value: "+79160000000"}
						return c
					}
					used, err := s.commit(cart())
					s.no(err)
					r := s.reserve(cart())
					if used.Discount == 0 || r.Discount == 0 {
						t.Fatalf("%s: %+v %+v", who, used.Idle, r.Idle)
					}
					q, err := s.Desk.Quote(t.Context(), cart())
					s.no(err)
					p, err := s.commit(cart())
					s.no(err)
					s.idle(q.Idle, rule.WhyCodeHeld)
					s.idle(p.Idle, rule.WhyCodeHeld)
					s.same(p)
					_, err = s.confirm(r)
					s.no(err)
					if q, err = s.Desk.Quote(t.Context(), cart()); err != nil {
						t.Fatal(err)
					}
					p, err = s.commit(cart())
					s.no(err)
					s.idle(q.Idle, reached(limits))
					s.idle(p.Idle, reached(limits))
					s.same(p)
				}
				s.proved()
			})
		})
	}
}

// idle checks why the one code of a receipt did nothing.
func (s *shop) idle(got []rule.Idle, want string) {
	s.t.Helper()
	if len(got) != 1 || got[0].Reason != want {
		s.t.Errorf("of the code it is said %+v, want %s", got, want)
	}
}

// same checks that the receipt is decided again as it was.
func (s *shop) same(p *purchase.Purchase) {
	s.t.Helper()
	stored, err := s.Desk.Find(s.t.Context(), purchase.PurchaseRef{Home: p.Home, ID: p.ID})
	s.no(err)
	why, err := s.Desk.Why(s.t.Context(), stored, purchase.Asked{})
	s.no(err)
	if !why.Same {
		s.t.Errorf("decided otherwise: %+v", why.Trace)
	}
}

// reached is what is said of a code where the one limit that there is has been reached.
func reached(l rule.Limits) string {
	switch {
	case l.PerCode > 0:
		return rule.WhyCodeUsed
	case l.InAll > 0:
		return rule.WhyUsedUp
	}
	return rule.WhyUsedByBuyer
}
