package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// A reservation is a receipt that was judged and waits for its payment. Its
// figures are frozen: a confirm posts exactly them, whatever the programme and
// the member have come to meanwhile. Until its end it holds what it needs: points
// by their lots (package ledger), uses of limits, promo codes. Past that instant it
// holds nothing, though what is written of it may still be there: whoever
// comes next takes it away. Confirmed later than that it takes all again, if all is
// free.

// ReservationState says what became of a reservation.
type ReservationState string

// The states. One that ran out is still stored as held: nothing happened.
const (
	ReservationHeld      ReservationState = "held"
	ReservationConfirmed ReservationState = "confirmed"
	ReservationCancelled ReservationState = "cancelled"
	ReservationExpired   ReservationState = "expired" // held, and past its end
)

// Bounds on how long a reservation holds.
const (
	MinHold = time.Minute
	MaxHold = rule.MaxHoldMinutes * time.Minute
)

// Reservation is a receipt that waits for its payment.
type Reservation struct {
	Purchase                  // as it is to be confirmed; its id is the reservation's
	Until    clock.Micros     // it holds before this
	State    ReservationState // as stored
	Done     id.ID            // the purchase that it became; 0: none

	digest ledger.Hash // of its document
}

// StateAt tells what has become of the reservation by a time.
func (r *Reservation) StateAt(now clock.Micros) ReservationState {
	if r.State == ReservationHeld && now >= r.Until {
		return ReservationExpired
	}
	return r.State
}

// Judged is when a purchase was judged that was reserved before.
type Judged struct {
	Reservation id.ID        `json:"reservation"`
	Till        id.ID        `json:"till"`
	Cashier     id.ID        `json:"cashier,omitempty"`
	At          clock.Micros `json:"at"`
	Day         string       `json:"day"`
	Minute      int          `json:"minute"`
}

const (
	reservationColumns = `doc, state, until_at, coalesce(purchase_id, 0), coalesce(person, ''), account_id, coalesce(account_home, 0)`
	qReservation       = `select ` + reservationColumns + ` from reservation where home_id = $1 and reservation_id = $2`
	qReservations      = `select ` + reservationColumns + ` from reservation where home_id in ` + ofMember + ` and (reservation_id < $2 or $2 = 0) order by reservation_id desc limit $3`
)

var insertReservation = db.Many{
	PG: `insert into reservation (home_id, reservation_id, account_id, programme_id, outlet_id, at, until_at, state, account_home, doc, digest, person)
 select h, i, a, p, o, t, u, 'held', k, doc, x, who
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::bytea[], $11::text[]) as u (h, i, a, p, o, t, u, k, doc, x, who)`,
	Lite: `insert into reservation (home_id, reservation_id, account_id, programme_id, outlet_id, at, until_at, state, account_home, doc, digest, person)
 values ($1, $2, $3, $4, $5, $6, $7, 'held', $8, $9, $10, $11)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "bytea", "text"},
}

var updateReservation = db.Many{
	PG: `update reservation r set until_at = u.until_at, state = u.state, purchase_id = u.purchase_id
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[]) as u (home_id, reservation_id, until_at, state, purchase_id)
 where r.home_id = u.home_id and r.reservation_id = u.reservation_id`,
	Lite:  `update reservation set until_at = $3, state = $4, purchase_id = $5 where home_id = $1 and reservation_id = $2`,
	Types: []string{"bigint", "bigint", "bigint", "text", "bigint"},
	Exact: true,
}

func scanReservation(r db.Row) (*Reservation, error) {
	s := &Reservation{}
	var doc, person string
	var now ledger.AccountRef
	if err := r.Scan(&doc, (*string)(&s.State), (*int64)(&s.Until), (*int64)(&s.Done), &person, (*int64)(&now.ID), (*int64)(&now.Home)); err != nil {
		return nil, err
	}
	s.digest = sha256.Sum256([]byte(doc))
	if err := json.Unmarshal([]byte(doc), &s.Purchase); err != nil {
		return nil, err
	}
	if now.Home != 0 { // as a stored purchase's
		s.AccountHome, s.Account = now.Home, now.ID
	}
	return s, s.Seen.WithPerson(person)
}

// FindReservation reads a reservation, by home and id or by the till's key
// under which it was made.
func (d *Desk) FindReservation(ctx context.Context, ref PurchaseRef) (*Reservation, error) {
	if ref.ID == 0 {
		at, err := d.under(ctx, ref.Till, ref.Key)
		if err != nil {
			return nil, reservationNotFound(err)
		}
		ref = at
	}
	r, err := scanReservation(d.DB.Row(ctx, qReservation, ref.Home, ref.ID))
	return r, reservationNotFound(err)
}

// Reservations lists a home's reservations, the newest first; before is the
// last one already had, 0 for the beginning.
func (d *Desk) Reservations(ctx context.Context, h home.ID, before id.ID, limit int) ([]*Reservation, error) {
	return db.All(ctx, d.DB, scanReservation, qReservations, h, before, min(limit, maxPage))
}

func reservationNotFound(err error) error {
	if errors.Is(err, db.ErrNotFound) || fault.Is(err, "purchase.not-found") {
		return errNoReservation()
	}
	return err
}

func errNoReservation() error { return fault.New(fault.NotFound, "reservation.not-found") }

// ofReservation is what operations on a reservation have in common.
type ofReservation struct {
	ref PurchaseRef
	onAccount
	r  *Reservation
	at clock.Micros
}

func (o *ofReservation) lookUp(l *look) {
	if o.ref.ID == 0 {
		l.key(claim{o.ref.Till, o.ref.Key})
	}
}

func (o *ofReservation) found(l *look) (home.ID, error) {
	if o.ref.ID == 0 {
		k, ok := l.keys[claim{o.ref.Till, o.ref.Key}]
		if !ok {
			return 0, errNoReservation()
		}
		o.ref.Home, o.ref.ID = k.home, k.op
	}
	o.home = o.ref.Home
	return o.home, nil
}

// alone: two operations on one reservation must see each other.
func (o *ofReservation) alone() bool { return true }

// load reads the reservation under the lock of its home.
func (o *ofReservation) load(g *group) error {
	o.at = g.now
	r, err := scanReservation(g.tx.Row(g.ctx, qReservation, o.ref.Home, o.ref.ID))
	if errors.Is(err, db.ErrNotFound) {
		return errNoReservation()
	}
	if err != nil {
		return errors.Join(errBase, err)
	}
	o.r = r
	o.keeps = r.Keeps()
	if err := o.holds(g); err != nil {
		return err
	}
	g.wantLots[o.keeps] = true
	if r.Account != 0 {
		g.wantLevel(o.keeps, r.Programme, o.at)
	}
	if r.Deposit != 0 {
		g.wantDeposits[o.home] = true
	}
	g.limits.wantHeld(r.ID)
	for _, u := range r.Uses {
		for _, row := range u.Rows {
			g.limits.want[slotKey{row.Key, row.Slot}] = true
		}
	}
	for _, c := range r.UsedCodes {
		g.codes.want[c] = true
	}
	return nil
}

// settled is the account of the reservation with all that was due written; nil
// where there is none.
func (o *ofReservation) settled(g *group) (*ledger.Book, *ledger.Account) {
	book := g.books[o.keeps]
	a := book.AccountByID(o.r.Account)
	if a == nil {
		return g.books[o.home], nil
	}
	g.levels.settle(book, a, o.at)
	return book, a
}

// put notes what became of the reservation.
func (o *ofReservation) put(g *group) {
	g.reservations.changed.Add(int64(o.r.Home), int64(o.r.ID), int64(o.r.Until), string(o.r.State), db.N(o.r.Done))
}
