package rule_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// tester is what testing.T and rapid.T have in common here.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

var types = []string{"", "ticket", "bar", "book", "service"}

// steps are point values with spending steps that are whole kopecks of them.
var steps = []struct {
	value money.Amount
	step  money.Points
}{{100, 100}, {100, 1}, {100, 1000}, {50, 2}, {1, 100}, {1, 500}, {7, 100}, {250, 2}, {333, 100}, {10_000, 1}, {1_000_000, 50}}

func drawRate(t *rapid.T, name string, most money.Rate) money.Rate {
	if rapid.Bool().Draw(t, name+" is round") {
		return min(most, rapid.SampledFrom([]money.Rate{0, 10 * money.Percent, 333_333, 500_000, money.Whole}).Draw(t, name))
	}
	return money.Rate(rapid.Int64Range(0, int64(most)).Draw(t, name))
}

func drawRates(t *rapid.T, name string, most money.Rate) map[string]money.Rate {
	out := map[string]money.Rate{}
	for _, typ := range types[1:] {
		if rapid.Bool().Draw(t, name+" names "+typ) {
			out[typ] = drawRate(t, name+"."+typ, most)
		}
	}
	return out
}

// drawProgramme draws a programme that compiles, with offers of codes A, B …
func drawProgramme(t *rapid.T) *rule.Programme {
	s := rapid.SampledFrom(steps).Draw(t, "point")
	p := &rule.Programme{
		ID: 1, Version: 1, Code: "main", Name: "Основная", On: true, Zone: "Europe/Moscow",
		Settings: rule.Settings{
			PointValue: s.value, SpendStep: s.step, HoldTTL: 20,
			AccrualStep:   rapid.SampledFrom([]money.Points{1, 10, 100, 500, 7}).Draw(t, "accrual step"),
			Round:         money.Rounding(rapid.IntRange(0, 3).Draw(t, "round")),
			EarnOn:        rapid.SampledFrom([]rule.EarnOn{rule.BeforeDiscounts, rule.AfterDiscounts}).Draw(t, "earn on"),
			EarnMoneyOnly: rapid.Bool().Draw(t, "money only"),
			EarnWithSpend: rapid.Bool().Draw(t, "earn with spend"),
			PriceFloor:    rapid.SampledFrom([]money.Amount{0, 1, 1, 100, 5000}).Draw(t, "floor"),
			Clawback:      rule.ClawDebt, EarnDiscounted: true, EarnMemorandum: rapid.IntRange(0, 3).Draw(t, "earn memorandum") > 0, EarnCertificate: true,
			DiscountMemorandum: rapid.IntRange(0, 3).Draw(t, "discount memorandum") > 0, SpendMemorandum: rapid.IntRange(0, 3).Draw(t, "spend memorandum") > 0,
			PushkinSpend: rapid.Bool().Draw(t, "pushkin spend"), PushkinEarn: rapid.Bool().Draw(t, "pushkin earn"),
			LowerLeast: rapid.IntRange(0, 4).Draw(t, "lower least") > 0,
		},
		Earning:  rule.Earning{Rate: drawRate(t, "earn", 2*money.Whole), ByType: drawRates(t, "earn", 2*money.Whole)},
		Spending: rule.Spending{Share: drawRate(t, "share", money.Whole), ByType: drawRates(t, "share", money.Whole)},
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "offers") {
		o := drawOffer(t, i)
		p.Campaigns = append(p.Campaigns, o.Campaign())
	}
	if err := p.Compile(); err != nil {
		t.Fatalf("a drawn programme does not compile: %v", err)
	}
	return p
}

func drawOffer(t *rapid.T, i int) rule.Offer {
	o := rule.Offer{
		ID: fmt.Sprintf("o%d", i), Name: "акция", Codes: []string{string(rune('A' + i)), fmt.Sprintf("second %d", i)},
		LeastSum: rapid.SampledFrom([]money.Amount{0, 0, 10_000, 100_000}).Draw(t, "least sum"),
		To:       rapid.SampledFrom([]string{"", "", "2026-03-02", "2026-03-01"}).Draw(t, "to"),
		Members:  rapid.Bool().Draw(t, "members"),
		Limits:   rule.Limits{InAll: rapid.Int64Range(0, 3).Draw(t, "in all"), PerHead: rapid.Int64Range(0, 1).Draw(t, "per head")},
	}
	if rapid.Bool().Draw(t, "fixed") {
		o.Amount = money.Amount(rapid.Int64Range(1, 200_000).Draw(t, "amount"))
	} else {
		o.Rate = max(1, drawRate(t, "offer", money.Whole))
	}
	return o
}

// drawLine draws a line of 1 to 5 pieces, or of a broken quantity.
func drawLine(t *rapid.T) rule.Line {
	l := rule.Line{
		SKU: "x", Type: rapid.SampledFrom(types).Draw(t, "type"),
		Quantity: money.Quantity(rapid.IntRange(1, 5).Draw(t, "pieces")) * money.Piece,
		Payable:  rapid.IntRange(0, 4).Draw(t, "payable") > 0,
		Earns:    rapid.IntRange(0, 4).Draw(t, "earns") > 0,
		Least:    rapid.SampledFrom([]money.Amount{0, 0, 0, 1, 500, 20_000}).Draw(t, "least"),
	}
	if rapid.IntRange(0, 4).Draw(t, "weighed") == 0 {
		l.Quantity = money.Quantity(rapid.IntRange(1, 3000).Draw(t, "grams"))
	}
	if rapid.IntRange(0, 3).Draw(t, "memorandum") == 0 {
		l.Memorandum = true
		if rapid.Bool().Draw(t, "known") {
			l.Forbids = &rule.Forbidden{
				NoDiscounts: rapid.Bool().Draw(t, "no discounts"), NoPoints: rapid.Bool().Draw(t, "no points"), NoEarning: rapid.Bool().Draw(t, "no earning"),
			}
		}
	}
	price := money.Amount(rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64Range(0, 100_000)).Draw(t, "price"))
	l.Gross, _ = l.Quantity.Cost(price, money.HalfUp)
	return l
}

func drawReceipt(t *rapid.T, p *rule.Programme) *rule.Receipt {
	r := &rule.Receipt{Day: "2026-03-02", Lines: rapid.SliceOfN(rapid.Custom(drawLine), 1, 8).Draw(t, "lines")}
	codes := []string{"a", "B", "c", "D", "second 0", "second 1", "unknown"}
	r.Codes = codesOf(rapid.SliceOfN(rapid.SampledFrom(codes), 0, 4).Draw(t, "codes")...)
	switch rapid.IntRange(0, 3).Draw(t, "wish") {
	case 0:
		r.Wish.Max = true
	case 1:
		r.Wish.Points = money.Points(rapid.Int64Range(0, 20).Draw(t, "steps")) * p.Settings.SpendStep
	}
	return r
}

// codesOf are codes as a receipt has them, each once.
func codesOf(codes ...string) (out []rule.Code) {
	for _, c := range codes {
		code := rule.Code{Text: text.Fold(c)}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

func drawMember(t *rapid.T) *rule.Member {
	if rapid.IntRange(0, 5).Draw(t, "anonymous") == 0 {
		return &rule.Member{}
	}
	return &rule.Member{Home: 7, Spendable: money.Points(rapid.OneOf(
		rapid.Int64Range(0, 500), rapid.Int64Range(0, 5_000_000)).Draw(t, "spendable"))}
}

// judged draws a receipt with its programme and judges it; a wish that is
// refused is dropped.
func judged(t *rapid.T) (*rule.Programme, *rule.Receipt, *rule.Member, *rule.Outcome) {
	p := drawProgramme(t)
	r, m := drawReceipt(t, p), drawMember(t)
	out, err := rule.Judge(p, r, m, nil)
	if err != nil {
		r.Wish = rule.Wish{}
		out = mustJudge(t, p, r, m)
	}
	return p, r, m, out
}

func mustJudge(t tester, p *rule.Programme, r *rule.Receipt, m *rule.Member, usedUp ...string) *rule.Outcome {
	t.Helper()
	out, err := rule.Judge(p, r, m, usedUp)
	if err != nil {
		t.Fatalf("judge: %v", err)
	}
	return out
}
