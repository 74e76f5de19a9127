package ledger

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	homeColumns    = `home_id, version, seq, head, coalesce(account_home, 0), coalesce(merged_into, 0), coalesce(unserved, '')`
	accountColumns = `home_id, account_id, programme_id, state, active, pending, held, debt, earned, spent, expired,
 purchases, turnover, coalesce(first_purchase_at, 0), coalesce(last_purchase_at, 0), coalesce(slide_at, 0), clock_at, coalesce(due_at, 0), gifts, opened_at,
 level, coalesce(level_since, 0), coalesce(level_until, 0), level_floor, coalesce(level_held, 0), level_sums, used, coalesce(merged_home, 0), coalesce(merged_account, 0)`
	lotColumns = `home_id, lot_id, account_id, amount, remaining, written_off, state, earned_at, active_at, coalesce(expires_at, 0),
 sliding, source, op_id, coalesce(partner_id, 0)`
)

// Locks are taken in the order of home ids, so that two groups can't wait for
// each other.
const (
	qLockPG   = `select ` + homeColumns + ` from home where home_id = any($1) order by home_id for update`
	qHomeLite = `select ` + homeColumns + ` from home where home_id = $1`
	qHomePG   = `select ` + homeColumns + ` from home where home_id = any($1)`

	qAccountsPG   = `select ` + accountColumns + ` from account where home_id = any($1) order by home_id, account_id`
	qAccountsLite = `select ` + accountColumns + ` from account where home_id = $1 order by account_id`

	qLiveLotsPG   = `select ` + lotColumns + ` from lot where home_id = any($1) and remaining > 0`
	qLiveLotsLite = `select ` + lotColumns + ` from lot where home_id = $1 and remaining > 0`

	qHoldsPG   = `select home_id, hold_id, account_id, lot_id, points, until_at from hold where home_id = any($1) order by home_id, hold_id, part`
	qHoldsLite = `select home_id, hold_id, account_id, lot_id, points, until_at from hold where home_id = $1 order by hold_id, part`

	qHeldLotsPG   = `select ` + lotColumns + ` from lot where (home_id, lot_id) in (select home_id, lot_id from hold where home_id = any($1))`
	qHeldLotsLite = `select ` + lotColumns + ` from lot where home_id = $1 and lot_id in (select lot_id from hold where home_id = $1)`

	qLotsPG   = `select ` + lotColumns + ` from lot where (home_id, lot_id) in (select * from unnest($1::bigint[], $2::bigint[]))`
	qLotsLite = `select ` + lotColumns + ` from lot where home_id = $1 and lot_id = $2`

	qSlidOff = `select ` + lotColumns + ` from lot where home_id = $1 and account_id = $2 and sliding and written_off > 0`

	qAllLots = `select ` + lotColumns + ` from lot where home_id = $1`

	qJournal = `select coalesce((select a.home_id from account a where a.home_id = h.home_id and a.account_id = $2), h.account_home, h.home_id)
 from home h where h.home_id = $1`
	qMovements = `select seq, account_id, lot_id, op_id, kind, debit, credit, amount, at, written_at from posting
 where home_id = $1 and (seq < $2 or $2 = 0) and account_id <> 0 and debit <> 'deposit' and credit <> 'deposit' and (account_id = $3 or $3 = 0) order by seq desc limit $4`
)

func scanHome(r db.Row) (b Book, err error) {
	var head []byte
	err = r.Scan((*int64)(&b.Home), &b.Version, &b.Seq, &head, (*int64)(&b.AccountHome), (*int64)(&b.MergedInto), &b.Unserved)
	copy(b.Head[:], head)
	return b, err
}

func scanAccount(r db.Row) (h home.ID, a *Account, err error) {
	a = &Account{}
	var state string
	err = r.Scan((*int64)(&h), (*int64)(&a.ID), (*int64)(&a.Programme), &state,
		(*int64)(&a.Active), (*int64)(&a.Pending), (*int64)(&a.Held), (*int64)(&a.Debt), (*int64)(&a.Earned), (*int64)(&a.Spent), (*int64)(&a.Expired),
		&a.Purchases, (*int64)(&a.Turnover), (*int64)(&a.FirstPurchase), (*int64)(&a.LastPurchase), (*int64)(&a.SlideAt),
		(*int64)(&a.Clock), (*int64)(&a.DueAt), (*int64)(&a.Gifts), (*int64)(&a.Opened),
		&a.Standing.Level, (*int64)(&a.Standing.Since), (*int64)(&a.Standing.Until),
		&a.Standing.Floor, (*int64)(&a.Standing.Held), &a.Standing.Sums, (*int64)(&a.Used), (*int64)(&a.Into.Home), (*int64)(&a.Into.ID))
	a.Closed, a.LevelOnly = state == "closed", state == "level"
	a.loaded = a.LevelOnly // it has no lots
	return h, a, err
}

func scanLot(r db.Row) (h home.ID, l *Lot, err error) {
	l = &Lot{}
	var state string
	err = r.Scan((*int64)(&h), (*int64)(&l.ID), (*int64)(&l.Account), (*int64)(&l.Amount), (*int64)(&l.Remaining), (*int64)(&l.WrittenOff),
		&state, (*int64)(&l.EarnedAt), (*int64)(&l.ActiveAt), (*int64)(&l.ExpiresAt),
		&l.Sliding, (*string)(&l.Source), (*int64)(&l.Op), (*int64)(&l.Partner))
	l.Pending, l.Waits = state != "active", state == "waiting"
	return h, l, err
}

// Books are the homes of one transaction.
type Books map[home.ID]*Book

// Load adds to the batch what reads the homes with their accounts and, if
// asked to, locks them. A home that is not there is left out of the books.
func (bs Books) Load(b *db.Batch, dialect db.Dialect, homes []int64, lock bool, now clock.Micros, ids *id.Maker) {
	onHome := func(r db.Row) error {
		book, err := scanHome(r)
		book.Now, book.IDs = now, ids
		bs[book.Home] = &book
		return err
	}
	onAccount := func(r db.Row) error {
		h, a, err := scanAccount(r)
		if book := bs[h]; book != nil {
			book.Accounts = append(book.Accounts, a)
		}
		return err
	}
	switch {
	case dialect == db.SQLite:
		for _, h := range homes {
			b.Each(onHome, qHomeLite, h)
			b.Each(onAccount, qAccountsLite, h)
		}
		return
	case lock:
		b.Each(onHome, qLockPG, homes)
	default:
		b.Each(onHome, qHomePG, homes)
	}
	b.Each(onAccount, qAccountsPG, homes)
}

// LoadLots adds to the batch what reads all live lots of the homes, and their
// holds.
func (bs Books) LoadLots(b *db.Batch, dialect db.Dialect, homes []int64) {
	var holding []int64
	for _, h := range homes {
		holds := false
		for _, a := range bs[home.ID(h)].Accounts {
			a.loaded = true
			holds = holds || a.Held > 0
		}
		if holds {
			holding = append(holding, h)
		}
	}
	bs.loadHolds(b, dialect, holding)
	if dialect == db.Postgres {
		b.Each(bs.onLot, qLiveLotsPG, homes)
		return
	}
	for _, h := range homes {
		b.Each(bs.onLot, qLiveLotsLite, h)
	}
}

func (bs Books) loadHolds(b *db.Batch, dialect db.Dialect, homes []int64) {
	if dialect == db.Postgres && len(homes) > 0 {
		b.Each(bs.onHold, qHoldsPG, homes)
		b.Each(bs.onLot, qHeldLotsPG, homes)
		return
	}
	for _, h := range homes {
		b.Each(bs.onHold, qHoldsLite, h)
		b.Each(bs.onLot, qHeldLotsLite, h)
	}
}

// onHold takes one part of a hold.
func (bs Books) onHold(r db.Row) error {
	var h home.ID
	var x Hold
	var p Part
	if err := r.Scan((*int64)(&h), (*int64)(&x.ID), (*int64)(&x.Account), (*int64)(&p.Lot), (*int64)(&p.Points), (*int64)(&x.Until)); err != nil {
		return err
	}
	book := bs[h]
	had := book.FindHold(x.ID)
	if had == nil {
		had = &x
		book.holds = append(book.holds, had)
	}
	had.Parts = append(had.Parts, p)
	return nil
}

// LotRef names a lot.
type LotRef struct {
	Home home.ID
	Lot  id.ID
}

// LoadNamed adds to the batch what reads lots by their ids, live or not.
func (bs Books) LoadNamed(b *db.Batch, dialect db.Dialect, refs []LotRef) {
	if dialect == db.Postgres {
		homes, lots := make([]int64, len(refs)), make([]int64, len(refs))
		for i, r := range refs {
			homes[i], lots[i] = int64(r.Home), int64(r.Lot)
		}
		b.Each(bs.onLot, qLotsPG, homes, lots)
		return
	}
	for _, r := range refs {
		b.Each(bs.onLot, qLotsLite, int64(r.Home), int64(r.Lot))
	}
}

// LoadSlidOff adds to the batch what reads the lots of an account that lived by
// its purchases and have been written off.
func (bs Books) LoadSlidOff(b *db.Batch, h home.ID, account id.ID) {
	b.Each(bs.onLot, qSlidOff, h, account)
}

// LoadAllLots adds to the batch what reads all lots of a home, also those of
// which nothing is left.
func (bs Books) LoadAllLots(b *db.Batch, h home.ID) { b.Each(bs.onLot, qAllLots, h) }

func (bs Books) onLot(r db.Row) error {
	h, l, err := scanLot(r)
	if book := bs[h]; book != nil {
		book.AddLots(l)
	}
	return err
}

// View reads homes with their accounts, and their live lots if asked for,
// without locking them.
func View(ctx context.Context, q db.Q, homes []int64, lots bool, now clock.Micros, ids *id.Maker) (Books, error) {
	bs := Books{}
	b := &db.Batch{}
	bs.Load(b, q.Dialect(), homes, false, now, ids)
	if err := q.Run(ctx, b); err != nil || !lots {
		return bs, err
	}
	found := make([]int64, 0, len(bs))
	for h := range bs {
		found = append(found, int64(h))
	}
	b = &db.Batch{}
	bs.LoadLots(b, q.Dialect(), found)
	return bs, q.Run(ctx, b)
}
