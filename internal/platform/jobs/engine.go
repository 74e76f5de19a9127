package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"kopilka/internal/platform/db"
)

// client is River's, whose type differs by engine.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	Subscribe(kinds ...river.EventKind) (<-chan *river.Event, func())
	insert(ctx context.Context, tx *db.Tx, args river.JobArgs, o *river.InsertOpts) error
	retry(ctx context.Context, tx *db.Tx, job int64) (*rivertype.JobRow, error)
	cancel(ctx context.Context, tx *db.Tx, job int64) (*rivertype.JobRow, error)
	close()
}

func newClient(d *db.DB, c *river.Config) (client, error) {
	if d.Dialect() == db.Postgres {
		cl, err := river.NewClient(riverpgxv5.New(d.Pool()), c)
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		return pgClient{cl}, nil
	}
	pool := d.Writer()
	cl, err := river.NewClient(riversqlite.New(pool), c)
	if err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return liteClient{cl, pool}, nil
}

type pgClient struct{ *river.Client[pgx.Tx] }

func (c pgClient) insert(ctx context.Context, tx *db.Tx, args river.JobArgs, o *river.InsertOpts) error {
	p, err := tx.Pgx(ctx)
	if err != nil {
		return err
	}
	_, err = c.InsertTx(ctx, p, args, o)
	return err
}

func (c pgClient) retry(ctx context.Context, tx *db.Tx, job int64) (*rivertype.JobRow, error) {
	p, err := tx.Pgx(ctx)
	if err != nil {
		return nil, err
	}
	return c.JobRetryTx(ctx, p, job)
}

func (c pgClient) cancel(ctx context.Context, tx *db.Tx, job int64) (*rivertype.JobRow, error) {
	p, err := tx.Pgx(ctx)
	if err != nil {
		return nil, err
	}
	return c.JobCancelTx(ctx, p, job)
}

func (c pgClient) close() {}

type liteClient struct {
	*river.Client[*sql.Tx]
	pool *sql.DB
}

func (c liteClient) insert(ctx context.Context, tx *db.Tx, args river.JobArgs, o *river.InsertOpts) error {
	return tx.SQL(ctx, func(ctx context.Context, s *sql.Tx) error {
		_, err := c.InsertTx(ctx, s, args, o)
		return err
	})
}

func (c liteClient) retry(ctx context.Context, tx *db.Tx, job int64) (row *rivertype.JobRow, err error) {
	err = tx.SQL(ctx, func(ctx context.Context, s *sql.Tx) (err error) {
		row, err = c.JobRetryTx(ctx, s, job)
		return err
	})
	return row, err
}

func (c liteClient) cancel(ctx context.Context, tx *db.Tx, job int64) (row *rivertype.JobRow, err error) {
	err = tx.SQL(ctx, func(ctx context.Context, s *sql.Tx) (err error) {
		row, err = c.JobCancelTx(ctx, s, job)
		return err
	})
	return row, err
}

func (c liteClient) close() { _ = c.pool.Close() }

func completeIn[A Args](ctx context.Context, tx *db.Tx, job *river.Job[A]) (err error) {
	if tx.Dialect() == db.Postgres {
		p, err := tx.Pgx(ctx)
		if err != nil {
			return err
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, p, job)
		return gone(err)
	}
	return tx.SQL(ctx, func(ctx context.Context, s *sql.Tx) error {
		_, err := river.JobCompleteTx[*riversqlite.Driver](ctx, s, job)
		return gone(err)
	})
}

// ErrGone says that the job was taken from its handler meanwhile, as one that
// seemed to be stuck: what it did must not be committed.
var ErrGone = errors.New("jobs: the job is no longer this handler's")

func gone(err error) error {
	if errors.Is(err, rivertype.ErrNotFound) {
		return ErrGone
	}
	return err
}

// Migrate makes or brings up to date the queue's own tables, whose names
// begin with river_. It is called with db.Migrate; on SQLite no other process
// may have the base open.
func Migrate(ctx context.Context, d *db.DB) error {
	// A transaction each: PostgreSQL does not let one use what it added to an
	// enum type.
	for {
		n := 0
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = migrateOne(ctx, d, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("jobs: migrate: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

const migrateLock = int64(0x6b6f70696c6b61) // "kopilka"

func migrateOne(ctx context.Context, d *db.DB, tx *db.Tx) (n int, err error) {
	if d.Dialect() == db.SQLite {
		err = tx.SQL(ctx, func(ctx context.Context, s *sql.Tx) (err error) {
			n, err = migrate(ctx, riversqlite.New(nil), s)
			return err
		})
		return n, err
	}
	// Two processes that start at once must not both migrate.
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", migrateLock); err != nil {
		return 0, err
	}
	p, err := tx.Pgx(ctx)
	if err != nil {
		return 0, err
	}
	return migrate(ctx, riverpgxv5.New(d.Pool()), p)
}

func migrate[Tx any](ctx context.Context, driver riverdriver.Driver[Tx], tx Tx) (int, error) {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	//nolint:staticcheck // each of our calls takes one step, in the transaction that notes it
	res, err := m.MigrateTx(ctx, tx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{MaxSteps: 1})
	if err != nil {
		return 0, err
	}
	return len(res.Versions), nil
}
