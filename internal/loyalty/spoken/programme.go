package spoken

import (
	"maps"
	"slices"
	"strings"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// Earning says what is earned where no rule says else, and on what terms.
func (t Teller) Earning(e *rule.Earning) []string {
	if e.Rate == 0 && len(e.ByType) == 0 {
		return []string{t.text("rule.earn-nothing"), t.Expiry(&e.Expiry)}
	}
	var out []string
	if e.Rate != 0 {
		out = append(out, t.text("rule.earn", "rate", e.Rate))
	}
	out = append(out, t.byType(e.ByType, "rule.earn-type")...)
	return append(out, t.Terms(&rule.Terms{Delay: e.Delay, OnUse: e.OnUse, Expiry: &e.Expiry})...)
}

func (t Teller) byType(of map[string]money.Rate, key string) (out []string) {
	for _, code := range slices.Sorted(maps.Keys(of)) {
		out = append(out, t.text(key, "type", t.call(rule.FieldType, code), "rate", of[code]))
	}
	return out
}

// Spending says what part of a receipt points may pay where no rule says else.
func (t Teller) Spending(s *rule.Spending) []string {
	if s.Share == 0 && len(s.ByType) == 0 {
		return []string{t.text("rule.does.spending.nothing")}
	}
	if s.Share == 0 {
		return append(t.byType(s.ByType, "rule.spend-type"), t.text("rule.spend-no-other"))
	}
	return append([]string{t.text("rule.does.spending.rate", "rate", s.Share)}, t.byType(s.ByType, "rule.spend-type")...)
}

// Gift says points with their term.
func (t Teller) Gift(points money.Points, days int) string {
	said := t.text("rule.gives-points", "count", points)
	if days == 0 {
		return said
	}
	return t.text("rule.gift", "points", said, "count", days)
}

// GiftRule says a gift for an occasion.
func (t Teller) GiftRule(g *rule.GiftRule) (what string, only []string) {
	what = t.text("rule.only", "field", t.text("rule.occasion."+string(g.On)), "values", t.Gift(g.Points, g.Days))
	add := func(key string, there bool, args ...any) {
		if there {
			only = append(only, t.text(key, args...))
		}
	}
	add("rule.gift-before", g.Before > 0, "count", g.Before)
	add("rule.gift-after", g.After > 0, "count", g.After)
	add("rule.gift-silent", g.Silent > 0, "count", g.Silent)
	add("rule.gift-from", g.From > 0, "sum", t.sum(g.From))
	return what, only
}

// Level says how a level is come to, and what it brings besides its rules.
func (t Teller) Level(l *rule.Level) (how string, more []string) {
	var asks []string
	add := func(to *[]string, there bool, key string, args ...any) {
		if there {
			*to = append(*to, t.text(key, args...))
		}
	}
	add(&asks, l.Total > 0, "rule.level.total", "sum", t.sum(l.Total))
	add(&asks, l.Sum > 0, "rule.level.sum", "sum", t.sum(l.Sum), "count", l.Days)
	for _, part := range l.Parts {
		types := make([]string, len(part.Types))
		for i, code := range part.Types {
			types[i] = t.call(rule.FieldType, code)
		}
		add(&asks, true, "rule.level.part", "sum", t.sum(part.Sum), "types", strings.Join(types, ", "))
	}
	add(&asks, l.Visits > 0, "rule.level.visits", "count", l.Visits, "days", l.Days)
	add(&asks, l.Points > 0, "rule.level.points", "count", l.Points)
	joint := " " + t.text("rule.and") + " "
	if l.Any {
		joint = " " + t.text("rule.or") + " "
	}
	how = strings.Join(asks, joint)
	if how == "" {
		how = t.text("rule.level.free")
	}
	if l.MemberGroup != "" {
		add(&more, true, "rule.level.group", "group", t.word(rule.FieldMemberGroup, l.MemberGroup))
	}
	add(&more, l.Term > 0, "rule.level.term", "count", l.Term)
	add(&more, l.NoEarning, "rule.level.no-earning")
	add(&more, l.EarnDays > 0, "rule.level.earn-days", "count", l.EarnDays)
	add(&more, l.Gift.Points > 0, "rule.level.gift", "gift", t.Gift(l.Gift.Points, l.Gift.Days))
	add(&more, l.Price > 0, "rule.level.price", "points", t.text("rule.gives-points", "count", l.Price))
	add(&more, l.Fall > 0, "rule.level.fall", "points", t.text("rule.gives-points", "count", l.Fall))
	return how, more
}

// Campaign says when a campaign acts and how often.
func (t Teller) Campaign(c *rule.Campaign) []string {
	var out []string
	add := func(there bool, key string, args ...any) {
		if there {
			out = append(out, t.text(key, args...))
		}
	}
	if days := t.Period(c.From, c.To); days != "" {
		out = append(out, days)
	}
	out = append(append(out, t.Conditions(c.When)...), t.Conditions(c.Scope)...)
	add(len(c.Codes) > 0, "rule.campaign.codes", "codes", t.words("", c.Codes, "why.or"))
	add(len(c.Codes) == 0 && c.NeedsCode, "rule.campaign.needs-code")
	add(c.Limits.InAll > 0, "rule.campaign.in-all", "count", c.Limits.InAll)
	add(c.Limits.PerCode > 0, "rule.campaign.per-code", "count", c.Limits.PerCode)
	add(c.Limits.PerHead > 0, "rule.campaign.per-member", "count", c.Limits.PerHead)
	add(c.MaxUnits > 0, "rule.campaign.max-units", "count", c.MaxUnits)
	add(c.Alone, "rule.campaign.alone")
	return out
}
