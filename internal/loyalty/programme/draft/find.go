package draft

import (
	"fmt"
	"strconv"
)

// Where a rule, level or campaign stands, by its id: rules may be the
// programme's, a level's or a campaign's. "": nowhere.
func (d *Draft) Where(what, id string) string {
	p := &d.Programme
	switch what {
	case "level":
		for i := range p.Levels {
			if p.Levels[i].ID == id {
				return fmt.Sprintf("levels[%d]", i)
			}
		}
	case "campaign":
		for i := range p.Campaigns {
			if p.Campaigns[i].ID == id {
				return fmt.Sprintf("campaigns[%d]", i)
			}
		}
	case "rule":
		return d.whereRule(id)
	}
	return ""
}

func (d *Draft) whereRule(id string) string {
	p := &d.Programme
	for i := range p.Rules {
		if p.Rules[i].ID == id {
			return fmt.Sprintf("rules[%d]", i)
		}
	}
	for i := range p.Levels {
		for j := range p.Levels[i].Rules {
			if p.Levels[i].Rules[j].ID == id {
				return fmt.Sprintf("levels[%d].rules[%d]", i, j)
			}
		}
	}
	for i := range p.Campaigns {
		for j := range p.Campaigns[i].Rules {
			if p.Campaigns[i].Rules[j].ID == id {
				return fmt.Sprintf("campaigns[%d].rules[%d]", i, j)
			}
		}
	}
	return ""
}

// At is the part of a programme's parts at a path.
func (p Part) At(path string) Part {
	for _, step := range steps(path) {
		if items := p.Items(); len(p.Keys) == 0 && len(items) > 0 {
			i, err := strconv.ParseUint(step, 10, 31)
			if err != nil || int(i) >= len(items) {
				return Part{}
			}
			p = items[i]
			continue
		}
		p = p.Get(step)
	}
	return p
}

// Weekdays are the words for the days of the week, from Monday.
func Weekdays() []string {
	out := make([]string, len(weekdays))
	for i := range weekdays {
		out[i] = weekdays[i][0]
	}
	return out
}
