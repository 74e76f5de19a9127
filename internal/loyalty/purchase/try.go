package purchase

import (
	"context"

	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Trial says how a purchase is imagined: by which programme, which need not be
// in force, at what time, and by whom, if he is imagined too.
type Trial struct {
	Programme *rule.Programme // compiled
	At        clock.Micros
	Member    *rule.Member // nil: the buyer that the cart names, or nobody
}

// Rise is what a purchase that is tried does to the buyer's level.
type Rise struct {
	Before, After *level.Level // nil: none
	Next          *level.Left  // what is left to the next after it; nil: there is none to come to
}

// rise tells what a receipt that is tried does to the level, by what it comes
// to; nil: there are no levels, or there is no buyer who could have one. One who
// is imagined has bought in the time that levels look at what he has in all. As
// everywhere, points count as they are before the purchase.
func (s *sale) rise(t *Trial, out *rule.Outcome) *Rise {
	l := s.levels.set.Ladder(s.programme.ID)
	if l.None() {
		return nil
	}
	day := l.Day(s.at)
	var f *level.Facts
	var at level.State
	switch {
	case t.Member != nil:
		sums := l.Needed(day)
		f = &level.Facts{Day: day, Total: t.Member.Turnover, Sums: &sums, Points: t.Member.Spendable, Groups: t.Member.Groups}
		if t.Member.Turnover > 0 {
			sums.Add(&level.Entry{Day: day, Lines: []level.Spent{{Money: t.Member.Turnover}}, Total: t.Member.Turnover})
		}
		at = imagined(l, t.Member.Level)
	case s.stands.a != nil:
		f, at = s.levels.facts(s.stands.book, s.stands.a, l, day), stateOf(s.stands.a)
	default:
		return nil
	}
	r := &Rise{Before: l.Find(at.Level)}
	f.Sums.Add(s.entry(day, out))
	f.Total += out.Due
	at, _ = l.Up(at, f, s.at)
	r.After, r.Next = l.Find(at.Level), l.Next(at, f)
	return r
}

// entry is what a receipt adds to the sums that levels look at.
func (s *sale) entry(day level.Day, out *rule.Outcome) *level.Entry {
	e := &level.Entry{Day: day, Visits: 1, Total: out.Due}
	for i := range out.Lines {
		e.Lines = append(e.Lines, level.Spent{Type: s.receipt.Lines[i].Type, Money: out.Lines[i].Due})
	}
	return e
}

// Try tells what a purchase would give by a programme, and why. Nothing is
// stored, and the figures are good for nothing else.
func (d *Desk) Try(ctx context.Context, c *Cart, t *Trial) (*Quoted, error) {
	q, err := d.quote(ctx, c, t)
	if err == nil {
		q.ID = "" // nobody may commit it
	}
	return q, err
}

// find gives the programme of a quote: the one that is tried, or that which is
// in force where it is sold.
func (d *Desk) find(t *Trial) func(outlet, partner id.ID, day string) *rule.Programme {
	if t == nil {
		return d.Programmes.Current().For
	}
	return func(id.ID, id.ID, string) *rule.Programme { return t.Programme }
}

// set is the programmes that a quote goes by: those in force, of which the one
// that is tried takes the place of its own version.
func (d *Desk) set(t *Trial) *programme.Set {
	if t == nil {
		return d.Programmes.Current()
	}
	return d.Programmes.Current().With(t.Programme)
}

// imagined is where somebody stands who is made up: at the level that he is
// said to have.
func imagined(l *level.Ladder, folded string) level.State {
	for _, v := range l.Levels() {
		if text.Fold(v.ID) == folded {
			return level.State{Level: v.ID}
		}
	}
	return level.State{}
}
