package rule

import (
	"fmt"
	"slices"
	"strings"

	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// ruleChecker checks rules, campaigns and levels.
type ruleChecker struct {
	*checker
	p       *Programme
	ids     map[string]bool
	ofLevel string // whose rules are checked
}

// name tells whether a text can be an id: limits are counted under
// "campaign:kind:code", and a colon could make two of them one.
func name(s string) bool { return s != "" && len(s) <= 64 && !strings.ContainsAny(s, ": \t\n") }

func (k *ruleChecker) rules(at string, rules []Rule, c *Campaign) {
	k.check(len(rules) <= MaxRules, at, "programme.too-many", "most", MaxRules)
	for i := range rules {
		r := &rules[i]
		r.campaign, r.at = c, fmt.Sprintf("%s[%d]", at, i)
		k.rule(r.at, r)
		k.p.all = append(k.p.all, r)
	}
}

func (k *ruleChecker) rule(at string, r *Rule) {
	k.check(name(r.ID) && !k.ids[r.ID], at+".id", "programme.id")
	k.ids[r.ID] = true
	k.check(len([]rune(r.Name)) <= maxNameRune && len([]rune(r.Note)) <= maxTextRune, at+".name", "programme.name")
	k.period(at+".", r.From, r.To)
	k.conditions(at+".when", r.When, OfReceipt, OfMember)
	k.conditions(at+".scope", r.Scope, OfLine)
	if !r.Off && (r.campaign == nil || !r.campaign.Off) {
		k.look(r.When)
	}
	r.level = text.Fold(k.ofLevel)
	r.scoped, r.dynamic, r.onPayment = len(r.Scope) > 0, false, nil
	for _, cs := range k.conditionsOf(r) {
		for i := range cs {
			r.scoped = r.scoped || cs[i].info.Of == OfLine
			r.dynamic = r.dynamic || cs[i].Field == FieldSum || cs[i].Field == FieldCount
			if cs[i].Field == FieldPayment {
				r.onPayment = &cs[i]
			}
		}
	}
	k.work(at, r)
	k.check(r.Stage == "" || r.Kind == DiscountRule && (r.Stage == LineStage || r.Stage == ReceiptStage), at+".stage", "programme.choice", "choices", "line, receipt")
	k.check(r.Choice == "" || name(r.Choice) && r.Kind == DiscountRule, at+".choice", "programme.rule-choice")
	k.check(r.Group == "" || r.Kind == AccrualRule && len([]rune(r.Group)) <= maxGroupRune, at+".group", "programme.rule-group")
	if r.Terms != nil {
		k.check(r.Kind == AccrualRule && days(r.Terms.Delay), at+".terms", "programme.terms")
		if r.Terms.Expiry != nil {
			k.expiry(at+".terms.expiry", r.Terms.Expiry)
		}
	}
}

// conditionsOf gives a rule's conditions with its campaign's.
func (k *ruleChecker) conditionsOf(r *Rule) [][]Condition {
	out := [][]Condition{r.When, r.Scope}
	if r.campaign != nil {
		out = append(out, r.campaign.When, r.campaign.Scope)
	}
	return out
}

func (k *ruleChecker) conditions(at string, cs []Condition, of ...Of) {
	k.check(len(cs) <= MaxRows, at, "programme.too-many", "most", MaxRows)
	for i := range cs {
		cs[i].compile(k.checker, fmt.Sprintf("%s[%d]", at, i), of...)
	}
}

// look notes the fields that conditions look at.
func (k *ruleChecker) look(cs []Condition) {
	for i := range cs {
		if InfoOf(cs[i].Field) != nil {
			k.p.looks[cs[i].Field] = true
		}
	}
}

// work finds the one way in which the rule works, and checks it.
func (k *ruleChecker) work(at string, r *Rule) {
	var ways []way
	has := func(yes bool, w way) {
		if yes {
			ways = append(ways, w)
		}
	}
	has(r.Kind == TariffRule && r.Amount != 0, wayPrice)
	has(r.Kind != TariffRule && r.Amount != 0, wayAmount)
	has(r.Rate != 0, wayRate)
	has(len(r.Table) > 0, wayTable)
	has(len(r.Positions) > 0, wayPositions)
	has(r.Take != 0 || r.Pay != 0, wayTake)
	has(r.Cheapest != nil, wayCheapest)
	has(r.Set != nil, waySet)
	has(r.Points != 0 && r.Each == 0, wayPoints)
	has(r.Each != 0, wayEach)
	has(r.Multiply != 0, wayMultiply)
	has(r.Campaign != "", wayAward)
	has(r.Text != Text{}, wayText)
	if r.Kind == ShareRule && len(ways) == 0 {
		ways = []way{wayRate} // a share of nothing: points may not pay
	}
	allowed := map[Kind][]way{
		TariffRule: {wayPrice}, ShareRule: {wayRate}, AwardRule: {wayAward}, MessageRule: {wayText},
		DiscountRule: {wayRate, wayAmount, wayTable, wayPositions, wayTake, wayCheapest, waySet},
		AccrualRule:  {wayRate, wayTable, wayPoints, wayEach, wayMultiply},
	}[r.Kind]
	if allowed == nil {
		k.check(false, at+".kind", "programme.choice", "choices", "tariff, discount, spending, accrual, award, message")
		return
	}
	if len(ways) != 1 || !slices.Contains(allowed, ways[0]) {
		k.check(false, at, "programme.rule-way", "kind", string(r.Kind))
		return
	}
	r.way = ways[0]
	k.amounts(at, r)
	k.units(at, r)
}

// amounts checks the figures of a rule.
func (k *ruleChecker) amounts(at string, r *Rule) {
	most := maxRate
	if r.Kind != AccrualRule {
		most = money.Whole
	}
	k.check(r.Rate >= 0 && r.Rate <= most, at+".rate", "programme.rate", "most", percents(most))
	k.check(r.Amount >= 0 && r.Amount <= MaxCents, at+".amount", "programme.rule-amount")
	k.check(r.Points >= 0 && r.Points <= maxPoints && r.Each >= 0 && r.Each <= MaxCents, at+".points", "programme.rule-amount")
	k.check(r.Each == 0 || r.Points > 0, at+".points", "programme.rule-amount")
	k.check(r.Multiply == 0 || r.Multiply > money.Whole && r.Multiply <= maxRate, at+".multiply", "programme.multiply")
	k.check(len([]rune(r.Text.RU)) <= maxTextRune && len([]rune(r.Text.EN)) <= maxTextRune && (r.Text.RU != "" || r.Text.EN == ""), at+".text", "programme.text")
	k.check(r.By == "" || r.way == wayTable, at+".by", "programme.rule-way", "kind", string(r.Kind))
	k.check(slices.Contains([]Basis{"", BySum, ByCount, ByPast, ByUsed}, r.By), at+".by", "programme.choice", "choices", "sum, count, past, used")
	k.check(!r.EachUnit || r.way == wayAmount || r.way == wayPoints, at+".each_unit", "programme.rule-way", "kind", string(r.Kind))
	k.check(len(r.Table) <= MaxRows, at+".table", "programme.too-many", "most", MaxRows)
	for i := range r.Table {
		row := &r.Table[i]
		rowAt := fmt.Sprintf("%s.table[%d]", at, i)
		k.check(i == 0 || row.From > r.Table[i-1].From, rowAt+".from", "programme.table-order")
		k.check(row.From >= 0 && row.From <= MaxCents, rowAt+".from", "programme.rule-amount")
		k.check(row.Rate >= 0 && row.Rate <= most, rowAt+".rate", "programme.rate", "most", percents(most))
		k.check(row.Amount >= 0 && row.Amount <= MaxCents, rowAt+".amount", "programme.rule-amount")
		k.check(row.Points >= 0 && row.Points <= maxPoints, rowAt+".points", "programme.rule-amount")
		k.check(row.Amount == 0 || r.Kind == DiscountRule && row.Rate == 0, rowAt, "programme.rule-way", "kind", string(r.Kind))
		k.check(row.Points == 0 || r.Kind == AccrualRule && row.Rate == 0, rowAt, "programme.rule-way", "kind", string(r.Kind))
	}
}

// units checks what falls on picked units.
func (k *ruleChecker) units(at string, r *Rule) {
	for i, x := range r.Positions {
		rowAt := fmt.Sprintf("%s.positions[%d]", at, i)
		k.check(x.N >= 1 && x.N <= 1e6, rowAt+".n", "programme.position")
		k.check(x.Rate > 0 && x.Rate <= money.Whole, rowAt+".rate", "programme.position")
	}
	k.check(len(r.Positions) <= MaxRows, at+".positions", "programme.too-many", "most", MaxRows)
	if r.way == wayTake {
		k.check(r.Take > r.Pay && r.Pay >= 0 && r.Take <= 1e6, at+".take", "programme.take")
	}
	if c := r.Cheapest; c != nil {
		k.check(c.Of >= 1 && c.Count >= 1 && c.Count <= c.Of && c.Of <= 1e6 && c.Rate > 0 && c.Rate <= money.Whole, at+".cheapest", "programme.cheapest")
	}
	if r.Set != nil {
		k.set(at+".set", r.Set)
	}
}

func (k *ruleChecker) set(at string, s *Set) {
	whole := 0
	for _, v := range []bool{s.Price != 0, s.Off != 0, s.Rate != 0} {
		if v {
			whole++
		}
	}
	lowered := false
	k.check(len(s.Parts) >= 1 && len(s.Parts) <= 20, at+".parts", "programme.set")
	for i := range s.Parts {
		x := &s.Parts[i]
		partAt := fmt.Sprintf("%s.parts[%d]", at, i)
		k.conditions(partAt+".scope", x.Scope, OfLine)
		k.check(x.Count >= 1 && x.Count <= 1e6, partAt+".count", "programme.set-count")
		k.check(x.Rate >= 0 && x.Rate <= money.Whole, partAt+".rate", "programme.rate", "most", percents(money.Whole))
		lowered = lowered || x.Rate != 0
	}
	k.check(whole <= 1 && (whole == 1) != lowered, at+".price", "programme.set")
	k.check(s.Price >= 0 && s.Price <= MaxCents, at+".price", "programme.rule-amount")
	k.check(s.Off >= 0 && s.Off <= MaxCents, at+".off", "programme.rule-amount")
	k.check(s.Rate >= 0 && s.Rate <= money.Whole, at+".rate", "programme.rate", "most", percents(money.Whole))
	k.check(s.Most >= 0, at+".most", "programme.rule-amount")
}

func (k *ruleChecker) campaign(at string, c *Campaign) {
	k.check(len([]rune(c.Name)) <= maxNameRune, at+".name", "programme.name")
	k.period(at+".", c.From, c.To)
	k.check(!c.Alone || c.Stack == "", at+".stack", "programme.stack")
	k.check(len(c.Stack) <= 64, at+".stack", "programme.stack")
	k.check(c.MaxUnits >= 0, at+".max_units", "programme.limits")
	k.check(c.Limits.InAll >= 0, at+".limits.in_all", "programme.limits")
	k.check(c.Limits.PerCode >= 0, at+".limits.per_code", "programme.limits")
	k.check(c.Limits.PerHead >= 0, at+".limits.per_member", "programme.limits")
	k.found(at, CampaignSettings.Check(c))
	k.found(at+".limits", LimitSettings.Check(&c.Limits))
	k.conditions(at+".when", c.When, OfReceipt, OfMember)
	k.conditions(at+".scope", c.Scope, OfLine)
	if !c.Off {
		k.look(c.When)
	}
	c.NeedsCode = c.NeedsCode || len(c.Codes) > 0
	for j, code := range c.Codes {
		f := text.Fold(code)
		path := fmt.Sprintf("%s.codes[%d]", at, j)
		k.check(f != "" && len(f) <= 64, path, "programme.campaign-code")
		k.check(k.p.codes[f] == nil, path, "programme.campaign-code-twice", "code", code)
		k.p.codes[f] = c
	}
}

func (k *ruleChecker) level(at string, l *Level) {
	k.check(len([]rune(l.Name)) <= maxNameRune, at+".name", "programme.name")
	for _, x := range []struct {
		name  string
		below bool
	}{{"total", l.Total < 0}, {"sum", l.Sum < 0}, {"visits", l.Visits < 0}, {"points", l.Points < 0}, {"price", l.Price < 0}, {"fall", l.Fall < 0}} {
		k.check(!x.below, at+"."+x.name, "programme.level-sums")
	}
	k.days(at+".days", l.Days, 0, maxLevelDays)
	k.days(at+".term", l.Term, 0, MaxDays)
	k.days(at+".earn_days", l.EarnDays, 0, MaxDays)
	k.check(l.Days > 0 || l.Sum == 0 && l.Visits == 0 && len(l.Parts) == 0, at+".days", "programme.level-period")
	k.check(l.MemberGroup == "" || digits(l.MemberGroup), at+".member_group", "programme.value", "value", l.MemberGroup)
	if l.MemberGroup != "" {
		k.p.looks[FieldMemberGroup] = true
	}
	k.gift(at+".gift", l.Gift)
	var parts money.Amount
	for i := range l.Parts {
		x := &l.Parts[i]
		k.check(x.Sum > 0 && x.Sum <= MaxCents && len(x.Types) > 0 && len(x.Types) <= 50, fmt.Sprintf("%s.parts[%d]", at, i), "programme.level-parts")
		parts += x.Sum
	}
	k.check(len(l.Parts) <= 10 && (l.Sum <= 0 || parts <= l.Sum), at+".parts", "programme.level-parts")
}

// still refuses what moves points with a level, or asks for points, where each
// of a household stands by himself: the points are those of all, in the
// founder's home. Whoever writes to them would have to write first what is due
// at the level of each other member, in all their homes.
func (k *ruleChecker) still(at string, l *Level) {
	k.check(l.Gift.Points == 0, at+".gift", "programme.level-scope")
	k.check(l.Price == 0, at+".price", "programme.level-scope")
	k.check(l.Fall == 0, at+".fall", "programme.level-scope")
	k.check(l.Points == 0, at+".points", "programme.level-scope")
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
