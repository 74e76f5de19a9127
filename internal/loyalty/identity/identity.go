// Package identity knows who is asking: cashiers, by code and PIN, and
// programs (tills, sites, other systems), by API key.
//
// A key's secret is shown once, when it is made; only its SHA-256 is kept.
// Registry changes cashiers and keys; Keys and Cashiers are what the hot path
// asks, from memory.
package identity

import (
	"errors"
	"slices"
	"strings"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// Names of the versions that changes here move.
const (
	SetCashiers = "cashier"
	SetKeys     = "api_key"
)

// Limits on how many there may be.
const (
	MaxCashiers = 100_000
	MaxKeys     = 200_000
	MaxOutlets  = 1_000 // that one key may be limited to
	MaxRate     = 1_000_000
)

// Scope is one thing that a key may do.
type Scope string

// The scopes. Admin includes all others.
const (
	MembersRead     Scope = "members.read"
	MembersWrite    Scope = "members.write"
	MembersSelf     Scope = "members.self"    // a cabinet's or a site's: that members register themselves
	MembersPrivacy  Scope = "members.privacy" // copies of all that is held on a person, and its erasure
	MembersMerge    Scope = "members.merge"   // that two are one person: all of the one is the other's
	CardsWrite      Scope = "cards.write"
	PurchasesQuote  Scope = "purchases.quote"
	PurchasesWrite  Scope = "purchases.write"
	PurchasesRecord Scope = "purchases.record"
	PurchasesRefund Scope = "purchases.refund"
	PurchasesClaim  Scope = "purchases.claim" // that receipts of nobody's are given to members
	VisitsWrite     Scope = "visits.write"    // a gate's: that tickets were used
	PointsAdjust    Scope = "points.adjust"
	DepositsWrite   Scope = "deposits.write" // members' prepaid money: open, top up, close, pay out
	ReferenceRead   Scope = "reference.read"
	ReferenceWrite  Scope = "reference.write"
	PlaybillWrite   Scope = "playbill.write" // a ticketing system's: halls, events, sessions
	ReportsRead     Scope = "reports.read"
	EventsRead      Scope = "events.read"    // all that happens, in the feed
	WebhooksWrite   Scope = "webhooks.write" // to whom it is sent
	Admin           Scope = "admin"
)

// Scopes lists every scope.
func Scopes() []Scope {
	return []Scope{
		MembersRead, MembersWrite, MembersSelf, MembersPrivacy, MembersMerge, CardsWrite, PurchasesQuote, PurchasesWrite, PurchasesRecord, PurchasesRefund, PurchasesClaim,
		VisitsWrite, PointsAdjust, DepositsWrite, ReferenceRead, ReferenceWrite, PlaybillWrite, ReportsRead, EventsRead, WebhooksWrite, Admin,
	}
}

// TillScopes lists what a till's key may do unless told otherwise: sell, and
// serve the member who buys.
func TillScopes() []Scope {
	return []Scope{
		MembersRead, MembersWrite, CardsWrite, PurchasesQuote, PurchasesWrite, PurchasesRecord, PurchasesRefund, ReferenceRead,
	}
}

// Kind says what sort of asker it is.
type Kind string

// The kinds of asker.
const (
	KindTill         Kind = "till"         // one till's key
	KindOrganization Kind = "organization" // a key for many tills or none
)

// Principal is who is asking. It is shared: its slices must not be changed.
type Principal struct {
	Kind      Kind
	KeyID     id.ID
	TillID    id.ID   // of a till's key, else 0
	OutletIDs []id.ID // where it may act, in order; none: everywhere
	Scopes    []Scope
	Name      string // of the key
	Rate      int64  // requests a minute; 0: as many as any key may make
}

// Can tells whether it may do what the scope names.
func (p Principal) Can(s Scope) bool {
	return slices.Contains(p.Scopes, s) || slices.Contains(p.Scopes, Admin)
}

// Require refuses who may do what none of the scopes names.
func (p Principal) Require(any ...Scope) error {
	if len(any) == 0 || slices.ContainsFunc(any, p.Can) {
		return nil
	}
	return fault.New(fault.Denied, "identity.scope-missing", "scope", listed(any, " / "))
}

func listed(scopes []Scope, between string) string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, between)
}

// At tells whether it may act at the outlet.
func (p Principal) At(outlet id.ID) bool {
	if len(p.OutletIDs) == 0 {
		return p.Kind != KindTill
	}
	_, ok := slices.BinarySearch(p.OutletIDs, outlet)
	return ok
}

// Cashier is a person who works at a till.
type Cashier struct {
	ID       id.ID
	OutletID id.ID  // 0: works at any
	Code     string // unique
	Name     string
	HasPIN   bool // set by SetPIN, not by Save
	State    reference.State
	Version  int64 // of the set when it was last changed
}

// Key is an API key without its secret.
type Key struct {
	ID        id.ID
	TillID    id.ID // 0: of the organization
	OutletIDs []id.ID
	Name      string
	Scopes    []Scope
	Rate      int64 // requests a minute; 0: as many as any key may make (limits.rate)
	State     reference.State
	Created   clock.Micros
	Expires   clock.Micros // 0: never
	UsedDay   string       // UTC day of its last use, YYYY-MM-DD, "" for none
	Version   int64        // of the set when it was last changed
}

// Registry keeps cashiers and keys.
type Registry struct {
	d     *db.DB
	ids   *id.Maker
	clock clock.Clock
	pins  chan struct{} // how many PINs are hashed at once: each takes 19 MiB
}

const pinsAtOnce = 2

// New makes the registry of a base.
func New(d *db.DB, ids *id.Maker, c clock.Clock) *Registry {
	return &Registry{d: d, ids: ids, clock: c, pins: make(chan struct{}, pinsAtOnce)}
}

func unmoved(wanted, there int64) error {
	if wanted != 0 && wanted != there {
		return fault.New(fault.Conflict, "reference.changed")
	}
	return nil
}

func notFound(err error, f *fault.Error) error {
	if errors.Is(err, db.ErrNotFound) {
		return f
	}
	return err
}
