package rule

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Bounds on a programme's size.
const (
	MaxRules     = 20_000 // of a programme, with those of its campaigns and levels
	MaxCampaigns = 5_000
	MaxCodes     = 10_000
	MaxLevels    = 50
	MaxTypes     = 1000
	MaxDays      = 36_500
	maxLevelDays = 1100 // that a level looks back
	MaxRows      = 200  // of a table, positions of a rule, parts of a set
	maxNameRune  = 200
	maxGroupRune = 64
	maxTextRune  = 1000
)

// Compile checks the programme, fills in what it leaves to the defaults and
// makes it ready to judge. It says all that is wrong at once.
func (p *Programme) Compile() error {
	p.own()
	c := checker{}
	p.Earning.Rule = cmp.Or(p.Earning.Rule, "earn")
	p.Earning.Expiry.Mode = cmp.Or(p.Earning.Expiry.Mode, Never)
	p.Zone = cmp.Or(p.Zone, "Europe/Moscow")
	p.Gives = cmp.Or(p.Gives, GivesAll)
	ProgrammeSettings.Fill(&p.Settings)
	zone, err := time.LoadLocation(p.Zone)
	c.check(err == nil && p.Zone != "Local", "zone", "programme.zone")
	p.zone = zone
	c.check(p.Code != "" && len(p.Code) <= 64, "code", "programme.code")
	c.check(p.Name != "" && len([]rune(p.Name)) <= maxNameRune, "name", "programme.name")
	c.period("", p.From, p.To)
	c.check(p.Gives == GivesAll || p.Gives == GivesPoints || p.Gives == GivesDiscounts, "gives", "programme.choice", "choices", "both, points, discounts")
	if p.TermsURL != "" {
		u, err := url.Parse(p.TermsURL)
		c.check(err == nil && (u.Scheme == "https" || u.Scheme == "http"), "terms_url", "programme.terms-url")
	}
	p.checkSettings(&c)
	p.checkEarning(&c)
	c.rates("spending.by_type", p.Spending.ByType)
	c.share("spending.share", p.Spending.Share)
	c.gift("welcome", p.Welcome)
	c.gift("welcome_self", p.Himself)
	p.checkGifts(&c)
	for g, how := range p.Groups {
		c.check(g != "" && len(g) <= 64 && (how == AddAll || how == TakeBest), "groups."+g, "programme.choice", "choices", "add, best")
	}
	p.compileRules(&c)
	return c.err()
}

type checker struct{ fields []fault.Field }

// maxFaults bounds what is told of a programme at once.
const maxFaults = 200

// percents is a rate in whole percent.
func percents(r money.Rate) int64 { return int64(r / money.Percent) }

func (c *checker) check(ok bool, path, code string, args ...any) {
	if !ok && len(c.fields) < maxFaults {
		c.fields = append(c.fields, fault.Field{Path: path, Code: code, Args: fault.Pairs(args...)})
	}
}

// found takes in what is wrong with settings.
func (c *checker) found(at string, wrong []fault.Field) {
	for _, f := range wrong {
		if f.Path = at + "." + f.Path; len(c.fields) < maxFaults {
			c.fields = append(c.fields, f)
		}
	}
}

func (c *checker) share(path string, r money.Rate) {
	c.check(r >= 0 && r <= money.Whole, path, "programme.share")
}

func (c *checker) gift(path string, g Gift) {
	c.check(g.Points >= 0 && g.Points <= maxPoints && days(g.Days), path, "programme.gift")
}

func (c *checker) rates(path string, m map[string]money.Rate) {
	c.check(len(m) <= MaxTypes, path, "programme.too-many", "most", MaxTypes)
	c.typeNames(path, m)
	for t, r := range m {
		c.share(path+"."+t, r)
	}
}

// typeNames refuses a rate of no type: the rate of types not named stands
// beside the map, and a line without a type is one of them.
func (c *checker) typeNames(path string, m map[string]money.Rate) {
	_, nameless := m[""]
	c.check(!nameless, path, "programme.type")
}

func (c *checker) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "programme.invalid").With(c.fields...)
}

// Bounds on figures of a rule. With them no sum of the engine can overflow.
const (
	maxPoints = 1e12

	maxSeniority = 1_000_000 // of a level
	maxRate      = 100 * money.Whole
)

func days(n int) bool { return n >= 0 && n <= MaxDays }

// days checks a number of days, which may be from least to most.
func (c *checker) days(path string, n, least, most int) {
	c.check(n >= least && n <= most, path, "programme.days", "least", least, "most", most)
}

func validDay(s string) bool {
	if s == "" {
		return true
	}
	_, ok := parseDay(s)
	return ok
}

// period refuses days that are none, and a last one before the first.
func (c *checker) period(at, from, to string) {
	whole := validDay(from) && validDay(to)
	c.check(whole, at+"from", "programme.dates")
	c.check(!whole || to == "" || from <= to, at+"to", "programme.dates-order", "from", from, "to", to)
}

func (p *Programme) checkEarning(c *checker) {
	e := &p.Earning
	// A rate may be above the whole: «тройные бонусы» on a rate of 50 %.
	c.check(e.Rate >= 0 && e.Rate <= maxRate, "earning.rate", "programme.rate", "most", percents(maxRate))
	c.check(len(e.ByType) <= MaxTypes, "earning.by_type", "programme.too-many", "most", MaxTypes)
	c.typeNames("earning.by_type", e.ByType)
	for t, r := range e.ByType {
		c.check(r >= 0 && r <= maxRate, "earning.by_type."+t, "programme.rate", "most", percents(maxRate))
	}
	c.days("earning.delay", e.Delay, 0, MaxDays)
	c.expiry("earning.expiry", &e.Expiry)
}

func (c *checker) expiry(path string, x *Expiry) {
	switch x.Mode {
	case Never:
	case AfterAccrual, AfterPurchase:
		c.days(path+".days", x.Days, 1, MaxDays)
	case OnDates:
		c.check(len(x.Dates) > 0 && len(x.Dates) <= 366, path+".dates", "programme.expiry-dates")
		for i, md := range x.Dates {
			_, err := time.Parse("2006-01-02", "2024-"+md)
			c.check(err == nil, fmt.Sprintf("%s.dates[%d]", path, i), "programme.expiry-dates")
		}
	default:
		c.check(false, path+".mode", "programme.choice", "choices", "never, accrual, purchase, dates")
	}
}

// compileRules checks the rules of base, of the levels and of the campaigns,
// and puts them into the order they act and into the index.
func (p *Programme) compileRules(c *checker) {
	k := &ruleChecker{checker: c, p: p, ids: map[string]bool{p.Earning.Rule: true, SpendRule: true, TillRule: true}}
	p.codes, p.onRefund, p.all, p.looks = map[string]*Campaign{}, map[string]OnRefund{}, nil, map[Field]bool{}
	p.owners = map[string]string{TillRule: TillRule}
	k.rules("rules", p.Rules, nil)
	p.compileLevels(k)
	p.compileCampaigns(k)
	c.check(len(p.all) <= MaxRules, "rules", "programme.too-many", "most", MaxRules)
	slices.SortStableFunc(p.all, func(x, y *Rule) int {
		return cmp.Or(cmp.Compare(x.order(), y.order()), cmp.Compare(y.rank(), x.rank()), cmp.Compare(y.Priority, x.Priority), cmp.Compare(x.ID, y.ID))
	})
	p.accrues = false
	for i, r := range p.all {
		p.accrues = p.accrues || r.Kind == AccrualRule
		r.index = i
	}
	p.needs = 0
	for f := range p.looks {
		p.needs |= InfoOf(f).needs
	}
	p.index.build(p.all)
}

// order is the stage that a rule acts in.
func (r *Rule) order() int {
	switch {
	case r.Kind == TariffRule:
		return 0
	case r.Kind == DiscountRule && r.stage() == LineStage:
		return 1
	case r.Kind == DiscountRule:
		return 2
	case r.Kind == ShareRule:
		return 3
	case r.Kind == AccrualRule && r.way != wayMultiply:
		return 4
	case r.Kind == AccrualRule:
		return 5
	}
	return 6
}

// rank is the priority of the rule's campaign; base has that of its rules.
func (r *Rule) rank() int {
	if r.campaign == nil {
		return r.Priority
	}
	return r.campaign.Priority
}

// stage is when a discount is taken: what falls on units comes before what
// falls on the receipt.
func (r *Rule) stage() Stage {
	if r.Stage != "" {
		return r.Stage
	}
	switch r.way {
	case wayPositions, wayTake, wayCheapest, waySet:
		return LineStage
	case wayRate:
		if r.scoped {
			return LineStage
		}
	}
	return ReceiptStage
}

func (p *Programme) compileLevels(k *ruleChecker) {
	k.check(len(p.Levels) <= MaxLevels, "levels", "programme.too-many", "most", MaxLevels)
	ids, priorities, called := map[string]bool{}, map[int]int{}, map[string]int{}
	p.levels = make(map[string]*Level, len(p.Levels))
	for i := range p.Levels {
		l := &p.Levels[i]
		at := fmt.Sprintf("levels[%d]", i)
		k.check(name(l.ID) && !ids[l.ID], at+".id", "programme.id")
		k.check(l.Priority >= 1 && l.Priority <= maxSeniority, at+".priority", "programme.level-priority", "most", maxSeniority)
		if j, twice := priorities[l.Priority]; twice { // either of the two may be meant to have it
			other := &p.Levels[j]
			k.check(false, fmt.Sprintf("levels[%d].priority", j), "programme.level-same", "level", cmp.Or(l.Name, l.ID), "priority", l.Priority)
			k.check(false, at+".priority", "programme.level-same", "level", cmp.Or(other.Name, other.ID), "priority", l.Priority)
		}
		if folded := text.Fold(l.Name); folded != "" { // nobody could tell the two apart
			j, twice := called[folded]
			k.check(!twice, fmt.Sprintf("levels[%d].name", j), "programme.level-called", "name", l.Name)
			k.check(!twice, at+".name", "programme.level-called", "name", l.Name)
			called[folded] = i
		}
		ids[l.ID], priorities[l.Priority] = true, i
		k.level(at, l)
		if p.Settings.LevelScope == ScopeMember {
			k.still(at, l)
		}
		p.levels[text.Fold(l.ID)] = l
		k.ofLevel = l.ID
		k.rules(at+".rules", l.Rules, nil)
		k.ofLevel = ""
	}
}

func (p *Programme) compileCampaigns(k *ruleChecker) {
	k.check(len(p.Campaigns) <= MaxCampaigns, "campaigns", "programme.too-many", "most", MaxCampaigns)
	ids := map[string]bool{Base: true, TillRule: true}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		at := fmt.Sprintf("campaigns[%d]", i)
		c.index = i
		k.check(name(c.ID) && !ids[c.ID], at+".id", "programme.id")
		ids[c.ID] = true
		k.campaign(at, c)
		k.rules(at+".rules", c.Rules, c)
		for n := range c.Rules {
			p.owners[c.Rules[n].ID] = c.ID
		}
		if c.Refund != "" {
			for n := range c.Rules {
				p.onRefund[c.Rules[n].ID] = c.Refund
			}
		}
	}
	k.check(len(p.codes) <= MaxCodes, "campaigns", "programme.too-many", "most", MaxCodes)
	for _, r := range p.all {
		k.check(r.Kind != AwardRule || ids[r.Campaign] && r.Campaign != Base && r.Campaign != TillRule, r.at+".campaign", "programme.award")
	}
}

// CampaignOf finds a campaign by its id, nil where there is none.
func (p *Programme) CampaignOf(id string) *Campaign {
	for i := range p.Campaigns {
		if p.Campaigns[i].ID == id {
			return &p.Campaigns[i]
		}
	}
	return nil
}

// Owner is the campaign that a rule is of, by its id: Base where none has it,
// TillRule for what the till took off by itself.
func (p *Programme) Owner(rule string) string {
	if c, ok := p.owners[rule]; ok {
		return c
	}
	if rule == TillRule {
		return TillRule // of a receipt under no programme
	}
	return Base
}

// Needs tells which facts of a member the programme's rules look at.
func (p *Programme) Needs() Needs { return p.needs }

// LooksAt tells whether a rule of the programme that is not switched off looks
// at a field.
func (p *Programme) LooksAt(f Field) bool { return p.looks[f] }

// Unseen lists the fields of a member that are read only where a rule looks at
// them, and at which this programme looks and another does not: what was judged
// by the other does not know them.
func (p *Programme) Unseen(other *Programme) (out []Field) {
	for f := range p.looks {
		if InfoOf(f).needs != 0 && !other.looks[f] {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}
