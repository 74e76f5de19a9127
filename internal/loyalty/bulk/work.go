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
)

const (
	// stepSize is how many members are done in one step; it divides partSize, so
	// that a step is of one part.
	stepSize = 50
	// lease is how long an action is one process's after its last step: longer
	// than a step may take, the desk's own patience in it.
	lease = 45 * time.Second
	// turn is how long one action is worked on before the next has its turn.
	turn = 5 * time.Second
)

// Every is how often Work is to be called.
const Every = time.Second

// errLost says that the action is another's now.
var errLost = errors.New("bulk: the action is no longer this process's")

// Work goes on with the actions that nobody works on, each for a while. An
// action that fails is told of and tried again at the next call.
func (b *Actions) Work(ctx context.Context) error {
	waiting, err := db.All(ctx, b.DB, func(r db.Row) (i id.ID, err error) { return i, r.Scan(&i) }, qWaiting, b.Clock.Now())
	if err != nil {
		return err
	}
	for _, action := range waiting {
		err = errors.Join(err, b.goOn(ctx, action))
	}
	return err
}

// goOn works on one action, unless somebody else has just taken it.
func (b *Actions) goOn(ctx context.Context, action id.ID) error {
	holder := b.IDs.New()
	now := b.Clock.Now()
	n, err := b.DB.Exec(ctx, qHold, action, holder, now.Add(lease), now)
	if err != nil || n == 0 {
		return err
	}
	defer func() {
		// Whoever comes next need not wait, also where the program is being stopped.
		free, cancel := context.WithTimeout(context.WithoutCancel(ctx), turn)
		defer cancel()
		if _, err := b.DB.Exec(free, qRelease, action, holder); err != nil {
			b.Log.WarnContext(ctx, "an action was not released", "error", err)
		}
	}()
	for began := time.Now(); time.Since(began) < turn; { //nolint:forbidigo // it is the machine that is shared, whatever the product's clock says
		ended, err := b.step(ctx, action, holder)
		if errors.Is(err, errLost) {
			return nil
		}
		if err != nil || ended {
			return err
		}
	}
	return nil
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
	batch.ExecN(&moved, qMark, a.ID, holder, a.Place, a.Place+int64(len(list)), changed, b.Clock.Now().Add(lease))
	if err := tx.Run(ctx, &batch); err != nil {
		return err
	}
	if moved == 0 {
		return errLost
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
			return errLost
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
