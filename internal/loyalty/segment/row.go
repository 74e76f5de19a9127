package segment

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// seen is what is read of a member to show him.
type seen struct {
	Row
	today                          time.Time
	identifiers                    map[member.Kind]string
	proven                         map[member.Kind]bool
	groups, tags                   []string
	cardTypes, cardStates          []string
	postcode                       string
	deposits                       bool // one is open
	deposit                        int64
	custom                         map[string]string
	born, sex, language, city      string
	comment, source                string
	category, outlet, household    int64
	registered, first, last        int64
	active, pending, earned, spent int64
	purchases, turnover, average   int64
	visits, consents               int64
	refunds, tickets               int64
	orders, unpaid                 int64
}

const (
	qSeen = `select m.home_id, m.number, m.state, m.surname, m.name, m.patronymic, m.birth_date, m.sex, m.language, m.address_city, m.address_postcode, m.comment,
 coalesce(m.category_id, 0), m.custom, m.registered_at, m.registered_source, coalesce(m.registered_outlet, 0),
 coalesce((select x.household_id from household_member x where x.home_id = m.home_id and x.left_at is null), 0),
 coalesce(f.level, ''), coalesce(f.active, 0), coalesce(f.pending, 0), coalesce(f.earned, 0), coalesce(f.spent, 0), coalesce(f.purchases, 0),
 coalesce(f.turnover, 0), coalesce(f.average, 0), coalesce(f.visits, 0), coalesce(f.first_purchase_at, 0), coalesce(f.last_purchase_at, 0), coalesce(f.consents, 0),
 coalesce(f.refunds, 0), coalesce(f.tickets, 0), coalesce(f.orders, 0), coalesce(f.orders_unpaid, 0)
 from member m left join member_figure f on f.home_id = m.home_id where `
	// The main one of each kind, else the oldest that serves. Of which kinds they
	// are is looked at afterwards: SQLite would go through all of a kind.
	qSeenIdentifiers = `select home_id, kind, value, proven_at from identifier where state = 'active' and `
	qSeenOrder       = ` order by main desc, added_at, value`
	qSeenGroups      = `select x.home_id, g.group_id from member_in_group x join member_group g on g.group_id = x.group_id where `
	qSeenGroupsOrder = ` order by g.name_folded`
	qSeenTags        = `select home_id, tag from member_tag where `
	qSeenTagsOrder   = ` order by tag_folded`
	qSeenCardTypes   = `select x.home_id, t.card_type_id from card x join card_type t on t.card_type_id = x.card_type_id where x.state = 'active' and `
	qSeenTypesOrder  = ` group by x.home_id, t.card_type_id, t.name order by t.name`
	qSeenCardStates  = `select distinct home_id, state from card where `
	qSeenStatesOrder = ` order by state`
	qSeenDeposits    = `select home_id, balance from deposit where closed_at is null and `
)

func (r *seen) scan(row db.Row) error {
	var surname, name, patronymic, custom string
	err := row.Scan(&r.Home, &r.Number, &r.State, &surname, &name, &patronymic, &r.born, &r.sex, &r.language, &r.city, &r.postcode, &r.comment,
		&r.category, &custom, &r.registered, &r.source, &r.outlet, &r.household,
		&r.Level, &r.active, &r.pending, &r.earned, &r.spent, &r.purchases, &r.turnover, &r.average, &r.visits, &r.first, &r.last, &r.consents,
		&r.refunds, &r.tickets, &r.orders, &r.unpaid)
	if err != nil {
		return err
	}
	r.Name = strings.Join(strings.Fields(surname+" "+name+" "+patronymic), " ")
	return json.Unmarshal([]byte(custom), &r.custom)
}

// readRows reads what is shown of members, in the order of their places.
func readRows(ctx context.Context, q db.Q, places []place, columns []Field, today time.Time) ([]Row, error) {
	if len(places) == 0 {
		return nil, nil
	}
	homes := make([]int64, len(places))
	for i := range places {
		homes[i] = int64(places[i].home)
	}
	all := make(map[home.ID]*seen, len(places))
	d := q.Dialect()
	b := &db.Batch{}
	b.Each(func(row db.Row) error {
		r := &seen{today: today, identifiers: map[member.Kind]string{}, proven: map[member.Kind]bool{}}
		err := r.scan(row)
		all[r.Home] = r
		return err
	}, qSeen+d.In("m.home_id", 1), homes)
	b.Each(func(row db.Row) error {
		var h home.ID
		var kind member.Kind
		var value string
		var proven int64
		err := row.Scan(&h, &kind, &value, &proven)
		if r := all[h]; r != nil {
			r.identifiers[kind] = cmp.Or(r.identifiers[kind], value)
			r.proven[kind] = r.proven[kind] || proven > 0
		}
		return err
	}, qSeenIdentifiers+d.In("home_id", 1)+qSeenOrder, homes)
	for _, f := range columns {
		switch f.Code {
		case "groups":
			eachOf(b, all, func(r *seen, i id.ID) { r.groups = append(r.groups, i.String()) }, qSeenGroups+d.In("x.home_id", 1)+qSeenGroupsOrder, homes)
		case "tags":
			eachOf(b, all, func(r *seen, tag string) { r.tags = append(r.tags, tag) }, qSeenTags+d.In("home_id", 1)+qSeenTagsOrder, homes)
		case "card_types":
			eachOf(b, all, func(r *seen, i id.ID) { r.cardTypes = append(r.cardTypes, i.String()) }, qSeenCardTypes+d.In("x.home_id", 1)+qSeenTypesOrder, homes)
		case "card_states":
			eachOf(b, all, func(r *seen, state string) { r.cardStates = append(r.cardStates, state) }, qSeenCardStates+d.In("home_id", 1)+qSeenStatesOrder, homes)
		case "deposit":
			eachOf(b, all, func(r *seen, balance int64) { r.deposit = balance }, qSeenDeposits+d.In("home_id", 1), homes)
		case "has_deposit":
			eachOf(b, all, func(r *seen, _ int64) { r.deposits = true }, qSeenDeposits+d.In("home_id", 1), homes)
		}
	}
	if err := q.Run(ctx, b); err != nil {
		return nil, err
	}
	out := make([]Row, 0, len(places))
	for i := range places {
		if r := all[places[i].home]; r != nil {
			out = append(out, r.row(columns))
		}
	}
	return out, nil
}

// eachOf reads rows of a home and something, in their order.
func eachOf[T any](b *db.Batch, all map[home.ID]*seen, add func(*seen, T), text string, args ...any) {
	b.Each(func(row db.Row) error {
		var h home.ID
		var v T
		err := row.Scan(&h, &v)
		if r := all[h]; r != nil {
			add(r, v)
		}
		return err
	}, text, args...)
}

func (r *seen) row(columns []Field) Row {
	out := r.Row
	out.Phone = r.identifiers[member.Phone]
	r.identifiers[member.Number] = r.Number
	for i := range columns {
		out.Values = append(out.Values, columns[i].show(r))
	}
	return out
}

func idText(i int64) string {
	if i == 0 {
		return ""
	}
	return strconv.FormatInt(i, 10)
}

func showHousehold(r *seen) Value { return yesNo(r.household != 0) }

func yesNo(yes bool) Value { return Value{Kind: YesNo, Text: strconv.FormatBool(yes)} }

func showBirthday(r *seen) Value {
	v := Value{Kind: Birthday}
	if len(r.born) == len(time.DateOnly) {
		v.Text = r.born[len("2006-"):]
	}
	return v
}

// showAge tells full years, and nothing where the birth date is not known.
func showAge(r *seen) Value {
	born, err := time.Parse(time.DateOnly, r.born)
	if err != nil {
		return Value{Kind: Text}
	}
	years := r.today.Year() - born.Year()
	if r.today.Format("01-02") < born.Format("01-02") {
		years--
	}
	return Value{Kind: Number, Int: int64(years)}
}

// today is the midnight at which the zone's day began.
func (l *Lists) today() time.Time {
	zone := l.zone()
	y, m, d := l.Clock.Now().In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}
