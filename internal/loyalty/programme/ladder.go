package programme

import (
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
)

// Ladder gives the levels of a compiled programme in the form that package
// level looks at.
func Ladder(p *rule.Programme) *level.Ladder {
	levels := make([]level.Level, len(p.Levels))
	for i := range p.Levels {
		v := &p.Levels[i]
		group, _ := id.Parse(v.MemberGroup) // its form was checked; "" is none
		l := level.Level{
			ID: v.ID, Name: v.Name, Priority: v.Priority, Group: group, Any: v.Any,
			Total: v.Total, Days: v.Days, Sum: v.Sum, Visits: v.Visits, Points: v.Points,
			Term: v.Term, Gift: v.Gift.Points, GiftDays: v.Gift.Days, Price: v.Price, Fall: v.Fall,
		}
		for _, x := range v.Parts {
			l.Parts = append(l.Parts, level.Part{Types: x.Types, Sum: x.Sum})
		}
		levels[i] = l
	}
	out := level.NewLadder(levels, p)
	if p.Settings.LevelScope == rule.ScopeMember {
		return out.OfMembers()
	}
	return out
}
