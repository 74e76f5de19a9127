package purchase

import (
	"cmp"
	"context"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// A guest's receipt stays nobody's until it is given to a member. Where the
// phone or e-mail that it names is a member's already, that is noted with the
// receipt, and package join sees whether it is to be his.

const qOfGuest = `select home_id, purchase_id from purchase
 where guest = $1 and claimed_by is null and state <> 'refunded' and purchase_id > $2 order by purchase_id limit $3`

// OfGuest lists the receipts that name a guest, are nobody's and have not come
// back in full, in the order of their ids, after one.
func (d *Desk) OfGuest(ctx context.Context, g Guest, after id.ID, limit int) ([]PurchaseRef, error) {
	return db.All(ctx, d.DB, func(r db.Row) (p PurchaseRef, err error) {
		return p, r.Scan((*int64)(&p.Home), (*int64)(&p.ID))
	}, qOfGuest, d.GuestHash(g), after, min(limit, maxPage))
}

// guestOf is a member who has what a guest's receipt names.
type guestOf struct {
	guest Guest
	home  home.ID
}

const qNamed = `select count(*) from purchase where guest = $1 and at >= $2 and claimed_by is null`

// Named tells whether a receipt of nobody's names a guest since a time.
func (d *Desk) Named(ctx context.Context, g Guest, since clock.Micros) (bool, error) {
	var n int64
	err := d.DB.Row(ctx, qNamed, d.GuestHash(g), since).Scan(&n)
	return n > 0, err
}

// noteGuest notes whose the receipt may be; what several have is nobody's.
func (g *group) noteGuest(s *sale) {
	if len(s.same) == 1 && !s.cart.Guest.None() {
		g.guests = append(g.guests, guestOf{s.cart.Guest, s.same[0]})
	}
}

// queueGuests makes the notes, in the order of their keys: two transactions that
// make the same must not wait for each other.
func (g *group) queueGuests(b *db.Batch) {
	slices.SortFunc(g.guests, func(x, y guestOf) int {
		return cmp.Or(cmp.Compare(x.guest.Kind, y.guest.Kind), cmp.Compare(x.guest.Value, y.guest.Value), cmp.Compare(x.home, y.home))
	})
	for _, o := range g.guests {
		member.QueueGuest(b, g.desk.IDs, o.home, member.Ref(o.guest), true, g.now)
	}
}
