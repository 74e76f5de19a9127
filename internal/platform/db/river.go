package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What follows is for platform/jobs alone: the queue library wants the
// drivers' own types.

// Pool is PostgreSQL's pool, nil on SQLite.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// Writer gives a pool over SQLite's one writer connection; the caller closes
// it. It takes that connection for one use at a time, so it waits in one line
// with Write. Nothing can be cancelled once it has begun:
// the driver would interrupt the connection, and that is the one that the
// tills write by.
func (d *DB) Writer() *sql.DB {
	pool := sql.OpenDB(leases{d})
	pool.SetMaxOpenConns(1)
	pool.SetMaxIdleConns(-1) // an idle one would keep the writer from all others
	return pool
}

// Pgx is the transaction as pgx has it, on PostgreSQL. Its Commit and
// Rollback do nothing: Write ends the transaction.
func (t *Tx) Pgx(ctx context.Context) (pgx.Tx, error) {
	return pgxTx{t.pg}, t.begin(ctx)
}

// SQL runs fn with the transaction as database/sql has it, on SQLite. Its end
// is not the transaction's: Write ends that. fn's context can't be cancelled:
// a statement that is interrupted would take the whole transaction back, and
// what follows would be written outside of one.
func (t *Tx) SQL(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	ctx = context.WithoutCancel(ctx)
	held := sql.OpenDB(heldConn{t.lite.c.(liteDriverConn)})
	defer func() { _ = held.Close() }()
	tx, err := held.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(ctx, tx); err != nil {
		return translate(err)
	}
	return translate(tx.Commit())
}

type pgxTx struct{ pooled }

type pooled = *pgxpool.Conn // embedded under its own name, it would hide its method Conn

func (p pgxTx) Begin(ctx context.Context) (pgx.Tx, error) {
	if _, err := p.Exec(ctx, "savepoint part"); err != nil {
		return nil, err
	}
	return &pgxSavepoint{pgxTx: p}, nil
}

func (p pgxTx) Commit(context.Context) error   { return nil }
func (p pgxTx) Rollback(context.Context) error { return nil }
func (p pgxTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

func (p pgxTx) Prepare(ctx context.Context, name, q string) (*pgconn.StatementDescription, error) {
	return p.Conn().Prepare(ctx, name, q)
}

// pgxSavepoint is a part of the transaction that can fail alone. Parts of
// parts share a name: PostgreSQL takes the innermost.
type pgxSavepoint struct {
	pgxTx
	done bool
}

func (s *pgxSavepoint) end(ctx context.Context, statements ...string) error {
	if s.done {
		return pgx.ErrTxClosed
	}
	s.done = true
	for _, q := range statements {
		if _, err := s.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func (s *pgxSavepoint) Commit(ctx context.Context) error { return s.end(ctx, "release savepoint part") }

func (s *pgxSavepoint) Rollback(ctx context.Context) error {
	return s.end(ctx, "rollback to savepoint part", "release savepoint part")
}

// liteDriverConn is what the SQLite driver's connection can do.
type liteDriverConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
}

// heldConn lends a connection that is inside a transaction already: beginning,
// ending and closing leave it as it is.
type heldConn struct{ liteDriverConn }

func (h heldConn) Connect(context.Context) (driver.Conn, error) { return h, nil }
func (h heldConn) Driver() driver.Driver                        { return h }
func (h heldConn) Open(string) (driver.Conn, error)             { return nil, errLent }
func (h heldConn) Close() error                                 { return nil }

func (h heldConn) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	return heldTx{}, nil
}

var errLent = errors.New("db: a lent connection can't be opened by name")

type heldTx struct{}

func (heldTx) Commit() error   { return nil }
func (heldTx) Rollback() error { return nil }

// leases lend the writer connection for as long as the lease is open.
type leases struct{ d *DB }

func (l leases) Driver() driver.Driver            { return l }
func (l leases) Open(string) (driver.Conn, error) { return nil, errLent }

func (l leases) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := l.d.w.Conn(ctx)
	if err != nil {
		return nil, err
	}
	out := &lease{from: c}
	// Until it is given back nobody else touches it.
	err = c.Raw(func(dc any) error { out.c = dc.(liteDriverConn); return nil })
	return out, err
}

type lease struct {
	from  *sql.Conn
	c     liteDriverConn
	begun driver.Tx
}

// IsValid says that a lease is for one use: a pool would hand it on to whoever
// waits for one, and while somebody always does, the connection would never
// come back to those who write.
func (l *lease) IsValid() bool { return false }

func (l *lease) Close() error {
	if l.begun != nil {
		_ = l.begun.Rollback()
	}
	return l.from.Close()
}

// Prepare hides that a statement could take a context.
func (l *lease) Prepare(q string) (driver.Stmt, error) {
	s, err := l.c.Prepare(q)
	return struct{ driver.Stmt }{s}, err
}

func (l *lease) ExecContext(ctx context.Context, q string, a []driver.NamedValue) (driver.Result, error) {
	return l.c.ExecContext(context.WithoutCancel(ctx), q, a)
}

func (l *lease) QueryContext(ctx context.Context, q string, a []driver.NamedValue) (driver.Rows, error) {
	return l.c.QueryContext(context.WithoutCancel(ctx), q, a)
}

func (l *lease) Begin() (driver.Tx, error) {
	return l.BeginTx(context.Background(), driver.TxOptions{})
}

func (l *lease) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := l.c.BeginTx(context.WithoutCancel(ctx), o)
	if err != nil {
		return nil, err
	}
	l.begun = tx
	return leaseTx{l}, nil
}

type leaseTx struct{ l *lease }

func (t leaseTx) Commit() error { return t.end(driver.Tx.Commit) }

func (t leaseTx) Rollback() error { return t.end(driver.Tx.Rollback) }

// end leaves the transaction to Close where it could not be ended.
func (t leaseTx) end(how func(driver.Tx) error) error {
	err := how(t.l.begun)
	if err == nil {
		t.l.begun = nil
	}
	return err
}
