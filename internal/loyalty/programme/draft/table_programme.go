package draft

import (
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Bounds on lists; Compile knows those that depend on anything else.
const (
	maxOutlets  = 20_000
	maxPartners = 10_000
)

// newProgramme is a programme that says nothing: all its settings have their
// defaults.
func newProgramme() rule.Programme {
	return rule.Programme{
		On: true, Zone: "Europe/Moscow", Gives: rule.GivesAll, Settings: rule.DefaultSettings(),
		Earning: newEarning(),
	}
}

func newEarning() rule.Earning {
	return rule.Earning{Rule: "earn", Expiry: rule.Expiry{Mode: rule.Never}}
}

var programmeForm = &object[rule.Programme]{
	name: "programme", fresh: newProgramme,
	fields: []field[rule.Programme]{
		key("id", func(p *rule.Programme) *id.ID { return &p.ID }, idNumber),
		need("code", func(p *rule.Programme) *string { return &p.Code }, words),
		need("name", func(p *rule.Programme) *string { return &p.Name }, words),
		key("version", func(p *rule.Programme) *int64 { return &p.Version }, count[int64]()),
		key("active", func(p *rule.Programme) *bool { return &p.On }, yesNo),
		key("priority", func(p *rule.Programme) *int { return &p.Priority }, count[int]()),
		key("from", func(p *rule.Programme) *string { return &p.From }, day),
		key("to", func(p *rule.Programme) *string { return &p.To }, day),
		key("zone", func(p *rule.Programme) *string { return &p.Zone }, words),
		key("terms_url", func(p *rule.Programme) *string { return &p.TermsURL }, words),
		key("outlets", func(p *rule.Programme) *[]id.ID { return &p.Outlets }, list[id.ID]{of: named{rule.FieldOutlet}, most: maxOutlets, flow: true}),
		key("partners", func(p *rule.Programme) *[]id.ID { return &p.Partners }, list[id.ID]{of: named{rule.FieldPartner}, most: maxPartners, flow: true}),
		key("gives", func(p *rule.Programme) *rule.Gives { return &p.Gives }, choice(rule.GivesAll, rule.GivesPoints, rule.GivesDiscounts)),
		key("settings", func(p *rule.Programme) *rule.Settings { return &p.Settings }, settingsForm),
		key("earning", func(p *rule.Programme) *rule.Earning { return &p.Earning }, earningForm),
		key("spending", func(p *rule.Programme) *rule.Spending { return &p.Spending }, spendingForm),
		key("welcome", func(p *rule.Programme) *rule.Gift { return &p.Welcome }, giftForm),
		key("welcome_self", func(p *rule.Programme) *rule.Gift { return &p.Himself }, giftForm),
		key("gifts", func(p *rule.Programme) *[]rule.GiftRule { return &p.Gifts }, list[rule.GiftRule]{of: giftRuleForm, most: len(rule.Occasions())}),
		key("groups", func(p *rule.Programme) *map[string]rule.Combine { return &p.Groups }, dict[rule.Combine]{choice(rule.AddAll, rule.TakeBest)}),
		key("levels", func(p *rule.Programme) *[]rule.Level { return &p.Levels }, list[rule.Level]{
			of: levelForm, most: rule.MaxLevels, what: "level", key: func(l *rule.Level) (string, string) { return l.ID, l.Name },
		}),
		key("rules", func(p *rule.Programme) *[]rule.Rule { return &p.Rules }, rules),
		key("campaigns", func(p *rule.Programme) *[]rule.Campaign { return &p.Campaigns }, list[rule.Campaign]{
			of: campaignForm, most: rule.MaxCampaigns, what: "campaign", key: func(c *rule.Campaign) (string, string) { return c.ID, c.Name },
		}),
	},
}

var settingsForm = &object[rule.Settings]{
	name: "settings", fresh: rule.DefaultSettings, fields: settingKeys(rule.ProgrammeSettings),
}

var earningForm = &object[rule.Earning]{
	name: "earning", fresh: newEarning,
	fields: []field[rule.Earning]{
		key("rate", func(e *rule.Earning) *money.Rate { return &e.Rate }, percent),
		key("by_type", func(e *rule.Earning) *map[string]money.Rate { return &e.ByType }, dict[money.Rate]{percent}),
		key("delay", func(e *rule.Earning) *int { return &e.Delay }, count[int]()),
		key("on_use", func(e *rule.Earning) *bool { return &e.OnUse }, yesNo),
		key("expiry", func(e *rule.Earning) *rule.Expiry { return &e.Expiry }, expiryForm),
		key("rule", func(e *rule.Earning) *string { return &e.Rule }, words),
		key("note", func(e *rule.Earning) *string { return &e.Note }, words),
	},
}

var spendingForm = &object[rule.Spending]{
	name: "spending", fresh: func() rule.Spending { return rule.Spending{} },
	fields: []field[rule.Spending]{
		key("share", func(s *rule.Spending) *money.Rate { return &s.Share }, percent),
		key("by_type", func(s *rule.Spending) *map[string]money.Rate { return &s.ByType }, dict[money.Rate]{percent}),
	},
}

// expiryForm is a term; "never" stands for the one without an end.
var expiryForm = &object[rule.Expiry]{
	name: "expiry", fresh: func() rule.Expiry { return rule.Expiry{} }, flow: true,
	short: scalar[rule.Expiry]{
		parse: func(s string) (rule.Expiry, error) {
			mode, err := choice(rule.Never).parse(s)
			return rule.Expiry{Mode: mode}, err
		},
		form: func(v rule.Expiry) *value {
			if v.Mode == rule.Never && v.Days == 0 && len(v.Dates) == 0 {
				return figure(string(rule.Never))
			}
			return nil
		},
		shape: choice(rule.Never).shape,
	},
	fields: []field[rule.Expiry]{
		need("mode", func(e *rule.Expiry) *rule.ExpiryMode { return &e.Mode }, choice(rule.Never, rule.AfterAccrual, rule.AfterPurchase, rule.OnDates)),
		key("days", func(e *rule.Expiry) *int { return &e.Days }, count[int]()),
		key("dates", func(e *rule.Expiry) *[]string { return &e.Dates }, list[string]{of: words, most: 366, flow: true}),
	},
}

// giftForm is points with a term; points alone are for ever.
var giftForm = &object[rule.Gift]{
	name: "gift", fresh: func() rule.Gift { return rule.Gift{} }, flow: true,
	short: scalar[rule.Gift]{
		parse: func(s string) (rule.Gift, error) {
			v, err := points.parse(s)
			return rule.Gift{Points: v}, err
		},
		form: func(v rule.Gift) *value {
			if v.Days != 0 {
				return nil
			}
			return points.form(v.Points)
		},
		shape: func(s *schemas) *value { return points.schema(s) },
	},
	fields: []field[rule.Gift]{
		need("points", func(g *rule.Gift) *money.Points { return &g.Points }, points),
		key("days", func(g *rule.Gift) *int { return &g.Days }, count[int]()),
	},
}

// giftRuleForm is a gift for an occasion.
var giftRuleForm = &object[rule.GiftRule]{
	name: "gift_rule", fresh: func() rule.GiftRule { return rule.GiftRule{} }, flow: true,
	fields: []field[rule.GiftRule]{
		need("on", func(g *rule.GiftRule) *rule.Occasion { return &g.On }, choice(rule.Occasions()...)),
		need("points", func(g *rule.GiftRule) *money.Points { return &g.Points }, points),
		key("days", func(g *rule.GiftRule) *int { return &g.Days }, count[int]()),
		key("before", func(g *rule.GiftRule) *int { return &g.Before }, count[int]()),
		key("after", func(g *rule.GiftRule) *int { return &g.After }, count[int]()),
		key("silent", func(g *rule.GiftRule) *int { return &g.Silent }, count[int]()),
		key("from", func(g *rule.GiftRule) *money.Amount { return &g.From }, roubles),
		key("note", func(g *rule.GiftRule) *string { return &g.Note }, words),
	},
}
