// Package member keeps the people of the programme: who they are, by what
// they are found, what they consented to, and every change of that.
//
// A member is made together with his home and is named by it. Everything of
// him is written under the lock of that home (Lock), which moves the home's
// version, so that a purchase judged meanwhile is judged again; his own
// version moves too, for those who edit him from a page they read before.
// Whoever changes something says who he is (Actor): each change leaves a row
// that is never altered (Change).
//
// An identifier (phone, e-mail, card number, …) finds its member by its
// normalised value in one row, without touching the home. Its key holds the
// value alone where it may be one member's only, so that two registrations at
// one instant can't both have it. A member who is closed keeps what he had,
// turned off, and no longer stands in another's way.
package member

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Members are the operations on members. It is safe for concurrent use.
type Members struct {
	DB    *db.DB
	IDs   *id.Maker
	Clock clock.Clock
}

// State is a member's state.
type State string

// The states of a member.
const (
	New     State = "new"     // registered, not yet activated or proven
	Active  State = "active"  // takes part
	Blocked State = "blocked" // by staff, with a reason
	Closed  State = "closed"  // has left, for good
	Merged  State = "merged"  // closed, since he was another one's duplicate
)

// AllStates are the states that there are.
func AllStates() []State { return []State{New, Active, Blocked, Closed, Merged} }

// Serves tells whether a member in the state takes part.
func (s State) Serves() bool { return s == Active || s == New }

// Gone tells whether the member is no longer to be changed.
func (s State) Gone() bool { return s == Closed || s == Merged }

// Member is one member with all that is kept on him.
type Member struct {
	Home        home.ID      `json:"id"`
	Version     int64        `json:"version"` // moves with every change of him
	Number      string       `json:"number"`
	State       State        `json:"state"`
	BlockReason string       `json:"block_reason,omitempty"`
	MergedInto  home.ID      `json:"merged_into,omitzero"`
	Household   id.ID        `json:"household,omitzero"` // that he is in
	Profile     Profile      `json:"profile"`
	Identifiers []Identifier `json:"identifiers"`
	Tags        []string     `json:"tags"`
	Groups      []id.ID      `json:"groups"`
	Relatives   []Relative   `json:"relatives"`
	Registered  Registered   `json:"registered"`
	ChangedAt   clock.Micros `json:"changed_at"`
}

// Registered says when, where and by whom a member was registered, and who had
// invited him.
type Registered struct {
	At      clock.Micros `json:"at"`
	Source  string       `json:"source"`
	Outlet  id.ID        `json:"outlet,omitzero"`
	Cashier id.ID        `json:"cashier,omitzero"`
	Inviter home.ID      `json:"inviter,omitzero"` // the member who had invited him; 0: nobody is known to have
}

// Profile is what a member, or the staff for him, has told of himself. Every
// part may be empty; dates are YYYY-MM-DD.
type Profile struct {
	Surname    string            `json:"surname"`
	Name       string            `json:"name"`
	Patronymic string            `json:"patronymic"`
	BirthDate  string            `json:"birth_date"`
	Sex        string            `json:"sex"`      // Male, Female or ""
	Language   string            `json:"language"` // ru, en or ""
	Address    Address           `json:"address"`
	Document   Document          `json:"document"`
	Comment    string            `json:"comment"`
	CodeWord   string            `json:"code_word"`
	Category   id.ID             `json:"category,omitzero"`
	Custom     map[string]string `json:"custom"` // by the key of an own field, in its canonical form
}

// The sexes.
const (
	Male   = "male"
	Female = "female"
)

// Address is where a member lives.
type Address struct {
	Type     string `json:"type"` // home, work, … in the organization's words
	City     string `json:"city"`
	Street   string `json:"street"`
	House    string `json:"house"`
	Flat     string `json:"flat"`
	Postcode string `json:"postcode"`
}

// Document is what a member has shown of himself.
type Document struct {
	Type        string `json:"type"`
	Series      string `json:"series"`
	Number      string `json:"number"`
	Citizenship string `json:"citizenship"`
	IssuedBy    string `json:"issued_by"`
	IssuedOn    string `json:"issued_on"`
}

// Relative is someone of a member's family, for whose birthday a rule may
// give something.
type Relative struct {
	ID        id.ID  `json:"id"` // kept through changes; zero in a new one
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	BirthDate string `json:"birth_date"`
}

// ActorKind says what sort of somebody acts.
type ActorKind string

// Who may act.
const (
	BySystem  ActorKind = "system"  // the program by itself; an import
	ByMember  ActorKind = "member"  // the member, ID is his home
	ByStaff   ActorKind = "staff"   // someone in the admin console
	ByCashier ActorKind = "cashier" // someone at a till
	ByKey     ActorKind = "key"     // a program with an API key
)

// FromTill is the source of what a till's key does, FromSelf that of what a
// member does himself.
const FromTill, FromSelf = "till", "self"

// Actor is who acts and from where.
type Actor struct {
	Kind   ActorKind
	ID     id.ID  // zero where nobody is known
	Source string // FromTill, FromSelf, "admin", "api", "import" …
	Outlet id.ID  // zero: none
}

// AtTill tells whether a till acts, by its own key.
func (a Actor) AtTill() bool { return a.Source == FromTill }
