package rule_test

import (
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// What a receipt's totals may move by when its lines are written otherwise:
//
//   - gross and discount never move: a discount is rounded once per receipt;
//   - lines of one type that may be paid whole and have no discount: nothing
//     moves;
//   - else each line's discount and points' cap is rounded for itself, so its
//     due moves by two kopecks at most (its share is the floor or the ceiling
//     of the exact one, a half's twice so) and its cap by three, and what is
//     payable and what is earned move by no more than these bring.
const capMoves, dueMoves = 3, 2

// bounds says how far allowed and earned may move for a receipt of n lines.
func bounds(p *rule.Programme, n int) (allowed, earned money.Points) {
	s := &p.Settings
	points := func(kopecks int64) int64 { return kopecks*100/int64(s.PointValue) + 1 }
	highest := p.Earning.Rate
	for _, r := range p.Earning.ByType {
		highest = max(highest, r)
	}
	perType := int64(dueMoves*n)*int64(highest)/int64(money.Whole) + 1 + int64(s.AccrualStep)
	return money.Points(points(int64(capMoves*n))) + s.SpendStep, money.Points(perType * int64(len(p.Earning.ByType)+1))
}

func far(a, b, bound money.Points) bool { return a-b > bound || b-a > bound }

// checkAlike compares the totals of one receipt written in two ways.
func checkAlike(t *rapid.T, p *rule.Programme, a, b *rule.Outcome, n int) {
	t.Helper()
	if a.Gross != b.Gross || a.Discount != b.Discount {
		t.Fatalf("gross %d and %d, discount %d and %d", a.Gross, b.Gross, a.Discount, b.Discount)
	}
	allowed, earned := bounds(p, n)
	if far(a.Allowed, b.Allowed, allowed) || far(a.Earned, b.Earned, earned) {
		t.Fatalf("allowed %d and %d (±%d), earned %d and %d (±%d)", a.Allowed, b.Allowed, allowed, a.Earned, b.Earned, earned)
	}
}

func checkSame(t *rapid.T, a, b *rule.Outcome) {
	t.Helper()
	if a.Gross != b.Gross || a.Discount != b.Discount || a.Allowed != b.Allowed || a.Spent != b.Spent || a.Paid != b.Paid ||
		a.Due != b.Due || a.Earned != b.Earned {
		t.Fatalf("%+v\n%+v", a, b)
	}
}

// plain draws a receipt of which no rounding of a line can show.
func plain(t *rapid.T) (*rule.Programme, *rule.Receipt, *rule.Member) {
	p := drawProgramme(t)
	p.Spending = rule.Spending{Share: money.Whole}
	r, m := drawReceipt(t, p), drawMember(t)
	r.Codes, r.Wish = nil, rule.Wish{Max: m.Known()}
	typ := rapid.SampledFrom(types).Draw(t, "the type")
	for i := range r.Lines {
		r.Lines[i].Type, r.Lines[i].Earns = typ, true
	}
	return p, r, m
}

// halved writes the lines that can be halved as two equal ones.
func halved(r *rule.Receipt) *rule.Receipt {
	out := *r
	out.Lines = nil
	for _, l := range r.Lines {
		if l.Quantity%2000 != 0 || l.Gross%2 != 0 {
			out.Lines = append(out.Lines, l)
			continue
		}
		l.Quantity /= 2
		l.Gross /= 2
		out.Lines = append(out.Lines, l, l)
	}
	return &out
}

func TestHalvingLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		r, m := drawReceipt(t, p), drawMember(t)
		r.Wish = rule.Wish{}
		h := halved(r)
		checkAlike(t, p, mustJudge(t, p, r, m), mustJudge(t, p, h, m), len(h.Lines))

		p, r, m = plain(t)
		checkSame(t, mustJudge(t, p, r, m), mustJudge(t, p, halved(r), m))
	})
}

func TestReorderingLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		r, m := drawReceipt(t, p), drawMember(t)
		r.Wish = rule.Wish{}
		shuffled := *r
		shuffled.Lines = rapid.Permutation(r.Lines).Draw(t, "order")
		checkAlike(t, p, mustJudge(t, p, r, m), mustJudge(t, p, &shuffled, m), len(r.Lines))

		p, r, m = plain(t)
		shuffled = *r
		shuffled.Lines = rapid.Permutation(r.Lines).Draw(t, "order")
		checkSame(t, mustJudge(t, p, r, m), mustJudge(t, p, &shuffled, m))
	})
}

// TestMoreIsNotWorse: a member who has more points can pay no less, and a
// dearer receipt earns no less.
func TestMoreIsNotWorse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, r, m := plain(t)
		before := mustJudge(t, p, r, m)
		rich := *m
		rich.Spendable += money.Points(rapid.Int64Range(0, 1000).Draw(t, "more"))
		if o := mustJudge(t, p, r, &rich); o.Spent < before.Spent || o.Due > before.Due {
			t.Fatalf("with more points %d spent, before %d", o.Spent, before.Spent)
		}
		r.Wish = rule.Wish{}
		before = mustJudge(t, p, r, m)
		r.Lines = append(r.Lines, rule.Line{SKU: "y", Type: r.Lines[0].Type, Quantity: money.Piece, Gross: 1000, Earns: true})
		if o := mustJudge(t, p, r, m); o.Earned < before.Earned {
			t.Fatalf("a line more earns %d, before %d", o.Earned, before.Earned)
		}
	})
}

// drawAccrual draws an accrual of the whole receipt, of any sort.
func drawAccrual(t *rapid.T) rule.Rule {
	r := rule.Rule{ID: "e", Kind: rule.AccrualRule}
	switch rapid.IntRange(0, 4).Draw(t, "earns by") {
	case 0:
		r.Rate = 33_333
	case 1:
		r.Points, r.EachUnit = 350, true
	case 2:
		r.Points = 350
	case 3:
		r.Points, r.Each = 5000, 10_000
	default:
		r.Table = []rule.Row{{From: 0, Rate: 3 * money.Percent}, {From: 50_000, Rate: 10 * money.Percent}}
	}
	return r
}

// ruled draws a programme of one discount and one accrual of any sort, and a
// receipt of whole pieces.
func ruled(t *rapid.T) (*rule.Programme, *rule.Receipt) {
	p := drawProgramme(t)
	p.Earning, p.Spending, p.Settings.PriceFloor = rule.Earning{}, rule.Spending{Share: money.Whole}, 0
	p.Rules = []rule.Rule{drawAccrual(t)}
	p.Campaigns = []rule.Campaign{{ID: "c", Rules: []rule.Rule{drawDiscount(t, "d")}}}
	if err := p.Compile(); err != nil {
		t.Fatalf("%v", err)
	}
	r := &rule.Receipt{Day: "2026-03-02"}
	for range rapid.IntRange(1, 6).Draw(t, "lines") {
		pieces := rapid.SampledFrom([]int64{1, 2, 2, 4}).Draw(t, "pieces")
		price := rapid.SampledFrom([]int64{1, 333, 10_000, 10_001, 45_000}).Draw(t, "price")
		r.Lines = append(r.Lines, rule.Line{
			SKU: "x", Type: rapid.SampledFrom(types).Draw(t, "type"), Quantity: money.Quantity(pieces) * money.Piece,
			Gross: money.Amount(pieces * price), Payable: true, Earns: true,
		})
	}
	return p, r
}

// TestLinesWrittenOtherwise: one receipt, its lines halved or in another order,
// comes to the same under every sort of discount and accrual; only what a
// position says depends on the order.
func TestLinesWrittenOtherwise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, r := ruled(t)
		m := &rule.Member{Home: 7}
		is := mustJudge(t, p, r, m)
		checkSame(t, is, mustJudge(t, p, halved(r), m))
		if len(p.Campaigns[0].Rules[0].Positions) > 0 {
			return
		}
		shuffled := *r
		shuffled.Lines = rapid.Permutation(r.Lines).Draw(t, "order")
		checkSame(t, is, mustJudge(t, p, &shuffled, m))
	})
}
