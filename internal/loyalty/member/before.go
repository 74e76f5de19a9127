package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

// Who was closed keeps his identifiers, turned off.
const (
	beforeText = `from identifier i join identifier o on o.kind = i.kind and o.value = i.value
where i.kind in ('phone', 'email') and o.home_id <> i.home_id and o.member_state in ('closed', 'merged') and i.home_id `
	// And those who had been merged into them.
	qBefore = `select o.home_id ` + beforeText + `= $1
 union select x.home_id from member x where x.merged_into in (select o.home_id ` + beforeText + `= $1) order by 1`
	beforeAmong  = beforeText + `> $1 and i.home_id <= $2`
	qBeforeAmong = `select i.home_id, o.home_id ` + beforeAmong + `
 union select w.h, x.home_id from member x join (select i.home_id as h, o.home_id as o ` + beforeAmong + `) w on x.merged_into = w.o order by 1, 2`
)

const (
	qHimself      = `select count(*) from member where home_id = $1 and registered_source = '` + FromSelf + `'`
	qHimselfAmong = `select home_id from member where home_id > $1 and home_id <= $2 and registered_source = '` + FromSelf + `'`
)

// Himself tells whether a member registered himself.
func Himself(ctx context.Context, q db.Q, h home.ID) (bool, error) {
	var n int64
	err := q.Row(ctx, qHimself, h).Scan(&n)
	return n > 0, err
}

// HimselfAmong adds to a batch what reads who, after one home up to another,
// registered himself.
func HimselfAmong(b *db.Batch, after, upTo home.ID, found func(home.ID)) {
	b.Each(func(r db.Row) error {
		var h home.ID
		err := r.Scan(&h)
		found(h)
		return err
	}, qHimselfAmong, after, upTo)
}

// Before gives the members who have left and had a phone or e-mail that a
// member has now: he is taken for the same person come back.
func Before(ctx context.Context, q db.Q, h home.ID) ([]home.ID, error) {
	return db.All(ctx, q, func(r db.Row) (o home.ID, err error) { return o, r.Scan(&o) }, qBefore, h)
}

// BeforeAmong adds to a batch what reads the same of all members after one home
// up to another.
func BeforeAmong(b *db.Batch, after, upTo home.ID, found func(h, before home.ID)) {
	b.Each(func(r db.Row) error {
		var h, before home.ID
		err := r.Scan(&h, &before)
		found(h, before)
		return err
	}, qBeforeAmong, after, upTo)
}
