package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/jobs"
)

// by finds jobs by their texts.
func (b *bundle) by(f jobs.Filter) map[string]jobs.Job {
	b.t.Helper()
	list, err := b.List(b.ctx, f, 0, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]jobs.Job{}
	for i := range list {
		var n note
		if err := list[i].Args(&n); err != nil {
			b.t.Fatal(err)
		}
		out[n.Text] = list[i]
	}
	return out
}

// do retries or cancels a job in a transaction of its own.
func (b *bundle) do(how func(context.Context, *db.Tx, int64) (jobs.Job, error), job int64, code string) {
	b.t.Helper()
	err := b.d.Write(b.ctx, func(tx *db.Tx) error {
		_, err := how(b.ctx, tx, job)
		return err
	})
	if code == "" && err != nil || code != "" && !fault.Is(err, code) {
		b.t.Errorf("%v, want %q", err, code)
	}
}

// near tells whether times are the same as nearly as the engines keep them.
func near(a, b clock.Micros) bool { return a-b < 1000 && b-a < 1000 }

// TestLookedAt: jobs are seen as they stand, with what went wrong and nobody's
// address in it; one that failed is tried again by hand, one that waits is
// cancelled, and nothing that runs or is done.
func TestLookedAt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mended := make(chan bool, 1)
		started, release := make(chan struct{}), make(chan struct{})
		b := setup(t, d, func(_ context.Context, n note) error {
			switch n.Text {
			case "runs":
				close(started)
				<-release
				return nil
			case "fine":
				return nil
			}
			select {
			case <-mended:
				return nil
			default:
				return errors.New("550 <ivan@example.org>: unknown\x00 " + strings.Repeat("я", 2000))
			}
		})
		let := sync.OnceFunc(func() { close(release) })
		t.Cleanup(let)
		hour := clock.System{}.Now().Add(time.Hour)
		b.add("fine", jobs.Options{})
		b.ended("fine", river.EventKindJobCompleted)
		b.add("bad", jobs.Options{Attempts: 1, Unique: jobs.WhileWaiting})
		b.ended("bad", river.EventKindJobFailed)
		b.add("later", jobs.Options{At: hour})
		b.add("runs", jobs.Options{})
		wait(t, started)

		all := b.by(jobs.Filter{})
		states := map[string]jobs.State{}
		for text, j := range all {
			states[text] = j.State
		}
		if diff := cmp.Diff(map[string]jobs.State{"fine": jobs.Done, "bad": jobs.Failed, "later": jobs.Waiting, "runs": jobs.Running}, states); diff != "" {
			t.Error(diff)
		}
		for text, state := range states {
			if some := b.by(jobs.Filter{State: state, Kind: "test.note"}); len(some) != 1 || some[text].ID == 0 {
				t.Errorf("%s: %v", state, some)
			}
		}
		if none := b.by(jobs.Filter{Kind: "test.other"}); len(none) != 0 {
			t.Errorf("of another kind: %v", none)
		}
		if rest, err := b.List(b.ctx, jobs.Filter{}, all["bad"].ID, 1); err != nil || len(rest) != 1 || rest[0].ID != all["fine"].ID {
			t.Errorf("before the bad one: %+v %v", rest, err)
		}
		bad := all["bad"]
		now := clock.System{}.Now()
		if bad.Tries != 1 || bad.MaxTries != 1 || bad.Tick || len(bad.Failures) != 1 || len([]rune(bad.Last().Text)) != 1000 ||
			!strings.HasPrefix(bad.Last().Text, "550 <•••@example.org>: unknown я") {
			t.Errorf("%+v", bad)
		}
		for what, at := range map[string]clock.Micros{"made": bad.Made, "due": bad.Due, "began": bad.Began, "ended": bad.Ended, "failed": bad.Last().At} {
			if at > now.Add(time.Second) || at < now.Add(-patience) {
				t.Errorf("%s at %s", what, at.Time())
			}
		}
		if later := all["later"]; later.Ended != 0 || later.Began != 0 || !near(later.Due, hour) {
			t.Errorf("%+v", later)
		}
		works, err := b.Works(b.ctx)
		if err != nil || len(works) != 1 || works[0].Last == nil || works[0].Last.ID != bad.ID || !near(works[0].Next, hour) || works[0].Late(now) {
			t.Fatalf("%+v %v", works, err)
		}
		if diff := cmp.Diff(map[jobs.State]int64{jobs.Failed: 1, jobs.Waiting: 1, jobs.Running: 1}, works[0].Counts); diff != "" {
			t.Error(diff)
		}

		b.do(b.Retry, all["fine"].ID, "jobs.done")
		b.do(b.Retry, all["runs"].ID, "jobs.running")
		b.do(b.Retry, all["later"].ID, "jobs.waiting")
		b.do(b.Retry, 1<<40, "jobs.not-found")
		b.do(b.Cancel, all["runs"].ID, "jobs.running")
		b.do(b.Cancel, all["fine"].ID, "jobs.done")
		b.do(b.Cancel, bad.ID, "jobs.failed")
		b.do(b.Cancel, all["later"].ID, "")
		if j := b.by(jobs.Filter{State: jobs.Cancelled})["later"]; j.Ended == 0 {
			t.Errorf("cancelled: %+v", j)
		}
		b.do(b.Cancel, all["later"].ID, "jobs.cancelled")
		// One like it waits: it can't be put beside it.
		b.add("bad", jobs.Options{At: hour, Unique: jobs.WhileWaiting})
		b.do(b.Retry, bad.ID, "jobs.another")
		b.do(b.Cancel, b.by(jobs.Filter{State: jobs.Waiting})["bad"].ID, "")
		mended <- true
		b.do(b.Retry, bad.ID, "")
		b.ended("bad", river.EventKindJobCompleted)
		if j, err := b.Get(b.ctx, d, bad.ID); err != nil || j.State != jobs.Done || j.Tries != 2 || len(j.Failures) != 1 {
			t.Errorf("tried again: %+v %v", j, err)
		}
		let()
		b.ended("runs", river.EventKindJobCompleted)
	})
}

// TestTicksAreLookedAt: what comes by itself says how often and when next, and
// that it is late where no process does it.
func TestTicksAreLookedAt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := jobs.Migrate(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		r := jobs.New(d, slog.New(slog.DiscardHandler))
		jobs.Hasten(r)
		jobs.Handle(r, func(context.Context, tick) error { return errors.New("not this time") })
		r.Every("test", time.Hour, tick{}, jobs.Default)
		ends, stop, err := jobs.Finished(r)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		wait(t, ends)
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		works, err := r.Works(t.Context())
		if err != nil || len(works) != 1 {
			t.Fatalf("%+v %v", works, err)
		}
		w := works[0]
		now := clock.System{}.Now()
		if w.Every != time.Hour || w.Last == nil || !w.Last.Tick || w.Last.State != jobs.Failed || w.Next != w.Last.Due.Add(time.Hour) ||
			w.Late(now) || w.Late(now.Add(2*time.Hour-time.Minute)) || !w.Late(now.Add(2*time.Hour+10*time.Minute)) {
			t.Errorf("%+v", w)
		}
	})
}
