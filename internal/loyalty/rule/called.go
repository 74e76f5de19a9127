package rule

import "kopilka/internal/platform/money"

// Off is how much a rule took off a line.
type Off struct {
	Line     int          `json:"-"` // index, from 0
	Rule     string       `json:"rule"`
	Campaign string       `json:"campaign,omitempty"`
	Name     string       `json:"name,omitempty"` // as people know it, see Called
	Amount   money.Amount `json:"amount"`         // kopecks
}

// Off tells what took how much off which line, in the order the rules acted.
func (p *Programme) Off(o *Outcome) (out []Off) {
	for i := range o.Effects {
		e := &o.Effects[i]
		if e.Kind != Discount {
			continue
		}
		name := p.Called(e.Rule)
		for _, s := range e.Shares {
			if s.Amount != 0 {
				out = append(out, Off{Line: s.Line, Rule: e.Rule, Campaign: e.Campaign, Name: name, Amount: money.Amount(s.Amount)})
			}
		}
	}
	return out
}

// Called is what people know a rule by: its own name, else that of its campaign or
// its level; "" for one of the programme's own that has none.
func (p *Programme) Called(rule string) string {
	for _, r := range p.all {
		if r.ID == rule && r.Name != "" {
			return r.Name
		}
	}
	if c := p.CampaignOf(p.Owner(rule)); c != nil {
		return c.Name
	}
	for i := range p.Levels {
		for k := range p.Levels[i].Rules {
			if p.Levels[i].Rules[k].ID == rule {
				return p.Levels[i].Name
			}
		}
	}
	return ""
}
