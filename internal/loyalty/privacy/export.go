package privacy

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Format names the form of a copy.
const Format = "kopilka.member-export.1"

const qHomes = `select home_id from member where home_id = $1 or merged_into = $1 order by case when home_id = $1 then 0 else 1 end, home_id`

// Copy is all that is held on a person, not read yet.
type Copy struct {
	Member home.ID
	Homes  []home.ID // his own, then those of members who were merged into him

	privacy *Privacy
}

// Export finds what there is of a member: NotFound where there is nobody.
func (p *Privacy) Export(ctx context.Context, h home.ID) (*Copy, error) {
	homes, err := homesOf(ctx, p.DB, h)
	if err != nil {
		return nil, err
	}
	return &Copy{Member: h, Homes: homes, privacy: p}, nil
}

func homesOf(ctx context.Context, q db.Q, h home.ID) ([]home.ID, error) {
	homes, err := db.All(ctx, q, func(r db.Row) (o home.ID, err error) { return o, r.Scan((*int64)(&o)) }, qHomes, h)
	if err == nil && (len(homes) == 0 || homes[0] != h) {
		err = fault.New(fault.NotFound, "member.not-found")
	}
	return homes, err
}

// Write writes the copy as one JSON document, of one snapshot and row by row:
// its memory does not grow with what there is. What broke off lacks the
// document's end.
func (c *Copy) Write(ctx context.Context, w io.Writer) error {
	out := &writer{Writer: bufio.NewWriterSize(w, 32<<10)}
	out.raw(`{"format":`)
	out.text(Format)
	out.raw(`,"made_at":`)
	out.time(c.privacy.Clock.Now())
	out.raw(`,"member":`)
	out.text(c.Member.String())
	out.raw(`,"homes":[`)
	homes := make([]int64, len(c.Homes))
	for i, h := range c.Homes {
		homes[i] = int64(h)
		out.comma(i)
		out.text(h.String())
	}
	out.raw(`],"sections":[`)
	err := c.privacy.DB.View(ctx, func(q *db.Snapshot) error {
		for i, s := range held() {
			out.comma(i)
			if err := out.section(ctx, q, &s, homes); err != nil {
				return fmt.Errorf("export %s: %w", s.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.raw(`],"complete":true}`)
	return out.Flush()
}

// writer writes JSON; after a failure it writes nothing more, and Flush tells.
type writer struct{ *bufio.Writer }

func (w *writer) raw(s string) { _, _ = w.WriteString(s) }

func (w *writer) comma(i int) {
	if i > 0 {
		w.raw(",")
	}
}

func (w *writer) text(s string) {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string
	}
	_, _ = w.Write(b)
}

func (w *writer) time(at clock.Micros) {
	w.text(at.Time().Format("2006-01-02T15:04:05.999999Z"))
}

func (w *writer) section(ctx context.Context, q db.Q, s *section, homes []int64) error {
	columns := s.list()
	row := newRow(columns)
	w.raw(`{"table":`)
	w.text(s.name)
	w.raw(`,"rows":[`)
	n := 0
	err := q.Each(ctx, func(r db.Row) error {
		row.clear()
		if err := r.Scan(row.into...); err != nil {
			return err
		}
		w.comma(n)
		n++
		return w.row(row)
	}, s.query(q.Dialect()), homes)
	w.raw(`]}`)
	return err
}

// row is one row of a section: a place for each column's value.
type row struct {
	columns []column
	ints    []*int64
	texts   []*string
	bools   []*bool
	bytes   [][]byte
	into    []any
}

func newRow(columns []column) *row {
	n := len(columns)
	r := &row{columns: columns, ints: make([]*int64, n), texts: make([]*string, n), bools: make([]*bool, n), bytes: make([][]byte, n), into: make([]any, n)}
	for i, c := range columns {
		switch c.kind {
		case asText, asJSON:
			r.into[i] = &r.texts[i]
		case asBool:
			r.into[i] = &r.bools[i]
		case asHex:
			r.into[i] = &r.bytes[i]
		default:
			r.into[i] = &r.ints[i]
		}
	}
	return r
}

func (r *row) clear() {
	clear(r.ints)
	clear(r.texts)
	clear(r.bools)
	clear(r.bytes)
}

// row writes a row; what is empty is left out.
func (w *writer) row(r *row) error {
	w.raw("{")
	n := 0
	for i, c := range r.columns {
		if r.empty(i) {
			continue
		}
		w.comma(n)
		n++
		w.text(c.as)
		w.raw(":")
		if err := w.value(r, i); err != nil {
			return fmt.Errorf("%s: %w", c.as, err)
		}
	}
	w.raw("}")
	return nil
}

func (r *row) empty(i int) bool {
	switch r.columns[i].kind {
	case asText, asJSON:
		return r.texts[i] == nil || *r.texts[i] == ""
	case asBool:
		return r.bools[i] == nil
	case asHex:
		return len(r.bytes[i]) == 0
	case asCount:
		return r.ints[i] == nil
	default: // there is no id and no time of nothing
		return r.ints[i] == nil || *r.ints[i] == 0
	}
}

func (w *writer) value(r *row, i int) error {
	switch r.columns[i].kind {
	case asID:
		w.text(strconv.FormatInt(*r.ints[i], 10))
	case asCount:
		w.raw(strconv.FormatInt(*r.ints[i], 10))
	case asTime:
		w.time(clock.Micros(*r.ints[i]))
	case asText:
		w.text(*r.texts[i])
	case asBool:
		w.raw(strconv.FormatBool(*r.bools[i]))
	case asHex:
		w.text(hex.EncodeToString(r.bytes[i]))
	case asJSON:
		if !json.Valid([]byte(*r.texts[i])) {
			return errors.New("a document that can't be read")
		}
		w.raw(*r.texts[i])
	}
	return nil
}
