package draft_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// names know everything: the id 7 of a field is «outlet-7».
type names struct{}

func (names) Find(of rule.Field, word string) (id.ID, bool) {
	number, ok := strings.CutPrefix(word, string(of)+"-")
	v, err := id.Parse(number)
	return v, ok && err == nil && v < 1000
}

func (names) Word(of rule.Field, i id.ID) (string, bool) {
	return fmt.Sprintf("%s-%d", of, i), i < 1000
}

func (names) Words(of rule.Field) []string { return []string{string(of) + "-1", string(of) + "-12"} }

// odd are texts that a careless writer would break.
var odd = []string{
	"Май", "yes", "no", "null", "~", "10", "1e3", "0x10", "2026-01-01", "a: b", "- a", "#1", "'", `"`, `\`, " x ", "x\ny", "{a}", "[", "*a", "&a", "!x", "%", "@", "😀", "a\tb", "<<", "-", "true", "Ёлка «5»",
}

func word(t *rapid.T, label string) string {
	if rapid.IntRange(0, 2).Draw(t, label+" odd") == 0 {
		return rapid.SampledFrom(odd).Draw(t, label)
	}
	return rapid.StringMatching(`[a-zа-я]{1,8}`).Draw(t, label)
}

func rate(t *rapid.T, label string, most money.Rate) money.Rate {
	return money.Rate(rapid.OneOf(rapid.Int64Range(1, int64(most)), rapid.SampledFrom([]int64{1, 10_000, 25_000, 100_000, int64(most)})).Draw(t, label))
}

func amount(t *rapid.T, label string, least int64) money.Amount {
	return money.Amount(rapid.OneOf(rapid.Int64Range(least, 10_000_000), rapid.SampledFrom([]int64{1, 10, 100, 105, 100_000, rule.MaxCents})).Draw(t, label))
}

func points(t *rapid.T, label string, least int64) money.Points {
	return money.Points(rapid.OneOf(rapid.Int64Range(least, 1_000_000), rapid.SampledFrom([]int64{1, 10, 100, 10_000})).Draw(t, label))
}

func some[T any](t *rapid.T, label string, of func(t *rapid.T, label string) T) []T {
	var out []T
	for i := range rapid.IntRange(0, 2).Draw(t, label+" many") {
		out = append(out, of(t, fmt.Sprintf("%s %d", label, i)))
	}
	return out
}

func drawID(t *rapid.T, label string) id.ID {
	return id.ID(rapid.Int64Range(1, 900).Draw(t, label))
}

func days(t *rapid.T, label string) (from, to string) {
	from = rapid.SampledFrom([]string{"", "2025-12-31", "2026-02-28"}).Draw(t, label+" from")
	return from, rapid.SampledFrom([]string{"", "2026-03-01", "2028-02-29"}).Draw(t, label+" to")
}

func flip(t *rapid.T, label string) bool { return rapid.Bool().Draw(t, label) }

func pick[T any](t *rapid.T, label string, of ...T) T { return rapid.SampledFrom(of).Draw(t, label) }

func drawCondition(t *rapid.T, label string, of ...rule.Of) rule.Condition {
	var all []rule.FieldInfo
	for _, info := range rule.Fields() {
		for _, o := range of {
			if info.Of == o {
				all = append(all, info)
			}
		}
	}
	if of[len(of)-1] == rule.OfMember {
		all = append(all, rule.FieldInfo{Field: "custom.хобби 1", Of: rule.OfMember, Form: rule.Words})
	}
	info := rapid.SampledFrom(all).Draw(t, label)
	c := rule.Condition{Field: info.Field}
	if !info.Ranged() {
		c.In, c.Not = some(t, label+" in", func(t *rapid.T, l string) string { return drawValue(t, l, &info) }), some(t, label+" not", func(t *rapid.T, l string) string { return drawValue(t, l, &info) })
		if len(c.In)+len(c.Not) == 0 {
			c.In = []string{drawValue(t, label, &info)}
		}
		return c
	}
	least, most := int64(0), int64(1_000_000)
	switch info.Form {
	case rule.Days:
		least = -1_000
	case rule.Minute:
		most = 1439
	case rule.Date:
		least, most = 2026_01_01, 2026_12_32
	}
	from, wide := rapid.Int64Range(least, most-1).Draw(t, label+" from"), rapid.SampledFrom([]int64{1, 2, 99, 100, 101}).Draw(t, label+" wide")
	below := min(from+wide, most)
	if info.Form == rule.Date && flip(t, label+" day") {
		from, below = 2026_01_15, rapid.SampledFrom([]int64{2026_01_16, 2026_01_32, 2026_02_01}).Draw(t, label+" below")
	}
	if info.Form == rule.Minute && flip(t, label+" night") {
		from, below = below, from
	}
	way := rapid.IntRange(0, 2).Draw(t, label+" ends")
	if way != 1 {
		c.From = &from
	}
	if way != 2 {
		c.Below = &below
	}
	return c
}

func drawValue(t *rapid.T, label string, info *rule.FieldInfo) string {
	switch info.Form {
	case rule.IDs:
		return drawID(t, label).String()
	case rule.Flag:
		return pick(t, label, "yes", "no")
	case rule.Choice:
		return rapid.SampledFrom(info.Values).Draw(t, label)
	}
	return word(t, label)
}

func drawWhen(t *rapid.T, label string) []rule.Condition {
	return some(t, label, func(t *rapid.T, l string) rule.Condition { return drawCondition(t, l, rule.OfReceipt, rule.OfMember) })
}

func drawScope(t *rapid.T, label string) []rule.Condition {
	return some(t, label, func(t *rapid.T, l string) rule.Condition { return drawCondition(t, l, rule.OfLine) })
}

func drawExpiry(t *rapid.T, label string) rule.Expiry {
	switch mode := pick(t, label, rule.Never, rule.AfterAccrual, rule.AfterPurchase, rule.OnDates); mode {
	case rule.Never:
		return rule.Expiry{Mode: mode}
	case rule.OnDates:
		return rule.Expiry{Mode: mode, Dates: []string{"12-31", "02-29"}}
	default:
		return rule.Expiry{Mode: mode, Days: rapid.IntRange(1, 400).Draw(t, label+" days")}
	}
}

func drawGift(t *rapid.T, label string) rule.Gift {
	if flip(t, label) {
		return rule.Gift{}
	}
	return rule.Gift{Points: points(t, label+" points", 0), Days: rapid.IntRange(0, 30).Draw(t, label+" days")}
}

func drawGifts(t *rapid.T) (out []rule.GiftRule) {
	for _, o := range rule.Occasions() {
		l := "gift " + string(o)
		if flip(t, l) {
			continue
		}
		g := rule.GiftRule{On: o, Points: points(t, l+" points", 1), Days: rapid.IntRange(0, 30).Draw(t, l+" days"), Note: word(t, l+" note")}
		switch o {
		case rule.FirstPurchase:
			g.From = amount(t, l+" from", 0)
		case rule.NoPurchases:
			g.Silent, g.After = rapid.IntRange(1, 90).Draw(t, l+" silent"), rapid.IntRange(0, 9).Draw(t, l+" after")
		default:
			g.Before, g.After = rapid.IntRange(0, 9).Draw(t, l+" before"), rapid.IntRange(0, 9).Draw(t, l+" after")
		}
		out = append(out, g)
	}
	return out
}

// drawing numbers the rules and codes of a programme.
type drawing struct {
	n        int
	campaign string // whose codes may be given out
}

func (d *drawing) next(what string) string {
	d.n++
	return fmt.Sprintf("%s-%d", what, d.n)
}

func (d *drawing) rules(t *rapid.T, label string) []rule.Rule {
	return some(t, label, func(t *rapid.T, l string) rule.Rule { return d.rule(t, l) })
}

func (d *drawing) rule(t *rapid.T, l string) rule.Rule {
	r := rule.Rule{
		ID: d.next("r"), Name: word(t, l+" name"), Note: word(t, l+" note"), Off: flip(t, l+" off"), Priority: rapid.IntRange(-5, 5).Draw(t, l+" priority"),
		When: drawWhen(t, l+" when"), Scope: drawScope(t, l+" scope"),
	}
	r.From, r.To = days(t, l)
	r.Kind = pick(t, l+" kind", rule.TariffRule, rule.DiscountRule, rule.DiscountRule, rule.ShareRule, rule.AccrualRule, rule.AccrualRule, rule.MessageRule, rule.AwardRule)
	if r.Kind == rule.AwardRule && d.campaign == "" {
		r.Kind = rule.MessageRule
	}
	switch r.Kind {
	case rule.TariffRule:
		r.Amount = amount(t, l+" amount", 1)
	case rule.ShareRule:
		r.Rate = rate(t, l+" rate", money.Whole) * money.Rate(rapid.IntRange(0, 1).Draw(t, l+" any"))
	case rule.AwardRule:
		r.Campaign = d.campaign
	case rule.MessageRule:
		r.Text = rule.Text{RU: word(t, l+" ru"), EN: pick(t, l+" en", "", "hi")}
	case rule.DiscountRule:
		r.Stage, r.Choice = pick(t, l+" stage", "", rule.LineStage, rule.ReceiptStage), pick(t, l+" choice", "", "best")
		d.discount(t, l, &r)
	case rule.AccrualRule:
		r.Group = pick(t, l+" group", "", "bonus")
		d.accrual(t, l, &r)
	}
	return r
}

func (d *drawing) discount(t *rapid.T, l string, r *rule.Rule) {
	switch rapid.IntRange(0, 6).Draw(t, l+" way") {
	case 0:
		r.Rate = rate(t, l+" rate", money.Whole)
	case 1:
		r.Amount, r.EachUnit = amount(t, l+" amount", 1), flip(t, l+" each")
	case 2:
		r.By = pick(t, l+" by", "", rule.BySum, rule.ByCount, rule.ByPast, rule.ByUsed)
		r.Table = []rule.Row{{From: int64(rapid.IntRange(0, 5).Draw(t, l+" row")), Rate: rate(t, l+" rate", money.Whole)}, {From: 150, Amount: amount(t, l+" row amount", 1)}}
	case 3:
		r.Positions = []rule.Position{{N: 3, Every: flip(t, l+" every"), Rate: rate(t, l+" rate", money.Whole)}}
	case 4:
		r.Take, r.Pay = 3, int64(rapid.IntRange(0, 2).Draw(t, l+" pay"))
	case 5:
		r.Cheapest = &rule.Cheapest{Of: 3, Count: int64(rapid.IntRange(1, 3).Draw(t, l+" count")), Rate: rate(t, l+" rate", money.Whole)}
	case 6:
		parts := []rule.SetPart{{Scope: drawScope(t, l+" x"), Count: 2}, {Scope: drawScope(t, l+" y"), Count: 1}}
		r.Set = &rule.Set{Parts: parts, Most: int64(rapid.IntRange(0, 2).Draw(t, l+" most"))}
		switch rapid.IntRange(0, 3).Draw(t, l+" set") {
		case 0:
			r.Set.Price = amount(t, l+" price", 1)
		case 1:
			r.Set.Off = amount(t, l+" off", 1)
		case 2:
			r.Set.Rate = rate(t, l+" set rate", money.Whole)
		case 3:
			parts[1].Rate = rate(t, l+" part rate", money.Whole)
		}
	}
}

func (d *drawing) accrual(t *rapid.T, l string, r *rule.Rule) {
	switch rapid.IntRange(0, 4).Draw(t, l+" way") {
	case 0:
		r.Rate = rate(t, l+" rate", 10*money.Whole)
	case 1:
		r.Points, r.EachUnit = points(t, l+" points", 1), flip(t, l+" each unit")
	case 2:
		r.Points, r.Each = points(t, l+" points", 1), amount(t, l+" each", 1)
	case 3:
		r.By = pick(t, l+" by", "", rule.ByCount)
		r.Table = []rule.Row{{From: 1, Points: points(t, l+" row", 1)}, {From: 100, Rate: rate(t, l+" rate", money.Whole)}}
	case 4:
		r.Multiply = money.Whole + rate(t, l+" times", 9*money.Whole)
	}
	if flip(t, l+" terms") {
		r.Terms = &rule.Terms{Delay: rapid.IntRange(0, 20).Draw(t, l+" delay"), OnUse: flip(t, l+" on use")}
		if flip(t, l+" own expiry") {
			x := drawExpiry(t, l+" expiry")
			r.Terms.Expiry = &x
		}
	}
}

func (d *drawing) level(t *rapid.T, l string, i int) rule.Level {
	out := rule.Level{
		ID: d.next("l"), Name: word(t, l+" name") + strings.Repeat("·", i), // no two of one name
		Priority: i + 1, Any: flip(t, l+" any"), Total: amount(t, l+" total", 0),
		Points: points(t, l+" points", 0), Term: rapid.IntRange(0, 30).Draw(t, l+" term"), NoEarning: flip(t, l+" none"), EarnDays: rapid.IntRange(0, 9).Draw(t, l+" earn days"),
		Gift: drawGift(t, l+" gift"), Price: points(t, l+" price", 0), Fall: points(t, l+" fall", 0), Rules: d.rules(t, l+" rules"),
	}
	if flip(t, l+" group") {
		out.MemberGroup = drawID(t, l+" in").String()
	}
	if flip(t, l+" period") {
		out.Days, out.Visits, out.Sum = 30, 20, 500_000
		out.Parts = []rule.LevelPart{{Types: []string{"bar", word(t, l+" type")}, Sum: 100_000}}
	}
	return out
}

func (d *drawing) campaignOf(t *rapid.T, l string) rule.Campaign {
	c := rule.Campaign{
		ID: d.next("c"), Name: word(t, l+" name"), Off: flip(t, l+" off"), Priority: rapid.IntRange(-5, 5).Draw(t, l+" priority"), Alone: flip(t, l+" alone"),
		NeedsCode: flip(t, l+" code"), MaxUnits: int64(rapid.IntRange(0, 3).Draw(t, l+" units")), When: drawWhen(t, l+" when"), Scope: drawScope(t, l+" scope"),
		Limits: rule.Limits{InAll: int64(rapid.IntRange(0, 3).Draw(t, l+" all")), PerCode: 1, PerHead: 2, Return: flip(t, l+" return")},
		Refund: pick(t, l+" refund", "", rule.KeepTerms, rule.RecomputeTerms, rule.TakeDifference), Rules: d.rules(t, l+" rules"),
	}
	c.From, c.To = days(t, l)
	if !c.Alone {
		c.Stack = pick(t, l+" stack", "", "summer")
	}
	if flip(t, l+" codes") {
		c.Codes = []string{d.next("CODE"), d.next("Код")}
	}
	d.campaign = c.ID
	return c
}

// drawProgramme draws a programme that compiles.
func drawProgramme(t *rapid.T) *rule.Programme {
	s := rule.DefaultSettings()
	if flip(t, "settings") {
		s = rule.Settings{
			PointValue: pick(t, "point", money.Amount(1), 50, 100), SpendStep: pick(t, "step", money.Points(100), 200), AccrualStep: points(t, "accrual step", 1),
			Round: money.Rounding(rapid.IntRange(0, 3).Draw(t, "round")), EarnOn: pick(t, "earn on", rule.BeforeDiscounts, rule.AfterDiscounts),
			EarnMoneyOnly: flip(t, "1"), EarnWithSpend: flip(t, "2"), EarnDiscounted: flip(t, "3"), EarnMemorandum: flip(t, "4"), EarnCertificate: flip(t, "5"),
			DiscountMemorandum: flip(t, "8"), SpendMemorandum: flip(t, "9"), LowerLeast: flip(t, "10"), PushkinSpend: flip(t, "11"), PushkinEarn: flip(t, "12"), PushkinCertificate: flip(t, "13"),
			PushkinMixed: flip(t, "14"), PushkinOne: flip(t, "15"), PushkinRefund: flip(t, "16"), PushkinListed: flip(t, "17"),
			Progressive: pick(t, "progressive", rule.OnWhole, rule.OnPart), ConditionsOn: pick(t, "conditions", rule.BeforeStage, rule.BeforeAll),
			LevelOn:     pick(t, "level on", rule.LevelBefore, rule.LevelAfter),
			UnusedLapse: rapid.IntRange(0, 60).Draw(t, "lapse"),
			PriceFloor:  amount(t, "floor", 0), ReturnSpent: flip(t, "6"),
			Clawback: pick(t, "claw", rule.ClawDebt, rule.ClawMoney, rule.ClawForgive), ExpiredReturn: rapid.IntRange(0, 60).Draw(t, "return"),
			RefundTerms: pick(t, "refund", rule.KeepTerms, rule.RecomputeTerms, rule.TakeDifference), UnlinkedTakes: flip(t, "7"),
			SpendProofAbove: pick(t, "proof", money.Points(-1), 0, 50_050), OfflineSpend: pick(t, "offline", money.Points(0), 30_000), ApproveAbove: pick(t, "approve", money.Points(0), 100_050), LateMax: rapid.IntRange(0, 60).Draw(t, "late"), HoldTTL: rapid.IntRange(1, 600).Draw(t, "hold"),
		}
	}
	types := func(label string, most money.Rate) map[string]money.Rate {
		out := map[string]money.Rate{}
		for _, w := range some(t, label, word) {
			out[w] = rate(t, label+" "+w, most)
		}
		return out
	}
	p := &rule.Programme{
		Code: word(t, "code"), Name: word(t, "name"), On: flip(t, "on"), Priority: rapid.IntRange(-9, 9).Draw(t, "priority"), Version: int64(rapid.IntRange(0, 9).Draw(t, "version")),
		Zone: pick(t, "zone", "", "Europe/Moscow", "Asia/Omsk"), TermsURL: pick(t, "url", "", "https://example.org/#rules"),
		Outlets: some(t, "outlets", drawID), Partners: some(t, "partners", drawID), Gives: pick(t, "gives", "", rule.GivesPoints, rule.GivesDiscounts),
		Settings: s, Earning: rule.Earning{
			Rate: rate(t, "earn", 10*money.Whole), ByType: types("earn by", 10*money.Whole), Delay: rapid.IntRange(0, 20).Draw(t, "delay"), OnUse: flip(t, "on use"),
			Expiry: drawExpiry(t, "expiry"), Rule: pick(t, "earn rule", "", "base-earn"), Note: word(t, "note"),
		},
		Spending: rule.Spending{Share: rate(t, "share", money.Whole), ByType: types("share by", money.Whole)}, Welcome: drawGift(t, "welcome"), Himself: drawGift(t, "welcome himself"), Gifts: drawGifts(t),
		Groups: map[string]rule.Combine{word(t, "rule group"): pick(t, "combine", rule.AddAll, rule.TakeBest)},
	}
	p.From, p.To = days(t, "programme")
	d := &drawing{}
	for i := range rapid.IntRange(0, 2).Draw(t, "campaigns") {
		p.Campaigns = append(p.Campaigns, d.campaignOf(t, fmt.Sprintf("campaign %d", i)))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "levels") {
		p.Levels = append(p.Levels, d.level(t, fmt.Sprintf("level %d", i), i))
	}
	if !slices.ContainsFunc(p.Levels, func(l rule.Level) bool { return l.Gift.Points+l.Price+l.Fall+l.Points > 0 }) {
		p.Settings.LevelScope = pick(t, "level scope", rule.ScopeAccount, rule.ScopeMember)
	}
	p.Rules = d.rules(t, "rules")
	if err := p.Compile(); err != nil {
		t.Fatalf("a drawn programme does not compile: %v", err)
	}
	return p
}
