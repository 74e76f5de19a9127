// Package staff knows the people who work in the console, at the till and at
// the gate: who they are, how they prove it, what they may do, and where.
//
// A person signs in with e-mail and password and, where he has set it up, a
// second proof: a code of his phone (TOTP), a passkey, or one of the recovery
// codes he was given. What he may do comes from his role; where, from the
// outlets or partners that he is narrowed to. The owner's role can do all and
// is never narrowed; one active owner is always left.
//
// Invariants: of a password only its argon2id hash is kept, of tokens,
// sessions and recovery codes only their SHA-256, of a TOTP secret a seal by
// the server's key; a try is counted before it is known to be wrong; what a
// passkey is asked is taken once, in the session or browser that it was asked
// in; a session
// is made anew when its rights grow (a password given, a second proof given)
// and ends when the person's password, role, state or places change; whatever
// changes is in the audit trail (package audit) in the same transaction.
package staff

import (
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// SetStaff is the version that changes of people and roles move.
const SetStaff = "staff"

// Limits.
const (
	MaxStaff    = 100_000
	MaxRoles    = 1_000
	MaxPlaces   = 1_000 // outlets or partners that a person is narrowed to
	MinPassword = 10    // characters
	MaxPassword = 200
	MaxPasskeys = 20
)

// Role is a named set of permissions. Those that are built in can't be
// changed; an organization adds its own.
type Role struct {
	Code        string // built in: owner, administrator, …; own: the id as text
	Name        string // own roles only: a built-in one has its name in the texts, staff.role.<code>
	BuiltIn     bool
	Permissions []Permission // in the order of Permissions()
	State       reference.State
	Version     int64
}

// The built-in roles.
const (
	Owner         = "owner"
	Administrator = "administrator"
	Marketer      = "marketer"
	Analyst       = "analyst"
	Cashier       = "cashier"
	Gate          = "gate"
)

// State of a person.
type State string

// The states.
const (
	Invited State = "invited" // has no password yet
	Active  State = "active"
	Blocked State = "blocked" // by another; may be active again
	Closed  State = "closed"  // works here no more
)

// Person is one who works here.
type Person struct {
	ID       id.ID
	Name     string
	Email    string // unique among those not closed; what he signs in with
	Role     string // its code
	Outlets  []id.ID
	Partners []id.ID // with Outlets empty too: works everywhere
	Lang     string  // ru, en; "": the organization's
	State    State
	TOTP     bool // has set up codes of a phone
	Passkeys int  // that are taken
	Created  clock.Micros
	Seen     clock.Micros // last signed in; 0: never
	Version  int64
}

// Where a request comes from.
type Where struct {
	Address string // IP
	Agent   string // of the browser, clipped
}

// Session is one browser in which a person is signed in, or half so.
type Session struct {
	ID       id.ID
	Person   id.ID
	Created  clock.Micros
	Seen     clock.Micros
	Ends     clock.Micros // whatever he does; it ends before where he does nothing
	Where    Where
	Whole    bool         // the second proof was given, or none is needed
	Remember bool         // it outlives the browser
	Proven   clock.Micros // when the person last gave a proof; risky actions want a fresh one
}
