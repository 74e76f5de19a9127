package purchase_test

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// copyLines lets a refund be tried.
func (s *mSale) copyLines() []mLine {
	out := slices.Clone(s.lines)
	for i := range out {
		out[i].amounts = slices.Clone(out[i].amounts)
	}
	return out
}

func refused(kind fault.Kind, code string) error { return fault.New(kind, code) }

// refund takes a sale back in whole or in part.
func (w *mWorld) refund(s *mSale, r *purchase.RefundRequest) (*purchase.Refund, error) {
	lines := s.copyLines()
	var back []purchase.RefundLine
	switch {
	case len(r.Lines) > 0:
		for _, p := range r.Lines {
			l := &lines[p.Line]
			switch {
			case l.byAmount:
				return nil, refused(fault.Conflict, "refund.by-amount-only")
			case l.backQ+p.Quantity > l.cart.Quantity:
				return nil, refused(fault.Conflict, "refund.quantity")
			}
			back = append(back, l.quantity(p.Line, p.Quantity))
		}
	case r.Amount > 0:
		var err error
		if back, err = byMoney(lines, int64(r.Amount)); err != nil {
			return nil, err
		}
	default:
		for i := range lines {
			if !lines[i].over() {
				back = append(back, lines[i].rest(i))
			}
		}
	}
	if len(back) == 0 {
		return nil, refused(fault.Conflict, "refund.nothing-left")
	}
	f := &purchase.Refund{At: r.At, Lines: back}
	if f.At == 0 {
		f.At = w.now
	}
	f.At = max(f.At, s.at)
	return f, w.bring(s, f, lines, r.Payments)
}

func (l *mLine) quantity(i int, q money.Quantity) purchase.RefundLine {
	l.backQ += q
	r := l.bring(i, int64(l.backQ), int64(l.cart.Quantity))
	r.Quantity = q
	return r
}

// byMoney spreads money over what is unreturned; a line's last money brings
// back all that is left of it.
func byMoney(lines []mLine, n int64) (back []purchase.RefundLine, err error) {
	left, sum := make([]int64, len(lines)), int64(0)
	for i := range lines {
		whole, back := lines[i].of("pay")
		left[i] = whole - back
		sum += left[i]
	}
	if n > sum {
		return nil, refused(fault.Conflict, "refund.above-paid")
	}
	for i, v := range split(n, left) {
		switch v {
		case 0:
		case left[i]:
			lines[i].byAmount = true
			back = append(back, lines[i].rest(i))
		default:
			back = append(back, lines[i].bringMoney(i, v))
		}
	}
	return back, nil
}

// bring does what a refund of known lines does. An error leaves everything.
func (w *mWorld) bring(s *mSale, f *purchase.Refund, lines []mLine, named []purchase.Payment) error {
	total(f)
	if err := s.pay(f, named); err != nil {
		return err
	}
	f.Whole = !slices.ContainsFunc(lines, func(l mLine) bool { return !l.over() })
	s.hold(w, f, lines)
	if a := w.accounts[s.home]; a != nil {
		s.take(w, f, lines)
		a.settle(f.At)
		owed := a.debt
		w.restore(s, f, a)
		var before money.Points
		for _, r := range s.refunds {
			before += r.Short
		}
		w.claw(f, a, s.own, before)
		f.Owed = money.Points(max(a.debt-owed, 0))
		if f.Whole {
			a.purchases--
		}
		a.turnover -= int64(f.Money)
		a.settle(a.clock)
		f.Balance = a.balance()
	}
	if f.Whole {
		for _, u := range s.uses {
			if c := w.programme.CampaignOf(u.campaign); c != nil && c.Limits.Return {
				w.count(u, -1)
			}
		}
	}
	s.lines = lines
	s.refunds = append(s.refunds, f)
	s.state = "part"
	if f.Whole {
		s.state = "refunded"
	}
	return nil
}

// total adds a refund's lines up.
func total(f *purchase.Refund) {
	for _, l := range f.Lines {
		f.Gross += l.Gross
		f.Paid += l.Paid
		f.Spent += l.Points
		for _, v := range l.Discounts {
			f.Discount += money.Amount(v)
		}
		for _, v := range l.Earned {
			f.Earned += money.Points(v)
		}
		for _, v := range l.Pays {
			f.Money += v
		}
	}
}

// restore gives spent points back, counted from the end of what was taken.
func (w *mWorld) restore(s *mSale, f *purchase.Refund, a *mAccount) {
	if !w.programme.Settings.ReturnSpent || f.Spent == 0 {
		return
	}
	f.Given = f.Spent
	skip := int64(0)
	for _, r := range s.refunds {
		skip += int64(r.Spent)
	}
	// Point by point: the parts of the sale laid out one after the other.
	var parts []mPart
	left := int64(f.Spent)
	for i := len(s.parts) - 1; i >= 0; i-- {
		n := s.parts[i].n
		from := min(skip, n)
		skip -= from
		k := min(n-from, left)
		left -= k
		if k > 0 {
			parts = append(parts, mPart{s.parts[i].lot, k})
		}
	}
	a.restore(parts, w.programme, f.At)
}

// claw takes earned points back; for those that are gone the programme says
// what happens.
func (w *mWorld) claw(f *purchase.Refund, a *mAccount, own []int, before money.Points) {
	expired := a.expired
	f.Short = money.Points(a.claw(own, int64(f.Earned+f.Taken)))
	f.Lapsed = money.Points(expired - a.expired)
	switch w.programme.Settings.Clawback {
	case rule.ClawForgive:
	case rule.ClawMoney:
		f.Kept = min(w.programme.Kopecks(before+f.Short)-w.programme.Kopecks(before), f.Money)
		f.Money -= f.Kept
		if f.Kept > 0 {
			f.Payments = less(f.Payments, f.Kept)
		}
	default:
		a.charge(int64(f.Short))
	}
}

// less takes money off payments, in their order.
func less(payments []purchase.Payment, n money.Amount) (out []purchase.Payment) {
	for _, p := range payments {
		k := min(p.Amount, n)
		n -= k
		if p.Amount > k {
			out = append(out, purchase.Payment{Kind: p.Kind, Amount: p.Amount - k})
		}
	}
	return out
}

// left is what of each payment is not back yet.
func (s *mSale) left() []purchase.Payment {
	left := slices.Clone(s.doc.Payments) // kinds are different in the model's sales
	for _, r := range s.refunds {
		for _, p := range r.Payments {
			i := slices.IndexFunc(left, func(l purchase.Payment) bool { return l.Kind == p.Kind })
			if i >= 0 { // a till may name a kind with nothing
				left[i].Amount -= p.Amount
			}
		}
		n := r.Kept
		for i := range left {
			k := min(left[i].Amount, n)
			left[i].Amount -= k
			n -= k
		}
	}
	return left
}

// pay says to which kinds the money goes back.
func (s *mSale) pay(f *purchase.Refund, named []purchase.Payment) error {
	left := s.left()
	if len(named) > 0 {
		return s.payNamed(f, left, named)
	}
	over := money.Amount(0)
	want := make([]money.Amount, len(left))
	for _, l := range f.Lines {
		for i, v := range l.Pays {
			want[i] += v
		}
	}
	for i := range want {
		if want[i] > left[i].Amount {
			over += want[i] - left[i].Amount
			want[i] = left[i].Amount
		}
	}
	for i := range want {
		k := min(over, left[i].Amount-want[i])
		over -= k
		if want[i] += k; want[i] > 0 {
			f.Payments = append(f.Payments, purchase.Payment{Kind: left[i].Kind, Amount: want[i]})
		}
	}
	return nil
}

func (s *mSale) payNamed(f *purchase.Refund, left, named []purchase.Payment) error {
	besides := money.Amount(0)
	for _, r := range s.refunds {
		besides -= r.Held
	}
	sum, of := money.Amount(0), map[string]money.Amount{}
	for _, p := range named {
		sum += p.Amount
		of[p.Kind] += p.Amount
	}
	for _, l := range left {
		if of[l.Kind] > l.Amount+max(besides, 0) {
			return refused(fault.Conflict, "refund.payment-above")
		}
		delete(of, l.Kind)
	}
	for _, n := range of {
		if n > 0 {
			return refused(fault.Conflict, "refund.payment-above")
		}
	}
	if sum != f.Money {
		return refused(fault.Invalid, "refund.payments-sum")
	}
	rest := map[string]money.Amount{}
	for _, l := range left {
		rest[l.Kind] = l.Amount
	}
	for _, p := range named { // a part may have been given besides before
		k := min(p.Amount, rest[p.Kind])
		rest[p.Kind] -= k
		f.Payments = append(f.Payments, purchase.Payment{Kind: p.Kind, Amount: k})
	}
	return nil
}

// unlinked matches goods with the member's newest sales that have them, and
// takes points for the rest by the base rules.
func (w *mWorld) unlinked(r *purchase.UnlinkedRequest, at clock.Micros) (matched []*purchase.Refund, rest *purchase.Refund) {
	h, left := r.Buyer.Home, slices.Clone(r.Lines)
	rest = &purchase.Refund{At: at}
	for _, s := range w.newest(h, at) {
		lines := s.copyLines()
		got := map[int]money.Quantity{}
		var order []int
		for j := range left {
			for i := range lines {
				l := &lines[i]
				if l.byAmount || l.cart.SKU != left[j].SKU || l.cart.Price != left[j].Price {
					continue
				}
				q := min(left[j].Quantity, l.cart.Quantity-l.backQ-got[i])
				if q <= 0 {
					continue
				}
				if got[i] == 0 {
					order = append(order, i)
				}
				got[i] += q
				left[j].Quantity -= q
			}
		}
		if len(order) == 0 {
			continue
		}
		f := &purchase.Refund{At: at}
		for _, i := range order {
			f.Lines = append(f.Lines, lines[i].quantity(i, got[i]))
		}
		if err := w.bring(s, f, lines, nil); err != nil {
			panic(err) // nothing can be wrong with it
		}
		matched = append(matched, f)
	}
	w.unmatched(rest, h, left)
	return matched, rest
}

// newest are a member's sales up to a time, the newest first.
func (w *mWorld) newest(h home.ID, at clock.Micros) (out []*mSale) {
	for i := len(w.sales) - 1; h > 0 && i >= 0; i-- {
		if s := w.sales[i]; s.home == h && s.at <= at {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b *mSale) int { return int(min(max(b.at-a.at, -1), 1)) })
	return out
}

func (w *mWorld) unmatched(f *purchase.Refund, h home.ID, left []purchase.UnlinkedLine) {
	defer w.under(f.At)()
	receipt := &purchase.Cart{}
	for i, l := range left {
		if l.Quantity == 0 {
			continue
		}
		gross, _ := l.Quantity.Cost(l.Price, money.HalfUp)
		f.Lines = append(f.Lines, purchase.RefundLine{Line: i, SKU: l.SKU, Quantity: l.Quantity, Gross: gross, Pays: []money.Amount{gross}})
		receipt.Lines = append(receipt.Lines, purchase.CartLine{SKU: l.SKU, Quantity: l.Quantity, Price: l.Price})
	}
	total(f)
	if f.Money > 0 {
		f.Payments = []purchase.Payment{{Kind: "money", Amount: f.Money}}
	}
	a := w.accounts[h]
	if a == nil {
		return
	}
	a.settle(f.At)
	if w.programme.Settings.UnlinkedTakes && len(f.Lines) > 0 {
		out, err := rule.Judge(w.programme, w.receipt(receipt, f.At), &rule.Member{Home: h}, nil)
		if err != nil {
			panic(err)
		}
		for i := range f.Lines {
			f.Lines[i].Earned = []int64{int64(out.Lines[i].Earned)}
		}
		f.Earned = out.Earned
		owed := a.debt
		w.claw(f, a, nil, 0)
		f.Owed = money.Points(max(a.debt-owed, 0))
	}
	a.turnover -= int64(f.Money)
	f.Balance = a.balance()
}
