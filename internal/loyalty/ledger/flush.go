package ledger

import (
	"slices"

	"kopilka/internal/platform/db"
)

var insertHome = db.Many{
	PG: `insert into home (home_id, kind, version, seq, head)
 select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bytea[])`,
	Lite:  `insert into home (home_id, kind, version, seq, head) values ($1, $2, $3, $4, $5)`,
	Types: []string{"bigint", "text", "bigint", "bigint", "bytea"},
}

var updateHome = db.Many{
	PG: `update home h set version = h.version + 1, seq = u.seq, head = u.head
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[]) as u (home_id, version, seq, head)
 where h.home_id = u.home_id and h.version = u.version`,
	Lite:  `update home set version = version + 1, seq = $3, head = $4 where home_id = $1 and version = $2`,
	Types: []string{"bigint", "bigint", "bigint", "bytea"},
	Exact: true,
}

var insertAccount = db.Many{
	PG: `insert into account (home_id, account_id, programme_id, state, active, pending, held, debt, earned, spent, expired,
 purchases, turnover, first_purchase_at, last_purchase_at, slide_at, clock_at, due_at, gifts, opened_at,
 level, level_since, level_until, level_floor, level_held, level_sums, used)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
 $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[],
 $21::text[], $22::bigint[], $23::bigint[], $24::text[], $25::bigint[], $26::bytea[], $27::bigint[])`,
	Lite: `insert into account (home_id, account_id, programme_id, state, active, pending, held, debt, earned, spent, expired,
 purchases, turnover, first_purchase_at, last_purchase_at, slide_at, clock_at, due_at, gifts, opened_at,
 level, level_since, level_until, level_floor, level_held, level_sums, used)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`,
	Types: []string{
		"bigint", "bigint", "bigint", "text", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint",
		"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint",
		"text", "bigint", "bigint", "text", "bigint", "bytea", "bigint",
	},
}

var updateAccount = db.Many{
	PG: `update account a set active = u.active, pending = u.pending, held = u.held, debt = u.debt, earned = u.earned, spent = u.spent, expired = u.expired,
 purchases = u.purchases, turnover = u.turnover, first_purchase_at = u.first_at, last_purchase_at = u.last_at, slide_at = u.slide_at,
 clock_at = u.clock_at, due_at = u.due_at, gifts = u.gifts, state = u.state,
 level = u.level, level_since = u.level_since, level_until = u.level_until, level_floor = u.level_floor, level_held = u.level_held, level_sums = u.level_sums,
 used = u.used, opened_at = u.opened_at
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
 $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::text[],
 $18::text[], $19::bigint[], $20::bigint[], $21::text[], $22::bigint[], $23::bytea[], $24::bigint[], $25::bigint[], $26::bigint[])
 as u (home_id, programme_id, active, pending, debt, earned, spent, expired,
 purchases, turnover, first_at, last_at, slide_at, clock_at, due_at, gifts, state,
 level, level_since, level_until, level_floor, level_held, level_sums, used, held, opened_at)
 where a.home_id = u.home_id and a.programme_id = u.programme_id`,
	Lite: `update account set active = $3, pending = $4, debt = $5, earned = $6, spent = $7, expired = $8,
 purchases = $9, turnover = $10, first_purchase_at = $11, last_purchase_at = $12, slide_at = $13,
 clock_at = $14, due_at = $15, gifts = $16, state = $17,
 level = $18, level_since = $19, level_until = $20, level_floor = $21, level_held = $22, level_sums = $23, used = $24, held = $25, opened_at = $26
 where home_id = $1 and programme_id = $2`,
	Types: []string{
		"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint",
		"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text",
		"text", "bigint", "bigint", "text", "bigint", "bytea", "bigint", "bigint", "bigint",
	},
	Exact: true,
}

var insertLot = db.Many{
	PG: `insert into lot (home_id, lot_id, account_id, amount, remaining, written_off, state, earned_at, active_at, expires_at, sliding, source, op_id, partner_id)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[],
 $11::bool[], $12::text[], $13::bigint[], $14::bigint[])`,
	Lite: `insert into lot (home_id, lot_id, account_id, amount, remaining, written_off, state, earned_at, active_at, expires_at, sliding, source, op_id, partner_id)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
	Types: []string{
		"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "bigint", "bigint", "bigint",
		"bool", "text", "bigint", "bigint",
	},
}

var updateLot = db.Many{
	PG: `update lot l set remaining = u.remaining, written_off = u.written_off, state = u.state, active_at = u.active_at, expires_at = u.expires_at, sliding = u.sliding
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bool[])
 as u (home_id, lot_id, remaining, written_off, state, active_at, expires_at, sliding)
 where l.home_id = u.home_id and l.lot_id = u.lot_id`,
	Lite: `update lot set remaining = $3, written_off = $4, state = $5, active_at = $6, expires_at = $7, sliding = $8
 where home_id = $1 and lot_id = $2`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "text", "bigint", "bigint", "bool"},
	Exact: true,
}

// A hold is a row for each of its lots.
var insertHold = db.Many{
	PG: `insert into hold (home_id, hold_id, part, account_id, lot_id, points, until_at)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])`,
	Lite:  `insert into hold (home_id, hold_id, part, account_id, lot_id, points, until_at) values ($1, $2, $3, $4, $5, $6, $7)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint"},
}

var updateHold = db.Many{
	PG: `update hold h set until_at = u.until_at from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as u (home_id, hold_id, until_at)
 where h.home_id = u.home_id and h.hold_id = u.hold_id`,
	Lite:  `update hold set until_at = $3 where home_id = $1 and hold_id = $2`,
	Types: []string{"bigint", "bigint", "bigint"},
}

var deleteHold = db.Many{
	PG: `delete from hold h using unnest($1::bigint[], $2::bigint[]) as u (home_id, hold_id)
 where h.home_id = u.home_id and h.hold_id = u.hold_id`,
	Lite:  `delete from hold where home_id = $1 and hold_id = $2`,
	Types: []string{"bigint", "bigint"},
}

var insertPosting = db.Many{
	PG: `insert into posting (home_id, seq, account_id, lot_id, op_id, kind, debit, credit, amount, at, written_at, hash)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bytea[])`,
	Lite: `insert into posting (home_id, seq, account_id, lot_id, op_id, kind, debit, credit, amount, at, written_at, hash)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
	Types: []string{
		"bigint", "bigint", "bigint", "bigint", "bigint", "text", "text", "text", "bigint", "bigint", "bigint", "bytea",
	},
}

var insertChange = db.Many{
	PG: `insert into level_change (home_id, change_id, account_id, seq, at, written_at, from_level, to_level, until_at, cause, op_id, given, taken, short, reason, words, actor, digest)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::bigint[], $10::text[], $11::bigint[],
 $12::bigint[], $13::bigint[], $14::bigint[], $15::text[], $16::text[], $17::text[], $18::bytea[])`,
	Lite: `insert into level_change (home_id, change_id, account_id, seq, at, written_at, from_level, to_level, until_at, cause, op_id, given, taken, short, reason, words, actor, digest)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
	Types: []string{
		"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "text", "bigint", "text", "bigint",
		"bigint", "bigint", "bigint", "text", "text", "text", "bytea",
	},
}

// Flush adds to the batch what writes all changes of the books, and gives the
// heads of the homes that it changes. Every row goes into one statement per
// table, whatever the number of homes.
func (bs Books) Flush(b *db.Batch) []Head {
	f := flusher{
		newHome: insertHome.Of(), home: updateHome.Of(), newAccount: insertAccount.Of(), account: updateAccount.Of(),
		newLot: insertLot.Of(), lot: updateLot.Of(), posting: insertPosting.Of(), change: insertChange.Of(), present: insertPresent.Of(),
		newHold: insertHold.Of(), hold: updateHold.Of(), noHold: deleteHold.Of(), deposits: newDepositRows(),
	}
	books := make([]*Book, 0, len(bs))
	for _, book := range bs {
		if book.touched {
			books = append(books, book)
		}
	}
	slices.SortFunc(books, func(x, y *Book) int { return int(min(max(x.Home-y.Home, -1), 1)) })
	heads := make([]Head, 0, len(books))
	for _, book := range books {
		heads = append(heads, f.book(book))
	}
	for _, m := range []*db.Many{f.newHome, f.home, f.newAccount, f.account, f.newLot, f.lot, f.posting, f.change, f.present, f.newHold, f.hold, f.noHold} {
		b.Many(m)
	}
	for _, m := range f.deposits.all() {
		b.Many(m)
	}
	return heads
}

type flusher struct {
	newHome, home, newAccount, account, newLot, lot, posting, change, present *db.Many
	newHold, hold, noHold                                                     *db.Many
	deposits                                                                  depositRows
}

func (f *flusher) book(b *Book) Head {
	h := int64(b.Home)
	f.postings(b)
	if b.New {
		f.newHome.Add(h, string(b.Home.Kind()), int64(1), b.Seq, b.Head[:])
	} else {
		f.home.Add(h, b.Version, b.Seq, b.Head[:])
	}
	for _, a := range b.Accounts {
		if a.isNew || a.dirty {
			f.accountRow(h, a)
		}
	}
	for _, l := range b.lots {
		f.lotRow(h, l)
	}
	for _, x := range b.holds {
		f.holdRows(h, x)
	}
	for _, d := range b.deposits {
		f.deposits.add(h, d)
	}
	for i := range b.changes {
		f.changeRow(h, &b.changes[i])
	}
	for i := range b.presents {
		f.presentRow(h, &b.presents[i])
	}
	return Head{Home: b.Home, Seq: b.Seq, Hash: b.Head}
}

func (f *flusher) postings(b *Book) {
	for i := range b.postings {
		p := &b.postings[i]
		p.Hash = Link(b.Head, b.Home, &p.Posting, p.digest)
		b.Head = p.Hash
		f.posting.Add(int64(b.Home), p.Seq, int64(p.Account), int64(p.Lot), int64(p.Op),
			string(p.Kind), string(p.Debit), string(p.Credit), int64(p.Amount), int64(p.At), int64(p.WrittenAt), p.Hash[:])
	}
}

func (f *flusher) accountRow(h int64, a *Account) {
	state := "open"
	switch {
	case a.Closed:
		state = "closed"
	case a.LevelOnly:
		state = "level"
	}
	s := &a.Standing
	if a.isNew {
		f.newAccount.Add(h, int64(a.ID), int64(a.Programme), state, int64(a.Active), int64(a.Pending), int64(a.Held), int64(a.Debt),
			int64(a.Earned), int64(a.Spent), int64(a.Expired), a.Purchases, int64(a.Turnover),
			db.N(a.FirstPurchase), db.N(a.LastPurchase), db.N(a.SlideAt), int64(a.Clock), db.N(a.DueAt), int64(a.Gifts), int64(a.Opened),
			s.Level, db.N(s.Since), db.N(s.Until), s.Floor, db.N(s.Held), stored(s.Sums), int64(a.Used))
		return
	}
	f.account.Add(h, int64(a.Programme), int64(a.Active), int64(a.Pending), int64(a.Debt), int64(a.Earned), int64(a.Spent), int64(a.Expired),
		a.Purchases, int64(a.Turnover), db.N(a.FirstPurchase), db.N(a.LastPurchase), db.N(a.SlideAt),
		int64(a.Clock), db.N(a.DueAt), int64(a.Gifts), state,
		s.Level, db.N(s.Since), db.N(s.Until), s.Floor, db.N(s.Held), stored(s.Sums), int64(a.Used), int64(a.Held), int64(a.Opened))
}

// stored gives bytes to be written, none as NULL.
func stored(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

func (f *flusher) changeRow(h int64, c *LevelChange) {
	f.change.Add(h, int64(c.ID), int64(c.Account), c.Seq, int64(c.At), int64(c.WrittenAt), c.From, c.To, db.N(c.Until), string(c.Cause), int64(c.Op),
		int64(c.Given), int64(c.Taken), int64(c.Short), c.Reason, string(c.Words), c.Actor, c.digest[:])
}

func (f *flusher) lotRow(h int64, l *Lot) {
	state := "active"
	switch {
	case l.Waits:
		state = "waiting"
	case l.Pending:
		state = "pending"
	}
	switch {
	case l.isNew:
		f.newLot.Add(h, int64(l.ID), int64(l.Account), int64(l.Amount), int64(l.Remaining), int64(l.WrittenOff), state,
			int64(l.EarnedAt), int64(l.ActiveAt), db.N(l.ExpiresAt), l.Sliding, string(l.Source), int64(l.Op), db.N(l.Partner))
	case l.dirty:
		f.lot.Add(h, int64(l.ID), int64(l.Remaining), int64(l.WrittenOff), state, int64(l.ActiveAt), db.N(l.ExpiresAt), l.Sliding)
	}
}

func (f *flusher) holdRows(h int64, x *Hold) {
	switch {
	case x.isNew && x.ended:
	case x.isNew:
		for i, p := range x.Parts {
			f.newHold.Add(h, int64(x.ID), int64(i), int64(x.Account), int64(p.Lot), int64(p.Points), int64(x.Until))
		}
	case x.ended:
		f.noHold.Add(h, int64(x.ID))
	case x.dirty:
		f.hold.Add(h, int64(x.ID), int64(x.Until))
	}
}
