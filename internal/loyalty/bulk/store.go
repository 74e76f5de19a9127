package bulk

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	columns = `bulk_id, staff_id, staff_name, deed, filter, state, total, place, tried, changed, asked_at, begun_at, ended_at`

	qPut      = `insert into bulk_action (` + columns + `, holder, held_until) values ($1, $2, $3, $4, $5, 'asked', $6, 0, 0, 0, $7, 0, 0, 0, 0)`
	qGet      = `select ` + columns + ` from bulk_action where bulk_id = $1`
	qSome     = `select ` + columns + ` from bulk_action where bulk_id `
	qSomePG   = qSome + `= any($1)`
	qSomeLite = qSome + `in (select value from json_each($1))`
	// The newest first; of one person or, with 0, of everybody.
	qList     = `select ` + columns + ` from bulk_action where (staff_id = $1 or $1 = 0) and (bulk_id < $2 or $2 = 0) order by bulk_id desc limit $3`
	qOpen     = `select count(*) from bulk_action where staff_id = $1 and state in ('asked', 'running', 'stopping')`
	qBegin    = `update bulk_action set state = 'running', begun_at = $2 where bulk_id = $1 and state = 'asked'`
	qStop     = `update bulk_action set state = 'stopping' where bulk_id = $1 and state = 'running'`
	qDrop     = `update bulk_action set state = 'dropped', ended_at = $2, filter = $3 where bulk_id = $1 and state = 'asked'`
	qTry      = `update bulk_action set tried = $3, held_until = $4 where bulk_id = $1 and holder = $2 and state = 'running'`
	qMark     = `update bulk_action set place = $4, tried = $4, changed = changed + $5, held_until = $6 where bulk_id = $1 and holder = $2 and place = $3`
	qEnd      = `update bulk_action set state = $3, ended_at = $4, filter = $5, held_until = 0 where bulk_id = $1 and holder = $2`
	qPutPart  = `insert into bulk_part (bulk_id, part, homes) values ($1, $2, $3)`
	qPart     = `select homes from bulk_part where bulk_id = $1 and part = $2`
	qDropPart = `delete from bulk_part where bulk_id = $1`
	qPutLeft  = `insert into bulk_left (bulk_id, place, home_id, code) values ($1, $2, $3, $4)`
	qLeft     = `select place, home_id, code from bulk_left where bulk_id = $1 and place > $2 order by place limit $3`
	qReasons  = `select code, count(*) from bulk_left where bulk_id = $1 group by code order by count(*) desc, code`
	qStale    = `select bulk_id from bulk_action where state = 'asked' and asked_at < $1`
	qOld      = `select bulk_id from bulk_action where asked_at < $1 and state in ('done', 'stopped', 'dropped') limit 100`
	qDropLeft = `delete from bulk_left where bulk_id = $1`
	qDropRow  = `delete from bulk_action where bulk_id = $1`
)

func scanAction(r db.Row) (a Action, err error) {
	var deed, filter string
	err = r.Scan(&a.ID, &a.Staff, &a.StaffName, &deed, &filter, &a.State, &a.Total, &a.Place, &a.tried, &a.Changed, &a.AskedAt, &a.BegunAt, &a.EndedAt)
	if err != nil {
		return a, err
	}
	return a, errors.Join(json.Unmarshal([]byte(deed), &a.Deed), json.Unmarshal([]byte(filter), &a.Filter))
}

// Get reads an action.
func (b *Actions) Get(ctx context.Context, action id.ID) (Action, error) {
	return get(ctx, b.DB, action)
}

func get(ctx context.Context, q db.Q, action id.ID) (Action, error) {
	a, err := scanAction(q.Row(ctx, qGet, action))
	if errors.Is(err, db.ErrNotFound) {
		return a, notFound()
	}
	return a, err
}

// Some reads those of some actions that are there still.
func (b *Actions) Some(ctx context.Context, actions []id.ID) (map[id.ID]Action, error) {
	out := make(map[id.ID]Action, len(actions))
	if len(actions) == 0 {
		return out, nil
	}
	ids := make([]int64, len(actions))
	for i, a := range actions {
		ids[i] = int64(a)
	}
	text := qSomeLite
	if b.DB.Dialect() == db.Postgres {
		text = qSomePG
	}
	list, err := db.All(ctx, b.DB, scanAction, text, ids)
	for i := range list {
		out[list[i].ID] = list[i]
	}
	return out, err
}

// List gives actions, the newest first: a person's own or, of 0, everybody's;
// those before the one already had, from the newest with 0.
func (b *Actions) List(ctx context.Context, person, before id.ID, limit int) ([]Action, error) {
	return db.All(ctx, b.DB, scanAction, qList, person, before, min(limit, MaxPage))
}

// Left is one member to whom an action was not done.
type Left struct {
	Place int64 // in the order of the action
	Home  home.ID
	Code  string
}

// Left gives those whom an action has left out, behind a place; 0 is the first.
func (b *Actions) Left(ctx context.Context, action id.ID, after int64, limit int) ([]Left, error) {
	return db.All(ctx, b.DB, func(r db.Row) (l Left, err error) { return l, r.Scan(&l.Place, &l.Home, &l.Code) }, qLeft, action, after, min(limit, MaxPage))
}

// Reason is why members were left out, and how many.
type Reason struct {
	Code  string
	Count int64
}

// Reasons are those for which an action has left members out, the most frequent
// first.
func (b *Actions) Reasons(ctx context.Context, action id.ID) ([]Reason, error) {
	return db.All(ctx, b.DB, func(r db.Row) (x Reason, err error) { return x, r.Scan(&x.Code, &x.Count) }, qReasons, action)
}

// partSize is how many homes a row has; homeSize is the bytes of one.
const (
	partSize = 1000
	homeSize = 8
)

func packed(homes []home.ID) []byte {
	out := make([]byte, 0, len(homes)*homeSize)
	for _, h := range homes {
		out = binary.BigEndian.AppendUint64(out, uint64(h))
	}
	return out
}

// homes reads some of an action's members, of one part.
func homes(ctx context.Context, q db.Q, action id.ID, from, to int64) ([]home.ID, error) {
	var b []byte
	if err := q.Row(ctx, qPart, action, from/partSize).Scan(&b); err != nil {
		return nil, err
	}
	b = b[from%partSize*homeSize:][:(to-from)*homeSize]
	out := make([]home.ID, 0, to-from)
	for ; len(b) > 0; b = b[homeSize:] {
		out = append(out, home.ID(binary.BigEndian.Uint64(b)))
	}
	return out, nil
}

// Prune forgets what was asked for and never begun within a day, and actions of
// which the report is kept no longer.
func (b *Actions) Prune(ctx context.Context) error {
	now := b.Clock.Now()
	for _, old := range []struct {
		text   string
		before clock.Micros
	}{{qStale, now.Add(-staleAfter)}, {qOld, now.Add(-keptFor)}} {
		list, err := db.All(ctx, b.DB, func(r db.Row) (i id.ID, err error) { return i, r.Scan(&i) }, old.text, old.before)
		if err != nil {
			return err
		}
		for _, i := range list {
			var batch db.Batch
			for _, text := range []string{qDropPart, qDropLeft, qDropRow} {
				batch.Exec(text, i)
			}
			if err := b.DB.Write(ctx, func(tx *db.Tx) error { return tx.Run(ctx, &batch) }); err != nil {
				return err
			}
		}
	}
	return nil
}
