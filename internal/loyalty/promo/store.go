package promo

import (
	"kopilka/internal/platform/db"
)

const (
	columns = `code, programme_id, campaign, home_id, guest, guest_shown, state, made_at, made_by, op_id, expires, used_at, used_home, used_op, held_by, held_until`

	// As a buyer's: a code of who was merged into another is that one's.
	whose = `code, programme_id, campaign, coalesce((select m.merged_into from member m where m.home_id = promo_code.home_id), home_id),
 guest, guest_shown, state, made_at, made_by, op_id, expires, used_at, used_home, used_op, held_by, held_until`

	qGet          = `select ` + columns + ` from promo_code where code = $1`
	qKnownOf      = `select code from promo_code where `
	qHomesOf      = `select home_id from home where `
	qWithdrawMade = `update promo_code set state = 'withdrawn' where programme_id = $1 and made_at = $2 and campaign = $3 and state = 'active'`
	qActiveMade   = `select campaign, count(*) from promo_code where programme_id = $1 and made_at = $2 and state = 'active' group by campaign order by campaign`
	qWithdraw     = `update promo_code set state = 'withdrawn' where code = $1 and state = 'active'`
)

func scan(r db.Row) (c Code, err error) {
	return c, r.Scan(&c.Code, &c.Programme, &c.Campaign, &c.Home, &c.Guest, &c.Shown, &c.State, &c.MadeAt, &c.MadeBy, &c.Op, &c.Expires, &c.UsedAt, &c.UsedHome, &c.UsedOp, &c.HeldBy, &c.HeldUntil)
}

// Insert adds codes: code, programme, campaign, home, guest and what is shown of
// it, time, who, purchase, last day.
var Insert = db.Many{
	PG: `insert into promo_code (code, programme_id, campaign, home_id, guest, guest_shown, state, made_at, made_by, op_id, expires, used_at, used_home, used_op, held_by, held_until)
 select c, p, g, h, x, y, 'active', t, b, o, e, 0, 0, 0, 0, 0
 from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::bigint[], $10::text[]) as u (c, p, g, h, x, y, t, b, o, e)`,
	Lite: `insert into promo_code (code, programme_id, campaign, home_id, guest, guest_shown, state, made_at, made_by, op_id, expires, used_at, used_home, used_op, held_by, held_until)
 values ($1, $2, $3, $4, $5, $6, 'active', $7, $8, $9, $10, 0, 0, 0, 0, 0)`,
	Types: []string{"text", "bigint", "text", "bigint", "text", "text", "bigint", "text", "bigint", "text"},
	Exact: true,
}

// Use makes purchases use codes that are active: code, time, home, purchase.
var Use = db.Many{
	PG: `update promo_code p set state = 'used', used_at = u.at, used_home = u.home, used_op = u.op
 from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as u (code, at, home, op) where p.code = u.code and p.state = 'active'`,
	Lite:  `update promo_code set state = 'used', used_at = $2, used_home = $3, used_op = $4 where code = $1 and state = 'active'`,
	Types: []string{"text", "bigint", "bigint", "bigint"},
	Exact: true,
}

// Hold keeps codes for reservations, or lets them go: code, reservation, until.
var Hold = db.Many{
	PG:    `update promo_code p set held_by = u.op, held_until = u.until from unnest($1::text[], $2::bigint[], $3::bigint[]) as u (code, op, until) where p.code = u.code`,
	Lite:  `update promo_code set held_by = $2, held_until = $3 where code = $1`,
	Types: []string{"text", "bigint", "bigint"},
	Exact: true,
}

// Return gives codes back that a purchase has used: code, purchase.
var Return = db.Many{
	PG: `update promo_code p set state = 'active', used_at = 0, used_home = 0, used_op = 0
 from unnest($1::text[], $2::bigint[]) as u (code, op) where p.code = u.code and p.state = 'used' and p.used_op = u.op`,
	Lite:  `update promo_code set state = 'active', used_at = 0, used_home = 0, used_op = 0 where code = $1 and state = 'used' and used_op = $2`,
	Types: []string{"text", "bigint"},
	Exact: true,
}

// Withdraw withdraws codes that are active: code.
var Withdraw = db.Many{
	PG:    `update promo_code p set state = 'withdrawn' from unnest($1::text[]) as u (code) where p.code = u.code and p.state = 'active'`,
	Lite:  qWithdraw,
	Types: []string{"text"},
	Exact: true,
}

// Find adds to a batch what reads the rows of codes; codes that were not given
// out have none.
func Find(b *db.Batch, d db.Dialect, codes []string, into map[string]*Code) {
	read(b, d, codes, into, "")
}

// Lock does the same and locks the rows, in the order of codes.
func Lock(b *db.Batch, d db.Dialect, codes []string, into map[string]*Code) {
	if d == db.Postgres {
		read(b, d, codes, into, " order by code for update")
		return
	}
	read(b, d, codes, into, "")
}

func read(b *db.Batch, d db.Dialect, codes []string, into map[string]*Code, how string) {
	b.Each(func(r db.Row) error {
		c, err := scan(r)
		into[c.Code] = &c
		return err
	}, `select `+whose+` from promo_code where `+d.In("code", 1)+how, codes)
}
