package programme

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Drafted is a programme's text that is being worked on. There is one of a
// programme at most, which all who edit it share.
type Drafted struct {
	Programme id.ID
	Version   int64 // that it was begun from; 0: there is no such programme yet
	Edition   int64 // counts its changes; 0: it is not stored yet
	Name      string
	Text      string
	At        clock.Micros // of the last change
	By        string
}

// Draft reads the draft of a programme.
func (ps *Programmes) Draft(ctx context.Context, i id.ID) (Drafted, error) {
	d, err := scanDraft(ps.DB.Row(ctx, qDraft, i))
	if errors.Is(err, db.ErrNotFound) {
		return d, fault.Wrap(err, fault.NotFound, "programme.no-draft")
	}
	return d, err
}

// Drafts lists all drafts, by their names.
func (ps *Programmes) Drafts(ctx context.Context) ([]Drafted, error) {
	return db.All(ctx, ps.DB, scanDraft, qDrafts)
}

// SaveDraft stores a draft, or its next edition: then the edition that it
// carries must be the newest, so that no change of another is lost unseen.
func (ps *Programmes) SaveDraft(ctx context.Context, d Drafted) (Drafted, error) {
	if len(d.Text) > maxDoc {
		return d, fault.New(fault.TooLarge, "programme.too-large", "most", maxDoc)
	}
	if d.Programme == 0 {
		d.Programme = ps.IDs.New()
	}
	was := d.Edition
	d.Edition, d.At = was+1, ps.Clock.Now()
	err := ps.DB.Write(ctx, func(tx *db.Tx) error {
		if was == 0 {
			if _, err := tx.Exec(ctx, qAddDraft, d.Programme, d.Version, d.Edition, d.Name, d.Text, d.At, d.By); err != nil {
				return err
			}
			return ps.noteDraft(ctx, tx, "programme.drafted", d.Programme, d.Name)
		}
		if err := one(tx.Exec(ctx, qMoveDraft, d.Programme, was, d.Version, d.Name, d.Text, d.At, d.By)); err != nil {
			return err
		}
		if err := ps.endOfDraft(ctx, tx, d.Programme, "programme.request-changed"); err != nil {
			return err
		}
		return ps.endPlan(ctx, tx, d.Programme, "programme.plan-changed")
	})
	if errors.Is(err, db.ErrConflict) {
		err = fault.Wrap(err, fault.Conflict, "programme.draft-changed")
	}
	return d, err
}

// PublishDraft puts what was read from a draft into force, and the draft is
// gone: p is what its text says, with the version that it takes the place of.
func (ps *Programmes) PublishDraft(ctx context.Context, d Drafted, p rule.Programme, by, note string) (*rule.Programme, error) {
	p.ID = d.Programme
	return ps.putWith(ctx, p, making{by: by, note: note}, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qDropPlans, d.Programme); err != nil {
			return err
		}
		return one(tx.Exec(ctx, qDropDraft, d.Programme, d.Edition))
	})
}

// DropDraft throws a draft away.
func (ps *Programmes) DropDraft(ctx context.Context, d Drafted) error {
	return ps.DB.Write(ctx, func(tx *db.Tx) error {
		if err := one(tx.Exec(ctx, qDropDraft, d.Programme, d.Edition)); err != nil {
			return err
		}
		if err := ps.endPlan(ctx, tx, d.Programme, "programme.plan-dropped"); err != nil {
			return err
		}
		if err := ps.endOfDraft(ctx, tx, d.Programme, "programme.plan-dropped"); err != nil {
			return err
		}
		return ps.noteDraft(ctx, tx, "programme.draft-dropped", d.Programme, d.Name)
	})
}

// one refuses a change of a draft that is not of that edition any more.
func one(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "programme.draft-changed")
	}
	return err
}

func (ps *Programmes) noteDraft(ctx context.Context, tx *db.Tx, action string, i id.ID, name string) error {
	return audit.Note(ctx, tx, ps.Clock.Now(), audit.Entry{Action: action, Target: audit.On("programme", i), After: map[string]any{"name": name}})
}

func scanDraft(r db.Row) (d Drafted, err error) {
	err = r.Scan(&d.Programme, &d.Version, &d.Edition, &d.Name, &d.Text, &d.At, &d.By)
	return d, err
}
