package purchase_test

import (
	"math/big"
	"slices"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// mLine is a line of the model: named amounts, and how much of each is back.
type mLine struct {
	cart     purchase.CartLine
	typ      string
	free     bool
	amounts  []mAmount
	backQ    money.Quantity
	byAmount bool
}

// mAmount is one of a line's amounts.
type mAmount struct {
	what  string // gross, paid, points, discount, earned, pay
	rule  string
	whole int64
	back  int64
}

func newLine(c *purchase.CartLine, i int, out *rule.Outcome, d *purchase.Purchase) mLine {
	l := mLine{cart: *c}
	l.typ, l.free = goods(c.SKU)
	o := out.Lines[i]
	points := int64(o.Points)
	if d.Spent == 0 {
		points = 0 // nobody's
	}
	l.amounts = []mAmount{{what: "gross", whole: int64(o.Gross)}, {what: "paid", whole: int64(o.Paid)}, {what: "points", whole: points}}
	for _, kind := range []rule.EffectKind{rule.Discount, rule.Accrual} {
		for _, e := range out.Effects {
			for _, s := range e.Shares {
				if e.Kind != kind || s.Line != i || kind == rule.Accrual && d.Earned == 0 {
					continue
				}
				what := map[rule.EffectKind]string{rule.Discount: "discount", rule.Accrual: "earned"}[kind]
				l.amounts = append(l.amounts, mAmount{what: what, rule: e.Rule, whole: s.Amount})
			}
		}
	}
	return l
}

// of sums the line's amounts of a sort.
func (l *mLine) of(what string) (whole, back int64) {
	for _, a := range l.amounts {
		if a.what == what {
			whole += a.whole
			back += a.back
		}
	}
	return whole, back
}

// splitPays gives each line its part of each payment: every payment is split
// over what the lines still owe.
func splitPays(lines []mLine, payments []purchase.Payment) {
	left := make([]int64, len(lines))
	for i := range lines {
		gross, _ := lines[i].of("gross")
		off, _ := lines[i].of("discount")
		paid, _ := lines[i].of("paid")
		left[i] = gross - off - paid
	}
	for _, p := range payments {
		for i, v := range split(int64(p.Amount), left) {
			lines[i].amounts = append(lines[i].amounts, mAmount{what: "pay", whole: v})
			left[i] -= v
		}
	}
}

// split shares n over weights that it does not exceed: the floors, and the
// rest one by one to the largest remainders, the earlier first.
func split(n int64, weights []int64) []int64 {
	out := make([]int64, len(weights))
	rest := make([]*big.Int, len(weights))
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	if sum.Sign() == 0 {
		return out
	}
	left := n
	order := make([]int, len(weights))
	for i, w := range weights {
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(n), big.NewInt(w)), sum, new(big.Int))
		out[i], rest[i], order[i] = q.Int64(), r, i
		left -= q.Int64()
	}
	slices.SortStableFunc(order, func(i, j int) int { return rest[j].Cmp(rest[i]) })
	for _, i := range order[:left] {
		out[i]++
	}
	return out
}

// stored is the line as the purchase should have it.
func (l *mLine) stored() purchase.Line {
	s := purchase.Line{
		SKU: l.cart.SKU, Name: l.cart.Name, Type: l.typ, Quantity: l.cart.Quantity, Price: l.cart.Price, NotPaid: !l.free, NoEarn: !l.free,
	}
	for _, a := range l.amounts {
		switch a.what {
		case "gross":
			s.Gross = money.Amount(a.whole)
		case "paid":
			s.Paid = money.Amount(a.whole)
		case "points":
			s.Points = money.Points(a.whole)
		case "discount":
			s.Discounts = append(s.Discounts, purchase.RuleAmount{Rule: a.rule, Amount: a.whole})
		case "earned":
			s.Earned = append(s.Earned, purchase.RuleAmount{Rule: a.rule, Amount: a.whole})
		case "pay":
			s.Pays = append(s.Pays, money.Amount(a.whole))
		}
	}
	return s
}

// bring moves every amount on to part of whole, none ever back, and gives
// what came back by it. The money is one amount, whoever paid it.
func (l *mLine) bring(i int, part, whole int64) purchase.RefundLine {
	r := purchase.RefundLine{Line: i, SKU: l.cart.SKU, ByAmount: l.byAmount}
	for k := range l.amounts {
		if a := &l.amounts[k]; a.what != "pay" {
			diff := further(a.whole, a.back, part, whole)
			a.back += diff
			l.note(&r, a.what, diff)
		}
	}
	due, back := l.of("pay")
	l.pay(&r, further(due, back, part, whole))
	return r
}

// further is how far an amount goes on to part of whole.
func further(amount, back, part, whole int64) int64 {
	target := new(big.Int).Mul(big.NewInt(amount), big.NewInt(part))
	return max(target.Quo(target, big.NewInt(whole)).Int64()-back, 0)
}

// pay brings back so much of the line's money, split over its payments by what
// is left of them.
func (l *mLine) pay(r *purchase.RefundLine, n int64) {
	var pays []*mAmount
	var left []int64
	for k := range l.amounts {
		if a := &l.amounts[k]; a.what == "pay" {
			pays = append(pays, a)
			left = append(left, a.whole-a.back)
		}
	}
	for k, v := range split(n, left) {
		pays[k].back += v
		r.Pays = append(r.Pays, money.Amount(v))
	}
}

func (l *mLine) note(r *purchase.RefundLine, what string, diff int64) {
	switch what {
	case "gross":
		r.Gross = money.Amount(diff)
	case "paid":
		r.Paid = money.Amount(diff)
	case "points":
		r.Points = money.Points(diff)
	case "discount":
		r.Discounts = append(r.Discounts, diff)
	case "earned":
		r.Earned = append(r.Earned, diff)
	}
}

// bringMoney brings back exactly so much of the line's money and the share of all
// else.
func (l *mLine) bringMoney(i int, n int64) purchase.RefundLine {
	l.byAmount = true
	due, back := l.of("pay")
	paid := make([]int64, len(l.amounts))
	for k := range l.amounts {
		paid[k] = l.amounts[k].back
	}
	r := l.bring(i, back+n, due)
	for k := range l.amounts {
		if a := &l.amounts[k]; a.what == "pay" {
			a.back = paid[k]
		}
	}
	r.Pays = nil
	l.pay(&r, n)
	return r
}

// rest brings back all that is left of the line.
func (l *mLine) rest(i int) purchase.RefundLine {
	r := l.bring(i, 1, 1)
	if !l.byAmount {
		r.Quantity = l.cart.Quantity - l.backQ
		l.backQ = l.cart.Quantity
	}
	return r
}

// over tells whether nothing of the line is left.
func (l *mLine) over() bool {
	for _, a := range l.amounts {
		if a.whole != a.back {
			return false
		}
	}
	return l.byAmount || l.backQ == l.cart.Quantity
}
