// Package level says at which level of a programme an account stands.
//
// It is pure: a function of the ladder (a programme's levels), the account's
// standing and the facts at one instant. It knows neither storage nor a
// programme's rules: package purchase fills its types, keeps the standing in
// the account and calls it wherever something is written.
//
//   - Up: at once, to the highest level whose conditions hold.
//   - Down: at the end of the level's term, one level, whose term then starts;
//     a level without a term ends at the month's turn. Where the conditions
//     still hold the level is kept for another term.
//   - A refund undoes at once only the rise that its own purchase caused.
//   - Never below a level that was given by hand, before its end.
//
// A level that asks for nothing is where everybody starts if it is the lowest;
// any other is only given by hand. A level for a group asks for the group
// first, and then for what else it names.
//
// A period of N days is the day itself and the N−1 before it. A turn looks at
// the day that has just ended. Money is in kopecks, points in hundredths.
package level

import (
	"cmp"
	"slices"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Level is one level of a programme: what it asks for and what it brings.
type Level struct {
	ID       string
	Name     string
	Priority int

	Group  id.ID // 0: for anybody
	Any    bool  // any one of what follows is enough
	Total  money.Amount
	Days   int // the period of what follows
	Sum    money.Amount
	Parts  []Part // of the sum, and one condition with it
	Visits int64
	Points money.Points

	Term     int          // days; 0: to the month's turn
	Gift     money.Points // given on rising to it
	GiftDays int          // term of the gift; 0: for ever
	Price    money.Points // taken on rising to it
	Fall     money.Points // taken on falling from it
}

// Part is what must be spent in the period on goods of some types.
type Part struct {
	Types []string
	Sum   money.Amount
}

// Calendar is the programme's.
type Calendar interface {
	Day(t clock.Micros) string                      // YYYY-MM-DD
	EndAfter(t clock.Micros, days int) clock.Micros // end of the day that lies days after t's
	MonthTurn(t clock.Micros) clock.Micros          // the first instant of the next month
}

// Ladder is a programme's levels, ready to be looked at. It does not change.
type Ladder struct {
	levels   []Level // the lowest first
	calendar Calendar
	days     int      // the longest period
	types    []string // that parts name, folded and sorted
	takes    bool     // a change may take points
	groups   bool     // a level is for a group
	totals   bool     // a level asks for the sum of all times
	own      bool     // each of a household stands by himself
}

// NewLadder puts levels in order.
func NewLadder(levels []Level, calendar Calendar) *Ladder {
	l := &Ladder{levels: slices.Clone(levels), calendar: calendar}
	slices.SortStableFunc(l.levels, func(x, y Level) int { return cmp.Compare(x.Priority, y.Priority) })
	for i := range l.levels {
		v := &l.levels[i]
		l.days = max(l.days, v.Days)
		l.takes = l.takes || v.Price > 0 || v.Fall > 0
		l.groups = l.groups || v.Group != 0
		l.totals = l.totals || v.Total > 0
		v.Parts = slices.Clone(v.Parts)
		for j := range v.Parts {
			folded := make([]string, len(v.Parts[j].Types))
			for k, t := range v.Parts[j].Types {
				folded[k] = text.Fold(t)
			}
			v.Parts[j].Types = folded
			l.types = append(l.types, folded...)
		}
	}
	slices.Sort(l.types)
	l.types = slices.Compact(l.types)
	return l
}

// OfMembers makes it a ladder on which each of a household stands by himself,
// by the sums of what he has bought, on whichever account.
func (l *Ladder) OfMembers() *Ladder {
	x := *l
	x.own = true
	return &x
}

// Own tells whether each of a household stands by himself.
func (l *Ladder) Own() bool { return l != nil && l.own }

// None tells whether the programme has no levels.
func (l *Ladder) None() bool { return l == nil || len(l.levels) == 0 }

// Levels are all levels, the lowest first.
func (l *Ladder) Levels() []Level {
	if l == nil {
		return nil
	}
	return l.levels
}

// Counts tells whether sums must be kept: by day or, as the account's own are
// not the member's where each of a household stands by himself, of all times.
func (l *Ladder) Counts() bool { return l != nil && (l.days > 0 || l.own && l.totals) }

// Takes tells whether a change may take points.
func (l *Ladder) Takes() bool { return l != nil && l.takes }

// Groups tells whether the member's groups matter.
func (l *Ladder) Groups() bool { return l != nil && l.groups }

// Find finds a level, nil where there is none.
func (l *Ladder) Find(i string) *Level {
	if at := l.index(i); at >= 0 {
		return &l.levels[at]
	}
	return nil
}

// Day is the programme's day at a time.
func (l *Ladder) Day(t clock.Micros) Day { return DayOf(l.calendar.Day(t)) }

// index is where a level stands; −1: it is none, or not there any more.
func (l *Ladder) index(i string) int {
	if l == nil || i == "" {
		return -1
	}
	i = text.Fold(i)
	return slices.IndexFunc(l.levels, func(v Level) bool { return text.Fold(v.ID) == i })
}

// State is where an account stands.
type State struct {
	Level string       // "": at none
	Since clock.Micros // 0: it was never at any
	Until clock.Micros // when it is looked at again by itself; 0: at none
	Floor string       // level given by hand: it does not fall below it …
	Held  clock.Micros // … before this; 0: nothing is held
}

// Facts are what levels look at, at one instant.
type Facts struct {
	Day    Day
	Total  money.Amount // of all purchases, less refunds
	Sums   *Sums        // by day
	Points money.Points // active
	Groups []id.ID      // of the member
}

// Begins is the level where somebody begins of whom nothing is known, "" for
// none.
func (l *Ladder) Begins(day Day) string {
	s := l.Needed(day)
	return l.Reached(&Facts{Day: day, Sums: &s})
}

// Reached is the highest level whose conditions hold, "" for none.
func (l *Ladder) Reached(f *Facts) string { return l.id(l.reached(f)) }

func (l *Ladder) reached(f *Facts) int {
	for i := len(l.levels) - 1; i >= 0; i-- {
		if l.holds(i, f) {
			return i
		}
	}
	return -1
}

func (l *Ladder) id(i int) string {
	if i < 0 {
		return ""
	}
	return l.levels[i].ID
}

// Up rises to the highest level whose conditions hold. A level that the
// programme does not have any more is left for the one that is reached.
func (l *Ladder) Up(s State, f *Facts, at clock.Micros) (State, bool) {
	if l.None() {
		return l.gone(s, at)
	}
	s = l.loose(s, at)
	held := l.index(s.Level)
	if n := l.reached(f); n > held || held < 0 && s.Level != "" {
		return l.at(s, max(n, l.index(s.Floor)), at, at), true
	}
	return s, false
}

// gone leaves all levels: the programme has none any more.
func (l *Ladder) gone(s State, at clock.Micros) (State, bool) {
	if s.Level == "" {
		return s, false
	}
	return State{Since: at}, true
}

// Turn is the end of the level's term: the level is kept, or left for the one
// below. The facts are those of the day that has ended.
func (l *Ladder) Turn(s State, f *Facts, at clock.Micros) (State, bool) {
	if l.None() {
		return l.gone(s, at)
	}
	held := l.index(s.Level)
	if held < 0 {
		return l.Up(s, f, at)
	}
	s = l.loose(s, at)
	if l.holds(held, f) {
		s.Until = l.end(held, at, at-1)
		return s, false
	}
	floor := l.index(s.Floor)
	if held <= floor {
		s.Until = s.Held
		return s, false
	}
	below := held - 1
	for below > floor && !l.open(below, f) {
		below--
	}
	return l.at(s, below, at, at-1), true
}

// Kept is when the next term of a level ends that was kept at the end of one.
// 0: there is no such level.
func (l *Ladder) Kept(held string, at clock.Micros) clock.Micros {
	n := l.index(held)
	if n < 0 {
		return 0
	}
	return l.end(n, at, at-1)
}

// Began is when the term of a level ends that was come to at a time; 0: there
// is no such level.
func (l *Ladder) Began(held string, at clock.Micros) clock.Micros {
	n := l.index(held)
	if n < 0 {
		return 0
	}
	return l.end(n, at, at)
}

// Undo takes back a rise from a level, of which a refund says that it should
// not have been. What is held without it is not lost.
func (l *Ladder) Undo(s State, from string, f *Facts, at clock.Micros) (State, bool) {
	if l.None() {
		return l.gone(s, at)
	}
	s = l.loose(s, at)
	held := l.index(s.Level)
	n := max(l.index(from), l.index(s.Floor), l.reached(f))
	if held < 0 || n >= held || l.holds(held, f) {
		return s, false
	}
	return l.at(s, n, at, at), true
}

// Hand puts an account at a level by hand; until a time, or with 0 for the
// level's own term.
func (l *Ladder) Hand(s State, to string, until, at clock.Micros) (_ State, changed bool) {
	was := s.Level
	next := l.at(s, l.index(to), at, at)
	next.Floor, next.Held = "", 0
	if until != 0 && next.Level != "" {
		next.Floor, next.Held, next.Until = next.Level, until, until
	}
	if next.Level == was {
		next.Since = s.Since
	}
	return next, next.Level != was
}

// Merge stands where the higher of two stood, who are one now, until the later
// end and on the higher floor; changed: that is another level than the first's.
func (l *Ladder) Merge(s, other State, at clock.Micros) (_ State, changed bool) {
	s, other = l.loose(s, at), l.loose(other, at)
	switch mine, his := l.index(s.Level), l.index(other.Level); {
	case his > mine:
		s.Level, s.Since, s.Until, changed = other.Level, at, other.Until, true
	case his == mine && his >= 0:
		s.Until = max(s.Until, other.Until)
	}
	mine, his := l.index(s.Floor), l.index(other.Floor)
	if his > mine || his == mine && other.Held > s.Held {
		s.Floor, s.Held = other.Floor, other.Held
	}
	return s, changed
}

// Rose tells whether one level is above another.
func (l *Ladder) Rose(from, to string) bool { return l.index(to) > l.index(from) }

// At is the state after a rise to a level at a time; another's decision (a
// receipt judged at the level that it reaches).
func (l *Ladder) At(s State, to string, at clock.Micros) (State, bool) {
	n := l.index(to)
	if n <= l.index(s.Level) {
		return s, false
	}
	return l.at(l.loose(s, at), n, at, at), true
}

// loose lets a level given by hand go that has come to its end.
func (l *Ladder) loose(s State, at clock.Micros) State {
	if s.Held != 0 && s.Held <= at {
		s.Floor, s.Held = "", 0
	}
	return s
}

// at stands at a level since a time; its term counts from a day.
func (l *Ladder) at(s State, n int, since, day clock.Micros) State {
	s.Level, s.Since, s.Until = l.id(n), since, 0
	if n >= 0 {
		s.Until = l.end(n, since, day)
	}
	return s
}

// end is when a term that begins ends: it counts its days from one time, and
// the month's turn is the first after another.
func (l *Ladder) end(n int, begins, day clock.Micros) clock.Micros {
	if d := l.levels[n].Term; d > 0 {
		return l.calendar.EndAfter(day, d)
	}
	return l.calendar.MonthTurn(begins)
}
