package purchase

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// ConfirmRequest says that a reservation has been paid.
type ConfirmRequest struct {
	Reservation PurchaseRef
	Till        id.ID
	Cashier     id.ID
	Key         string
	Number      string // the receipt's on paper
	Payments    []Payment
	Lines       []KeptLine // so much is paid for, and the rest let go; empty: all
	Fiscal      *Fiscal    // the QR of the receipt that was printed; nil: not told
	Guest       Guest      `json:"-"` // whom the reservation names, of whom it has a hash only; the key does not stand for it

	// Record: the money is taken, so that the purchase is written even where
	// the reservation has run out and what it held is not there any more.
	Record bool
}

// Confirm makes a reservation the purchase that it was judged to be. One that
// is confirmed already gives that purchase.
func (d *Desk) Confirm(ctx context.Context, r *ConfirmRequest) (*Answer, error) {
	if err := checkKey(r.Key); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	place, err := d.place(r.Till)
	if err != nil {
		return nil, err
	}
	stranger, err := d.stranger(ctx, r.Cashier)
	if err != nil {
		return nil, err
	}
	was, err := d.FindReservation(ctx, r.Reservation)
	if err != nil {
		return nil, err
	}
	o := &confirming{ofReservation: ofReservation{ref: PurchaseRef{Home: was.Home, ID: was.ID}}, req: r, place: place, stranger: stranger, doc: was, hash: d.hashOf("confirm", r)}
	replayed, err := d.submit(ctx, o)
	if err != nil {
		return nil, err
	}
	if !replayed && !o.before {
		d.tellUnknown(o.out)
	}
	return &Answer{Purchase: o.out, LeftOut: o.rest, Replayed: replayed || o.before}, nil
}

func (r *ConfirmRequest) check() error {
	bad := append(wrongPayments(r.Payments), r.checkLines()...)
	if len(r.Lines) > rule.MaxLines {
		bad = append(bad, fault.Field{Path: "lines", Code: "purchase.too-many-lines"})
	}
	if len(r.Payments) > MaxPayments {
		bad = append(bad, fault.Field{Path: "payments", Code: "purchase.too-many-payments"})
	}
	if r.Fiscal != nil {
		whole, err := r.Fiscal.whole()
		if err != nil {
			bad = append(bad, fault.Field{Path: "fiscal_receipt", Code: "fiscal.qr"})
		}
		r.Fiscal = &whole
	}
	if len(r.Number) > maxNumber {
		bad = append(bad, fault.Field{Path: "number", Code: "purchase.text"})
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "purchase.invalid").With(bad...)
	}
	return nil
}

// confirming is the operation of a confirm.
type confirming struct {
	ofReservation
	req   *ConfirmRequest
	place partner.Place

	stranger bool // its cashier is not known

	hash   [32]byte
	doc    *Reservation // as it was before the lock: its document never changes
	own    *rule.Programme
	sale   *sale
	again  []rule.Use // that are to be taken again, as the reservation has run out
	before bool       // it had been confirmed already
	out    *Purchase
	rest   *Refund // of what was left out; nil: all was paid for
}

func (o *confirming) claim() (claim, [32]byte) { return claim{o.req.Till, o.req.Key}, o.hash }

func (o *confirming) mode() Mode {
	if o.req.Record {
		return Record
	}
	return Commit
}

func (o *confirming) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) error {
	s, err := scanPurchase(q.Row(ctx, qPurchase, h, op))
	if err != nil {
		return err
	}
	o.out = &s.Purchase
	all, err := db.All(ctx, q, scanRefund, qRefundsOf, h, op)
	if i := slices.IndexFunc(all, func(f *Refund) bool { return f.Key == restKey(o.doc.ID) && f.Till == o.out.Till }); i >= 0 {
		o.rest = all[i]
	}
	return err
}

func (o *confirming) lookUp(l *look) {
	for i := range o.doc.Lines {
		l.numbers = append(l.numbers, o.doc.Lines[i].Tickets...)
	}
	l.codes = append(l.codes, o.doc.UsedCodes...)
	l.fiscal(o.req.Fiscal)
}

func (o *confirming) found(l *look) (home.ID, error) {
	if err := served(o.mode(), o.place, o.stranger); err != nil {
		return 0, err
	}
	stored := &Stored{Purchase: o.doc.Purchase}
	o.sale = &sale{
		cart: stored.cart(rule.None()), mode: Commit, place: o.place, hash: o.hash, receipt: *stored.receipt(),
		guest: o.doc.Guest, rows: l.given, tickets: l.tickets, fiscals: l.fiscals, paysFor: o.ref.ID,
	}
	o.sale.cart.Fiscal = o.req.Fiscal
	if l.desk.GuestHash(o.req.Guest) == o.doc.Guest {
		o.sale.cart.Guest = o.req.Guest
	}
	return o.ofReservation.found(l)
}

func (o *confirming) load(g *group) (err error) {
	if err := o.ofReservation.load(g); err != nil {
		return err
	}
	o.own = rule.None()
	if o.r.Programme != 0 {
		if o.own, err = g.version(o.r.Programme, o.r.Version); err != nil {
			return fmt.Errorf("%w: %w", errBase, err)
		}
	}
	s := o.sale
	s.onAccount, s.programme, s.levels, s.at, s.known = o.onAccount, o.own, g.levels, o.at, &g.facts
	if a := g.books[o.keeps].AccountByID(o.r.Account); a != nil {
		g.wantStand(o.home, o.keeps, o.r.Programme, o.at)
		s.wantRest(g)
	}
	o.wantGiveBack(g)
	if ofDeposit(o.req.Payments) != 0 {
		g.wantDeposits[o.home] = true
	}
	o.again = nil
	if o.r.StateAt(o.at) == ReservationExpired {
		for _, u := range o.r.Uses {
			if use := o.own.UseOfCampaign(u.Campaign, u.Code); use != nil {
				o.again = append(o.again, *use)
			}
		}
		s.limited = o.again
		s.wantContacts(&g.contacts)
	}
	return nil
}

func (o *confirming) loadMore(g *group) error {
	o.sale.finds(g.desk, &g.contacts)
	for i := range o.again {
		g.need(o.r.Programme, &o.again[i], o.home, &o.sale.heads)
	}
	return nil
}

func (o *confirming) do(g *group) error {
	switch o.r.State {
	case ReservationCancelled:
		return fault.New(fault.Conflict, "reservation.cancelled")
	case ReservationConfirmed:
		o.before = true
		if err := o.replay(g.ctx, g.tx, o.home, o.r.Done); err != nil {
			return fmt.Errorf("%w: %w", errBase, err)
		}
		return o.sameAsPaid()
	}
	if o.r.Outlet != o.place.Outlet.ID {
		return fault.New(fault.Denied, "reservation.other-outlet")
	}
	odd, err := o.pays(g)
	if err != nil {
		return err
	}
	book, a := o.settled(g)
	o.sale.stands = g.levels.stands(g.books[o.home], book, a, o.at)
	out, err := o.outcome()
	if err != nil {
		return err
	}
	left, err := o.leftOut()
	if err != nil {
		return err
	}
	p, err := o.document(g, left)
	if err != nil {
		return err
	}
	if odd != "" {
		p.flag(odd)
	}
	if err := o.payFromDeposit(g, p); err != nil {
		return err
	}
	o.sale.hold = book.FindHold(o.r.ID)
	if o.r.StateAt(o.at) == ReservationExpired {
		if err := o.takeAgain(g, p, a); err != nil {
			return err
		}
	}
	if err := o.write(g, book, a, p, out); err != nil || left == nil {
		return err
	}
	return o.giveBackRest(g, left)
}

// outcome is what the reservation was judged to give, found again.
func (o *confirming) outcome() (*rule.Outcome, error) {
	stored := &Stored{Purchase: o.r.Purchase}
	out, err := stored.evidence(o.own, o.own).judge(o.own)
	if err != nil {
		return nil, fmt.Errorf("%w: reservation %s: %w", errBase, o.r.ID, err)
	}
	if digest := out.Digest(); hex.EncodeToString(digest[:]) != o.r.Trace {
		return nil, fmt.Errorf("%w: reservation %s is not judged as it was", errBase, o.r.ID)
	}
	return out, nil
}

// document makes the purchase of what was reserved: of the time and the till at
// which it is paid.
func (o *confirming) document(g *group, left *RefundRequest) (*Purchase, error) {
	p := o.r.Purchase
	p.Judged = &Judged{Reservation: p.ID, At: p.At, Day: p.Day, Minute: p.Minute, Till: p.Till, Cashier: p.Cashier}
	m := o.place.Outlet.Moment(o.at)
	if p.Till != o.req.Till || o.req.Cashier != 0 {
		p.Cashier = o.req.Cashier
	}
	p.ID, p.Till, p.Key = g.desk.IDs.New(), o.req.Till, o.req.Key
	p.At, p.WrittenAt, p.Day, p.Minute, p.Counted = o.at, g.now, m.Day, m.Minute, ""
	if o.req.Number != "" {
		p.Number = o.req.Number
	}
	if day := o.own.Day(o.at); p.Account != 0 && day != p.Day {
		p.Counted = day
	}
	p.Lines = slices.Clone(p.Lines)
	if p.AccountHome != 0 {
		p.waitForNothing()
	}
	p.UsedCodes, p.Parts, p.Lots, p.Awards, p.Flags = nil, nil, nil, nil, slices.Clone(p.Flags)
	if err := o.pay(&p, left); err != nil {
		return nil, err
	}
	if o.stranger {
		p.flag(FlagCashier)
	}
	if number := o.sale.taken(g); number != "" {
		if !o.req.Record {
			return nil, fault.New(fault.Conflict, "purchase.ticket-taken", "ticket", number)
		}
		p.flag(FlagTicket)
	}
	if off := g.desk.cancelledSession(p.Lines, o.at); off != "" {
		if !o.req.Record {
			return nil, errCancelled(off)
		}
		p.flag(FlagCancelled)
	}
	return &p, o.print(g, &p)
}

// print gives the purchase the fiscal receipt that the till has printed.
func (o *confirming) print(g *group, p *Purchase) error {
	p.Fiscal = o.req.Fiscal
	if p.Fiscal == nil {
		return nil
	}
	if o.sale.fiscalTaken(g) {
		if !o.req.Record {
			return errFiscalTaken(p.Fiscal)
		}
		p.flag(FlagFiscal)
	}
	if p.Fiscal.Sum != p.Due {
		p.flag(FlagFiscalSum)
	}
	return nil
}

// pay takes the kinds of payment that the till tells now. What the figures rest
// on can't be another.
func (o *confirming) pay(p *Purchase, left *RefundRequest) error {
	if left != nil {
		return o.payPart(p, left)
	}
	if len(o.req.Payments) == 0 {
		return nil
	}
	given, err := payments(o.req.Payments, p.Due, false)
	if err != nil {
		return err
	}
	if err := o.byPushkin(p, given); err != nil {
		return err
	}
	if p.Told {
		if !slices.Equal(given, p.Payments) {
			return fault.New(fault.Conflict, "reservation.payments")
		}
		return nil
	}
	p.Payments = given
	splitPayments(p)
	return nil
}

// byPushkin refuses a Pushkin card that the reservation was not told of: its
// figures rest on how it is paid. Where the money is taken it is flagged.
func (o *confirming) byPushkin(p *Purchase, given []Payment) error {
	if paidByPushkin(given) == 0 || p.Told {
		return nil
	}
	if !o.req.Record {
		return fault.New(fault.Conflict, "pushkin.reservation")
	}
	p.flag(FlagPushkin)
	return nil
}

// takeAgain takes what a reservation held that has run out, if it is free; where
// the money is taken, whatever is.
func (o *confirming) takeAgain(g *group, p *Purchase, a *ledger.Account) error {
	if p.Spent > 0 && a.Spendable() < p.Spent && !o.req.Record {
		return errReservationExpired()
	}
	if o.r.Guest != "" && !o.req.Record && slices.ContainsFunc(o.again, func(u rule.Use) bool { return u.PerHead > 0 }) {
		return errReservationExpired() // only the hash of a guest is kept: who he is by now can't be found
	}
	for _, c := range o.r.UsedCodes {
		if !o.free(g, c) && !o.req.Record {
			return errReservationExpired()
		}
	}
	p.Uses = nil
	for i := range o.again {
		u := &o.again[i]
		rows, full, err := g.take(o.r.Programme, u, o.home, &o.sale.heads, o.req.Record)
		switch {
		case err != nil:
			g.giveBackUses(p.Uses)
			return err
		case full:
			g.giveBackUses(p.Uses)
			return errReservationExpired()
		}
		p.Uses = append(p.Uses, Use{Campaign: u.Campaign, Code: u.Code, Rows: rows})
	}
	if slices.ContainsFunc(p.Uses, Use.over) {
		p.flag(FlagOverLimit)
	}
	return nil
}

// free tells whether a code of the reservation is still there to be used. A
// closed receipt takes even one that is held, and a hand takes any.
func (o *confirming) free(g *group, code string) bool {
	row := g.codes.rows[code]
	return row != nil && row.Free(o.r.Day, o.r.ID, o.at)
}

func (p *Purchase) flag(flag string) {
	if !slices.Contains(p.Flags, flag) {
		p.Flags = append(p.Flags, flag)
	}
}

// write moves what the purchase moves and stores it.
func (o *confirming) write(g *group, book *ledger.Book, a *ledger.Account, p *Purchase, out *rule.Outcome) error {
	s := o.sale
	mark := book.Mark()
	if a != nil {
		s.move(g, book, a, p, out)
		g.levels.others(s.stands, g.books[s.home], a, p.Programme)
		s.rest(g)
	}
	for _, u := range o.r.Uses {
		g.limits.letGo(u.Rows, o.r.ID) // they are the purchase's now
	}
	for _, c := range o.r.UsedCodes {
		if o.free(g, c) {
			g.codes.use(g.codes.rows[c], p)
		} else {
			p.flag(FlagOverLimit)
		}
	}
	o.letGoCodes(g)
	s.award(g, p, out)
	p.note(s.programme, out.Campaigns)
	p.Balance, p.Level = balanceOf(a), levelOf(s.stands.a)
	o.r.State, o.r.Done = ReservationConfirmed, p.ID
	o.put(g)
	o.out = p
	return s.write(g, book, mark, p)
}
