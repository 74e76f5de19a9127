package programme

import (
	"context"
	"errors"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// maxAhead is how far ahead a draft may be planned to come into force.
const maxAhead = 366 * 24 * time.Hour

// Plan is a draft that comes into force by itself at a time, or that could not.
type Plan struct {
	Programme id.ID
	ID        id.ID
	Edition   int64 // of the draft that was looked at
	Version   int64 // that was in force then, 0: none
	At        clock.Micros
	Note      string
	By        string // as the version will name him
	Staff     id.ID
	StaffName string
	Reason    string       // the code of why it was not carried out; "": it waits
	Ended     clock.Micros // 0: it waits
	Request   id.ID        // by which a second person has approved it; 0: none has
}

// Waits tells whether the plan is still to be carried out.
func (p Plan) Waits() bool { return p.Ended == 0 }

// Plans puts drafts into force at the time that was named for them.
type Plans struct {
	*Programmes
	May  func(ctx context.Context, person id.ID, p *rule.Programme) (bool, error) // publish it, now
	Read func(ctx context.Context, text string) (p rule.Programme, err error)     // a draft
}

// Of reads the plan of a programme; a zero one where there is none.
func (ps *Plans) Of(ctx context.Context, programme id.ID) (Plan, error) {
	return planIn(ctx, ps.DB, programme)
}

func planIn(ctx context.Context, q db.Q, programme id.ID) (Plan, error) {
	p, err := scanPlan(q.Row(ctx, qPlan, programme))
	if errors.Is(err, db.ErrNotFound) {
		return Plan{}, nil
	}
	return p, err
}

// Make plans a draft, in the place of the plan that was seen, 0 for none: the
// draft must be of the edition, and the programme of the version, that were looked
// at. Another plan that waits is left alone ("programme.plan-set").
func (ps *Plans) Make(ctx context.Context, p Plan, seen id.ID) (Plan, error) {
	if err := inTime(ps.Clock.Now(), p.At, p.Note); err != nil {
		return p, err
	}
	if _, err := ps.alone(ctx); err != nil {
		return p, err
	}
	p.ID, p.Request = ps.IDs.New(), 0
	return p, ps.store(ctx, p, func(tx *db.Tx) error {
		now, err := planIn(ctx, tx, p.Programme)
		if err == nil && now.ID != 0 && now.Waits() && now.ID != seen {
			err = fault.New(fault.Conflict, "programme.plan-set")
		}
		return err
	})
}

// inTime refuses a time that no plan may be of, and a note that is too long.
func inTime(now, at clock.Micros, note string) error {
	switch {
	case !text.Valid(note, maxNote):
		return planInvalid("note", "programme.note", "most", maxNote)
	case at <= now:
		return planInvalid("at", "programme.plan-past")
	case at.Time().Sub(now.Time()) > maxAhead:
		return planInvalid("at", "programme.plan-far")
	}
	return nil
}

// store keeps a plan, with what else is done in its transaction.
func (ps *Plans) store(ctx context.Context, p Plan, also func(*db.Tx) error) error {
	err := ps.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := ps.draftOf(ctx, tx, p.Programme, p.Edition, p.Version); err != nil {
			return err
		}
		if err := also(tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDropPlans, p.Programme); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qAddPlan, p.Programme, p.ID, p.Edition, p.Version, p.At, p.Note, p.By, p.Staff, p.StaffName, p.Request); err != nil {
			return err
		}
		return ps.notePlan(ctx, tx, "programme.planned", p.Programme, map[string]any{"at": p.At.Time().Format(time.RFC3339), "edition": p.Edition, "note": p.Note})
	})
	if errors.Is(err, db.ErrConflict) {
		err = fault.Wrap(err, fault.Conflict, "programme.draft-changed")
	}
	return err
}

// draftOf reads the draft of a programme, and refuses if it is of another
// edition, or another version is in force, than was looked at.
func (ps *Programmes) draftOf(ctx context.Context, tx *db.Tx, programme id.ID, edition, version int64) (Drafted, error) {
	d, err := scanDraft(tx.Row(ctx, qDraft, programme))
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return d, err
	}
	if err != nil || d.Edition != edition {
		return d, fault.New(fault.Conflict, "programme.draft-changed")
	}
	return d, ps.newest(ctx, tx, programme, version)
}

// newest refuses a version after which another was made.
func (ps *Programmes) newest(ctx context.Context, tx *db.Tx, programme id.ID, version int64) error {
	m, err := scanMade(tx.Row(ctx, qMade, programme, version+1))
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err == nil {
		return fault.New(fault.Conflict, "programme.version", "version", m.Version-1)
	}
	return err
}

// Cancel calls off a plan that waits, or takes away what is told of one that
// was not carried out.
func (ps *Plans) Cancel(ctx context.Context, programme, plan id.ID) error {
	return ps.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := scanPlan(tx.Row(ctx, qPlan, programme))
		if errors.Is(err, db.ErrNotFound) || err == nil && p.ID != plan {
			return fault.New(fault.Conflict, "programme.plan-gone")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDropPlans, programme); err != nil || !p.Waits() {
			return err
		}
		return ps.notePlan(ctx, tx, "programme.plan-cancelled", programme, map[string]any{"at": p.At.Time().Format(time.RFC3339)})
	})
}

// CarryOut puts into force what is due, however late. What can't be is ended
// with its reason; where the base fails it is tried again with the next call.
func (ps *Plans) CarryOut(ctx context.Context) error {
	due, err := db.All(ctx, ps.DB, scanPlan, qDuePlans, ps.Clock.Now())
	if err != nil {
		return err
	}
	var failed error
	for _, p := range due {
		failed = errors.Join(failed, ps.carryOut(ctx, p))
	}
	return failed
}

func (ps *Plans) carryOut(ctx context.Context, p Plan) error {
	err := ps.publish(audit.By(ctx, audit.Actor{Kind: audit.Staff, ID: p.Staff, Name: p.StaffName}), p)
	reason := unfit(err)
	if reason == "" {
		return err
	}
	// Another process may have carried it out: then there is nothing to end.
	return ps.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, qEndPlan, p.Programme, p.ID, reason, ps.Clock.Now())
		if err != nil || n == 0 {
			return err
		}
		return ps.notePlan(ctx, tx, "programme.plan-ended", p.Programme, map[string]any{"reason": reason})
	})
}

// unfit is the code of why a plan can't be carried out now or later; "": there
// is nothing wrong with it.
func unfit(err error) string {
	if err == nil {
		return ""
	}
	switch why := fault.From(err); {
	case why.Kind == fault.Internal || why.Kind == fault.Unavailable || why.Kind == fault.TooMany:
		return ""
	case why.Code == "programme.plan-no-right" || why.Code == "programme.second-person":
		return why.Code
	case why.Code == "programme.no-draft":
		return "programme.plan-dropped"
	case why.Code == "programme.draft-changed":
		return "programme.plan-changed"
	case why.Code == "programme.version":
		return "programme.plan-moved"
	}
	return "programme.plan-unfit"
}

// publish puts a planned draft into force, and ends the plan with that.
func (ps *Plans) publish(ctx context.Context, p Plan) error {
	d, err := ps.Draft(ctx, p.Programme)
	if err != nil {
		return err
	}
	if d.Edition != p.Edition {
		return fault.New(fault.Conflict, "programme.draft-changed")
	}
	put, err := ps.Read(ctx, d.Text)
	if err != nil {
		return err
	}
	put.ID, put.Version = p.Programme, p.Version
	for _, of := range []*rule.Programme{&put, ps.Current().Get(p.Programme)} { // what comes, and what goes
		if of == nil {
			continue
		}
		if may, err := ps.May(ctx, p.Staff, of); err != nil {
			return err
		} else if !may {
			return fault.New(fault.Denied, "programme.plan-no-right")
		}
	}
	_, err = ps.putWith(ctx, put, making{by: p.By, note: p.Note, approved: p.Request != 0}, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, qTakePlan, p.Programme, p.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "programme.plan-gone")
		}
		return one(tx.Exec(ctx, qDropDraft, p.Programme, p.Edition))
	})
	return err
}

// endPlan ends the plan of a programme that waits, with the code of why.
func (ps *Programmes) endPlan(ctx context.Context, tx *db.Tx, programme id.ID, reason string) error {
	n, err := tx.Exec(ctx, qEndPlanOf, programme, reason, ps.Clock.Now())
	if err != nil || n == 0 {
		return err
	}
	return ps.notePlan(ctx, tx, "programme.plan-ended", programme, map[string]any{"reason": reason})
}

func (ps *Programmes) notePlan(ctx context.Context, tx *db.Tx, action string, programme id.ID, what map[string]any) error {
	return audit.Note(ctx, tx, ps.Clock.Now(), audit.Entry{Action: action, Target: audit.On("programme", programme), After: what})
}

func planInvalid(path, code string, args ...any) error {
	return fault.New(fault.Invalid, "programme.invalid").With(fault.Field{Path: path, Code: code, Args: fault.Pairs(args...)})
}

func scanPlan(r db.Row) (p Plan, err error) {
	err = r.Scan(&p.Programme, &p.ID, &p.Edition, &p.Version, &p.At, &p.Note, &p.By, &p.Staff, &p.StaffName, &p.Reason, &p.Ended, &p.Request)
	return p, err
}
