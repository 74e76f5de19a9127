package webhook

import (
	"context"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/post"
)

const (
	qAmounts = `select webhook_id, state, count(*) from webhook_delivery group by webhook_id, state`
	most     = MaxWebhooks + 1
)

// Figures say how the sending is doing.
type Figures struct {
	On, Off int
	Failing int           // of On: nothing goes through at present
	Unsent  time.Duration // age of the oldest event that one of On was not sent yet
	Waiting int64         // deliveries that are tried again
	Dead    int64
}

// gauges show it; a nil one shows nothing.
type gauges struct {
	attempt  func(hook string, outcome post.Outcome, took time.Duration)
	show     func(hook string, on bool, unsent time.Duration, waiting, dead int64)
	forget   func() // what was shown
	feedSize func(events int64)
}

func newGauges(reg *metrics.Registry) *gauges {
	if reg == nil {
		return nil
	}
	attempts := reg.Counter("webhook_attempts_total", "Requests of webhooks, by what came of them.", "webhook", "outcome")
	took := reg.Seconds("webhook_attempt_seconds", "How long requests of webhooks took.")
	on := reg.Gauge("webhook_on", "Whether a webhook is sent to: 1, or 0 where it is off.", "webhook")
	unsent := reg.Gauge("webhook_oldest_unsent_seconds", "Age of the oldest event in the feed that was not tried for a webhook yet.", "webhook")
	deliveries := reg.Gauge("webhook_deliveries", "Deliveries that failed: waiting for another attempt, or dead.", "webhook", "state")
	last := reg.Gauge("feed_last_event", "Number of the newest event in the feed.").WithLabelValues()
	return &gauges{
		attempt: func(hook string, outcome post.Outcome, d time.Duration) {
			attempts.WithLabelValues(hook, string(outcome)).Inc()
			took.Observe(d)
		},
		show: func(hook string, is bool, age time.Duration, waiting, dead int64) {
			value := 0.0
			if is {
				value = 1
			}
			on.WithLabelValues(hook).Set(value)
			unsent.WithLabelValues(hook).Set(age.Seconds())
			deliveries.WithLabelValues(hook, string(Waiting)).Set(float64(waiting))
			deliveries.WithLabelValues(hook, string(Dead)).Set(float64(dead))
		},
		forget:   func() { on.Reset(); unsent.Reset(); deliveries.Reset() },
		feedSize: func(events int64) { last.Set(float64(events)) },
	}
}

func (g *gauges) attempted(hook id.ID, a post.Answer) {
	if g != nil {
		g.attempt(hook.String(), a.Outcome, a.Took)
	}
}

// amounts are how many deliveries wait and are dead.
type amounts struct{ waiting, dead int64 }

// Figures reads how the sending is doing.
func (w *Webhooks) Figures(ctx context.Context) (Figures, error) {
	var out Figures
	err := w.each(ctx, func(h *Webhook, unsent time.Duration, n amounts) {
		out.Waiting += n.waiting
		out.Dead += n.dead
		if h.State == Off {
			out.Off++
			return
		}
		out.On++
		if h.Failures > 0 {
			out.Failing++
		}
		out.Unsent = max(out.Unsent, unsent)
	})
	return out, err
}

// measuring sets the gauges, if there are any, until ctx ends.
func (w *Webhooks) measuring(ctx context.Context) {
	for w.gauges != nil && ctx.Err() == nil {
		if err := w.measure(ctx); err != nil && ctx.Err() == nil {
			w.Log.ErrorContext(ctx, "webhooks were not measured", "error", err)
		}
		pause, end := context.WithTimeout(ctx, gaugesEvery)
		<-pause.Done()
		end()
	}
}

func (w *Webhooks) measure(ctx context.Context) error {
	w.gauges.forget()
	err := w.each(ctx, func(h *Webhook, unsent time.Duration, n amounts) {
		w.gauges.show(h.ID.String(), h.State == On, unsent, n.waiting, n.dead)
	})
	if err != nil {
		return err
	}
	span, err := w.Feed.Span(ctx, w.DB)
	if err == nil {
		w.gauges.feedSize(span.Last)
	}
	return err
}

func (w *Webhooks) each(ctx context.Context, do func(h *Webhook, unsent time.Duration, n amounts)) error {
	hooks, err := w.List(ctx, 0, most)
	if err != nil || len(hooks) == 0 {
		return err
	}
	of := map[id.ID]amounts{}
	err = w.DB.Each(ctx, func(r db.Row) error {
		var hook id.ID
		var state DeliveryState
		var n int64
		if err := r.Scan((*int64)(&hook), (*string)(&state), &n); err != nil {
			return err
		}
		a := of[hook]
		if state == Dead {
			a.dead = n
		} else {
			a.waiting = n
		}
		of[hook] = a
		return nil
	}, qAmounts)
	for i := range hooks {
		if err != nil {
			return err
		}
		var unsent time.Duration
		unsent, err = w.Feed.Age(ctx, w.DB, hooks[i].Cursor)
		do(&hooks[i], unsent, of[hooks[i].ID])
	}
	return err
}

// Bury lets go of letters that have been dead for longer than the feed keeps
// events.
func (w *Webhooks) Bury(ctx context.Context) (int64, error) {
	return w.DB.Exec(ctx, qBury, w.Clock.Now().Add(-w.Feed.Keep))
}
