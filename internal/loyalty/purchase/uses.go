package purchase

import (
	"slices"

	"kopilka/internal/loyalty/rule"
)

// mayUse lists the uses of limited campaigns that the receipt may make: of what
// stands open to it and, where a till has closed it already, of what the till has
// honoured, open or not.
func (s *sale) mayUse() []rule.Use {
	out := s.programme.MayLimit(&s.receipt)
	if s.mode != Record {
		return out
	}
	for _, u := range s.honoured() {
		if !slices.ContainsFunc(out, func(o rule.Use) bool { return o.Key() == u.Key() }) {
			out = append(out, u)
		}
	}
	return out
}

// honoured gives the uses of the codes that the till has honoured already;
// a campaign is used once, however many of its codes the receipt has.
func (s *sale) honoured() []rule.Use {
	var out []rule.Use
	for i := range s.receipt.Codes {
		u := s.programme.UseOf(&s.receipt.Codes[i])
		if u != nil && !slices.ContainsFunc(out, func(o rule.Use) bool { return o.Campaign == u.Campaign }) {
			out = append(out, *u)
		}
	}
	return out
}

// findUsedUp finds the uses that the receipt may make and whose limits are
// reached, by trying each: what is refused for want of points, and why a
// campaign did not act, must not rest on one that can't be had.
func (s *sale) findUsedUp(g *group) error {
	s.usedUp = nil
	if s.mode == Record {
		return nil
	}
	uses := s.programme.Limited(&s.receipt, s.seen)
	for i := range uses {
		u := &uses[i]
		rows, full, err := g.take(s.programme.ID, u, s.home, &s.heads, false)
		if err != nil {
			return err
		}
		g.giveBack(rows)
		if !full {
			continue
		}
		key := u.Key()
		if held, err := s.onlyHeld(g, u); err != nil {
			return err
		} else if held {
			key = u.HeldKey()
		}
		s.usedUp = append(s.usedUp, key)
	}
	return nil
}

// onlyHeld tells whether reservations alone keep a use that can't be had. Who
// does a receipt again knows what it was then.
func (s *sale) onlyHeld(g *group, u *rule.Use) (bool, error) {
	if s.again != nil {
		return slices.Contains(s.again.was.Seen.UsedUp, u.HeldKey()), nil
	}
	return g.onlyHeld(s.programme.ID, u, s.home, &s.heads)
}

func (g *group) giveBackUses(uses []Use) {
	for _, u := range uses {
		g.giveBack(u.Rows)
	}
}
