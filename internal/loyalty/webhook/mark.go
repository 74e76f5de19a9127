package webhook

import (
	"context"
	"math/rand/v2"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/post"
)

// again says how long after a failure a delivery is tried again; after the last
// it is dead.
var again = [...]time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
}

// A webhook through which nothing goes rests for leastPause, then twice as
// long each time, up to mostPause.
const (
	leastPause = 5 * time.Second
	mostPause  = 5 * time.Minute
)

// mark notes what came of the turn, in one transaction, and tells whether the
// webhook is to rest now.
func (t *turn) mark(ctx context.Context) (rests bool, err error) {
	now := t.Clock.Now()
	err = t.DB.Write(ctx, func(tx *db.Tx) error {
		is, err := lock(ctx, tx, t.hook.ID)
		if err != nil {
			return err
		}
		rewound := is.Cursor != t.hook.Cursor // by hand, meanwhile
		if !rewound {
			is.Cursor = t.cursor
			is.Missed += t.missed
		}
		cause := t.judge(&is, now)
		if cause != "" && is.State == On && is.Version == t.hook.Version {
			is.State, is.Cause = Off, cause
		}
		rests = is.State == Off || is.Resume > now
		n, err := tx.Exec(ctx, qMark, is.ID, t.holder, is.Cursor, is.Missed, is.Failures, is.Failing, is.Resume, is.Sent, is.SentAt,
			string(is.Outcome), is.Status, t.until(), string(is.State), string(is.Cause))
		if err != nil {
			return err
		}
		if n == 0 {
			return db.ErrMoved // the lease is another's
		}
		return tx.Run(ctx, t.deliveries(now, rewound))
	})
	if err == nil && rests {
		t.tell(ctx, now)
	}
	return rests, err
}

// judge makes of the answers how the webhook is doing, and gives why it is to
// be turned off, if it is.
func (t *turn) judge(is *Webhook, now clock.Micros) Cause {
	var sent, failed int64
	var wait time.Duration
	var cause Cause
	for i := range t.items {
		a := &t.items[i].answer
		if a.Outcome == post.Stopped {
			continue
		}
		is.Outcome, is.Status = a.Outcome, int64(a.Status)
		wait = max(wait, a.Wait)
		if a.Outcome == post.Done {
			sent++
			continue
		}
		failed++
		if a.Outcome == post.Gone {
			cause = Gone
		}
	}
	switch {
	case sent > 0:
		is.Sent, is.SentAt = is.Sent+sent, now
		is.Failures, is.Failing, is.Resume = 0, 0, 0
	case failed > 0:
		if is.Failing == 0 {
			is.Failing = now
		}
		// Shifted no further than it matters.
		wait = max(wait, jittered(min(leastPause<<min(is.Failures, 10), mostPause)))
		is.Failures++
		if cause == "" && now >= is.Failing.Add(GiveUp) {
			cause = Failing
		}
	}
	if wait > 0 {
		is.Resume = now.Add(wait)
	}
	return cause
}

// deliveries are the rows of what failed, now or before.
func (t *turn) deliveries(now clock.Micros, rewound bool) *db.Batch {
	add, keep, drop := addDelivery.Of(), againDelivery.Of(), dropDelivery.Of()
	for i := range t.items {
		it := &t.items[i]
		switch {
		case it.answer.Outcome == post.Done:
			if !it.fresh {
				drop.Add(int64(t.hook.ID), it.Event.Seq)
			}
		case !it.fresh && it.answer.Outcome == post.Stopped:
		case !it.fresh:
			d := it.failed(now)
			keep.Add(int64(d.Webhook), d.Event.Seq, it.Attempts, string(d.State), d.Attempts, int64(d.Next), string(d.Outcome), d.Status)
		case !rewound: // else it is after the cursor again
			d := it.failed(now)
			add.Add(d.row()...)
		}
	}
	b := &db.Batch{}
	b.Many(add)
	b.Many(keep)
	b.Many(drop)
	return b
}

// failed is the delivery after the attempt, with the time of the next. One that
// we broke off ourselves does not count.
func (i *item) failed(now clock.Micros) Delivery {
	d := i.Delivery
	d.State, d.Next, d.Outcome, d.Status = Waiting, now, i.answer.Outcome, int64(i.answer.Status)
	if i.answer.Outcome == post.Stopped {
		return d
	}
	if d.Attempts++; d.Attempts > int64(len(again)) {
		d.State = Dead
		return d
	}
	d.Next = now.Add(jittered(again[d.Attempts-1]))
	return d
}

// jittered is a time a tenth shorter to a tenth longer, so that what failed at
// once is not tried at once.
func jittered(d time.Duration) time.Duration { return d - d/10 + rand.N(d/5+1) }

// tell logs that a webhook rests; its address is nobody's business.
func (t *turn) tell(ctx context.Context, now clock.Micros) {
	is, err := get(ctx, t.DB, t.hook.ID)
	if err != nil {
		return
	}
	if is.State == Off {
		t.Log.WarnContext(ctx, "a webhook was turned off", "webhook", is.ID, "cause", is.Cause)
		return
	}
	t.Log.InfoContext(ctx, "a webhook does not answer well", "webhook", is.ID, "outcome", is.Outcome, "status", is.Status,
		"failures", is.Failures, "rests", is.Resume.Time().Sub(now.Time()))
}
