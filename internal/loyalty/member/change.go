package member

import (
	"context"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Change is one row of a member's audit trail.
type Change struct {
	ID     id.ID        `json:"id"`
	At     clock.Micros `json:"at"`
	Actor  ActorKind    `json:"actor_kind"`
	By     id.ID        `json:"actor,omitzero"`
	Source string       `json:"source"`
	Field  Field        `json:"field"`
	Old    string       `json:"old"` // "" where there was nothing
	New    string       `json:"new"` // "" where nothing is left
}

// Secret stands in a Change for a value that the trail does not keep.
const Secret = "***"

const (
	changeColumns = `change_id, at, actor_kind, actor_id, source, field, old_value, new_value`

	qChanges = `select ` + changeColumns + ` from member_change
where home_id = $1 and (change_id < $2 or $2 = 0) order by change_id desc limit $3`
	qFieldChanges = `select ` + changeColumns + ` from member_change
where home_id = $1 and (change_id < $2 or $2 = 0)
 and (field = cast($4 as text) or field in (cast($4 as text) || '` + MainSuffix + `', cast($4 as text) || '` + ProvenSuffix + `')) order by change_id desc limit $3`
)

const (
	changePG = `insert into member_change (home_id, change_id, at, actor_kind, actor_id, source, field, old_value, new_value)
select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])`
	changeLite = `insert into member_change (home_id, change_id, at, actor_kind, actor_id, source, field, old_value, new_value)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
)

// Trail collects the audit rows of one operation, and what the world is told
// of it.
type Trail struct {
	ids  *id.Maker
	by   Actor
	at   clock.Micros
	rows db.Many

	told  []told
	cards []eventtype.Event
}

// NewTrail begins the trail of an operation by an actor at a time.
func NewTrail(ids *id.Maker, by Actor, at clock.Micros) *Trail {
	return &Trail{ids: ids, by: by, at: at, rows: db.Many{
		PG: changePG, Lite: changeLite, Exact: true,
		Types: []string{"bigint", "bigint", "bigint", "text", "bigint", "text", "text", "text", "text"},
	}}
}

// Add notes that a field of a member has changed; equal values are no change.
func (t *Trail) Add(h home.ID, field Field, was, is string) {
	if was == is {
		return
	}
	t.tell(h, field, was, is)
	if field.secret() {
		was, is = hide(was), hide(is)
	}
	t.rows.Add(db.I(h), db.I(t.ids.New()), db.I(t.at), string(t.by.Kind), db.N(t.by.ID),
		text.Clip(t.by.Source, MaxSource), string(field), was, is)
}

// Len is the number of changes noted.
func (t *Trail) Len() int { return t.rows.Len() }

// Queue adds the rows and the events to a batch of the operation's
// transaction.
func (t *Trail) Queue(b *db.Batch) error {
	b.Many(&t.rows)
	return t.queueEvents(b)
}

func hide(s string) string {
	if s == "" {
		return ""
	}
	return Secret
}

// Changes lists a member's audit trail, newest first, page by page: before is
// the id of the last row already had, zero for the beginning. A field, if
// given, leaves only its rows: "email" is the journal of e-mails, with which
// of them was the main one and which were proven. The profile that a member was registered with is not there until it changes.
func Changes(ctx context.Context, q db.Q, h home.ID, field Field, before id.ID, limit int) ([]Change, error) {
	limit = pageSize(limit)
	if field == "" {
		return db.All(ctx, q, scanChange, qChanges, h, before, limit)
	}
	return db.All(ctx, q, scanChange, qFieldChanges, h, before, limit, field)
}

func scanChange(r db.Row) (Change, error) {
	var c Change
	var by *int64
	err := r.Scan(&c.ID, &c.At, &c.Actor, &by, &c.Source, &c.Field, &c.Old, &c.New)
	c.By = id.ID(orZero(by))
	return c, err
}

// Limits of a page of any list here, in rows.
const (
	DefaultPage = 50
	MaxPage     = 200
)

func pageSize(n int) int {
	if n <= 0 {
		return DefaultPage
	}
	return min(n, MaxPage)
}
