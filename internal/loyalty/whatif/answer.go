package whatif

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Answering is the job that answers what waits, one question after the other.
type Answering struct{}

// Kind names the job.
func (Answering) Kind() string { return "whatif.answer" }

// Timeout is how long one run may take: a question that is not answered in it
// waits for the next.
func (Answering) Timeout() time.Duration { return 2 * time.Hour }

const (
	beatEvery = time.Second
	deadAfter = time.Minute // without a beat
	maxTries  = 3
)

var errTaken = errors.New("whatif: the question was stopped")

// AnswerAll answers what waits. When ctx ends, what is being answered waits
// again.
func (qs *Questions) AnswerAll(ctx context.Context) error {
	for {
		q, try, err := qs.take(ctx)
		if err != nil || q == nil {
			return err
		}
		if err := qs.answer(ctx, q, try); err != nil {
			return err
		}
	}
}

// take makes the oldest question that nobody is at this process's; nil where
// there is none, or another is being answered.
func (qs *Questions) take(ctx context.Context) (*Question, int64, error) {
	var i id.ID
	var try int64
	now := qs.Clock.Now()
	err := qs.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, qTake, now, now.Add(-deadAfter)).Scan(&i, &try)
	})
	if errors.Is(err, db.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	q, err := qs.Get(ctx, i)
	return &q, try, err
}

// answer answers one question and stores what it came to. That it was stopped,
// or can't be answered, is no error of the job.
func (qs *Questions) answer(ctx context.Context, q *Question, try int64) error {
	work, cancel := context.WithCancelCause(ctx)
	o := qs.options(q)
	var done, whole atomic.Int64
	o.Progress = func(n, all int64) {
		done.Store(n)
		whole.Store(all)
		if qs.Progress != nil {
			qs.Progress(n, all)
		}
	}
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		qs.beat(work, cancel, q.ID, try, func() (int64, int64) { return done.Load(), whole.Load() })
	}()
	report, err := Run(work, o)
	cause := context.Cause(work)
	cancel(nil)
	<-beating
	last := context.WithoutCancel(ctx)
	switch {
	case errors.Is(cause, errTaken):
		return nil
	case ctx.Err() != nil && try < maxTries:
		_, err := qs.DB.Exec(last, qGiveBack, q.ID, try)
		return errors.Join(ctx.Err(), err)
	case ctx.Err() != nil:
		return qs.end(last, q.ID, try, Failed, "", "whatif.given-up")
	case err != nil:
		return qs.failed(last, q.ID, try, err)
	}
	doc, err := json.Marshal(report.byMonths())
	if err != nil {
		return err
	}
	return qs.end(last, q.ID, try, Done, string(doc), "")
}

// failed stores why a question can't be answered: in words where its reader can
// mend it, and as an error of the job where it is ours.
func (qs *Questions) failed(ctx context.Context, i id.ID, try int64, why error) error {
	f := fault.From(why)
	if f.Kind != fault.Internal {
		return qs.end(ctx, i, try, Failed, "", f.Code)
	}
	return errors.Join(why, qs.end(ctx, i, try, Failed, "", ""))
}

func (qs *Questions) end(ctx context.Context, i id.ID, try int64, s State, answer, why string) error {
	_, err := qs.DB.Exec(ctx, qEnd, i, try, string(s), qs.Clock.Now(), answer, why)
	return err
}

// beat tells how far the answer is and that somebody is at it, and leaves off
// where the question is no longer his.
func (qs *Questions) beat(ctx context.Context, cancel context.CancelCauseFunc, i id.ID, try int64, far func() (done, whole int64)) {
	tick := time.NewTicker(cmp.Or(qs.every, beatEvery)) //nolint:forbidigo // others wait for its beats by their own clocks, whatever the product's says
	defer tick.Stop()
	last := qs.Clock.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		done, whole := far()
		n, err := qs.DB.Exec(ctx, qBeat, i, try, qs.Clock.Now(), done, whole)
		switch now := qs.Clock.Now(); {
		case err == nil && n == 0, err != nil && now-last > clock.Micros(deadAfter.Microseconds()):
			cancel(errTaken)
			if qs.left != nil {
				qs.left()
			}
			return
		case err == nil:
			last = now
		}
	}
}

// byMonths puts the days of a report together.
func (r *Report) byMonths() *Answer {
	a := &Answer{Report: *r}
	for i := range r.Days {
		d := &r.Days[i]
		month := d.Day[:len("2006-01")]
		if n := len(a.Months); n == 0 || a.Months[n-1].Day != month {
			a.Months = append(a.Months, Day{Day: month})
		}
		m := &a.Months[len(a.Months)-1]
		m.Then.add(&d.Then)
		m.Now.add(&d.Now)
	}
	a.Days = nil
	return a
}
