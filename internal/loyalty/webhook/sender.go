package webhook

import (
	"context"
	"sync"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	// lease is how long a process may be silent before another sends in its
	// place: longer than a turn with its slowest request.
	lease = 2 * time.Minute
	// markTime is how long noting a turn may take when the program stops.
	markTime    = 5 * time.Second
	gaugesEvery = 10 * time.Second
)

// Wake asks Run to look now.
func (w *Webhooks) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it has been asked already
	}
}

// Run sends until ctx ends. Each webhook has a goroutine of its own while there
// is something to send to it, so that none waits for another.
func (w *Webhooks) Run(ctx context.Context) {
	busy := &busy{is: map[id.ID]bool{}}
	defer busy.all.Wait()
	busy.all.Go(func() { w.measuring(ctx) })
	for ctx.Err() == nil {
		if err := w.begin(ctx, busy); err != nil && ctx.Err() == nil {
			w.Log.ErrorContext(ctx, "webhooks were not looked at", "error", err)
		}
		pause, end := context.WithTimeout(ctx, w.Every)
		select {
		case <-w.wake:
		case <-pause.Done():
		}
		end()
	}
}

// busy knows which webhooks this process is sending to.
type busy struct {
	mu  sync.Mutex
	is  map[id.ID]bool
	all sync.WaitGroup
}

func (b *busy) take(hook id.ID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.is[hook] {
		return false
	}
	b.is[hook] = true
	return true
}

func (b *busy) free(hook id.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.is, hook)
}

// begin starts sending to those for which there is something.
func (w *Webhooks) begin(ctx context.Context, busy *busy) error {
	hooks, err := w.work(ctx)
	for _, hook := range hooks {
		if !busy.take(hook) {
			continue
		}
		busy.all.Go(func() {
			defer busy.free(hook)
			if err := w.serve(ctx, hook); err != nil && ctx.Err() == nil {
				w.Log.ErrorContext(ctx, "a webhook was not served", "webhook", hook, "error", err)
			}
		})
	}
	return err
}

func (w *Webhooks) work(ctx context.Context) ([]id.ID, error) {
	return db.All(ctx, w.DB, func(r db.Row) (id.ID, error) {
		var hook id.ID
		err := r.Scan((*int64)(&hook))
		return hook, err
	}, qWork, w.Clock.Now(), w.holder)
}

// Drain sends all that is to be sent now, one webhook after the other, and
// tells how many attempts that took.
func (w *Webhooks) Drain(ctx context.Context) (attempts int, err error) {
	for {
		hooks, err := w.work(ctx)
		if err != nil || len(hooks) == 0 {
			return attempts, err
		}
		before := attempts
		for _, hook := range hooks {
			n, err := w.turns(ctx, hook)
			attempts += n
			if err != nil {
				return attempts, err
			}
		}
		if attempts == before {
			return attempts, nil // another process has them
		}
	}
}

func (w *Webhooks) serve(ctx context.Context, hook id.ID) error {
	_, err := w.turns(ctx, hook)
	return err
}

// turns sends to a webhook under its lease until there is nothing more to do
// now.
func (w *Webhooks) turns(ctx context.Context, hook id.ID) (attempts int, err error) {
	now := w.Clock.Now()
	n, err := w.DB.Exec(ctx, qClaim, hook, w.holder, now.Add(lease), now)
	if err != nil || n == 0 {
		return 0, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTime)
		defer cancel()
		if _, bad := w.DB.Exec(ctx, qRelease, hook, w.holder); err == nil {
			err = bad
		}
	}()
	for ctx.Err() == nil {
		t := &turn{Webhooks: w}
		more, err := t.run(ctx, hook)
		attempts += len(t.items)
		if err != nil || !more {
			return attempts, err
		}
	}
	return attempts, ctx.Err()
}

// until is when the lease that is renewed now ends.
func (w *Webhooks) until() clock.Micros { return w.Clock.Now().Add(lease) }
