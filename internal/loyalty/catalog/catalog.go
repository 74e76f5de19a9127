// Package catalog knows what is sold: products, their types, which decide
// whether points may pay and are earned, and groups, which rules name. A
// product met on a receipt that nobody has entered is kept, not refused: it
// is marked unknown until staff complete it.
//
// Registry changes the catalogue; Index is what the hot path reads, from
// memory. Nothing is deleted, since purchases name it: it is closed.
package catalog

import (
	"errors"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// Set is the name of the version that every change here moves.
const Set = "catalog"

// Limits on how many there may be.
const (
	MaxTypes    = 1_000
	MaxGroups   = 10_000
	MaxProducts = 1_000_000
	MaxOf       = 50  // groups, and barcodes, of one product
	MaxSKU      = 64  // characters
	MaxSeen     = 500 // products that Ensure looks at in one transaction
	MaxFound    = 50  // products that Search gives

	MaxPrice = 1_000_000_000_000 // kopecks; as much as a line of a receipt may cost
)

// Type is a product type, e.g. tickets, bar, goods.
type Type struct {
	ID      id.ID
	Code    string // unique; rules name it
	NameRU  string
	NameEN  string
	Payable bool // points may pay
	Earns   bool // points are earned
	State   reference.State
	Version int64 // of the set when it was last changed
}

// Group is a product group.
type Group struct {
	ID      id.ID
	Code    string // unique
	Name    string
	State   reference.State
	Version int64 // of the set when it was last changed
}

// Product is what a line of a receipt names by its SKU.
type Product struct {
	ID       id.ID
	SKU      string // unique; stays
	Name     string
	TypeID   id.ID // 0: not told yet
	GroupIDs []id.ID
	Barcodes []string     // each of one product only
	Price    money.Amount // of a unit; 0: typed at the till
	Least    money.Amount // least price of a unit; 0: the programme's
	Unknown  bool         // met on a receipt, not yet completed by staff
	State    reference.State
	Version  int64 // of the set when it was last changed
}

// Registry keeps the catalogue.
type Registry struct {
	d   *db.DB
	ids *id.Maker
}

// New makes the registry of a base.
func New(d *db.DB, ids *id.Maker) *Registry { return &Registry{d: d, ids: ids} }

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

func taken(err error, code string) error {
	if errors.Is(err, db.ErrConflict) {
		return fault.Wrap(err, fault.Conflict, "catalog.code-taken", "code", code)
	}
	return err
}
