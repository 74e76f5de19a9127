package verify

import (
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
)

const (
	listedAtOnce  = 500
	qMembersAfter = `select home_id from member where home_id > $1 order by home_id limit $2`
)

// lists holds the figures that members' lists go by to accounts and receipts. A
// base whose lists nobody has kept yet has none.
func (r *run) lists() error {
	kept, err := segment.Kept(r.ctx, r.d)
	if err != nil || !kept {
		return err
	}
	programmes := &programme.Programmes{DB: r.d, Clock: clock.System{}}
	switch err := programmes.Refresh(r.ctx); {
	case db.IsUnavailable(err) || r.ctx.Err() != nil:
		return err
	case err != nil:
		return nil //nolint:nilerr // a programme that can't be read is told of by its own invariant
	}
	own := programmes.Current().OwnLevel
	for after, more := home.ID(0), true; more; {
		if err := r.view(func(q *db.Snapshot) error {
			members, err := db.All(r.ctx, q, func(row db.Row) (h home.ID, err error) { return h, row.Scan(&h) }, qMembersAfter, after, listedAtOnce)
			if err != nil || len(members) == 0 {
				more = false
				return err
			}
			after = members[len(members)-1]
			wrong, err := segment.Check(r.ctx, q, members, own)
			for _, w := range wrong {
				r.bad(place{int64(w.Home), 0}, ListFigures, "member_figure", fmt.Sprintf("home_id=%s", w.Home), orNone(w.Found), orNone(w.Wanted))
			}
			r.did("lists", int64(len(members)), func(c *Counts) { c.Listed += int64(len(members)) })
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

func orNone(row string) string {
	if row == "" {
		return "no row"
	}
	return row
}
