package purchase

import "kopilka/internal/loyalty/rule"

// Claim gives a receipt of nobody's to its member again. It is sold, and comes
// back in the parts that had come back by then, under a programme as it would
// be in a life of its own; then it is judged for the member. It gives the
// purchase as it is his.
func (l *Life) Claim(was *Stored, c *Claim, p *rule.Programme) (*Stored, error) {
	if _, err := l.Sell(was, p); err != nil {
		return nil, err
	}
	for _, f := range was.Refunds {
		if _, _, err := l.Refund(f); err != nil {
			return nil, err
		}
	}
	s := l.docs[was.ID]
	if s.State == "refunded" { // in this life nothing is left to be given
		return s, nil
	}
	l.Days(c.At)
	l.now(c.At)
	l.g.facts = *l.known
	l.bought(was.At, true)
	gift := l.welcome(p)
	op := &claiming{req: &ClaimRequest{}, receipt: was.Home, purchase: was.ID, onAccount: l.account(c.Member), of: s, programme: p, judged: p.ID != 0, welcome: &gift}
	if op.joined = c.Joined; c.Joined != 0 {
		op.judged = op.judged && earnsByContact(p, was.At, c.Joined, c.At)
	}
	if _, _, _, err := op.happen(l.g, s); err != nil {
		return nil, err
	}
	l.done()
	return s, nil
}
