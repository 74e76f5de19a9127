package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const (
	qBornOn         = `select home_id from member where substr(birth_date, 6) = $1 and home_id > $2 order by home_id limit $3`
	qRelativeBornOn = `select distinct home_id from member_relative where substr(birth_date, 6) = $1 and home_id > $2 order by home_id limit $3`
)

// BornOn lists the homes after one of members whose birthday, or with
// relatives that of one of theirs, is on a day of the year, MM-DD.
func BornOn(ctx context.Context, q db.Q, relatives bool, day string, after home.ID, limit int) ([]home.ID, error) {
	text := qBornOn
	if relatives {
		text = qRelativeBornOn
	}
	return db.All(ctx, q, func(r db.Row) (h home.ID, err error) { return h, r.Scan(&h) }, text, day, after, limit)
}
