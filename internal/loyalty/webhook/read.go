package webhook

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/feed"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/post"
)

// DeliveryState says what is to become of a delivery that failed.
type DeliveryState string

// The states of deliveries.
const (
	Waiting DeliveryState = "waiting"
	Dead    DeliveryState = "dead" // nobody tries any more
)

// Delivery is an event that did not go through yet.
type Delivery struct {
	Webhook  id.ID
	Event    feed.ID
	Kind     feed.Kind
	State    DeliveryState
	Attempts int64
	Next     clock.Micros // when it is tried again; of a dead one: when it was given up
	Outcome  post.Outcome // of the last attempt
	Status   int64        // of its answer; 0: none

	body []byte
}

// Body is what is sent: it was rendered when the event was to be sent first.
func (d *Delivery) Body() []byte { return d.body }

// Delivery reads what became of an event that did not go through.
func (w *Webhooks) Delivery(ctx context.Context, hook id.ID, event feed.ID) (Delivery, error) {
	d, err := scanDelivery(w.DB.Row(ctx, qDelivery, hook, event.Seq, event.Row))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.New(fault.NotFound, "webhook.delivery-not-found")
	}
	return d, err
}

// Get reads a webhook.
func (w *Webhooks) Get(ctx context.Context, q db.Q, hook id.ID) (Webhook, error) {
	return get(ctx, q, hook)
}

// List reads webhooks in the order they were made, those after one.
func (w *Webhooks) List(ctx context.Context, after id.ID, limit int) ([]Webhook, error) {
	return db.All(ctx, w.DB, scanWebhook, qList, after, limit)
}

// Deliveries lists what did not go through, in the order of the feed, after a
// place.
func (w *Webhooks) Deliveries(ctx context.Context, hook id.ID, state DeliveryState, after int64, limit int) ([]Delivery, error) {
	if _, err := get(ctx, w.DB, hook); err != nil {
		return nil, err
	}
	return db.All(ctx, w.DB, scanDelivery, qDeliveries, hook, after, string(state), limit)
}
