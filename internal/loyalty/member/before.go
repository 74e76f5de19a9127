package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

// Who was closed keeps his identifiers, turned off.
const qBefore = `select distinct o.home_id from identifier i join identifier o on o.kind = i.kind and o.value = i.value
where i.home_id = $1 and i.kind in ('phone', 'email') and o.home_id <> i.home_id and o.member_state in ('closed', 'merged') order by o.home_id`

// Before gives the members who have left and had a phone or e-mail that a
// member has now: he is taken for the same person come back.
func Before(ctx context.Context, q db.Q, h home.ID) ([]home.ID, error) {
	return db.All(ctx, q, func(r db.Row) (o home.ID, err error) { return o, r.Scan(&o) }, qBefore, h)
}
