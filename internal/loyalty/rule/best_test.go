package rule_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// drawDiscount draws a discount of any sort that a campaign may give.
func drawDiscount(t *rapid.T, id string) rule.Rule {
	r := rule.Rule{ID: id, Kind: rule.DiscountRule, Priority: rapid.IntRange(0, 2).Draw(t, "priority")}
	if rapid.Bool().Draw(t, "of a type") {
		r.Scope = []rule.Condition{{Field: rule.FieldType, In: []string{rapid.SampledFrom(types[1:]).Draw(t, "type")}}}
	}
	rate := func() money.Rate {
		return rapid.SampledFrom([]money.Rate{10 * money.Percent, 333_333, money.Whole}).Draw(t, "rate")
	}
	switch rapid.IntRange(0, 7).Draw(t, "works by") {
	case 0:
		r.Rate = rate()
	case 1:
		r.Amount = money.Amount(rapid.IntRange(1, 50_000).Draw(t, "off"))
	case 2:
		r.Table = []rule.Row{{From: 0, Rate: 5 * money.Percent}, {From: 50_000, Rate: 10 * money.Percent}, {From: 100_000, Amount: 20_000}}
	case 3:
		r.Positions = []rule.Position{{N: 3, Rate: rate()}, {N: 2, Every: true, Rate: 10 * money.Percent}}
	case 4:
		r.Take, r.Pay = 3, 2
	case 5:
		r.Cheapest = &rule.Cheapest{Of: 2, Count: 1, Rate: rate()}
	case 6:
		r.Set = &rule.Set{Parts: []rule.SetPart{{Count: 2}, {Count: 1, Rate: rate()}}}
	default:
		r.Set = &rule.Set{Price: 15_000, Parts: []rule.SetPart{
			{Scope: []rule.Condition{{Field: rule.FieldType, In: []string{"ticket"}}}, Count: 1},
			{Scope: []rule.Condition{{Field: rule.FieldType, In: []string{"bar"}}}, Count: 1},
		}}
	}
	if rapid.IntRange(0, 2).Draw(t, "least sum") == 0 {
		least := rapid.Int64Range(1, 100_000).Draw(t, "sum from")
		r.When = append(r.When, rule.Condition{Field: rule.FieldSum, From: &least})
	}
	return r
}

func drawCampaign(t *rapid.T, i int) rule.Campaign {
	id := fmt.Sprintf("k%d", i)
	c := rule.Campaign{
		ID: id, Priority: rapid.IntRange(0, 2).Draw(t, "campaign priority"),
		Alone: rapid.IntRange(0, 3).Draw(t, "alone") == 0,
	}
	if !c.Alone {
		c.Stack = rapid.SampledFrom([]string{"", "", "x"}).Draw(t, "stack")
	}
	if rapid.IntRange(0, 2).Draw(t, "code") == 0 {
		c.Codes = []string{id}
	}
	for n := range rapid.IntRange(1, 2).Draw(t, "rules") {
		r := drawDiscount(t, fmt.Sprintf("%s-%d", id, n))
		if rapid.Bool().Draw(t, "variant") {
			r.Choice = "v"
		}
		c.Rules = append(c.Rules, r)
	}
	if rapid.IntRange(0, 2).Draw(t, "accrual") == 0 {
		c.Rules = append(c.Rules, rule.Rule{ID: id + "-e", Kind: rule.AccrualRule, Rate: 5 * money.Percent})
	}
	return c
}

// only is the programme with some campaigns, and of each choice one variant.
func only(p *rule.Programme, campaigns []rule.Campaign) *rule.Programme {
	out := *p
	out.Campaigns = campaigns
	return &out
}

// variants gives the ways in which a campaign can act.
func variants(c rule.Campaign) (out []rule.Campaign) {
	var fixed, choice []rule.Rule
	for _, r := range c.Rules {
		if r.Choice != "" {
			choice = append(choice, r)
			continue
		}
		fixed = append(fixed, r)
	}
	if len(choice) == 0 {
		return []rule.Campaign{c}
	}
	for _, r := range choice {
		v := c
		v.Rules = append(slices.Clone(fixed), r)
		out = append(out, v)
	}
	return out
}

// sets lists every combination of campaigns that the contract allows.
func sets(all []rule.Campaign) (out [][]rule.Campaign) {
	out = append(out, nil)
	stacks := map[string][]rule.Campaign{}
	for i, c := range all {
		key := "stack " + c.Stack
		if c.Alone {
			key = fmt.Sprint("alone ", i)
		}
		stacks[key] = append(stacks[key], c)
	}
	for _, of := range stacks {
		var walk func(i int, chosen []rule.Campaign)
		walk = func(i int, chosen []rule.Campaign) {
			if i == len(of) {
				out = append(out, slices.Clone(chosen))
				return
			}
			walk(i+1, chosen)
			for _, v := range variants(of[i]) {
				walk(i+1, append(slices.Clone(chosen), v))
			}
		}
		walk(0, nil)
	}
	return out
}

// TestBestCombinationIsBest holds the search against trying every combination
// by itself, where nothing is left to choose.
func TestBestCombinationIsBest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		p.Campaigns = nil
		for i := range rapid.IntRange(1, 6).Draw(t, "campaigns") {
			p.Campaigns = append(p.Campaigns, drawCampaign(t, i))
		}
		all := slices.Clone(p.Campaigns)
		if err := p.Compile(); err != nil {
			t.Fatalf("%v", err)
		}
		r, m := drawReceipt(t, p), drawMember(t)
		r.Lines, r.Wish = r.Lines[:min(len(r.Lines), 4)], rule.Wish{}
		r.Codes = codesOf(rapid.SliceOfN(rapid.SampledFrom([]string{"k0", "k1", "k2", "k3", "k4", "k5"}), 0, 4).Draw(t, "codes")...)
		got := mustJudge(t, p, r, m)
		checkSums(t, p, r, got)

		var best *rule.Outcome
		for _, set := range sets(all) {
			set = slices.Clone(set)
			for i := range set {
				set[i].Rules = slices.Clone(set[i].Rules)
				for k := range set[i].Rules {
					set[i].Rules[k].Choice = ""
				}
				set[i].Alone, set[i].Stack = false, "" // all of it acts
			}
			q := only(p, set)
			if err := q.Compile(); err != nil {
				t.Fatalf("%v", err)
			}
			o := rule.JudgeAll(q, r, m)
			if best == nil || o.Discount > best.Discount || o.Discount == best.Discount && o.Earned > best.Earned {
				best = o
			}
		}
		if !got.Best.Exact {
			if got.Discount+got.Best.Gap < best.Discount {
				t.Fatalf("%d off, the gap %d, yet %d can be had", got.Discount, got.Best.Gap, best.Discount)
			}
			return
		}
		if got.Discount != best.Discount || got.Earned != best.Earned {
			t.Fatalf("%d off and %d earned by %v; %d and %d can be had", got.Discount, got.Earned, got.Campaigns, best.Discount, best.Earned)
		}
	})
}
