package purchase

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// DepositView is a deposit and how often it has paid.
type DepositView struct {
	ledger.DepositOf
	Spendable money.Amount // kopecks, now
	Held      money.Amount // by reservations, now
	Times     int64        // purchases that it has paid for
}

// DepositMove is one movement of a deposit: a posting, and what it was.
type DepositMove struct {
	Seq      int64 // in its home's journal
	Op       id.ID
	Kind     ledger.Kind
	Amount   money.Amount // onto the deposit; below zero: taken off
	At       clock.Micros
	PaidBy   string  // of money that came in or was paid out
	Outlet   id.ID   // 0: not told
	Purchase *Stored // that was paid, or came back, without its refunds; nil: none
	Reason   string
	Actor    string
}

const (
	qPaidTimes = `select count(*) from posting where home_id = $1 and account_id = $2 and kind = 'pay_from'`
	qHomesOf   = `select home_id from home where home_id in ` + ofMember + ` order by home_id`
	qMoves     = `select seq, op_id, kind, amount, at from posting where home_id = $1 and account_id = $2 and debit <> credit
 and (debit = 'deposit' or credit = 'deposit') and (seq < $3 or $3 = 0) order by seq desc limit $4`
	qMoveOps  = `select ` + depositOpColumns + ` from deposit_op where home_id = $1 and `
	qMoveOf   = `select refund_id, purchase_id, outlet_id from refund where home_id = $1 and `
	qMovePaid = `select ` + storedColumns + ` from purchase where home_id = $1 and `
)

// Deposits lists the deposits of a member, those of who was merged into him too,
// the newest first.
func (d *Desk) Deposits(ctx context.Context, h home.ID) ([]DepositView, error) {
	homes, err := db.All(ctx, d.DB, func(r db.Row) (h int64, err error) { return h, r.Scan(&h) }, qHomesOf, h)
	if err != nil || len(homes) == 0 {
		return nil, err
	}
	list, err := ledger.ViewDeposits(ctx, d.DB, homes)
	if err != nil {
		return nil, err
	}
	now := d.Clock.Now()
	out := make([]DepositView, len(list))
	for i, x := range list {
		out[i] = DepositView{DepositOf: x, Spendable: x.SpendableAt(now, 0), Held: x.HeldAt(now, 0)}
		if out[i].Times, err = d.DepositPaid(ctx, x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// DepositPaid is how many purchases a deposit has paid for, those that came back too.
func (d *Desk) DepositPaid(ctx context.Context, of ledger.DepositOf) (n int64, err error) {
	return n, d.DB.Row(ctx, qPaidTimes, of.Home, of.ID).Scan(&n)
}

// Deposit finds one of a member's deposits.
func (d *Desk) Deposit(ctx context.Context, h home.ID, deposit id.ID) (DepositView, error) {
	list, err := d.Deposits(ctx, h)
	if err != nil {
		return DepositView{}, err
	}
	for i := range list {
		if list[i].ID == deposit {
			return list[i], nil
		}
	}
	return DepositView{}, fault.New(fault.NotFound, "deposit.not-found")
}

// DepositMoves lists the movements of a deposit, the newest first; before is the
// last one already had, 0 for the beginning.
func (d *Desk) DepositMoves(ctx context.Context, of ledger.DepositOf, before int64, limit int) ([]DepositMove, error) {
	list, err := db.All(ctx, d.DB, func(r db.Row) (m DepositMove, err error) {
		err = r.Scan(&m.Seq, (*int64)(&m.Op), (*string)(&m.Kind), (*int64)(&m.Amount), (*int64)(&m.At))
		if m.Kind == ledger.PayFrom || m.Kind == ledger.PayOut {
			m.Amount = -m.Amount
		}
		return m, err
	}, qMoves, of.Home, of.ID, before, min(limit, maxPage))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, d.tellMoves(ctx, of.Home, list)
}

// tellMoves says of movements what they were.
func (d *Desk) tellMoves(ctx context.Context, h home.ID, list []DepositMove) error {
	ops := make([]int64, len(list))
	at := make(map[id.ID]*DepositMove, len(list))
	for i := range list {
		ops[i], at[list[i].Op] = int64(list[i].Op), &list[i]
	}
	in := d.DB.Dialect().In
	done, err := db.All(ctx, d.DB, scanDepositOp, qMoveOps+in("op_id", 2), h, ops)
	if err != nil {
		return err
	}
	for _, o := range done {
		m := at[o.ID]
		m.PaidBy, m.Outlet, m.Reason, m.Actor = o.PaidBy, o.Outlet, o.Reason, o.Actor
	}
	return d.tellPaid(ctx, h, ops, at)
}

// tellPaid says which purchases were paid, or came back and where.
func (d *Desk) tellPaid(ctx context.Context, h home.ID, ops []int64, at map[id.ID]*DepositMove) error {
	in := d.DB.Dialect().In
	of := map[id.ID][]*DepositMove{} // of a purchase
	for op, m := range at {
		if m.Kind == ledger.PayFrom {
			of[op] = append(of[op], m)
		}
	}
	err := d.DB.Each(ctx, func(r db.Row) error {
		var refund, purchase id.ID
		var outlet id.ID
		err := r.Scan((*int64)(&refund), (*int64)(&purchase), (*int64)(&outlet))
		at[refund].Outlet = outlet
		of[purchase] = append(of[purchase], at[refund])
		return err
	}, qMoveOf+in("refund_id", 2), h, ops)
	if err != nil || len(of) == 0 {
		return err
	}
	bought := make([]int64, 0, len(of))
	for i := range of {
		bought = append(bought, int64(i))
	}
	paid, err := db.All(ctx, d.DB, scanPurchase, qMovePaid+in("purchase_id", 2), h, bought)
	for _, p := range paid {
		for _, m := range of[p.ID] {
			if m.Purchase = p; m.Outlet == 0 {
				m.Outlet = p.Outlet
			}
		}
	}
	return err
}
