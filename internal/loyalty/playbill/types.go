package playbill

import (
	"context"

	"kopilka/internal/platform/db"
)

const qEventTypes = `select min(event_type) from playbill_event where type_folded <> '' and state = 'active' group by type_folded order by type_folded limit $1`

// EventTypes are the types that events in use are of.
func (r *Registry) EventTypes(ctx context.Context, limit int) ([]string, error) {
	return db.All(ctx, r.d, func(r db.Row) (s string, err error) {
		err = r.Scan(&s)
		return s, err
	}, qEventTypes, limit)
}
