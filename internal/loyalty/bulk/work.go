package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/lease"
)

// stepSize is how many members are done in one step; it divides partSize, so
// that a step is of one part.
const stepSize = 50

// Every is how often Work is to be called.
const Every = time.Second

// Work goes on with the actions that nobody works on, each for a while. An
// action that fails is told of and tried again at the next call.
func (b *Actions) Work(ctx context.Context) error {
	open := lease.Leases{DB: b.DB, IDs: b.IDs, Clock: b.Clock, Log: b.Log, Table: "bulk_action", Key: "bulk_id", Wants: "state in ('running', 'stopping')"}
	return open.Each(ctx, func(ctx context.Context, h *lease.Held) error {
		for h.On() {
			if ended, err := b.step(ctx, h.Item, h.Holder); err != nil || ended {
				return err
			}
		}
		return nil
	})
}

// step does the next few members, or ends the action.
func (b *Actions) step(ctx context.Context, action, holder id.ID) (ended bool, err error) {
	a, err := b.Get(ctx, action)
	if err != nil {
		return false, err
	}
	if a.State == Running {
		may, err := b.May(ctx, a.Staff, a.Deed.Kind.Needs())
		if err != nil {
			return false, err
		}
		if !may {
			if err := b.Stop(ctx, action); err != nil {
				return false, err
			}
			a.State = Stopping
		}
	}
	// Those who were begun with are finished, also where it is to stop: of some
	// of them it may have been done already.
	to := a.tried
	if to <= a.Place && a.State == Running {
		to = min(a.Place-a.Place%stepSize+stepSize, a.Total)
	}
	if to <= a.Place {
		return true, b.end(ctx, &a, holder)
	}
	list, err := homes(ctx, b.DB, action, a.Place, to)
	if err != nil {
		return false, err
	}
	as := audit.By(ctx, audit.Actor{Kind: audit.Staff, ID: a.Staff, Name: a.StaffName})
	if a.Deed.Kind == Points || a.Deed.Kind == Level {
		return false, b.byDesk(as, &a, holder, list, to)
	}
	return false, b.DB.Write(as, func(tx *db.Tx) error {
		codes := make([]string, len(list))
		for i, h := range list {
			var err error
			if codes[i], err = left(b.toMember(db.Within(as, tx), tx, &a, h)); err != nil {
				return err
			}
		}
		return b.mark(as, tx, &a, holder, list, codes)
	})
}

// left is the code of why a member is left out, "" where it was done; what says
// nothing about him is an error.
func left(err error) (string, error) {
	if err == nil {
		return "", nil
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		return "", err
	}
	switch f.Kind {
	case fault.Invalid, fault.NotFound, fault.Conflict, fault.Refused, fault.Denied, fault.TooLarge:
	default:
		return "", err
	}
	if f.Code == "key.in-progress" { // an earlier process of ours is at it
		return "", err
	}
	if len(f.Fields) > 0 {
		return f.Fields[0].Code, nil
	}
	return f.Code, nil
}

// mark notes what became of some members, in their order.
func (b *Actions) mark(ctx context.Context, tx *db.Tx, a *Action, holder id.ID, list []home.ID, codes []string) error {
	var batch db.Batch
	changed, moved := int64(len(list)), int64(0)
	for i, code := range codes {
		if code != "" {
			changed--
			batch.Exec(qPutLeft, a.ID, a.Place+int64(i)+1, list[i], code)
		}
	}
	batch.ExecN(&moved, qMark, a.ID, holder, a.Place, a.Place+int64(len(list)), changed, lease.Until(b.Clock.Now()))
	if err := tx.Run(ctx, &batch); err != nil {
		return err
	}
	if moved == 0 {
		return lease.ErrLost
	}
	return nil
}

// ended is what the trail keeps of an action that has ended.
type ended struct {
	State   State `json:"state"`
	Members int64 `json:"members"`
	Changed int64 `json:"changed"`
	LeftOut int64 `json:"left_out"`
}

// end closes an action and forgets whom it was for but those it has left out,
// and what somebody may have been searched for by.
func (b *Actions) end(ctx context.Context, a *Action, holder id.ID) error {
	a.State = Done
	if a.Place < a.Total {
		a.State = Stopped
	}
	filter, err := b.impersonal(ctx, a.Filter)
	if err != nil {
		return err
	}
	return b.DB.Write(ctx, func(tx *db.Tx) error {
		now := b.Clock.Now()
		n, err := tx.Exec(ctx, qEnd, a.ID, holder, a.State, now, filter)
		if err != nil {
			return err
		}
		if n == 0 {
			return lease.ErrLost
		}
		if _, err := tx.Exec(ctx, qDropPart, a.ID); err != nil {
			return err
		}
		return audit.Note(ctx, tx, now, audit.Entry{
			Action: "bulk.ended", Target: audit.On("bulk", a.ID), After: ended{State: a.State, Members: a.Total, Changed: a.Changed, LeftOut: a.LeftOut()},
		})
	})
}

// hidden stands for what was typed to find somebody.
const hidden = "…"

// impersonal is a filter as it is kept after its action, as JSON: what was typed
// of a person is not in it, so that nothing of him is left where he is erased.
func (b *Actions) impersonal(ctx context.Context, f segment.Filter) (string, error) {
	cat, err := b.Lists.Catalogue(ctx)
	if err != nil {
		return "", err
	}
	if f.Search != "" {
		f.Search = hidden
	}
	f.Conditions = slices.Clone(f.Conditions)
	for i := range f.Conditions {
		c := &f.Conditions[i]
		field, known := cat.Get(c.Field)
		switch {
		case len(c.Values) == 0, c.Field == "number": // a number stays in the act of an erasure too
		case !known, field.Own != nil, field.Kind == segment.Text, field.Kind == segment.Day, field.Kind == segment.Birthday:
			c.Values = []string{hidden}
		}
	}
	kept, err := json.Marshal(f)
	return string(kept), err
}
