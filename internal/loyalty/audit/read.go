package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// Filter asks for some of the trail; what is empty asks for all.
type Filter struct {
	Kind   Kind // of the actor
	Actor  id.ID
	Action string // that it begins with
	Target Target // Kind alone: all of a kind
	From   clock.Micros
	To     clock.Micros // before it
	Text   string       // that is somewhere in it
	// Members whom the text names: what was done to them or to purchases of theirs
	// is found as well, for the trail knows no names. Without a text they are
	// nothing.
	Members []id.ID
}

const (
	columns = `seq, at, actor_kind, actor_id, actor_name, address, agent, action, target_kind, target, before_doc, after_doc, hash`

	qTail = `select ` + columns + `, search_folded from audit where seq > $1 and seq <= $2 order by seq`
	qAll  = `select ` + columns + `, search_folded from audit order by seq`
	qEnd  = `select seq, hash from audit_head`
	qNext = `insert into audit_head (one, seq, hash) values (1, 1, $1) on conflict (one) do update set seq = audit_head.seq + 1 returning seq, hash`
	qHead = `update audit_head set hash = $1 where one = 1`
	qPut  = `insert into audit (` + columns + `, search_folded) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
)

// asked is the question for some of the trail: which numbers, in which order.
func asked(d db.Dialect, which, order string) string {
	whose := "split_part(target, '-', 1)"
	if d == db.SQLite {
		whose = "substr(target, 1, instr(target || '-', '-') - 1)"
	}
	return `select ` + columns + ` from audit where ` + which + ` and (actor_kind = $2 or $2 = '') and (actor_id = $3 or $3 = 0)
		and (action like $4 escape '\' or $4 = '') and (target_kind = $5 or $5 = '') and (target = $6 or $6 = '')
		and at >= $7 and (at < $8 or $8 = 0) and (search_folded like $9 escape '\' or $9 = ''
		or target_kind = 'member' and ` + d.In("target", 11) + ` or target_kind = 'purchase' and ` + d.In(whose, 11) + `) order by ` + order + ` limit $10`
}

// Read gives some of the trail, the newest first: those before the one with
// the number, from the end with 0.
func Read(ctx context.Context, q db.Q, f Filter, before int64, limit int) ([]Record, error) {
	return f.read(ctx, q, asked(q.Dialect(), `(seq < $1 or $1 = 0)`, `seq desc`), before, limit)
}

// ReadAfter gives some of the trail, the newest first: those that come next
// after the one with the number.
func ReadAfter(ctx context.Context, q db.Q, f Filter, after int64, limit int) ([]Record, error) {
	list, err := f.read(ctx, q, asked(q.Dialect(), `seq > $1`, `seq`), after, limit)
	slices.Reverse(list)
	return list, err
}

func (f *Filter) read(ctx context.Context, q db.Q, query string, from int64, limit int) ([]Record, error) {
	if limit <= 0 {
		limit = reference.DefaultLimit
	}
	action := ""
	if f.Action != "" {
		action = strings.TrimPrefix(reference.Pattern(f.Action), "%")
	}
	members := make([]string, len(f.Members))
	for i, m := range f.Members {
		members[i] = m.String()
	}
	return db.All(ctx, q, scan, query, from, storable(string(f.Kind)), f.Actor, action, storable(f.Target.Kind), storable(f.Target.ID), f.From, f.To,
		reference.Pattern(f.Text), min(limit, reference.MaxLimit), members)
}

func storable(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

func (r *Record) places() []any {
	return []any{
		&r.Seq, (*int64)(&r.At), (*string)(&r.Actor.Kind), &r.Actor.ID, &r.Actor.Name, &r.Actor.Address, &r.Actor.Agent,
		&r.Action, &r.Target.Kind, &r.Target.ID, &r.Before, &r.After, &r.Hash,
	}
}

func scan(row db.Row) (r Record, err error) {
	err = row.Scan(r.places()...)
	return r, err
}

func insert(ctx context.Context, q db.Q, r Record) error {
	_, err := q.Exec(ctx, qPut, r.Seq, r.At, string(r.Actor.Kind), r.Actor.ID, r.Actor.Name, r.Actor.Address, r.Actor.Agent,
		r.Action, r.Target.Kind, r.Target.ID, r.Before, r.After, r.Hash, r.searched())
	return err
}

// Change is one field that a record changes.
type Change struct {
	Field  string // as in the document
	Before string // JSON; "" it was empty
	After  string
}

// Changes gives the fields that differ, in the order of their names; the
// version, which every change moves, aside.
func (r *Record) Changes() []Change {
	var before, after map[string]json.RawMessage
	_ = json.Unmarshal([]byte(r.Before), &before)
	_ = json.Unmarshal([]byte(r.After), &after)
	all := maps.Clone(after)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	maps.Copy(all, before)
	delete(all, "version")
	var out []Change
	for _, name := range sorted(all) {
		if !bytes.Equal(before[name], after[name]) {
			out = append(out, Change{name, string(before[name]), string(after[name])})
		}
	}
	return out
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Wrong is a row of the trail that is not as it was written.
type Wrong struct {
	Seq           int64
	Found, Wanted string
}

// Verify reads the whole trail and tells every row that was changed, or before
// which something was taken out or put in; at the number after the last,
// that the end is not where it should be. It gives how many rows there are.
func Verify(ctx context.Context, q db.Q, wrong func(Wrong)) (rows int64, err error) {
	c := chain{wrong: wrong}
	if err := q.Each(ctx, c.next, qAll); err != nil {
		return 0, err
	}
	end, head, err := theEnd(ctx, q)
	if err != nil {
		return 0, err
	}
	c.ends(end, head)
	return c.rows, nil
}

// Tail does what Verify does with the last rows only, so that it costs little
// however long the trail is: the hash of the row before them is believed. It
// gives how many were looked at.
func Tail(ctx context.Context, q db.Q, last int64, wrong func(Wrong)) (rows int64, err error) {
	// The end first: what is noted meanwhile comes after it.
	end, head, err := theEnd(ctx, q)
	if err != nil {
		return 0, err
	}
	c := chain{wrong: wrong, seq: max(0, end-last-1), believes: end > last}
	if err := q.Each(ctx, c.next, qTail, c.seq, end); err != nil {
		return 0, err
	}
	c.ends(end, head)
	return c.rows, nil
}

// theEnd is where the trail ends, as it is kept apart from its rows.
func theEnd(ctx context.Context, q db.Q) (seq int64, hash []byte, err error) {
	err = q.Row(ctx, qEnd).Scan(&seq, &hash)
	if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	return seq, hash, err
}

// chain goes along the rows.
type chain struct {
	wrong    func(Wrong)
	seq      int64
	last     []byte
	rows     int64
	believes bool // the first row's hash
}

func (c *chain) next(row db.Row) error {
	var r Record
	var searched string
	if err := row.Scan(append(r.places(), &searched)...); err != nil {
		return err
	}
	if c.believes {
		c.believes, c.last, c.seq = false, r.Hash, r.Seq
		return nil
	}
	c.rows++
	switch want := r.hash(c.last); {
	case r.Seq != c.seq+1:
		c.wrong(Wrong{r.Seq, "follows " + number(c.seq), "follows " + number(r.Seq-1)})
	case !bytes.Equal(r.Hash, want):
		c.wrong(Wrong{r.Seq, short(r.Hash), short(want)})
	case searched != r.searched():
		c.wrong(Wrong{r.Seq, "searched by " + searched, "searched by " + r.searched()})
	}
	c.last, c.seq = r.Hash, r.Seq
	return nil
}

func (c *chain) ends(seq int64, head []byte) {
	if seq != c.seq || !bytes.Equal(head, c.last) {
		c.wrong(Wrong{c.seq + 1, "ends with " + number(c.seq) + " " + short(c.last), "ends with " + number(seq) + " " + short(head)})
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func short(hash []byte) string { return hex.EncodeToString(hash[:min(len(hash), 8)]) }
