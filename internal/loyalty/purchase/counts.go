package purchase

import (
	"kopilka/internal/loyalty/level"
	"kopilka/internal/platform/money"
)

// Counts is what the purchase adds to its account's sums by day, by which
// levels are reached: the money paid, on the programme's day, and a visit if it
// has no tickets; else their uses are visits (Tally).
func (p *Purchase) Counts() level.Entry {
	e := level.Entry{Day: p.countedOn(), Lines: make([]level.Spent, len(p.Lines)), Total: p.Due}
	if !p.HasTickets() {
		e.Visits = 1
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		e.Lines[i] = level.Spent{Type: l.Type, Money: l.Due()}
	}
	return e
}

func (p *Purchase) countedOn() level.Day {
	if p.Counted != "" {
		return level.DayOf(p.Counted)
	}
	return level.DayOf(p.Day)
}

// Counts is what the refund takes from them again: on its purchase's day or,
// where that is not known (nil), on its own. Money kept for points that were
// gone stays counted, split over the lines. What is held back by terms is of
// what stays, and of none of these lines: it is not counted here.
func (f *Refund) Counts(of *Purchase) level.Entry {
	e := level.Entry{Lines: make([]level.Spent, len(f.Lines)), Total: -f.Money}
	back := make([]int64, len(f.Lines))
	for i := range f.Lines {
		l := &f.Lines[i]
		back[i] = int64(l.Money())
		e.Lines[i].Type = l.Type
		if of != nil {
			e.Lines[i].Type = of.Lines[l.Line].Type
		}
	}
	kept, _ := money.Split(int64(f.Kept), back, back)
	for i := range back {
		e.Lines[i].Money = money.Amount(kept[i] - back[i])
	}
	switch {
	case of != nil:
		e.Day = of.countedOn()
	case f.Counted != "":
		e.Day = level.DayOf(f.Counted)
	default:
		e.Day = level.DayOf(f.Day)
	}
	if f.Whole && (of == nil || !of.HasTickets()) {
		e.Visits = -1
	}
	return e
}
