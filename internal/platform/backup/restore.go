package backup

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Rows go in by the thousand, fewer where they are large.
const (
	batchRows  = 1_000
	batchBytes = 4 << 20
)

var errAgain = errors.New("backup: the transaction was broken off, and an archive can't be read twice")

// Restore fills an empty, migrated base from an archive of the same schema, in
// one transaction: an archive that is damaged leaves nothing behind.
func Restore(ctx context.Context, d *db.DB, r io.Reader, p Progress) (Info, error) {
	if err := d.CheckSchema(ctx); err != nil {
		return Info{}, err
	}
	a, err := open(r)
	if err != nil {
		return Info{}, err
	}
	defer a.close()
	begun := false
	err = d.Write(ctx, func(tx *db.Tx) error {
		if begun {
			return errAgain
		}
		begun = true
		return restore(ctx, tx, a, p)
	})
	if err != nil {
		return Info{}, err
	}
	// The planner knows nothing of the tables yet.
	if _, err := d.Exec(ctx, "analyze"); err != nil {
		return Info{}, fmt.Errorf("restore: analyze: %w", err)
	}
	return a.info, nil
}

// Verify reads an archive to its end and tells what it holds, or that it is
// damaged.
func Verify(ctx context.Context, r io.Reader, p Progress) (Info, error) {
	a, err := open(r)
	if err != nil {
		return Info{}, err
	}
	defer a.close()
	err = a.each(func(t table) (func([]any, int) error, error) {
		p.tell(t.Name, 0)
		n := int64(0)
		return func([]any, int) error {
			if n++; n%progressEvery == 0 {
				p.tell(t.Name, n)
			}
			return ctx.Err()
		}, nil
	})
	return a.info, err
}

func restore(ctx context.Context, tx *db.Tx, a *reader, p Progress) error {
	var schema int64
	if err := tx.Row(ctx, qSchema).Scan(&schema); err != nil {
		return err
	}
	if schema != a.info.Schema {
		return fault.New(fault.Conflict, "backup.schema-differs", "archive", a.info.Schema, "base", schema)
	}
	there, err := tablesOf(ctx, tx)
	if err != nil {
		return err
	}
	if err := empty(ctx, tx, there); err != nil {
		return err
	}
	l := &loader{ctx: ctx, tx: tx, p: p}
	err = a.each(func(t table) (func([]any, int) error, error) {
		if err := l.flush(); err != nil {
			return nil, err
		}
		at := slices.IndexFunc(there, func(o table) bool { return o.Name == t.Name })
		if at < 0 || !sameColumns(t, there[at]) {
			return nil, damaged(fmt.Errorf("the base has no such table: %s", t.Name))
		}
		l.begin(t, there[at])
		there = slices.Delete(there, at, at+1)
		return l.add, nil
	})
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return damaged(fmt.Errorf("the archive has no table %s", there[0].Name))
	}
	return l.flush()
}

func empty(ctx context.Context, tx *db.Tx, tables []table) error {
	for _, t := range tables {
		// Until the end nobody may add what the archive would then meet.
		if tx.Dialect() == db.Postgres {
			if _, err := tx.Exec(ctx, "lock table "+quote(t.Name)+" in exclusive mode"); err != nil {
				return err
			}
		}
		var any bool
		if err := tx.Row(ctx, "select exists (select 1 from "+quote(t.Name)+")").Scan(&any); err != nil {
			return err
		}
		if any {
			return fault.New(fault.Conflict, "backup.not-empty", "table", t.Name)
		}
	}
	return nil
}

// sameColumns tells whether the two have the same columns, in any order; JSON
// is text on an engine without it.
func sameColumns(a, b table) bool {
	plain := func(t table) []string {
		var out []string
		for _, c := range t.Columns {
			if c.Kind == kindJSON {
				c.Kind = kindText
			}
			out = append(out, c.Name+" "+string(c.Kind))
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(plain(a), plain(b))
}

// loader puts a table's rows in.
type loader struct {
	ctx   context.Context
	tx    *db.Tx
	p     Progress
	name  string
	many  db.Many
	batch *db.Many
	bytes int
	rows  int64
}

func (l *loader) begin(t, there table) {
	n := len(t.Columns)
	names, places, selected, arrays, types := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, c := range t.Columns {
		names[i], places[i] = quote(c.Name), fmt.Sprintf("$%d", i+1)
		types[i] = map[kind]string{kindInt: "bigint", kindBool: "bool", kindBytes: "bytea"}[c.Kind]
		if types[i] == "" {
			types[i] = "text"
		}
		arrays[i] = places[i] + "::" + types[i] + "[]"
		selected[i] = names[i]
		if slices.Contains(there.Columns, column{c.Name, kindJSON}) {
			selected[i] += "::jsonb"
		}
	}
	all := strings.Join(names, ", ")
	into := "insert into " + quote(t.Name) + " (" + all + ") "
	l.many = db.Many{
		PG:    into + "select " + strings.Join(selected, ", ") + " from unnest(" + strings.Join(arrays, ", ") + ") as u(" + all + ")",
		Lite:  into + "values (" + strings.Join(places, ", ") + ")",
		Types: types, Exact: true,
	}
	l.name, l.rows, l.batch = t.Name, 0, l.many.Of()
	l.p.tell(t.Name, 0)
}

func (l *loader) add(row []any, size int) error {
	l.batch.Add(row...)
	l.bytes += size
	l.rows++
	if l.batch.Len() < batchRows && l.bytes < batchBytes {
		return nil
	}
	return l.flush()
}

func (l *loader) flush() error {
	if l.batch == nil || l.batch.Len() == 0 {
		return nil
	}
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if err := l.batch.Run(l.ctx, l.tx); err != nil {
		return fmt.Errorf("restore %s: %w", l.name, err)
	}
	l.batch, l.bytes = l.many.Of(), 0
	l.p.tell(l.name, l.rows)
	return nil
}

// reader reads an archive.
type reader struct {
	z    *zstd.Decoder
	in   *bufio.Reader
	info Info
}

func open(r io.Reader) (*reader, error) {
	z, err := zstd.NewReader(newChecker(r), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(2*window))
	if err != nil {
		return nil, notArchive(err)
	}
	a := &reader{z: z, in: bufio.NewReaderSize(z, 64<<10)}
	var h header
	line, err := a.line()
	if err != nil || json.Unmarshal(line, &h) != nil || h.Format != formatName {
		z.Close()
		return nil, notArchive(err)
	}
	if h.Version != formatVersion {
		z.Close()
		return nil, fault.New(fault.Conflict, "backup.format-unknown", "archive", h.Version, "program", formatVersion)
	}
	a.info = Info{Created: h.Created, Engine: h.Engine, Schema: h.Schema}
	return a, nil
}

// notArchive says that a file is something else; err may be nil, or why it
// can't be read.
func notArchive(err error) error {
	if fault.Is(err, "backup.damaged") {
		return err
	}
	if errors.Is(err, zstd.ErrMagicMismatch) {
		err = nil // that it says in other words
	}
	return fault.Wrap(err, fault.Invalid, "backup.not-archive")
}

func (a *reader) close() { a.z.Close() }

// line reads a line, which is good until the next one.
func (a *reader) line() ([]byte, error) {
	line, err := a.in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(long) > maxLine {
			return nil, errors.New("a line is too long")
		}
		line, err = a.in.ReadSlice('\n')
		long = append(long, line...)
	}
	return long, err
}

// each reads to the end of the archive and proves that it is whole. begin is
// called for each table and gives what takes its rows and their sizes.
func (a *reader) each(begin func(table) (func(row []any, size int) error, error)) error {
	var cols []column
	var add func([]any, int) error
	for {
		line, err := a.line()
		if err != nil {
			return damaged(err)
		}
		if line[0] == '[' {
			row, err := parseRow(line, cols)
			if err != nil || add == nil {
				return damaged(err)
			}
			a.info.Rows++
			if err := add(row, len(line)); err != nil {
				return err
			}
			continue
		}
		var m mark
		if err := json.Unmarshal(line, &m); err != nil {
			return damaged(err)
		}
		if m.End {
			return a.end(m)
		}
		a.info.Tables++
		cols = m.Columns
		if add, err = begin(table{m.Table, m.Columns}); err != nil {
			return err
		}
	}
}

func (a *reader) end(m mark) error {
	if m.Tables != a.info.Tables || m.Rows != a.info.Rows {
		return damaged(errors.New("tables or rows are missing"))
	}
	// The seal is proved when the reading comes to it.
	if _, err := a.in.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged(err)
	}
	return nil
}
