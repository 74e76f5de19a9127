package verify

import (
	"cmp"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// A deposit is proved from its postings, which are in kopecks and whose account it
// is: its sums are theirs, and each of them is of a purchase, a refund or an
// operation by hand that says just that. A balance that is what was received less
// what was sold then follows from the sides.

const (
	qDeposits = `select home_id, deposit_id, number, opened_at, coalesce(ends_at, 0), coalesce(closed_at, 0), balance, received, sold
 from deposit where home_id > $1 and home_id <= $2 order by home_id, deposit_id`
	qDepositHolds = `select home_id, hold_id, deposit_id, amount, until_at from deposit_hold where home_id > $1 and home_id <= $2 order by home_id, hold_id`
	qDepositOps   = `select home_id, op_id, deposit_id, kind, amount, paid_by, outlet_id, ends_at, reason, words, actor, at, digest
 from deposit_op where home_id > $1 and home_id <= $2 order by home_id, op_id`
)

type depositRow struct {
	home home.ID
	ledger.Deposit
}

func (r *depositRow) of() home.ID { return r.home }

func scanDeposit(r db.Row) (d depositRow, err error) {
	return d, r.Scan((*int64)(&d.home), (*int64)(&d.ID), &d.Number, (*int64)(&d.Opened), (*int64)(&d.Ends), (*int64)(&d.Closed),
		(*int64)(&d.Balance), (*int64)(&d.Received), (*int64)(&d.Sold))
}

// depositHoldRow is what a reservation keeps of a deposit.
type depositHoldRow struct {
	home    home.ID
	deposit id.ID
	ledger.DepositHold
}

func (r *depositHoldRow) of() home.ID { return r.home }

func scanDepositHold(r db.Row) (h depositHoldRow, err error) {
	return h, r.Scan((*int64)(&h.home), (*int64)(&h.ID), (*int64)(&h.deposit), (*int64)(&h.Amount), (*int64)(&h.Until))
}

// depositOpRow is what was done to a deposit by hand.
type depositOpRow struct {
	purchase.DepositOp
	digest []byte
}

func (r *depositOpRow) of() home.ID { return r.Home }

func scanDepositOp(r db.Row) (o depositOpRow, err error) {
	return o, r.Scan((*int64)(&o.Home), (*int64)(&o.ID), (*int64)(&o.Deposit), (*string)(&o.Do), (*int64)(&o.Amount), &o.PaidBy, (*int64)(&o.Outlet),
		(*int64)(&o.Ends), &o.Reason, (*string)(&o.Words), &o.Actor, (*int64)(&o.At), &o.digest)
}

// moves is the money that the operation says it has moved.
func (r *depositOpRow) moves() paid {
	switch {
	case r.Do == purchase.TopUpDeposit:
		return paid{ledger.TopUp, r.Deposit, r.Amount}
	case r.Amount != 0 && (r.Do == purchase.CloseDeposit || r.Do == purchase.PayOutDeposit):
		return paid{ledger.PayOut, r.Deposit, r.Amount}
	}
	return paid{}
}

// depositCheck is a deposit, its sums over its postings and what was done to it by
// hand.
type depositCheck struct {
	*depositRow
	deposited, received, sold money.Amount
	ops                       []*depositOpRow
}

func (d *depositCheck) count(p *postingRow) {
	d.deposited += money.Amount(net(p, ledger.Deposited))
	d.received += money.Amount(net(p, ledger.Received))
	d.sold += money.Amount(net(p, ledger.Sold))
}

// ofDeposit tells whether a kind of posting moves money of a deposit.
func ofDeposit(k ledger.Kind) bool {
	switch k {
	case ledger.TopUp, ledger.PayOut, ledger.PayFrom, ledger.PayBack:
		return true
	}
	return false
}

// readDeposits notes what was done by hand, and which operations may move money of
// deposits.
func (c *homeCheck) readDeposits() {
	for i := range c.rows.depositOps {
		row := &c.rows.depositOps[i]
		o := row.DepositOp
		if d := c.deposits[o.Deposit]; o.Do == purchase.OpenDeposit && d != nil {
			o.Number = d.Number
		}
		sum, _ := o.Digest() // plain fields can't fail
		c.op(o.ID, "deposit_op", key("op_id", o.ID), sum, row.digest)
		c.ops[o.ID].pays = true
	}
	for i := range c.rows.purchases {
		c.ops[c.rows.purchases[i].id].pays = true
	}
	for i := range c.rows.refunds {
		c.ops[c.rows.refunds[i].id].pays = true
	}
}

// checkDeposits holds deposits to what was done to them, and each operation to the
// money that its postings move.
func (c *homeCheck) checkDeposits() {
	c.checkDepositOps()
	for _, s := range c.sales {
		c.checkPaid(s)
	}
	for _, f := range c.refunds {
		c.checkPaidBack(f)
	}
	var open id.ID
	for i := range c.rows.deposits {
		d := c.deposits[c.rows.deposits[i].ID]
		at := key("deposit_id", d.ID)
		if d.Closed == 0 {
			if open != 0 {
				c.bad(DepositOpen, "deposit", at, "open beside "+open.String(), "one that is open")
			}
			open = d.ID
		}
		c.checkDone(d, at)
		equal := func(i Invariant, found, wanted money.Amount) {
			if found != wanted {
				c.bad(i, "deposit", at, int64(found), int64(wanted))
			}
		}
		equal(DepositBalance, d.Balance, d.deposited)
		equal(DepositReceived, d.Received, -d.received)
		equal(DepositSold, d.Sold, d.sold)
	}
	c.checkDepositHolds()
}

func (c *homeCheck) checkDepositOps() {
	for i := range c.rows.depositOps {
		x := &c.rows.depositOps[i]
		at := key("op_id", x.ID)
		d := c.deposits[x.Deposit]
		if d == nil || (x.Do == purchase.OpenDeposit) != (x.ID == x.Deposit) {
			c.bad(DepositOp, "deposit_op", at, fmt.Sprintf("%s deposit_id %s", x.Do, x.Deposit), "a deposit of the home, opened by the operation that it is named after")
		}
		if d != nil {
			d.ops = append(d.ops, x)
		}
		if o := c.chained("deposit_op", at, x.ID); o != nil {
			c.checkMoney(OpPostings, "deposit_op", at, o, x.moves())
		}
	}
}

// done is what operations by hand make of a deposit.
type done struct{ opened, ends, closed clock.Micros }

// String tells it.
func (d done) String() string {
	return fmt.Sprintf("opened at %d, ends at %d, closed at %d", d.opened, d.ends, d.closed)
}

// checkDone holds a deposit's row to what was done to it, in the order of the
// journal.
func (c *homeCheck) checkDone(d *depositCheck, at rowKey) {
	slices.SortFunc(d.ops, func(x, y *depositOpRow) int { return cmp.Compare(c.ops[x.ID].first, c.ops[y.ID].first) })
	var wanted done
	for _, x := range d.ops {
		switch x.Do {
		case purchase.OpenDeposit:
			wanted.opened, wanted.ends = x.At, x.Ends
		case purchase.MoveTerm:
			wanted.ends = x.Ends
		case purchase.CloseDeposit:
			wanted.closed = x.At
		}
	}
	if found := (done{d.Opened, d.Ends, d.Closed}); found != wanted {
		c.bad(DepositColumns, "deposit", at, found, wanted)
	}
}

// paid is money of one kind of posting and of one deposit.
type paid struct {
	kind    ledger.Kind
	deposit id.ID
	amount  money.Amount
}

// String tells it.
func (p paid) String() string {
	if p == (paid{}) {
		return "nothing"
	}
	return fmt.Sprintf("%s %d, deposit %s", p.kind, p.amount, p.deposit)
}

// checkMoney holds the money that an operation's postings move to what it says.
func (c *homeCheck) checkMoney(i Invariant, table string, at rowKey, o *opCheck, wanted paid) {
	var found paid
	for n, p := range o.money {
		x := paid{p.Kind, p.Account, money.Amount(p.Amount)}
		if n > 0 && (x.kind != found.kind || x.deposit != found.deposit) {
			c.bad(i, table, at, fmt.Sprintf("%s beside %s", x, found), wanted)
			return
		}
		x.amount += found.amount
		found = x
	}
	if found != wanted {
		c.bad(i, table, at, found, wanted)
	}
}

// checkPaid holds a purchase to what it took from a deposit, and its refunds, in
// the order of the journal, to giving back no more.
func (c *homeCheck) checkPaid(s *saleCheck) {
	o := c.ops[s.id]
	if s.doc == nil || o.first == 0 {
		return // told already
	}
	left := purchase.PaidIn(s.doc.Payments, purchase.DepositKind)
	var wanted paid
	if s.doc.Deposit != 0 {
		wanted = paid{ledger.PayFrom, s.doc.Deposit, left}
	}
	c.checkMoney(DepositPaid, "purchase", key("purchase_id", s.id), o, wanted)
	for _, f := range s.refunds {
		if f.doc.Deposit == 0 {
			continue
		}
		if left -= purchase.PaidIn(f.doc.Payments, purchase.DepositKind); left < 0 {
			c.bad(DepositAbove, "refund", key("refund_id", f.id), fmt.Sprintf("%d too much", -left), "at most what the deposit has paid")
		}
	}
}

// checkPaidBack holds a refund to what it gave back to a deposit: to the one that
// has paid, where one has.
func (c *homeCheck) checkPaidBack(f *refundCheck) {
	o, at, back := c.ops[f.id], key("refund_id", f.id), purchase.PaidIn(f.doc.Payments, purchase.DepositKind)
	if of := c.paidFrom(f); back != 0 && f.doc.Deposit != of || back == 0 && f.doc.Deposit != 0 {
		c.bad(DepositBack, "refund", at, fmt.Sprintf("%d to deposit %s", back, f.doc.Deposit), "to deposit "+of.String())
		return
	}
	if o.first == 0 {
		return // told already
	}
	var wanted paid
	if f.doc.Deposit != 0 {
		wanted = paid{ledger.PayBack, f.doc.Deposit, back}
	}
	c.checkMoney(DepositBack, "refund", at, o, wanted)
}

// paidFrom is the deposit that has paid for what a refund is of; where that is not
// known, which is told already, the one that it names.
func (c *homeCheck) paidFrom(f *refundCheck) id.ID {
	switch {
	case f.purchase == 0:
		return 0
	case f.sale == nil || f.sale.doc == nil:
		return f.doc.Deposit
	}
	return f.sale.doc.Deposit
}

// checkDepositHolds holds what is kept of deposits to the reservations that it is
// kept for, and those to it. A hold that has run out may still be there, or not.
func (c *homeCheck) checkDepositHolds() {
	kept := make(map[id.ID]bool, len(c.rows.depositHolds))
	for i := range c.rows.depositHolds {
		h := &c.rows.depositHolds[i]
		kept[h.ID] = true
		found := fmt.Sprintf("%d of deposit %s until %d", h.Amount, h.deposit, h.Until)
		switch r := c.reservations[h.ID]; {
		case c.deposits[h.deposit] == nil || r == nil || r.home != c.home || r.state != string(purchase.ReservationHeld):
			c.bad(DepositHold, "deposit_hold", key("hold_id", h.ID), found, "a deposit and a reservation of the home that holds")
		case r.doc != nil && (r.doc.Deposit != h.deposit || purchase.PaidIn(r.doc.Payments, purchase.DepositKind) != h.Amount || r.until != h.Until):
			c.bad(DepositHold, "deposit_hold", key("hold_id", h.ID), found,
				fmt.Sprintf("%d of deposit %s until %d", purchase.PaidIn(r.doc.Payments, purchase.DepositKind), r.doc.Deposit, r.until))
		}
	}
	now := clock.System{}.Now() // after the snapshot was taken: what has run out by then need not be there
	for i := range c.rows.reservations {
		r := c.reservations[c.rows.reservations[i].id]
		if r.state == string(purchase.ReservationHeld) && r.until > now && r.doc != nil && r.doc.Deposit != 0 && !kept[r.id] {
			c.bad(DepositHeld, "reservation", key("reservation_id", r.id), "nothing kept of its deposit", purchase.PaidIn(r.doc.Payments, purchase.DepositKind))
		}
	}
}
