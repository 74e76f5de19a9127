package rule_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// programmeOf makes a programme that does nothing but by its offers.
func programmeOf(t tester, offers ...rule.Offer) *rule.Programme {
	t.Helper()
	p := &rule.Programme{Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(), Campaigns: rule.CampaignsOf(offers...)}
	if err := p.Compile(); err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// TestSplittingVectors: the splits that the contract gives, as discounts of a
// receipt.
func TestSplittingVectors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		off    money.Amount
		gross  []money.Amount
		least  []money.Amount
		shares []money.Amount
	}{
		{100, []money.Amount{33333, 33333, 33334}, nil, []money.Amount{33, 33, 34}},
		{10000, []money.Amount{10000, 5000, 3333}, nil, []money.Amount{5455, 2727, 1818}},
		{9000, []money.Amount{10000, 5000, 3333}, []money.Amount{100, 100, 2333}, []money.Amount{5333, 2667, 1000}},
		{99999, []money.Amount{10000, 5000, 3333}, []money.Amount{100, 100, 2333}, []money.Amount{9900, 4900, 1000}},
		{200, []money.Amount{100, 0, 100, 100}, []money.Amount{0, 0, 100, 0}, []money.Amount{99, 0, 0, 99}},
	} {
		p := programmeOf(t, rule.Offer{ID: "o", Codes: []string{"a"}, Amount: c.off})
		r := &rule.Receipt{Codes: codesOf("A")}
		for i, g := range c.gross {
			l := rule.Line{SKU: "x", Quantity: money.Piece, Gross: g}
			if c.least != nil {
				l.Least = c.least[i]
			}
			r.Lines = append(r.Lines, l)
		}
		o := mustJudge(t, p, r, &rule.Member{})
		var got []money.Amount
		for _, l := range o.Lines {
			got = append(got, l.Discount)
		}
		if !slices.Equal(got, c.shares) {
			t.Errorf("%d over %v with least %v: %v, want %v", c.off, c.gross, c.least, got, c.shares)
		}
	}
}

// TestBestOffer: of the codes that a receipt carries, one acts that alone
// would take most off.
func TestBestOffer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		r, m := drawReceipt(t, p), drawMember(t)
		r.Wish = rule.Wish{}
		var usedUp []string
		for _, c := range p.Campaigns {
			for _, code := range c.Codes {
				if rapid.IntRange(0, 4).Draw(t, "used up") == 0 {
					usedUp = append(usedUp, c.ID+":"+text.Fold(code))
				}
			}
		}
		got := mustJudge(t, p, r, m, usedUp...)
		var best money.Amount
		for _, code := range r.Codes {
			alone := *r
			alone.Codes = []rule.Code{code}
			best = max(best, mustJudge(t, p, &alone, m, usedUp...).Discount)
		}
		if got.Discount != best || len(got.Campaigns) > 1 || len(got.Codes) > 1 {
			t.Fatalf("codes %v: %d off by %v, the best alone %d", r.Codes, got.Discount, got.Campaigns, best)
		}
		for _, u := range got.Uses {
			if slices.Contains(usedUp, u.Key()) {
				t.Fatalf("%s is used up", u.Key())
			}
		}
	})
}

// TestOfferEdges: dates and sums include themselves.
func TestOfferEdges(t *testing.T) {
	t.Parallel()
	offer := rule.Offer{ID: "o", Codes: []string{"Ёлка"}, Rate: 10 * money.Percent, LeastSum: 1000, From: "2026-03-02", To: "2026-03-03"}
	p := programmeOf(t, offer)
	for _, c := range []struct {
		day, code string
		gross     money.Amount
		off       money.Amount
	}{
		{"2026-03-02", "ёлка", 1000, 100},
		{"2026-03-03", "ЕЛКА ", 1009, 100},
		{"2026-03-03", "елка", 999, 0},
		{"2026-03-01", "ёлка", 1000, 0},
		{"2026-03-04", "ёлка", 1000, 0},
		{"2026-03-03", "ёлки", 1000, 0},
	} {
		r := oneLine(c.gross)
		r.Day, r.Codes = c.day, codesOf(c.code)
		if o := mustJudge(t, p, r, &rule.Member{}); o.Discount != c.off {
			t.Errorf("%s on %s over %d: %d off, want %d", c.code, c.day, c.gross, o.Discount, c.off)
		}
	}
}

// TestWhyNotInTheBest: what is not in the best combination for want of its sum
// says so; what another combination beats says that.
func TestWhyNotInTheBest(t *testing.T) {
	t.Parallel()
	p := programmeOf(t,
		rule.Offer{ID: "friends", Codes: []string{"friends"}, Amount: 20_000, LeastSum: 100_000},
		rule.Offer{ID: "some", Codes: []string{"some"}, Amount: 1_000})
	r := &rule.Receipt{Codes: codesOf("friends", "some"), Lines: []rule.Line{{SKU: "x", Quantity: money.Piece, Gross: 24_000}}}
	for gross, want := range map[money.Amount][]rule.Idle{
		24_000:  {{Code: "friends", Reason: rule.Unmet + "sum"}},
		100_000: {{Code: "some", Reason: rule.WhyLost}},
	} {
		r.Lines[0].Gross = gross
		if got, _ := mustJudge(t, p, r, &rule.Member{}).Idle(p, r.Codes); !slices.Equal(got, want) {
			t.Errorf("%d: %+v, want %+v", gross, got, want)
		}
	}
	r.Wish = rule.Wish{Points: 100}
	if _, err := rule.Judge(rule.None(), r, &rule.Member{Home: 7}, nil); err == nil || err.Error() != "points.no-programme" {
		t.Errorf("no programme: %v", err)
	}
}

// TestWhyOfSeveralCodes: of each code what is said is its own: not what is wrong with
// another of the same campaign, and that another is enough only where that one has acted.
func TestWhyOfSeveralCodes(t *testing.T) {
	t.Parallel()
	p := programmeOf(t, rule.Offer{ID: "friends", Codes: []string{"open"}, Amount: 20_000, LeastSum: 100_000})
	unmet := rule.Unmet + "sum"
	given := func(text, gone string) rule.Code { return rule.Code{Text: text, Campaign: "friends", Gone: gone} }
	for _, c := range []struct {
		gross money.Amount
		codes []rule.Code
		want  []rule.Idle
	}{
		{24_000, []rule.Code{given("a", ""), given("b", "")}, []rule.Idle{{Code: "a", Reason: unmet}, {Code: "b", Reason: unmet}}},
		{100_000, []rule.Code{given("a", ""), given("b", "")}, []rule.Idle{{Code: "b", Reason: rule.WhyCodeSpare}}},
		{24_000, []rule.Code{given("a", rule.WhyCodeUsed), given("b", "")}, []rule.Idle{{Code: "a", Reason: rule.WhyCodeUsed}, {Code: "b", Reason: unmet}}},
		{100_000, []rule.Code{given("a", rule.WhyCodeExpired), given("b", "")}, []rule.Idle{{Code: "a", Reason: rule.WhyCodeExpired}}},
		{100_000, []rule.Code{{Text: "none"}, given("b", "")}, []rule.Idle{{Code: "none", Reason: rule.WhyCodeUnknown}}},
	} {
		r := oneLine(c.gross)
		r.Codes = c.codes
		if got, _ := mustJudge(t, p, r, &rule.Member{}).Idle(p, r.Codes); !slices.Equal(got, c.want) {
			t.Errorf("%d with %+v: %+v, want %+v", c.gross, c.codes, got, c.want)
		}
	}
}

// TestWhichLimitIsReached: a code that is good itself is not said to be used up where the
// campaign may be used no more, by this buyer or by anybody.
func TestWhichLimitIsReached(t *testing.T) {
	t.Parallel()
	given, open := rule.Code{Text: "a", Campaign: "o"}, rule.Code{Text: "open"}
	for _, c := range []struct {
		limits rule.Limits
		code   rule.Code
		want   string
	}{
		{rule.Limits{PerHead: 1}, given, rule.WhyUsedByBuyer},
		{rule.Limits{PerHead: 1}, open, rule.WhyUsedByBuyer},
		{rule.Limits{InAll: 5}, open, rule.WhyUsedUp},
		{rule.Limits{InAll: 5, PerHead: 1}, given, rule.WhyUsedUp},
		{rule.Limits{PerCode: 3}, open, rule.WhyCodeUsed},
		{rule.Limits{PerCode: 3, PerHead: 1}, given, rule.WhyUsedByBuyer},
	} {
		p := programmeOf(t, rule.Offer{ID: "o", Codes: []string{"open"}, Amount: 100, Limits: c.limits})
		r := oneLine(10_000)
		r.Codes = []rule.Code{c.code}
		out, err := rule.Judge(p, r, &rule.Member{}, []string{p.UseOf(&c.code).Key()})
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := out.Idle(p, r.Codes); len(got) != 1 || got[0].Reason != c.want {
			t.Errorf("%+v, code %+v: %+v, want %s", c.limits, c.code, got, c.want)
		}
	}
}
