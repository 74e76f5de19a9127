package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const qMakeHome = `insert into home (home_id, kind, version, seq, head) values ($1, $2, 0, 0, $3)`

// MakeHome makes the home of a new member, with an empty journal.
func MakeHome(ctx context.Context, q db.Q, h home.ID) error {
	_, err := q.Exec(ctx, qMakeHome, h, h.Kind(), []byte{})
	return err
}
