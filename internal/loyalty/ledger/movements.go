package ledger

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// maxMovements bounds a part of the list, in rows.
const maxMovements = 500

// Movements lists what moved a home's points, the newest first: those of an
// account or, with 0, of all; before is the seq of the last one already had, 0
// for the beginning. What only chains an operation is left out.
func Movements(ctx context.Context, q db.Q, h home.ID, account id.ID, before int64, limit int) ([]Posting, error) {
	return db.All(ctx, q, scanMovement, qMovements, h, before, account, min(limit, maxMovements))
}

// JournalOf is the home in whose journal an account of a member is written, his
// own or his household's; with 0, those that he uses.
func JournalOf(ctx context.Context, q db.Q, h home.ID, account id.ID) (home.ID, error) {
	j := h
	err := q.Row(ctx, qJournal, h, account).Scan((*int64)(&j))
	if errors.Is(err, db.ErrNotFound) {
		return h, nil // nothing is written in it
	}
	return j, err
}

func scanMovement(r db.Row) (p Posting, err error) {
	err = r.Scan(&p.Seq, (*int64)(&p.Account), (*int64)(&p.Lot), (*int64)(&p.Op), (*string)(&p.Kind), (*string)(&p.Debit), (*string)(&p.Credit),
		(*int64)(&p.Amount), (*int64)(&p.At), (*int64)(&p.WrittenAt))
	return p, err
}
