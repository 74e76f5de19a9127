package member

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

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
