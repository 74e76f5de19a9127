package purchase

import (
	"cmp"
	"slices"

	"kopilka/internal/loyalty/level"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// Piece names one piece of a line of tickets; both from 0.
type Piece struct {
	Line  int `json:"line"`
	Piece int `json:"piece"`
}

// pieceState is what became of one piece.
type pieceState struct {
	gone bool   // it has come back
	used *Visit // nil: not yet
}

// pieceOf is a piece's part of an amount of its line; the parts of all pieces
// add up to the amount.
func pieceOf(amount int64, piece, pieces int) int64 {
	return money.Share(amount, int64(piece+1), int64(pieces)) - money.Share(amount, int64(piece), int64(pieces))
}

// waiting gives each piece's points of some rules, or of all, that wait for
// its use.
func (l *Line) waiting(rules []string) (pieces []money.Points) {
	for i := range l.Earned {
		e := &l.Earned[i]
		if !e.Waits || len(rules) > 0 && !slices.Contains(rules, e.Rule) {
			continue
		}
		if pieces == nil {
			pieces = make([]money.Points, l.Pieces())
		}
		for k := range pieces {
			pieces[k] += pointsOf(pieceOf(e.Amount, k, len(pieces)))
		}
	}
	return pieces
}

// amountWaits tells whether an amount of the line, in the order of amounts, is
// points that wait for the tickets' use.
func (l *Line) amountWaits(i int) bool {
	i -= 3 + len(l.Discounts)
	return i >= 0 && i < len(l.Earned) && l.Earned[i].Waits
}

// present lists the pieces that have not come back.
func (s *lineState) present() (out []int) {
	for k := range s.pieces {
		if !s.pieces[k].gone {
			out = append(out, k)
		}
	}
	return out
}

// ticketsLeft is how many of the purchase's tickets have not come back.
func (s *Stored) ticketsLeft() (n int64) {
	if !s.HasTickets() {
		return 0
	}
	states := s.states()
	for i := range states {
		if st := &states[i]; st.pieces != nil && !st.whole() {
			n += int64(len(st.present()))
		}
	}
	return n
}

// toReturn says which pieces come back: those that are named, else such as are
// not used, from the last to the first, then the used ones.
func (s *lineState) toReturn(p *RefundPart) ([]int, error) {
	if s.pieces == nil {
		if len(p.Tickets) > 0 {
			return nil, fault.New(fault.Invalid, "refund.ticket", "ticket", p.Tickets[0])
		}
		return nil, nil
	}
	if p.Quantity%money.Piece != 0 {
		return nil, fault.New(fault.Invalid, "refund.ticket-pieces", "line", p.Line+1)
	}
	out := s.present()
	slices.SortFunc(out, func(x, y int) int {
		return cmp.Or(cmp.Compare(s.usedFirst(x), s.usedFirst(y)), cmp.Compare(y, x))
	})
	out = out[:p.Quantity/money.Piece]
	if p.pieces != nil {
		out = p.pieces
	}
	if len(p.Tickets) > 0 {
		out = out[:0]
		for _, number := range p.Tickets {
			k := slices.Index(s.line.Tickets, number)
			if k < 0 || s.pieces[k].gone || slices.Contains(out, k) {
				return nil, fault.New(fault.Conflict, "refund.ticket", "ticket", number)
			}
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out, nil
}

// usedFirst orders the pieces that are not used before those that are.
func (s *lineState) usedFirst(k int) int {
	if s.pieces[k].used != nil {
		return 1
	}
	return 0
}

// Tally is what the uses of a purchase's tickets come to, as far as they have
// not come back.
type Tally struct {
	Used money.Amount // of the money paid; on a household's account a use is attendance only
	Days []level.Day  // of the programme, on which tickets were used; each is a visit of who bought them
}

// Tally adds up the uses of the purchase's tickets. Of a line it is the share
// of the used pieces in those that are not back, of the money that is not
// back: all of it where all of them are used.
func (s *Stored) Tally() (out Tally) {
	if len(s.Visits) == 0 {
		return out
	}
	states := s.states()
	for i := range states {
		st := &states[i]
		if st.pieces == nil || st.whole() {
			continue
		}
		var used, left int64
		for k := range st.pieces {
			p := &st.pieces[k]
			if p.gone {
				continue
			}
			left++
			if p.used == nil {
				continue
			}
			used++
			if day := p.used.CountedOn(); !slices.Contains(out.Days, day) {
				out.Days = append(out.Days, day)
			}
		}
		if used > 0 && s.waits() {
			out.Used += moneyOf(money.Share(int64(st.line.Due()-st.money()), used, left))
		}
	}
	slices.Sort(out.Days)
	return out
}

// after is the purchase after one more refund.
func (s *Stored) after(f *Refund) *Stored {
	out := *s
	out.Refunds = append(slices.Clip(s.Refunds), f)
	return &out
}
