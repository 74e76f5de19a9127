package rule

import (
	"slices"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// earning is what one accrual rule gives, line by line.
type earning struct {
	rule   *Rule // nil: the programme's own
	id     string
	group  string
	amount int64   // hundredths, in all
	lines  []int64 // of it
	on     []int64 // what each line earns on
	base   money.Amount
	rate   money.Rate
	beaten string // by which rule of its group, on some lines or all
	short  *Step  // of what there is too little
}

// BaseGroup is the rule group of the programme's own earning.
const BaseGroup = "base"

// earn lets the receipt earn points. Each rule is rounded once and then split
// over its lines.
func (j *judgement) earn() {
	j.Earned, j.tooMuch = 0, false
	for i := range j.Lines {
		j.Lines[i].Earned = 0
	}
	if reason := j.earnsNot(); reason != "" {
		j.why(Step{Rule: j.p.Earning.Rule, Reason: reason})
		return
	}
	base := j.bases()
	j.amounts = j.amounts[:0]
	for _, typ := range j.types() {
		j.earnType(typ, base)
	}
	j.byRules(base, 4)
	j.bestOfGroups()
	normal := len(j.amounts)
	j.multiply()
	if len(j.amounts) > normal {
		j.bestOfGroups()
	}
	j.collect()
}

// earnsTooMuch refuses a receipt of which some rule, or all together, would
// make more points than can be kept: no points are left out silently.
func (j *judgement) earnsTooMuch() error {
	if j.tooMuch || j.Earned > maxEarned {
		return fault.New(fault.Refused, "purchase.earned-most", "most", money.Points(maxEarned))
	}
	return nil
}

// earnsNot says why nothing is earned at all; "" where something may be.
func (j *judgement) earnsNot() string {
	switch {
	case !j.m.Known():
		return j.m.whyUnknown()
	case j.p.Gives == GivesDiscounts:
		return WhyGives
	case j.Spent > 0 && !j.p.Settings.EarnWithSpend:
		return WhyNotEarnedPaid
	}
	l := j.level()
	if l == nil {
		return ""
	}
	held, ok := daysBetween(j.m.LevelDay, j.r.Day)
	if l.NoEarning || l.EarnDays > 0 && ok && held >= int64(l.EarnDays) {
		return WhyLevelEarnsNot
	}
	return ""
}

func (j *judgement) level() *Level { return j.p.levels[j.m.Level] }

// bases is what each line earns on.
func (j *judgement) bases() []int64 {
	base := make([]int64, len(j.Lines))
	s := &j.p.Settings
	var idle money.Amount // that earns nothing
	if !s.PushkinEarn {
		idle = j.r.pushkin()
	}
	if !s.EarnCertificate {
		for _, p := range j.r.Payments {
			if p.Kind == "certificate" || p.Kind == "deposit" {
				idle += p.Amount
			}
		}
	}
	for i := range j.Lines {
		l, r := &j.Lines[i], &j.r.Lines[i]
		if !r.Earns || j.p.keepsEarning(r) || l.Discount > 0 && !s.EarnDiscounted {
			continue
		}
		b := l.Gross
		if s.EarnOn == AfterDiscounts {
			b -= l.Discount
		}
		if s.EarnMoneyOnly {
			b -= l.Paid
		}
		if idle > 0 && j.Due > 0 {
			v, _ := money.MulDiv(int64(b), int64(max(j.Due-idle, 0)), int64(j.Due), money.Down)
			b = money.Amount(v)
		}
		base[i] = int64(max(b, 0))
	}
	return base
}

// types gives the types that are named by the programme's own rates and stand
// in the receipt, in their order there, and "" for all others.
func (j *judgement) types() []string {
	if j.p.Earning.Rate == 0 && len(j.p.Earning.ByType) == 0 {
		if j.p.accrues {
			return nil
		}
	}
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

func (j *judgement) earnType(typ string, base []int64) {
	e := earning{id: j.p.Earning.Rule, group: BaseGroup, rate: j.p.Earning.Rate}
	if typ != "" {
		e.id += "." + typ
		e.rate = j.p.Earning.ByType[typ]
	}
	weights := make([]int64, len(base))
	for i := range weights {
		if j.ofType(&j.r.Lines[i], typ) {
			weights[i] = base[i]
			e.base += money.Amount(base[i])
		}
	}
	v, ok := e.rate.Of(int64(e.base), j.p.Settings.Round)
	j.award(e, fits(v, ok), weights)
}

func (j *judgement) ofType(l *Line, typ string) bool {
	if typ != "" {
		return l.Type == typ
	}
	_, named := j.p.Earning.ByType[l.Type]
	return !named
}

// byRules lets the accrual rules of an order earn on their bases.
func (j *judgement) byRules(base []int64, order int) {
	before := make([]money.Amount, len(base))
	for i := range base {
		before[i] = money.Amount(base[i])
		if j.p.Settings.ConditionsOn == BeforeAll {
			before[i] = j.Lines[i].Gross
		}
	}
	for i := range j.cands {
		c := &j.cands[i]
		if c.order != order || !j.chosen[i] {
			continue
		}
		if step := j.unmetAmount(c, before); step != nil {
			j.whyRule(c.rule, *step)
			continue
		}
		weights := make([]int64, len(base))
		e := earning{rule: c.rule, id: c.rule.ID, group: c.rule.Group}
		for k := range weights {
			if c.lines == nil || c.lines[k] {
				weights[k] = base[k]
				e.base += money.Amount(base[k])
			}
		}
		e.base = j.kindPart(c.rule, e.base, j.Due)
		e.rate = c.rule.Rate
		points := j.points(c, &e)
		if points == 0 && j.final {
			e.short = j.tooFew(c, j.conditionBase(c))
		}
		c.acts = j.award(e, points, weights) || c.acts
	}
}

// points is what a rule gives for what its units cost, in hundredths.
func (j *judgement) points(c *candidate, e *earning) int64 {
	r, sum := c.rule, int64(e.base)
	if sum == 0 {
		return 0
	}
	var v int64
	var ok bool
	switch r.way {
	case wayRate:
		v, ok = r.Rate.Of(sum, j.p.Settings.Round)
	case wayPoints:
		v, ok = int64(r.Points), true
		if r.EachUnit {
			v, ok = money.MulDiv(v, j.unitsIn(c.lines), 1, money.Down)
		}
	case wayEach:
		v, ok = money.MulDiv(sum/int64(r.Each), int64(r.Points), 1, money.Down)
	case wayTable:
		row := r.row(j.tableValue(r, sum, j.unitsIn(c.lines)))
		switch {
		case row == nil:
			return 0
		case row.Points > 0:
			return int64(row.Points)
		case j.p.Settings.Progressive == OnPart && (r.By == "" || r.By == BySum):
			return j.marginal(r, sum)
		}
		e.rate = row.Rate
		v, ok = row.Rate.Of(sum, j.p.Settings.Round)
	}
	return fits(v, ok)
}

// fits is a number of points, or, where it is too large for one, what award
// knows to be too much.
func fits(v int64, ok bool) int64 {
	if !ok || v > maxEarned {
		return maxEarned + 1
	}
	return v
}

// award steps a rule's points and splits them over its lines, and tells
// whether there are any.
func (j *judgement) award(e earning, points int64, weights []int64) bool {
	v, ok := money.Step(points, int64(j.p.Settings.AccrualStep), j.p.Settings.Round)
	if points > maxEarned || !ok || v > maxEarned { // weighed as the most there is, and refused if it is the best
		j.tooMuch, v = true, maxEarned
	}
	if v <= 0 {
		j.whyEarned(&e, false)
		return false
	}
	caps := make([]int64, len(weights))
	for i, w := range weights {
		if w > 0 {
			caps[i] = v
		}
	}
	e.lines, e.on = make([]int64, len(weights)), weights
	e.amount = money.SplitInto(e.lines, v, weights, caps)
	j.amounts = append(j.amounts, e)
	return true
}

// bestOfGroups leaves to each line of a rule group that takes the best only
// what its best rule gives; of equals the rule that comes first.
func (j *judgement) bestOfGroups() {
	for g, how := range j.p.Groups {
		if how != TakeBest {
			continue
		}
		for line := range j.Lines {
			var best *earning
			for i := range j.amounts {
				if e := &j.amounts[i]; e.group == g && (best == nil || e.lines[line] > best.lines[line]) {
					best = e
				}
			}
			for i := range j.amounts {
				if e := &j.amounts[i]; e.group == g && e != best && e.on[line] > 0 {
					e.leave(line, best)
				}
			}
		}
	}
}

// leave leaves a line to a better rule.
func (e *earning) leave(line int, to *earning) {
	var sum int64
	for _, v := range e.on {
		sum += v
	}
	if rest, ok := money.MulDiv(int64(e.base), sum-e.on[line], max(sum, 1), money.Down); ok {
		e.base = money.Amount(rest)
	}
	e.on[line] = 0
	e.amount -= e.lines[line]
	e.lines[line] = 0
	e.beaten = to.id
}

// multiply lets the rules that multiply add their part of what lines earn.
func (j *judgement) multiply() {
	earned := make([]int64, len(j.Lines))
	for i := range j.amounts {
		for line, v := range j.amounts[i].lines {
			earned[line] += v
		}
	}
	before := j.dues()
	for i := range j.cands {
		c := &j.cands[i]
		if c.order != 5 || !j.chosen[i] {
			continue
		}
		if step := j.unmetAmount(c, before); step != nil {
			j.whyRule(c.rule, *step)
			continue
		}
		e := earning{rule: c.rule, id: c.rule.ID, group: c.rule.Group, rate: c.rule.Multiply}
		weights := make([]int64, len(earned))
		var sum int64
		for k := range weights {
			if c.lines == nil || c.lines[k] {
				weights[k] = earned[k]
				sum += earned[k]
			}
		}
		e.base = money.Amount(sum)
		sum = int64(j.kindPart(c.rule, money.Amount(sum), j.Due))
		v, ok := (c.rule.Multiply - money.Whole).Of(sum, j.p.Settings.Round)
		c.acts = j.award(e, fits(v, ok), weights) || c.acts
	}
}

// collect adds up what was earned, and tells it.
func (j *judgement) collect() {
	for i := range j.amounts {
		e := &j.amounts[i]
		for line, v := range e.lines {
			j.Lines[line].Earned += money.Points(v)
		}
		j.Earned += money.Points(e.amount)
		if !j.final {
			continue
		}
		if e.amount > 0 {
			copy(j.byLine, e.lines)
			j.effect(Effect{Rule: e.id, Campaign: e.campaignID(), Kind: Accrual, Amount: e.amount}, nil)
			j.grant(e)
		}
		j.whyEarned(e, e.amount > 0)
	}
}

func (e *earning) campaignID() string {
	if e.rule == nil {
		return ""
	}
	return e.rule.campaignID()
}

// grant puts points beside others of the same terms.
func (j *judgement) grant(e *earning) {
	terms := j.p.terms(e.rule)
	at := slices.IndexFunc(j.Grants, func(g Grant) bool { return g.Terms.equal(&terms) })
	if at < 0 {
		at = len(j.Grants)
		j.Grants = append(j.Grants, Grant{Terms: terms})
	}
	g := &j.Grants[at]
	g.Points += money.Points(e.amount)
	g.Rules = append(g.Rules, e.id)
	for line, v := range e.lines {
		if v == 0 {
			continue
		}
		k := slices.IndexFunc(g.Shares, func(s Share) bool { return s.Line == line })
		if k < 0 {
			g.Shares = append(g.Shares, Share{Line: line})
			k = len(g.Shares) - 1
		}
		g.Shares[k].Amount += v
	}
}

func (r *Resolved) equal(o *Resolved) bool {
	return r.Delay == o.Delay && r.OnUse == o.OnUse && r.Expiry.Mode == o.Expiry.Mode && r.Expiry.Days == o.Expiry.Days &&
		slices.Equal(r.Expiry.Dates, o.Expiry.Dates)
}
