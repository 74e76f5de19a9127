// Package partner knows who sells where: partners own outlets, outlets have
// tills. An outlet's zone and its day cut-over make the business day that
// everything sold there belongs to.
//
// Registry changes these; Directory is what the hot path reads: an immutable
// snapshot in memory. None is ever deleted, since purchases name them: it is
// closed.
package partner

import (
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/setting"
)

// Set is the name of the version that every change here moves.
const Set = "partner"

// DefaultCutover is when an outlet's business day begins unless told
// otherwise, in minutes after midnight: 04:00.
const DefaultCutover = 240

// Settings is the table of an outlet's settings.
var Settings = setting.Of("outlet",
	setting.OfMinutes("day_cutover", func(o *Outlet) *int { return &o.Cutover }, DefaultCutover),
)

// Limits on how many there may be; all of them are held in memory.
const (
	MaxPartners = 10_000
	MaxOutlets  = 20_000
	MaxTills    = 100_000
)

// Partner is an organization of a coalition that owns outlets.
type Partner struct {
	ID      id.ID
	Code    string // unique
	Name    string
	State   reference.State
	Version int64 // of the set when it was last changed
}

// Outlet is one shop, cinema, box office or site that sells.
type Outlet struct {
	ID        id.ID
	PartnerID id.ID
	Code      string // unique
	Name      string
	Zone      string // IANA name, e.g. Asia/Yekaterinburg
	Cutover   int    // minutes after midnight when its business day begins, 0 to 1439
	Address   string
	State     reference.State
	Version   int64 // of the set when it was last changed

	zone *time.Location
}

// Till is one till, terminal or sales site of an outlet.
type Till struct {
	ID       id.ID
	OutletID id.ID
	Code     string // unique in its outlet
	Name     string
	State    reference.State
	Version  int64 // of the set when it was last changed
}

// Place is a till with all that it belongs to.
type Place struct {
	Partner Partner
	Outlet  Outlet
	Till    Till
}

// Open tells whether the till, its outlet and its partner are all in use.
func (p Place) Open() bool {
	return p.Till.State == reference.Active && p.Outlet.State == reference.Active && p.Partner.State == reference.Active
}

// Registry keeps partners, outlets and tills.
type Registry struct {
	d   *db.DB
	ids *id.Maker
}

// New makes the registry of a base.
func New(d *db.DB, ids *id.Maker) *Registry { return &Registry{d: d, ids: ids} }

// BusinessDay gives the business day (YYYY-MM-DD) that at falls on in the
// outlet's zone: the calendar day, or the one before until the cut-over.
func (o Outlet) BusinessDay(at clock.Micros) string { return o.Moment(at).Day }
