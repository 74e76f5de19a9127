// Package reference is what the small shared tables have in common: outlets,
// tills, cashiers, keys, products. They change seldom, are read by every
// purchase and so are held in memory as snapshots (Cache). Each set of them
// has a version in the base that every change moves in its own transaction
// (Bump), so any process learns by one short query whether its snapshot still
// holds. Nothing is deleted: purchases refer to it; it is closed.
package reference

import (
	"context"
	"errors"

	"kopilka/internal/platform/db"
)

// State tells whether a row is in use.
type State string

// The states.
const (
	Active State = "active"
	Closed State = "closed"
)

const (
	qBump = `insert into reference_version (name, version) values ($1, 1)
		on conflict (name) do update set version = reference_version.version + 1 returning version`
	qVersion = `select version from reference_version where name = $1`
)

// Bump moves the set's version and gives the new one. It must come before the
// rows it stands for are written: its lock makes versions commit in order, so
// whoever has seen one has seen all rows up to it.
func Bump(ctx context.Context, q db.Q, set string) (int64, error) {
	var v int64
	err := q.Row(ctx, qBump, set).Scan(&v)
	return v, err
}

// Version is the set's version, 0 before its first change.
func Version(ctx context.Context, q db.Q, set string) (int64, error) {
	var v int64
	err := q.Row(ctx, qVersion, set).Scan(&v)
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	return v, err
}
