// Package db is the one door to storage: one SQL text, two engines.
//
// On PostgreSQL it holds a pgx pool for reads, one for batches of look-ups by
// key and one for writes; on SQLite a
// pool of readers and a single writer connection, since SQLite has one writer
// anyhow and queueing in Go is fair where SQLite's busy wait is not. Both
// engines are opened durable (see Durability), and nothing in the program
// turns that off.
//
// Store functions take a Q and so work on a *DB, a *Tx or a snapshot alike;
// only operations open a transaction, by Write.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Dialect is an engine.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Row is one row under a cursor.
type Row interface{ Scan(dest ...any) error }

// Q runs SQL. *DB, *Tx and *Snapshot satisfy it.
type Q interface {
	// Dialect names the engine.
	Dialect() Dialect
	// Exec runs a statement and gives the number of rows it touched.
	Exec(ctx context.Context, q string, args ...any) (int64, error)
	// Row runs a query for one row; Scan gives ErrNotFound where there is none.
	Row(ctx context.Context, q string, args ...any) Row
	// Each runs a query and calls scan for each of its rows.
	Each(ctx context.Context, scan func(Row) error, q string, args ...any) error
	// Run sends a batch in as few round trips as the engine allows.
	Run(ctx context.Context, b *Batch) error
}

// Options say what to open.
type Options struct {
	URL      string // postgres://… , or the path of a SQLite file
	MaxConns int    // PostgreSQL: connections for reads, and half as many for writes and for look-ups each; 0 means 16
	Readers  int    // SQLite: reader connections; 0 means 8
}

// DB is an open base.
type DB struct {
	url   string
	pool  *pgxpool.Pool // reads
	keyed *pgxpool.Pool // reads of rows by their keys
	wr    *pgxpool.Pool // write transactions
	r, w  *sql.DB

	cacheMu sync.Mutex
	cache   map[any]*liteConn // by the driver's connection

	retries atomic.Int64
}

const (
	connectTimeout = 10 * time.Second
	busyTimeout    = 10_000 // milliseconds
)

// Open opens a base and checks that it answers and is durable. It does not
// migrate it.
func Open(ctx context.Context, o Options) (*DB, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	d, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := d.checkDurable(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func open(ctx context.Context, o Options) (*DB, error) {
	if IsPostgres(o.URL) {
		return openPG(ctx, o)
	}
	return openLite(ctx, o)
}

// IsPostgres tells whether the URL names a PostgreSQL base.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// Path is the file of a SQLite base, "" on PostgreSQL.
func (d *DB) Path() string {
	if d.pool != nil {
		return ""
	}
	return litePath(d.url)
}

// Close closes every connection.
func (d *DB) Close() {
	if d.pool != nil {
		d.wr.Close()
		d.keyed.Close()
		d.pool.Close()
		return
	}
	d.closeLite()
}

// Conns is how many connections to PostgreSQL are open, and how many of those are in
// use; none on SQLite.
func (d *DB) Conns() (open, busy int) {
	for _, pool := range []*pgxpool.Pool{d.pool, d.keyed, d.wr} {
		if pool != nil {
			s := pool.Stat()
			open, busy = open+int(s.TotalConns()), busy+int(s.AcquiredConns())
		}
	}
	return open, busy
}

// Dialect names the engine.
func (d *DB) Dialect() Dialect {
	if d.pool != nil {
		return Postgres
	}
	return SQLite
}

// Retries is how many transactions were taken again after a deadlock, a
// serialization failure or a busy writer, since the base was opened.
func (d *DB) Retries() int64 { return d.retries.Load() }

// Ping tells whether the base answers.
func (d *DB) Ping(ctx context.Context) error {
	if d.pool != nil {
		return translate(d.pool.Ping(ctx))
	}
	return translate(d.r.PingContext(ctx))
}

// Exec runs one statement in a transaction of its own.
func (d *DB) Exec(ctx context.Context, q string, a ...any) (n int64, err error) {
	if d.pool != nil {
		tag, err := d.wr.Exec(ctx, q, a...)
		return tag.RowsAffected(), translate(err)
	}
	err = d.Write(ctx, func(tx *Tx) error {
		n, err = tx.Exec(ctx, q, a...)
		return err
	})
	return n, err
}

// Row runs a query for one row.
func (d *DB) Row(ctx context.Context, q string, a ...any) Row {
	if d.pool != nil {
		return row{d.pool.QueryRow(ctx, q, a...)}
	}
	var out Row
	if err := d.onConn(ctx, d.r, func(c *liteConn) error { out = c.row(ctx, q, a); return nil }); err != nil {
		return errRow{err}
	}
	return out
}

// Each runs a query and calls scan for each of its rows.
func (d *DB) Each(ctx context.Context, scan func(Row) error, q string, a ...any) error {
	if d.pool != nil {
		rows, err := d.pool.Query(ctx, q, a...)
		return eachPG(rows, err, scan)
	}
	return d.onConn(ctx, d.r, func(c *liteConn) error { return c.each(ctx, scan, q, a) })
}

// Run sends a batch of reads that find rows by their keys: on PostgreSQL they
// are planned to go by an index whatever the server knows of the tables. Use
// Write for a batch that writes.
func (d *DB) Run(ctx context.Context, b *Batch) error {
	if d.pool == nil {
		return b.runEach(ctx, d)
	}
	return b.send(ctx, d.keyed)
}

type row struct{ Row }

func (r row) Scan(dest ...any) error { return translate(r.Row.Scan(dest...)) }

func eachPG(rows pgx.Rows, err error, scan func(Row) error) error {
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

// All collects rows through an explicit scan function.
func All[T any](ctx context.Context, q Q, scan func(Row) (T, error), text string, args ...any) ([]T, error) {
	var out []T
	err := q.Each(ctx, func(r Row) error {
		v, err := scan(r)
		out = append(out, v)
		return err
	}, text, args...)
	return out, err
}

// ForUpdate locks rows on PostgreSQL; SQLite's writer already holds the only
// lock.
func (d Dialect) ForUpdate() string {
	if d == Postgres {
		return " for update"
	}
	return ""
}

// In renders membership of a column in one array parameter ([]int64 or
// []string).
func (d Dialect) In(col string, n int) string {
	if d == Postgres {
		return fmt.Sprintf("%s = any($%d)", col, n)
	}
	return fmt.Sprintf("%s in (select value from json_each($%d))", col, n)
}
