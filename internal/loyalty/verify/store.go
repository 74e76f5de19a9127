package verify

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const (
	qTotal = `select (select count(*) from home) + (select count(*) from receipt_key) + (select count(*) from purchase) + (select count(*) from refund)
 + (select count(*) from limit_use) + (select count(*) from promo_code) + (select count(*) from ticket) + (select count(*) from fiscal_receipt) + (select cast(coalesce(sum(leaves), 0) as bigint) from seal)`

	qHomePage = `select home_id, seq from home where home_id > $1 order by home_id limit $2`

	// The rows of a run of homes.
	qHomes    = `select home_id, seq, head, coalesce(account_home, 0), coalesce(merged_into, 0) from home where home_id > $1 and home_id <= $2 order by home_id`
	qAccounts = `select home_id, account_id, programme_id, active, pending, held, debt, earned, spent, expired, purchases, turnover,
 coalesce(first_purchase_at, 0), coalesce(last_purchase_at, 0), coalesce(slide_at, 0), coalesce(due_at, 0),
 level, coalesce(level_since, 0), coalesce(level_until, 0), level_sums, gifts, used, state,
 coalesce(merged_home, 0), coalesce(merged_account, 0) from account where home_id > $1 and home_id <= $2 order by home_id, programme_id`
	qLots = `select home_id, lot_id, account_id, amount, remaining, written_off, state, active_at, coalesce(expires_at, 0), sliding, op_id
 from lot where home_id > $1 and home_id <= $2 order by home_id, lot_id`
	qPostings = `select home_id, seq, account_id, lot_id, op_id, kind, debit, credit, amount, at, written_at, hash
 from posting where home_id > $1 and home_id <= $2 order by home_id, seq`
	purchaseColumns = `home_id, purchase_id, account_id, programme_id, outlet_id, at, day, state, refunded, tickets, coalesce(account_home, 0), doc, digest, coalesce(person, ''),
 coalesce(claimed_by, 0), coalesce(claim_id, 0), claim, claim_digest, coalesce(claim_person, ''), coalesce(guest, '')`
	refundColumns = `home_id, refund_id, purchase_id, outlet_id, at, day, account_id, coalesce(account_home, 0), doc, digest`
	qPurchases    = `select ` + purchaseColumns + ` from purchase where home_id > $1 and home_id <= $2 order by home_id, purchase_id`
	qRefunds      = `select ` + refundColumns + ` from refund where home_id > $1 and home_id <= $2 order by home_id, refund_id`
	// Those of other homes on the accounts of the run's.
	qShared     = `select ` + purchaseColumns + ` from purchase where account_home > $1 and account_home <= $2 order by account_home, purchase_id`
	qSharedBack = `select ` + refundColumns + ` from refund where account_home > $1 and account_home <= $2 order by account_home, refund_id`
	// Those that were given to the run's members on accounts elsewhere.
	qGiven     = `select ` + purchaseColumns + ` from purchase where claimed_by > $1 and claimed_by <= $2 and coalesce(account_home, 0) <> claimed_by order by claimed_by, purchase_id`
	qGivenBack = `select r.home_id, r.refund_id, r.purchase_id, r.outlet_id, r.at, r.day, r.account_id, coalesce(r.account_home, 0), r.doc, r.digest, p.claimed_by
 from purchase p join refund r on r.home_id = p.home_id and r.purchase_id = p.purchase_id
 where p.claimed_by > $1 and p.claimed_by <= $2 and coalesce(p.account_home, 0) <> p.claimed_by order by p.claimed_by, r.refund_id`
	// Homes that say something else than their members' rows.
	qUnserved = `select home_id, has, wants from (select h.home_id, coalesce(h.unserved, '') as has, case when m.state in ('blocked', 'closed') then m.state else '' end as wants
 from home h join member m on m.home_id = h.home_id where h.home_id > $1 and h.home_id <= $2) u where has <> wants order by home_id`
	qHoused = `select m.home_id, h.founder, coalesce(h.ended_at, 0) from household_member m join household h on h.household_id = m.household_id
 where m.left_at is null and m.home_id > $1 and m.home_id <= $2 order by m.home_id`
	reservationColumns = `home_id, reservation_id, account_id, coalesce(purchase_id, 0), outlet_id, at, until_at, state, coalesce(account_home, 0), doc, digest, coalesce(person, '')`
	qReservations      = `select ` + reservationColumns + ` from reservation where home_id > $1 and home_id <= $2 order by home_id, reservation_id`
	qSharedHeld        = `select ` + reservationColumns + ` from reservation where account_home > $1 and account_home <= $2 order by account_home, reservation_id`
	qHolds             = `select home_id, hold_id, account_id, lot_id, points, until_at from hold where home_id > $1 and home_id <= $2 order by home_id, hold_id, part`

	qVisits = `select home_id, visit_id, purchase_id, outlet_id, at, day, doc, digest
 from visit where home_id > $1 and home_id <= $2 order by home_id, visit_id`
	qAdjustments = `select home_id, op_id, account_id, points, reason, words, actor, at, digest
 from adjustment where home_id > $1 and home_id <= $2 order by home_id, op_id`
	qChanges = `select home_id, change_id, account_id, seq, at, written_at, from_level, to_level, coalesce(until_at, 0), cause, op_id,
 given, taken, short, reason, words, actor, digest from level_change where home_id > $1 and home_id <= $2 order by home_id, change_id`

	qPresents = `select home_id, gift_id, account_id, seq, at, written_at, occasion, day, op_id, lot_id, given, taken, short, digest
 from gift where home_id > $1 and home_id <= $2 order by home_id, gift_id`

	qKeysPG  = `select till_id, key, home_id, op_id from receipt_key where (till_id, key) in (select * from unnest($1::bigint[], $2::text[]))`
	qKeyLite = `select till_id, key, home_id, op_id from receipt_key where till_id = $1 and key = $2`

	qKeyPage = `select till_id, key from receipt_key where (till_id, key) > ($1, $2) order by till_id, key limit $3`
	// Till and key stand at the beginning of a document.
	qKeyOps = `select k.till_id, k.key, k.home_id, k.op_id, substr(p.doc, 1, 1200), substr(r.doc, 1, 1200), substr(v.doc, 1, 1200), substr(s.doc, 1, 1200), coalesce(a.op_id, l.change_id, d.op_id, 0)
 from receipt_key k
 left join purchase p on p.home_id = k.home_id and p.purchase_id = k.op_id
 left join refund r on r.home_id = k.home_id and r.refund_id = k.op_id
 left join visit v on v.home_id = k.home_id and v.visit_id = k.op_id
 left join reservation s on s.home_id = k.home_id and s.reservation_id = k.op_id
 left join adjustment a on a.home_id = k.home_id and a.op_id = k.op_id
 left join level_change l on l.home_id = k.home_id and l.change_id = k.op_id
 left join deposit_op d on d.home_id = k.home_id and d.op_id = k.op_id
 where `

	qLimitPage = `select limit_key, slot from limit_use where (limit_key, slot) > ($1, $2) order by limit_key, slot limit $3`
	qLimitRows = `select limit_key, slot, used, over from limit_use
 where (limit_key, slot) > ($1, $2) and (limit_key, slot) <= ($3, $4) order by limit_key, slot`
	qCode     = `select code, state, home_id, op_id, used_home, used_op from promo_code where code = $1`
	qCodePage = `select code from promo_code where code > $1 order by code limit $2`
	qCodeRows = `select c.code, c.state, c.home_id, c.op_id, c.used_home, c.used_op, a.doc, u.doc, g.claim from promo_code c
 left join purchase a on a.home_id = c.home_id and a.purchase_id = c.op_id
 left join purchase g on g.claimed_by = c.home_id and g.claim_id = c.op_id and c.op_id <> 0
 left join purchase u on u.home_id = c.used_home and u.purchase_id = c.used_op
 where c.code > $1 and c.code <= $2 order by c.code`
	qTicketsPG  = `select number, home_id, purchase_id, line, piece from ticket where number = any($1)`
	qTicketLite = `select number, home_id, purchase_id, line, piece from ticket where number = $1`
	qTicketPage = `select number from ticket where number > $1 order by number limit $2`
	qTicketRows = `select t.number, t.home_id, t.purchase_id, t.line, t.piece, coalesce(t.session, ''), p.doc from ticket t
 left join purchase p on p.home_id = t.home_id and p.purchase_id = t.purchase_id
 where t.number > $1 and t.number <= $2 order by t.number`
	qFiscal     = `select drive, number, sign, home_id, purchase_id from fiscal_receipt where drive = $1 and number = $2 and sign = $3`
	qFiscalPage = `select drive, number, sign from fiscal_receipt where (drive, number, sign) > ($1, $2, $3) order by drive, number, sign limit $4`
	qFiscalRows = `select f.drive, f.number, f.sign, f.home_id, f.purchase_id, p.doc from fiscal_receipt f
 left join purchase p on p.home_id = f.home_id and p.purchase_id = f.purchase_id
 where `
	qAllLimits  = `select limit_key, slot, used, over from limit_use order by limit_key, slot`
	qHeldUses   = `select limit_key, slot, count(*), 0 from limit_hold group by limit_key, slot`
	qHasLimit   = `select count(*) from limit_use where limit_key = $1 and slot = $2`
	qVersions   = `select programme_id, version from programme_version`
	qVersionDoc = `select doc from programme_version where programme_id = $1 and version = $2`
	qProgrammes = `select p.programme_id, p.version, v.doc from programme p
 left join programme_version v on v.programme_id = p.programme_id and v.version = p.version order by p.programme_id`

	qPurchaseDocs = `select doc from purchase`
	qClaimDocs    = `select claim from purchase where claimed_by is not null`
	qRefundDocs   = `select doc from refund`
	qExpired      = `select a.programme_id, cast(sum(case p.kind when 'expire' then p.amount else -p.amount end) as bigint) from posting p
 join account a on a.home_id = p.home_id and a.account_id = p.account_id where p.kind in ('expire', 'revive') group by a.programme_id`
	qAdjusted = `select a.programme_id, cast(sum(j.points) as bigint) from adjustment j
 join account a on a.home_id = j.home_id and a.account_id = j.account_id group by a.programme_id`
	qLevels = `select a.programme_id, cast(sum(c.given - c.taken) as bigint) from level_change c
 join account a on a.home_id = c.home_id and a.account_id = c.account_id group by a.programme_id`
	qOpened = `select programme_id, count(*) from account where state <> 'level' group by programme_id`
	qGifts  = `select programme_id, cast(sum(points) as bigint) from (
 select a.programme_id, l.amount as points from lot l join account a on a.home_id = l.home_id and a.account_id = l.account_id
 where l.source = 'gift' and l.op_id = l.account_id
 union all
 select a.programme_id, g.given - g.taken from gift g join account a on a.home_id = g.home_id and a.account_id = g.account_id) u group by programme_id`

	qChunks   = `select data from seal_chunk where seal_id = $1 order by n`
	qHeadsPG  = `select home_id, seq, hash from posting where (home_id, seq) in (select * from unnest($1::bigint[], $2::bigint[]))`
	qHeadLite = `select home_id, seq, hash from posting where home_id = $1 and seq = $2`

	qHasProgramme = `select count(*) from programme where programme_id = $1`
	qHasVersion   = `select count(*) from programme_version where programme_id = $1 and version = $2`
)

// homeRow is the end of a home's journal.
type homeRow struct {
	home  home.ID
	seq   int64
	head  []byte
	keeps home.ID // whose accounts it uses; 0: its own
	into  home.ID // whom its member was merged into; 0: he was not
}

func scanHome(r db.Row) (h homeRow, err error) {
	return h, r.Scan((*int64)(&h.home), &h.seq, &h.head, (*int64)(&h.keeps), (*int64)(&h.into))
}

func scanHomeSize(r db.Row) (h homeRow, err error) { return h, r.Scan((*int64)(&h.home), &h.seq) }

type accountRow struct {
	home home.ID
	ledger.Account
}

func scanAccount(r db.Row) (a accountRow, err error) {
	var state string
	err = r.Scan((*int64)(&a.home), (*int64)(&a.ID), (*int64)(&a.Programme), (*int64)(&a.Active), (*int64)(&a.Pending), (*int64)(&a.Held), (*int64)(&a.Debt),
		(*int64)(&a.Earned), (*int64)(&a.Spent), (*int64)(&a.Expired), &a.Purchases, (*int64)(&a.Turnover),
		(*int64)(&a.FirstPurchase), (*int64)(&a.LastPurchase), (*int64)(&a.SlideAt), (*int64)(&a.DueAt),
		&a.Standing.Level, (*int64)(&a.Standing.Since), (*int64)(&a.Standing.Until), &a.Standing.Sums, (*int64)(&a.Gifts), (*int64)(&a.Used), &state,
		(*int64)(&a.Into.Home), (*int64)(&a.Into.ID))
	a.LevelOnly = state == "level"
	return a, err
}

type lotRow struct {
	home home.ID
	ledger.Lot
}

func scanLot(r db.Row) (l lotRow, err error) {
	var state string
	err = r.Scan((*int64)(&l.home), (*int64)(&l.ID), (*int64)(&l.Account), (*int64)(&l.Amount), (*int64)(&l.Remaining), (*int64)(&l.WrittenOff),
		&state, (*int64)(&l.ActiveAt), (*int64)(&l.ExpiresAt), &l.Sliding, (*int64)(&l.Op))
	l.Pending, l.Waits = state != "active", state == "waiting"
	return l, err
}

type postingRow struct {
	home home.ID
	ledger.Posting
}

func scanPosting(r db.Row) (p postingRow, err error) {
	var hash []byte
	err = r.Scan((*int64)(&p.home), &p.Seq, (*int64)(&p.Account), (*int64)(&p.Lot), (*int64)(&p.Op),
		(*string)(&p.Kind), (*string)(&p.Debit), (*string)(&p.Credit), (*int64)(&p.Amount), (*int64)(&p.At), (*int64)(&p.WrittenAt), &hash)
	copy(p.Hash[:], hash)
	return p, err
}

type purchaseRow struct {
	home                           home.ID
	id, account, programme, outlet id.ID
	at                             clock.Micros
	day, state, guest              string
	refunded                       money.Amount
	tickets                        int64   // that have not come back
	keeps                          home.ID // of a household's account, or of one that it was given to; 0: in its own home
	doc, digest, person            []byte
	claim                          claimRow
}

func scanPurchase(r db.Row) (p purchaseRow, err error) {
	return p, r.Scan((*int64)(&p.home), (*int64)(&p.id), (*int64)(&p.account), (*int64)(&p.programme), (*int64)(&p.outlet),
		(*int64)(&p.at), &p.day, &p.state, (*int64)(&p.refunded), &p.tickets, (*int64)(&p.keeps), &p.doc, &p.digest, &p.person,
		(*int64)(&p.claim.by), (*int64)(&p.claim.id), &p.claim.doc, &p.claim.digest, &p.claim.person, &p.guest)
}

type refundRow struct {
	home                 home.ID
	id, purchase, outlet id.ID
	at                   clock.Micros
	day                  string
	account              id.ID
	keeps                home.ID // of a household's account, or that took the account over; 0: in its own home
	doc, digest          []byte
}

func scanRefund(r db.Row) (f refundRow, err error) {
	return f, r.Scan((*int64)(&f.home), (*int64)(&f.id), (*int64)(&f.purchase), (*int64)(&f.outlet), (*int64)(&f.at), &f.day, (*int64)(&f.account), (*int64)(&f.keeps), &f.doc, &f.digest)
}

type adjustmentRow struct {
	home          home.ID
	id, account   id.ID
	points        money.Points
	reason, actor string
	words         ledger.Words
	at            clock.Micros
	digest        []byte
}

func scanAdjustment(r db.Row) (a adjustmentRow, err error) {
	return a, r.Scan((*int64)(&a.home), (*int64)(&a.id), (*int64)(&a.account), (*int64)(&a.points), &a.reason, (*string)(&a.words), &a.actor, (*int64)(&a.at), &a.digest)
}

// claim is a till's key.
type claim struct {
	till id.ID
	key  string
}

// op is an operation in its home.
type op struct {
	home home.ID
	id   id.ID
}

func scanKey(r db.Row) (c claim, o op, err error) {
	return c, o, r.Scan((*int64)(&c.till), &c.key, (*int64)(&o.home), (*int64)(&o.id))
}

func scanClaim(r db.Row) (c claim, err error) { return c, r.Scan((*int64)(&c.till), &c.key) }
