package purchase

import (
	"cmp"
	"context"
	"crypto/sha256"
	"time"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Reserved is what a till is told of a reservation.
type Reserved struct {
	Reservation *Reservation
	Replayed    bool
	Unknown     int // how many of its codes no campaign has; of one that is replayed it is not told
}

// Reserve judges a receipt and holds what it needs for so long; 0: for as long
// as its programme says.
func (d *Desk) Reserve(ctx context.Context, c *Cart, hold time.Duration) (*Reserved, error) {
	if err := checkKey(c.Key); err != nil {
		return nil, err
	}
	if hold != 0 {
		if err := checkHold(hold); err != nil {
			return nil, err
		}
	}
	if c.Fiscal != nil { // it is printed when it is paid
		return nil, fault.New(fault.Invalid, "fiscal.early")
	}
	s, err := d.newSale(c, Commit)
	if err != nil {
		return nil, err
	}
	if s.stranger, err = d.stranger(ctx, c.Cashier); err != nil {
		return nil, err
	}
	of := d.hashOfCart(s.cart, Commit)
	s.hash = d.hashOf("reserve", struct {
		Cart [32]byte
		Hold time.Duration
	}{of, hold})
	r := &reserving{sale: s, hold: hold}
	replayed, err := d.submit(ctx, r)
	if err != nil {
		return nil, err
	}
	out := &Reserved{Reservation: r.out, Replayed: replayed}
	if !replayed {
		out.Unknown = s.unknown()
	}
	return out, nil
}

func checkHold(hold time.Duration) error {
	if hold < MinHold || hold > MaxHold {
		return fault.New(fault.Invalid, "reservation.hold", "least", int64(MinHold/time.Minute), "most", int64(MaxHold/time.Minute))
	}
	return nil
}

// reserving is the operation of a reservation: a sale that only holds.
type reserving struct {
	*sale
	hold time.Duration
	out  *Reservation
}

func (r *reserving) do(g *group) error {
	p, out, a, err := r.decide(g)
	if err != nil {
		return err
	}
	until := r.at.Add(cmp.Or(r.hold, time.Duration(r.programme.Settings.HoldTTL)*time.Minute))
	book := g.books[r.home] // where no account is concerned
	if a != nil {
		book = g.books[r.keeps]
	}
	mark := book.Mark()
	if p.Spent > 0 {
		if short := book.Hold(a, p.ID, p.Spent, until, r.at); short > 0 {
			panic("purchase: a judged receipt spends what is not there")
		}
		a.Changed()
	}
	p.holdDeposit(g.books[r.home], until)
	for _, u := range p.Uses {
		g.limits.keep(u.Rows, p.ID, until)
	}
	r.holdCodes(g, p, out, until)
	p.Balance, p.Level = balanceOf(a), levelOf(r.stands.a)
	if err := p.Seen.keepPerson(); err != nil {
		return err
	}
	doc, err := p.encode()
	if err != nil {
		return err
	}
	digest := sha256.Sum256(doc)
	r.out = &Reservation{Purchase: *p, Until: until, State: ReservationHeld, digest: digest}
	own := g.chain(r.home, book, mark, p.ID, digest, r.at)
	g.happened(r.out.event(eventtype.ReservationHeld, r.at), own)
	g.reservations.made.Add(int64(p.Home), int64(p.ID), int64(p.Account), int64(p.Programme), int64(p.Outlet), int64(p.At), int64(until),
		db.N(p.AccountHome), string(doc), digest[:], orNull(p.Seen.Kept))
	g.claimKey(claim{p.Till, p.Key}, r.hash, p.Home, p.ID)
	return nil
}

func (r *reserving) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) (err error) {
	r.out, err = scanReservation(q.Row(ctx, qReservation, h, op))
	return reservationNotFound(err)
}

// Extend moves the end of a reservation that still holds to so long from now.
func (d *Desk) Extend(ctx context.Context, ref PurchaseRef, hold time.Duration) (*Reservation, error) {
	if err := checkHold(hold); err != nil {
		return nil, err
	}
	o := &extending{ofReservation: ofReservation{ref: ref}, hold: hold}
	if _, err := d.submit(ctx, o); err != nil {
		return nil, err
	}
	return o.r, nil
}

// extending moves the end of a reservation.
type extending struct {
	ofReservation
	unkeyed
	hold time.Duration
}

func (o *extending) do(g *group) error {
	if err := o.holding(); err != nil {
		return err
	}
	if err := o.lives(g); err != nil {
		return err
	}
	book, a := o.settled(g)
	o.r.Until = o.at.Add(o.hold)
	if h := book.FindHold(o.r.ID); h != nil {
		book.Extend(a, h, o.r.Until)
		a.Changed()
	}
	o.r.holdDeposit(g.books[o.home], o.r.Until)
	for _, u := range o.r.Uses {
		g.limits.extend(u.Rows, o.r.ID, o.r.Until)
	}
	for _, c := range o.r.UsedCodes {
		if row := g.codes.rows[c]; row != nil && row.HeldBy == o.r.ID {
			g.codes.hold(row, o.r.ID, o.r.Until)
		}
	}
	o.put(g)
	book.Touch()
	g.happened(o.r.event(eventtype.ReservationExtended, o.at), g.books[o.home])
	o.r.Balance = balanceOf(a)
	return nil
}

// holding refuses a reservation that holds nothing any more.
func (o *ofReservation) holding() error {
	switch o.r.StateAt(o.at) {
	case ReservationHeld:
		return nil
	case ReservationExpired:
		return fault.New(fault.Conflict, "reservation.run-out")
	case ReservationConfirmed:
		return fault.New(fault.Conflict, "reservation.confirmed")
	default:
		return fault.New(fault.Conflict, "reservation.cancelled")
	}
}

func errReservationExpired() error { return fault.New(fault.Conflict, "reservation-expired") }

// Cancel lets go what a reservation holds, also one that has run out: it can't
// be confirmed any more. One that is cancelled already stays as it is.
func (d *Desk) Cancel(ctx context.Context, ref PurchaseRef) (*Reservation, error) {
	o := &cancelling{ofReservation: ofReservation{ref: ref}}
	if _, err := d.submit(ctx, o); err != nil {
		return nil, err
	}
	return o.r, nil
}

// cancelling lets go what a reservation holds.
type cancelling struct {
	ofReservation
	unkeyed
}

func (o *cancelling) do(g *group) error {
	switch o.r.State {
	case ReservationConfirmed:
		return fault.New(fault.Conflict, "reservation.confirmed")
	case ReservationCancelled:
		o.r.Balance = balanceOf(g.books[o.keeps].AccountByID(o.r.Account))
		return nil
	}
	book, a := o.settled(g)
	mark := book.Mark()
	if h := book.FindHold(o.r.ID); h != nil {
		book.Release(a, h, o.r.ID, o.at)
		g.levels.rise(book, a, ledger.LevelChange{At: o.at, Cause: ledger.ByTime})
	}
	o.letGo(g)
	if d := g.books[o.home].Deposit(o.r.Deposit); d != nil {
		g.books[o.home].FreeDeposit(d, o.r.ID)
	}
	o.r.State = ReservationCancelled
	o.put(g)
	book.Chain(mark, o.r.ID, o.r.digest, o.at)
	g.happened(o.r.event(eventtype.ReservationCancelled, o.at), g.books[o.home])
	o.r.Balance = balanceOf(a)
	return nil
}

// event is what becomes of the reservation, for whoever follows.
func (r *Reservation) event(kind eventtype.Kind, at clock.Micros) eventtype.Event {
	return eventtype.Event{
		Kind: kind, Home: r.Home, Op: r.ID, At: at, Day: r.Day, Outlet: r.Outlet, Programme: r.Programme, Cashier: r.Cashier,
		Gross: r.Gross, Spent: r.Spent, Until: r.Until,
	}
}

// letGo gives back the uses and codes that the reservation still holds.
func (o *ofReservation) letGo(g *group) {
	for _, u := range o.r.Uses {
		g.giveBack(g.limits.letGo(u.Rows, o.r.ID))
	}
	o.letGoCodes(g)
}

func (o *ofReservation) letGoCodes(g *group) {
	for _, c := range o.r.UsedCodes {
		if row := g.codes.rows[c]; row != nil && row.HeldBy == o.r.ID {
			g.codes.hold(row, 0, 0)
		}
	}
}

// unkeyed is an operation that may be asked for again and again.
type unkeyed struct{}

func (unkeyed) claim() (claim, [32]byte) { return claim{}, [32]byte{} }

func (unkeyed) replay(context.Context, db.Q, home.ID, id.ID) error { return nil }
