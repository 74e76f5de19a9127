// Package playbill knows what is shown where and when: halls with their
// sectors, rows and price zones, events with the terms that their tickets are
// sold on, and sessions, each one showing of an event in a hall.
//
// The codes are those of whatever system sells the tickets; it sends each row
// whole, under its code, as often as it likes (Registry). Codes are compared
// folded, as the rules of a programme compare them. Index is what the hot path
// reads, from memory. Nothing is deleted, since tickets name it: it is closed.
//
// A session that is cancelled, put back or moved is told of in an event, once
// for each time.
package playbill

import (
	"errors"
	"strings"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// Set is the name of the version that every change here moves.
const Set = "playbill"

// Limits on how many there may be, and on what one may have.
const (
	MaxHalls    = 10_000
	MaxEvents   = 100_000
	MaxSessions = 2_000_000
	MaxZones    = 100  // of a hall
	MaxSectors  = 500  // of a hall
	MaxRows     = 500  // of a sector
	MaxSeats    = 5000 // of a row
	MaxCapacity = 1_000_000
	MaxPrices   = 500 // of a session
	MaxBulk     = 500 // rows sent at once
	MaxCode     = 64  // characters
)

// Hall is where sessions are shown: a hall, a stage, a field of an outlet.
type Hall struct {
	ID       id.ID
	Code     string // unique
	OutletID id.ID  // whose it is: its zone says what day a session is on
	Name     string
	Zones    []Zone
	Sectors  []Sector
	State    reference.State
	Version  int64 // of the set when it was last changed
}

// Zone is a price zone.
type Zone struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty"`
}

// Sector is a part of a hall: rows of numbered seats, or general admission of
// so many.
type Sector struct {
	Code     string `json:"code"`
	Name     string `json:"name,omitempty"`
	Zone     string `json:"zone,omitempty"`     // its price zone; "": its rows', or not told
	Capacity int64  `json:"capacity,omitempty"` // of general admission
	Rows     []Row  `json:"rows,omitempty"`
}

// Row is a row of a sector, its seats numbered from First to Last.
type Row struct {
	Code  string `json:"code"`
	First int64  `json:"first"`
	Last  int64  `json:"last"`
	Zone  string `json:"zone,omitempty"` // its price zone; "": the sector's
}

// Event is what is shown: a film, a play, a match.
type Event struct {
	ID         id.ID
	Code       string // unique
	Name       string
	Type       string // e.g. film, concert, match; rules name it
	Group      string
	Age        int // least age: 0, 6, 12, 16, 18 …
	Contractor string
	Contract   string
	Audience   string      // target audience
	VAT        *money.Rate // nil: without
	Pushkin    bool        // Pushkin cards may pay for it
	PushkinID  string      // of it in PRO.Культура
	Memorandum *Memorandum // nil: none
	State      reference.State
	Version    int64 // of the set when it was last changed
}

// Memorandum is a distributor's terms for an event. They hold for sessions on
// days from From to To, both included; one that is "" is open.
type Memorandum struct {
	From        string       `json:"from,omitempty"`
	To          string       `json:"to,omitempty"`
	NoDiscounts bool         `json:"no_discounts,omitempty"`
	NoPoints    bool         `json:"no_points,omitempty"` // none may be spent
	Earns       bool         `json:"earns,omitempty"`     // points may be earned
	Least       money.Amount `json:"least,omitempty"`     // least price of a ticket; 0: none
	Distributor string       `json:"distributor,omitempty"`
	Note        string       `json:"note,omitempty"`
}

// On tells whether the terms hold on a day, YYYY-MM-DD.
func (m *Memorandum) On(day string) bool {
	return m != nil && (m.From == "" || day >= m.From) && (m.To == "" || day <= m.To)
}

// SessionState says what has become of a session.
type SessionState string

// The states.
const (
	OnSale    SessionState = "on_sale"
	Cancelled SessionState = "cancelled" // it will not be, or has not been
	Archived  SessionState = "closed"    // it is over, and kept for its tickets
)

// Session is one showing of an event.
type Session struct {
	ID          id.ID
	Code        string // unique
	Event       string // its code
	Hall        string // its code
	Starts      clock.Micros
	Ends        clock.Micros // 0: not told
	Prices      []Price
	State       SessionState
	CancelledAt clock.Micros // 0: it is not
	Version     int64        // of the set when it was last changed
}

// Price is what a place of a zone costs by a tariff; "" is any of them.
type Price struct {
	Zone   string       `json:"zone,omitempty"`
	Tariff string       `json:"tariff,omitempty"`
	Amount money.Amount `json:"amount"`
}

// Registry keeps halls, events and sessions.
type Registry struct {
	d     *db.DB
	ids   *id.Maker
	clock clock.Clock
}

// New makes the registry of a base.
func New(d *db.DB, ids *id.Maker, c clock.Clock) *Registry { return &Registry{d, ids, c} }

// code trims a code and checks it: whatever another system calls its rows, as
// long as it is one line.
func code(f *reference.Form, path string, v *string) {
	*v = strings.TrimSpace(*v)
	if *v == "" {
		f.Add(fault.Field{Path: path, Code: "reference.missing"})
	} else if !text.Valid(*v, MaxCode) || text.Fold(*v) == "" {
		f.Add(fault.Field{Path: path, Code: "playbill.code-invalid", Args: fault.Pairs("max", MaxCode)})
	}
}

// optional is a code that may be left out.
func optional(f *reference.Form, path string, v *string) {
	if strings.TrimSpace(*v) == "" {
		*v = ""
		return
	}
	code(f, path, v)
}

func unmoved(at string, wanted, there int64) error {
	if wanted != 0 && wanted != there {
		return named(fault.New(fault.Conflict, "reference.changed"), at+"version")
	}
	return nil
}

// named says with a fault which field of which row it is of.
func named(f *fault.Error, path string) *fault.Error { return f.With(f.At(path)) }

// missing says which row there is none of.
func missing(err error, f *fault.Error) error {
	if errors.Is(err, db.ErrNotFound) {
		return f
	}
	return err
}

func noHall(kind fault.Kind, code string) *fault.Error {
	return fault.New(kind, "playbill.hall-not-found", "code", code)
}

func noEvent(kind fault.Kind, code string) *fault.Error {
	return fault.New(kind, "playbill.event-not-found", "code", code)
}

func noSession(code string) *fault.Error {
	return fault.New(fault.NotFound, "playbill.session-not-found", "code", code)
}

func tooMany(most int) *fault.Error {
	return fault.New(fault.TooLarge, "playbill.too-many", "max", most)
}
