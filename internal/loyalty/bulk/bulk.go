// Package bulk does one thing to many members: a tag or a group is given or
// taken, members are blocked or unblocked, points or a level are given by hand.
//
// Whom it is done to is written down when it is asked for: who comes to match
// the filter afterwards is not of it, and who no longer matches still is. It
// is looked at first (asked) and begun by whoever asked; then it goes on by
// itself, a few members at a time, whichever process works on it (Work).
//
// Invariants: each member is met once, whatever happens. What lies in his own
// rows is changed in the transaction that notes that it was; points and levels
// go by the desk under a key of the action and the member, so that those who
// were under way when a process was killed are asked for again and done
// once. Who is left out is noted with the code of the reason. An action that is
// stopped finishes those under way and no others. A single action wants the
// same permission; whoever asked and is no longer let in does nothing more.
package bulk

import (
	"context"
	"log/slog"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Limits of actions.
const (
	MaxMembers = 1_000_000 // of one action
	MaxOpen    = 20        // not ended, of one person
	MaxPage    = 200       // members left out, read at once
)

// Kind says what is done.
type Kind string

// The kinds.
const (
	TagGiven   Kind = "tag-given"
	TagTaken   Kind = "tag-taken"
	IntoGroup  Kind = "into-group"
	OutOfGroup Kind = "out-of-group"
	Blocked    Kind = "blocked"
	Unblocked  Kind = "unblocked"
	Points     Kind = "points"
	Level      Kind = "level"
)

// Needs is the permission without which nobody does it, to one or to many; "":
// there is no such kind.
func (k Kind) Needs() staff.Permission {
	switch k {
	case TagGiven, TagTaken, IntoGroup, OutOfGroup:
		return staff.MembersEdit
	case Blocked, Unblocked:
		return staff.MembersBlock
	case Points, Level:
		return staff.PointsAdjust
	}
	return ""
}

// Deed is what is done to each of the members.
type Deed struct {
	Kind      Kind         `json:"kind"`
	Tag       string       `json:"tag,omitempty"`
	Group     id.ID        `json:"group,omitzero"`
	Reason    string       `json:"reason,omitempty"`
	Programme id.ID        `json:"programme,omitzero"`
	Points    money.Points `json:"points,omitempty"` // below zero: taken out
	Days      int          `json:"days,omitempty"`   // term of points put in; 0: the programme's
	Level     string       `json:"level,omitempty"`  // "": none
	Until     string       `json:"until,omitempty"`
}

// State is how far an action is.
type State string

// The states. Asked and running become stopped or dropped by Stop.
const (
	Asked    State = "asked" // to be looked at and begun
	Running  State = "running"
	Stopping State = "stopping"
	Done     State = "done"
	Stopped  State = "stopped" // before its end
	Dropped  State = "dropped" // before its beginning
)

// Ended tells whether nothing more comes of it.
func (s State) Ended() bool { return s == Done || s == Stopped || s == Dropped }

// Action is one thing that is done to many.
type Action struct {
	ID        id.ID
	Staff     id.ID // who asked for it
	StaffName string
	Deed      Deed
	Filter    segment.Filter
	State     State
	Total     int64
	Place     int64 // of how many it is known what became
	Changed   int64 // to how many it was done
	AskedAt   clock.Micros
	BegunAt   clock.Micros
	EndedAt   clock.Micros

	tried int64 // how many were begun with
}

// LeftOut is to how many of those it has met it was not done.
func (a *Action) LeftOut() int64 { return a.Place - a.Changed }

// Sum is how many points it comes to, if nobody is left out.
func (a *Action) Sum() money.Points { return a.Deed.Points * money.Points(a.Total) }

// Moved is how many points were put in, or, below zero, taken out.
func (a *Action) Moved() money.Points { return a.Deed.Points * money.Points(a.Changed) }

// Asker is who asks for an action.
type Asker struct {
	ID      id.ID
	Name    string
	Outlets []id.ID // those he is narrowed to; nil: he works everywhere
}

// Actions keeps and does them. It is safe for concurrent use, also by several
// processes.
type Actions struct {
	DB         *db.DB
	IDs        *id.Maker
	Clock      clock.Clock
	Log        *slog.Logger
	Lists      *segment.Lists
	Members    *member.Members
	Programmes *programme.Programmes
	Desk       *purchase.Desk
	Rules      func() member.Rules
	// May tells whether a person may do now what a permission names.
	May func(ctx context.Context, person id.ID, need staff.Permission) (bool, error)
}

func notFound() error { return fault.New(fault.NotFound, "bulk.not-found") }
