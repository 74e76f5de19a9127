package draft

import (
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

var levelForm = &object[rule.Level]{
	name: "level", fresh: func() rule.Level { return rule.Level{} },
	fields: []field[rule.Level]{
		need("id", func(l *rule.Level) *string { return &l.ID }, words),
		key("name", func(l *rule.Level) *string { return &l.Name }, words),
		need("priority", func(l *rule.Level) *int { return &l.Priority }, seniority),
		key("member_group", func(l *rule.Level) *string { return &l.MemberGroup }, namedText{named{rule.FieldMemberGroup}}),
		key("any", func(l *rule.Level) *bool { return &l.Any }, yesNo),
		key("total", func(l *rule.Level) *money.Amount { return &l.Total }, roubles),
		key("days", func(l *rule.Level) *int { return &l.Days }, count[int]()),
		key("sum", func(l *rule.Level) *money.Amount { return &l.Sum }, roubles),
		key("parts", func(l *rule.Level) *[]rule.LevelPart { return &l.Parts }, list[rule.LevelPart]{of: levelPartForm, most: 10}),
		key("visits", func(l *rule.Level) *int64 { return &l.Visits }, count[int64]()),
		key("points", func(l *rule.Level) *money.Points { return &l.Points }, points),
		key("term", func(l *rule.Level) *int { return &l.Term }, count[int]()),
		key("no_earning", func(l *rule.Level) *bool { return &l.NoEarning }, yesNo),
		key("earn_days", func(l *rule.Level) *int { return &l.EarnDays }, count[int]()),
		key("gift", func(l *rule.Level) *rule.Gift { return &l.Gift }, giftForm),
		key("price", func(l *rule.Level) *money.Points { return &l.Price }, points),
		key("fall", func(l *rule.Level) *money.Points { return &l.Fall }, points),
		key("rules", func(l *rule.Level) *[]rule.Rule { return &l.Rules }, rules),
	},
}

var levelPartForm = &object[rule.LevelPart]{
	name: "level_part", fresh: func() rule.LevelPart { return rule.LevelPart{} }, flow: true,
	fields: []field[rule.LevelPart]{
		need("types", func(p *rule.LevelPart) *[]string { return &p.Types }, list[string]{of: words, most: 50, flow: true}),
		need("sum", func(p *rule.LevelPart) *money.Amount { return &p.Sum }, roubles),
	},
}

var campaignForm = &object[rule.Campaign]{
	name: "campaign", fresh: func() rule.Campaign { return rule.Campaign{} },
	fields: []field[rule.Campaign]{
		need("id", func(c *rule.Campaign) *string { return &c.ID }, words),
		key("name", func(c *rule.Campaign) *string { return &c.Name }, words),
		key("active", func(c *rule.Campaign) *bool { return &c.Off }, not),
		key("priority", func(c *rule.Campaign) *int { return &c.Priority }, count[int]()),
		key("from", func(c *rule.Campaign) *string { return &c.From }, day),
		key("to", func(c *rule.Campaign) *string { return &c.To }, day),
		key("alone", func(c *rule.Campaign) *bool { return &c.Alone }, yesNo),
		key("stack", func(c *rule.Campaign) *string { return &c.Stack }, words),
		key("codes", func(c *rule.Campaign) *[]string { return &c.Codes }, list[string]{of: words, most: rule.MaxCodes, flow: true}),
		key("needs_code", func(c *rule.Campaign) *bool { return &c.NeedsCode }, yesNo),
		key("max_units", func(c *rule.Campaign) *int64 { return &c.MaxUnits }, count[int64]()),
		key("when", func(c *rule.Campaign) *[]rule.Condition { return &c.When }, when),
		key("scope", func(c *rule.Campaign) *[]rule.Condition { return &c.Scope }, scope),
		key("limits", func(c *rule.Campaign) *rule.Limits { return &c.Limits }, limitsForm),
		settingKey(rule.CampaignSettings.Get("refund")),
		settingKey(rule.CampaignSettings.Get("award_on_claim")),
		key("rules", func(c *rule.Campaign) *[]rule.Rule { return &c.Rules }, rules),
	},
	// A campaign with codes is opened by a code; that need not be said.
	before: func(c rule.Campaign) rule.Campaign {
		c.NeedsCode = c.NeedsCode && len(c.Codes) == 0
		return c
	},
}

var limitsForm = &object[rule.Limits]{
	name: "limits", fresh: func() rule.Limits { return rule.Limits{} }, flow: true,
	fields: []field[rule.Limits]{
		key("in_all", func(l *rule.Limits) *int64 { return &l.InAll }, count[int64]()),
		key("per_code", func(l *rule.Limits) *int64 { return &l.PerCode }, count[int64]()),
		key("per_member", func(l *rule.Limits) *int64 { return &l.PerHead }, count[int64]()),
		settingKey(rule.LimitSettings.Get("return")),
	},
}
