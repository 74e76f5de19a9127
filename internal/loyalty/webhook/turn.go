package webhook

import (
	"context"
	"errors"
	"sync"
	"time"

	"kopilka/internal/loyalty/feed"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/post"
)

const (
	// parallel is how many requests a webhook gets at once.
	parallel = 8
	// atOnce is how many events one turn sends at most, of new ones and of old.
	freshAtOnce, dueAtOnce = 200, 50
	// turnTime is after how long a turn begins no more requests, so that what it
	// did is noted.
	turnTime = 10 * time.Second
)

// turn sends some events to a webhook and notes what came of it.
type turn struct {
	*Webhooks
	hook   Webhook // as it was read
	items  []item  // in the order they are begun; those not begun are cut off
	cursor int64   // where it comes to
	missed int64
	more   bool // there may be more to send now
}

// item is one event to be sent.
type item struct {
	Delivery
	fresh  bool // it is after the cursor
	answer post.Answer
}

func (t *turn) run(ctx context.Context, hook id.ID) (more bool, err error) {
	if t.hook, err = get(ctx, t.DB, hook); err != nil || !t.ready() {
		return false, gone(err)
	}
	if err := t.collect(ctx); err != nil {
		return false, err
	}
	if len(t.items) == 0 && t.cursor == t.hook.Cursor {
		return false, nil
	}
	t.send(ctx)
	// What was done is noted also when the program stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTime)
	defer cancel()
	paused, err := t.mark(ctx)
	return t.more && !paused, gone(err)
}

func (t *turn) ready() bool { return t.hook.State == On && t.hook.Resume <= t.Clock.Now() }

// gone leaves alone a webhook that was deleted meanwhile, or is another's.
func gone(err error) error {
	if fault.Is(err, "webhook.not-found") || errors.Is(err, db.ErrMoved) {
		return nil
	}
	return err
}

// collect finds what to send: old deliveries whose time has come, then new
// events. While nothing goes through it is one of them.
func (t *turn) collect(ctx context.Context) error {
	due, fresh := dueAtOnce, freshAtOnce
	if t.hook.Failures > 0 {
		due, fresh = 1, 1
	}
	old, err := db.All(ctx, t.DB, scanDelivery, qDue, t.hook.ID, t.Clock.Now(), due)
	if err != nil {
		return err
	}
	for _, d := range old {
		t.items = append(t.items, item{Delivery: d})
	}
	t.cursor = t.hook.Cursor
	t.more = len(old) == due
	if t.hook.Failures > 0 && len(old) > 0 {
		return nil
	}
	return t.collectFresh(ctx, fresh)
}

func (t *turn) collectFresh(ctx context.Context, limit int) error {
	p, err := t.Feed.Since(ctx, t.cursor, t.hook.Kinds, limit)
	if fault.Is(err, "events.cursor-too-old") {
		span, err := t.Feed.Span(ctx, t.DB)
		if err != nil {
			return err
		}
		t.missed = span.Gone - t.cursor
		t.cursor, t.more = span.Gone, true
		t.Log.WarnContext(ctx, "a webhook has missed events that are no longer kept", "webhook", t.hook.ID, "events", t.missed)
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range p.Events {
		body, err := t.Render(e)
		if err != nil {
			return err
		}
		t.items = append(t.items, item{fresh: true, Delivery: Delivery{Webhook: t.hook.ID, Event: e.ID, Kind: e.Kind, body: body}})
	}
	t.cursor = p.Next.Seq
	t.more = t.more || p.More
	return nil
}

// send sends the items, some at once, in their order, until the turn's time is
// over or none of the first goes through.
func (t *turn) send(ctx context.Context) {
	var mu sync.Mutex
	begun, done, failed := 0, 0, 0
	inTime, end := context.WithTimeout(ctx, turnTime)
	defer end()
	next := func() *item {
		mu.Lock()
		defer mu.Unlock()
		if begun == len(t.items) || inTime.Err() != nil || failed >= parallel && done == 0 {
			return nil
		}
		begun++
		return &t.items[begun-1]
	}
	var all sync.WaitGroup
	for range min(parallel, len(t.items)) {
		all.Go(func() {
			for i := next(); i != nil; i = next() {
				i.answer = t.attempt(ctx, &t.hook, i.Event.String(), i.body)
				mu.Lock()
				if i.answer.Outcome == post.Done {
					done++
				} else {
					failed++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	t.cut(begun)
}

// cut leaves what was not begun where it was: old ones in their rows, new ones,
// which come last, after the cursor.
func (t *turn) cut(begun int) {
	if begun == len(t.items) {
		return
	}
	t.more = true
	for _, i := range t.items[begun:] {
		if i.fresh {
			t.cursor = i.Event.Seq - 1
			break
		}
	}
	t.items = t.items[:begun]
}

// attempt sends one message.
func (w *Webhooks) attempt(ctx context.Context, hook *Webhook, name string, body []byte) post.Answer {
	now := w.Clock.Now()
	a := w.Post.Send(ctx, hook.URL, body,
		post.Header{Name: "webhook-id", Value: name}, post.Header{Name: "webhook-timestamp", Value: seconds(now)},
		post.Header{Name: "webhook-signature", Value: hook.signatures(name, now, body)})
	w.gauges.attempted(hook.ID, a)
	return a
}

// Ping sends a message of the kind «ping» now and gives what came of it. It
// counts for nothing else.
func (w *Webhooks) Ping(ctx context.Context, hook id.ID) (post.Answer, error) {
	h, err := get(ctx, w.DB, hook)
	if err != nil {
		return post.Answer{}, err
	}
	e := feed.Event{ID: feed.ID{}, Kind: Ping}
	e.At = w.Clock.Now()
	body, err := w.Render(e)
	if err != nil {
		return post.Answer{}, err
	}
	return w.attempt(ctx, &h, "ping-"+w.IDs.New().String(), body), nil
}

// Ping is the kind of a message that only tries whether the address answers.
const Ping feed.Kind = "ping"
