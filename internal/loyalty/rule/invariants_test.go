package rule_test

import (
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// leastOf says, in its own way, what a line may not cost less than.
func leastOf(p *rule.Programme, l *rule.Line) money.Amount {
	unit, units := p.Settings.PriceFloor, int64(max(l.Quantity, 1000))
	if l.Least > unit {
		unit = l.Least
	}
	if l.Least > 0 && l.Quantity%1000 != 0 {
		units = int64(l.Quantity) // a least price of weighed goods is of a kilogram
	}
	thousandths := int64(unit) * units
	return min(l.Gross, money.Amount((thousandths+999)/1000))
}

// fixed says, in its own way, whether no discounts, and no points, may lower a
// line.
func fixed(p *rule.Programme, l *rule.Line) (discounts, points bool) {
	s := &p.Settings
	if l.Least > 0 && !s.LowerLeast {
		return true, true
	}
	switch {
	case !l.Memorandum:
		return false, false
	case l.Forbids == nil && l.Least == 0:
		return true, true
	case l.Forbids == nil:
		return !s.DiscountMemorandum, !s.SpendMemorandum
	}
	return l.Forbids.NoDiscounts || !s.DiscountMemorandum, l.Forbids.NoPoints || !s.SpendMemorandum
}

// round is v·num/den rounded as r says, in big numbers.
func round(v, num, den int64, r money.Rounding) int64 {
	n := new(big.Int).Mul(big.NewInt(v), big.NewInt(num))
	q, rest := new(big.Int).QuoRem(n, big.NewInt(den), new(big.Int))
	twice := new(big.Int).Lsh(rest, 1).Cmp(big.NewInt(den))
	if r == money.Up && rest.Sign() > 0 || r == money.HalfUp && twice >= 0 ||
		r == money.HalfEven && (twice > 0 || twice == 0 && q.Bit(0) == 1) {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

// checkSums holds an outcome against what is true of every one.
func checkSums(t tester, p *rule.Programme, r *rule.Receipt, o *rule.Outcome) {
	t.Helper()
	var sum rule.LineOutcome
	for i := range o.Lines {
		l := o.Lines[i]
		if l.Gross != r.Lines[i].Gross || l.Discount < 0 || l.Paid < 0 || l.Points < 0 || l.Earned < 0 || l.Most < 0 || l.Due < 0 {
			t.Fatalf("line %d: %+v", i, l)
		}
		if l.Gross-l.Discount-l.Paid != l.Due {
			t.Fatalf("line %d does not add up: %+v", i, l)
		}
		sum.Gross += l.Gross
		sum.Discount += l.Discount
		sum.Paid += l.Paid
		sum.Points += l.Points
		sum.Due += l.Due
		sum.Earned += l.Earned
	}
	want := rule.LineOutcome{Gross: o.Gross, Discount: o.Discount, Paid: o.Paid, Points: o.Spent, Due: o.Due, Earned: o.Earned}
	if sum != want {
		t.Fatalf("the lines make %+v, the receipt says %+v", sum, want)
	}
	if p.Kopecks(o.Spent) != o.Paid {
		t.Fatalf("%d hundredths took off %d", o.Spent, o.Paid)
	}
	checkEffects(t, r, o)
}

// checkEffects: shares add up to their effect, effects of a kind to each
// line's figure, and each stands on units of its lines.
func checkEffects(t tester, r *rule.Receipt, o *rule.Outcome) {
	t.Helper()
	got := make([]rule.LineOutcome, len(o.Lines))
	for _, e := range o.Effects {
		var sum int64
		for _, s := range e.Shares {
			if units := unitsOf(e, s.Line); s.Amount <= 0 || units < 1 || units > r.Lines[s.Line].Units() {
				t.Fatalf("share %+v over units %+v", s, e.Units)
			}
			sum += s.Amount
			switch e.Kind {
			case rule.Discount:
				got[s.Line].Discount += money.Amount(s.Amount)
			case rule.Payment:
				got[s.Line].Paid += money.Amount(s.Amount)
			case rule.Accrual:
				got[s.Line].Earned += money.Points(s.Amount)
			}
		}
		if sum != e.Amount {
			t.Fatalf("shares of %s make %d of %d", e.Rule, sum, e.Amount)
		}
	}
	for i, l := range o.Lines {
		if g := got[i]; g.Discount != l.Discount || g.Paid != l.Paid || g.Earned != l.Earned {
			t.Fatalf("line %d: effects make %+v, the line says %+v", i, g, l)
		}
	}
}

// unitsOf counts the units of a line that an effect falls on; 0 where it
// names one twice.
func unitsOf(e rule.Effect, line int) (n int64) {
	for i, s := range e.Units {
		if s.Line != line {
			continue
		}
		for _, o := range e.Units[:i] {
			if o.Line == line && s.From < o.From+o.Count && o.From < s.From+s.Count {
				return 0
			}
		}
		n += s.Count
	}
	return n
}

// checkEarned works out anew what each line's type earns.
func checkEarned(t tester, p *rule.Programme, r *rule.Receipt, m *rule.Member, o *rule.Outcome) {
	t.Helper()
	bases, rates := map[string]int64{}, map[string]money.Rate{}
	for i, l := range r.Lines {
		typ, rate := l.Type, p.Earning.Rate
		if of, named := p.Earning.ByType[l.Type]; named {
			rate = of
		} else {
			typ = "any other"
		}
		base := l.Gross
		if p.Settings.EarnOn == rule.AfterDiscounts {
			base -= o.Lines[i].Discount
		}
		if p.Settings.EarnMoneyOnly {
			base -= o.Lines[i].Paid
		}
		rates[typ] = rate
		forbidden := l.Memorandum && (!p.Settings.EarnMemorandum || l.Forbids != nil && l.Forbids.NoEarning)
		if l.Earns && !forbidden && base > 0 {
			bases[typ] += int64(base)
		} else if o.Lines[i].Earned != 0 {
			t.Fatalf("line %d earns nothing and got %d", i, o.Lines[i].Earned)
		}
	}
	var want int64
	for typ, base := range bases {
		step := int64(p.Settings.AccrualStep)
		want += step * round(round(base, int64(rates[typ]), 1_000_000, p.Settings.Round), 1, step, p.Settings.Round)
	}
	if m.Home == 0 || o.Spent > 0 && !p.Settings.EarnWithSpend {
		want = 0
	}
	if int64(o.Earned) != want {
		t.Fatalf("earned %d, worked out %d from %v at %v", o.Earned, want, bases, rates)
	}
}

func TestJudgeInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, r, m, o := judged(t)
		checkSums(t, p, r, o)
		checkEarned(t, p, r, m, o)
		for i, l := range o.Lines {
			if l.Due < leastOf(p, &r.Lines[i]) {
				t.Fatalf("line %d costs %d, at least %d", i, l.Due, leastOf(p, &r.Lines[i]))
			}
			discounts, points := fixed(p, &r.Lines[i])
			if discounts && l.Discount > 0 || points && l.Most > 0 {
				t.Fatalf("line %d keeps its price, and is lowered: %+v", i, l)
			}
			if l.Paid > l.Most || l.Paid > 0 && !r.Lines[i].Payable {
				t.Fatalf("line %d: %d paid, most %d", i, l.Paid, l.Most)
			}
		}
		if o.Spent > o.Most || o.Most > o.Allowed || o.Most > m.Spendable || o.Spent%p.Settings.SpendStep != 0 {
			t.Fatalf("spent %d, most %d, allowed %d, of %d", o.Spent, o.Most, o.Allowed, m.Spendable)
		}
	})
}

// TestJudgeIsPure: the same inputs give the same outcome, and are not touched.
func TestJudgeIsPure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, r, m, o := judged(t)
		before := *r
		before.Lines = append([]rule.Line(nil), r.Lines...)
		again := mustJudge(t, p, r, m)
		if diff := cmp.Diff(o, again); diff != "" || o.Digest() != again.Digest() {
			t.Fatalf("judged twice: %s", diff)
		}
		if diff := cmp.Diff(&before, r); diff != "" {
			t.Fatalf("the receipt was changed: %s", diff)
		}
	})
}

// TestRecordInvariants: what the till did is taken as it is.
func TestRecordInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		r, m := drawReceipt(t, p), drawMember(t)
		f := &rule.Facts{Discounts: make([]money.Amount, len(r.Lines))}
		var due money.Amount
		for i, l := range r.Lines {
			f.Discounts[i] = money.Amount(rapid.Int64Range(0, int64(l.Gross)).Draw(t, "discount"))
			due += l.Gross - f.Discounts[i]
		}
		f.Points = money.Points(rapid.Int64Range(0, 3+int64(due)*100/int64(p.Settings.PointValue)).Draw(t, "points"))
		o, err := rule.Record(p, r, m, f)
		if over := p.Kopecks(f.Points) > due; over != (err != nil) {
			t.Fatalf("%d hundredths on %d due: %v", f.Points, due, err)
		}
		if err != nil {
			return
		}
		checkSums(t, p, r, o)
		checkEarned(t, p, r, m, o)
		if o.Spent != f.Points {
			t.Fatalf("spent %d, the till says %d", o.Spent, f.Points)
		}
		for i := range o.Lines {
			if o.Lines[i].Discount != f.Discounts[i] {
				t.Fatalf("line %d: %d off, the till says %d", i, o.Lines[i].Discount, f.Discounts[i])
			}
		}
	})
}
