package purchase

import (
	"slices"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Refund does a refund again: the same quantities of the same lines, or the
// same share of what a line cost in money. It gives the refund and the
// purchase, in the life; nil where nothing comes back in it.
func (l *Life) Refund(was *Refund) (*Refund, *Stored, error) {
	s, then := l.docs[was.Purchase], l.was[was.Purchase]
	if s == nil {
		return nil, nil, nil
	}
	lines, whole, err := s.partsAgain(was, then)
	then.Refunds = append(then.Refunds, was)
	for _, r := range was.Uses {
		l.countRow(r, -1)
	}
	if err != nil || len(lines) == 0 {
		return nil, nil, err
	}
	l.Days(was.At)
	l.now(was.WrittenAt)
	for _, u := range s.Uses {
		for _, r := range u.Rows {
			l.counter(slotKey{r.Key, r.Slot})
		}
	}
	r := l.refunding(was)
	r.buyer = l.account(s.Buyer()).home
	f := r.blank(l.g, l.IDs.New(), s)
	f.Parent, f.Lines, f.Whole = was.Parent, lines, whole
	if _, _, err := r.takeBack(l.g, s, f, nil); err != nil {
		return nil, nil, err
	}
	l.done()
	return f, s, nil
}

// Visit does a visit again, as far as its tickets have not come back in the
// life.
func (l *Life) Visit(was *Visit) error {
	s := l.docs[was.Purchase]
	if s == nil {
		return nil
	}
	st := &s.states()[was.Line]
	pieces := slices.DeleteFunc(slices.Clone(was.Pieces), func(k int) bool { return st.pieces[k].gone })
	if len(pieces) == 0 || st.whole() {
		return nil
	}
	l.now(was.WrittenAt)
	e := &entering{
		req: &VisitRequest{Till: was.Till, Key: was.Key}, place: partner.Place{Outlet: partner.Outlet{ID: was.Outlet}},
		home: l.home, line: was.Line, at: was.At, day: was.Day,
	}
	if _, err := e.happen(l.g, s, e.blank(l.g, s, pieces)); err != nil {
		return err
	}
	l.done()
	return nil
}

// wait lets the lots of tickets wait that were not used yet: as they lie in
// the base they have been used since.
func (s *Stored) wait(b *ledger.Book, p *rule.Programme) {
	states := s.states()
	for i := range s.Lots {
		of := s.Lots[i].Of
		if of == nil || states[of.Line].pieces[of.Piece].used != nil {
			continue
		}
		if lot := b.Lot(s.Lots[i].ID); lot != nil {
			lot.Wait(p.LapseAt(max(s.Lines[of.Line].SessionAt, s.At)))
		}
	}
}

func (l *Life) refunding(was *Refund) *refunding {
	return &refunding{
		till: was.Till, key: was.Key, onAccount: l.account(was.Home), at: was.At, day: was.Day,
		place: partner.Place{Outlet: partner.Outlet{ID: was.Outlet}},
	}
}

// partsAgain works out what a refund brings back of the purchase as it is now;
// then is the purchase as it is stored, with its refunds before this one.
func (s *Stored) partsAgain(was *Refund, then *Stored) (lines []RefundLine, whole bool, err error) {
	if was.Whole {
		lines, whole, err = s.parts(&RefundRequest{})
		if fault.Is(err, "refund.nothing-left") {
			return nil, false, nil
		}
		return lines, whole, err
	}
	states, before := s.states(), then.states()
	for i := range was.Lines {
		r := &was.Lines[i]
		st := &states[r.Line]
		if !r.ByAmount {
			p := RefundPart{Line: r.Line, Quantity: min(r.Quantity, st.line.Quantity-st.quantity)}
			if st.pieces != nil {
				p.pieces = slices.DeleteFunc(slices.Clone(r.Pieces), func(k int) bool { return st.pieces[k].gone })
				p.Quantity = money.Quantity(len(p.pieces)) * money.Piece
			}
			if p.Quantity > 0 {
				x, err := st.byQuantity(&p)
				if err != nil {
					return nil, false, err
				}
				lines = append(lines, x)
			}
			continue
		}
		lines = st.byShare(r.Line, int64(before[r.Line].money()+r.Money()), int64(before[r.Line].line.Due()), lines)
	}
	whole = true
	for i := range states {
		whole = whole && states[i].whole()
	}
	return lines, whole, nil
}

// byShare takes the line's money back as far as part of whole, if it is not.
func (s *lineState) byShare(index int, part, whole int64, lines []RefundLine) []RefundLine {
	if part >= whole {
		s.byAmount = true
		return append(lines, s.rest(index))
	}
	more := money.Amount(money.Share(int64(s.line.Due()), part, whole)) - s.money()
	if more <= 0 {
		return lines
	}
	return append(lines, s.byMoney(index, more))
}

// Unlinked does again what of a refund was of no purchase, under the programme
// of its outlet; what was matched to purchases is refunds of their own.
func (l *Life) Unlinked(was *Refund, partner id.ID, p *rule.Programme) *Refund {
	l.Days(was.At)
	l.now(was.WrittenAt)
	r := l.refunding(was)
	r.place.Partner.ID = partner
	f := r.blank(l.g, l.IDs.New(), &Stored{})
	lines := make([]rule.Line, len(was.Lines))
	for i := range was.Lines {
		x := &was.Lines[i]
		lines[i] = l.g.desk.line(x.SKU, x.Quantity, x.Gross)
		f.Lines = append(f.Lines, RefundLine{Line: i, SKU: x.SKU, Type: lines[i].Type, Quantity: x.Quantity, Gross: x.Gross, Pays: x.Pays})
	}
	r.unmatched(l.g, p, f, lines)
	l.done()
	return f
}

// Adjust does again what a hand did; lot is the lot that it made, if it did,
// whose term stays. Points are taken as far as they are there.
func (l *Life) Adjust(op id.ID, points money.Points, lot *ledger.Lot, at clock.Micros) {
	l.Days(at)
	l.now(at)
	a := l.Account()
	if a == nil {
		l.Open(at)
		if a = l.Account(); a == nil {
			return
		}
	}
	l.g.levels.settle(l.book, a, at)
	if points > 0 {
		g := ledger.Grant{Points: points, EarnedAt: at, ActiveAt: at, Source: ledger.FromHand, Op: op}
		if lot != nil {
			g.ExpiresAt, g.Sliding = lot.ExpiresAt, lot.Sliding
		}
		l.book.Earn(a, g)
	} else {
		l.book.Claw(a, op, nil, -points, at)
	}
	l.g.levels.rise(l.book, a, ledger.LevelChange{At: a.Clock, Cause: ledger.ByAdjustment, Op: op})
	l.done()
}

// SetLevel does again what a hand did, if there is still such a level.
func (l *Life) SetLevel(c *ledger.LevelChange) {
	ladder := l.g.set.Ladder(l.of)
	if c.To != "" && ladder.Find(c.To) == nil {
		return
	}
	if l.Account() == nil {
		l.Open(c.At)
	}
	a := l.Account()
	if a == nil {
		return
	}
	l.Days(c.At)
	l.now(c.WrittenAt)
	l.g.levels.settle(l.book, a, c.WrittenAt)
	var until clock.Micros
	if c.Until > a.Clock && c.Until != l.Set.Ladder(l.of).Began(c.To, c.At) {
		until = c.Until
	}
	l.g.levels.byHand(stand{l.book, a}, c.To, until, ledger.LevelChange{At: a.Clock, Cause: ledger.ByHand})
	l.done()
}
