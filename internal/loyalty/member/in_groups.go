package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const qEmptyGroups = `select group_id from member_group g where not exists (select 1 from member_in_group o where o.group_id = g.group_id) order by group_id`

// EmptyGroups are the groups that nobody is in.
func EmptyGroups(ctx context.Context, q db.Q) ([]id.ID, error) {
	var out []id.ID
	err := q.Each(ctx, func(r db.Row) error {
		var g id.ID
		err := r.Scan((*int64)(&g))
		out = append(out, g)
		return err
	}, qEmptyGroups)
	return out, err
}

const qInGroups = `select group_id from member_in_group where home_id = $1 order by group_id`

// LoadGroups adds to the batch what reads the groups that a member is in.
func LoadGroups(b *db.Batch, h home.ID, onGroup func(id.ID)) {
	b.Each(func(r db.Row) error {
		var g id.ID
		err := r.Scan((*int64)(&g))
		onGroup(g)
		return err
	}, qInGroups, h)
}
