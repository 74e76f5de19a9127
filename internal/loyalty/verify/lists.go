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
	listedPerView = 100_000 // what waits to be worked out is read once in each
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
			check := segment.Checker{Q: q, Own: own}
			for n := 0; n < listedPerView && more; n += listedAtOnce {
				if after, more, err = r.listed(q, &check, after); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// listed checks a page of members after one, and gives its last one; more: there
// may be others after him.
func (r *run) listed(q *db.Snapshot, check *segment.Checker, after home.ID) (last home.ID, more bool, err error) {
	members, err := db.All(r.ctx, q, func(row db.Row) (h home.ID, err error) { return h, row.Scan(&h) }, qMembersAfter, after, listedAtOnce)
	if err != nil || len(members) == 0 {
		return after, false, err
	}
	wrong, err := check.Check(r.ctx, members)
	for _, w := range wrong {
		r.bad(place{int64(w.Home), 0}, ListFigures, "member_figure", fmt.Sprintf("home_id=%s", w.Home), orNone(w.Found), orNone(w.Wanted))
	}
	r.did("lists", int64(len(members)), func(c *Counts) { c.Listed += int64(len(members)) })
	return members[len(members)-1], true, err
}

func orNone(row string) string {
	if row == "" {
		return "no row"
	}
	return row
}
