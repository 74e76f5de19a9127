package rule

import (
	"slices"

	"kopilka/internal/platform/money"
)

// candidate is a rule whose standing conditions hold: only amounts, the
// combination and limits can still keep it from acting.
type candidate struct {
	rule  *Rule
	order int
	lines []bool   // in its scope; nil: all
	parts [][]bool // of a set, by part
	asked money.Amount
	gave  money.Amount
	met   bool // its conditions on amounts held
	acts  bool // it gave something in a combination that was weighed
}

// opening is how a campaign stands to the receipt.
type opening struct {
	campaign *Campaign
	open     bool
	code     string // that opens it
	step     Step   // why not
}

// gather finds the rules that may act.
func (j *judgement) gather() {
	coded := j.codes()
	var buf [32]*Rule
	rules := j.p.index.find(buf[:0], j.r, j.m, coded)
	j.cands = make([]candidate, 0, len(rules))
	for _, r := range rules {
		if c, _ := j.candidate(r); c != nil {
			j.cands = append(j.cands, *c)
		}
	}
}

// candidate tells whether a rule may act, or why not.
func (j *judgement) candidate(r *Rule) (*candidate, *Step) {
	if step := j.standing(r); step != nil {
		return nil, step
	}
	c := &candidate{rule: r, order: r.order()}
	if r.scoped {
		c.lines = make([]bool, len(j.r.Lines))
		if !j.scope(c.lines, r) {
			return nil, &Step{Reason: WhyNoUnits}
		}
	}
	if r.way == waySet {
		for i := range r.Set.Parts {
			lines := make([]bool, len(j.r.Lines))
			any := false
			for k := range lines {
				lines[k] = (c.lines == nil || c.lines[k]) && j.lineHolds(r.Set.Parts[i].Scope, k)
				any = any || lines[k]
			}
			if !any {
				return nil, &Step{Reason: WhyNoUnits}
			}
			c.parts = append(c.parts, lines)
		}
	}
	return c, nil
}

// standing checks what does not depend on amounts: switches, dates, the
// campaign, the member, the outlet, the time.
func (j *judgement) standing(r *Rule) *Step {
	switch {
	case r.Off:
		return &Step{Reason: WhyOff}
	case !within(j.r.Day, r.From, r.To):
		return &Step{Reason: WhyDates, Args: args("day", j.r.Day, "from", r.From, "to", r.To)}
	case r.level != "" && j.m.Level != r.level:
		return j.unmetLevel(r)
	case j.p.Gives == GivesPoints && r.order() <= 2, j.p.Gives == GivesDiscounts && (r.Kind == AccrualRule || r.Kind == ShareRule):
		return &Step{Reason: WhyGives}
	}
	if r.campaign != nil {
		if o := j.opening(r.campaign); !o.open {
			step := o.step
			return &step
		}
	}
	return j.whenHolds(r.When)
}

// unmetLevel says that the level whose rule it is is not held.
func (j *judgement) unmetLevel(r *Rule) *Step {
	found := []string{}
	if j.m.Level != "" {
		found = append(found, j.m.Level)
	}
	return &Step{Reason: unmet(FieldLevel), Args: args("found", found, "needed", Wanted{In: []string{r.level}})}
}

// whenHolds checks conditions of a receipt and its member, but those on
// amounts.
func (j *judgement) whenHolds(cs []Condition) *Step {
	for i := range cs {
		c := &cs[i]
		switch c.Field {
		case FieldSum, FieldCount:
			continue
		case FieldPayment:
			if len(j.r.Payments) == 0 {
				return &Step{Reason: WhyIfPayment, Args: args("needed", c.In)}
			}
			continue
		}
		var f found
		if c.info.Of == OfMember {
			if j.m == nil {
				continue // asked without a look at the member
			}
			f.ofMember(c, j.m, j.r.Day)
		} else {
			f.ofReceipt(c, j.r)
		}
		if !c.holds(&f) {
			return &Step{Reason: unmet(c.Field), Args: c.told(&f)}
		}
	}
	return nil
}

// scope marks the lines that a rule falls on and tells whether there is any.
func (j *judgement) scope(lines []bool, r *Rule) (any bool) {
	for i := range lines {
		lines[i] = j.lineHolds(r.Scope, i) && (r.campaign == nil || j.lineHolds(r.campaign.Scope, i))
		any = any || lines[i]
	}
	return any
}

func (j *judgement) lineHolds(cs []Condition, line int) bool {
	for i := range cs {
		var f found
		f.ofLine(&cs[i], &j.r.Lines[line])
		if !cs[i].holds(&f) {
			return false
		}
	}
	return true
}

// dynamicHolds checks the conditions on amounts: the units in scope as they
// cost before the stage.
func (j *judgement) dynamicHolds(c *candidate, before []money.Amount) bool {
	c.met = true
	if j.unmetAmount(c, before) != nil {
		c.met = false
	}
	return c.met
}

// unmetAmount is the step of the condition on amounts that does not hold.
func (j *judgement) unmetAmount(c *candidate, before []money.Amount) *Step {
	r := c.rule
	if r.campaign != nil && r.campaign.MaxUnits > 0 {
		if n := j.unitsIn(c.lines); n > r.campaign.MaxUnits {
			return &Step{Reason: WhyMaxUnits, Args: args("found", n, "needed", r.campaign.MaxUnits)}
		}
	}
	if !r.dynamic {
		return nil
	}
	cs := r.When
	if r.campaign != nil {
		cs = append(slices.Clip(cs), r.campaign.When...)
	}
	for i := range cs {
		var f found
		switch cs[i].Field {
		case FieldSum:
			f.number(int64(sumIn(before, c.lines)))
		case FieldCount:
			f.number(j.unitsIn(c.lines))
		default:
			continue
		}
		if !cs[i].holds(&f) {
			return &Step{Reason: unmet(cs[i].Field), Args: cs[i].told(&f)}
		}
	}
	return nil
}

func sumIn(amounts []money.Amount, lines []bool) (sum money.Amount) {
	for i, v := range amounts {
		if lines == nil || lines[i] {
			sum += v
		}
	}
	return sum
}

func (j *judgement) unitsIn(lines []bool) (n int64) {
	for i := range j.r.Lines {
		if lines == nil || lines[i] {
			n += j.r.Lines[i].Units()
		}
	}
	return n
}
