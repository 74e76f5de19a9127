package webhook

import (
	"context"
	"errors"
	"slices"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// Draft is a webhook as it is to be.
type Draft struct {
	Name    string
	URL     string
	Kinds   []feed.Kind // none: all
	Off     bool
	Version int64 // that was read before; 0: whatever it is
}

func (d *Draft) check() error {
	var f reference.Form
	f.Name("name", &d.Name)
	d.Kinds = slices.Compact(slices.Sorted(slices.Values(d.Kinds)))
	for _, k := range d.Kinds {
		if !slices.Contains(feed.Kinds(), k) {
			f.Add(fault.Field{Path: "kinds", Code: "events.kind-unknown", Args: fault.Pairs("kind", string(k))})
		}
	}
	return f.Err()
}

// Create makes a webhook that is told what happens from now on, and gives the
// secret that it signs with. Its address must have passed Check.
func (w *Webhooks) Create(ctx context.Context, d Draft) (Webhook, string, error) {
	if err := d.check(); err != nil {
		return Webhook{}, "", err
	}
	made, secret := w.IDs.New(), newSecret()
	var out Webhook
	err := w.DB.Write(ctx, func(tx *db.Tx) error {
		var n int64
		if err := tx.Row(ctx, qCount).Scan(&n); err != nil {
			return err
		}
		if n >= MaxWebhooks {
			return fault.New(fault.TooLarge, "webhook.too-many", "max", MaxWebhooks)
		}
		span, err := w.Feed.Span(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qInsert, made, d.Name, d.URL, kindsText(d.Kinds), secret, span.Last, w.Clock.Now()); err != nil {
			return err
		}
		if out, err = get(ctx, tx, made); err != nil {
			return err
		}
		return w.note(ctx, tx, "saved", made, nil, out.noted())
	})
	return out, secretText(secret), err
}

// Change makes a webhook what it is to be; turned on, it goes on where it
// stopped. Its address must have passed Check.
func (w *Webhooks) Change(ctx context.Context, hook id.ID, d Draft) (Webhook, error) {
	if err := d.check(); err != nil {
		return Webhook{}, err
	}
	return w.change(ctx, hook, "saved", func(tx *db.Tx, is *Webhook) error {
		if d.Version != 0 && d.Version != is.Version {
			return fault.New(fault.Conflict, "reference.changed")
		}
		state, cause := On, Cause("")
		if d.Off {
			state, cause = Off, ByHand
			if is.State == Off {
				cause = is.Cause
			}
		}
		_, err := tx.Exec(ctx, qSave, hook, d.Name, d.URL, kindsText(d.Kinds), string(state), string(cause))
		return err
	})
}

// Rotate gives a webhook another secret; the one before it still signs for
// OldSecret.
func (w *Webhooks) Rotate(ctx context.Context, hook id.ID) (Webhook, string, error) {
	secret := newSecret()
	out, err := w.change(ctx, hook, "secret-made", func(tx *db.Tx, _ *Webhook) error {
		_, err := tx.Exec(ctx, qRotate, hook, secret, w.Clock.Now().Add(OldSecret))
		return err
	})
	return out, secretText(secret), err
}

// Delete forgets a webhook with all that was to be sent to it.
func (w *Webhooks) Delete(ctx context.Context, hook id.ID) error {
	return w.DB.Write(ctx, func(tx *db.Tx) error {
		is, err := lock(ctx, tx, hook)
		if err != nil {
			return err
		}
		b := &db.Batch{}
		b.Exec(qForget, hook, 0)
		b.Exec(qDelete, hook)
		if err := tx.Run(ctx, b); err != nil {
			return err
		}
		return w.note(ctx, tx, "deleted", hook, is.noted(), nil)
	})
}

// noted is what the audit trail keeps of a webhook: what staff set, not how it
// fares.
func (w *Webhook) noted() any {
	return map[string]any{"name": w.Name, "url": w.URL, "kinds": w.Kinds, "state": w.State, "cause": w.Cause}
}

func (w *Webhooks) note(ctx context.Context, tx *db.Tx, action string, hook id.ID, before, after any) error {
	return audit.Note(ctx, tx, w.Clock.Now(), audit.Entry{Action: "webhook." + action, Target: audit.On("webhook", hook), Before: before, After: after})
}

// change does something with a webhook under its lock.
func (w *Webhooks) change(ctx context.Context, hook id.ID, action string, do func(tx *db.Tx, is *Webhook) error) (Webhook, error) {
	var out Webhook
	err := w.DB.Write(ctx, func(tx *db.Tx) error {
		is, err := lock(ctx, tx, hook)
		if err != nil {
			return err
		}
		if err := do(tx, &is); err != nil {
			return err
		}
		if out, err = get(ctx, tx, hook); err != nil {
			return err
		}
		return w.note(ctx, tx, action, hook, is.noted(), out.noted())
	})
	if err == nil {
		w.Wake()
	}
	return out, err
}

func lock(ctx context.Context, tx *db.Tx, hook id.ID) (Webhook, error) {
	return found(scanWebhook(tx.Row(ctx, qOne+tx.Dialect().ForUpdate(), hook)))
}

func get(ctx context.Context, q db.Q, hook id.ID) (Webhook, error) {
	return found(scanWebhook(q.Row(ctx, qOne, hook)))
}

func found[T any](v T, err error) (T, error) {
	if errors.Is(err, db.ErrNotFound) {
		err = fault.New(fault.NotFound, "webhook.not-found")
	}
	return v, err
}
