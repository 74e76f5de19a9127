package whatif

import (
	"cmp"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// A receipt of nobody's that was given to a member is lived twice: in its own
// home as nobody's, where its money is counted, and in the home of the account
// that it was given to, where its points are.

// claimed is a receipt that was given onto the home's account.
type claimed struct {
	sold  *purchase.Stored // as it was nobody's, with the refunds of before
	claim *purchase.Claim
	since []*purchase.Refund
}

// readClaims reads the receipts that were given onto the home's account, and
// those that its member was given on a household's.
func (r *record) readClaims(rows rows) error {
	of := map[id.ID]*claimed{}
	for i := range rows.given {
		s, c, err := rows.given[i].row.read()
		if err != nil {
			return err
		}
		if c.Programme != r.of && !r.takes(s) {
			continue
		}
		x := &claimed{sold: s, claim: c}
		r.claims[c.ID], of[s.ID] = x, x
	}
	for _, doc := range rows.givenBack {
		f, err := readRefund(doc.row)
		if err != nil {
			return err
		}
		x := of[f.Purchase]
		switch {
		case x == nil:
		case slices.Contains(x.claim.Before, f.ID):
			x.sold.Refunds = append(x.sold.Refunds, f)
		default:
			x.since = append(x.since, f)
			r.backs[f.ID] = f
		}
	}
	for i := range rows.givenElsewhere {
		s, c, err := rows.givenElsewhere[i].row.read()
		if err != nil {
			return err
		}
		s.WrittenAt = c.At
		r.away[c.ID] = s
	}
	return nil
}

// pointless is a refund without what it took of points.
func pointless(f *purchase.Refund) *purchase.Refund {
	out := *f
	out.Earned, out.Taken, out.Short, out.Kept = 0, 0, 0, f.Kept
	out.Lines = slices.Clone(f.Lines)
	for i := range out.Lines {
		out.Lines[i].Earned = nil
	}
	return &out
}

// claimedBefore are the receipts that were given before a life begins, as they
// are the member's.
func (r *record) claimedBefore(before map[id.ID]bool) (out []*purchase.Stored) {
	for op, x := range r.claims {
		if !before[op] {
			continue
		}
		s := *x.sold
		s.Refunds = slices.Clone(x.sold.Refunds)
		s.Give(x.claim)
		for _, f := range x.since {
			if before[f.ID] {
				s.Refunds = append(s.Refunds, f)
			}
		}
		out = append(out, &s)
	}
	slices.SortFunc(out, func(x, y *purchase.Stored) int { return cmp.Compare(x.ID, y.ID) })
	return out
}

// claimsThen adds up what was given with the receipts, and what came back.
func (s *side) claimsThen() error {
	for _, x := range s.r.claims {
		by, err := s.r.own(&purchase.Purchase{Programme: x.claim.Programme, Version: x.claim.Version})
		if err != nil {
			return err
		}
		his := *x.sold
		his.Give(x.claim)
		s.claim(&his, by)
		for _, f := range x.since {
			s.pointsBack(f, &his, by)
		}
	}
	return nil
}

// claim adds the points of a receipt that was given to a member.
func (s *side) claim(p *purchase.Stored, by *rule.Programme) {
	if p.Claim == nil || !s.counts(p.Day, p.Outlet) {
		return
	}
	s.putAt(p.Day, p.Claim.Seen.Member.Level, &Sums{Earned: p.Claim.Earned, Value: worth(by, p.Claim.Earned)})
	for i := range p.Claim.Lines {
		l := &p.Claim.Lines[i]
		for k, e := range l.Earned {
			s.gave(e.Rule).Earned += money.Points(e.Amount - l.Back[k])
		}
	}
}

// pointsBack takes off what a refund took of them.
func (s *side) pointsBack(f *purchase.Refund, of *purchase.Stored, by *rule.Programme) {
	if of.Claim == nil || !s.counts(f.Day, f.Outlet) {
		return
	}
	s.putAt(f.Day, of.Claim.Seen.Member.Level, &Sums{Earned: -f.Claimed(), Value: worth(by, -f.Claimed())})
	for i := range f.Lines {
		for k, v := range f.Lines[i].Earned {
			s.gave(of.Lines[f.Lines[i].Line].Earned[k].Rule).Earned -= money.Points(v)
		}
	}
}

// claimAgain gives a receipt to its member again.
func (s *side) claimAgain(l *purchase.Life, x *claimed) error {
	if x.sold.Day > s.r.To {
		return nil
	}
	by, err := s.r.judge(x.sold)
	if err != nil {
		return err
	}
	out, err := l.Claim(x.sold, x.claim, by)
	if err != nil {
		return fmt.Errorf("claim %s: %w", x.claim.ID, err)
	}
	s.claim(out, by)
	return nil
}

// backAgain takes a part of it back again.
func (s *side) backAgain(l *purchase.Life, f *purchase.Refund) error {
	if f.Day > s.r.To {
		return nil
	}
	back, of, err := l.Refund(pointless(f))
	if err != nil {
		return fmt.Errorf("refund %s: %w", f.ID, err)
	}
	if back == nil {
		return nil
	}
	by, err := s.r.own(&purchase.Purchase{Programme: of.Programme, Version: of.Version})
	if err != nil {
		return err
	}
	s.pointsBack(back, of, by)
	return nil
}
