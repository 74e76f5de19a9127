package bench

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// A hundred million lots are not sold one receipt after another: the desk sells
// the first member's receipt, and the others' are copies of it with homes,
// operations and lots of their own. The copies are posted by the ledger itself, a
// thousand books to a transaction; verify proves them like any other.
const (
	copiesAtOnce = 1_000
	copiers      = 2 // on PostgreSQL; SQLite has one writer
)

// pattern is the receipt that the others are copied from.
type pattern struct {
	purchase.Purchase

	grants []ledger.Grant // a lot each, in the order of its document
	doc    []piece
}

// piece is a part of a document: what is the same in all copies, and which
// of a copy's own values follows it; -1: none.
type piece struct {
	text  string
	value int
}

// The values that are each copy's own: these, then its lots.
const (
	ofHome = iota
	ofOp
	ofAccount
	ofKey
)

func homeOf(n int64) home.ID { return home.ID(firstHome + n*homeStep) }

func lotsKey(n int64) string { return fmt.Sprintf("lots-%d", n) }

func readPattern(ctx context.Context, d *db.DB) (*pattern, error) {
	p := &pattern{}
	var text string
	err := d.Row(ctx, `select doc from purchase where home_id = $1`, homeOf(0)).Scan(&text)
	if err == nil {
		err = json.Unmarshal([]byte(text), &p.Purchase)
	}
	if err != nil {
		return nil, fmt.Errorf("bench: the receipt to be copied: %w", err)
	}
	own := []string{ofHome: p.Home.String(), ofOp: p.ID.String(), ofAccount: p.Account.String(), ofKey: p.Key}
	for _, l := range p.Lots {
		own = append(own, l.ID.String())
		g := ledger.Grant{Op: p.ID}
		err := d.Row(ctx, `select amount, earned_at, active_at, expires_at, source, partner_id from lot where home_id = $1 and lot_id = $2`, p.Home, l.ID).
			Scan((*int64)(&g.Points), (*int64)(&g.EarnedAt), (*int64)(&g.ActiveAt), (*int64)(&g.ExpiresAt), (*string)(&g.Source), (*int64)(&g.Partner))
		if err != nil {
			return nil, fmt.Errorf("bench: the lots to be copied: %w", err)
		}
		p.grants = append(p.grants, g)
	}
	p.doc = pieces(text, own)
	return p, nil
}

// pieces cuts a document where one of the values stands as a string of its own.
func pieces(doc string, values []string) (out []piece) {
	for doc != "" {
		first, which := len(doc), -1
		for i, v := range values {
			if at := strings.Index(doc, `"`+v+`"`); at >= 0 && at < first {
				first, which = at, i
			}
		}
		if which < 0 {
			return append(out, piece{doc, -1})
		}
		out = append(out, piece{doc[:first+1], which})
		doc = doc[first+1+len(values[which]):]
	}
	return out
}

// fill writes the document with a copy's values.
func fill(doc []piece, values []string) string {
	var b strings.Builder
	for _, p := range doc {
		b.WriteString(p.text)
		if p.value >= 0 {
			b.WriteString(values[p.value])
		}
	}
	return b.String()
}

var copiedPurchase = db.Many{
	PG: `insert into purchase (home_id, purchase_id, account_id, programme_id, outlet_id, at, day, state, refunded, tickets, doc, digest)
 select h, i, a, p, o, t, d, 'done', 0, 0, doc, x
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::bytea[]) as u (h, i, a, p, o, t, d, doc, x)`,
	Lite: `insert into purchase (home_id, purchase_id, account_id, programme_id, outlet_id, at, day, state, refunded, tickets, doc, digest)
 values ($1, $2, $3, $4, $5, $6, $7, 'done', 0, 0, $8, $9)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "text", "bytea"},
}

var copiedKey = db.Many{
	PG:    `insert into receipt_key (till_id, key, home_id, op_id, hash) select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bytea[])`,
	Lite:  `insert into receipt_key (till_id, key, home_id, op_id, hash) values ($1, $2, $3, $4, $5)`,
	Types: []string{"bigint", "text", "bigint", "bigint", "bytea"},
}

// copies are some members' receipts, to be written together.
type copies struct {
	books           ledger.Books
	purchases, keys *db.Many
}

// add posts the receipt of member n, to an account that it opens.
func (c *copies) add(p *pattern, n int64, ids *id.Maker) {
	b := &ledger.Book{Home: homeOf(n), Now: p.WrittenAt, IDs: ids}
	a := b.Open(p.Programme, firstRegistered+clock.Micros(n))
	a.ID = id.ID(b.Home) + 1
	a.Clock = p.At
	op, mark := ids.New(), b.Mark()
	own := []string{ofHome: b.Home.String(), ofOp: op.String(), ofAccount: a.ID.String(), ofKey: lotsKey(n)}
	for _, g := range p.grants {
		g.Op = op
		own = append(own, b.Earn(a, g).ID.String())
	}
	a.Purchases, a.Turnover, a.FirstPurchase, a.LastPurchase = 1, p.Due, p.At, p.At
	a.Changed()
	doc := fill(p.doc, own)
	digest := sha256.Sum256([]byte(doc))
	b.Chain(mark, op, digest, p.At)
	c.books[b.Home] = b
	c.purchases.Add(int64(b.Home), int64(op), int64(a.ID), int64(p.Programme), int64(p.Outlet), int64(p.At), p.Day, doc, digest[:])
	c.keys.Add(int64(p.Till), lotsKey(n), int64(b.Home), int64(op), digest[:])
}

// copyReceipts gives all members but the first a copy of his receipt.
func (r *run) copyReceipts(ctx context.Context, d *db.DB, ids *id.Maker) error {
	p, err := readPattern(ctx, d)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := copiers
	if d.Dialect() == db.SQLite {
		workers = 1
	}
	var next, done atomic.Int64
	next.Store(1)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for from := next.Add(copiesAtOnce) - copiesAtOnce; from < r.Members && ctx.Err() == nil; from = next.Add(copiesAtOnce) - copiesAtOnce {
				to := min(from+copiesAtOnce, r.Members)
				if err := copyTo(ctx, d, p, from, to, ids); err != nil {
					cancel(fmt.Errorf("bench: lots of members from %d: %w", from, err))
					return
				}
				r.Step(Step{Name: MakingLots, N: done.Add(to - from)})
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return d.Write(ctx, func(tx *db.Tx) error { return p.count(ctx, tx, r.Members-1) })
}

// copyTo writes the receipts of members from to to (not included).
func copyTo(ctx context.Context, d *db.DB, p *pattern, from, to int64, ids *id.Maker) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		c := copies{books: make(ledger.Books, to-from), purchases: copiedPurchase.Of(), keys: copiedKey.Of()}
		for n := from; n < to; n++ {
			c.add(p, n, ids)
		}
		b := &db.Batch{}
		c.books.Flush(b)
		b.Many(c.purchases)
		b.Many(c.keys)
		return tx.Run(ctx, b)
	})
}

// What the figures know of n copies. That of the pattern itself they learn from
// its event.
const (
	qCopiesOfDay = `insert into figure_day (day, outlet_id, programme_id, receipts, member_receipts, gross, discount, paid, money, spent, earned,
 refunds, refunds_whole, refund_gross, refund_discount, refund_paid, refund_withheld, refund_money, refund_spent, refund_earned, expired, adjusted, opened, gifts, levels)
 values ($1, $2, $3, $4, $4, $5, 0, 0, $6, 0, $7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`
	qCopiesOfCashier = `insert into figure_cashier (day, outlet_id, programme_id, cashier_id, receipts, member_receipts, gross, discount, paid, money, spent, earned,
 refunds, refunds_whole, refund_gross, refund_discount, refund_paid, refund_withheld, refund_money, refund_spent, refund_earned)
 values ($1, $2, $3, 0, $4, $4, $5, 0, 0, $6, 0, $7, 0, 0, 0, 0, 0, 0, 0, 0, 0)`
	qCopiesOfCampaign = `insert into figure_campaign (day, outlet_id, programme_id, campaign, receipts, uses, money, discount, earned,
 refunds, refund_uses, refund_money, refund_discount, refund_earned)
 values ($1, $2, $3, 'base', $4, 0, $5, 0, $6, 0, 0, 0, 0, 0)`
)

func (p *pattern) count(ctx context.Context, tx *db.Tx, n int64) error {
	gross, due, earned := n*int64(p.Gross), n*int64(p.Due), n*int64(p.Earned)
	for _, text := range []string{qCopiesOfDay, qCopiesOfCashier} {
		if _, err := tx.Exec(ctx, text, p.Day, p.Outlet, p.Programme, n, gross, due, earned); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qCopiesOfCampaign, p.Day, p.Outlet, p.Programme, n, due, earned)
	return err
}
