package verify

import (
	"context"
	"fmt"
	"sync"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// run is one verification: tasks for the workers and what they found.
type run struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	d       *db.DB
	o       Options
	tasks   chan func() error
	working sync.WaitGroup

	mu     sync.Mutex
	found  map[Invariant]*broken
	counts Counts
	done   int64
	all    int64

	versions sync.Map // that are there: version → true
	limited  sync.Map // their campaigns: version → []rule.Campaign
	owned    sync.Map // whose their rules are: version → owners
}

type broken struct {
	Break
	at place
}

// place orders rows, so that the first row told does not depend on which
// worker was the fastest.
type place struct{ major, minor int64 }

func (p place) before(x place) bool {
	return p.major < x.major || p.major == x.major && p.minor < x.minor
}

func newRun(ctx context.Context, d *db.DB, o Options) *run {
	r := &run{d: d, o: o, tasks: make(chan func() error, o.Workers), found: map[Invariant]*broken{}}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	return r
}

func (r *run) start() {
	for range r.o.Workers {
		r.working.Go(func() {
			for task := range r.tasks {
				if r.ctx.Err() != nil {
					continue
				}
				if err := fault.Contain(task); err != nil {
					r.cancel(err)
				}
			}
		})
	}
}

// do gives a task to the workers.
func (r *run) do(task func() error) {
	select {
	case r.tasks <- task:
	case <-r.ctx.Done():
	}
}

func (r *run) end() (Report, error) {
	close(r.tasks)
	r.working.Wait()
	if r.ctx.Err() != nil {
		return Report{}, context.Cause(r.ctx)
	}
	out := Report{Breaks: []Break{}, Counts: r.counts}
	for _, i := range Invariants() {
		if b := r.found[i]; b != nil {
			out.Breaks = append(out.Breaks, b.Break)
		}
	}
	return out, nil
}

// bad notes a row that breaks an invariant.
func (r *run) bad(at place, i Invariant, table, key string, found, wanted any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.found[i]
	rows := int64(1)
	if b != nil {
		rows += b.Rows
		if !at.before(b.at) {
			b.Rows = rows
			return
		}
	}
	r.found[i] = &broken{Break{i, table, key, fmt.Sprint(found), fmt.Sprint(wanted), rows}, at}
}

// did counts what was looked at.
func (r *run) did(stage string, n int64, count func(c *Counts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if count != nil {
		count(&r.counts)
	}
	r.done += n
	if r.o.Progress != nil && n > 0 {
		r.o.Progress(r.done, max(r.all, r.done), stage)
	}
}

// total finds how much there is to do.
func (r *run) total() {
	if r.o.Progress == nil {
		return
	}
	if err := r.d.Row(r.ctx, qTotal).Scan(&r.all); err != nil {
		r.cancel(err)
	}
}

// stop ends the run because of an error of the base, if there is one.
func (r *run) stop(err error) (stopped bool) {
	if err != nil {
		r.cancel(err)
	}
	return r.ctx.Err() != nil
}

// view reads in one snapshot, by keys only.
func (r *run) view(fn func(q *db.Snapshot) error) error {
	return r.d.View(r.ctx, func(q *db.Snapshot) error {
		if err := q.ByKeys(r.ctx); err != nil {
			return err
		}
		return fn(q)
	})
}
