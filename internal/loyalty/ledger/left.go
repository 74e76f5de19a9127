package ledger

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const (
	qLeft     = `select cast(coalesce(sum(active + pending + held), 0) as bigint) from account where home_id = $1`
	qGiftText = `select count(*) from account where programme_id = $2 and (gifts & $3) <> 0 and home_id `
	qGiftPG   = qGiftText + `= any($1)`
	qGiftLite = qGiftText + `in (select value from json_each($1))`
)

// Left tells how many points a home's accounts have, those not yet active, those held and
// those whose end is due but not yet written too.
func Left(ctx context.Context, q db.Q, h home.ID) (n money.Points, err error) {
	return n, q.Row(ctx, qLeft, h).Scan(&n)
}

// HadGift tells whether any of the homes was given a programme's gift.
func HadGift(ctx context.Context, q db.Q, homes []home.ID, programme id.ID, gift Gift) (bool, error) {
	ids := make([]int64, len(homes))
	for i, h := range homes {
		ids[i] = int64(h)
	}
	text := qGiftLite
	if q.Dialect() == db.Postgres {
		text = qGiftPG
	}
	var n int64
	err := q.Row(ctx, text, ids, programme, int64(gift)).Scan(&n)
	return n > 0, err
}
