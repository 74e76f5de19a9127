package feed

import (
	"context"

	"kopilka/internal/platform/db"
)

// atOnce is how many rows are let go in one transaction.
const atOnce = 1000

// Prune lets go what is older than Keep and tells how many rows it was.
func (f *Feed) Prune(ctx context.Context) (gone int64, err error) {
	before := f.Clock.Now().Add(-f.Keep)
	for {
		var n, last int64
		if err := f.DB.Row(ctx, qOld, atOnce, before).Scan(&last); err != nil || last == 0 {
			return gone, err
		}
		err := f.DB.Write(ctx, func(tx *db.Tx) (err error) {
			// The mark comes first: who reads the rows and then it sees a gap.
			if _, err = tx.Exec(ctx, qGo, last); err != nil {
				return err
			}
			n, err = tx.Exec(ctx, qLet, last)
			return err
		})
		gone += n
		if err != nil || n < atOnce {
			return gone, err
		}
	}
}
