package settings_test

import (
	"fmt"
	"testing"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// stage is a shop where effects are played, each by a member of its own.
type stage struct {
	*testing.T
	*purchasetest.Shop
	people   *member.Members
	rules    member.Rules
	students id.ID // a category
	buyer    purchase.Buyer
	number   int
}

// onStage plays on both engines; the books must hold after it.
func onStage(t *testing.T, play func(*testing.T, *stage)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &stage{T: t, Shop: purchasetest.Open(t, d, purchasetest.Programme())}
		s.people = &member.Members{DB: d, IDs: s.IDs, Clock: s.Clock}
		c, err := s.people.SaveCategory(t.Context(), member.Category{Name: "Студент", Active: true})
		s.fatal(err)
		s.students = c.ID
		play(t, s)
		found, err := verify.Run(t.Context(), d, verify.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range found.Breaks {
			t.Errorf("%s: %s %s: found %s, wanted %s", b.Invariant, b.Table, b.Key, b.Found, b.Wanted)
		}
	})
}

// set puts the programme, the outlet and the rules on members into force,
// changed or not, and lets a new buyer in.
func (s *stage) set(e *effect, changed bool) {
	s.Helper()
	p := purchasetest.Programme()
	now := s.Programmes.Current().Get(s.Programme.ID)
	p.ID, p.Version = now.ID, now.Version
	outlet := s.Outlet
	s.rules = member.DefaultRules()
	if e.with != nil {
		e.with(&p)
	}
	if e.students != nil {
		e.students(&p, s.students.String())
	}
	if changed && e.change != nil {
		e.change(&p)
	}
	if changed && e.outlet != nil {
		e.outlet(&outlet)
	}
	if changed && e.members != nil {
		e.members(s, &s.rules)
	}
	_, err := s.Programmes.Put(s.Context(), p, "test")
	s.fatal(err)
	outlet.Version = 0
	_, err = partner.New(s.DB, s.IDs).SaveOutlet(s.Context(), outlet)
	s.fatal(err)
	_, err = s.Directory.Refresh(s.Context(), s.DB)
	s.fatal(err)
	s.buyer = s.Shop.Member(s.T)
}

func (s *stage) fatal(err error) {
	s.Helper()
	if err != nil {
		s.T.Fatal(err)
	}
}

func (s *stage) next() int {
	s.number++
	return s.number
}

func (s *stage) phone() member.NewIdentifier {
	return member.NewIdentifier{Kind: member.Phone, Value: fmt.Sprintf("+7916%07d", s.next())}
}

// email makes an address that nobody has.
func (s *stage) email() member.NewIdentifier {
	return member.NewIdentifier{Kind: member.Email, Value: fmt.Sprintf("e%d@example.org", s.next())}
}

// register registers a member, who is the buyer then, and tells his state or
// why not.
func (s *stage) register(identifiers ...member.NewIdentifier) string {
	m, err := s.people.Register(s.Context(), s.rules, member.Registration{Identifiers: identifiers}, member.Actor{Kind: member.ByCashier, ID: 7, Source: "till", Outlet: s.Outlet.ID})
	if err != nil {
		return purchasetest.Code(err)
	}
	s.buyer = purchase.Buyer{Home: m.Home}
	return string(m.State)
}

func (s *stage) give(points money.Points) { s.Give(s.T, s.buyer, points) }

func (s *stage) commit(c *purchase.Cart) *purchase.Purchase {
	s.Helper()
	a, err := s.Desk.Commit(s.Context(), c)
	s.fatal(err)
	return a.Purchase
}

// code is what a receipt is refused with; "": it is not.
func (s *stage) code(c *purchase.Cart) string {
	_, err := s.Desk.Commit(s.Context(), c)
	return purchasetest.Code(err)
}

func (s *stage) sell(lines ...purchase.CartLine) *purchase.Purchase {
	s.Helper()
	return s.commit(s.Cart(s.buyer, lines...))
}

// pay sells a ticket to one who has so many points and pays with all of them.
func (s *stage) pay(points money.Points, price money.Amount) *purchase.Purchase {
	s.Helper()
	s.give(points)
	c := s.Cart(s.buyer, ticket(1, price))
	c.Wish.Points = points
	return s.commit(c)
}

func (s *stage) refund(p *purchase.Purchase, parts ...purchase.RefundPart) *purchase.Refund {
	s.Helper()
	a, err := s.Desk.Refund(s.Context(), &purchase.RefundRequest{
		Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Lines: parts,
	})
	s.fatal(err)
	return a.Refund
}

// points tells the buyer's points.
func (s *stage) points() string {
	b := s.Balance(s.T, s.buyer)
	return "has " + b.Active.String() + " owes " + b.Debt.String()
}
