package rule

import (
	"slices"

	"kopilka/internal/platform/id"
)

// Refusals gives for each rule that an outcome's trace does not name why it
// could not act on the receipt: the first of its conditions that failed, with
// what was found and what was needed. closed tells that the till had set the
// prices already (Record).
func Refusals(p *Programme, r *Receipt, m *Member, usedUp []string, out *Outcome, closed bool) (steps []Step) {
	j, err := newJudgement(p, r, m)
	if err != nil {
		return nil
	}
	j.usedUp, j.Spent = usedUp, out.Spent
	for i := range out.Lines {
		j.Lines[i].Due = out.Lines[i].Due + out.Lines[i].Paid // before points
	}
	named := map[string]bool{}
	for i := range out.Trace {
		named[out.Trace[i].Rule] = true
	}
	shared := make([]bool, len(r.Lines)) // lines whose share of points a rule has told
	for _, x := range p.all {
		if named[x.ID] {
			continue
		}
		if step := j.whyNot(x, shared, closed); step != nil {
			step.Rule, step.Campaign = x.ID, x.campaignID()
			steps = append(steps, *step)
		}
	}
	return steps
}

// whyNot says how a rule that the trace does not name stands to the receipt.
func (j *judgement) whyNot(r *Rule, shared []bool, closed bool) *Step {
	c, step := j.candidate(r)
	switch {
	case step != nil && step.Reason == WhyNoUnits:
		return j.noUnits(r)
	case step != nil:
		return step
	case r.Kind == ShareRule:
		return j.whyShare(c, shared)
	case c.order <= 2 && closed:
		return &Step{Reason: WhyClosed}
	case r.Kind == AccrualRule:
		if reason := j.earnsNot(); reason != "" {
			return &Step{Reason: reason}
		}
	}
	return nil
}

// whyShare tells of a rule on the share that points may pay.
func (j *judgement) whyShare(c *candidate, shared []bool) *Step {
	if step := j.unmetAmount(c, j.dues()); step != nil {
		return step
	}
	any := false
	for i := range shared {
		if (c.lines == nil || c.lines[i]) && !shared[i] {
			shared[i], any = true, true
		}
	}
	if !any {
		return &Step{Reason: WhyShareSet}
	}
	return &Step{Applied: true, Reason: WhyShare, Args: args("rate", c.rule.Rate)}
}

// noUnits says why nothing in the receipt is a rule's: the first condition on
// lines that none of them meets, if there is one.
func (j *judgement) noUnits(r *Rule) *Step {
	scopes := [][]Condition{r.Scope}
	if r.campaign != nil {
		scopes = append(scopes, r.campaign.Scope)
	}
	if r.Set != nil {
		for i := range r.Set.Parts {
			scopes = append(scopes, r.Set.Parts[i].Scope)
		}
	}
	for _, cs := range scopes {
		for i := range cs {
			if all, met := j.foundInLines(&cs[i]); !met {
				return &Step{Reason: unmet(cs[i].Field), Args: cs[i].told(all)}
			}
		}
	}
	return &Step{Reason: WhyNoUnits}
}

// foundInLines collects what the lines have under a condition's field, each
// once, and tells whether any of them meets it.
func (j *judgement) foundInLines(c *Condition) (all *found, met bool) {
	all = &found{}
	for i := range j.r.Lines {
		var f found
		f.ofLine(c, &j.r.Lines[i])
		if c.holds(&f) {
			return nil, true
		}
		all.known = all.known || f.known
		if c.info.Ranged() && f.known && (all.n == 0 || f.n > all.n) {
			all.n = f.n
		}
		all.words = appendNew(all.words, f.words)
		all.ids = appendNew(all.ids, f.ids)
	}
	return all, false
}

func appendNew[T string | id.ID](to, more []T) []T {
	for _, v := range more {
		if !slices.Contains(to, v) {
			to = append(to, v)
		}
	}
	return to
}
