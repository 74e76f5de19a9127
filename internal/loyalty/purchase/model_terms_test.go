package purchase_test

import (
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// mStays is what of a sale stays: what its rules gave to it then, and what
// they would give to it by itself.
type mStays struct {
	had, now map[string]int64 // discounts, by rule
	got, new map[string]int64 // points, by rule
	cheaper  int64            // than the goods' prices, in money
	paid     int64            // for it, and not given back
}

// stays judges what stays of a sale anew; nil where nothing does.
func (s *mSale) stays(w *mWorld, lines []mLine) *mStays {
	out := &mStays{had: map[string]int64{}, now: map[string]int64{}, got: map[string]int64{}, new: map[string]int64{}}
	r := &rule.Receipt{At: s.at, Day: w.day(s.at), Codes: s.codes, Wish: s.wish}
	k := &rule.Kept{}
	for i := range lines {
		l := &lines[i]
		if l.over() || l.backQ == l.cart.Quantity {
			continue
		}
		sums := map[string]int64{}
		for _, a := range l.amounts {
			// Of a line returned by amount all units stay.
			n := a.whole - a.whole*int64(l.backQ)/int64(l.cart.Quantity)
			sums[a.what] += n
			switch a.what {
			case "discount":
				out.had[a.rule] += n
			case "earned":
				out.got[a.rule] += n
			}
		}
		out.cheaper += sums["gross"] - sums["paid"] - sums["pay"]
		for _, a := range l.amounts {
			if a.what == "pay" {
				out.paid += a.whole - a.back
			}
		}
		k.Points += money.Points(sums["points"])
		k.Paid = append(k.Paid, money.Amount(sums["paid"]))
		if s.doc.Mode == purchase.Record {
			k.Discounts = append(k.Discounts, money.Amount(min(sums["discount"], sums["gross"])))
		}
		r.Lines = append(r.Lines, rule.Line{
			SKU: l.cart.SKU, Type: l.typ, Quantity: l.cart.Quantity - l.backQ, Gross: money.Amount(sums["gross"]), Payable: l.free, Earns: l.free,
		})
	}
	if len(r.Lines) == 0 {
		return nil
	}
	if !s.wish.Max {
		r.Wish.Points = k.Points
	}
	m := s.seen
	o, err := rule.Again(s.rules, r, &m, s.full, k)
	if err != nil {
		panic(err)
	}
	for _, e := range o.Effects {
		switch e.Kind {
		case rule.Discount:
			out.now[e.Rule] += e.Amount
		case rule.Accrual:
			out.new[e.Rule] += e.Amount
		}
	}
	return out
}

// above is by how much what rules that are judged anew gave is above, or
// below, what they would give, as far as it is so in all.
func above(had, now map[string]int64, all int64, anew func(rule string) bool) int64 {
	marked := int64(0)
	for id, v := range had {
		if anew(id) {
			marked += v
		}
	}
	for id, v := range now {
		if anew(id) {
			marked -= v
		}
		all -= v
	}
	switch {
	case marked > 0 && all > 0:
		return min(marked, all)
	case marked < 0 && all < 0:
		return max(marked, all)
	}
	return 0
}

// termsOf is what a rule's campaign says of refunds, else the programme.
func (s *mSale) termsOf(id string) rule.OnRefund {
	for _, c := range s.rules.Campaigns {
		for _, r := range c.Rules {
			if r.ID == id && c.Refund != "" {
				return c.Refund
			}
		}
	}
	if id == rule.TillRule {
		return rule.KeepTerms
	}
	return s.rules.Settings.RefundTerms
}

// hold holds money back, so that all that is held is what should be by now.
func (s *mSale) hold(w *mWorld, f *purchase.Refund, lines []mLine) {
	want := int64(0)
	if x := s.stays(w, lines); x != nil {
		want = max(above(x.had, x.now, x.cheaper, func(id string) bool { return s.termsOf(id) != rule.KeepTerms }), -x.paid)
	}
	for _, r := range s.refunds {
		want -= int64(r.Held)
	}
	f.Held = min(money.Amount(want), f.Money)
	f.Unheld = money.Amount(want) - f.Held
	f.Money -= f.Held
	over := -f.Money
	for _, p := range f.Payments {
		over += p.Amount
	}
	if over > 0 {
		f.Payments = less(f.Payments, over)
	}
	if over < 0 {
		f.Payments = s.more(f.Payments, -over)
	}
}

// more adds money to payments, to the kinds that are not all back, in order.
func (s *mSale) more(payments []purchase.Payment, n money.Amount) (out []purchase.Payment) {
	now := map[string]money.Amount{}
	for _, p := range payments {
		now[p.Kind] += p.Amount
	}
	for _, l := range s.left() {
		k := min(n, l.Amount-now[l.Kind])
		n -= k
		if now[l.Kind]+k > 0 {
			out = append(out, purchase.Payment{Kind: l.Kind, Amount: now[l.Kind] + k})
		}
	}
	return out
}

// take takes points, so that all that is taken is what should be by now, but
// gives none.
func (s *mSale) take(w *mWorld, f *purchase.Refund, lines []mLine) {
	left, taken := s.doc.Earned-f.Earned, money.Points(0)
	for _, r := range s.refunds {
		left -= r.Earned
		taken += r.Taken
	}
	want := int64(0)
	if x := s.stays(w, lines); x != nil {
		all := int64(0)
		for _, v := range x.got {
			all += v
		}
		want = max(above(x.got, x.new, all, func(id string) bool { return s.termsOf(id) == rule.RecomputeTerms }), 0)
	}
	f.Taken = max(min(money.Points(want), left)-taken, -f.Earned)
}
