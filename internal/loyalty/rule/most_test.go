package rule_test

import (
	"testing"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// earnsBy gives a programme of a rate and of accrual rules.
func earnsBy(t *testing.T, rate money.Rate, rules ...rule.Rule) *rule.Programme {
	t.Helper()
	p := &rule.Programme{Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(), Earning: rule.Earning{Rate: rate}}
	for i, r := range rules {
		r.ID, r.Kind = string(rune('a'+i)), rule.AccrualRule
		p.Rules = append(p.Rules, r)
	}
	if err := p.Compile(); err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// TestSumMost: a receipt comes to MaxCents at most, over how many lines ever,
// and the largest one earns what its rates say, to the highest rate there is.
func TestSumMost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines int
		gross money.Amount // of each
		rate  money.Rate
		want  money.Points // 0: refused
	}{
		{1, rule.MaxCents, 5 * money.Percent, rule.MaxCents / 20},
		{4000, rule.MaxCents / 4000, 5 * money.Percent, rule.MaxCents / 20},
		{4000, rule.MaxCents / 4000, 100 * money.Whole, rule.MaxCents * 100},
		{2, rule.MaxCents/2 + 1, 5 * money.Percent, 0},
		{4000, rule.MaxCents, 5 * money.Percent, 0},
		{rule.MaxLines, rule.MaxCents, 100 * money.Whole, 0},
	} {
		p := earnsBy(t, c.rate)
		r := &rule.Receipt{}
		for range c.lines {
			r.Lines = append(r.Lines, oneLine(c.gross).Lines[0])
		}
		judged, err := rule.Judge(p, r, &rule.Member{Home: 1}, nil)
		recorded, err2 := rule.Record(p, r, &rule.Member{Home: 1}, &rule.Facts{})
		if c.want == 0 {
			if !fault.Is(err, "purchase.sum-most") || !fault.Is(err2, "purchase.sum-most") {
				t.Errorf("%d lines of %d: %v, %v", c.lines, c.gross, err, err2)
			}
			continue
		}
		if err != nil || err2 != nil || judged.Earned != c.want || recorded.Earned != c.want {
			t.Errorf("%d lines of %d at %d: %+v %v, %+v %v; want %d", c.lines, c.gross, c.rate, judged, err, recorded, err2, c.want)
		}
	}
}

// TestEarnedMost: what would earn more points than there may be is refused,
// and never earns nothing.
func TestEarnedMost(t *testing.T) {
	t.Parallel()
	const most = 100 * money.Whole
	for name, c := range map[string]struct {
		rules []rule.Rule
		gross money.Amount
		want  money.Points // 0: refused
	}{
		"a point for each kopeck":  {[]rule.Rule{{Each: 1, Points: 1}}, 1_000, 1_000},
		"many for each kopeck":     {[]rule.Rule{{Each: 1, Points: 1e12}}, 101, 0},
		"past any number":          {[]rule.Rule{{Each: 1, Points: 1e12}}, rule.MaxCents, 0},
		"many for each piece":      {[]rule.Rule{{EachUnit: true, Points: 1e12}}, 1000, 0},
		"the most, twice":          {[]rule.Rule{{Rate: most}, {Rate: most}}, rule.MaxCents, 0},
		"the most, times the most": {[]rule.Rule{{Rate: most}, {Multiply: most}}, rule.MaxCents, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := earnsBy(t, 0, c.rules...)
			r := oneLine(c.gross)
			r.Lines[0].Quantity = 1_000_000 * money.Piece
			judged, err := rule.Judge(p, r, &rule.Member{Home: 1}, nil)
			recorded, err2 := rule.Record(p, r, &rule.Member{Home: 1}, &rule.Facts{})
			if c.want == 0 {
				if !fault.Is(err, "purchase.earned-most") || !fault.Is(err2, "purchase.earned-most") {
					t.Errorf("%v, %v", err, err2)
				}
				return
			}
			if err != nil || err2 != nil || judged.Earned != c.want || recorded.Earned != c.want {
				t.Errorf("%+v %v, %+v %v; want %d", judged, err, recorded, err2, c.want)
			}
		})
	}
}
