package purchase

import (
	"slices"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// takeOut takes out of what the receipt would have earned what had come back
// with the refunds before it was given to its member, as those would have taken
// it, by their lines and by the terms of refunds.
func (s *Stored) takeOut(p *rule.Programme, c *Claim) error {
	bare := *s
	bare.Refunds = nil
	states := bare.states()
	for i := range states {
		c.Lines[i].Back = make([]int64, len(c.Lines[i].Earned))
	}
	for _, f := range s.Refunds {
		for i := range f.Lines {
			l := &f.Lines[i]
			states[l.Line].passes(l, &c.Lines[l.Line])
		}
	}
	back := c.Back()
	if len(s.Refunds) > 0 && c.Trace != "" {
		_, taken, err := s.terms(p, s.states())
		if err != nil {
			return err
		}
		c.Taken = min(taken, s.Earned-back)
	}
	c.Earned = s.Earned - back - c.Taken
	return nil
}

// passes moves what has come back of the line's points on, past one refund.
func (s *lineState) passes(l *RefundLine, c *ClaimLine) {
	s.quantity += l.Quantity
	s.byAmount = s.byAmount || l.ByAmount
	kinds := len(s.back) - len(l.Pays)
	for i, v := range l.Pays {
		s.back[kinds+i] += int64(v)
	}
	part, whole := int64(s.quantity), int64(s.line.Quantity)
	if l.ByAmount {
		part, whole = int64(s.money()), int64(s.line.Due())
	}
	for i, e := range c.Earned {
		c.Back[i] = max(c.Back[i], money.Share(e.Amount, part, whole))
	}
}

// award gives the codes that the receipt has earned of campaigns which give them
// also now, and are not over yet.
func (c *claiming) award(g *group, out *Claim, outcome *rule.Outcome) {
	if slices.Contains(out.Flags, FlagTooLate) {
		return
	}
	for _, a := range outcome.Awards {
		of := c.programme.CampaignOf(a.Campaign)
		if of == nil || !of.AwardOnClaim || of.To != "" && c.programme.Day(out.At) > of.To {
			continue
		}
		w := Award{Rule: a.Rule, Campaign: a.Campaign, Code: promo.Draw(), Until: of.To}
		g.codes.made.Add(w.Code, int64(out.Programme), w.Campaign, int64(out.Member), "", "", int64(out.At), "", int64(out.ID), w.Until)
		out.Awards = append(out.Awards, w)
	}
}

// earn makes the lots of what the claim gives: of the points that were earned
// on like terms one, without what had come back of them.
func (c *claiming) earn(book *ledger.Book, a *ledger.Account, s *Stored, outcome *rule.Outcome) {
	taken := s.Claim.Taken
	for i := range outcome.Grants {
		grant := &outcome.Grants[i]
		var rules []string // whose they are, where that is not all there are
		if len(outcome.Grants) > 1 {
			rules = grant.Rules
		}
		points := s.Claim.left(rules)
		off := min(points, taken)
		taken -= off
		if points -= off; points == 0 {
			continue
		}
		active := c.programme.ActiveAt(&grant.Terms, s.At)
		expires, sliding := c.programme.Expires(&grant.Terms.Expiry, active)
		l := book.Earn(a, ledger.Grant{
			Points: points, EarnedAt: s.At, ActiveAt: active, ExpiresAt: expires, Sliding: sliding,
			Source: ledger.FromPurchase, Op: s.Claim.ID, Partner: s.Partner,
		})
		s.Claim.Lots = append(s.Claim.Lots, Lot{ID: l.ID, Points: points, Rules: rules})
	}
	s.Lots = s.Claim.Lots
}

// left is what of some rules' points, or of all, had not come back.
func (c *Claim) left(rules []string) (sum money.Points) {
	for i := range c.Lines {
		l := &c.Lines[i]
		for k, e := range l.Earned {
			if len(rules) == 0 || slices.Contains(rules, e.Rule) {
				sum += pointsOf(e.Amount - l.Back[k])
			}
		}
	}
	return sum
}
