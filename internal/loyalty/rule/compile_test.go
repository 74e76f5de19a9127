package rule_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// good is a programme with everything in it, which compiles.
func good() *rule.Programme {
	return &rule.Programme{
		Code: "main", Name: "Основная", On: true, From: "2026-01-01", To: "2026-12-31", Zone: "Europe/Moscow", TermsURL: "https://example.com/terms",
		Settings: rule.DefaultSettings(),
		Earning: rule.Earning{
			Rate: 3 * money.Percent, ByType: map[string]money.Rate{"ticket": 10 * money.Percent}, Delay: 3,
			Expiry: rule.Expiry{Mode: rule.AfterAccrual, Days: 90},
		},
		Spending: rule.Spending{Share: money.Whole, ByType: map[string]money.Rate{"bar": 50 * money.Percent}},
		Welcome:  rule.Gift{Points: 10_000, Days: 30},
		Campaigns: rule.CampaignsOf(
			rule.Offer{ID: "spring", Name: "Весна", Codes: []string{"ВЕСНА"}, Rate: 10 * money.Percent, From: "2026-03-01", To: "2026-03-31"},
			rule.Offer{ID: "fixed", Name: "Сто", Codes: []string{"100"}, Amount: 10_000, Limits: rule.Limits{InAll: 5}},
		),
	}
}

func TestCompileSaysWhereItIsWrong(t *testing.T) {
	t.Parallel()
	if err := good().Compile(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path  string
		spoil func(p *rule.Programme)
	}{
		{"zone", func(p *rule.Programme) { p.Zone = "Europe/Moskva" }},
		{"campaigns[0].when[0]", func(p *rule.Programme) {
			p.Campaigns[0].When = []rule.Condition{{Field: "audience", In: []string{"1"}}}
		}},
		{"zone", func(p *rule.Programme) { p.Zone = "Local" }},
		{"code", func(p *rule.Programme) { p.Code = "" }},
		{"code", func(p *rule.Programme) { p.Code = strings.Repeat("x", 65) }},
		{"name", func(p *rule.Programme) { p.Name = "" }},
		{"name", func(p *rule.Programme) { p.Name = strings.Repeat("ы", 201) }},
		{"from", func(p *rule.Programme) { p.From = "2026-02-29" }},
		{"to", func(p *rule.Programme) { p.From, p.To = "2026-03-02", "2026-03-01" }},
		{"from", func(p *rule.Programme) { p.To = "1.3.2026" }},
		{"terms_url", func(p *rule.Programme) { p.TermsURL = "javascript:alert(1)" }},
		{"terms_url", func(p *rule.Programme) { p.TermsURL = "https://%zz" }},
		{"settings.point_value", func(p *rule.Programme) { p.Settings.PointValue = 0 }},
		{"settings.point_value", func(p *rule.Programme) { p.Settings.PointValue = 1e9 + 1 }},
		{"settings.accrual_step", func(p *rule.Programme) { p.Settings.AccrualStep = 0 }},
		{"settings.spend_step", func(p *rule.Programme) { p.Settings.SpendStep = -1 }},
		{"settings.spend_step", func(p *rule.Programme) { p.Settings.PointValue, p.Settings.SpendStep = 1, 1 }},
		{"settings.spend_step", func(p *rule.Programme) { p.Settings.PointValue, p.Settings.SpendStep = 333, 150 }},
		{"settings.round", func(p *rule.Programme) { p.Settings.Round = 9 }},
		{"settings.price_floor", func(p *rule.Programme) { p.Settings.PriceFloor = -1 }},
		{"settings.earn_on", func(p *rule.Programme) { p.Settings.EarnOn = "gross" }},
		{"settings.clawback", func(p *rule.Programme) { p.Settings.Clawback = "steal" }},
		{"settings.expired_return", func(p *rule.Programme) { p.Settings.ExpiredReturn = -1 }},
		{"settings.late_max", func(p *rule.Programme) { p.Settings.LateMax = rule.MaxDays + 1 }},
		{"earning.rate", func(p *rule.Programme) { p.Earning.Rate = -1 }},
		{"earning.rate", func(p *rule.Programme) { p.Earning.Rate = 100*money.Whole + 1 }},
		{"earning.by_type.ticket", func(p *rule.Programme) { p.Earning.ByType["ticket"] = -1 }},
		{"earning.by_type", func(p *rule.Programme) { p.Earning.ByType[""] = 1 }},
		{"earning.by_type", func(p *rule.Programme) { p.Earning.ByType = manyTypes() }},
		{"earning.delay", func(p *rule.Programme) { p.Earning.Delay = -1 }},
		{"earning.expiry.mode", func(p *rule.Programme) { p.Earning.Expiry.Mode = "sometimes" }},
		{"earning.expiry.days", func(p *rule.Programme) { p.Earning.Expiry.Days = 0 }},
		{"earning.expiry.days", func(p *rule.Programme) { p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: -1} }},
		{"earning.expiry.dates", func(p *rule.Programme) { p.Earning.Expiry = rule.Expiry{Mode: rule.OnDates} }},
		{"earning.expiry.dates[1]", func(p *rule.Programme) {
			p.Earning.Expiry = rule.Expiry{Mode: rule.OnDates, Dates: []string{"02-29", "02-30"}}
		}},
		{"spending.share", func(p *rule.Programme) { p.Spending.Share = money.Whole + 1 }},
		{"spending.by_type.bar", func(p *rule.Programme) { p.Spending.ByType["bar"] = -1 }},
		{"spending.by_type", func(p *rule.Programme) { p.Spending.ByType[""] = 1 }},
		{"spending.by_type", func(p *rule.Programme) { p.Spending.ByType = manyTypes() }},
		{"welcome", func(p *rule.Programme) { p.Welcome.Points = -1 }},
		{"welcome", func(p *rule.Programme) { p.Welcome.Days = -1 }},
		{"gifts[0].on", func(p *rule.Programme) { p.Gifts = []rule.GiftRule{{On: "monday", Points: 1}} }},
		{"gifts[1].on", func(p *rule.Programme) {
			p.Gifts = []rule.GiftRule{{On: rule.Birthday, Points: 1}, {On: rule.Birthday, Points: 2}}
		}},
		{"gifts[0].points", func(p *rule.Programme) { p.Gifts = []rule.GiftRule{{On: rule.Birthday}} }},
		{"gifts[0].days", func(p *rule.Programme) { p.Gifts = []rule.GiftRule{{On: rule.Birthday, Points: 1, Days: -1}} }},
		{"gifts[0].before", func(p *rule.Programme) { p.Gifts = []rule.GiftRule{{On: rule.Birthday, Points: 1, Before: 181}} }},
		{"gifts[0].before", func(p *rule.Programme) { p.Gifts = []rule.GiftRule{{On: rule.FirstPurchase, Points: 1, After: 1}} }},
		{"gifts[0].from", func(p *rule.Programme) { p.Gifts = []rule.GiftRule{{On: rule.Birthday, Points: 1, From: 1}} }},
		{"campaigns[0].id", func(p *rule.Programme) { p.Campaigns[0].ID = "" }},
		{"campaigns[1].id", func(p *rule.Programme) { p.Campaigns[1].ID = "spring" }},
		{"campaigns[1].id", func(p *rule.Programme) { p.Campaigns[1].ID = "spring:all" }},
		{"campaigns[0].rules[0]", func(p *rule.Programme) { p.Campaigns[0].Rules[0].Amount = 1 }},
		{"campaigns[0].rules[0]", func(p *rule.Programme) { p.Campaigns[0].Rules[0].Rate = 0 }},
		{"campaigns[0].rules[0].rate", func(p *rule.Programme) { p.Campaigns[0].Rules[0].Rate = money.Whole + 1 }},
		{"campaigns[1].rules[0].amount", func(p *rule.Programme) { p.Campaigns[1].Rules[0].Amount = -1 }},
		{"campaigns[0].to", func(p *rule.Programme) { p.Campaigns[0].To = "2026-02-01" }},
		{"campaigns[1].limits.per_member", func(p *rule.Programme) { p.Campaigns[1].Limits.PerHead = -1 }},
		{"campaigns[1].codes[0]", func(p *rule.Programme) { p.Campaigns[1].Codes = []string{"весна "} }},
		{"campaigns[1].codes[1]", func(p *rule.Programme) { p.Campaigns[1].Codes = []string{"x", " \u200b"} }},
		{"campaigns", func(p *rule.Programme) { p.Campaigns = make([]rule.Campaign, rule.MaxCampaigns+1) }},
		{"campaigns", func(p *rule.Programme) { p.Campaigns[0].Codes = manyCodes() }},
	} {
		p := good()
		c.spoil(p)
		err := p.Compile()
		if paths := pathsOf(err); !slices.Contains(paths, c.path) {
			t.Errorf("%s is wrong, said: %v", c.path, err)
		}
	}
}

// TestCompileSaysAllAtOnce: one answer names every wrong place.
func TestCompileSaysAllAtOnce(t *testing.T) {
	t.Parallel()
	got := pathsOf((&rule.Programme{Settings: rule.Settings{EarnOn: "?", Clawback: "?"}, Earning: rule.Earning{Rate: -1}}).Compile())
	want := []string{
		"code", "name", "settings.point_value", "settings.accrual_step", "settings.spend_step",
		"settings.earn_on", "settings.clawback", "earning.rate",
	}
	for _, path := range want {
		if !slices.Contains(got, path) {
			t.Errorf("%s is not named in %q", path, got)
		}
	}
}

func pathsOf(err error) (out []string) {
	if err == nil {
		return nil
	}
	for _, f := range fault.From(err).Fields {
		out = append(out, f.Path)
	}
	return out
}

func manyTypes() map[string]money.Rate {
	return maps.Collect(func(yield func(string, money.Rate) bool) {
		for i := range rule.MaxTypes + 1 {
			if !yield(fmt.Sprint("type ", i), 1) {
				return
			}
		}
	})
}

func manyCodes() []string {
	out := make([]string, rule.MaxCodes+1)
	for i := range out {
		out[i] = fmt.Sprint("code ", i)
	}
	return out
}

// TestCompileTouchesNoCopy: a copy of a programme that judges is compiled
// without a trace in it.
func TestCompileTouchesNoCopy(t *testing.T) {
	t.Parallel()
	p := good()
	p.Rules = []rule.Rule{{ID: "r", Kind: rule.DiscountRule, Set: &rule.Set{Off: 1, Parts: []rule.SetPart{{Count: 1, Scope: scope("a")}}}}}
	if err := p.Compile(); err != nil {
		t.Fatal(err)
	}
	r := &rule.Receipt{Day: "2026-03-02", Codes: codesOf("ВЕСНА"), Lines: []rule.Line{typed("a", 1, 1000)}}
	want := mustJudge(t, p, r, &rule.Member{}).Digest()
	done := make(chan error)
	go func() {
		q := *p
		done <- q.Compile()
	}()
	for range 100 {
		if mustJudge(t, p, r, &rule.Member{}).Digest() != want {
			t.Error("judged otherwise")
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
