package rule

import (
	"cmp"
	"slices"

	"kopilka/internal/platform/money"
)

// Bounds on hints.
const (
	MaxHints     = 3               // that are told
	maxHintTries = 12              // receipts that are judged to find them
	maxHintUnits = 2               // more units that a hint may ask for
	maxHintMore  = money.Rate(3e5) // more money, as a part of what is in scope: 30 %
)

// Hint tells what a little more in the receipt would bring by a rule. It is
// found by judging the larger receipt, and promises no more than that gives:
// neither more than the rule's own gain nor than that of the whole receipt.
type Hint struct {
	Rule     string
	Campaign string       // "": base
	Line     int          // the cheapest line that fits, index from 0
	Units    int64        // so many more of it, or
	Amount   money.Amount // so much more money for what is like it
	Saves    money.Amount // more discount
	Earns    money.Points // more points
}

// lack is what a candidate is short of.
type lack struct {
	lines  []bool // that fit; nil: all
	units  int64
	amount money.Amount
}

// Hints finds the rules that lack a unit or two, or a little money, to give
// more than they do in an outcome; those that give most come first.
func Hints(p *Programme, r *Receipt, m *Member, usedUp []string, out *Outcome) []Hint {
	j, err := newJudgement(p, r, m)
	if err != nil {
		return nil
	}
	j.usedUp, j.final = usedUp, false
	j.gather()
	copy(j.Lines, out.Lines)
	j.Effects = out.Effects
	j.Due, j.Discount, j.Spent, j.Paid = out.Due, out.Discount, out.Spent, out.Paid
	var hints []Hint
	tries := 0
	for i := range j.cands {
		c := &j.cands[i]
		l, ok := j.lacks(c)
		if !ok {
			continue
		}
		if tries++; tries > maxHintTries {
			break
		}
		if h, ok := j.tryHint(c, &l, out); ok {
			hints = append(hints, h)
		}
	}
	slices.SortStableFunc(hints, func(a, b Hint) int {
		return cmp.Or(cmp.Compare(b.Saves, a.Saves), cmp.Compare(b.Earns, a.Earns))
	})
	return hints[:min(len(hints), MaxHints)]
}

// tryHint judges the larger receipt.
func (j *judgement) tryHint(c *candidate, l *lack, out *Outcome) (h Hint, ok bool) {
	line := j.cheapestLine(l.lines)
	if line < 0 {
		return h, false
	}
	larger := *j.r
	larger.Lines = slices.Clone(j.r.Lines)
	if x := &larger.Lines[line]; l.units > 0 {
		x.Gross += money.Amount(l.units) * (x.Gross / money.Amount(x.Units()))
		x.Quantity += money.Quantity(l.units) * money.Piece
	} else {
		more := *x
		more.Quantity, more.Gross, more.Least = money.Piece, l.amount, 0
		larger.Lines = append(larger.Lines, more)
	}
	got, err := Judge(j.p, &larger, j.m, j.usedUp)
	if err != nil {
		return h, false
	}
	h = Hint{Rule: c.rule.ID, Campaign: c.rule.campaignID(), Line: line, Units: l.units, Amount: l.amount}
	saved, earned := got.of(c.rule.ID)
	was, had := out.of(c.rule.ID)
	h.Saves = max(min(saved-was, got.Discount-out.Discount), 0)
	h.Earns = max(min(earned-had, got.Earned-out.Earned), 0)
	return h, h.Saves > 0 || h.Earns > 0
}

// of is what a rule took off and what it earned.
func (o *Outcome) of(rule string) (off money.Amount, earned money.Points) {
	for i := range o.Effects {
		switch e := &o.Effects[i]; {
		case e.Rule != rule:
		case e.Kind == Discount:
			off += money.Amount(e.Amount)
		case e.Kind == Accrual:
			earned += money.Points(e.Amount)
		}
	}
	return off, earned
}

// cheapestLine is the line with the cheapest whole units among those that
// fit; -1 where there is none.
func (j *judgement) cheapestLine(fit []bool) int {
	best, price := -1, money.Amount(0)
	for i := range j.r.Lines {
		l := &j.r.Lines[i]
		if fit != nil && !fit[i] || l.Quantity < money.Piece || l.Quantity%money.Piece != 0 {
			continue
		}
		if p := l.Gross / money.Amount(l.Units()); p > 0 && (best < 0 || p < price) {
			best, price = i, p
		}
	}
	return best
}

// lacks finds what a discount or accrual is short of.
func (j *judgement) lacks(c *candidate) (lack, bool) {
	r := c.rule
	if r.Kind != DiscountRule && r.Kind != AccrualRule {
		return lack{}, false
	}
	cs := r.When
	if r.campaign != nil {
		cs = append(slices.Clip(cs), r.campaign.When...)
	}
	for i := range cs {
		if from := cs[i].From; from == nil {
			continue
		} else if l, ok := j.short(c, cs[i].Field, *from); ok {
			return l, true
		}
	}
	n := j.unitsIn(c.lines)
	switch r.way {
	case wayTake:
		if n%r.Take != 0 {
			return c.moreUnits(c.lines, r.Take-n%r.Take)
		}
	case wayCheapest:
		return c.moreUnits(c.lines, r.Cheapest.Of-n)
	case waySet:
		return j.lacksOfSet(c)
	case wayTable:
		return j.lacksOfTable(c)
	}
	return lack{}, false
}

func (c *candidate) moreUnits(lines []bool, n int64) (lack, bool) {
	return lack{lines: lines, units: n}, n > 0 && n <= maxHintUnits
}

// short tells what is missing to what a sum or a count must come to.
func (j *judgement) short(c *candidate, of Field, from int64) (lack, bool) {
	switch of {
	case FieldCount:
		return c.moreUnits(c.lines, from-j.unitsIn(c.lines))
	case FieldSum:
		sum := j.sumNow(c)
		missing := money.Amount(from) - sum
		most, ok := maxHintMore.Of(int64(sum), money.Down)
		return lack{lines: c.lines, amount: missing}, ok && missing > 0 && int64(missing) <= most
	}
	return lack{}, false
}

// sumNow is what the units in a candidate's scope cost, as it sees them.
func (j *judgement) sumNow(c *candidate) (sum money.Amount) {
	var base []int64
	if c.order >= 4 {
		base = j.bases()
	}
	for i := range j.Lines {
		switch l := &j.Lines[i]; {
		case c.lines != nil && !c.lines[i]:
		case j.p.Settings.ConditionsOn == BeforeAll, c.order <= 1:
			sum += l.Gross
		case base != nil:
			sum += money.Amount(base[i])
		default:
			sum += l.Gross - j.offEarlier(i)
		}
	}
	return sum
}

// offEarlier is what a line was lowered by before the stage of the receipt.
func (j *judgement) offEarlier(line int) (sum money.Amount) {
	for i := range j.Effects {
		e := &j.Effects[i]
		if e.Kind != Discount || !slices.ContainsFunc(j.cands, func(c candidate) bool { return c.order <= 1 && c.rule.ID == e.Rule }) {
			continue
		}
		for _, s := range e.Shares {
			if s.Line == line {
				sum += money.Amount(s.Amount)
			}
		}
	}
	return sum
}

// lacksOfTable finds what is missing to the next step of a table.
func (j *judgement) lacksOfTable(c *candidate) (lack, bool) {
	of := FieldSum
	switch c.rule.By {
	case ByCount:
		of = FieldCount
	case ByPast, ByUsed:
		return lack{}, false
	}
	for i := range c.rule.Table {
		if l, ok := j.short(c, of, c.rule.Table[i].From); ok {
			return l, true
		}
	}
	return lack{}, false
}

// lacksOfSet finds the one part of a set of which there are too few units for
// one set more.
func (j *judgement) lacksOfSet(c *candidate) (lack, bool) {
	s := c.rule.Set
	next := j.sets(c) + 1
	if s.Most > 0 && next > s.Most {
		return lack{}, false
	}
	best, found := lack{}, false
	for i := range s.Parts {
		missing := next*s.Parts[i].Count - j.unitsIn(c.parts[i])
		if missing <= 0 {
			continue
		}
		l, ok := c.moreUnits(c.parts[i], missing)
		if !ok || found {
			return lack{}, false
		}
		best, found = l, true
	}
	if found {
		return best, true
	}
	// Parts share their units: one more of the first may be enough.
	return c.moreUnits(c.parts[0], 1)
}
