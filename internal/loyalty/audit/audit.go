// Package audit keeps the trail of what staff, keys and commands change: who,
// when, from where, from what to what.
//
// Invariants: a change is noted in its own transaction, so that there are both
// or neither; rows are numbered without a hole; each row's hash is made of the
// hash before and of all that the row says, and the end of the trail is kept
// apart, so that Verify finds a row that was changed, taken out, put in or cut
// off the end. Secrets are never in it: what is noted are the documents that
// people see. What members' own data were is in their own trail
// (member_change).
package audit

import (
	"context"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// Kind says what sort of actor it is.
type Kind string

// The kinds of actor.
const (
	Staff   Kind = "staff"   // a person of the console
	Key     Kind = "key"     // a program, by its API key
	Command Kind = "command" // whoever runs the program's commands
	System  Kind = "system"  // the program by itself
)

// Actor is who changes something, and from where.
type Actor struct {
	Kind    Kind
	ID      id.ID // of the person or the key; 0: none
	Name    string
	Address string // IP
	Agent   string // of the browser
}

type actorKey struct{}

// By gives a context in which what is changed is the actor's doing.
func By(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// Of tells whose doing it is; the program's own where nobody is named.
func Of(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Kind: System}
}

// Entry is a change to be noted.
type Entry struct {
	Action string // what was done, e.g. outlet.saved; its text is audit.action.<action>
	Target Target
	Before any // as it was, nil: it was not; without secrets: it is kept as JSON
	After  any // as it is, nil: it is no more
}

// Target is what was changed.
type Target struct {
	Kind string // its text is audit.target.<kind>
	ID   string // its id or code
}

// On names a target by its id.
func On(kind string, i id.ID) Target { return Target{kind, i.String()} }

// Record is a noted change.
type Record struct {
	Seq    int64 // from 1, without a hole
	At     clock.Micros
	Actor  Actor
	Action string
	Target Target
	Before string // JSON; "" nothing
	After  string
	Hash   []byte
}
