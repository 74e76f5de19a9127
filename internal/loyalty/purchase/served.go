package purchase

import (
	"slices"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/platform/fault"
)

// served refuses a sale at a till that is closed, or by a cashier whom nobody
// knows. It is asked once the key is looked up: what was sold before the till was
// closed is told again, and what is a fact already is taken in.
func served(mode Mode, place partner.Place, stranger bool) error {
	switch {
	case mode != Commit:
		return nil
	case !place.Open():
		return fault.New(fault.Refused, "till.closed")
	case stranger:
		return errStranger()
	}
	return nil
}

// tellUnknown tells of the purchase's goods that are not in the catalogue.
func (d *Desk) tellUnknown(p *Purchase) {
	if d.Unknown == nil {
		return
	}
	var seen []catalog.Seen
	for i := range p.Lines {
		if l := &p.Lines[i]; l.Product == 0 {
			seen = append(seen, catalog.Seen{SKU: l.SKU, Name: l.Name})
		}
	}
	if len(seen) > 0 {
		d.Unknown(seen)
	}
}

// lives refuses what a member who is blocked or closed may not have, by his
// home, which is locked: who blocks or closes him has that lock too, so that
// nothing is sold to him after it.
func (o *onAccount) lives(g *group) error {
	if s := g.books[o.home].Unserved; s != "" {
		return notServed(member.State(s))
	}
	return nil
}

// pays refuses to take the payment of who is not served any more. Of one who is
// blocked the money that is taken already is a fact, which is flagged; an order
// of one whose membership has ended is recorded as a closed receipt instead,
// which is nobody's.
func (o *confirming) pays(g *group) (flag string, err error) {
	err = o.lives(g)
	if err != nil && o.req.Record && !o.ended(g) {
		return FlagBuyer, nil
	}
	return "", err
}

// ended tells whether the membership is over.
func (o *onAccount) ended(g *group) bool { return member.State(g.books[o.home].Unserved).Gone() }

// lives takes in a closed receipt of a buyer who is not served: a blocked
// member's as his own, and as nobody's what is of one whose membership has
// ended.
func (s *sale) lives(g *group) error {
	err := s.onAccount.lives(g)
	if err == nil || s.mode != Record {
		return err
	}
	if !slices.Contains(s.flags, FlagBuyer) {
		s.flags = append(s.flags, FlagBuyer)
	}
	if member.State(g.books[s.home].Unserved) == member.Blocked {
		return nil
	}
	s.home = home.OfReceipt(s.cart.Till, s.cart.Key)
	return errAgain
}
