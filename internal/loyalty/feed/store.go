package feed

import (
	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	qAdvance = `insert into feed_state (one, last_seq, gone_seq) values (1, $1, 0)
 on conflict (one) do update set last_seq = feed_state.last_seq + excluded.last_seq`
	qState    = `select last_seq, gone_seq from feed_state where one = 1`
	qRows     = `select last_seq, events, event_id, at, doc from feed where last_seq > $1 order by last_seq limit $2`
	qRowsBack = `select last_seq, events, event_id, at, doc from feed
 where last_seq <= (select min(last_seq) from feed where last_seq >= $1) order by last_seq desc limit $2`
	qRowAt = `select last_seq, events, at from feed where last_seq >= $1 order by last_seq limit 1`
	qRowOf = `select event_id from feed where last_seq >= $1 order by last_seq limit 1`

	// The last of the oldest rows that are old enough; rows come in order of
	// time, so the first that is not ends them.
	qOld = `select coalesce(max(last_seq), 0) from (select last_seq, at from feed order by last_seq limit $1) f where at < $2`
	qLet = `delete from feed where last_seq <= $1`
	qGo  = `update feed_state set gone_seq = $1 where one = 1 and gone_seq < $1`

	qFrom = `select coalesce(min(at), 0) from (select at from feed where last_seq > $1 order by last_seq limit 1) f`
)

// addRow places rows back from the end that qAdvance has just moved.
var addRow = db.Many{
	PG: `insert into feed (last_seq, events, event_id, at, doc)
 select s.last_seq - u.back, u.events, u.event_id, u.at, u.doc
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[]) as u (back, events, event_id, at, doc), feed_state s`,
	Lite: `insert into feed (last_seq, events, event_id, at, doc)
 select last_seq - $1, $2, $3, $4, $5 from feed_state where one = 1`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "text"},
	Exact: true,
}

// row is one row of the feed.
type row struct {
	last, events int64
	id           id.ID
	at           clock.Micros
	doc          []byte
}

func scanRow(r db.Row) (row, error) {
	var v row
	err := r.Scan(&v.last, &v.events, (*int64)(&v.id), (*int64)(&v.at), &v.doc)
	return v, err
}

// Collect adds to a batch what gives rows of events their places, after all
// that have one.
func (f *Feed) Collect(b *db.Batch, rows []eventtype.Row) {
	var back int64
	for i := range rows {
		back += rows[i].Count
	}
	b.Exec(qAdvance, back)
	add, now := addRow.Of(), f.Clock.Now()
	for i := range rows {
		back -= rows[i].Count
		add.Add(back, rows[i].Count, int64(rows[i].ID), int64(now), string(rows[i].Events))
	}
	b.Many(add)
}
