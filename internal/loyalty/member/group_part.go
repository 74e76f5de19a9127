package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	groupingText = `select m.home_id, m.state, case when g.group_id is null then 0 else 1 end,
 (select count(*) from member_in_group o where o.home_id = m.home_id)
from member m left join member_in_group g on g.home_id = m.home_id and g.group_id = `
	qGroupingPG   = groupingText + `$2 where m.home_id = any($1)`
	qGroupingLite = groupingText + `$2 where m.home_id in (select value from json_each($1))`
)

// grouping is what regroupPart reads of each of its members.
type grouping struct {
	state State
	in    bool
	size  int64 // groups that he is in
}

// regroupPart puts the members of one batch into a group or out of it.
func (m *Members) regroupPart(ctx context.Context, tx *db.Tx, group id.ID, homes []home.ID, by Actor, in bool) (Grouped, error) {
	var out Grouped
	now := m.Clock.Now()
	there, err := lockGrouping(ctx, tx, group, homes)
	if err != nil {
		return out, err
	}
	var b db.Batch
	trail := NewTrail(m.IDs, by, now)
	for _, h := range homes {
		g, ok := there[h]
		switch {
		case !ok, g.state.Gone(), in && !g.in && g.size >= MaxGroups:
			out.Missing = append(out.Missing, h)
			continue
		case g.in == in:
			out.Already++
			continue
		case in:
			b.Exec(qPutInGroup, h, group, now)
			trail.Add(h, FieldGroup, "", idText(group))
		default:
			b.Exec(qOutOfGroup, h, group)
			trail.Add(h, FieldGroup, idText(group), "")
		}
		b.Exec(qTouchMember, h, now)
		out.Changed++
	}
	if err := trail.Queue(&b); err != nil {
		return Grouped{}, err
	}
	return out, tx.Run(ctx, &b)
}

func lockGrouping(ctx context.Context, tx *db.Tx, group id.ID, homes []home.ID) (map[home.ID]grouping, error) {
	ids := make([]int64, len(homes))
	there := make(map[home.ID]grouping, len(homes))
	var b db.Batch
	for i, h := range homes {
		ids[i] = int64(h)
		b.Exec(qLockHome, h)
	}
	b.Each(func(r db.Row) error {
		var h home.ID
		var g grouping
		var in int64
		err := r.Scan(&h, &g.state, &in, &g.size)
		g.in = in == 1
		there[h] = g
		return err
	}, pick(tx, qGroupingPG, qGroupingLite), ids, group)
	return there, tx.Run(ctx, &b)
}

func pick(q db.Q, pg, lite string) string {
	if q.Dialect() == db.Postgres {
		return pg
	}
	return lite
}
