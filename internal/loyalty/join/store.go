package join

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
)

// Where a phone may be several members', no key keeps two orders of one
// instant from making two of one person; so they take turns by what they name.
// SQLite has one writer.
const qTurnPG = `select pg_advisory_xact_lock($1)`

// turn waits until no other transaction makes a member by any of these.
func (j *Joins) turn(ctx context.Context, tx *db.Tx, refs []member.Ref) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	turns := make([]int64, 0, len(refs))
	for _, r := range refs {
		hash, err := hex.DecodeString(j.Desk.GuestHash(purchase.Guest(r)))
		if err != nil {
			return err
		}
		turns = append(turns, int64(binary.BigEndian.Uint64(hash))) //nolint:gosec // any number will do
	}
	slices.Sort(turns)
	for _, t := range slices.Compact(turns) {
		if _, err := tx.Exec(ctx, qTurnPG, t); err != nil {
			return err
		}
	}
	return nil
}
