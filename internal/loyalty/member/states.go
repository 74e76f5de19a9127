package member

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const (
	statesText  = `select h.home_id, coalesce(m.state, '') from home h left join member m on m.home_id = h.home_id where h.home_id `
	qStatesPG   = statesText + `= any($1)`
	qStatesLite = statesText + `in (select value from json_each($1))`
)

// States adds to a batch what reads the states of members. Once the batch has
// run they are in into: of each home that is there, "" where it is nobody's.
func States(b *db.Batch, dialect db.Dialect, homes []home.ID, into map[home.ID]State) {
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
		var s State
		err := r.Scan(&h, &s)
		into[h] = s
		return err
	}, text, ids)
}
