package rule

import "slices"

// Idle is a code that the buyer has shown and that nothing acted by: it is not
// used up.
type Idle struct {
	Code   string `json:"code"` // folded
	Reason string `json:"reason"`
}

// Idle gives those of a receipt's codes by which nothing acted, with why, and of
// each the place in the trace that says so; -1: nothing there does.
func (o *Outcome) Idle(p *Programme, codes []Code) (out []Idle, told []int) {
	for i := range codes {
		c := &codes[i]
		if slices.Contains(o.Codes, c.Text) {
			continue
		}
		idle, at := Idle{Code: c.Text, Reason: WhyNothing}, o.idleStep(p.campaignOf(c), c.Text)
		if at >= 0 {
			idle.Reason = o.Trace[at].Reason
		}
		out, told = append(out, idle), append(told, at)
	}
	return out, told
}

// idleStep is where the trace says why a code did nothing: what is wrong with
// it, or why the first rule of its campaign did not act.
func (o *Outcome) idleStep(c *Campaign, code string) int {
	if i := slices.IndexFunc(o.Trace, func(s Step) bool { return s.Code == code }); i >= 0 || c == nil {
		return i
	}
	return slices.IndexFunc(o.Trace, func(s Step) bool { return s.Campaign == c.ID && s.Code == "" && !s.Applied })
}
