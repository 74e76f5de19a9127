// Package jobs runs work in the background: River behind a small door, on
// both engines, in the program's own base.
//
// A job may run more than once: after an error, a panic or a crash it is taken
// again, so every handler must bear that; one whose effect is only SQL can
// call Complete in its transaction and is then done exactly once. What must
// happen at a time is a row with a due time in the owner's table, claimed by a
// tick (Every): nothing may depend on a process having been up.
//
// On SQLite the queue shares the one writer connection with everything else:
// a second one would starve the tills. So no handler may hold a transaction
// long, and nothing here may be called without a transaction from inside one.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
)

// Args are what a job is about: small, ids rather than data, as JSON. Kind
// names it for good, e.g. "ledger.expire"; it has at least two characters.
type Args interface{ Kind() string }

// Timed is implemented by arguments of jobs that may take longer than
// DefaultTimeout.
type Timed interface{ Timeout() time.Duration }

// Queue is one of the lines that jobs wait in, apart from each other.
type Queue string

// The queues, by urgency.
const (
	Instant Queue = "instant" // somebody waits for it: one-time codes, receipts
	Default Queue = "default"
	Bulk    Queue = "bulk"    // mailings, imports
	Nightly Queue = "nightly" // what may take long and can wait
)

// workers is how many jobs of a queue run at once in a process. On SQLite the
// sum must stay at 20 or less.
var workers = map[Queue]int{Instant: 8, Default: 6, Bulk: 3, Nightly: 2}

// Limits on a job.
const (
	DefaultTimeout  = 5 * time.Minute
	DefaultAttempts = 12 // over about 11 hours
	rescueAfter     = 30 * time.Minute
)

// Unique says when a job is left out because there is one like it, of the same
// kind with equal arguments.
type Unique uint8

// When a job is left out.
const (
	Never        Unique = iota
	WhileWaiting        // while one waits, runs or is to be tried again
	WhileKept           // also for a day after one was done
)

// Options say how a job is to run.
type Options struct {
	Queue    Queue        // "" means Default
	At       clock.Micros // not before; 0: at once
	Attempts int          // 0 means DefaultAttempts
	Unique   Unique
}

// Runner is the queue of a base. Handlers and ticks are given to it before its
// first use; after that it is safe for concurrent use.
type Runner struct {
	d       *db.DB
	log     *slog.Logger
	workers *river.Workers
	ticks   []*river.PeriodicJob
	kinds   []string                 // of jobs that have a handler
	every   map[string]time.Duration // of those that come by themselves
	tune    func(*river.Config)      // for tests

	once    sync.Once
	err     error
	client  client
	running sync.Map // names of ticks that run in this process
}

// New makes the runner of a base; it does nothing until Start.
func New(d *db.DB, log *slog.Logger) *Runner {
	return &Runner{d: d, log: log, workers: river.NewWorkers(), every: map[string]time.Duration{}}
}

// Handle says what a kind of job does. It panics on a kind given twice.
func Handle[A Args](r *Runner, fn func(ctx context.Context, args A) error) {
	river.AddWorker(r.workers, &worker[A]{r: r, fn: fn})
	var of A
	r.kinds = append(r.kinds, of.Kind())
}

// Every runs a job at once and then every interval, a second at least, in one
// of the processes. A tick that fails is not tried again: the next one comes.
// One that is still running keeps the next from starting in its process.
func (r *Runner) Every(name string, interval time.Duration, args Args, q Queue) {
	opts := insertOpts(Options{Queue: q, Attempts: 1})
	opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByPeriod: interval}
	opts.Tags = []string{tickTag}
	make := func() (river.JobArgs, *river.InsertOpts) { return args, opts }
	r.every[args.Kind()] = interval
	r.ticks = append(r.ticks, river.NewPeriodicJob(river.PeriodicInterval(interval), make,
		&river.PeriodicJobOpts{ID: name, RunOnStart: true}))
}

const tickTag = "tick"

// Enqueue adds a job in the transaction: it will run if that commits. With tx
// nil it is added in a transaction of its own.
func (r *Runner) Enqueue(ctx context.Context, tx *db.Tx, args Args, o Options) error {
	c, err := r.open()
	if err != nil {
		return err
	}
	if tx == nil {
		return r.d.Write(ctx, func(tx *db.Tx) error { return c.insert(ctx, tx, args, insertOpts(o)) })
	}
	return c.insert(ctx, tx, args, insertOpts(o))
}

func insertOpts(o Options) *river.InsertOpts {
	out := &river.InsertOpts{Queue: string(Default), MaxAttempts: DefaultAttempts}
	if o.Queue != "" {
		out.Queue = string(o.Queue)
	}
	if o.Attempts > 0 {
		out.MaxAttempts = o.Attempts
	}
	if o.At != 0 {
		out.ScheduledAt = o.At.Time()
	}
	switch o.Unique {
	case WhileKept:
		out.UniqueOpts = river.UniqueOpts{ByArgs: true}
	case WhileWaiting:
		out.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
			rivertype.JobStateRetryable, rivertype.JobStateScheduled,
		}}
	}
	return out
}

// Start begins to work jobs and to tick, until Stop.
func (r *Runner) Start(ctx context.Context) error {
	c, err := r.open()
	if err != nil {
		return err
	}
	// Stop ends it, not the context: jobs that run are given time.
	if err := c.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: start: %w", err)
	}
	return nil
}

// Stop takes no more jobs and waits for those that run. When ctx ends first,
// their contexts are cancelled; they go back into the queue. A runner can't be
// started again, but Enqueue still works.
func (r *Runner) Stop(ctx context.Context) error {
	c, err := r.open()
	if err != nil {
		return err
	}
	defer c.close()
	err = c.Stop(ctx)
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelWait)
	defer cancel()
	return c.StopAndCancel(ctx)
}

// cancelWait is how long jobs have to heed that their context is cancelled.
const cancelWait = 5 * time.Second

// open makes the queue's client at its first use, when all handlers are known.
func (r *Runner) open() (client, error) {
	r.once.Do(func() {
		r.client, r.err = newClient(r.d, r.config())
	})
	return r.client, r.err
}

func (r *Runner) config() *river.Config {
	queues := map[string]river.QueueConfig{}
	for q, n := range workers {
		queues[string(q)] = river.QueueConfig{MaxWorkers: n}
	}
	c := &river.Config{
		Queues: queues, Workers: r.workers, PeriodicJobs: r.ticks,
		Logger: slog.New(quiet{r.log.Handler()}), ErrorHandler: failures{r.log},
		JobTimeout: DefaultTimeout, RescueStuckJobsAfter: rescueAfter, MaxAttempts: DefaultAttempts,
	}
	if r.tune != nil {
		r.tune(c)
	}
	return c
}
