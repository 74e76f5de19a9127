package rule

import (
	"kopilka/internal/platform/money"
)

// discount lets a candidate lower prices.
func (j *judgement) discount(c *candidate) {
	r := c.rule
	picked := j.inScope(c.lines)
	if !j.dynamicHolds(c, j.before) {
		return
	}
	j.noteGot(c)
	switch r.way {
	case wayPrice:
		j.tariff(c, picked)
	case wayPositions:
		j.positions(c, picked)
	case wayTake:
		j.take(c, picked)
	case wayCheapest:
		j.cheapest(c, picked)
	case waySet:
		j.set(c)
	default:
		sum := j.kindPart(r, j.sumOf(picked), j.Due)
		if amount := j.off(r, picked, sum); amount > 0 {
			c.asked += amount
			j.cut(c, picked, amount)
		}
	}
	c.acts = c.acts || c.gave > 0
	if j.final {
		j.tellDiscount(c)
	}
}

// off is what a rule takes off units that cost sum.
func (j *judgement) off(r *Rule, picked []int, sum money.Amount) money.Amount {
	switch r.way {
	case wayRate:
		return j.rateOf(r.Rate, sum)
	case wayAmount:
		if r.EachUnit {
			v, ok := money.MulDiv(int64(r.Amount), j.unitsOf(picked), 1, money.Down)
			if !ok || v > int64(sum) {
				return sum
			}
			return money.Amount(v)
		}
		return min(r.Amount, sum)
	case wayTable:
		return j.byTable(r, j.tableValue(r, int64(sum), j.unitsOf(picked)), sum)
	}
	return 0
}

func (j *judgement) rateOf(rate money.Rate, sum money.Amount) money.Amount {
	v, ok := rate.Of(int64(sum), j.p.Settings.Round)
	if !ok {
		return sum
	}
	return money.Amount(v)
}

func (j *judgement) unitsOf(picked []int) (n int64) {
	for _, i := range picked {
		n += j.segs[i].count
	}
	return n
}

// tableValue is what a rule's table is read by.
func (j *judgement) tableValue(r *Rule, sum, units int64) int64 {
	switch r.By {
	case ByCount:
		return units
	case ByPast:
		return int64(j.m.Turnover)
	case ByUsed:
		return int64(j.m.Used)
	}
	return sum
}

// byTable is what the table's step takes off.
func (j *judgement) byTable(r *Rule, value int64, sum money.Amount) money.Amount {
	row := r.row(value)
	if row == nil {
		return 0
	}
	if row.Amount > 0 {
		return min(row.Amount, sum)
	}
	if j.p.Settings.Progressive == OnPart && (r.By == "" || r.By == BySum) {
		return money.Amount(min(j.marginal(r, int64(sum)), int64(sum)))
	}
	return j.rateOf(row.Rate, sum)
}

// row is the last step of the table that a value has reached, nil for none.
func (r *Rule) row(value int64) *Row {
	var got *Row
	for i := range r.Table {
		if value >= r.Table[i].From {
			got = &r.Table[i]
		}
	}
	return got
}

// marginal lets each step's rate act on the part above it, rounded once.
func (j *judgement) marginal(r *Rule, sum int64) int64 {
	var whole, rest int64 // in kopecks and in millionths of one
	for i := range r.Table {
		upTo := sum
		if i+1 < len(r.Table) {
			upTo = min(upTo, r.Table[i+1].From)
		}
		part := upTo - r.Table[i].From
		if part <= 0 {
			continue
		}
		rate := int64(r.Table[i].Rate)
		v, ok := money.MulDiv(part, rate, int64(money.Whole), money.Down)
		if !ok {
			return sum
		}
		whole += v
		rest += mulMod(part, rate)
	}
	extra, _ := money.MulDiv(rest, 1, int64(money.Whole), j.p.Settings.Round)
	return whole + extra
}

// mulMod is part × rate modulo a million, without overflow.
func mulMod(part, rate int64) int64 {
	const m = int64(money.Whole)
	return (part % m) * (rate % m) % m
}

// tariff gives units the price that is open where it is lower than theirs.
func (j *judgement) tariff(c *candidate, picked []int) {
	for _, i := range append([]int(nil), picked...) {
		s := &j.segs[i]
		l := &j.r.Lines[s.line]
		price, ok := l.Quantity.Cost(c.rule.Amount, money.HalfUp)
		if !ok || price >= s.sum {
			continue
		}
		c.asked += s.sum - price
		j.cut(c, []int{i}, s.sum-price)
	}
}

// kindPart is the part of a sum that falls on the kinds of payment that the
// rule asks for: the receipt costs due, and what other kinds pay is taken off.
func (j *judgement) kindPart(r *Rule, sum, due money.Amount) money.Amount {
	if r.onPayment == nil || due <= 0 {
		return sum
	}
	var others money.Amount
	for _, p := range j.r.Payments {
		if !r.onPayment.wordsHold([]string{p.Kind}) {
			others += p.Amount
		}
	}
	v, _ := money.MulDiv(int64(sum), int64(max(due-others, 0)), int64(due), money.Down)
	return money.Amount(v)
}
