package rule

import (
	"slices"

	"kopilka/internal/platform/money"
)

// tooFew says of what there is less than a rule needs to give anything, where
// lines count as they do in amounts; nil where that is not what it lacks.
func (j *judgement) tooFew(c *candidate, amounts []money.Amount) *Step {
	switch r := c.rule; r.way {
	case wayTake:
		return few(WhyFewUnits, j.unitsIn(c.lines), r.Take)
	case wayCheapest:
		return few(WhyFewUnits, j.unitsIn(c.lines), r.Cheapest.Of)
	case wayPositions:
		first := slices.MinFunc(r.Positions, func(a, b Position) int { return int(min(max(a.N-b.N, -1), 1)) })
		return few(WhyFewUnits, j.unitsIn(c.lines), first.N)
	case waySet:
		return j.tooFewOfSet(c)
	case wayEach:
		return few(WhyFewSum, j.kindPart(r, sumIn(amounts, c.lines), j.Due), r.Each)
	case wayTable:
		return j.belowTable(c, amounts)
	}
	return nil
}

// few is the step of what was found, if it is less than needed.
func few[N int64 | money.Amount](reason string, found, needed N) *Step {
	if found >= needed {
		return nil
	}
	return &Step{Reason: reason, Args: args("found", found, "needed", needed)}
}

// belowTable says that what a table is read by is below its first step.
func (j *judgement) belowTable(c *candidate, amounts []money.Amount) *Step {
	first := c.rule.Table[0].From
	switch c.rule.By {
	case ByCount:
		return few(WhyFewUnits, j.unitsIn(c.lines), first)
	case ByPast:
		return few(WhyFewPast, j.m.Turnover, money.Amount(first))
	case ByUsed:
		return few(WhyFewUsed, j.m.Used, money.Amount(first))
	}
	return few(WhyFewSum, j.kindPart(c.rule, sumIn(amounts, c.lines), j.Due), money.Amount(first))
}

// tooFewOfSet says which part has too few units for one set; where parts share
// their units and none alone has, how many there are of all.
func (j *judgement) tooFewOfSet(c *candidate) *Step {
	var needed int64
	any := make([]bool, len(j.Lines))
	for i, part := range c.rule.Set.Parts {
		if s := few(WhyFewOfSet, j.unitsIn(c.parts[i]), part.Count); s != nil {
			return s
		}
		needed += part.Count
		for line, in := range c.parts[i] {
			any[line] = any[line] || in
		}
	}
	return few(WhyFewOfSet, j.unitsIn(any), needed)
}

// lost says why a candidate is not in the best combination: it could give
// nothing in any, as there is too little of something; or another gives more.
func (j *judgement) lost(c *candidate) Step {
	if !c.acts {
		if step := j.neverActs(c); step != nil {
			return *step
		}
	}
	switch {
	case j.Discount > 0:
		return Step{Reason: WhyLost, Args: args("best", j.Discount)}
	case j.Earned > 0:
		return Step{Reason: WhyLostPoints, Args: args("best", j.Earned)}
	}
	return Step{Reason: c.nothing()}
}

// neverActs says why a candidate gave nothing in any combination that was
// weighed; nil where those that were not might have let it.
func (j *judgement) neverActs(c *candidate) *Step {
	gross, now := make([]money.Amount, len(j.Lines)), make([]money.Amount, len(j.Lines))
	if step := j.unmetAmount(c, now); step != nil { // also of the least sum
		for i := range gross {
			gross[i] = j.Lines[i].Gross
		}
		if step := j.unmetAmount(c, gross); step != nil {
			return step
		}
	}
	copy(now, gross)
	if !j.pruned {
		copy(now, j.conditionBase(c))
	}
	if step := j.tooFew(c, now); step != nil || j.pruned {
		return step
	}
	return &Step{Reason: c.nothing()}
}

// conditionBase is what each line counts for a rule: what it earns on, or what
// it costs.
func (j *judgement) conditionBase(c *candidate) []money.Amount {
	if c.order < 4 {
		return j.dues()
	}
	out := make([]money.Amount, len(j.Lines))
	for i, v := range j.bases() {
		out[i] = money.Amount(v)
	}
	return out
}

// nothing is why a rule gave nothing for which nothing is too little.
func (c *candidate) nothing() string {
	if c.rule.Kind == AccrualRule {
		return WhyEarnsNothing
	}
	return WhyNothing
}
