package rule

import (
	"strconv"

	"kopilka/internal/platform/money"
)

// A ticket under a memorandum, and whatever else has a least price, is lowered
// only as far as its terms and the programme let it be. Discounts and points
// have floors of their own, since a distributor may forbid the ones and allow
// the others.

// floorsOf is the least that a line may cost by discounts, and by points. A
// line that is cheaper already is left as it is.
func floorsOf(p *Programme, l *Line) (discounts, points money.Amount) {
	floor := floorOf(p, l)
	discounts, points = floor, floor
	if p.keepsDiscounts(l) {
		discounts = l.Gross
	}
	if p.keepsPoints(l) {
		points = l.Gross
	}
	return discounts, points
}

// floorOf is the least price of the line's units, or the programme's floor.
func floorOf(p *Programme, l *Line) money.Amount {
	unit := max(l.Least, p.Settings.PriceFloor)
	q := max(l.Quantity, 1000) // a broken quantity is one unit
	if l.Quantity%1000 != 0 && l.Least > 0 {
		q = l.Quantity
	}
	f, ok := q.Cost(unit, money.Up)
	if !ok || f > l.Gross {
		return l.Gross
	}
	return f
}

// keepsDiscounts tells whether no discount may lower the line at all.
func (p *Programme) keepsDiscounts(l *Line) bool {
	return l.Memorandum && (!p.Settings.DiscountMemorandum || l.strict() || l.Forbids != nil && l.Forbids.NoDiscounts) || p.keepsLeast(l)
}

// keepsPoints tells whether no points may lower the line at all.
func (p *Programme) keepsPoints(l *Line) bool {
	return l.Memorandum && (!p.Settings.SpendMemorandum || l.strict() || l.Forbids != nil && l.Forbids.NoPoints) || p.keepsLeast(l)
}

// keepsLeast tells whether nothing may lower the line since it has a least
// price.
func (p *Programme) keepsLeast(l *Line) bool { return l.Least > 0 && !p.Settings.LowerLeast }

// strict tells that the line is under a memorandum of which nothing else is
// known.
func (l *Line) strict() bool { return l.Forbids == nil && l.Least == 0 }

// keepsEarning tells whether the line earns nothing by its memorandum.
func (p *Programme) keepsEarning(l *Line) bool {
	return l.Memorandum && (!p.Settings.EarnMemorandum || l.Forbids != nil && l.Forbids.NoEarning)
}

// MemorandumRule, LeastRule and PushkinRule name what is no rule and yet has
// its say in a trace.
const (
	MemorandumRule = "memorandum"
	LeastRule      = "least-price"
	PushkinRule    = "pushkin"
)

// PushkinKind is the kind of payment of a Pushkin card, folded.
const PushkinKind = "pushkin"

// pushkin is what a Pushkin card pays.
func (r *Receipt) pushkin() (sum money.Amount) {
	for _, p := range r.Payments {
		if p.Kind == PushkinKind {
			sum += p.Amount
		}
	}
	return sum
}

// pushkinKeeps tells whether no points are spent as a Pushkin card pays.
func (j *judgement) pushkinKeeps() bool { return !j.p.Settings.PushkinSpend && j.r.pushkin() > 0 }

// tellTerms says which lines keep their price, or earn nothing, by their terms.
func (j *judgement) tellTerms() {
	p := j.p
	if p.none {
		return
	}
	j.tellLines(MemorandumRule, WhyMemoDiscounts, func(l *Line) bool { return l.Memorandum && p.keepsDiscounts(l) })
	j.tellLines(MemorandumRule, WhyMemoPoints, func(l *Line) bool { return l.Memorandum && p.keepsPoints(l) })
	j.tellLines(MemorandumRule, WhyMemoEarning, p.keepsEarning)
	if j.pushkinKeeps() {
		j.why(Step{Rule: PushkinRule, Applied: true, Reason: WhyPushkinPoints})
	}
	if !p.Settings.PushkinEarn && j.r.pushkin() > 0 {
		j.why(Step{Rule: PushkinRule, Applied: true, Reason: WhyPushkinEarning})
	}
	j.tellLines(LeastRule, WhyLeast, func(l *Line) bool { return !l.Memorandum && p.keepsLeast(l) })
}

// tellLines adds a step about the lines that something is so of.
func (j *judgement) tellLines(rule, reason string, so func(*Line) bool) {
	var lines []string
	for i := range j.r.Lines {
		if so(&j.r.Lines[i]) {
			lines = append(lines, strconv.Itoa(i+1))
		}
	}
	if lines != nil {
		j.why(Step{Rule: rule, Applied: true, Reason: reason, Args: args("lines", lines)})
	}
}
