package db

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// liteConn is one SQLite connection with its statements kept prepared. It
// talks to the driver without database/sql between them: a receipt is a
// dozen short statements, and the locks and conversions of that layer cost
// about as much as the statements do. Whoever has the connection from its
// pool has it alone.
type liteConn struct {
	c     driver.ConnPrepareContext
	stmts map[string]driver.Stmt
	args  []driver.NamedValue
}

// maxStmts bounds the statements kept; texts made at run time may be many.
const maxStmts = 1000

func newLiteConn(dc any) *liteConn {
	return &liteConn{c: dc.(driver.ConnPrepareContext), stmts: map[string]driver.Stmt{}}
}

func (c *liteConn) close() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	clear(c.stmts)
}

func (c *liteConn) prepare(q string) (driver.Stmt, error) {
	if s := c.stmts[q]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= maxStmts {
		c.close()
	}
	s, err := c.c.PrepareContext(context.Background(), q)
	if err != nil {
		return nil, translate(err)
	}
	c.stmts[q] = s
	return s, nil
}

// exec runs a statement to its end: a context that can be cancelled would
// cost a goroutine each time, and the statements of a write are short.
func (c *liteConn) exec(q string, a []any) (int64, error) {
	s, err := c.prepare(q)
	if err != nil {
		return 0, err
	}
	args, err := c.bind(a)
	if err != nil {
		return 0, err
	}
	res, err := s.(driver.StmtExecContext).ExecContext(context.Background(), args)
	if err != nil {
		return 0, translate(err)
	}
	return res.RowsAffected()
}

func (c *liteConn) query(ctx context.Context, q string, a []any) (*liteRows, error) {
	s, err := c.prepare(q)
	if err != nil {
		return nil, err
	}
	args, err := c.bind(a)
	if err != nil {
		return nil, err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, translate(err)
	}
	return &liteRows{rows: rows, vals: make([]driver.Value, len(rows.Columns()))}, nil
}

func (c *liteConn) each(ctx context.Context, scan func(Row) error, q string, a []any) error {
	rows, err := c.query(ctx, q, a)
	if err != nil {
		return err
	}
	defer rows.rows.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := rows.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return translate(err)
		}
		if err := scan(rows); err != nil {
			return err
		}
	}
}

func (c *liteConn) row(ctx context.Context, q string, a []any) Row {
	rows, err := c.query(ctx, q, a)
	if err != nil {
		return errRow{err}
	}
	defer rows.rows.Close()
	if err := rows.next(); err != nil {
		if errors.Is(err, io.EOF) {
			err = ErrNotFound
		}
		return errRow{translate(err)}
	}
	return &liteRows{vals: rows.vals}
}

type errRow struct{ err error }

func (r errRow) Scan(...any) error { return r.err }

func (c *liteConn) bind(a []any) ([]driver.NamedValue, error) {
	out := c.args[:0]
	for i, v := range a {
		x, err := liteValue(v)
		if err != nil {
			return nil, err
		}
		out = append(out, driver.NamedValue{Ordinal: i + 1, Value: x})
	}
	c.args = out
	return out, nil
}

// liteValue gives what the driver takes; arrays become JSON text, which In
// and json_each read.
func liteValue(v any) (driver.Value, error) {
	switch x := v.(type) {
	case nil, int64, string, []byte, bool, float64:
		return x, nil
	case int:
		return int64(x), nil
	case []int64, []string:
		b, err := json.Marshal(x)
		return string(b), err
	case driver.Valuer:
		return x.Value()
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int(), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(r.Uint()), nil
	case reflect.String:
		return r.String(), nil
	case reflect.Bool:
		return r.Bool(), nil
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.Uint8 {
			return r.Bytes(), nil
		}
	case reflect.Pointer:
		if r.IsNil() {
			return nil, nil
		}
		return liteValue(r.Elem().Interface())
	}
	return nil, fmt.Errorf("db: %T is no value of a column", v)
}

type liteRows struct {
	rows driver.Rows
	vals []driver.Value
}

func (r *liteRows) next() error { return r.rows.Next(r.vals) }

// Scan copies the row's columns into dest.
func (r *liteRows) Scan(dest ...any) error {
	if len(dest) != len(r.vals) {
		return fmt.Errorf("db: %d columns into %d places", len(r.vals), len(dest))
	}
	for i, d := range dest {
		if err := assign(d, r.vals[i]); err != nil {
			return fmt.Errorf("db: column %d: %w", i+1, err)
		}
	}
	return nil
}
