package card

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const qTake = `update card set home_id = $2 where home_id = $1`

// Take makes a member's cards another's, whose homes are both locked, and tells
// how many they were. What finds them is the members' affair.
func Take(ctx context.Context, q db.Q, from, into home.ID) (int64, error) {
	return q.Exec(ctx, qTake, from, into)
}
