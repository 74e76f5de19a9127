package rule_test

import (
	"fmt"
	"testing"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// manyRules is a programme with so many active rules of every sort: most of
// them of products, some of types, outlets, weekdays, hours and levels.
func manyRules(b *testing.B, n int) *rule.Programme {
	b.Helper()
	p := &rule.Programme{
		Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(),
		Earning:  rule.Earning{Rate: 3 * money.Percent, ByType: map[string]money.Rate{"ticket": 5 * money.Percent}},
		Spending: rule.Spending{Share: 30 * money.Percent},
	}
	in := func(f rule.Field, v ...string) rule.Condition { return rule.Condition{Field: f, In: v} }
	for i := range n {
		r := rule.Rule{ID: fmt.Sprint("r", i)}
		switch i % 10 {
		case 0:
			r.Kind, r.Rate = rule.AccrualRule, 2*money.Percent
			r.When = []rule.Condition{in(rule.FieldOutlet, fmt.Sprint(1000+i)), in(rule.FieldWeekday, "6", "7")}
		case 1:
			r.Kind, r.Rate = rule.DiscountRule, 5*money.Percent
			r.Scope = []rule.Condition{in(rule.FieldEvent, fmt.Sprint("событие ", i))}
		case 2:
			r.Kind, r.Rate = rule.ShareRule, 50*money.Percent
			r.When = []rule.Condition{in(rule.FieldLevel, fmt.Sprint("level", i))}
		default:
			r.Kind, r.Rate = rule.DiscountRule, 10*money.Percent
			r.Scope = []rule.Condition{in(rule.FieldProduct, fmt.Sprint("sku-", i))}
		}
		p.Rules = append(p.Rules, r)
	}
	if err := p.Compile(); err != nil {
		b.Fatal(err)
	}
	return p
}

// BenchmarkJudge judges a receipt of five lines, two of which have a rule of
// their own, by programmes of more and more rules.
func BenchmarkJudge(b *testing.B) {
	r := &rule.Receipt{Day: "2026-03-02", Weekday: 1, Minute: 600, Outlet: 7, Partner: 3, Till: 9}
	for i, sku := range []string{"sku-3", "sku-4", "bread", "milk", "tea"} {
		r.Lines = append(r.Lines, rule.Line{
			SKU: sku, Folded: sku, Type: []string{"ticket", "bar"}[i%2], Quantity: 2 * money.Piece, Gross: money.Amount(10_000 + i), Payable: true, Earns: true,
		})
	}
	r.Wish.Max = true
	m := &rule.Member{Home: 7, Spendable: 100_000, Level: "level2", Purchases: 3}
	for _, n := range []int{10, 100, 1000, 10_000} {
		p := manyRules(b, n)
		b.Run(fmt.Sprint(n, "-rules"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := rule.Judge(p, r, m, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
