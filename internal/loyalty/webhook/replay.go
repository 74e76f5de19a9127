package webhook

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/feed"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Replay sends once more all events after one, or after the oldest that is
// kept, by the cursor going back there. Who has had them already gets them
// under the same ids. Dead letters from before stay.
func (w *Webhooks) Replay(ctx context.Context, hook id.ID, after feed.ID) (Webhook, error) {
	return w.change(ctx, hook, "replayed", func(tx *db.Tx, is *Webhook) error {
		if is.State != On {
			return off()
		}
		span, err := w.Feed.Span(ctx, tx)
		if err != nil {
			return err
		}
		from := after.Seq
		if after == (feed.ID{}) {
			from = span.Gone
		}
		if err := w.Feed.Check(ctx, tx, after); err != nil {
			return err
		}
		from = min(from, is.Cursor)
		b := &db.Batch{}
		b.Exec(qRewind, hook, from)
		b.Exec(qForget, hook, from)
		return tx.Run(ctx, b)
	})
}

// ReplayDelivery tries a delivery that failed anew, from its first attempt on.
func (w *Webhooks) ReplayDelivery(ctx context.Context, hook id.ID, event feed.ID) (Delivery, error) {
	var out Delivery
	_, err := w.change(ctx, hook, "replayed", func(tx *db.Tx, is *Webhook) error {
		if is.State != On {
			return off()
		}
		b := &db.Batch{}
		b.Exec(qGiveAgain, hook, event.Seq, w.Clock.Now())
		b.Exec(qHasten, hook)
		var err error
		if out, err = scanDelivery(tx.Row(ctx, qDelivery, hook, event.Seq, event.Row)); err != nil {
			if errors.Is(err, db.ErrNotFound) {
				err = fault.New(fault.NotFound, "webhook.delivery-not-found")
			}
			return err
		}
		if err := tx.Run(ctx, b); err != nil {
			return err
		}
		out, err = scanDelivery(tx.Row(ctx, qDelivery, hook, event.Seq, event.Row))
		return err
	})
	return out, err
}

// MaxReplayed is how many dead letters one ReplayDead takes up at most.
const MaxReplayed = 10_000

// ReplayDead tries anew what was given up at a time or since then, from its
// first attempt on, the oldest events first; it tells how many there were,
// MaxReplayed at most.
func (w *Webhooks) ReplayDead(ctx context.Context, hook id.ID, since clock.Micros) (int64, error) {
	var n int64
	_, err := w.change(ctx, hook, "replayed", func(tx *db.Tx, is *Webhook) error {
		if is.State != On {
			return off()
		}
		var err error
		if n, err = tx.Exec(ctx, qRaise, hook, w.Clock.Now(), since, MaxReplayed); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qHasten, hook)
		return err
	})
	return n, err
}

func off() error { return fault.New(fault.Conflict, "webhook.off") }
