package rule

import "slices"

// own gives the programme rules of its own: a copy of a programme that judges
// shares them with it, and what Compile writes must not be seen there.
func (p *Programme) own() {
	p.Rules = ownRules(p.Rules)
	p.Levels = slices.Clone(p.Levels)
	for i := range p.Levels {
		p.Levels[i].Rules = ownRules(p.Levels[i].Rules)
	}
	p.Campaigns = slices.Clone(p.Campaigns)
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		c.When, c.Scope, c.Rules = slices.Clone(c.When), slices.Clone(c.Scope), ownRules(c.Rules)
	}
}

func ownRules(rules []Rule) []Rule {
	rules = slices.Clone(rules)
	for i := range rules {
		r := &rules[i]
		r.When, r.Scope = slices.Clone(r.When), slices.Clone(r.Scope)
		if r.Set == nil {
			continue
		}
		set := *r.Set
		set.Parts = slices.Clone(set.Parts)
		for k := range set.Parts {
			set.Parts[k].Scope = slices.Clone(set.Parts[k].Scope)
		}
		r.Set = &set
	}
	return rules
}
