package programme

import (
	"cmp"
	"slices"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/reference"
)

// Rival is another programme that an outlet would be under, were it not for the
// one that comes into force, or the other way round.
type Rival struct {
	*rule.Programme
	Stays   bool // it keeps the outlets: the new one is not in force there
	Outlets []partner.Outlet
}

// Rivals finds what a programme that comes into force takes outlets from, and
// what keeps it from outlets that it is meant for. What is so already, by the
// version of it that is in force, is no news.
func (s *Set) Rivals(p *rule.Programme, outlets []partner.Outlet, today string) []Rival {
	var out []Rival
	day := max(today, p.From)
	next := s.With(p)
	was := s.Get(p.ID)
	for _, o := range outlets {
		if o.State != reference.Active || !p.ActiveOn(day) || !meant(p, &o) {
			continue
		}
		now, then := s.For(o.ID, o.PartnerID, day), next.For(o.ID, o.PartnerID, day)
		r := Rival{Programme: now}
		switch {
		case then != p && (was == nil || !was.ActiveOn(day) || !meant(was, &o)):
			r.Programme, r.Stays = then, true
		case then != p || now == nil || now.ID == p.ID:
			continue
		}
		i := slices.IndexFunc(out, func(x Rival) bool { return x.Programme == r.Programme && x.Stays == r.Stays })
		if i < 0 {
			i, out = len(out), append(out, r)
		}
		out[i].Outlets = append(out[i].Outlets, o)
	}
	slices.SortStableFunc(out, func(a, b Rival) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// meant tells whether a programme is bound to an outlet, to its partner, or to
// all.
func meant(p *rule.Programme, o *partner.Outlet) bool {
	return slices.Contains(p.Outlets, o.ID) || slices.Contains(p.Partners, o.PartnerID) || len(p.Outlets) == 0 && len(p.Partners) == 0
}

// Acts tells whether any outlet that works is under a programme on a day.
func (s *Set) Acts(p *rule.Programme, outlets []partner.Outlet, day string) bool {
	return slices.ContainsFunc(outlets, func(o partner.Outlet) bool {
		return o.State == reference.Active && s.For(o.ID, o.PartnerID, day) == p
	})
}
