package purchase

import (
	"encoding/json"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	qKeysPG = `select k.till_id, k.key, k.home_id, k.op_id, k.hash from unnest($1::bigint[], $2::text[]) as u (till_id, key)
 cross join lateral (select * from receipt_key r where r.till_id = u.till_id and r.key = u.key limit 1) k`
	qKeyLite = `select till_id, key, home_id, op_id, hash from receipt_key where till_id = $1 and key = $2`

	storedColumns = `doc, state, refunded, coalesce(person, ''), claim, coalesce(claim_person, ''), account_id, coalesce(account_home, 0)`
	refundColumns = `doc, account_id, coalesce(account_home, 0)`
	// The homes of those who were merged into a home's member.
	mergedInto = `(select home_id from member where merged_into = $1)`
	// And his own.
	ofMember  = `(select cast($1 as bigint) union all select home_id from member where merged_into = $1)`
	qPurchase = `select ` + storedColumns + ` from purchase where home_id = $1 and purchase_id = $2`
	// A member's newest and those that were given to him.
	qNewest = `select ` + storedColumns + ` from (
 select * from (` + pageOf + `home_id in ` + ofMember + newestEnd + `) own
 union all select * from (` + pageOf + `claimed_by in ` + ofMember + newestEnd + `) given
 ) u order by at desc, purchase_id desc limit $3`
	newestEnd = ` and at <= $2 order by at desc, purchase_id desc limit $3`
	qNow      = `select coalesce(max(merged_into), $1) from home where home_id = $1`
	// A member's own and those that were given to him, and of those who were merged
	// into him.
	qOfHome = `select ` + storedColumns + ` from (
 select * from (` + pageOf + `home_id = $1` + pageEnd + `) own
 union all select * from (` + pageOf + `claimed_by = $1` + pageEnd + `) given
 union all select * from (` + pageOf + `home_id in ` + mergedInto + pageEnd + `) taken
 union all select * from (` + pageOf + `claimed_by in ` + mergedInto + pageEnd + `) taken_given
 ) u order by at desc, purchase_id desc limit $4`
	pageOf    = `select at, purchase_id, doc, state, refunded, person, claim, claim_person, account_id, account_home from purchase where `
	pageEnd   = ` and (at < $2 or at = $2 and purchase_id < $3) order by at desc, purchase_id desc limit $4`
	qOfOutlet = `select ` + storedColumns + ` from purchase where outlet_id = $1 and (at, purchase_id) > ($2, $3) and at < $4 order by at, purchase_id limit $5`
	// Of a home's member, on whichever account, and on its accounts, whosever.
	qAllOnHome = `select ` + storedColumns + ` from purchase where home_id = $1
 union all select ` + storedColumns + ` from purchase where account_home = $1
 union all select ` + storedColumns + ` from purchase where claimed_by = $1 and account_home <> $1`
	qAllRefunds = `select ` + refundColumns + ` from refund where home_id = $1 union all select ` + refundColumns + ` from refund where account_home = $1
 union all select r.doc, r.account_id, coalesce(r.account_home, 0) from purchase p join refund r on r.home_id = p.home_id and r.purchase_id = p.purchase_id
 where p.claimed_by = $1 and p.account_home <> $1`
	qRefundsOf = `select ` + refundColumns + ` from refund where home_id = $1 and purchase_id = $2 order by refund_id`
	qVisit     = `select doc from visit where home_id = $1 and visit_id = $2`
	qVisitsOf  = `select doc from visit where home_id = $1 and purchase_id = $2 order by visit_id`
	qAllVisits = `select doc from visit where home_id in ` + ofMember
	qRefund    = `select ` + refundColumns + ` from refund where home_id = $1 and refund_id = $2`
	// Of an unlinked refund's: it may be of one who was merged into the member.
	qMatched = `select ` + refundColumns + ` from refund where refund_id = $2 and home_id in (select cast($1 as bigint)
 union all select home_id from member where merged_into in (select coalesce(merged_into, home_id) from member where home_id = $1))`
	qAdjustment   = `select account_id, points, reason, words, actor, at from adjustment where home_id = $1 and op_id = $2`
	qTicketsPG    = `select number, home_id, purchase_id, line, piece from ticket where number = any($1)`
	qTicketLite   = `select number, home_id, purchase_id, line, piece from ticket where number = $1`
	qAddEvent     = `insert into event (home_id, event_id, doc) values ($1, $2, $3)`
	qUsed         = `select cast(coalesce(sum(used), 0) as bigint) - (select count(*) from limit_hold where limit_key = $1 and until_at <= $2) from limit_use where limit_key = $1`
	qHeldNow      = `select count(*) from limit_hold where limit_key = $1 and until_at > $2`
	qDue          = `select home_id, account_id from account where due_at is not null and due_at <= $1 order by due_at limit $2`
	qSlotsPG      = `select limit_key, slot, used, over, room, laid from limit_use where (limit_key, slot) in (select * from unnest($1::text[], $2::bigint[])) order by limit_key, slot for update`
	qSlotLite     = `select limit_key, slot, used, over, room, laid from limit_use where limit_key = $1 and slot = $2`
	qMakeSlotsPG  = `insert into limit_use (limit_key, slot, used, over, room, laid) select k, s, 0, 0, 0, 0 from unnest($1::text[], $2::bigint[]) as u (k, s) order by k, s on conflict do nothing`
	qMakeSlotLite = `insert into limit_use (limit_key, slot, used, over, room, laid) values ($1, $2, 0, 0, 0, 0) on conflict do nothing`
)

var insertKey = db.Many{
	PG:    `insert into receipt_key (till_id, key, home_id, op_id, hash) select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bytea[])`,
	Lite:  `insert into receipt_key (till_id, key, home_id, op_id, hash) values ($1, $2, $3, $4, $5)`,
	Types: []string{"bigint", "text", "bigint", "bigint", "bytea"},
}

var insertPurchase = db.Many{
	PG: `insert into purchase (home_id, purchase_id, account_id, programme_id, outlet_id, at, day, state, refunded, tickets, account_home, doc, digest, person, guest)
 select h, i, a, p, o, t, d, 'done', 0, n, k, doc, x, who, guest
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[], $10::text[], $11::bytea[], $12::text[], $13::text[])
 as u (h, i, a, p, o, t, d, n, k, doc, x, who, guest)`,
	Lite: `insert into purchase (home_id, purchase_id, account_id, programme_id, outlet_id, at, day, state, refunded, tickets, account_home, doc, digest, person, guest)
 values ($1, $2, $3, $4, $5, $6, $7, 'done', 0, $8, $9, $10, $11, $12, $13)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "bigint", "bigint", "text", "bytea", "text", "text"},
}

var updatePurchase = db.Many{
	PG: `update purchase p set state = u.state, refunded = u.refunded, tickets = u.tickets
 from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) as u (home_id, purchase_id, state, refunded, tickets)
 where p.home_id = u.home_id and p.purchase_id = u.purchase_id`,
	Lite:  `update purchase set state = $3, refunded = $4, tickets = $5 where home_id = $1 and purchase_id = $2`,
	Types: []string{"bigint", "bigint", "text", "bigint", "bigint"},
	Exact: true,
}

// updateClaim gives a purchase to a member.
var updateClaim = db.Many{
	PG: `update purchase p set claimed_by = u.m, claim_id = u.c, account_id = u.a, account_home = u.k, claim = u.doc, claim_digest = u.x, claim_person = u.who
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[], $9::text[]) as u (h, i, m, c, a, k, doc, x, who)
 where p.home_id = u.h and p.purchase_id = u.i and p.claim is null`,
	Lite: `update purchase set claimed_by = $3, claim_id = $4, account_id = $5, account_home = $6, claim = $7, claim_digest = $8, claim_person = $9
 where home_id = $1 and purchase_id = $2 and claim is null`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "bytea", "text"},
	Exact: true,
}

var insertRefund = db.Many{
	PG: `insert into refund (home_id, refund_id, purchase_id, outlet_id, at, day, account_id, account_home, doc, digest)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::bytea[])`,
	Lite:  `insert into refund (home_id, refund_id, purchase_id, outlet_id, at, day, account_id, account_home, doc, digest) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint", "text", "bigint", "bigint", "text", "bytea"},
}

var insertVisit = db.Many{
	PG: `insert into visit (home_id, visit_id, purchase_id, outlet_id, at, day, doc, digest)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bytea[])`,
	Lite:  `insert into visit (home_id, visit_id, purchase_id, outlet_id, at, day, doc, digest) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint", "text", "text", "bytea"},
}

var insertAdjustment = db.Many{
	PG: `insert into adjustment (home_id, op_id, account_id, points, reason, words, actor, at, digest)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bytea[])`,
	Lite:  `insert into adjustment (home_id, op_id, account_id, points, reason, words, actor, at, digest) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "text", "text", "text", "bigint", "bytea"},
}

var insertTicket = db.Many{
	PG: `insert into ticket (number, home_id, purchase_id, line, piece, session)
 select n, h, p, l, k, nullif(s, '') from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) as u (n, h, p, l, k, s)`,
	Lite:  `insert into ticket (number, home_id, purchase_id, line, piece, session) values ($1, $2, $3, $4, $5, nullif($6, ''))`,
	Types: []string{"text", "bigint", "bigint", "bigint", "bigint", "text"},
}

var updateSlot = db.Many{
	PG: `update limit_use l set used = u.used, over = u.over, room = u.room, laid = u.laid
 from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) as u (limit_key, slot, used, over, room, laid)
 where l.limit_key = u.limit_key and l.slot = u.slot`,
	Lite:  `update limit_use set used = $3, over = $4, room = $5, laid = $6 where limit_key = $1 and slot = $2`,
	Types: []string{"text", "bigint", "bigint", "bigint", "bigint", "bigint"},
	Exact: true,
}

// doneKey is the operation that a key stands for.
type doneKey struct {
	home home.ID
	op   id.ID
	hash [32]byte
}

func scanKey(r db.Row) (c claim, k doneKey, err error) {
	var hash []byte
	err = r.Scan((*int64)(&c.till), &c.key, (*int64)(&k.home), (*int64)(&k.op), &hash)
	copy(k.hash[:], hash)
	return c, k, err
}

// Stored is a purchase with what has come back of it.
type Stored struct {
	Purchase
	State    string // done, part, refunded
	Refunded int64  // kopecks
	Refunds  []*Refund
	Visits   []*Visit // in the order in which they were told of

	Claim *Claim // that gave it to a member; nil: none did
	sold  under  // what judged it when it was made, of one that was given to a member

	taker home.ID // of the member who has taken its buyer's account over in a merge; 0: nobody has
}

func scanPurchase(r db.Row) (*Stored, error) {
	s := &Stored{}
	var doc, person, about string
	var claim *string
	var now ledger.AccountRef
	if err := r.Scan(&doc, &s.State, &s.Refunded, &person, &claim, &about, (*int64)(&now.ID), (*int64)(&now.Home)); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(doc), &s.Purchase); err != nil {
		return nil, err
	}
	if err := s.Seen.WithPerson(person); err != nil {
		return nil, err
	}
	if claim != nil {
		c, err := ReadClaim([]byte(*claim), about)
		if err != nil {
			return nil, err
		}
		s.Give(c)
	}
	s.carry(now)
	return s, nil
}

// carry says which account has what was on the purchase's own, by its row: that
// which has taken it over in a merge, if one has.
func (s *Stored) carry(now ledger.AccountRef) {
	own := s.Keeps() == s.Buyer()
	if now.Home == 0 || now == (ledger.AccountRef{Home: s.Keeps(), ID: s.Account}) {
		return
	}
	s.AccountHome, s.Account = now.Home, now.ID
	if own {
		s.taker = now.Home
	}
}

func scanVisit(r db.Row) (*Visit, error) {
	var doc string
	if err := r.Scan(&doc); err != nil {
		return nil, err
	}
	v := &Visit{}
	return v, json.Unmarshal([]byte(doc), v)
}

func scanRefund(r db.Row) (*Refund, error) {
	var doc string
	var now ledger.AccountRef
	if err := r.Scan(&doc, (*int64)(&now.ID), (*int64)(&now.Home)); err != nil {
		return nil, err
	}
	f := &Refund{}
	if err := json.Unmarshal([]byte(doc), f); err != nil {
		return nil, err
	}
	if now.Home != 0 && now.ID != f.Account { // as a purchase's
		if f.AccountHome == 0 || f.Taker != 0 {
			f.Taker = now.Home
		}
		f.AccountHome, f.Account = now.Home, now.ID
	}
	return f, nil
}
