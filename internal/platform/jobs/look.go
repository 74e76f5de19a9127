package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/log"
	"kopilka/internal/platform/text"
)

// State says how a job stands.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Again     State = "again"  // it failed and is tried again
	Failed    State = "failed" // it was given up
	Cancelled State = "cancelled"
	Done      State = "done"
)

// States lists every state, what wants looking at first.
func States() []State { return []State{Failed, Again, Running, Waiting, Done, Cancelled} }

// stored are the states as the queue keeps them.
var stored = map[State]string{
	Waiting: waits + ` and attempt = 0`, Again: waits + ` and attempt > 0`, Running: `state = 'running'`,
	Failed: `state = 'discarded'`, Cancelled: `state = 'cancelled'`, Done: `state = 'completed'`,
}

const (
	waits = `state in ('available', 'pending', 'scheduled', 'retryable')`
	// is gives the state of a job; those that wait are told apart by whether they
	// have been tried.
	is = `case when ` + waits + ` then case when attempt > 0 then 'again' else 'waiting' end else cast(state as text) end`
)

// Job is one job as it stands. Done and cancelled ones are kept for a day,
// those given up for a week.
type Job struct {
	ID              int64
	Kind            string
	State           State
	Tick            bool // it comes by itself (Every)
	Tries, MaxTries int64
	Made, Due       clock.Micros
	Began, Ended    clock.Micros // the last try's, the job's; 0: not yet
	Failures        []Failure    // the first first

	args []byte
}

// Failure is a try that came to nothing.
type Failure struct {
	At   clock.Micros
	Text string // without what looks personal or secret
}

// Args reads what the job is about.
func (j *Job) Args(into any) error { return json.Unmarshal(j.args, into) }

// Last is the job's last failure; nil: there is none.
func (j *Job) Last() *Failure {
	if len(j.Failures) == 0 {
		return nil
	}
	return &j.Failures[len(j.Failures)-1]
}

// maxFailure is how much of an error is kept and shown, in characters.
const maxFailure = 1000

// columns of a job, whose times and documents the engines write each its way.
var columns = map[db.Dialect]string{
	db.Postgres: `id, kind, ` + is + `, 'tick' = any(coalesce(tags, '{}')), attempt::bigint, max_attempts::bigint,
 (extract(epoch from created_at) * 1000000)::bigint, (extract(epoch from scheduled_at) * 1000000)::bigint,
 coalesce((extract(epoch from attempted_at) * 1000000)::bigint, 0), coalesce((extract(epoch from finalized_at) * 1000000)::bigint, 0),
 coalesce(array_to_json(errors)::text, '[]'), args::text`,
	db.SQLite: `id, kind, ` + is + `, exists (select 1 from json_each(tags) where value = 'tick'), attempt, max_attempts,
 1000 * cast(round(unixepoch(created_at, 'subsec') * 1000) as integer), 1000 * cast(round(unixepoch(scheduled_at, 'subsec') * 1000) as integer),
 coalesce(1000 * cast(round(unixepoch(attempted_at, 'subsec') * 1000) as integer), 0), coalesce(1000 * cast(round(unixepoch(finalized_at, 'subsec') * 1000) as integer), 0),
 coalesce(json(errors), '[]'), json(args)`,
}

func scanJob(r db.Row) (Job, error) {
	var j Job
	var state, failures, args string
	err := r.Scan(&j.ID, &j.Kind, &state, &j.Tick, &j.Tries, &j.MaxTries,
		(*int64)(&j.Made), (*int64)(&j.Due), (*int64)(&j.Began), (*int64)(&j.Ended), &failures, &args)
	if err != nil {
		return j, err
	}
	j.State, j.args = stateOf(state), []byte(args)
	var list []struct {
		At    time.Time `json:"at"`
		Error string    `json:"error"`
	}
	if err := json.Unmarshal([]byte(failures), &list); err != nil {
		return j, err
	}
	for _, f := range list {
		j.Failures = append(j.Failures, Failure{clock.Of(f.At), told(f.Error)})
	}
	return j, nil
}

func stateOf(stored string) State {
	switch stored {
	case "running", "again":
		return State(stored)
	case "discarded":
		return Failed
	case "cancelled":
		return Cancelled
	case "completed":
		return Done
	}
	return Waiting
}

// told is the text of an error as it may be kept and shown.
func told(s string) string { return text.Clip(log.Scrub(s), maxFailure) }

// Get reads a job.
func (r *Runner) Get(ctx context.Context, q db.Q, job int64) (Job, error) {
	j, err := scanJob(q.Row(ctx, `select `+columns[q.Dialect()]+` from river_job where id = $1`, job))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.New(fault.NotFound, "jobs.not-found")
	}
	return j, err
}

// Filter is what jobs are asked for; what is empty asks for all.
type Filter struct {
	State State
	Kind  string
}

// List reads jobs, the newest first, those before one.
func (r *Runner) List(ctx context.Context, f Filter, before int64, limit int) ([]Job, error) {
	which := `true`
	if in, ok := stored[f.State]; ok {
		which = in
	}
	return db.All(ctx, r.d, scanJob, `select `+columns[r.d.Dialect()]+` from river_job where `+which+
		` and ($1 = '' or kind = $1) and ($2 = 0 or id < $2) order by id desc limit $3`, f.Kind, before, limit)
}

// Work is how one kind of job is doing.
type Work struct {
	Kind   string
	Every  time.Duration // it comes by itself that often; 0: when something asks for it
	Counts map[State]int64
	Last   *Job         // that ended last, well or not; nil: none is kept
	Next   clock.Micros // when one is to run; 0: none waits
}

// Works tells of each kind of job how it is doing: of those that this program
// knows, and of those that another version has left behind.
func (r *Runner) Works(ctx context.Context) ([]Work, error) {
	of := map[string]map[State]int64{}
	err := r.d.Each(ctx, func(row db.Row) error {
		var kind, state string
		var n int64
		if err := row.Scan(&kind, &state, &n); err != nil {
			return err
		}
		if of[kind] == nil {
			of[kind] = map[State]int64{}
		}
		of[kind][stateOf(state)] += n
		return nil
	}, qCounts)
	if err != nil {
		return nil, err
	}
	kinds := slices.Clone(r.kinds)
	for kind := range of {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	out := make([]Work, len(kinds))
	for i, kind := range kinds {
		out[i] = Work{Kind: kind, Every: r.every[kind], Counts: of[kind]}
		if err := r.times(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const qCounts = `select kind, ` + is + `, count(*) from river_job where state <> 'completed' group by 1, 2`

// times reads when a kind of job ran last and is to run next.
func (r *Runner) times(ctx context.Context, w *Work) error {
	one := func(which, order string) (*Job, error) {
		j, err := scanJob(r.d.Row(ctx, `select `+columns[r.d.Dialect()]+` from river_job where kind = $1 and `+which+` order by `+order+` limit 1`, w.Kind))
		if errors.Is(err, db.ErrNotFound) {
			return nil, nil
		}
		return &j, err
	}
	var err error
	if w.Last, err = one(`finalized_at is not null and state <> 'cancelled'`, `id desc`); err != nil {
		return err
	}
	next, err := one(waits, `scheduled_at`)
	switch {
	case err != nil:
		return err
	case next != nil:
		w.Next = next.Due
	case w.Every > 0 && w.Last != nil:
		w.Next = w.Last.Due.Add(w.Every)
	}
	return nil
}

// Late tells whether what comes by itself should have come long ago: no process
// does it.
func (w *Work) Late(now clock.Micros) bool {
	return w.Every > 0 && w.Last != nil && w.Counts[Running] == 0 && now > w.Next.Add(w.Every+lateAfter)
}

const lateAfter = 2 * time.Minute
