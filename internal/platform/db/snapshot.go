package db

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Snapshot is a read-only transaction: all its queries see the base as it was
// at one instant.
type Snapshot struct {
	pg   pgx.Tx
	lite *liteConn
}

// View runs fn over one snapshot. It waits for no writer and stops none.
func (d *DB) View(ctx context.Context, fn func(*Snapshot) error) error {
	if d.pool != nil {
		opt := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
		return pgx.BeginTxFunc(ctx, d.pool, opt, func(tx pgx.Tx) error { return fn(&Snapshot{pg: tx}) })
	}
	return d.onConn(ctx, d.r, func(c *liteConn) error {
		if _, err := c.exec("begin", nil); err != nil {
			return err
		}
		defer func() { _, _ = c.exec("rollback", nil) }()
		return fn(&Snapshot{lite: c})
	})
}

// Dialect names the engine.
func (s *Snapshot) Dialect() Dialect {
	if s.pg != nil {
		return Postgres
	}
	return SQLite
}

// ByKeys lets the snapshot's queries find rows by keys only. Who reads a base
// in small pieces wants that: a plan that scans a table would read all of it
// for each.
func (s *Snapshot) ByKeys(ctx context.Context) error {
	if s.pg == nil {
		return nil
	}
	_, err := s.Exec(ctx, `select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`)
	return err
}

// Exec runs a statement that writes nothing.
func (s *Snapshot) Exec(ctx context.Context, q string, a ...any) (int64, error) {
	if s.pg != nil {
		tag, err := s.pg.Exec(ctx, q, a...)
		return tag.RowsAffected(), translate(err)
	}
	return s.lite.exec(q, a)
}

// Row runs a query for one row.
func (s *Snapshot) Row(ctx context.Context, q string, a ...any) Row {
	if s.pg != nil {
		return row{s.pg.QueryRow(ctx, q, a...)}
	}
	return s.lite.row(ctx, q, a)
}

// Each runs a query and calls scan for each of its rows.
func (s *Snapshot) Each(ctx context.Context, scan func(Row) error, q string, a ...any) error {
	if s.pg != nil {
		rows, err := s.pg.Query(ctx, q, a...)
		return eachPG(rows, err, scan)
	}
	return s.lite.each(ctx, scan, q, a)
}

// Run sends a batch.
func (s *Snapshot) Run(ctx context.Context, b *Batch) error {
	if s.pg != nil {
		return b.send(ctx, s.pg)
	}
	return b.runEach(ctx, s)
}
