package db

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Tx is a write transaction. It is not safe for concurrent use.
type Tx struct {
	d     *DB
	pg    *pgxpool.Conn
	begun bool // PostgreSQL: BEGIN has been sent
	lite  *liteConn
	after []func()
}

const maxAttempts = 6

type within struct{}

// Within makes what is done with the context part of the transaction: a Write
// of the same base runs in it, and is undone with it, instead of in one of its
// own. Reads that do not go by the transaction do not see what it has written.
func Within(ctx context.Context, tx *Tx) context.Context {
	return context.WithValue(ctx, within{}, tx)
}

// Write runs fn in one transaction and commits it; it is taken again, a
// bounded number of times, after a deadlock, a serialization failure or a
// busy writer. fn must do nothing but SQL: it may run more than once.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if tx, ok := ctx.Value(within{}).(*Tx); ok && tx.d == d {
		return fn(tx)
	}
	for attempt := 1; ; attempt++ {
		tx, err := d.write(ctx, fn)
		if err == nil {
			for _, f := range tx.after {
				f()
			}
			return nil
		}
		if attempt == maxAttempts || !retryable(err) {
			return err
		}
		d.retries.Add(1)
		if !wait(ctx, attempt) {
			return ctx.Err()
		}
	}
}

func wait(ctx context.Context, attempt int) bool {
	base := time.Duration(attempt*attempt) * 2 * time.Millisecond
	t := time.NewTimer(base + rand.N(base))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func (d *DB) write(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	if d.pool != nil {
		return d.writePG(ctx, fn)
	}
	return d.writeLite(ctx, fn)
}

func (d *DB) writePG(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	conn, err := d.wr.Acquire(ctx)
	if err != nil {
		return nil, translate(err)
	}
	defer conn.Release() // the pool throws away a connection left inside a transaction
	t := &Tx{d: d, pg: conn}
	ok := false
	defer func() {
		if !ok {
			t.rollback(ctx)
		}
	}()
	if err := fn(t); err != nil {
		return t, err
	}
	if t.begun {
		tag, err := conn.Exec(ctx, "commit")
		if err == nil && tag.String() == "ROLLBACK" {
			err = pgx.ErrTxCommitRollback
		}
		if err != nil {
			return t, commitError(err)
		}
	}
	ok = true
	return t, nil
}

const rollbackTimeout = 5 * time.Second

func (t *Tx) rollback(ctx context.Context) {
	if !t.begun || t.pg.Conn().IsClosed() {
		return
	}
	// The caller's deadline may be over; the connection must still be cleaned.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	_, _ = t.pg.Exec(ctx, "rollback")
}

// AfterCommit registers f to run once the transaction has committed.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// Dialect names the engine.
func (t *Tx) Dialect() Dialect { return t.d.Dialect() }

func (t *Tx) begin(ctx context.Context) error {
	if t.pg == nil || t.begun {
		return nil
	}
	t.begun = true
	_, err := t.pg.Exec(ctx, "begin")
	return translate(err)
}

// Exec runs a statement.
func (t *Tx) Exec(ctx context.Context, q string, a ...any) (int64, error) {
	if t.lite != nil {
		return t.lite.exec(q, a)
	}
	if err := t.begin(ctx); err != nil {
		return 0, err
	}
	tag, err := t.pg.Exec(ctx, q, a...)
	return tag.RowsAffected(), translate(err)
}

// Row runs a query for one row.
func (t *Tx) Row(ctx context.Context, q string, a ...any) Row {
	if t.lite != nil {
		return t.lite.row(context.Background(), q, a)
	}
	if err := t.begin(ctx); err != nil {
		return errRow{err}
	}
	return row{t.pg.QueryRow(ctx, q, a...)}
}

// Each runs a query and calls scan for each of its rows.
func (t *Tx) Each(ctx context.Context, scan func(Row) error, q string, a ...any) error {
	if t.lite != nil {
		return t.lite.each(context.Background(), scan, q, a)
	}
	if err := t.begin(ctx); err != nil {
		return err
	}
	rows, err := t.pg.Query(ctx, q, a...)
	return eachPG(rows, err, scan)
}

// Run sends a batch; on PostgreSQL the first one carries BEGIN with it.
func (t *Tx) Run(ctx context.Context, b *Batch) error {
	if t.lite != nil {
		return b.runEach(ctx, t)
	}
	if len(b.items) == 0 {
		return nil
	}
	if t.begun {
		return b.send(ctx, t.pg)
	}
	t.begun = true
	out := &pgx.Batch{}
	out.Queue("begin")
	b.queue(out)
	return b.receiveAfter(t.pg.SendBatch(ctx, out))
}

func (b *Batch) receiveAfter(res pgx.BatchResults) error {
	if _, err := res.Exec(); err != nil {
		_ = res.Close()
		return translate(err)
	}
	return b.receive(res)
}
