package verify

import (
	"crypto/sha256"
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// reservationRow is a reservation: its document is the purchase that it was to
// become.
type reservationRow struct {
	home                  home.ID
	id, account, purchase id.ID
	outlet                id.ID
	at, until             clock.Micros
	state                 string
	keeps                 home.ID // of a household's account; 0: in its own home
	doc, digest, person   []byte
}

func (r *reservationRow) of() home.ID { return r.home }

func scanReservation(r db.Row) (v reservationRow, err error) {
	return v, r.Scan((*int64)(&v.home), (*int64)(&v.id), (*int64)(&v.account), (*int64)(&v.purchase), (*int64)(&v.outlet), (*int64)(&v.at), (*int64)(&v.until),
		&v.state, (*int64)(&v.keeps), &v.doc, &v.digest, &v.person)
}

// sharedHeldRow is a reservation of another home on an account of this one.
type sharedHeldRow struct{ reservationRow }

func (r *sharedHeldRow) of() home.ID { return r.keeps }

func scanSharedHeld(r db.Row) (v sharedHeldRow, err error) {
	v.reservationRow, err = scanReservation(r)
	return v, err
}

// holdRow is what a reservation holds of one lot.
type holdRow struct {
	home             home.ID
	op, account, lot id.ID
	points           money.Points
	until            clock.Micros
}

func (r *holdRow) of() home.ID { return r.home }

func scanHold(r db.Row) (v holdRow, err error) {
	return v, r.Scan((*int64)(&v.home), (*int64)(&v.op), (*int64)(&v.account), (*int64)(&v.lot), (*int64)(&v.points), (*int64)(&v.until))
}

// reservationCheck is a reservation and what its account's home holds for it.
type reservationCheck struct {
	*reservationRow
	doc  *purchase.Purchase
	held money.Points
}

// readReservations reads the home's reservations, and those of others on its
// accounts.
func (c *homeCheck) readReservations() {
	c.reservations = make(map[id.ID]*reservationCheck, len(c.rows.reservations)+len(c.rows.sharedHeld))
	for i := range c.rows.reservations {
		row := &c.rows.reservations[i]
		c.op(row.id, "reservation", key("reservation_id", row.id), sha256.Sum256(row.doc), row.digest)
		c.reservations[row.id] = &reservationCheck{reservationRow: row, doc: readPurchase(row.doc)}
	}
	for i := range c.rows.sharedHeld {
		row := &c.rows.sharedHeld[i].reservationRow
		c.foreign(row.id, row.digest)
		c.reservations[row.id] = &reservationCheck{reservationRow: row, doc: readPurchase(row.doc)}
	}
}

// checkReservations holds each reservation to its row, to the purchase that it
// became, and to what is held for it.
func (c *homeCheck) checkReservations() {
	for i := range c.rows.reservations {
		r := c.reservations[c.rows.reservations[i].id]
		at := key("reservation_id", r.id)
		c.chained("reservation", at, r.id)
		p := r.doc
		switch {
		case p == nil:
			c.bad(ReservationDoc, "reservation", at, "a document that can't be read", "a purchase")
			continue
		case p.Home != c.home || p.ID != r.id || p.Outlet != r.outlet || p.At != r.at,
			(p.Account != r.account || p.AccountHome != r.keeps) && !c.tookOver(accountOf(p.Home, p.AccountHome, p.Account), accountOf(r.home, r.keeps, r.account)):
			c.bad(ReservationDoc, "reservation", at, "a document that says other than its row", "what its row says")
		}
		c.keys.want(p.Till, p.Key, op{c.home, r.id}, ReservationKey, "reservation", place{int64(c.home), c.told})
		c.became(r, at)
	}
	for i := range c.rows.holds {
		c.checkHold(&c.rows.holds[i])
	}
	for _, r := range c.reservations {
		if r.held > 0 && r.doc != nil && r.held != r.doc.Spent {
			c.bad(HoldReservation, "hold", key("hold_id", r.id), r.held, r.doc.Spent)
		}
	}
}

// became holds a reservation that was confirmed to its purchase.
func (c *homeCheck) became(r *reservationCheck, at rowKey) {
	if r.state != string(purchase.ReservationConfirmed) {
		return
	}
	for _, s := range c.sales {
		if s.id != r.purchase || s.doc == nil {
			continue
		}
		p := s.doc
		if p.Judged == nil || p.Judged.Reservation != r.id || p.Gross != r.doc.Gross || p.Discount != r.doc.Discount || p.Spent != r.doc.Spent || p.Due != r.doc.Due {
			c.bad(ReservationPurchase, "reservation", at, fmt.Sprintf("purchase_id %s with other figures", r.purchase), "the figures that were reserved")
		}
		return
	}
	c.bad(ReservationPurchase, "reservation", at, "purchase_id "+r.purchase.String(), "a purchase of the home")
}

// checkHold holds a hold to its account, its lot and its reservation.
func (c *homeCheck) checkHold(h *holdRow) {
	at := key("hold_id", h.op)
	r, a, l := c.reservations[h.op], c.accounts[h.account], c.lots[h.lot]
	switch {
	case a == nil || l == nil || l.Account != h.account:
		c.bad(HoldLot, "hold", at, fmt.Sprintf("account_id %s, lot_id %s", h.account, h.lot), "a lot of an account of the home")
		return
	case r == nil || r.state != string(purchase.ReservationHeld) || r.until != h.until || r.account != h.account:
		c.bad(HoldReservation, "hold", at, fmt.Sprintf("until %d", h.until), "a reservation that holds as long")
	default:
		r.held += h.points
	}
	a.holds += h.points
	if a.due == 0 || h.until < a.due {
		a.due = h.until
	}
}
