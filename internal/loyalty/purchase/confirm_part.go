package purchase

import (
	"fmt"
	"slices"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// A confirm may name fewer lines than were reserved. Its figures are those of
// the whole order, and of them what a refund of the rest would leave: so that is
// what is written, in one transaction and told in one answer: the purchase of all,
// and a refund of what was left out. The books end where two requests would end
// them, and nothing else has to know of parts.

// KeptLine is so much of a line of a reservation as is paid for.
type KeptLine struct {
	Line     int // index in the reservation, from 0
	Quantity money.Quantity
}

// checkLines names every line of a part that can't be one.
func (r *ConfirmRequest) checkLines() (bad []fault.Field) {
	seen := map[int]bool{}
	for i, l := range r.Lines {
		if f := wrongLine(fmt.Sprintf("lines[%d]", i), l.Line, l.Quantity, seen, "reservation.no-line"); f != nil {
			bad = append(bad, *f)
		}
	}
	return bad
}

// leftOut is what of the reservation's lines is not paid for; nil where all is.
func (o *confirming) leftOut() (*RefundRequest, error) {
	if len(o.req.Lines) == 0 {
		return nil, nil
	}
	left := make([]money.Quantity, len(o.r.Lines))
	for i := range left {
		left[i] = o.r.Lines[i].Quantity
	}
	var bad []fault.Field
	for i, l := range o.req.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		switch {
		case l.Line >= len(left):
			bad = append(bad, fault.Field{Path: at + ".line", Code: "reservation.no-line"})
		case l.Quantity > left[l.Line]:
			bad = append(bad, fault.Field{Path: at + ".quantity", Code: "reservation.quantity", Args: fault.Pairs("most", left[l.Line])})
		case o.r.Lines[l.Line].Ticketed() && l.Quantity%money.Piece != 0:
			bad = append(bad, fault.Field{Path: at + ".quantity", Code: "purchase.ticket-pieces"})
		default:
			left[l.Line] -= l.Quantity
		}
	}
	if len(bad) > 0 {
		return nil, fault.New(fault.Invalid, "purchase.invalid").With(bad...)
	}
	out := &RefundRequest{}
	for i, q := range left {
		if q > 0 {
			out.Lines = append(out.Lines, RefundPart{Line: i, Quantity: q})
		}
	}
	if len(out.Lines) == 0 {
		return nil, nil
	}
	return out, nil
}

// payPart takes the payment that the till tells of a part, and gives the kinds of
// payment of the whole. What is left out comes back in the same kinds; so of a
// part there is one kind, unless the reservation's own are told.
func (o *confirming) payPart(p *Purchase, left *RefundRequest) error {
	given := o.req.Payments
	if len(given) == 0 {
		return nil
	}
	if err := o.byPushkin(p, given); err != nil {
		return err
	}
	if !p.Told {
		if len(given) > 1 {
			return fault.New(fault.Invalid, "reservation.part-kinds")
		}
		p.Payments = []Payment{{Kind: given[0].Kind, Amount: p.Due}}
		splitPayments(p)
	}
	lines, _, err := (&Stored{Purchase: *p}).parts(left)
	if err != nil {
		return err
	}
	stay := slices.Clone(p.Payments)
	for i := range lines {
		for k, v := range lines[i].Pays {
			stay[k].Amount -= v
		}
	}
	var paid, due money.Amount
	for k := range stay {
		due += stay[k].Amount
	}
	for _, g := range given {
		paid += g.Amount
	}
	switch {
	case paid != due:
		return fault.New(fault.Invalid, "purchase.payments-sum", "paid", paid, "due", due)
	case p.Told && !slices.Equal(given, stay):
		return fault.New(fault.Conflict, "reservation.payments")
	}
	return nil
}

// restKey is the key under which the refund of what was left out is written: the
// request has but one, and that is the purchase's.
func restKey(reservation id.ID) string { return "left-out " + reservation.String() }

// giveBackRest refunds what was left out of the purchase that has just been made.
func (o *confirming) giveBackRest(g *group, left *RefundRequest) error {
	s := &Stored{Purchase: *o.out, State: "done"}
	lines, whole, err := s.parts(left)
	if err != nil {
		return fmt.Errorf("%w: reservation %s: %w", errBase, o.r.ID, err) // it was tried before anything was done
	}
	r := &refunding{till: o.req.Till, key: restKey(o.r.ID), place: o.place, hash: o.hash, onAccount: o.onAccount, at: o.at, day: o.out.Day}
	f := r.blank(g, g.desk.IDs.New(), s)
	f.Cashier, f.Number, f.Lines, f.Whole = o.req.Cashier, o.out.Number, lines, whole
	g.levels.seeMade(g.books[o.home])
	if o.keeps != o.home {
		g.levels.seeMade(g.books[o.keeps])
	}
	if err := r.bring(g, s, f, nil); err != nil {
		return fmt.Errorf("%w: reservation %s: %w", errBase, o.r.ID, err)
	}
	g.claimKey(claim{r.till, r.key}, r.hash, r.home, f.ID)
	o.rest = f
	return nil
}

// seeMade puts the changes of levels that this transaction has made before those
// that were read.
func (v *levels) seeMade(b *ledger.Book) {
	made := b.MadeChanges()
	slices.Reverse(made)
	v.changes[b.Home] = append(made, v.changes[b.Home]...)
}

// wantGiveBack names what a refund in the confirm's own transaction needs.
func (o *confirming) wantGiveBack(g *group) {
	if len(o.req.Lines) == 0 {
		return
	}
	r := &refunding{onAccount: o.onAccount, at: o.at}
	r.want(g, o.keeps)
	r.wantOwn(g)
}
