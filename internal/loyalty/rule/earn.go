package rule

import (
	"slices"

	"kopilka/internal/platform/money"
)

// earn lets each line earn by the rate of its type. Lines of one rate are one
// rule: it is rounded once and then split over them.
func (j *judgement) earn() {
	name := j.p.Earning.Rule
	switch {
	case !j.m.Known():
		j.why(name, false, WhyNoMember, 0)
		return
	case j.Spent > 0 && !j.p.Settings.EarnWithSpend:
		j.why(name, false, WhyNotEarnedPaid, 0)
		return
	}
	for _, typ := range j.types() {
		j.earnType(name, typ)
	}
}

// types gives the types that are named by the rule and stand in the receipt,
// in their order there, and "" for all others.
func (j *judgement) types() []string {
	var out []string
	for i := range j.r.Lines {
		t := j.r.Lines[i].Type
		if _, named := j.p.Earning.ByType[t]; !named {
			t = ""
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func (j *judgement) earnType(name, typ string) {
	rate := j.p.Earning.Rate
	if typ != "" {
		name += "." + typ
		rate = j.p.Earning.ByType[typ]
	}
	var base int64
	for i := range j.Lines {
		j.a[i], j.b[i] = 0, 0
		if l := &j.r.Lines[i]; l.Earns && j.ofType(l, typ) {
			j.a[i] = int64(j.base(i))
			base += j.a[i]
		}
	}
	earned, ok := rate.Of(base, j.p.Settings.Round)
	if ok {
		earned, ok = money.Step(earned, int64(j.p.Settings.AccrualStep), j.p.Settings.Round)
	}
	if !ok || earned == 0 {
		j.why(name, false, WhyEarnsNothing, 0, "base", money.Amount(base), "rate", rate)
		return
	}
	for i := range j.b {
		if j.a[i] > 0 {
			j.b[i] = earned
		}
	}
	shares, given := j.give(earned)
	for i, v := range shares {
		j.Lines[i].Earned += money.Points(v)
	}
	j.Earned += money.Points(given)
	j.effect(name, Accrual, given, shares)
	j.why(name, true, WhyEarned, given, "base", money.Amount(base), "rate", rate)
}

func (j *judgement) ofType(l *Line, typ string) bool {
	if typ != "" {
		return l.Type == typ
	}
	_, named := j.p.Earning.ByType[l.Type]
	return !named
}

// base is what a line earns on.
func (j *judgement) base(i int) money.Amount {
	l := &j.Lines[i]
	b := l.Gross
	if j.p.Settings.EarnOn == AfterDiscounts {
		b -= l.Discount
	}
	if j.p.Settings.EarnMoneyOnly {
		b -= l.Paid
	}
	return max(b, 0)
}
