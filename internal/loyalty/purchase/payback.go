package purchase

import (
	"slices"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

func moneyOf(v int64) money.Amount  { return money.Amount(v) }
func pointsOf(v int64) money.Points { return money.Points(v) }

// pay finds how the refund's money goes back: to its kinds in the share they
// paid, or as the till names it, none above what it paid. Where an earlier
// refund gave money besides its lines', there is too little left for all of
// it; hold then takes off the rest only.
func (f *Refund) pay(s *Stored, named []Payment) error {
	left := s.left()
	if len(named) > 0 {
		return f.payNamed(left, named, s.besides())
	}
	want := make([]money.Amount, len(s.Payments))
	for i := range f.Lines {
		for k, v := range f.Lines[i].Pays {
			want[k] += v
		}
	}
	// Where the till has paid back otherwise before, a kind may have too
	// little left; the others then take the rest.
	var over money.Amount
	for k := range want {
		if d := want[k] - left[k].Amount; d > 0 {
			want[k] -= d
			over += d
		}
	}
	for k := range want {
		d := min(over, left[k].Amount-want[k])
		want[k] += d
		over -= d
		if want[k] > 0 {
			f.Payments = append(f.Payments, Payment{Kind: left[k].Kind, Amount: want[k]})
		}
	}
	return nil
}

// besides is what refunds so far have given besides their lines' money.
func (s *Stored) besides() (sum money.Amount) {
	for _, f := range s.Refunds {
		sum -= f.Held
	}
	return max(sum, 0)
}

// left is what of each payment has not gone back yet.
func (s *Stored) left() []Payment {
	left := append([]Payment(nil), s.Payments...)
	for _, r := range s.Refunds {
		for _, p := range r.Payments {
			back := p.Amount
			for k := range left {
				if left[k].Kind == p.Kind {
					d := min(back, left[k].Amount)
					left[k].Amount -= d
					back -= d
				}
			}
		}
		// Money kept for points that were gone has gone back in that sense.
		kept := r.Kept
		for k := range left {
			d := min(kept, left[k].Amount)
			left[k].Amount -= d
			kept -= d
		}
	}
	return left
}

// payNamed pays as the till names it: the money of the lines, of which some
// may have been given besides before.
func (f *Refund) payNamed(left, named []Payment, besides money.Amount) error {
	var sum money.Amount
	for _, p := range named {
		sum += p.Amount
		// A kind may be named more than once, and have paid more than once.
		most := ofKind(left, p.Kind)
		if slices.ContainsFunc(left, func(l Payment) bool { return l.Kind == p.Kind }) {
			most += besides
		}
		if p.Amount > most || ofKind(named, p.Kind) > most {
			return fault.New(fault.Conflict, "refund.payment-above", "kind", p.Kind, "left", most)
		}
	}
	if sum != f.Money {
		return fault.New(fault.Invalid, "refund.payments-sum", "paid", sum, "due", f.Money)
	}
	f.Payments = slices.Clone(named) // the request's own are left alone
	for i := range f.Payments {
		p := &f.Payments[i]
		p.Amount = min(p.Amount, ofKind(left, p.Kind)-ofKind(f.Payments[:i], p.Kind))
	}
	f.Flags = append(f.Flags, FlagPayments)
	return nil
}

func ofKind(payments []Payment, kind string) (sum money.Amount) {
	for _, p := range payments {
		if p.Kind == kind {
			sum += p.Amount
		}
	}
	return sum
}

// keep holds money back for points that were gone.
func (f *Refund) keep(value money.Amount) {
	f.Kept = min(value, f.Money)
	f.Money -= f.Kept
	f.lower(f.Kept)
}

// lower takes money off the refund's kinds in their order.
func (f *Refund) lower(by money.Amount) {
	if by == 0 {
		return // kinds that the till named with nothing stay named
	}
	kept := make([]Payment, 0, len(f.Payments))
	for _, p := range f.Payments {
		d := min(by, p.Amount)
		p.Amount -= d
		by -= d
		if p.Amount > 0 {
			kept = append(kept, p)
		}
	}
	f.Payments = kept
}
