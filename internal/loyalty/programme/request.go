package programme

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// State says what became of a request.
type State string

// The states.
const (
	Asked     State = "asked" // nobody has decided yet
	Approved  State = "approved"
	Refused   State = "refused"
	Withdrawn State = "withdrawn" // by who asked, or since what he asked for is no more
	RunOut    State = "run-out"   // nobody has decided in time
)

const (
	requestLasts = 30 * 24 * time.Hour
	maxRefusal   = 500 // bytes
)

// Person is somebody of the staff, as he was called then.
type Person struct {
	ID   id.ID
	Name string
}

// as is how versions of programmes name a person who has made them.
func (p Person) as() string { return p.Name + " (staff " + p.ID.String() + ")" }

// Request is what comes into force when a second person approves it: a draft
// as it was when it was asked for, or a version that is gone back to.
type Request struct {
	ID        id.ID
	Programme id.ID
	Name      string // of the programme, then
	Edition   int64  // of the draft; 0: a version is gone back to
	Hash      string // of the draft's text
	Version   int64  // that was in force then; 0: none
	Back      int64  // the version to go back to; 0: the draft
	Due       clock.Micros
	Note      string
	State     State
	By        Person // who asked
	At, Ends  clock.Micros
	Decided   Person // who approved, refused or withdrew it
	DecidedAt clock.Micros
	Refusal   string // why it was refused
	Reason    string // the code of why it was withdrawn by itself
}

// Requests are what waits for a second person. Where a programme in force says
// publish_approval nothing comes into force without one.
//
// Invariants: nobody approves what he has asked for; a draft is frozen by its
// edition and its hash, so that any change of it withdraws the request; of a
// programme one request waits at most, and it is decided once.
type Requests struct{ *Plans }

// person is who does it: somebody of the staff, since a program is no second
// person.
func person(ctx context.Context) (Person, error) {
	a := audit.Of(ctx)
	if a.Kind != audit.Staff || a.ID == 0 {
		return Person{}, fault.New(fault.Denied, "approval.person")
	}
	return Person{a.ID, a.Name}, nil
}

// TwoToPublish tells whether a second person has to approve what comes into
// force: some programme of the set says so.
func (s *Set) TwoToPublish() bool {
	for _, p := range s.all {
		if p.Settings.PublishTwo {
			return true
		}
	}
	return false
}

// alone tells whether one person's word is enough only because of who gives
// it: a command is run by whoever has the base itself. It refuses all others
// where it takes two.
func (ps *Programmes) alone(ctx context.Context) (bool, error) {
	if err := ps.Refresh(ctx); err != nil { // another process may have turned it on
		return false, err
	}
	if !ps.Current().TwoToPublish() {
		return false, nil
	}
	switch audit.Of(ctx).Kind {
	case audit.Staff, audit.Key:
		return false, fault.New(fault.Refused, "programme.second-person")
	}
	return true, nil
}

// Lonely refuses a programme with which nothing more would come into force:
// it takes a second person from then on, and beside who does it there is none.
// A command, run by whoever has the base itself, is never locked out.
func (ps *Programmes) Lonely(ctx context.Context, p *rule.Programme) error {
	who := audit.Of(ctx)
	if !p.Settings.PublishTwo || ps.Current().TwoToPublish() || who.Kind != audit.Staff {
		return nil
	}
	others, err := staff.Others(ctx, ps.DB, who.ID, staff.ProgrammePublish)
	if err != nil || others > 0 {
		return err
	}
	return fault.New(fault.Invalid, "programme.invalid").With(fault.Field{Path: "settings.publish_approval", Code: "programme.no-second-person"})
}

// Ask keeps what is to come into force for a second person to decide. Asked
// again for the same it gives the request that there is.
func (rs *Requests) Ask(ctx context.Context, r Request) (Request, error) {
	who, err := person(ctx)
	if err != nil {
		return r, err
	}
	now := rs.Clock.Now()
	if r.Due != 0 || !text.Valid(r.Note, maxNote) {
		if err := inTime(now, r.Due, r.Note); err != nil {
			return r, err
		}
	}
	r.ID, r.State, r.By, r.At, r.Ends, r.Note = rs.IDs.New(), Asked, who, now, now.Add(requestLasts), strings.TrimSpace(r.Note)
	if r.Due != 0 {
		r.Ends = min(r.Ends, r.Due)
	}
	err = rs.DB.Write(ctx, func(tx *db.Tx) error {
		if err := rs.frozen(ctx, tx, &r); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qRunOut, r.Programme, now); err != nil {
			return err
		}
		before, err := scanRequest(tx.Row(ctx, qWaitsFor, now, r.Programme))
		if err == nil {
			if before.By.ID != who.ID || before.Edition != r.Edition || before.Hash != r.Hash || before.Back != r.Back || before.Due != r.Due || before.Note != r.Note {
				return fault.New(fault.Conflict, "programme.request-waits")
			}
			r = before
			return nil
		}
		if !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if _, err := tx.Exec(ctx, qAddRequest, r.ID, r.Programme, r.Name, r.Edition, r.Hash, r.Version, r.Back, r.Due, r.Note, who.ID, who.Name, now, r.Ends); err != nil {
			return err
		}
		return rs.noteRequest(ctx, tx, "asked", &r)
	})
	if errors.Is(err, db.ErrConflict) {
		err = fault.Wrap(err, fault.Conflict, "programme.request-waits")
	}
	return r, err
}

// frozen fixes what is asked for as it is now, and refuses what is not there
// any more.
func (rs *Requests) frozen(ctx context.Context, tx *db.Tx, r *Request) error {
	if r.Back != 0 {
		if _, err := scanMade(tx.Row(ctx, qMade, r.Programme, r.Back)); errors.Is(err, db.ErrNotFound) {
			return rs.missing(err, r.Programme, r.Back)
		} else if err != nil {
			return err
		}
		r.Edition, r.Hash, r.Due = 0, "", 0
		return rs.newest(ctx, tx, r.Programme, r.Version)
	}
	d, err := rs.draftOf(ctx, tx, r.Programme, r.Edition, r.Version)
	r.Hash, r.Name = hashOf(d.Text), d.Name
	return err
}

// hashOf names a draft's text.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Approve puts what was asked for into force, or plans it for its time. Asked
// again by the same person it gives what was done.
func (rs *Requests) Approve(ctx context.Context, request id.ID) (Request, error) {
	who, err := person(ctx)
	if err != nil {
		return Request{}, err
	}
	r, err := rs.Request(ctx, request)
	switch {
	case err != nil:
		return r, err
	case r.State == Approved && r.Decided.ID == who.ID:
		return r, nil
	case r.State != Asked:
		return r, decidedAs(r.State)
	case r.By.ID == who.ID:
		return r, fault.New(fault.Denied, "approval.own")
	}
	p, err := rs.asked(ctx, &r)
	if err == nil {
		err = rs.carry(ctx, &r, p, who)
	}
	if err != nil {
		return r, err
	}
	return rs.Request(ctx, request)
}

// asked reads what a request is about: the draft if it is still the one that
// was asked for.
func (rs *Requests) asked(ctx context.Context, r *Request) (rule.Programme, error) {
	if r.Back != 0 {
		p, err := rs.Version(ctx, r.Programme, r.Back)
		if err != nil {
			return rule.Programme{}, err
		}
		return *p, nil
	}
	d, err := rs.Draft(ctx, r.Programme)
	if err == nil && !r.Of(d) {
		err = fault.New(fault.Conflict, "programme.draft-changed")
	}
	if err != nil {
		return rule.Programme{}, err
	}
	return rs.Read(ctx, d.Text)
}

// carry does what was asked for, and decides the request with it.
func (rs *Requests) carry(ctx context.Context, r *Request, p rule.Programme, who Person) error {
	by := r.By.as() + " · " + who.as()
	decide := func(tx *db.Tx) error { return rs.decide(ctx, tx, r, Approved, who, "") }
	if r.Due != 0 {
		return rs.store(ctx, Plan{
			ID: rs.IDs.New(), Programme: r.Programme, Edition: r.Edition, Version: r.Version, At: r.Due, Note: r.Note, By: by, Staff: who.ID, StaffName: who.Name, Request: r.ID,
		}, decide)
	}
	p.ID, p.Version = r.Programme, r.Version
	_, err := rs.putWith(ctx, p, making{by: by, note: r.Note, approved: true}, func(tx *db.Tx) error {
		if err := decide(tx); err != nil || r.Back != 0 {
			return err
		}
		if _, err := tx.Exec(ctx, qDropPlans, r.Programme); err != nil {
			return err
		}
		return one(tx.Exec(ctx, qDropDraft, r.Programme, r.Edition))
	})
	return err
}

// Refuse says no to a request, and why. Who asked may not refuse: he withdraws.
func (rs *Requests) Refuse(ctx context.Context, request id.ID, reason string) (Request, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || !text.Valid(reason, maxRefusal) {
		return Request{}, fault.New(fault.Invalid, "adjust.reason", "most", maxRefusal)
	}
	return rs.end(ctx, request, Refused, reason)
}

// Withdraw takes back what one has asked for.
func (rs *Requests) Withdraw(ctx context.Context, request id.ID) (Request, error) {
	return rs.end(ctx, request, Withdrawn, "")
}

// end decides a request, and nothing comes into force.
func (rs *Requests) end(ctx context.Context, request id.ID, to State, reason string) (r Request, err error) {
	who, err := person(ctx)
	if err != nil {
		return r, err
	}
	err = rs.DB.Write(ctx, func(tx *db.Tx) error {
		if r, err = getRequest(ctx, tx, rs.Clock.Now(), request); err != nil {
			return err
		}
		switch {
		case to == Refused && r.By.ID == who.ID:
			return fault.New(fault.Denied, "approval.own")
		case to == Withdrawn && r.By.ID != who.ID:
			return fault.New(fault.Denied, "approval.others")
		case r.State == to && r.Decided.ID == who.ID && r.Refusal == reason:
			return nil // sent again
		case r.State != Asked:
			return decidedAs(r.State)
		}
		return rs.decide(ctx, tx, &r, to, who, reason)
	})
	return r, err
}

// decide says what became of a request that waits.
func (rs *Requests) decide(ctx context.Context, tx *db.Tx, r *Request, to State, who Person, refusal string) error {
	now := rs.Clock.Now()
	n, err := tx.Exec(ctx, qDecide, r.ID, now, string(to), who.ID, who.Name, refusal)
	if err != nil {
		return err
	}
	if n == 0 {
		return decidedAs(Approved)
	}
	r.State, r.Decided, r.DecidedAt, r.Refusal = to, who, now, refusal
	return rs.noteRequest(ctx, tx, string(to), r)
}

// decidedAs says why nothing can be done with a request any more.
func decidedAs(s State) error {
	if s == RunOut {
		return fault.New(fault.Conflict, "approval.run-out")
	}
	return fault.New(fault.Conflict, "approval.decided")
}

// endRequest withdraws what waits of a programme, with the code of why.
func (ps *Programmes) endRequest(ctx context.Context, tx *db.Tx, programme id.ID, reason string) error {
	return ps.endRequestIf(ctx, tx, programme, reason, func(*Request) bool { return true })
}

// endOfDraft withdraws what waits of a programme's draft: to go back to a version
// is another matter, whatever becomes of the draft.
func (ps *Programmes) endOfDraft(ctx context.Context, tx *db.Tx, programme id.ID, reason string) error {
	return ps.endRequestIf(ctx, tx, programme, reason, func(r *Request) bool { return r.Back == 0 })
}

func (ps *Programmes) endRequestIf(ctx context.Context, tx *db.Tx, programme id.ID, reason string, ends func(*Request) bool) error {
	now := ps.Clock.Now()
	r, err := scanRequest(tx.Row(ctx, qWaitsFor, now, programme))
	if errors.Is(err, db.ErrNotFound) || err == nil && !ends(&r) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qEndRequest, r.ID, now, reason)
	if err != nil || n == 0 {
		return err
	}
	r.Reason = reason
	return ps.noteRequest(ctx, tx, string(Withdrawn), &r)
}

// noteRequest notes a step of a request in the audit trail.
func (ps *Programmes) noteRequest(ctx context.Context, tx *db.Tx, step string, r *Request) error {
	what := map[string]any{"request": r.ID.String(), "name": r.Name, "by": r.By.as(), "note": r.Note, "version": r.Version}
	if r.Back != 0 {
		what["back"] = r.Back
	} else {
		what["edition"], what["hash"] = r.Edition, r.Hash
	}
	if r.Due != 0 {
		what["at"] = r.Due.Time().Format(time.RFC3339)
	}
	if r.Refusal != "" {
		what["refusal"] = r.Refusal
	}
	if r.Reason != "" {
		what["reason"] = r.Reason
	}
	return audit.Note(ctx, tx, ps.Clock.Now(), audit.Entry{Action: "programme.request-" + step, Target: audit.On("programme", r.Programme), After: what})
}
