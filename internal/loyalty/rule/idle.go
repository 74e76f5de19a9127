package rule

import "slices"

// Idle is a code that the buyer has shown and that nothing acted by: it is not
// used up.
type Idle struct {
	Code   string `json:"code"` // folded
	Reason string `json:"reason"`
}

// Idle gives those of a receipt's codes by which nothing acted, with why.
func (o *Outcome) Idle(p *Programme, codes []Code) (out []Idle) {
	for i := range codes {
		if c := &codes[i]; !slices.Contains(o.Codes, c.Text) {
			out = append(out, Idle{Code: c.Text, Reason: o.whyIdle(p.campaignOf(c), c.Text)})
		}
	}
	return out
}

// whyIdle is why a code did nothing: what is wrong with it, or why the first
// rule of its campaign did not act.
func (o *Outcome) whyIdle(c *Campaign, code string) string {
	if s := o.idleStep(c, code); s != nil {
		return s.Reason
	}
	return WhyNothing
}

// IdleSteps are the steps of the trace that each of Idle has its reason from, in
// its order; nil where there is none.
func (o *Outcome) IdleSteps(p *Programme, codes []Code) (out []*Step) {
	for i := range codes {
		if c := &codes[i]; !slices.Contains(o.Codes, c.Text) {
			out = append(out, o.idleStep(p.campaignOf(c), c.Text))
		}
	}
	return out
}

func (o *Outcome) idleStep(c *Campaign, code string) *Step {
	for i := range o.Trace {
		if s := &o.Trace[i]; s.Code == code {
			return s
		}
	}
	for i := range o.Trace {
		if s := &o.Trace[i]; c != nil && s.Campaign == c.ID && !s.Applied {
			return s
		}
	}
	return nil
}
