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
		o := &j.Lines[i]
		o.Most = 0
		if share := j.share(i); share > 0 && !j.pushkinKeeps() {
			v, _ := share.Of(int64(o.Due), money.Down) // fits: a share is at most the whole
			o.Most = max(min(money.Amount(v), o.Due-j.least[i]), 0)
		}
		sum += o.Most
	}
	j.Allowed = j.p.points(sum)
	if j.pushkinKeeps() || !j.m.Known() || j.p.Gives == GivesDiscounts {
		j.Allowed = 0
	}
	j.Most = min(j.Allowed, j.m.Spendable-j.m.Spendable%j.p.Settings.SpendStep)
}

// share is what part of a line points may pay: by the first spending rule that
// covers it, else by the programme's own shares.
func (j *judgement) share(line int) money.Rate {
	l := &j.r.Lines[line]
	if !l.Payable {
		return 0
	}
	for i := range j.cands {
		c := &j.cands[i]
		if c.order != 3 || !j.chosen[i] || c.lines != nil && !c.lines[line] {
			continue
		}
		if j.dynamicHolds(c, j.dues()) {
			return c.rule.Rate
		}
	}
	share, named := j.p.Spending.ByType[l.Type]
	if !named {
		share = j.p.Spending.Share
	}
	return share
}

// dues is what conditions on amounts look at now: what the lines cost, or what
// they cost before all discounts.
func (j *judgement) dues() []money.Amount {
	for i := range j.Lines {
		j.before[i] = j.Lines[i].Due
		if j.p.Settings.ConditionsOn == BeforeAll {
			j.before[i] = j.Lines[i].Gross
		}
	}
	return j.before
}

// weights sets what points are split by: what each line costs, up to the most
// that points may take off it.
func (j *judgement) weights() {
	for i := range j.Lines {
		j.a[i], j.b[i] = int64(j.Lines[i].Due), int64(j.Lines[i].Most)
	}
}

// spendAtMost lets points take off what the buyer wishes, as far as it may be:
// for weighing a combination.
func (j *judgement) spendAtMost() {
	j.caps()
	points := min(j.r.Wish.Points, j.Most)
	if j.r.Wish.Max {
		points = j.Most
	}
	if points -= points % j.p.Settings.SpendStep; points <= 0 {
		return
	}
	cost, _ := j.p.kopecks(points)
	j.weights()
	j.pay(points, cost)
}

// spend lets points take off what the buyer wishes.
func (j *judgement) spend() error {
	j.caps()
	w := j.r.Wish
	if !w.Max && w.Points == 0 {
		return nil
	}
	switch {
	case j.p.none:
		return fault.New(fault.Refused, "points.no-programme")
	case j.m.Outside:
		return fault.New(fault.Refused, "points.no-account")
	case !j.m.Known():
		return fault.New(fault.Refused, "points.no-member")
	case w.Points < 0 || w.Points%j.p.Settings.SpendStep != 0:
		return fault.New(fault.Invalid, "points.step", "step", j.p.Settings.SpendStep)
	case w.Points > 0 && j.pushkinKeeps():
		return fault.New(fault.Refused, "points.pushkin")
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
		j.why(Step{Rule: SpendRule, Reason: reason})
		return nil
	}
	cost, _ := j.p.kopecks(points) // fits: it is at most what the lines cost
	j.weights()
	j.pay(points, cost)
	return nil
}

// SpendRule names paying with points.
const SpendRule = "spend"

// pay splits cost over the lines by the weights and caps that are set, and
// the points by what each line got.
func (j *judgement) pay(points money.Points, cost money.Amount) {
	n := len(j.Lines)
	w, caps, out := j.a[:n], j.b[:n], j.out[:n]
	given := money.SplitInto(out, int64(cost), w, caps)
	j.Spent, j.Paid = points, money.Amount(given)
	for i, v := range out {
		l := &j.Lines[i]
		l.Paid = money.Amount(v)
		l.Due -= l.Paid
		j.byLine[i] = v
		w[i], caps[i] = v, int64(points)
	}
	j.Due -= j.Paid
	if j.final {
		j.effect(Effect{Rule: SpendRule, Kind: Payment, Amount: given}, nil)
		j.why(Step{Rule: SpendRule, Applied: true, Reason: WhySpent, Amount: given, Args: args("points", points)})
	}
	money.SplitInto(out, int64(points), w, caps)
	for i, v := range out {
		j.Lines[i].Points = money.Points(v)
	}
}
