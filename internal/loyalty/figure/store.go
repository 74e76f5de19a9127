package figure

import (
	"kopilka/internal/platform/db"
)

const (
	// One dispatcher at a time, so that events are given their places in one order.
	qTurnPG   = `select pg_advisory_xact_lock($1)`
	qTakePG   = `select home_id, event_id, doc from event order by event_id, home_id limit $1`
	qTakeLite = `select home_id, event_id, doc from event order by rowid limit $1`
	qOldest   = `select coalesce(min(event_id), 0) from event`

	columns = `receipts, member_receipts, gross, discount, paid, money, spent, earned,
 refunds, refunds_whole, refund_gross, refund_discount, refund_paid, refund_money, refund_spent, refund_earned,
 expired, adjusted, opened, gifts, levels`
	qDays   = `select day, outlet_id, programme_id, ` + columns + ` from figure_day order by day, outlet_id, programme_id`
	qEvents = `select doc from event`

	onConflict = ` on conflict (day, outlet_id, programme_id) do update set
 receipts = figure_day.receipts + excluded.receipts, member_receipts = figure_day.member_receipts + excluded.member_receipts,
 gross = figure_day.gross + excluded.gross, discount = figure_day.discount + excluded.discount,
 paid = figure_day.paid + excluded.paid, money = figure_day.money + excluded.money,
 spent = figure_day.spent + excluded.spent, earned = figure_day.earned + excluded.earned,
 refunds = figure_day.refunds + excluded.refunds, refunds_whole = figure_day.refunds_whole + excluded.refunds_whole,
 refund_gross = figure_day.refund_gross + excluded.refund_gross, refund_discount = figure_day.refund_discount + excluded.refund_discount,
 refund_paid = figure_day.refund_paid + excluded.refund_paid, refund_money = figure_day.refund_money + excluded.refund_money,
 refund_spent = figure_day.refund_spent + excluded.refund_spent, refund_earned = figure_day.refund_earned + excluded.refund_earned,
 expired = figure_day.expired + excluded.expired, adjusted = figure_day.adjusted + excluded.adjusted,
 opened = figure_day.opened + excluded.opened, gifts = figure_day.gifts + excluded.gifts,
 levels = figure_day.levels + excluded.levels`
)

// turnLock is what PostgreSQL's dispatchers wait for each other by.
const turnLock = int64(0x6b6f70696c6b62)

var deleteEvent = db.Many{
	PG: `delete from event e using unnest($1::bigint[], $2::bigint[]) as u (home_id, event_id)
 where e.home_id = u.home_id and e.event_id = u.event_id`,
	Lite:  `delete from event where home_id = $1 and event_id = $2`,
	Types: []string{"bigint", "bigint"},
	Exact: true,
}

var addDay = db.Many{
	PG: `insert into figure_day (day, outlet_id, programme_id, ` + columns + `)
 select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
 $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
 $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[])` + onConflict,
	Lite: `insert into figure_day (day, outlet_id, programme_id, ` + columns + `)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)` + onConflict,
	Types: []string{
		"text", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint",
		"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint",
	},
}

// taken is a row of event.
type taken struct{ home, event int64 }

func scanDay(r db.Row) (k Key, s *Sums, err error) {
	s = &Sums{}
	dest := make([]any, 0, 3+int(Columns))
	dest = append(dest, &k.Day, (*int64)(&k.Outlet), (*int64)(&k.Programme))
	for i := range s {
		dest = append(dest, &s[i])
	}
	return k, s, r.Scan(dest...)
}

func dayRow(k Key, s *Sums) []any {
	row := make([]any, 0, 3+int(Columns))
	row = append(row, k.Day, int64(k.Outlet), int64(k.Programme))
	for _, v := range s {
		row = append(row, v)
	}
	return row
}
