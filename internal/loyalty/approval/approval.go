// Package approval keeps points by hand that a second person has to approve.
//
// Above the sum that the organization has set, an adjustment by a person is no
// posting but a request (Ask). Another person approves it, and the points are
// posted; or refuses it, with a reason; or whoever asked withdraws it. What
// nobody decides runs out.
//
// Invariants: nobody approves what he has asked for himself; a request is
// decided once, whoever is asked at the same instant and however often; the
// points of an approved one are posted in the transaction that decides it, under
// a key of their own, so that there are both or neither. Who is erased, merged
// or closed meanwhile gets nothing. Each step is in the audit trail.
package approval

import (
	"context"
	"strings"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// State says what became of a request.
type State string

// The states.
const (
	Asked     State = "asked" // nobody has decided yet
	Approved  State = "approved"
	Refused   State = "refused"
	Withdrawn State = "withdrawn" // by whoever asked, or with the member's erasure
	RunOut    State = "run-out"   // nobody has decided in time
)

const (
	lasts     = 30 * 24 * time.Hour // of a request
	maxReason = 500                 // bytes of a refusal
	maxOpen   = 200                 // that one person waits for
)

// Person is somebody of the staff, as he was called then.
type Person struct {
	ID   id.ID
	Name string
}

// Request is an adjustment that was asked for.
type Request struct {
	ID        id.ID
	Home      home.ID // the member
	Programme id.ID
	Points    money.Points // below zero: to be taken out
	Days      int          // term of points put in; 0: the programme's
	Reason    string
	State     State
	By        Person // who asked
	At, Ends  clock.Micros
	Decided   Person // who approved, refused or withdrew it
	DecidedAt clock.Micros
	Refusal   string // why it was refused
	Op        Op     // of the points
}

// Op is an operation of the books.
type Op struct {
	Home home.ID
	ID   id.ID
}

// Approvals are the requests of a base.
type Approvals struct {
	DB    *db.DB
	IDs   *id.Maker
	Clock clock.Clock
	Desk  *purchase.Desk
}

// person is who does it: somebody of the staff, since a program is no second
// person.
func person(ctx context.Context) (Person, error) {
	a := audit.Of(ctx)
	if a.Kind != audit.Staff || a.ID == 0 {
		return Person{}, fault.New(fault.Denied, "approval.person")
	}
	return Person{a.ID, a.Name}, nil
}

// Ask keeps an adjustment for a second person to decide. Asked again with the
// same key it gives the request that there is.
func (a *Approvals) Ask(ctx context.Context, r *purchase.AdjustRequest) (Request, error) {
	who, err := person(ctx)
	if err != nil {
		return Request{}, err
	}
	if err := r.Check(); err != nil {
		return Request{}, err
	}
	q := Request{
		ID: a.IDs.New(), Home: r.Buyer.Home, Programme: r.Programme, Points: r.Points, Days: r.Days, Reason: strings.TrimSpace(r.Reason),
		State: Asked, By: who, At: a.Clock.Now(),
	}
	q.Ends = q.At.Add(lasts)
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		if err := lives(ctx, tx, q.Home); err != nil {
			return err
		}
		var open int64
		if err := tx.Row(ctx, qOpen, who.ID, q.At).Scan(&open); err != nil {
			return err
		}
		if open >= maxOpen {
			return fault.New(fault.Refused, "approval.many", "most", maxOpen)
		}
		n, err := tx.Exec(ctx, qAsk, q.ID, q.Home, q.Programme, q.Points, q.Days, q.Reason, who.ID, who.Name, q.At, q.Ends, r.Key)
		if err != nil || n == 1 {
			return orNote(ctx, tx, err, q.At, "asked", &q)
		}
		before, err := get(ctx, tx, q.At, qByKey, who.ID, r.Key)
		if err == nil && (before.Home != q.Home || before.Programme != q.Programme || before.Points != q.Points || before.Days != q.Days || before.Reason != q.Reason) {
			err = fault.New(fault.Conflict, "key.other-body")
		}
		q = before
		return err
	})
	return q, err
}

// lives refuses a member who is none, or none any more.
func lives(ctx context.Context, q db.Q, h home.ID) error {
	states := map[home.ID]member.Standing{}
	b := &db.Batch{}
	member.States(b, q.Dialect(), []home.ID{h}, states)
	if err := q.Run(ctx, b); err != nil {
		return err
	}
	s, there := states[h]
	switch {
	case !there:
		return fault.New(fault.NotFound, "member.not-found")
	case s.Home != h:
		return fault.New(fault.Refused, "approval.gone", "state", string(member.Merged))
	case s.State.Gone():
		return fault.New(fault.Refused, "approval.gone", "state", string(s.State))
	}
	return nil
}

// Approve posts the points of a request. Asked again by the same person it
// gives what was done.
func (a *Approvals) Approve(ctx context.Context, request id.ID) (Request, error) {
	who, err := person(ctx)
	if err != nil {
		return Request{}, err
	}
	r, err := a.Get(ctx, request)
	switch {
	case err != nil:
		return r, err
	case r.State == Approved && r.Decided.ID == who.ID:
		return r, nil
	case r.State != Asked:
		return r, decided(r.State)
	case r.By.ID == who.ID:
		return r, fault.New(fault.Denied, "approval.own")
	}
	by := audit.Of(ctx)
	_, err = a.Desk.Adjust(ctx, &purchase.AdjustRequest{
		By: r.By.ID, Key: "approval-" + r.ID.String(), Buyer: purchase.Buyer{Home: r.Home}, Programme: r.Programme, Points: r.Points, Days: r.Days,
		Reason: r.Reason, Actor: "staff:" + r.By.ID.String(), Only: true, Approved: true,
		Beside: func(ctx context.Context, q db.Q, done *purchase.Adjustment) error {
			if err := lives(ctx, q, r.Home); err != nil {
				return err
			}
			n, err := q.Exec(ctx, qApprove, r.ID, done.At, who.ID, who.Name, done.Home, done.ID)
			if err == nil && n == 0 {
				err = errMoved()
			}
			return orNote(audit.By(ctx, by), q, err, done.At, "approved", &r)
		},
	})
	if err != nil {
		return r, a.why(ctx, err, r.ID)
	}
	r, err = a.Get(ctx, request)
	if err == nil && r.Decided.ID != who.ID { // another was first by an instant
		err = decided(r.State)
	}
	return r, err
}

// errMoved says that somebody else has decided meanwhile.
func errMoved() error { return fault.New(fault.Conflict, "approval.decided") }

// decided says why nothing can be done with a request any more.
func decided(s State) error {
	if s == RunOut {
		return fault.New(fault.Conflict, "approval.run-out")
	}
	return errMoved()
}

// why says more exactly why a request could not be decided: what became of it,
// or of the member.
func (a *Approvals) why(ctx context.Context, err error, request id.ID) error {
	switch {
	case fault.Is(err, "approval.decided"):
		if r, other := a.Get(ctx, request); other == nil && r.State != Asked {
			return decided(r.State)
		}
	case fault.Is(err, "buyer.not-served"):
		return fault.Wrap(err, fault.Refused, "approval.gone", "state", fault.From(err).Arg("state"))
	}
	return err
}

// Refuse says no to a request, and why. Who asked may not refuse: he withdraws.
func (a *Approvals) Refuse(ctx context.Context, request id.ID, reason string) (Request, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || !text.Valid(reason, maxReason) {
		return Request{}, fault.New(fault.Invalid, "adjust.reason", "most", maxReason)
	}
	return a.end(ctx, request, Refused, reason)
}

// Withdraw takes back what one has asked for.
func (a *Approvals) Withdraw(ctx context.Context, request id.ID) (Request, error) {
	return a.end(ctx, request, Withdrawn, "")
}

// end decides a request without points.
func (a *Approvals) end(ctx context.Context, request id.ID, to State, reason string) (r Request, err error) {
	who, err := person(ctx)
	if err != nil {
		return r, err
	}
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		now := a.Clock.Now()
		if r, err = get(ctx, tx, now, qGet, request); err != nil {
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
			return decided(r.State)
		}
		n, err := tx.Exec(ctx, qEnd, r.ID, now, who.ID, who.Name, string(to), reason)
		if err == nil && n == 0 {
			err = errMoved()
		}
		r.State, r.Decided, r.DecidedAt, r.Refusal = to, who, now, reason
		return orNote(ctx, tx, err, now, string(to), &r)
	})
	return r, err
}

// note is what the trail keeps of a request; its reason may name somebody.
type note struct {
	Request   id.ID        `json:"request"`
	Programme id.ID        `json:"programme"`
	Points    money.Points `json:"points"`
}

// orNote notes a step in the audit trail, unless it failed.
func orNote(ctx context.Context, q db.Q, err error, now clock.Micros, step string, r *Request) error {
	if err != nil {
		return err
	}
	return audit.Note(ctx, q, now, audit.Entry{
		Action: "approval." + step, Target: audit.On("member", id.ID(r.Home)), After: note{r.ID, r.Programme, r.Points},
	})
}
