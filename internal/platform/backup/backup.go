// Package backup writes a base into one archive while it is at work, and
// makes a base of it again, on either engine: so it also moves an organization
// from SQLite to PostgreSQL or back.
//
// An archive is zstd-compressed lines of JSON: a header; of each table a line
// with its name and columns and then a row a line, as arrays, bytes in base64;
// a footer with the count of rows. Parents come before the rows that refer to
// them. Behind the compressed data, in a frame that zstd skips, lies the
// SHA-256 of all before it: an archive cut short or changed in one bit is
// refused. It guards against damage, not against a forger.
//
// What it holds is what one snapshot of the base showed. Left out are the
// queue's tables, the schema's version (the header has it) and the leases of
// node numbers, which are worth nothing elsewhere. Migrations put no rows into
// tables, so a migrated base is empty.
package backup

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
)

// Progress is told of the table being written or read and how many of its rows
// are done: at its beginning, every few thousand rows and at its end.
type Progress func(table string, rows int64)

// Info is what an archive says of itself.
type Info struct {
	Created clock.Micros
	Engine  db.Dialect // of the base that it was made from
	Schema  int64      // version of that base's schema
	Tables  int
	Rows    int64
}

const (
	formatName    = "kopilka-backup"
	formatVersion = 1

	window        = 4 << 20  // bytes that compression looks back
	maxLine       = 64 << 20 // bytes of one row
	progressEvery = 5_000    // rows
)

type header struct {
	Format  string       `json:"format"`
	Version int          `json:"version"`
	Schema  int64        `json:"schema"`
	Engine  db.Dialect   `json:"engine"`
	Created clock.Micros `json:"created"` // UTC microseconds
}

// mark is a line that is no row: the beginning of a table or the end.
type mark struct {
	Table   string   `json:"table,omitempty"`
	Columns []column `json:"columns,omitempty"`
	End     bool     `json:"end,omitempty"`
	Tables  int      `json:"tables,omitempty"`
	Rows    int64    `json:"rows,omitempty"`
}

// Backup writes the whole base to w as one snapshot of it; it stops no writer.
// Memory does not grow with the base. On SQLite the write-ahead log can't
// shrink meanwhile.
func Backup(ctx context.Context, d *db.DB, w io.Writer, p Progress) (Info, error) {
	var info Info
	if err := d.CheckSchema(ctx); err != nil {
		return info, err
	}
	err := d.View(ctx, func(s *db.Snapshot) error {
		a, err := newArchive(w)
		if err != nil {
			return err
		}
		defer a.discard()
		if info, err = writeBase(ctx, s, a, p); err != nil {
			return err
		}
		return a.finish()
	})
	if err != nil {
		return Info{}, fmt.Errorf("backup: %w", err)
	}
	return info, nil
}

const qSchema = `select coalesce(max(version_id), 0) from schema_version where is_applied`

func writeBase(ctx context.Context, s *db.Snapshot, a *archive, p Progress) (Info, error) {
	info := Info{Created: clock.System{}.Now(), Engine: s.Dialect()}
	if err := s.Row(ctx, qSchema).Scan(&info.Schema); err != nil {
		return info, err
	}
	tables, err := tablesOf(ctx, s)
	if err != nil {
		return info, err
	}
	a.line(header{formatName, formatVersion, info.Schema, info.Engine, info.Created})
	for _, t := range tables {
		a.line(mark{Table: t.Name, Columns: t.Columns})
		n, err := writeTable(ctx, s, a, t, p)
		if err != nil {
			return info, fmt.Errorf("table %s: %w", t.Name, err)
		}
		info.Tables++
		info.Rows += n
	}
	a.line(mark{End: true, Tables: info.Tables, Rows: info.Rows})
	return info, nil
}

func writeTable(ctx context.Context, s *db.Snapshot, a *archive, t table, p Progress) (rows int64, err error) {
	p.tell(t.Name, 0)
	cols := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cols[i] = c.selected(s.Dialect())
	}
	values := make([]any, len(cols))
	places := make([]any, len(cols))
	for i := range values {
		places[i] = &values[i]
	}
	var line []byte
	err = s.Each(ctx, func(r db.Row) error {
		if err := r.Scan(places...); err != nil {
			return err
		}
		if line, err = appendRow(line[:0], t.Columns, values); err != nil {
			return err
		}
		if len(line) > maxLine {
			return fmt.Errorf("a row of %d bytes is too large", len(line))
		}
		if rows++; rows%progressEvery == 0 {
			p.tell(t.Name, rows)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return a.write(line)
	}, "select "+strings.Join(cols, ", ")+" from "+quote(t.Name))
	if err == nil {
		p.tell(t.Name, rows)
	}
	return rows, err
}

func (p Progress) tell(table string, rows int64) {
	if p != nil {
		p(table, rows)
	}
}

// archive writes lines; the first error stays and stops it.
type archive struct {
	sum  *summer
	z    *zstd.Encoder
	buf  *bufio.Writer
	err  error
	done bool
}

func newArchive(w io.Writer) (*archive, error) {
	sum := newSummer(w)
	z, err := zstd.NewWriter(sum, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window))
	if err != nil {
		return nil, err
	}
	return &archive{sum: sum, z: z, buf: bufio.NewWriterSize(z, 64<<10)}, nil
}

func (a *archive) line(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		a.err = err
		return
	}
	_ = a.write(append(b, '\n'))
}

func (a *archive) write(b []byte) error {
	if a.err == nil {
		_, a.err = a.buf.Write(b)
	}
	return a.err
}

func (a *archive) finish() error {
	a.done = true
	if a.err == nil {
		a.err = a.buf.Flush()
	}
	if err := a.z.Close(); a.err == nil {
		a.err = err
	}
	if a.err != nil {
		return a.err
	}
	return a.sum.seal()
}

// discard frees what an archive that was not finished holds.
func (a *archive) discard() {
	if !a.done {
		a.z.Reset(io.Discard)
		_ = a.z.Close()
	}
}
