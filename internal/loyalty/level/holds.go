package level

import (
	"slices"

	"kopilka/internal/platform/money"
)

// asks tells whether a level has any condition but a group.
func (v *Level) asks() bool {
	return v.Total > 0 || v.Sum > 0 || len(v.Parts) > 0 || v.Visits > 0 || v.Points > 0
}

// open tells whether the member may come to a level by himself.
func (l *Ladder) open(n int, f *Facts) bool {
	v := &l.levels[n]
	switch {
	case v.Group != 0:
		return slices.Contains(f.Groups, v.Group)
	case v.asks():
		return true
	}
	return n == 0
}

// holds tells whether a level's conditions do.
func (l *Ladder) holds(n int, f *Facts) bool {
	if !l.open(n, f) {
		return false
	}
	v := &l.levels[n]
	if !v.asks() {
		return true
	}
	for _, left := range l.lefts(v, f) {
		if (left == 0) == v.Any {
			return v.Any
		}
	}
	return !v.Any
}

// lefts is what is left of each thing that the level asks for.
func (l *Ladder) lefts(v *Level, f *Facts) []int64 {
	out := make([]int64, 0, 4+len(v.Parts))
	add := func(needed, found int64) {
		if needed > 0 {
			out = append(out, max(needed-found, 0))
		}
	}
	add(int64(v.Total), int64(f.Total))
	add(int64(v.Points), int64(f.Points))
	if v.Days == 0 {
		return out
	}
	p := f.Sums.Period(f.Day, v.Days)
	add(v.Visits, p.Visits)
	if v.Sum > 0 || len(v.Parts) > 0 {
		out = append(out, v.unspent(&p))
	}
	return out
}

// unspent is what is missing most of the period's sum and its parts: they are
// one condition, as a part alone would make the sum mean nothing.
func (v *Level) unspent(p *Sum) int64 {
	left := max(v.Sum-p.Sum, 0)
	for i := range v.Parts {
		left = max(left, v.Parts[i].Sum-p.of(v.Parts[i].Types))
	}
	return int64(left)
}

// Left is what is left to a level.
type Left struct {
	Level  *Level
	Total  money.Amount
	Sum    money.Amount
	Parts  []money.Amount // of each of the level's parts
	Visits int64
	Points money.Points
}

// Next is what is left to the next level that the member can come to by
// himself; nil: there is none.
func (l *Ladder) Next(s State, f *Facts) *Left {
	if l.None() {
		return nil
	}
	for n := l.index(s.Level) + 1; n < len(l.levels); n++ {
		v := &l.levels[n]
		if !l.open(n, f) || !v.asks() {
			continue
		}
		out := &Left{Level: v, Total: max(v.Total-f.Total, 0), Points: max(v.Points-f.Points, 0)}
		if v.Days > 0 {
			p := f.Sums.Period(f.Day, v.Days)
			out.Sum, out.Visits = max(v.Sum-p.Sum, 0), max(v.Visits-p.Visits, 0)
			for _, x := range v.Parts {
				out.Parts = append(out.Parts, max(x.Sum-p.of(x.Types), 0))
			}
		}
		return out
	}
	return nil
}
