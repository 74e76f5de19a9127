package purchase

import (
	"slices"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// settle writes what is due on an account up to a time, gifts first, and the level that it
// has come to by itself since.
func (v *levels) settle(b *ledger.Book, a *ledger.Account, at clock.Micros) {
	v.dated(b, a, max(at, a.Clock))
	b.Settle(a, at)
	cause := ledger.ByRules
	if a.Fresh() && a.Standing.Since == 0 {
		cause = ledger.ByOpening
	}
	v.rise(b, a, ledger.LevelChange{At: a.Clock, Cause: cause})
}

// Turn is the end of a level's term.
func (v *levels) Turn(b *ledger.Book, a *ledger.Account, at clock.Micros) {
	l := v.set.Ladder(a.Programme)
	var f *level.Facts
	if !l.None() {
		f = v.facts(b, a, l, l.Day(at-1))
	}
	v.to(b, a, l, ledger.LevelChange{At: at, Cause: ledger.ByTime}, func(s level.State) (level.State, bool) { return l.Turn(s, f, at) })
	v.rise(b, a, ledger.LevelChange{At: at, Cause: ledger.ByTime})
}

// Moved is that points have become active by time.
func (v *levels) Moved(b *ledger.Book, a *ledger.Account, at clock.Micros) {
	v.rise(b, a, ledger.LevelChange{At: at, Cause: ledger.ByTime})
}

// rise lets an account rise as far as it can. What a level gives may open the
// next.
func (v *levels) rise(b *ledger.Book, a *ledger.Account, c ledger.LevelChange) {
	l := v.set.Ladder(a.Programme)
	if l.None() && a.Standing.Level == "" {
		return
	}
	for range len(l.Levels()) + 1 {
		var f *level.Facts
		if !l.None() {
			f = v.facts(b, a, l, l.Day(c.At))
		}
		if !v.to(b, a, l, c, func(s level.State) (level.State, bool) { return l.Up(s, f, c.At) }) {
			return
		}
	}
}

// to moves an account to where a step takes it.
func (v *levels) to(b *ledger.Book, a *ledger.Account, l *level.Ladder, c ledger.LevelChange, step func(level.State) (level.State, bool)) (changed bool) {
	was := stateOf(a)
	next, changed := step(was)
	switch {
	case changed:
		if was.Level != "" && l.Find(was.Level) == nil {
			c.Cause, c.Op = ledger.ByRules, 0
		}
		b.ChangeLevel(a, standing(a, next), c, v.moves(a, l, was.Level, next.Level, c.At))
	case next != was:
		b.SetStanding(a, standing(a, next))
	}
	return changed
}

// moves are the points that go with a change.
func (v *levels) moves(a *ledger.Account, l *level.Ladder, from, to string, at clock.Micros) (m ledger.Moves) {
	if !l.Rose(from, to) {
		if x := l.Find(from); x != nil {
			m.Take = x.Fall
		}
		return m
	}
	x := l.Find(to)
	m.Give, m.Take = x.Gift, x.Price
	if x.GiftDays > 0 {
		m.Expires = v.set.Get(a.Programme).EndAfter(at, x.GiftDays)
	}
	return m
}

// reach moves somebody to the level at which his receipt was judged.
func (v *levels) reach(at stand, to string, c ledger.LevelChange) {
	l := v.set.Ladder(at.a.Programme)
	v.to(at.book, at.a, l, c, func(s level.State) (level.State, bool) { return l.At(s, to, c.At) })
}

// lower undoes what a refund of a purchase says should not have been: where its
// buyer stands and, if that is another, on the account that it was made on, whose
// level was the household's when it was made.
func (v *levels) lower(own, account stand, s *Stored, refund id.ID) {
	v.undo(account.book, account.a, s, refund)
	if own.a == nil {
		return
	}
	if own.a != account.a {
		v.undo(own.book, own.a, s, refund)
	}
	v.rise(own.book, own.a, ledger.LevelChange{At: own.a.Clock, Cause: ledger.ByRefund, Op: refund})
}

// undo takes back the rise that a purchase caused, whose refund has just been
// counted, with the points that went with it.
func (v *levels) undo(b *ledger.Book, a *ledger.Account, s *Stored, refund id.ID) {
	l := v.set.Ladder(a.Programme)
	if l.None() {
		return
	}
	from, rises, again := v.risen(b, a, s)
	if len(rises) == 0 {
		return
	}
	f := v.facts(b, a, l, l.Day(a.Clock))
	was := stateOf(a)
	next, changed := l.Undo(was, from, f, a.Clock)
	if !changed {
		return
	}
	var m ledger.Moves
	if !again {
		m = v.back(a, rises)
	}
	b.ChangeLevel(a, standing(a, next), ledger.LevelChange{At: a.Clock, Cause: ledger.ByRefund, Op: refund}, m)
}

// risen finds the rises by which an account stands where it does, if a
// purchase caused them: where they began, and whether a refund of it has
// undone a part already.
func (v *levels) risen(b *ledger.Book, a *ledger.Account, s *Stored) (from string, rises []*ledger.LevelChange, again bool) {
	ours := func(op id.ID) bool {
		return slices.ContainsFunc(s.Refunds, func(f *Refund) bool { return f.ID == op })
	}
	of, to := a.ID, a.Standing.Level
	all := v.changes[b.Home]
	for i := 0; i < len(all); i++ {
		c := &all[i]
		switch {
		case c.Account != of:
			continue
		case i+1 < len(all) && c.Returns(&all[i+1]):
			i++
			continue
		case c.To != to:
			return from, rises, again
		case c.Cause == ledger.ByRefund && ours(c.Op) && len(rises) == 0:
			again = true
			to = c.From
			continue
		case c.Cause == ledger.ByMerge:
			if of = broughtBy(all, c); of == 0 {
				return from, rises, again
			}
			i = -1
			continue
		case !s.caused(c):
			return from, rises, again
		}
		rises = append(rises, c)
		from, to = c.From, c.From
	}
	return from, rises, again
}

// broughtBy finds the account that stood where a merge took another one: of those
// that were taken over, the last to come there; 0: none.
func broughtBy(all []ledger.LevelChange, merge *ledger.LevelChange) (of id.ID) {
	var at clock.Micros
	seen := map[id.ID]bool{}
	for i := range all {
		c := &all[i]
		if c.Home == merge.Home || seen[c.Account] {
			continue
		}
		if seen[c.Account] = true; c.To == merge.To && c.At <= merge.At && c.At >= at {
			of, at = c.Account, c.At
		}
	}
	return of
}

// caused tells whether the purchase, or the use of its tickets, caused a rise.
func (s *Stored) caused(c *ledger.LevelChange) bool {
	switch c.Cause {
	case ledger.ByPurchase:
		return c.Op == s.earnedBy()
	case ledger.ByVisit:
		return slices.ContainsFunc(s.Visits, func(v *Visit) bool { return v.ID == c.Op })
	}
	return false
}

// back are the points of rises that are undone: their gifts are taken, and
// their prices given back. A gift that is gone is treated like points that the
// purchase earned and are gone, so that it makes no difference which of them a
// refund in parts takes first.
func (v *levels) back(a *ledger.Account, rises []*ledger.LevelChange) (m ledger.Moves) {
	var given, taken money.Points
	for _, c := range rises {
		m.From = append(m.From, c.ID)
		given += c.Given
		taken += c.Taken
	}
	m.Take, m.Give = max(given-taken, 0), max(taken-given, 0)
	p := v.set.Get(a.Programme)
	if p == nil {
		return m
	}
	m.Owe = p.Settings.Clawback == rule.ClawDebt
	if m.Give > 0 {
		m.Expires, m.Sliding = p.Expires(&p.Earning.Expiry, a.Clock)
	}
	return m
}
