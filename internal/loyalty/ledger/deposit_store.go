package ledger

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	depositColumns = `home_id, deposit_id, number, opened_at, coalesce(ends_at, 0), coalesce(closed_at, 0), balance, received, sold`
	qDeposits      = `select ` + depositColumns + ` from deposit where `
	qDepositHolds  = `select home_id, hold_id, deposit_id, amount, until_at from deposit_hold where `
)

func scanDeposit(r db.Row) (h home.ID, d *Deposit, err error) {
	d = &Deposit{}
	err = r.Scan((*int64)(&h), (*int64)(&d.ID), &d.Number, (*int64)(&d.Opened), (*int64)(&d.Ends), (*int64)(&d.Closed),
		(*int64)(&d.Balance), (*int64)(&d.Received), (*int64)(&d.Sold))
	return h, d, err
}

// LoadDeposits adds to the batch what reads the deposits of homes that are in the
// books. It must be asked for before anything of them is moved.
func (bs Books) LoadDeposits(b *db.Batch, dialect db.Dialect, homes []int64) {
	if len(homes) == 0 {
		return
	}
	b.Each(func(r db.Row) error {
		h, d, err := scanDeposit(r)
		if book := bs[h]; book != nil && book.Deposit(d.ID) == nil {
			book.deposits = append(book.deposits, d)
		}
		return err
	}, qDeposits+dialect.In("home_id", 1)+` order by home_id, deposit_id`, homes)
	b.Each(func(r db.Row) error {
		var h home.ID
		var of id.ID
		var x DepositHold
		err := r.Scan((*int64)(&h), (*int64)(&x.ID), (*int64)(&of), (*int64)(&x.Amount), (*int64)(&x.Until))
		if book := bs[h]; book != nil {
			if d := book.Deposit(of); d != nil && !slices.ContainsFunc(d.was, func(y DepositHold) bool { return y.ID == x.ID }) {
				d.was = append(d.was, x)
				d.Holds = append(slices.Clone(d.Holds), x)
			}
		}
		return err
	}, qDepositHolds+dialect.In("home_id", 1)+` order by home_id, hold_id`, homes)
}

// DepositOf is a deposit with the home that it lies in.
type DepositOf struct {
	Home home.ID
	*Deposit
}

// ViewDeposits reads the deposits of homes without a lock, the newest first.
func ViewDeposits(ctx context.Context, q db.Q, homes []int64) ([]DepositOf, error) {
	books := Books{}
	for _, h := range homes {
		books[home.ID(h)] = &Book{Home: home.ID(h)}
	}
	b := &db.Batch{}
	books.LoadDeposits(b, q.Dialect(), homes)
	if err := q.Run(ctx, b); err != nil {
		return nil, err
	}
	var out []DepositOf
	for h, book := range books {
		for _, d := range book.deposits {
			out = append(out, DepositOf{h, d})
		}
	}
	slices.SortFunc(out, func(x, y DepositOf) int { return int(min(max(y.ID-x.ID, -1), 1)) })
	return out, nil
}

var insertDeposit = db.Many{
	PG: `insert into deposit (home_id, deposit_id, number, opened_at, ends_at, closed_at, balance, received, sold)
 select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])`,
	Lite:  `insert into deposit (home_id, deposit_id, number, opened_at, ends_at, closed_at, balance, received, sold) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
	Types: []string{"bigint", "bigint", "text", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint"},
}

var updateDeposit = db.Many{
	PG: `update deposit d set ends_at = u.ends_at, closed_at = u.closed_at, balance = u.balance, received = u.received, sold = u.sold
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
 as u (home_id, deposit_id, ends_at, closed_at, balance, received, sold)
 where d.home_id = u.home_id and d.deposit_id = u.deposit_id`,
	Lite: `update deposit set ends_at = $3, closed_at = $4, balance = $5, received = $6, sold = $7
 where home_id = $1 and deposit_id = $2`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint"},
	Exact: true,
}

var insertDepositHold = db.Many{
	PG: `insert into deposit_hold (home_id, hold_id, deposit_id, amount, until_at)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])`,
	Lite:  `insert into deposit_hold (home_id, hold_id, deposit_id, amount, until_at) values ($1, $2, $3, $4, $5)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bigint"},
}

var updateDepositHold = db.Many{
	PG: `update deposit_hold d set amount = u.amount, until_at = u.until_at
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as u (home_id, hold_id, amount, until_at)
 where d.home_id = u.home_id and d.hold_id = u.hold_id`,
	Lite:  `update deposit_hold set amount = $3, until_at = $4 where home_id = $1 and hold_id = $2`,
	Types: []string{"bigint", "bigint", "bigint", "bigint"},
	Exact: true,
}

var deleteDepositHold = db.Many{
	PG: `delete from deposit_hold d using unnest($1::bigint[], $2::bigint[]) as u (home_id, hold_id)
 where d.home_id = u.home_id and d.hold_id = u.hold_id`,
	Lite:  `delete from deposit_hold where home_id = $1 and hold_id = $2`,
	Types: []string{"bigint", "bigint"},
}

// depositRows are what a flush writes of deposits.
type depositRows struct{ made, changed, held, extended, freed *db.Many }

func newDepositRows() depositRows {
	return depositRows{insertDeposit.Of(), updateDeposit.Of(), insertDepositHold.Of(), updateDepositHold.Of(), deleteDepositHold.Of()}
}

func (r *depositRows) all() []*db.Many {
	return []*db.Many{r.made, r.changed, r.held, r.extended, r.freed}
}

func (r *depositRows) add(h int64, d *Deposit) {
	switch {
	case d.isNew:
		r.made.Add(h, int64(d.ID), d.Number, int64(d.Opened), db.N(d.Ends), db.N(d.Closed), int64(d.Balance), int64(d.Received), int64(d.Sold))
	case d.dirty:
		r.changed.Add(h, int64(d.ID), db.N(d.Ends), db.N(d.Closed), int64(d.Balance), int64(d.Received), int64(d.Sold))
	default:
		return
	}
	for _, x := range d.Holds {
		switch i := slices.IndexFunc(d.was, func(y DepositHold) bool { return y.ID == x.ID }); {
		case i < 0:
			r.held.Add(h, int64(x.ID), int64(d.ID), int64(x.Amount), int64(x.Until))
		case d.was[i] != x:
			r.extended.Add(h, int64(x.ID), int64(x.Amount), int64(x.Until))
		}
	}
	for _, x := range d.was {
		if !slices.ContainsFunc(d.Holds, func(y DepositHold) bool { return y.ID == x.ID }) {
			r.freed.Add(h, int64(x.ID))
		}
	}
}
