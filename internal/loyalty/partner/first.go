package partner

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/reference"
)

const (
	oldest        = ` order by version, code limit 1`
	qFirstPartner = qAllPartners + oldest
	qFirstOutlet  = qAllOutlets + oldest
	qFirstTill    = qAllTills + oldest
)

// First makes the first partner, his outlet and its till in a transaction of the
// caller's. Of what is there already nothing is made: a base that was left off in
// the middle gets the rest. The names are to be checked by the caller.
func (r *Registry) First(ctx context.Context, tx *db.Tx, p Partner, o Outlet, t Till) error {
	now, err := reference.Bump(ctx, tx, Set)
	if err != nil {
		return err
	}
	own, err := scanPartner(tx.Row(ctx, qFirstPartner))
	if errors.Is(err, db.ErrNotFound) {
		own = p
		own.ID, own.Version, own.State = r.ids.New(), now, reference.Active
		err = audit.Saved(ctx, tx, audit.Now(r.ids), insertPartner(ctx, tx, own), "partner", own.ID, nil, own)
	}
	if err != nil {
		return err
	}
	place, err := scanOutlet(tx.Row(ctx, qFirstOutlet))
	if errors.Is(err, db.ErrNotFound) {
		place = o
		place.ID, place.PartnerID, place.Version, place.State = r.ids.New(), own.ID, now, reference.Active
		err = audit.Saved(ctx, tx, audit.Now(r.ids), insertOutlet(ctx, tx, place), "outlet", place.ID, nil, place)
	}
	if err != nil {
		return err
	}
	_, err = scanTill(tx.Row(ctx, qFirstTill))
	if errors.Is(err, db.ErrNotFound) {
		t.ID, t.OutletID, t.Version, t.State = r.ids.New(), place.ID, now, reference.Active
		err = audit.Saved(ctx, tx, audit.Now(r.ids), insertTill(ctx, tx, t), "till", t.ID, nil, t)
	}
	return err
}
