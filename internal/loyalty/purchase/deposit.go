package purchase

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// A deposit is a kind of payment: the line keeps its price, and what it pays is
// the buyer's own prepaid money (package ledger). A receipt that is judged is
// refused where the deposit has not got so much; one that is closed already is
// written, and what the deposit had not is owed by it. What a refund gives back
// in this kind goes to the deposit that has paid, also where it is closed by
// then: the money is the member's, and is paid out from there.

// DepositKind is the kind of payment that a deposit is.
const DepositKind = "deposit"

// Flags of a purchase that a deposit has paid for.
const (
	FlagDepositNone  = "deposit-none"  // its buyer has no open deposit, or had none then: nothing was taken from one
	FlagDepositShort = "deposit-short" // the deposit has not got so much, or takes and pays nothing any more
)

// ofDeposit is what a deposit pays.
func ofDeposit(list []Payment) money.Amount { return PaidIn(list, DepositKind) }

// payFromDeposit finds the deposit that pays for a purchase, if one does. fact: it
// has happened already; reservation: that is paid for, whose hold is its own.
func (p *Purchase) payFromDeposit(book *ledger.Book, at clock.Micros, fact bool, reservation id.ID) error {
	p.Deposit = 0
	sum := ofDeposit(p.Payments)
	if sum == 0 {
		return nil
	}
	d := book.OpenDeposit()
	switch {
	case fact && (d == nil || at < d.Opened):
		p.flag(FlagDepositNone)
		return nil
	case book.Home.Kind() != home.Member:
		return fault.New(fault.Refused, "deposit.nobody")
	case d == nil:
		return fault.New(fault.Refused, "deposit.none")
	case d.SpendableAt(at, reservation) >= sum:
	case fact, reservation != 0 && d.KeepsAt(at, reservation) >= sum: // what was promised is kept, whatever has come between
		p.flag(FlagDepositShort)
	case d.Over(at):
		return fault.New(fault.Refused, "deposit.ended", "number", d.Number)
	default:
		return fault.New(fault.Refused, "deposit.not-enough", "asked", sum, "most", d.SpendableAt(at, reservation))
	}
	p.Deposit = d.ID
	return nil
}

// payFromDeposit finds the deposit that pays for an order. One that the reservation
// was not told of is refused where it takes a proof, which was asked for then.
func (o *confirming) payFromDeposit(g *group, p *Purchase) error {
	if err := p.payFromDeposit(g.books[o.home], o.at, o.req.Record, o.r.ID); err != nil {
		return err
	}
	if o.r.Deposit == 0 && !o.req.Record && p.depositAsksProof(o.own) {
		return fault.New(fault.Conflict, "deposit.reservation")
	}
	return nil
}

// depositAsksProof tells whether a programme asks for a proof of whoever pays so much
// from a deposit.
func (p *Purchase) depositAsksProof(by *rule.Programme) bool {
	above := by.Settings.SpendProofAbove
	return p.Deposit != 0 && above >= 0 && ofDeposit(p.Payments) > by.Kopecks(above)
}

// takeDeposit takes what the deposit pays, and lets go what a reservation kept of
// it; 0: it is paid for without one.
func (p *Purchase) takeDeposit(book *ledger.Book, reservation id.ID) {
	for _, d := range book.Deposits() {
		book.FreeDeposit(d, reservation)
	}
	if p.Deposit != 0 {
		book.MoveDeposit(book.Deposit(p.Deposit), p.ID, ledger.PayFrom, ofDeposit(p.Payments), p.At)
	}
}

// holdDeposit keeps what the deposit is to pay for a reservation.
func (p *Purchase) holdDeposit(book *ledger.Book, until clock.Micros) {
	if p.Deposit != 0 {
		book.HoldDeposit(book.Deposit(p.Deposit), p.ID, ofDeposit(p.Payments), until)
	}
}

// giveDepositBack gives back to the deposit what the refund gives back in its kind.
func (f *Refund) giveDepositBack(book *ledger.Book, s *Stored) {
	back := ofDeposit(f.Payments)
	if s.Deposit == 0 || back == 0 {
		return
	}
	f.Deposit = s.Deposit
	book.MoveDeposit(book.Deposit(s.Deposit), f.ID, ledger.PayBack, back, f.At)
}

// depositHas refuses a quote that names more than the buyer's deposit has.
func (s *sale) depositHas(ctx context.Context, q db.Q) error {
	p := &Purchase{Payments: s.cart.Payments}
	if ofDeposit(p.Payments) == 0 {
		return nil
	}
	books := ledger.Books{s.home: &ledger.Book{Home: s.home}}
	b := &db.Batch{}
	books.LoadDeposits(b, q.Dialect(), []int64{int64(s.home)})
	if err := q.Run(ctx, b); err != nil {
		return err
	}
	return p.payFromDeposit(books[s.home], s.at, false, 0)
}

// readDeposits reads the deposits that operations have asked for.
func (g *group) readDeposits(b *db.Batch) {
	homes := make([]int64, 0, len(g.wantDeposits))
	for h := range g.wantDeposits {
		if g.books[h] != nil {
			homes = append(homes, int64(h))
		}
	}
	g.books.LoadDeposits(b, g.tx.Dialect(), homes)
}
