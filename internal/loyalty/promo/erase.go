package promo

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const (
	qEraseOwn   = `update promo_code set state = 'withdrawn' where state = 'active' and home_id <> 0 and `
	qEraseGuest = `update promo_code set guest = '', guest_shown = '', state = case when state = 'active' then 'withdrawn' else state end where guest <> '' and `
)

// Erase withdraws the codes of a person's members, whose homes are locked, and
// takes out of codes the phones and e-mails that he had, which are named by
// what is kept of them.
func Erase(ctx context.Context, q db.Q, homes []home.ID, guests []string) ([]home.Wiped, error) {
	if _, err := q.Exec(ctx, qEraseOwn+q.Dialect().In("home_id", 1), home.Numbers(homes)); err != nil {
		return nil, err
	}
	var n int64
	for _, g := range guests {
		touched, err := q.Exec(ctx, qEraseGuest+`guest = $1`, g)
		if err != nil {
			return nil, err
		}
		n += touched
	}
	return []home.Wiped{{Table: "promo_code", What: []string{"guest", "guest_shown"}, Rows: n}}, nil
}
