// Package privacy is what the law gives a person over what is held on him: a
// copy of all of it, and its erasure with an act that proves it.
//
// What is held on a person is said in one table (held): which tables, which of
// their columns, found by what. What is left out is said there too, with the
// reason (notHeld, kept). A test goes through all tables and columns of the
// base, so that a new one can't be forgotten.
package privacy

import (
	"context"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Privacy are the operations on what is held on a person. It is safe for
// concurrent use.
type Privacy struct {
	DB    *db.DB
	IDs   *id.Maker
	Clock clock.Clock
	Desk  *purchase.Desk
	Files Files // nil: there are none
}

// Files are those that wait to be taken in and may name a person.
type Files interface {
	// Naming gives the files that may name somebody by what finds him.
	Naming(ctx context.Context, who []member.Ref) ([]id.ID, error)
	// DropIn forgets what files hold, in the transaction of an erasure.
	DropIn(ctx context.Context, q db.Q, files []id.ID) error
}
