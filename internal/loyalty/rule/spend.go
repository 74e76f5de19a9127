package rule

import (
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// kopecks is what points take off a price.
func (p *Programme) kopecks(points money.Points) (money.Amount, bool) {
	v, ok := money.MulDiv(int64(points), int64(p.Settings.PointValue), 100, money.Down)
	return money.Amount(v), ok
}

// points is the most points, in whole steps, that take off no more than an
// amount.
func (p *Programme) points(amount money.Amount) money.Points {
	v, ok := money.MulDiv(int64(amount), 100, int64(p.Settings.PointValue), money.Down)
	if !ok {
		return 0
	}
	return money.Points(v - v%int64(p.Settings.SpendStep))
}

// caps finds what points may take off each line and in all.
func (j *judgement) caps() {
	var sum money.Amount
	for i := range j.Lines {
		l, o := &j.r.Lines[i], &j.Lines[i]
		o.Most = 0
		if l.Payable {
			share, named := j.p.Spending.ByType[l.Type]
			if !named {
				share = j.p.Spending.Share
			}
			v, _ := share.Of(int64(o.Due), money.Down) // fits: a share is at most the whole
			o.Most = max(min(money.Amount(v), o.Due-j.floor[i]), 0)
		}
		j.a[i], j.b[i] = int64(o.Due), int64(o.Most)
		sum += o.Most
	}
	j.Allowed = j.p.points(sum)
	if !j.m.Known() {
		j.Allowed = 0
	}
	j.Most = min(j.Allowed, j.m.Spendable-j.m.Spendable%j.p.Settings.SpendStep)
}

// spend lets points take off what the buyer wishes.
func (j *judgement) spend() error {
	j.caps()
	w := j.r.Wish
	if !w.Max && w.Points == 0 {
		return nil
	}
	switch {
	case !j.m.Known():
		return fault.New(fault.Refused, "points.no-member")
	case w.Points < 0 || w.Points%j.p.Settings.SpendStep != 0:
		return fault.New(fault.Invalid, "points.step", "step", j.p.Settings.SpendStep)
	case w.Points > j.Allowed:
		return fault.New(fault.Refused, "points.above-allowed", "asked", w.Points, "most", j.Most)
	case w.Points > j.Most:
		return fault.New(fault.Refused, "points.not-enough", "asked", w.Points, "most", j.Most)
	}
	points := w.Points
	if w.Max {
		points = j.Most
	}
	if points == 0 {
		reason := WhyNoPoints
		if j.Allowed == 0 {
			reason = WhyNotPayable
		}
		j.why(SpendRule, false, reason, 0)
		return nil
	}
	cost, _ := j.p.kopecks(points) // fits: it is at most what the lines cost
	j.pay(points, cost)
	return nil
}

// SpendRule names paying with points.
const SpendRule = "spend"

// pay splits cost over the lines by the weights and caps that are set, and
// the points by what each line got.
func (j *judgement) pay(points money.Points, cost money.Amount) {
	shares, given := j.give(int64(cost))
	j.Spent, j.Paid = points, money.Amount(given)
	for i, v := range shares {
		l := &j.Lines[i]
		l.Paid = money.Amount(v)
		l.Due -= l.Paid
		j.a[i], j.b[i] = v, int64(points)
	}
	j.Due -= j.Paid
	j.effect(SpendRule, Payment, given, shares)
	j.why(SpendRule, true, WhySpent, given, "points", points)
	shares, _ = j.give(int64(points))
	for i, v := range shares {
		j.Lines[i].Points = money.Points(v)
	}
}
