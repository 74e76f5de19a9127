package figure

import (
	"fmt"
	"strings"

	"kopilka/internal/platform/db"
)

const (
	// One dispatcher at a time, so that events are given their places in one order.
	qTurnPG   = `select pg_advisory_xact_lock($1)`
	qTakePG   = `select home_id, event_id, doc from event order by event_id, home_id limit $1`
	qTakeLite = `select home_id, event_id, doc from event order by rowid limit $1`
	qOldest   = `select coalesce(min(event_id), 0) from event`
	qEvents   = `select doc from event`
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

// The three tables, and what adds rows to each.
var (
	days      = sumsTable{"figure_day", nil, columnNames[:]}
	cashiers  = sumsTable{"figure_cashier", []keyColumn{{"cashier_id", "bigint"}}, columnNames[:OfReceipts]}
	campaigns = sumsTable{"figure_campaign", []keyColumn{{"campaign", "text"}}, campaignNames[:]}

	addDay, addCashier, addCampaign = days.add(), cashiers.add(), campaigns.add()
	qDays, qCashiers, qCampaigns    = days.all(), cashiers.all(), campaigns.all()
)

// sumsTable is a table of sums by day, outlet, programme and maybe more.
type sumsTable struct {
	name string
	more []keyColumn
	sums []string
}

type keyColumn struct{ name, kind string }

func (t sumsTable) keys() []keyColumn {
	return append([]keyColumn{{"day", "text"}, {"outlet_id", "bigint"}, {"programme_id", "bigint"}}, t.more...)
}

func (t sumsTable) keyNames() string {
	var names []string
	for _, k := range t.keys() {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

// all reads every row in the order of keys.
func (t sumsTable) all() string {
	return "select " + t.keyNames() + ", " + strings.Join(t.sums, ", ") + " from " + t.name + " order by " + t.keyNames()
}

// add adds sums to the rows of their keys.
func (t sumsTable) add() db.Many {
	columns := t.keys()
	var sets []string
	for _, s := range t.sums {
		columns = append(columns, keyColumn{s, "bigint"})
		sets = append(sets, s+" = "+t.name+"."+s+" + excluded."+s)
	}
	into := "insert into " + t.name + " (" + t.keyNames() + ", " + strings.Join(t.sums, ", ") + ") "
	onConflict := " on conflict (" + t.keyNames() + ") do update set " + strings.Join(sets, ", ")
	var arrays, values, types []string
	for i, c := range columns {
		values = append(values, fmt.Sprintf("$%d", i+1))
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", i+1, c.kind))
		types = append(types, c.kind)
	}
	return db.Many{
		PG:    into + "select * from unnest(" + strings.Join(arrays, ", ") + ")" + onConflict,
		Lite:  into + "values (" + strings.Join(values, ", ") + ")" + onConflict,
		Types: types,
	}
}

// taken is a row of event.
type taken struct{ home, event int64 }

// scanned reads the key and the sums of a row; more is what its key has beside
// the day's.
func scanned(r db.Row, k *Key, sums []int64, more ...any) error {
	dest := append(make([]any, 0, 4+len(sums)), &k.Day, (*int64)(&k.Outlet), (*int64)(&k.Programme))
	dest = append(dest, more...)
	for i := range sums {
		dest = append(dest, &sums[i])
	}
	return r.Scan(dest...)
}

func scanDay(r db.Row) (k Key, s Sums, err error) { return k, s, scanned(r, &k, s[:]) }

func scanCashier(r db.Row) (k CashierKey, s Sums, err error) {
	return k, s, scanned(r, &k.Key, s[:OfReceipts], (*int64)(&k.Cashier))
}

func scanCampaign(r db.Row) (k CampaignKey, s CampaignSums, err error) {
	return k, s, scanned(r, &k.Key, s[:], &k.Campaign)
}

// rowOf is a row as it is written.
func rowOf(k Key, sums []int64, more ...any) []any {
	row := append(make([]any, 0, 4+len(sums)), k.Day, int64(k.Outlet), int64(k.Programme))
	row = append(row, more...)
	for _, v := range sums {
		row = append(row, v)
	}
	return row
}
