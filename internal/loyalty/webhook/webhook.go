// Package webhook sends what happens to addresses that asked for it, by the
// rules of Standard Webhooks.
//
// A webhook follows the feed by a cursor. Promised is that each event of its
// kinds is sent until an answer of 200 to 299 has come, or until it has been
// tried so often that nobody tries any more and says so (a dead letter, kept
// for a replay by hand); at least once, then: a process that is killed between
// a request and its note, or an answer that comes too late, sends it again,
// under the same id and with the same body. No order is promised; an event's
// place in the feed stands in it.
//
// What is not sent yet lies in one of two places: after the cursor, or in a row
// of webhook_delivery, where it came in the transaction that moved the cursor
// past it. The only thing that passes an event by is its age: where the feed
// keeps it no longer it is counted as missed.
//
// One process at a time sends for a webhook, by a lease; webhooks do not wait
// for each other. While nothing goes through, one event is tried at a time,
// less and less often, and after GiveUp the webhook is turned off.
package webhook

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"kopilka/internal/loyalty/feed"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/post"
)

// State tells whether a webhook is sent to.
type State string

// The states.
const (
	On  State = "on"
	Off State = "off"
)

// Cause says why a webhook is off.
type Cause string

// The causes.
const (
	ByHand  Cause = "by-hand"
	Failing Cause = "failing" // nothing went through for GiveUp
	Gone    Cause = "gone"    // the other side answered 410: it wants no more
)

// Limits.
const (
	MaxWebhooks = 100
	maxName     = 200 // characters

	// GiveUp is how long nothing may go through before a webhook is turned off.
	GiveUp = 5 * 24 * time.Hour
	// OldSecret is how long the secret before the last still signs.
	OldSecret = 24 * time.Hour
)

// Webhook is an address that is told what happens.
type Webhook struct {
	ID       id.ID
	Name     string
	URL      string
	Kinds    []feed.Kind // none: all
	State    State
	Cause    Cause        // of being off
	OldUntil clock.Micros // until when the old secret signs too; 0: there is none
	Cursor   int64        // place of the last event that was sent, or waits to be sent again
	Missed   int64        // events that were no longer kept when they were to be sent
	Failures int64        // turns in a row in which nothing went through
	Failing  clock.Micros // since when nothing goes through; 0: it does
	Resume   clock.Micros // nothing is sent before
	Sent     int64        // deliveries that went through
	SentAt   clock.Micros // the last of them
	Outcome  post.Outcome // of the last attempt; "" where there was none
	Status   int64        // of its answer; 0: none
	Created  clock.Micros
	Version  int64

	secret, oldSecret []byte
	leased            clock.Micros
}

// Options are what webhooks work with.
type Options struct {
	DB      *db.DB
	IDs     *id.Maker
	Clock   clock.Clock
	Log     *slog.Logger
	Metrics *metrics.Registry // nil: none
	Feed    *feed.Feed
	Post    *post.Client
	// Render writes an event as its body is sent.
	Render func(feed.Event) ([]byte, error)
	Every  time.Duration // how often to look for what others have brought; 0: a second
}

// Webhooks keeps the webhooks of a base and sends.
type Webhooks struct {
	Options
	holder string // names this sender among those of the base
	wake   chan struct{}
	gauges *gauges // nil: none
}

// New makes them; Run sends.
func New(o Options) *Webhooks {
	o.Every = cmp.Or(o.Every, time.Second)
	return &Webhooks{Options: o, holder: rand.Text(), wake: make(chan struct{}, 1), gauges: newGauges(o.Metrics)}
}

// Check refuses an address that nothing will be sent to. It may ask the DNS, so
// it is no part of a transaction.
func (w *Webhooks) Check(ctx context.Context, url string) error { return w.Post.Check(ctx, url) }
