package db

import (
	"context"
	"errors"
	"fmt"
)

// ErrMoved says that a set-based statement did not touch all of its rows:
// something that it was conditioned on has changed meanwhile.
var ErrMoved = errors.New("db: rows have moved")

// Many is one statement over many rows: on PostgreSQL a single text over
// arrays (unnest), on SQLite a text for one row, run for each.
type Many struct {
	PG    string   // $1…$n are arrays, a column each
	Lite  string   // $1…$n are one row's values
	Types []string // PostgreSQL element type of each column: bigint, text, bytea, bool
	Exact bool     // every row must touch exactly one row of the table, else ErrMoved

	rows int
	vals []any // row by row
}

// Of makes an empty statement of the same text to be filled with rows.
func (m *Many) Of() *Many {
	return &Many{PG: m.PG, Lite: m.Lite, Types: m.Types, Exact: m.Exact}
}

// Add adds a row; a nil is NULL.
func (m *Many) Add(row ...any) {
	if len(row) != len(m.Types) {
		panic(fmt.Sprintf("db: %d values for %d columns", len(row), len(m.Types)))
	}
	m.vals = append(m.vals, row...)
	m.rows++
}

// Len is the number of rows.
func (m *Many) Len() int { return m.rows }

func (m *Many) check(touched int64) error {
	if m.Exact && touched != int64(m.rows) {
		return ErrMoved
	}
	return nil
}

func (m *Many) runEach(ctx context.Context, q Q) error {
	if q.Dialect() == Postgres {
		n, err := q.Exec(ctx, m.PG, m.columns()...)
		if err != nil {
			return err
		}
		return m.check(n)
	}
	var touched int64
	k := len(m.Types)
	for i := range m.rows {
		n, err := q.Exec(ctx, m.Lite, m.vals[i*k:(i+1)*k]...)
		if err != nil {
			return err
		}
		touched += n
	}
	return m.check(touched)
}

// Run executes the statement alone.
func (m *Many) Run(ctx context.Context, q Q) error {
	if m.rows == 0 {
		return nil
	}
	return m.runEach(ctx, q)
}

// columns turns the rows into one typed array per column.
func (m *Many) columns() []any {
	out := make([]any, len(m.Types))
	for c, t := range m.Types {
		switch t {
		case "bigint":
			out[c] = column(m, c, asInt64)
		case "text":
			out[c] = column(m, c, func(v any) string { return v.(string) })
		case "bool":
			out[c] = column(m, c, func(v any) bool { return v.(bool) })
		case "bytea":
			out[c] = bytesColumn(m, c)
		default:
			panic("db: unknown column type " + t)
		}
	}
	return out
}

func column[T any](m *Many, c int, conv func(any) T) any {
	k := len(m.Types)
	plain := make([]T, m.rows)
	for i := range m.rows {
		v := m.vals[i*k+c]
		if v == nil {
			return nullable(m, c, conv)
		}
		plain[i] = conv(v)
	}
	return plain
}

func nullable[T any](m *Many, c int, conv func(any) T) any {
	k := len(m.Types)
	out := make([]*T, m.rows)
	for i := range m.rows {
		if v := m.vals[i*k+c]; v != nil {
			x := conv(v)
			out[i] = &x
		}
	}
	return out
}

func bytesColumn(m *Many, c int) any {
	k := len(m.Types)
	out := make([][]byte, m.rows)
	for i := range m.rows {
		if v := m.vals[i*k+c]; v != nil {
			out[i] = v.([]byte)
		}
	}
	return out
}

func asInt64(v any) int64 {
	switch x := v.(type) {
	case int64:
		return x
	case int:
		return int64(x)
	}
	panic(fmt.Sprintf("db: %T is no bigint", v))
}

// I gives a named integer as a plain one, for a column of type bigint.
func I[T ~int64 | ~int32 | ~int16 | ~int | ~uint8](v T) int64 { return int64(v) }

// N is I with zero as NULL.
func N[T ~int64 | ~int](v T) any {
	if v == 0 {
		return nil
	}
	return int64(v)
}
