package ledger

import (
	"slices"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// The sides of a deposit. A posting of one is in kopecks, and its account is the
// deposit.
const (
	Deposited Side = "deposit"  // the member's money
	Received  Side = "received" // put in, less what was paid out; below zero by it
	Sold      Side = "sold"     // paid for purchases, less what came back
)

// The kinds of postings of a deposit.
const (
	TopUp   Kind = "top_up"   // money was put in
	PayOut  Kind = "pay_out"  // … and given back to the member
	PayFrom Kind = "pay_from" // a purchase was paid
	PayBack Kind = "pay_back" // … and came back
)

// Deposit is a member's prepaid money («депозитный счёт»), in kopecks. It lies in
// his own home, whoever's points he uses. What holds always: its balance is what
// was received less what was sold, each the sum of its postings; there is at most
// one open deposit in a home.
type Deposit struct {
	ID       id.ID
	Number   string       // for people: eleven digits
	Opened   clock.Micros // when
	Ends     clock.Micros // from here on it takes and pays nothing, but for what comes back and is paid out; 0: no end
	Closed   clock.Micros // 0: it is open
	Balance  money.Amount // below zero: closed receipts have spent what was not there
	Received money.Amount
	Sold     money.Amount
	Holds    []DepositHold // never changed in place

	isNew, dirty bool
	was          []DepositHold // as they are in the base
}

// DepositHold is money that is kept for a reservation. Past the instant it counts
// for nothing, though the row may still be there.
type DepositHold struct {
	ID     id.ID // of the reservation
	Amount money.Amount
	Until  clock.Micros
}

// Over tells whether the deposit takes and pays nothing any more.
func (d *Deposit) Over(at clock.Micros) bool {
	return d.Closed != 0 || d.Ends != 0 && d.Ends <= at
}

// HeldAt is what reservations keep at a time, but for one of them; 0: for none.
func (d *Deposit) HeldAt(at clock.Micros, but id.ID) (sum money.Amount) {
	for _, h := range d.Holds {
		if h.Until > at && h.ID != but {
			sum += h.Amount
		}
	}
	return sum
}

// KeepsAt is what it keeps for a reservation at a time.
func (d *Deposit) KeepsAt(at clock.Micros, reservation id.ID) money.Amount {
	return d.HeldAt(at, 0) - d.HeldAt(at, reservation)
}

// SpendableAt is what may be paid from it at a time, by a reservation of its own
// hold too; 0: by none.
func (d *Deposit) SpendableAt(at clock.Micros, by id.ID) money.Amount {
	if d.Over(at) {
		return 0
	}
	return max(d.Balance-d.HeldAt(at, by), 0)
}

// Deposits are the home's, the oldest first, where they were loaded.
func (b *Book) Deposits() []*Deposit { return b.deposits }

// Deposit finds one, nil where there is none.
func (b *Book) Deposit(i id.ID) *Deposit {
	for _, d := range b.deposits {
		if d.ID == i {
			return d
		}
	}
	return nil
}

// OpenDeposit is the one that is not closed; nil: there is none.
func (b *Book) OpenDeposit() *Deposit {
	for _, d := range b.deposits {
		if d.Closed == 0 {
			return d
		}
	}
	return nil
}

// NewDeposit opens one; op is what did it and is its id.
func (b *Book) NewDeposit(op id.ID, number string, ends clock.Micros) *Deposit {
	d := &Deposit{ID: op, Number: number, Opened: b.Now, Ends: ends, isNew: true}
	b.deposits = append(b.deposits, d)
	b.touched = true
	return d
}

// EndDeposit moves the day it ends on; 0: it has no end.
func (b *Book) EndDeposit(d *Deposit, ends clock.Micros) {
	d.Ends, d.dirty, b.touched = ends, true, true
}

// CloseDeposit closes it; what it has stays until it is paid out.
func (b *Book) CloseDeposit(d *Deposit) {
	d.Closed, d.dirty, b.touched = b.Now, true, true
}

// MoveDeposit posts kopecks of one of its kinds, above zero.
func (b *Book) MoveDeposit(d *Deposit, op id.ID, kind Kind, amount money.Amount, at clock.Micros) {
	var debit, credit Side
	switch kind {
	case TopUp:
		debit, credit = Received, Deposited
		d.Received += amount
		d.Balance += amount
	case PayOut:
		debit, credit = Deposited, Received
		d.Received -= amount
		d.Balance -= amount
	case PayFrom:
		debit, credit = Deposited, Sold
		d.Sold += amount
		d.Balance -= amount
	case PayBack:
		debit, credit = Sold, Deposited
		d.Sold -= amount
		d.Balance += amount
	default:
		panic("ledger: " + string(kind) + " is no kind of a deposit's")
	}
	b.post(nil, nil, op, kind, debit, credit, money.Points(amount), at)
	b.postings[len(b.postings)-1].Account = d.ID
	d.dirty = true
}

// HoldDeposit keeps money for a reservation, or keeps it until another time.
func (b *Book) HoldDeposit(d *Deposit, reservation id.ID, amount money.Amount, until clock.Micros) {
	d.Holds = append(d.without(reservation), DepositHold{ID: reservation, Amount: amount, Until: until})
	d.dirty, b.touched = true, true
}

// FreeDeposit lets go what is kept for a reservation, if anything is.
func (b *Book) FreeDeposit(d *Deposit, reservation id.ID) {
	if left := d.without(reservation); len(left) != len(d.Holds) {
		d.Holds, d.dirty, b.touched = left, true, true
	}
}

// without are the holds but for a reservation's.
func (d *Deposit) without(reservation id.ID) []DepositHold {
	return slices.DeleteFunc(slices.Clone(d.Holds), func(h DepositHold) bool { return h.ID == reservation })
}
