package segment

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// figures is a row of member_figure.
type figures struct {
	programme                      int64
	level                          string
	active, pending, earned, spent int64
	purchases, turnover            int64
	first, last                    int64
	visits, consents               int64
	refunds, tickets               int64
	orders, unpaid                 int64
	city, given                    string
	mergedInto, registered         int64
	gone                           bool             // merged or erased
	shared                         bool             // is or was in a household
	levels                         map[int64]string // of his own accounts, by programme
}

// reckoned is what has been worked out of some members.
type reckoned struct {
	of map[home.ID]*figures
}

const (
	qFollow  = `select merged_into from member where merged_into is not null and `
	qFellows = `select o.home_id from household_member x join household_member o on o.household_id = x.household_id where x.left_at is null and o.left_at is null and `

	qPeople = `select home_id, coalesce(merged_into, 0), case when state = 'merged' or erasure_id is not null then 1 else 0 end,
 surname, name, patronymic, address_city, coalesce(registered_outlet, 0) from member where `
	// A household's members use the account in its founder's home. One that was
	// taken over in a merge counts where it went.
	qAccounts = `select h.home_id, a.programme_id, a.level, a.active, a.pending, a.earned, a.spent, a.purchases, a.turnover,
 coalesce(a.first_purchase_at, 0), coalesce(a.last_purchase_at, 0)
 from home h join account a on a.home_id = coalesce(h.account_home, h.home_id) where a.merged_home is null and `
	qAccountsOrder = ` order by h.home_id, a.programme_id`
	qOwnLevels     = `select home_id, programme_id, level from account where merged_home is null and `
	qShared        = `select distinct home_id from household_member where `
	qConsentsOf    = `select home_id, kind, channel, action from consent where `
	qConsentsOrder = ` order by home_id, consent_id`
	// His own, those of whoever was merged into him, and those of receipts that
	// were given to him.
	qVisitsOwn     = `select home_id, count(*) from visit where `
	qVisitsMerged  = `select m.merged_into, count(*) from member m join visit v on v.home_id = m.home_id where `
	qVisitsClaimed = `select p.claimed_by, count(*) from purchase p join visit v on v.home_id = p.home_id and v.purchase_id = p.purchase_id where `
	// What came back and what tickets are left, of the same purchases.
	counted        = `sum(case when p.state <> 'done' then 1 else 0 end), sum(p.tickets) from `
	andCounted     = ` and (p.tickets > 0 or p.state <> 'done')`
	qCountsOwn     = `select p.home_id, ` + counted + `purchase p where `
	qCountsMerged  = `select m.merged_into, ` + counted + `member m join purchase p on p.home_id = m.home_id where `
	qCountsClaimed = `select p.claimed_by, ` + counted + `purchase p where `
	ordered        = `count(*), sum(case when r.state <> 'confirmed' then 1 else 0 end) from `
	qOrdersOwn     = `select r.home_id, ` + ordered + `reservation r where `
	qOrdersMerged  = `select m.merged_into, ` + ordered + `member m join reservation r on r.home_id = m.home_id where `
	byHome         = ` group by 1`
)

// reckon works out the figures of members as they are now: of those that are
// named, of whom they were merged into, and of whoever shares an account with
// them.
func (r *Refresher) reckon(ctx context.Context, q db.Q, named []home.ID) (*reckoned, error) {
	return reckon(ctx, q, named, r.OwnLevel)
}

func reckon(ctx context.Context, q db.Q, named []home.ID, own func(programme id.ID) bool) (*reckoned, error) {
	homes, err := follow(ctx, q, named)
	if err != nil {
		return nil, err
	}
	f := &reckoned{of: map[home.ID]*figures{}}
	b := &db.Batch{}
	f.read(b, q.Dialect(), home.Numbers(homes))
	if err := q.Run(ctx, b); err != nil {
		return nil, err
	}
	for _, h := range slices.Sorted(maps.Keys(f.of)) {
		if v := f.of[h]; v.shared && !v.gone {
			if own != nil && own(id.ID(v.programme)) {
				v.level = v.levels[v.programme]
			}
			if err := v.own(ctx, q, h); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// follow adds whom else a change of some members concerns.
func follow(ctx context.Context, q db.Q, homes []home.ID) ([]home.ID, error) {
	all := map[home.ID]struct{}{}
	for _, h := range homes {
		all[h] = struct{}{}
	}
	add := func(r db.Row) error {
		var h home.ID
		err := r.Scan(&h)
		all[h] = struct{}{}
		return err
	}
	d := q.Dialect()
	for _, text := range []string{qFollow + d.In("home_id", 1), qFellows + d.In("x.home_id", 1)} {
		if err := q.Each(ctx, add, text, home.Numbers(slices.Sorted(maps.Keys(all)))); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(all)), nil
}

func (f *reckoned) read(b *db.Batch, d db.Dialect, homes []int64) {
	b.Each(func(r db.Row) error {
		var h home.ID
		var surname, name, patronymic, city string
		var gone int64
		v := &figures{}
		err := r.Scan(&h, &v.mergedInto, &gone, &surname, &name, &patronymic, &city, &v.registered)
		v.gone, v.city, v.given = gone != 0, text.Fold(city), text.Fold(strings.Join([]string{name, patronymic, surname}, " "))
		f.of[h] = v
		return err
	}, qPeople+d.In("home_id", 1), homes)
	b.Each(f.account, qAccounts+d.In("h.home_id", 1)+qAccountsOrder, homes)
	b.Each(func(r db.Row) error {
		var h home.ID
		var programme int64
		var level string
		err := r.Scan(&h, &programme, &level)
		if v := f.of[h]; v != nil {
			if v.levels == nil {
				v.levels = map[int64]string{}
			}
			v.levels[programme] = level
		}
		return err
	}, qOwnLevels+d.In("home_id", 1), homes)
	b.Each(func(r db.Row) error {
		var h home.ID
		err := r.Scan(&h)
		if v := f.of[h]; v != nil {
			v.shared = true
		}
		return err
	}, qShared+d.In("home_id", 1), homes)
	b.Each(func(r db.Row) error {
		var h home.ID
		var kind member.ConsentKind
		var channel member.ConsentChannel
		var action member.ConsentAction
		err := r.Scan(&h, &kind, &channel, &action)
		if v := f.of[h]; v != nil {
			v.consents &^= consentBit(kind, channel)
			if action == member.Granted {
				v.consents |= consentBit(kind, channel)
			}
		}
		return err
	}, qConsentsOf+d.In("home_id", 1)+qConsentsOrder, homes)
	f.counts(b, d, homes)
}

// counts adds what is counted in rows of a member's and of those who were merged into
// him.
func (f *reckoned) counts(b *db.Batch, d db.Dialect, homes []int64) {
	add := func(text string, to func(v *figures) [2]*int64) {
		b.Each(func(r db.Row) error {
			var h home.ID
			var n [2]int64
			err := r.Scan(&h, &n[0], &n[1])
			if v := f.of[h]; v != nil {
				for i, at := range to(v) {
					*at += n[i]
				}
			}
			return err
		}, text+byHome, homes)
	}
	back := func(v *figures) [2]*int64 { return [2]*int64{&v.refunds, &v.tickets} }
	add(qCountsOwn+d.In("p.home_id", 1)+andCounted, back)
	add(qCountsMerged+d.In("m.merged_into", 1)+andCounted, back)
	add(qCountsClaimed+d.In("p.claimed_by", 1)+andCounted, back)
	orders := func(v *figures) [2]*int64 { return [2]*int64{&v.orders, &v.unpaid} }
	add(qOrdersOwn+d.In("r.home_id", 1), orders)
	add(qOrdersMerged+d.In("m.merged_into", 1), orders)
	for _, text := range []string{
		qVisitsOwn + d.In("home_id", 1) + byHome, qVisitsMerged + d.In("m.merged_into", 1) + byHome, qVisitsClaimed + d.In("p.claimed_by", 1) + byHome,
	} {
		b.Each(func(r db.Row) error {
			var h home.ID
			var n int64
			err := r.Scan(&h, &n)
			if v := f.of[h]; v != nil {
				v.visits += n
			}
			return err
		}, text, homes)
	}
}

// account adds what an account holds; the first is of the oldest programme.
func (f *reckoned) account(r db.Row) error {
	var h home.ID
	var a figures
	if err := r.Scan(&h, &a.programme, &a.level, &a.active, &a.pending, &a.earned, &a.spent, &a.purchases, &a.turnover, &a.first, &a.last); err != nil {
		return err
	}
	v := f.of[h]
	if v == nil {
		return nil
	}
	if v.programme == 0 {
		v.programme, v.level = a.programme, a.level
	}
	v.active += a.active
	v.pending += a.pending
	v.earned += a.earned
	v.spent += a.spent
	v.purchases += a.purchases
	v.turnover += a.turnover
	v.last = max(v.last, a.last)
	if v.first == 0 || a.first != 0 && a.first < v.first {
		v.first = a.first
	}
	return nil
}

// own takes what a member has bought himself from his receipts: the account
// that he uses or used has what others of his household bought too.
func (v *figures) own(ctx context.Context, q db.Q, h home.ID) error {
	m, err := figure.OfMember(ctx, q, figure.MemberQuery{Home: h})
	if err != nil {
		return err
	}
	t := &m.Totals
	v.purchases, v.turnover = t[figure.Receipts]-t[figure.RefundsWhole], t[figure.Money]-t[figure.RefundMoney]
	v.first, v.last = int64(m.First), int64(m.Last)
	return nil
}

var putFigures = db.Many{
	PG: `insert into member_figure (` + figureColumns + `) select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[],
 $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::text[], $20::bytea[])` + figuresAgain,
	Lite: `insert into member_figure (` + figureColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)` + figuresAgain,
	Types: []string{
		"bigint", "bigint", "text", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint",
		"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "bytea",
	},
}

const (
	figureColumns = `home_id, programme_id, level, active, pending, earned, spent, purchases, turnover, average, first_purchase_at, last_purchase_at,
 visits, refunds, tickets, orders, orders_unpaid, consents, city_folded, given_folded`
	figuresAgain = ` on conflict (home_id) do update set programme_id = excluded.programme_id, level = excluded.level, active = excluded.active, pending = excluded.pending, earned = excluded.earned, spent = excluded.spent,
 purchases = excluded.purchases, turnover = excluded.turnover, average = excluded.average, first_purchase_at = excluded.first_purchase_at, last_purchase_at = excluded.last_purchase_at, visits = excluded.visits,
 refunds = excluded.refunds, tickets = excluded.tickets, orders = excluded.orders, orders_unpaid = excluded.orders_unpaid, consents = excluded.consents, city_folded = excluded.city_folded,
 given_folded = excluded.given_folded`
)

var dropFigures = db.Many{
	PG: `delete from member_figure where home_id = any($1::bigint[])`, Lite: `delete from member_figure where home_id = $1`, Types: []string{"bigint"},
}

var putOutlet = db.Many{
	PG:    `insert into member_outlet (home_id, outlet_id) select * from unnest($1::bigint[], $2::bigint[]) on conflict do nothing`,
	Lite:  `insert into member_outlet (home_id, outlet_id) values ($1, $2) on conflict do nothing`,
	Types: []string{"bigint", "bigint"},
}

var moveOutlets = db.Many{
	PG: `insert into member_outlet (home_id, outlet_id) select u.into_id, o.outlet_id from unnest($1::bigint[], $2::bigint[]) as u (into_id, from_id)
 join member_outlet o on o.home_id = u.from_id on conflict do nothing`,
	Lite:  `insert into member_outlet (home_id, outlet_id) select $1, outlet_id from member_outlet where home_id = $2 on conflict do nothing`,
	Types: []string{"bigint", "bigint"},
}

var dropOutlets = db.Many{
	PG: `delete from member_outlet where home_id = any($1::bigint[])`, Lite: `delete from member_outlet where home_id = $1`, Types: []string{"bigint"},
}

// write stores what was worked out of s, and takes s away.
func (f *reckoned) write(ctx context.Context, tx *db.Tx, s *stale) error {
	b := &db.Batch{}
	done := deleteStale.Of()
	for _, row := range s.rows {
		done.Add(row)
	}
	b.Many(done)
	f.put(b)
	at := putOutlet.Of()
	for t := range s.members {
		if v := f.of[t.Home]; t.Outlet != 0 && v != nil {
			if h := v.lives(t.Home); h != 0 {
				at.Add(int64(h), int64(t.Outlet))
			}
		}
	}
	b.Many(at)
	f.move(b)
	return tx.Run(ctx, b)
}

// lives is the member that one's figures are of: himself, or whom he was merged
// into; 0: nobody.
func (v *figures) lives(h home.ID) home.ID {
	switch {
	case v.mergedInto != 0:
		return home.ID(v.mergedInto)
	case v.gone:
		return 0
	}
	return h
}

// row is the row of a member, in the order of figureColumns.
func (v *figures) row(h home.ID) []any {
	average := int64(0)
	if v.purchases > 0 {
		average, _ = money.MulDiv(v.turnover, 1, v.purchases, money.HalfUp)
	}
	return []any{
		int64(h), v.programme, v.level, v.active, v.pending, v.earned, v.spent, v.purchases, v.turnover, average, v.first, v.last,
		v.visits, v.refunds, v.tickets, v.orders, v.unpaid, v.consents, v.city, []byte(v.given),
	}
}

// put adds the rows of who is there.
func (f *reckoned) put(b *db.Batch) {
	put, drop, at := putFigures.Of(), dropFigures.Of(), putOutlet.Of()
	for _, h := range slices.Sorted(maps.Keys(f.of)) {
		v := f.of[h]
		if v.gone {
			drop.Add(int64(h))
			continue
		}
		put.Add(v.row(h)...)
		if v.registered != 0 {
			at.Add(int64(h), v.registered)
		}
	}
	b.Many(put)
	b.Many(drop)
	b.Many(at)
}

// move gives the outlets of who was merged to whom he was merged into, and
// takes away those of who is gone.
func (f *reckoned) move(b *db.Batch) {
	move, drop := moveOutlets.Of(), dropOutlets.Of()
	for _, h := range slices.Sorted(maps.Keys(f.of)) {
		v := f.of[h]
		if !v.gone {
			continue
		}
		if into := f.of[home.ID(v.mergedInto)]; into != nil && !into.gone {
			move.Add(v.mergedInto, int64(h))
		}
		drop.Add(int64(h))
	}
	b.Many(move)
	b.Many(drop)
}

// Erase takes what lists know of a person out of the base at once.
func Erase(ctx context.Context, q db.Q, homes []home.ID) ([]home.Wiped, error) {
	out := []home.Wiped{{Table: "member_figure"}, {Table: "member_outlet"}}
	for i := range out {
		n, err := q.Exec(ctx, "delete from "+out[i].Table+" where "+q.Dialect().In("home_id", 1), home.Numbers(homes))
		if err != nil {
			return nil, err
		}
		out[i].Rows = n
	}
	return out, nil
}
