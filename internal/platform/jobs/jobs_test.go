package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/jobs"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

type note struct {
	Text string `json:"text"`
}

func (note) Kind() string { return "test.note" }

type bundle struct {
	*jobs.Runner
	t    *testing.T
	ctx  context.Context
	d    *db.DB
	logs *safeBuffer
	ends <-chan *river.Event
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// setup makes a runner with a handler; it is started and will be stopped.
func setup(t *testing.T, d *db.DB, fn func(ctx context.Context, n note) error) *bundle {
	t.Helper()
	if err := jobs.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return start(t, d, fn)
}

func start(t *testing.T, d *db.DB, fn func(ctx context.Context, n note) error) *bundle {
	t.Helper()
	b := &bundle{t: t, ctx: t.Context(), d: d, logs: &safeBuffer{}}
	b.Runner = jobs.New(d, slog.New(slog.NewTextHandler(b.logs, nil)))
	jobs.Hasten(b.Runner)
	jobs.Handle(b.Runner, fn)
	ends, stop, err := jobs.Finished(b.Runner)
	if err != nil {
		t.Fatal(err)
	}
	b.ends = ends
	if err := b.Start(b.ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := b.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return b
}

func (b *bundle) add(text string, o jobs.Options) {
	b.t.Helper()
	if err := b.Enqueue(b.ctx, nil, note{text}, o); err != nil {
		b.t.Fatal(err)
	}
}

// end waits for the end of a job and gives its text and how it went.
func (b *bundle) end() (text string, kind river.EventKind) {
	b.t.Helper()
	e := wait(b.t, b.ends)
	var n note
	if _, err := fmt.Sscanf(string(e.Job.EncodedArgs), `{"text":%q}`, &n.Text); err != nil {
		_, err = fmt.Sscanf(string(e.Job.EncodedArgs), `{"text": %q}`, &n.Text)
		if err != nil {
			b.t.Fatalf("%s: %v", e.Job.EncodedArgs, err)
		}
	}
	return n.Text, e.Kind
}

func (b *bundle) ended(text string, kind river.EventKind) {
	b.t.Helper()
	if gotText, gotKind := b.end(); gotText != text || gotKind != kind {
		b.t.Fatalf("%s is %s, want %s %s", gotText, gotKind, text, kind)
	}
}

func wait[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("nothing happened")
		panic("unreachable")
	}
}

func (b *bundle) count(q string) (n int64) {
	b.t.Helper()
	if err := b.d.Row(b.ctx, q).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestRuns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var texts sync.Map
		b := setup(t, d, func(_ context.Context, n note) error { texts.Store(n.Text, true); return nil })
		b.add("later", jobs.Options{At: clock.System{}.Now().Add(time.Hour)})
		for _, q := range []jobs.Queue{"", jobs.Instant, jobs.Default, jobs.Bulk, jobs.Nightly} {
			text := "Привет, «" + string(q) + "»"
			b.add(text, jobs.Options{Queue: q})
			b.ended(text, river.EventKindJobCompleted)
			if _, ok := texts.Load(text); !ok {
				t.Errorf("%s did not run", text)
			}
		}
		if _, ok := texts.Load("later"); ok {
			t.Error("ran before its time")
		}
		if err := jobs.Migrate(b.ctx, d); err != nil {
			t.Errorf("migrating again: %v", err)
		}
	})
}

func TestEnqueueIsOfItsTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d, func(context.Context, note) error { return nil })
		boom := errors.New("boom")
		err := d.Write(b.ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(b.ctx, "insert into secret (name, value) values ('a', $1)", []byte{1}); err != nil {
				return err
			}
			if err := b.Enqueue(b.ctx, tx, note{"rolled back"}, jobs.Options{}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		err = d.Write(b.ctx, func(tx *db.Tx) error {
			// First of all, in the middle, and with another one after it.
			for _, text := range []string{"one", "two"} {
				if err := b.Enqueue(b.ctx, tx, note{text}, jobs.Options{Unique: jobs.WhileKept}); err != nil {
					return err
				}
				if _, err := tx.Exec(b.ctx, "insert into secret (name, value) values ($1, $2)", text, []byte{1}); err != nil {
					return err
				}
			}
			// One that is left out must not spoil the transaction.
			return b.Enqueue(b.ctx, tx, note{"two"}, jobs.Options{Unique: jobs.WhileKept})
		})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for range 2 {
			text, _ := b.end()
			got[text] = true
		}
		if !got["one"] || !got["two"] || b.count("select count(*) from river_job") != 2 || b.count("select count(*) from secret") != 2 {
			t.Errorf("%v, %d jobs, %d rows", got, b.count("select count(*) from river_job"), b.count("select count(*) from secret"))
		}
	})
}

func TestTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var tries sync.Map
		b := setup(t, d, func(_ context.Context, n note) error {
			v, _ := tries.LoadOrStore(n.Text, &atomic.Int64{})
			if v.(*atomic.Int64).Add(1) > 1 {
				return nil
			}
			if n.Text == "panics" {
				panic("a phone: +79000000000")
			}
			return errors.New("not yet")
		})
		for _, text := range []string{"fails", "panics"} {
			b.add(text, jobs.Options{})
			b.ended(text, river.EventKindJobFailed)
			b.ended(text, river.EventKindJobCompleted)
		}
		b.add("once", jobs.Options{Attempts: 1})
		b.ended("once", river.EventKindJobFailed)
		if n := b.count("select count(*) from river_job where state = 'discarded'"); n != 1 {
			t.Errorf("%d given up", n)
		}
		logs := b.logs.String()
		if strings.Count(logs, "job failed") != 3 || strings.Count(logs, "level=ERROR") != 2 || strings.Count(logs, "job panicked") != 1 || strings.Contains(logs, "+7900") {
			t.Error(logs)
		}
	})
}

func TestUnique(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		started, release := make(chan struct{}), make(chan struct{})
		b := setup(t, d, func(context.Context, note) error {
			started <- struct{}{}
			<-release
			return nil
		})
		for _, c := range []struct {
			unique jobs.Unique
			again  bool // runs again once it is done
		}{{jobs.WhileWaiting, true}, {jobs.WhileKept, false}} {
			text := fmt.Sprint("unique ", c.unique)
			o := jobs.Options{Unique: c.unique}
			b.add(text, o)
			wait(t, started)
			b.add(text, o) // while it runs
			release <- struct{}{}
			b.ended(text, river.EventKindJobCompleted)
			before := b.count("select count(*) from river_job")
			b.add(text, o) // when it is done
			if again := b.count("select count(*) from river_job") > before; again != c.again {
				t.Errorf("%s: added again %v", text, again)
			}
			if c.again {
				wait(t, started)
				release <- struct{}{}
				b.ended(text, river.EventKindJobCompleted)
			}
		}
		if n := b.count("select count(*) from river_job"); n != 3 {
			t.Errorf("%d jobs", n)
		}
	})
}

type tick struct{}

func (tick) Kind() string { return "test.tick" }

func TestTicks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := jobs.Migrate(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		// A process that ends, and the next one: both tick, though the first
		// one's ticks fail.
		for process := range 2 {
			r := jobs.New(d, slog.New(slog.DiscardHandler))
			jobs.Hasten(r)
			ticked := make(chan struct{}, 10)
			jobs.Handle(r, func(context.Context, tick) error {
				ticked <- struct{}{}
				if process == 0 {
					return errors.New("not this time")
				}
				return nil
			})
			r.Every("test", time.Second, tick{}, jobs.Default)
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				wait(t, ticked)
			}
			if err := r.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestStopWaits stops while a job runs: Stop comes back only when it is done,
// and leaves none half done.
func TestStopWaits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		started, release := make(chan struct{}), make(chan struct{})
		var done atomic.Bool
		b := setup(t, d, func(ctx context.Context, n note) error {
			if n.Text == "meanwhile" {
				return nil
			}
			close(started)
			<-release
			done.Store(ctx.Err() == nil)
			return nil
		})
		b.add("a", jobs.Options{})
		wait(t, started)
		stopped := make(chan error)
		go func() { stopped <- b.Stop(b.ctx) }()
		for range 10 {
			b.add("meanwhile", jobs.Options{})
		}
		close(release)
		if err := wait(t, stopped); err != nil || !done.Load() {
			t.Errorf("stopped with the job done: %v, %v", done.Load(), err)
		}
		if n := b.count("select count(*) from river_job where state = 'completed'"); n < 1 {
			t.Errorf("%d done", n)
		}
		if n := b.count("select count(*) from river_job where state not in ('completed', 'available')"); n != 0 {
			t.Errorf("%d half done", n)
		}
	})
}

// TestStopGivesUp stops with a job that won't end: its context is cancelled,
// and the next process runs it again.
func TestStopGivesUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		started := make(chan struct{})
		b := setup(t, d, func(ctx context.Context, _ note) error {
			close(started)
			<-ctx.Done()
			return ctx.Err()
		})
		b.add("a", jobs.Options{})
		wait(t, started)
		over, cancel := context.WithCancel(b.ctx)
		cancel()
		if err := b.Stop(over); err != nil {
			t.Errorf("stop: %v", err)
		}
		next := start(t, d, func(context.Context, note) error { return nil })
		next.ended("a", river.EventKindJobCompleted)
	})
}

func TestComplete(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var tries atomic.Int64
		b := setup(t, d, func(ctx context.Context, n note) error {
			try := tries.Add(1)
			err := d.Write(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, "insert into secret (name, value) values ($1, $2)", fmt.Sprint(n.Text, try), []byte{1}); err != nil {
					return err
				}
				if err := jobs.Complete(ctx, tx); err != nil {
					return err
				}
				if try == 1 {
					return errors.New("rolled back")
				}
				return nil
			})
			if err != nil {
				return err
			}
			return errors.New("after the commit: of no effect")
		})
		b.add("a", jobs.Options{})
		b.ended("a", river.EventKindJobFailed)
		b.ended("a", river.EventKindJobCompleted)
		if b.count("select count(*) from secret") != 1 || b.count("select count(*) from secret where name = 'a2'") != 1 {
			t.Error("the effect is not there exactly once")
		}
		if err := jobs.Complete(b.ctx, nil); err == nil {
			t.Error("Complete outside of a job")
		}
	})
}

// TestNothingLost works jobs from two processes while others write and
// enqueue: every committed job runs exactly once, none of those rolled back.
func TestNothingLost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 20
		var ran sync.Map
		var total atomic.Int64
		done := make(chan struct{})
		handler := func(ctx context.Context, n note) error {
			v, _ := ran.LoadOrStore(n.Text, &atomic.Int64{})
			v.(*atomic.Int64).Add(1)
			if _, err := d.Exec(ctx, "update home set version = version + 1 where home_id = 1"); err != nil {
				return err
			}
			if total.Add(1) == writers*each {
				close(done)
			}
			return nil
		}
		b := setup(t, d, handler)
		start(t, d, handler)
		if _, err := d.Exec(b.ctx, "insert into home (home_id, kind, version, seq, head) values (1, 'member', 0, 0, $1)", []byte{}); err != nil {
			t.Fatal(err)
		}
		boom := errors.New("boom")
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each * 2 {
					err := d.Write(b.ctx, func(tx *db.Tx) error {
						if _, err := tx.Exec(b.ctx, "update home set seq = seq + 1 where home_id = 1"); err != nil {
							return err
						}
						if err := b.Enqueue(b.ctx, tx, note{fmt.Sprintf("%d-%d", w, i)}, jobs.Options{Queue: jobs.Instant}); err != nil {
							return err
						}
						if i%2 == 1 {
							return boom
						}
						return nil
					})
					if err != nil && !errors.Is(err, boom) {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		wait(t, done)
		var version, seq int64
		if err := d.Row(b.ctx, "select version, seq from home where home_id = 1").Scan(&version, &seq); err != nil || version != writers*each || seq != writers*each {
			t.Errorf("version %d, seq %d: %v", version, seq, err)
		}
		for w := range writers {
			for i := range each * 2 {
				v, ok := ran.Load(fmt.Sprintf("%d-%d", w, i))
				if ok != (i%2 == 0) || ok && v.(*atomic.Int64).Load() != 1 {
					t.Errorf("%d-%d ran: %v", w, i, ok)
				}
			}
		}
	})
}
