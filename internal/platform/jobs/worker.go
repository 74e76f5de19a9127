package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"kopilka/internal/platform/db"
)

type worker[A Args] struct {
	river.WorkerDefaults[A]
	r  *Runner
	fn func(context.Context, A) error
}

// Work runs the handler. A panic becomes an error here, since the queue would
// log its value, which may hold what no log may.
func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errPanic
			if e, ok := v.(runtime.Error); ok {
				err = fmt.Errorf("%w: %w", errPanic, e)
			}
			w.r.log.ErrorContext(ctx, "job panicked", "job_kind", job.Kind, "job_id", job.ID, "trace", string(debug.Stack()))
		}
	}()
	if slices.Contains(job.Tags, tickTag) {
		key := job.Kind + string(job.EncodedArgs)
		if _, runs := w.r.running.LoadOrStore(key, true); runs {
			return nil // the one before takes long
		}
		defer w.r.running.Delete(key)
	}
	complete := func(ctx context.Context, tx *db.Tx) error {
		return completeIn(ctx, tx, job)
	}
	if err := w.fn(context.WithValue(ctx, completeKey{}, complete), job.Args); err != nil {
		return failure{err}
	}
	return nil
}

// failure is an error of a handler whose text may be kept with the job, logged
// and shown: others' words in it may name people.
type failure struct{ error }

// Error is the text without what looks personal or secret.
func (f failure) Error() string { return told(f.error.Error()) }

// Unwrap gives the error as it was.
func (f failure) Unwrap() error { return f.error }

var errPanic = errors.New("panic")

// Timeout is how long the job may take.
func (w *worker[A]) Timeout(job *river.Job[A]) time.Duration {
	if t, ok := any(job.Args).(Timed); ok {
		return t.Timeout()
	}
	return 0 // the client's
}

type completeKey struct{}

// Complete marks the job whose handler has the context as done, in the
// transaction of its effect: if that commits, the job never runs again.
func Complete(ctx context.Context, tx *db.Tx) error {
	complete, ok := ctx.Value(completeKey{}).(func(context.Context, *db.Tx) error)
	if !ok {
		return errors.New("jobs: Complete outside of a job")
	}
	return complete(ctx, tx)
}

// failures logs jobs that fail; what the queue itself logs of them is kept
// out.
type failures struct{ log *slog.Logger }

// HandleError logs an error that a handler gave.
func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	f.failed(ctx, job, err)
	return nil
}

// HandlePanic is never met: Work lets no panic out.
func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, _ any, _ string) *river.ErrorHandlerResult {
	f.failed(ctx, job, errPanic)
	return nil
}

func (f failures) failed(ctx context.Context, job *rivertype.JobRow, err error) {
	level := slog.LevelWarn
	if job.Attempt >= job.MaxAttempts {
		level = slog.LevelError
	}
	f.log.Log(ctx, level, "job failed", "job_kind", job.Kind, "job_id", job.ID, "attempt", job.Attempt, "attempts", job.MaxAttempts, "error", err)
}

// quiet lets only warnings and errors through, and of those none that only says
// that work was cut short by the end of the program.
type quiet struct{ slog.Handler }

// Handle drops what was cancelled.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	cancelled := false
	r.Attrs(func(a slog.Attr) bool {
		err, _ := a.Value.Any().(error)
		cancelled = errors.Is(err, context.Canceled) || a.Value.String() == context.Canceled.Error()
		return !cancelled
	})
	if cancelled {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// Enabled tells whether a level is logged.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the quiet.
func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a)} }

// WithGroup keeps the quiet.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
