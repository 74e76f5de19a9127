package db

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
)

// Batch is a list of statements that PostgreSQL gets in one round trip and
// SQLite one after the other. The first that fails ends it.
type Batch struct{ items []item }

type item struct {
	q    string
	args []any
	scan func(Row) error
	n    *int64
	many *Many
}

// Exec adds a statement.
func (b *Batch) Exec(q string, args ...any) { b.items = append(b.items, item{q: q, args: args}) }

// ExecN adds a statement and stores in n how many rows it touched.
func (b *Batch) ExecN(n *int64, q string, args ...any) {
	b.items = append(b.items, item{q: q, args: args, n: n})
}

// Each adds a query whose rows go to scan.
func (b *Batch) Each(scan func(Row) error, q string, args ...any) {
	b.items = append(b.items, item{q: q, args: args, scan: scan})
}

// Many adds a set-based statement; one without rows is left out.
func (b *Batch) Many(m *Many) {
	if m.Len() > 0 {
		b.items = append(b.items, item{many: m})
	}
}

// Len is the number of statements.
func (b *Batch) Len() int { return len(b.items) }

func (b *Batch) runEach(ctx context.Context, q Q) error {
	for i := range b.items {
		if err := b.items[i].run(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func (it *item) run(ctx context.Context, q Q) error {
	switch {
	case it.many != nil:
		return it.many.runEach(ctx, q)
	case it.scan != nil:
		return q.Each(ctx, it.scan, it.q, it.args...)
	}
	n, err := q.Exec(ctx, it.q, it.args...)
	if it.n != nil {
		*it.n = n
	}
	return err
}

type sender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func (b *Batch) send(ctx context.Context, s sender) error {
	if len(b.items) == 0 {
		return nil
	}
	return b.receive(s.SendBatch(ctx, b.pgx()))
}

func (b *Batch) pgx() *pgx.Batch {
	out := &pgx.Batch{}
	b.queue(out)
	return out
}

func (b *Batch) queue(out *pgx.Batch) {
	for i := range b.items {
		it := &b.items[i]
		if it.many != nil {
			out.Queue(it.many.PG, it.many.columns()...)
			continue
		}
		out.Queue(it.q, it.args...)
	}
}

func (b *Batch) receive(res pgx.BatchResults) (err error) {
	defer func() {
		if cerr := res.Close(); err == nil {
			err = translate(cerr)
		}
	}()
	return b.results(res)
}

func (b *Batch) results(res pgx.BatchResults) error {
	for i := range b.items {
		it := &b.items[i]
		if it.scan != nil {
			rows, err := res.Query()
			if err := eachPG(rows, err, it.scan); err != nil {
				return err
			}
			continue
		}
		tag, err := res.Exec()
		if err != nil {
			return translate(err)
		}
		if it.n != nil {
			*it.n = tag.RowsAffected()
		}
		if it.many != nil {
			if err := it.many.check(tag.RowsAffected()); err != nil {
				return err
			}
		}
	}
	return nil
}

func connectionLost(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)
}
