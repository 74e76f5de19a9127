package jobs

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river/rivertype"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Mendable tells whether a job may be tried again by hand.
func (j *Job) Mendable() bool { return slices.Contains([]State{Again, Failed, Cancelled}, j.State) }

// Cancellable tells whether a job may be cancelled: it has not run to its end
// and does not run now.
func (j *Job) Cancellable() bool { return slices.Contains([]State{Again, Waiting}, j.State) }

// Retry lets a job that failed or was cancelled run again, at once, if the
// transaction commits; it gives the job as it was.
func (r *Runner) Retry(ctx context.Context, tx *db.Tx, job int64) (Job, error) {
	return r.turn(ctx, tx, job, (*Job).Mendable, client.retry, rivertype.JobStateAvailable)
}

// Cancel takes a job that waits, or waits to be tried again, out of the queue,
// if the transaction commits; it gives the job as it was.
func (r *Runner) Cancel(ctx context.Context, tx *db.Tx, job int64) (Job, error) {
	return r.turn(ctx, tx, job, (*Job).Cancellable, client.cancel, rivertype.JobStateCancelled)
}

// turn turns a job into another state. A worker may have taken it meanwhile:
// then the queue leaves it in its state, and nothing is done.
func (r *Runner) turn(ctx context.Context, tx *db.Tx, job int64, may func(*Job) bool,
	do func(client, context.Context, *db.Tx, int64) (*rivertype.JobRow, error), wanted rivertype.JobState,
) (Job, error) {
	c, err := r.open()
	if err != nil {
		return Job{}, err
	}
	j, err := r.Get(ctx, tx, job)
	if err != nil {
		return j, err
	}
	if !may(&j) {
		return j, standing(j.State)
	}
	row, err := do(c, ctx, tx, job)
	switch {
	case taken(err):
		return j, fault.Wrap(err, fault.Conflict, "jobs.another")
	case errors.Is(err, rivertype.ErrNotFound):
		return j, fault.New(fault.NotFound, "jobs.not-found")
	case err != nil:
		return j, err
	case row.State != wanted:
		return j, standing(stateOf(string(row.State)))
	}
	return j, nil
}

// taken tells whether another job like it stands in its place.
func taken(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return errors.Is(err, db.ErrConflict) || ok && e.Code == "23505"
}

// standing says why nothing can be done with a job of the state.
func standing(s State) *fault.Error {
	switch s {
	case Running:
		return fault.New(fault.Conflict, "jobs.running")
	case Waiting:
		return fault.New(fault.Conflict, "jobs.waiting")
	case Again:
		return fault.New(fault.Conflict, "jobs.again")
	case Failed:
		return fault.New(fault.Conflict, "jobs.failed")
	case Cancelled:
		return fault.New(fault.Conflict, "jobs.cancelled")
	}
	return fault.New(fault.Conflict, "jobs.done")
}
