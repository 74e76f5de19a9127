package purchase_test

import (
	"sync/atomic"
	"testing"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func mail(of string) purchase.Guest {
	return purchase.Guest{Kind: member.Email, Value: of + "@example.org"}
}

// registered makes a member with e-mails.
func registered(t *testing.T, s *purchasetest.Shop, of ...string) purchase.Buyer {
	t.Helper()
	m := member.Members{DB: s.DB, IDs: s.IDs, Clock: s.Clock}
	rules := member.DefaultRules()
	rules.Mandatory = nil
	var reg member.Registration
	for _, o := range of {
		reg.Identifiers = append(reg.Identifiers, member.NewIdentifier{Kind: member.Email, Value: mail(o).Value})
	}
	made, err := m.Register(t.Context(), rules, reg, member.Actor{Kind: member.ByKey, ID: 1})
	if err != nil {
		t.Error(err) // not Fatal: clients of a race register too
	}
	return purchase.Buyer{Home: made.Home}
}

// ofGuest is a cart of a guest with a code.
func ofGuest(s *purchasetest.Shop, g purchase.Guest, code string) *purchase.Cart {
	c := withCodes(s, purchase.Buyer{}, code)
	c.Guest = g
	return c
}

// sold quotes and commits a cart, wants both to say the same, and tells
// whether the code acted.
func sold(t *testing.T, s *purchasetest.Shop, c *purchase.Cart) (*purchase.Purchase, bool) {
	t.Helper()
	q, err := s.Desk.Quote(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.Quote = q.ID
	p := commit(t, s, c)
	if q.Outcome.Discount != p.Discount {
		t.Errorf("quoted %d, committed %d", q.Outcome.Discount, p.Discount)
	}
	return p, p.Discount > 0
}

func balanced(t *testing.T, d *db.DB) {
	t.Helper()
	found, err := verify.Run(t.Context(), d, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range found.Breaks {
		t.Errorf("%s: %s %s: found %s, wanted %s", b.Invariant, b.Table, b.Key, b.Found, b.Wanted)
	}
}

// TestGuestsLimit: what a buyer may use once he may use once, as a guest by his
// e-mail and as the member that he becomes.
func TestGuestsLimit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, limited(rule.Limits{PerHead: 1, Return: true}))
		check := func(what string, c *purchase.Cart, want bool) *purchase.Purchase {
			t.Helper()
			p, had := sold(t, s, c)
			if had != want {
				t.Errorf("%s: had it %v, want %v", what, had, want)
			}
			return p
		}
		anna, boris := mail("anna"), mail("boris")
		first := check("a guest", ofGuest(s, anna, "a"), true)
		if first.Guest == "" || first.Guest == anna.Value {
			t.Errorf("stored as %q", first.Guest)
		}
		again := check("the same guest", ofGuest(s, anna, "a"), false)
		if len(again.Idle) != 1 || again.Idle[0].Reason != rule.WhyUsedByBuyer {
			t.Errorf("why: %+v", again.Idle)
		}
		check("another guest", ofGuest(s, boris, "a"), true)
		check("nobody, once", withCodes(s, purchase.Buyer{}, "a"), true)
		check("nobody, twice", withCodes(s, purchase.Buyer{}, "a"), true)

		a := registered(t, s, "anna")
		check("the guest as a member", withCodes(s, a, "a"), false)
		check("the member as a guest", ofGuest(s, anna, "a"), false)
		check("another member", withCodes(s, registered(t, s, "vera"), "a"), true)
		check("whom the guest of his mail is", ofGuest(s, mail("vera"), "a"), false)

		refund(t, s, &purchase.RefundRequest{Purchase: ref(first)})
		c := withCodes(s, a, "a")
		c.Facts = &purchase.Facts{At: s.Clock.Now()}
		if _, err := s.Desk.Record(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		late := ofGuest(s, anna, "a")
		late.Facts = &purchase.Facts{At: s.Clock.Now()}
		past, err := s.Desk.Record(t.Context(), late)
		if err != nil {
			t.Fatal(err)
		}
		if len(past.Purchase.Uses) != 1 || !past.Purchase.Uses[0].Rows[0].Over {
			t.Errorf("past the limit: %+v", past.Purchase.Uses)
		}
		balanced(t, d)
	})
}

// TestRaceOfGuestAndMember: one person at many tills, as a guest and as a
// member, has the one use once.
func TestRaceOfGuestAndMember(t *testing.T) {
	twoProcesses(t, limited(rule.Limits{PerHead: 1}), func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
		a := registered(t, s, "anna")
		carts := make([]*purchase.Cart, clients)
		for i := range carts {
			if carts[i] = ofGuest(s, mail("anna"), "a"); i%2 == 0 {
				carts[i] = withCodes(s, a, "a")
			}
		}
		var had atomic.Int64
		eachClient(t, clients, desks, func(i int, desk *purchase.Desk) {
			p, err := desk.Commit(t.Context(), carts[i])
			if err != nil {
				t.Errorf("commit: %v", err)
				return
			}
			if p.Purchase.Discount > 0 {
				had.Add(1)
			}
		})
		if had.Load() != 1 {
			t.Errorf("%d had it", had.Load())
		}
	})
}

// TestGuestByEitherContact: a member who comes as a guest by one phone or e-mail
// has had what he had by another.
func TestGuestByEitherContact(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, limited(rule.Limits{PerHead: 1}))
		if _, had := sold(t, s, ofGuest(s, mail("anna"), "a")); !had {
			t.Error("a guest by one mail has not had it")
		}
		registered(t, s, "anna", "anna2")
		registered(t, s, "boris")
		if _, had := sold(t, s, ofGuest(s, mail("anna2"), "a")); had {
			t.Error("the same member by his other mail has had it again")
		}
		if _, had := sold(t, s, ofGuest(s, mail("boris"), "a")); !had {
			t.Error("another member as a guest has not had it")
		}
		balanced(t, d)
	})
}

// TestRaceOfJoining: who becomes a member and buys while he buys as a guest has
// the one use once.
func TestRaceOfJoining(t *testing.T) {
	twoProcesses(t, limited(rule.Limits{PerHead: 1}), func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
		const people = 10
		var had [people]atomic.Int64
		carts := make([][2]*purchase.Cart, people)
		for i := range carts {
			carts[i] = [2]*purchase.Cart{ofGuest(s, mail(string(rune('a'+i))), "a"), withCodes(s, purchase.Buyer{}, "a")}
		}
		eachClient(t, 2*people, desks, func(i int, desk *purchase.Desk) {
			c := carts[i/2][i%2]
			if i%2 == 1 {
				c.Buyer = registered(t, s, string(rune('a'+i/2)))
			}
			p, err := desk.Commit(t.Context(), c)
			if err != nil {
				t.Errorf("commit: %v", err)
				return
			}
			if p.Purchase.Discount > 0 {
				had[i/2].Add(1)
			}
		})
		for i := range had {
			if n := had[i].Load(); n != 1 {
				t.Errorf("person %d had it %d times", i, n)
			}
		}
		balanced(t, s.DB)
	})
}

// TestCodeOfAGuest: a code that is bound to an e-mail is good for whoever has
// that, a member or not yet, and for nobody else.
func TestCodeOfAGuest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, awarding(rule.Limits{}))
		give := func(of string) string {
			list, err := (&promo.Codes{DB: s.DB, Clock: s.Clock}).Make(t.Context(), promo.Order{
				Programme: s.Programme, Campaign: "gift", Count: 1, By: "test",
				Owners: []promo.Owner{{Guest: s.Desk.GuestHash(mail(of)), Shown: "a***@example.org"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			return list[0].Code
		}
		one, two := give("anna"), give("anna")
		for what, c := range map[string]*purchase.Cart{
			"nobody":         withCodes(s, purchase.Buyer{}, one),
			"another guest":  ofGuest(s, mail("boris"), one),
			"another member": withCodes(s, registered(t, s, "vera"), one),
		} {
			p, had := sold(t, s, c)
			if had || len(p.Idle) != 1 || p.Idle[0].Reason != rule.WhyCodeForeign {
				t.Errorf("%s: %v, %+v", what, had, p.Idle)
			}
		}
		if _, had := sold(t, s, ofGuest(s, mail("anna"), one)); !had {
			t.Error("a guest has not used his code")
		}
		a := registered(t, s, "anna")
		guests, err := s.Desk.GuestsOf(t.Context(), s.DB, a.Home)
		if err != nil {
			t.Fatal(err)
		}
		list, err := promo.List(t.Context(), s.DB, promo.Filter{Home: a.Home, Guests: guests, State: promo.Active}, 10)
		if err != nil || len(list) != 1 || list[0].Code != two {
			t.Errorf("listed %+v, %v", list, err)
		}
		if _, had := sold(t, s, withCodes(s, a, two)); !had {
			t.Error("a member has not used the code of his e-mail")
		}
		balanced(t, d)
	})
}

// TestGuestOrMember: a receipt is not both.
func TestGuestOrMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		c := ofGuest(s, mail("anna"), "a")
		c.Buyer = s.Member(t)
		if _, err := s.Desk.Commit(t.Context(), c); purchasetest.Code(err) != "purchase.invalid" {
			t.Errorf("both: %v", err)
		}
		seen := map[string]bool{}
		for _, g := range []purchase.Guest{mail("a"), mail("b"), {Kind: member.Phone, Value: mail("a").Value}} {
			seen[s.Desk.GuestHash(g)] = true
		}
		if len(seen) != 3 {
			t.Error("two guests are taken for one", seen)
		}
	})
}
