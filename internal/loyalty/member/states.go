package member

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const (
	statesText = `select h.home_id, coalesce(h.merged_into, h.home_id), coalesce(m.state, '')
 from home h left join member m on m.home_id = coalesce(h.merged_into, h.home_id) where h.home_id `
	qStatesPG   = statesText + `= any($1)`
	qStatesLite = statesText + `in (select value from json_each($1))`
)

// Standing is a member as he is now: who was merged into another is that one.
type Standing struct {
	Home  home.ID
	State State // "": it is nobody's
}

// States adds to a batch what reads the states of members. Once the batch has
// run they are in into: of each home that is there.
func States(b *db.Batch, dialect db.Dialect, homes []home.ID, into map[home.ID]Standing) {
	if len(homes) == 0 {
		return
	}
	ids := make([]int64, len(homes))
	for i, h := range homes {
		ids[i] = int64(h)
	}
	text := qStatesLite
	if dialect == db.Postgres {
		text = qStatesPG
	}
	b.Each(func(r db.Row) error {
		var h home.ID
		var s Standing
		err := r.Scan(&h, &s.Home, &s.State)
		into[h] = s
		return err
	}, text, ids)
}
