package card

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const qErase = `update card set number = '', block_reason = '', secret_hash = null, totp_salt = null,
 state = case when state in ('new', 'active') then 'blocked' else state end where `

// Erase takes the numbers and secrets out of a person's cards, which are good
// for nothing any more. His homes are locked.
func Erase(ctx context.Context, q db.Q, homes []home.ID) ([]home.Wiped, error) {
	n, err := q.Exec(ctx, qErase+q.Dialect().In("home_id", 1), home.Numbers(homes))
	return []home.Wiped{{Table: "card", What: []string{"number", "secret", "block_reason"}, Rows: n}}, err
}
