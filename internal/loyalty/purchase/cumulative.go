package purchase

import (
	"fmt"
	"slices"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// What has come back of a purchase is cumulative: when r of a line's quantity
// q is back, A·r div q of each of its amounts is; a refund is the difference.
// So refunds in any parts and any order end exactly where one whole refund
// ends. A line returned by amount counts in the money paid for it instead,
// and from then on only so.
//
// The money paid for a line is one such amount, whatever kinds paid it: so the
// third of three that cost a rouble each brings back a rouble also where each
// kind's own share would lose a part of a kopeck. It is split over the kinds by
// what is left of them.
//
// The points that wait for tickets lie in lots, one for each ticket: a ticket
// that comes back takes its own. The parts of all tickets add up to the
// amount, so this too ends where one whole refund ends.

// lineState is what has come back of one line so far, and which of its
// tickets were used.
type lineState struct {
	line     *Line
	quantity money.Quantity
	byAmount bool
	back     []int64 // of each amount, in the order of amounts
	pieces   []pieceState
}

// amounts lists all that a line is made of: gross, points' part, points, then
// each discount, each rule's points, each payment.
func (l *Line) amounts() []int64 {
	out := make([]int64, 0, 3+len(l.Discounts)+len(l.Earned)+len(l.Pays))
	out = append(out, int64(l.Gross), int64(l.Paid), int64(l.Points))
	for _, d := range l.Discounts {
		out = append(out, d.Amount)
	}
	for _, e := range l.Earned {
		out = append(out, e.Amount)
	}
	for _, p := range l.Pays {
		out = append(out, int64(p))
	}
	return out
}

// amounts lists the same of what came back; what the line has earned since for
// the member it was given to has not come back with it.
func (l *RefundLine) amounts(of *Line) []int64 {
	out := make([]int64, 0, 3+len(l.Discounts)+len(l.Earned)+len(l.Pays))
	out = append(out, int64(l.Gross), int64(l.Paid), int64(l.Points))
	out = append(out, l.Discounts...)
	out = append(out, l.Earned...)
	out = append(out, make([]int64, len(of.Earned)-len(l.Earned))...)
	for _, p := range l.Pays {
		out = append(out, int64(p))
	}
	return out
}

// states sums up what the refunds so far have brought back of each line.
func (s *Stored) states() []lineState { return s.statesAfter(s.Refunds) }

// statesAfter sums up what some refunds have brought back of each line.
func (s *Stored) statesAfter(refunds []*Refund) []lineState {
	out := make([]lineState, len(s.Lines))
	for i := range s.Lines {
		l := &s.Lines[i]
		out[i] = lineState{line: l, back: make([]int64, len(l.amounts()))}
		if l.Ticketed() {
			out[i].pieces = make([]pieceState, l.Pieces())
		}
		if s.Claim != nil {
			copy(out[i].back[3+len(l.Discounts):], s.Claim.Lines[i].Back)
		}
	}
	for _, f := range refunds {
		for i := range f.Lines {
			r := &f.Lines[i]
			st := &out[r.Line]
			st.quantity += r.Quantity
			st.byAmount = st.byAmount || r.ByAmount
			for _, k := range r.Pieces {
				st.pieces[k].gone = true
			}
			for j, v := range r.amounts(st.line) {
				st.back[j] += v
			}
		}
	}
	for _, v := range s.Visits {
		for _, k := range v.Pieces {
			out[v.Line].pieces[k].used = v
		}
	}
	return out
}

// money is what of the line's money has come back.
func (s *lineState) money() (sum money.Amount) {
	for _, v := range s.back[len(s.back)-len(s.line.Pays):] {
		sum += money.Amount(v)
	}
	return sum
}

// whole tells whether nothing of the line is left.
func (s *lineState) whole() bool {
	for i, v := range s.line.amounts() {
		if s.back[i] != v {
			return false
		}
	}
	return s.byAmount || s.quantity == s.line.Quantity
}

// byQuantity takes back so much more of the line.
func (s *lineState) byQuantity(p *RefundPart) (RefundLine, error) {
	index, q := p.Line, p.Quantity
	switch {
	case s.byAmount:
		return RefundLine{}, fault.New(fault.Conflict, "refund.by-amount-only", "line", index+1)
	case q > s.line.Quantity-s.quantity:
		return RefundLine{}, fault.New(fault.Conflict, "refund.quantity", "line", index+1, "left", s.line.Quantity-s.quantity)
	}
	pieces, err := s.toReturn(p)
	if err != nil {
		return RefundLine{}, err
	}
	s.quantity += q
	out := s.advance(index, int64(s.quantity), int64(s.line.Quantity), pieces...)
	out.Quantity = q
	return out, nil
}

// byMoney takes back so much more of the money paid for the line. Of amounts
// that rounding has let run ahead nothing goes back again.
func (s *lineState) byMoney(index int, m money.Amount) RefundLine {
	s.byAmount = true
	k := len(s.back) - len(s.line.Pays)
	before := slices.Clone(s.back[k:])
	out := s.advance(index, int64(s.money()+m), int64(s.line.Due()))
	copy(s.back[k:], before) // the money is exactly what was asked
	out.Pays, out.ByAmount = s.payBack(m), true
	return out
}

// payBack moves the line's money on by so much, and gives what of it is each
// payment's.
func (s *lineState) payBack(m money.Amount) []money.Amount {
	kinds := s.back[len(s.back)-len(s.line.Pays):]
	left := make([]int64, len(kinds))
	for i, p := range s.line.Pays {
		left[i] = int64(p) - kinds[i]
	}
	shares, _ := money.Split(int64(m), left, left)
	out := make([]money.Amount, len(kinds))
	for i, v := range shares {
		kinds[i] += v
		out[i] = money.Amount(v)
	}
	return out
}

// rest takes back all that is left of the line.
func (s *lineState) rest(index int) RefundLine {
	if s.byAmount {
		out := s.advance(index, 1, 1)
		out.ByAmount = true
		return out
	}
	out := s.advance(index, 1, 1, s.present()...)
	out.Quantity = s.line.Quantity - s.quantity
	s.quantity = s.line.Quantity
	return out
}

// advance moves each of the line's amounts on to part of whole, and those that
// wait for tickets by the parts of the tickets that come back.
func (s *lineState) advance(index int, part, whole int64, pieces ...int) RefundLine {
	l := s.line
	diff := make([]int64, len(s.back)-len(l.Pays))
	for i, a := range l.amounts()[:len(diff)] {
		target := max(money.Share(a, part, whole), s.back[i])
		if len(pieces) > 0 && l.amountWaits(i) {
			target = s.back[i]
			for _, k := range pieces {
				target += pieceOf(a, k, len(s.pieces))
			}
		}
		diff[i] = target - s.back[i]
		s.back[i] = target
	}
	for _, k := range pieces {
		s.pieces[k].gone = true
	}
	out := RefundLine{
		Line: index, SKU: l.SKU, Pieces: pieces, Gross: money.Amount(diff[0]), Paid: money.Amount(diff[1]), Points: money.Points(diff[2]),
	}
	d, e := len(l.Discounts), len(l.Earned)
	out.Discounts, out.Earned = diff[3:3+d:3+d], diff[3+d:3+d+e:3+d+e]
	out.Pays = s.payBack(max(money.Amount(money.Share(int64(l.Due()), part, whole))-s.money(), 0))
	return out
}

// parts works out what comes back of the purchase for a request.
func (s *Stored) parts(r *RefundRequest) (lines []RefundLine, whole bool, err error) {
	states := s.states()
	switch {
	case len(r.Lines) > 0:
		for i := range r.Lines {
			p := &r.Lines[i]
			if p.Line >= len(states) {
				return nil, false, fault.New(fault.Invalid, "refund.lines").With(fault.Field{Path: fmt.Sprintf("lines[%d].line", i), Code: "refund.no-line"})
			}
			l, err := states[p.Line].byQuantity(p)
			if err != nil {
				return nil, false, err
			}
			lines = append(lines, l)
		}
	case r.Amount > 0:
		if lines, err = byAmount(states, r.Amount); err != nil {
			return nil, false, err
		}
	default:
		for i := range states {
			if !states[i].whole() {
				lines = append(lines, states[i].rest(i))
			}
		}
	}
	if len(lines) == 0 {
		return nil, false, fault.New(fault.Conflict, "refund.nothing-left")
	}
	whole = true
	for i := range states {
		whole = whole && states[i].whole()
	}
	return lines, whole, nil
}

// byAmount spreads money over what is unreturned.
func byAmount(states []lineState, amount money.Amount) ([]RefundLine, error) {
	left := make([]int64, len(states))
	var sum int64
	for i := range states {
		left[i] = int64(states[i].line.Due() - states[i].money())
		sum += left[i]
	}
	if int64(amount) > sum {
		return nil, fault.New(fault.Conflict, "refund.above-paid", "left", money.Amount(sum))
	}
	shares, _ := money.Split(int64(amount), left, left)
	var out []RefundLine
	for i, v := range shares {
		switch v {
		case 0:
		case left[i]:
			// The line's last money brings back all that is left of it.
			states[i].byAmount = true
			out = append(out, states[i].rest(i))
		default:
			out = append(out, states[i].byMoney(i, money.Amount(v)))
		}
	}
	return out, nil
}
