package member

import (
	"context"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Who becomes a member, or proves a phone or an e-mail to be his, may have
// bought by it before, as a guest. That is noted in the transaction that makes
// it so, and whoever looks for those receipts (package join) takes the note
// away when he has been through them: so none is forgotten, however large
// their number is and whatever fails meanwhile.

// GuestPurchases says which of a guest's purchases become the member's who has
// the phone or the e-mail that they name.
type GuestPurchases string

// The choices.
const (
	GuestsOff    GuestPurchases = "off"    // none by themselves
	GuestsProven GuestPurchases = "proven" // of phones and e-mails that he has proven
	GuestsOrder  GuestPurchases = "order"  // of those, too, that an order has named
)

// GuestDue is a phone or an e-mail of a member whose receipts as a guest are
// still to be looked for.
type GuestDue struct {
	Ref
	Home  home.ID
	Told  bool         // an order has named it
	At    clock.Micros // not before this
	Mark  id.ID        // of this note: a later one has another
	After id.ID        // the last receipt that was looked at
}

// guestWait is how long a note waits: who makes one looks at once himself, and
// the job only where he could not.
const guestWait = time.Minute

const (
	guestDueColumns = `kind, value, home_id, told, due_at, mark, after_id`

	qPutGuestDue = `insert into guest_due (` + guestDueColumns + `) values ($1, $2, $3, $4, $5, $6, 0)
 on conflict (kind, value, home_id) do update set told = guest_due.told or excluded.told, due_at = excluded.due_at, mark = excluded.mark, after_id = 0`
	qGuestDues   = `select ` + guestDueColumns + ` from guest_due where due_at <= $1 and (due_at, mark) > ($2, $3) order by due_at, mark limit $4`
	qGuestDuesOf = `select ` + guestDueColumns + ` from guest_due where home_id = $1 order by mark`
	qPutOffGuest = `update guest_due set due_at = $5, after_id = $6 where kind = $1 and value = $2 and home_id = $3 and mark = $4`
	qEndGuestDue = `delete from guest_due where kind = $1 and value = $2 and home_id = $3 and mark = $4`
)

// QueueGuest notes that a member may have bought as a guest by a phone or an
// e-mail; told: an order names it, be it proven or not.
func QueueGuest(b *db.Batch, ids *id.Maker, h home.ID, ref Ref, told bool, at clock.Micros) {
	if ref.Kind.guests() {
		b.Exec(qPutGuestDue, ref.Kind, ref.Value, h, told, at.Add(guestWait), ids.New())
	}
}

// GuestsDue lists what is to be looked for by now, after the last that was
// read; the zero GuestDue is the beginning.
func GuestsDue(ctx context.Context, q db.Q, now clock.Micros, after GuestDue, limit int) ([]GuestDue, error) {
	return db.All(ctx, q, scanGuestDue, qGuestDues, now, after.At, after.Mark, limit)
}

// GuestsDueOf lists what is to be looked for of one member, be its time come or
// not.
func GuestsDueOf(ctx context.Context, q db.Q, h home.ID) ([]GuestDue, error) {
	return db.All(ctx, q, scanGuestDue, qGuestDuesOf, h)
}

// PutOff notes how far the receipts were looked at, and from when on to go on.
func (d *GuestDue) PutOff(ctx context.Context, q db.Q, to clock.Micros) error {
	_, err := q.Exec(ctx, qPutOffGuest, d.Kind, d.Value, d.Home, d.Mark, to, d.After)
	return err
}

// End takes the note away, unless there is a later one by now.
func (d *GuestDue) End(ctx context.Context, q db.Q) error {
	_, err := q.Exec(ctx, qEndGuestDue, d.Kind, d.Value, d.Home, d.Mark)
	return err
}

func scanGuestDue(r db.Row) (d GuestDue, err error) {
	return d, r.Scan(&d.Kind, &d.Value, &d.Home, &d.Told, &d.At, &d.Mark, &d.After)
}
