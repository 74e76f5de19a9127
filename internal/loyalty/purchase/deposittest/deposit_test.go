package deposittest

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// TestDeposit: money that was put in pays for purchases in its kind, the line
// keeping its price; what comes back in parts ends exactly where the whole ends;
// what is left is paid out at the end, and what comes back later after it.
func TestDeposit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Person(t)
		i := s.opened(b, 500_00)
		p := s.buy(s.cart(b, 300_00, 100_01))
		if p.Deposit != i || p.Due != 300_00 || p.Discount != 0 || p.Paid != 0 || p.Earned != 9_00 {
			t.Errorf("%+v", p)
		}
		s.stands(b, i, 399_99)
		var came money.Amount
		for _, part := range []money.Amount{33_33, 100_00, 166_67} {
			f := s.back(p, part)
			for _, x := range f.Payments {
				if x.Kind == purchase.DepositKind {
					came += x.Amount
				}
			}
			s.stands(b, i, 399_99+came)
		}
		if came != 100_01 {
			t.Errorf("%d came back of 10001", came)
		}
		q := s.buy(s.cart(b, 200_00, 200_00))
		_, err := s.do(purchase.DepositRequest{Do: purchase.CloseDeposit, Home: b.Home, Deposit: i, Amount: 299_99, PaidBy: "cash"})
		s.refused(err, "deposit.moved")
		closing := purchase.DepositRequest{Do: purchase.CloseDeposit, Key: "close", Home: b.Home, Deposit: i, Amount: 300_00, PaidBy: "cash"}
		for n := range 2 {
			o, err := s.do(closing)
			s.no(err)
			if o.Replayed != (n > 0) || o.Of.Balance != 0 || o.Of.Closed == 0 {
				t.Errorf("%+v", o)
			}
		}
		s.back(q, 50_00) // the money is the member's, also now
		s.stands(b, i, 50_00)
		_, err = s.Desk.Commit(t.Context(), s.cart(b, 50_00, 50_00))
		s.refused(err, "deposit.none")
		_, err = s.do(purchase.DepositRequest{Do: purchase.PayOutDeposit, Home: b.Home, Deposit: i, Amount: 50_00, PaidBy: "cash"})
		s.no(err)
		v := s.left(b.Home, i)
		if v.Balance != 0 || v.Received != 150_00 || v.Sold != 150_00 || v.Times != 2 {
			t.Errorf("%+v %+v", v, v.Deposit)
		}
		s.told(v)
		s.proved()
	})
}

// told holds the movements of a deposit to its balance, page by page.
func (s *shop) told(v purchase.DepositView) {
	s.t.Helper()
	var sum money.Amount
	var before int64
	kinds := map[ledger.Kind]int{}
	for {
		list, err := s.Desk.DepositMoves(s.t.Context(), v.DepositOf, before, 3)
		s.no(err)
		if len(list) == 0 {
			break
		}
		for _, m := range list {
			if before != 0 && m.Seq >= before {
				s.t.Errorf("%d after %d", m.Seq, before)
			}
			sum, before = sum+m.Amount, m.Seq
			kinds[m.Kind]++
			if bought := m.Kind == ledger.PayFrom || m.Kind == ledger.PayBack; bought != (m.Purchase != nil) || bought == (m.PaidBy != "") {
				s.t.Errorf("%+v", m)
			}
		}
	}
	if sum != v.Balance || kinds[ledger.PayFrom] != int(v.Times) {
		s.t.Errorf("movements come to %d (%v), the balance is %d", sum, kinds, v.Balance)
	}
}

// TestDepositIsRefused: what can't be done is refused by a code of its own, and
// nothing is done.
func TestDepositIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b, other := s.Person(t), s.Person(t)
		i := s.opened(b, 100_00)
		on := func(do purchase.DepositDeed, amount money.Amount, by string) purchase.DepositRequest {
			return purchase.DepositRequest{Do: do, Home: b.Home, Deposit: i, Amount: amount, PaidBy: by}
		}
		for _, x := range []struct {
			r    purchase.DepositRequest
			code string
		}{
			{on(purchase.TopUpDeposit, 0, "card"), "deposit.amount"},
			{on(purchase.TopUpDeposit, purchase.MaxTopUp+1, "card"), "deposit.amount"},
			{on(purchase.TopUpDeposit, -1, "card"), "deposit.amount"},
			{on(purchase.TopUpDeposit, 1, ""), "deposit.kind-needed"},
			{on(purchase.TopUpDeposit, 1, " Deposit"), "deposit.kind"},
			{on(purchase.TopUpDeposit, 1, "certificate"), "deposit.kind"},
			{on(purchase.TopUpDeposit, 1, "pushkin"), "deposit.kind"},
			{on(purchase.PayOutDeposit, 100_01, "cash"), "deposit.pays-less"},
			{on(purchase.PayOutDeposit, 0, "cash"), "deposit.amount"},
			{on(purchase.PayOutDeposit, 1, ""), "deposit.kind-needed"},
			{on(purchase.CloseDeposit, 0, ""), "deposit.moved"},
			{purchase.DepositRequest{Do: purchase.OpenDeposit, Home: b.Home}, "deposit.open-already"},
			{purchase.DepositRequest{Do: purchase.OpenDeposit, Home: other.Home, Ends: s.Clock.Now()}, "deposit.term"},
			{purchase.DepositRequest{Do: purchase.MoveTerm, Home: b.Home, Deposit: i, Ends: 1}, "deposit.term"},
			{purchase.DepositRequest{Do: purchase.TopUpDeposit, Home: other.Home, Deposit: i, Amount: 1, PaidBy: "card"}, "deposit.not-found"},
			{purchase.DepositRequest{Do: purchase.OpenDeposit, Home: 5}, "buyer.not-found"},
			{purchase.DepositRequest{Do: purchase.OpenDeposit, Home: other.Home, Outlet: 5}, "outlet.not-found"},
		} {
			_, err := s.do(x.r)
			s.refused(err, x.code)
		}
		_, err := s.Desk.Commit(t.Context(), s.cart(b, 200_00, 100_01))
		s.refused(err, "deposit.not-enough")
		_, err = s.Desk.Commit(t.Context(), s.cart(other, 200_00, 1))
		s.refused(err, "deposit.none")
		_, err = s.Desk.Commit(t.Context(), s.cart(purchase.Buyer{}, 200_00, 1))
		s.refused(err, "deposit.nobody")
		_, err = s.Desk.Quote(t.Context(), s.cart(b, 200_00, 100_01))
		s.refused(err, "deposit.not-enough")
		_, err = s.Desk.Quote(t.Context(), s.cart(b, 200_00, 100_00))
		s.no(err)
		_, err = s.do(purchase.DepositRequest{Do: purchase.MoveTerm, Home: b.Home, Deposit: i, Ends: s.Clock.Now().Add(time.Hour)})
		s.no(err)
		s.buy(s.cart(b, 10_00, 10_00))
		s.Clock.Add(time.Hour)
		_, err = s.Desk.Commit(t.Context(), s.cart(b, 10_00, 10_00))
		s.refused(err, "deposit.ended")
		_, err = s.do(on(purchase.TopUpDeposit, 1, "card"))
		s.refused(err, "deposit.ended")
		_, err = s.do(purchase.DepositRequest{Do: purchase.MoveTerm, Home: b.Home, Deposit: i})
		s.no(err)
		s.buy(s.cart(b, 10_00, 10_00))
		s.stands(b, i, 80_00)
		s.proved()
	})
}

// TestDepositOfClosedReceipts: a receipt that is closed is written whatever the
// deposit has: what it had not is owed, and paid by what is put in next.
func TestDepositOfClosedReceipts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Person(t)
		record := func(deposit money.Amount) *purchase.Purchase {
			c := s.cart(b, 100_00, deposit)
			c.Facts = &purchase.Facts{At: s.Clock.Now()}
			a, err := s.Desk.Record(t.Context(), c)
			s.no(err)
			return a.Purchase
		}
		none := record(10_00)
		if none.Deposit != 0 || len(none.Flags) != 1 || none.Flags[0] != purchase.FlagDepositNone {
			t.Errorf("%+v", none.Flags)
		}
		i := s.opened(b, 30_00)
		s.back(none, 100_00) // it took nothing, and gives nothing back
		s.stands(b, i, 30_00)
		s.Clock.Add(-time.Hour)
		early := record(100_00) // before it was opened
		s.Clock.Add(time.Hour)
		if early.Deposit != 0 || early.Flags[0] != purchase.FlagDepositNone {
			t.Errorf("%+v", early.Flags)
		}
		short := record(100_00)
		if short.Deposit != i || len(short.Flags) != 1 || short.Flags[0] != purchase.FlagDepositShort {
			t.Errorf("%+v", short.Flags)
		}
		s.stands(b, i, -70_00)
		_, err := s.do(purchase.DepositRequest{Do: purchase.CloseDeposit, Home: b.Home, Deposit: i})
		s.refused(err, "deposit.owes")
		_, err = s.do(purchase.DepositRequest{Do: purchase.MoveTerm, Home: b.Home, Deposit: i, Ends: s.Clock.Now().Add(time.Minute)})
		s.no(err)
		s.Clock.Add(time.Minute)
		s.topUp(b, i, 20_00) // what is owed is taken also when the term is over
		_, err = s.do(purchase.DepositRequest{Do: purchase.TopUpDeposit, Home: b.Home, Deposit: i, Amount: 50_01, PaidBy: "card"})
		s.refused(err, "deposit.ended")
		_, err = s.do(purchase.DepositRequest{Do: purchase.MoveTerm, Home: b.Home, Deposit: i})
		s.no(err)
		s.topUp(b, i, 80_00)
		_, err = s.Desk.Commit(t.Context(), s.cart(b, 50_00, 30_01))
		s.refused(err, "deposit.not-enough")
		s.buy(s.cart(b, 50_00, 30_00))
		s.back(short, 100_00)
		s.stands(b, i, 100_00)
		s.proved()
	})
}

// TestDepositKeepsItsTerms: what is paid from a deposit earns as the programme
// says, also by a rule for this kind of payment, and a top-up earns nothing.
func TestDepositKeepsItsTerms(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Settings.SpendProofAbove = 100_00
			p.Rules = append(p.Rules, rule.Rule{
				ID: "prepaid", Kind: rule.AccrualRule, Rate: 20 * money.Percent, Group: "prepaid",
				When: []rule.Condition{{Field: rule.FieldPayment, In: []string{purchase.DepositKind}}},
			})
		})
		b := s.Person(t)
		s.opened(b, 1000_00)
		if got := s.Balance(t, b); got != (purchase.Balance{}) {
			t.Errorf("a top-up has earned %+v", got)
		}
		with, without := s.buy(s.cart(b, 100_00, 100_00)), s.buy(s.cart(b, 100_00, 0))
		if with.Earned-without.Earned != 20_00 {
			t.Errorf("%d by deposit, %d by card", with.Earned, without.Earned)
		}
		c := s.cart(b, 100_01, 100_01)
		_, err := s.Desk.Commit(t.Context(), c)
		s.refused(err, "points.proof-needed")
		r := s.reserve(s.Cart(b, purchasetest.Line("B1", 1, 100_01))) // that does not say how it is paid
		_, err = s.Desk.Confirm(t.Context(), &purchase.ConfirmRequest{
			Reservation: purchase.PurchaseRef{Home: r.Home, ID: r.ID}, Till: s.Till, Key: "c", Payments: kinds(100_01, 0),
		})
		s.refused(err, "deposit.reservation")
		c.Proof = purchase.Proof{Kind: purchase.ProofSecret}
		s.buy(c)
		s.proved()
	})
}

// TestDepositInAFamily: a member pays from his own deposit, on whoever's account
// he earns.
func TestDepositInAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		_, buyers := s.Family(t, 2)
		i := s.opened(buyers[1], 100_00)
		_, err := s.Desk.Commit(t.Context(), s.cart(buyers[0], 100_00, 100_00))
		s.refused(err, "deposit.none")
		p := s.buy(s.cart(buyers[1], 100_00, 60_00))
		if p.AccountHome != buyers[0].Home || p.Deposit != i {
			t.Errorf("%+v", p)
		}
		s.back(p, 50_00)
		s.stands(buyers[1], i, 70_00)
		s.proved()
	})
}

// reserve holds a receipt that a deposit is to pay.
func (s *shop) reserve(c *purchase.Cart) *purchase.Reservation {
	s.t.Helper()
	r, err := s.Desk.Reserve(s.t.Context(), c, time.Hour)
	s.no(err)
	return r.Reservation
}

// TestDepositIsHeld: an order keeps what it is to be paid with, until it is paid,
// cancelled or has run out.
func TestDepositIsHeld(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Person(t)
		i := s.opened(b, 100_00)
		of := func(r *purchase.Reservation) purchase.PurchaseRef {
			return purchase.PurchaseRef{Home: r.Home, ID: r.ID}
		}
		confirm := func(r *purchase.Reservation, lost bool) (*purchase.Answer, error) {
			return s.Desk.Confirm(t.Context(), &purchase.ConfirmRequest{Reservation: of(r), Till: s.Till, Key: s.IDs.New().String(), Record: lost})
		}
		held := func(want money.Amount) {
			t.Helper()
			if v := s.left(b.Home, i); v.Held != want || v.Spendable != max(v.Balance-want, 0) {
				t.Errorf("%d held, %d to spend of %d; wanted %d held", v.Held, v.Spendable, v.Balance, want)
			}
		}
		first := s.reserve(s.cart(b, 80_00, 70_00))
		held(70_00)
		out := purchase.DepositRequest{Do: purchase.PayOutDeposit, Home: b.Home, Deposit: i, Amount: 30_01, PaidBy: "cash"}
		_, err := s.do(out)
		s.refused(err, "deposit.pays-less")
		out.Amount = 5_00
		_, err = s.do(out)
		s.no(err)
		s.topUp(b, i, 5_00)
		_, err = s.Desk.Commit(t.Context(), s.cart(b, 50_00, 30_01))
		s.refused(err, "deposit.not-enough")
		_, err = s.Desk.Reserve(t.Context(), s.cart(b, 50_00, 30_01), time.Hour)
		s.refused(err, "deposit.not-enough")
		_, err = s.do(purchase.DepositRequest{Do: purchase.CloseDeposit, Home: b.Home, Deposit: i, Amount: 100_00, PaidBy: "cash"})
		s.refused(err, "deposit.held")
		a, err := confirm(first, false)
		s.no(err)
		if a.Purchase.Deposit != i || a.Purchase.Payments[0].Amount != 70_00 {
			t.Errorf("%+v", a.Purchase)
		}
		held(0)
		s.stands(b, i, 30_00)

		second := s.reserve(s.cart(b, 30_00, 30_00))
		s.Clock.Add(30 * time.Minute)
		_, err = s.Desk.Extend(t.Context(), of(second), time.Hour)
		s.no(err)
		s.Clock.Add(45 * time.Minute)
		held(30_00)
		_, err = s.Desk.Cancel(t.Context(), of(second))
		s.no(err)
		held(0)

		third := s.reserve(s.cart(b, 30_00, 30_00))
		s.Clock.Add(time.Hour) // it has run out
		held(0)
		s.buy(s.cart(b, 10_00, 10_00))
		_, err = confirm(third, false)
		s.refused(err, "deposit.not-enough")
		a, err = confirm(third, true) // the money is taken
		s.no(err)
		if len(a.Purchase.Flags) != 1 || a.Purchase.Flags[0] != purchase.FlagDepositShort {
			t.Errorf("%v", a.Purchase.Flags)
		}
		s.stands(b, i, -10_00)
		s.topUp(b, i, 110_00)
		s.promised(b, i)
		s.partPaid(b, i)
		s.proved()
	})
}

// promised pays for an order in time though the deposit's term is over and a closed
// receipt has taken what was kept for it.
func (s *shop) promised(b purchase.Buyer, deposit id.ID) {
	s.t.Helper()
	r := s.reserve(s.cart(b, 60_00, 60_00))
	lost := s.cart(b, 90_00, 90_00)
	lost.Facts = &purchase.Facts{At: s.Clock.Now()}
	recorded, err := s.Desk.Record(s.t.Context(), lost)
	s.no(err)
	_, err = s.do(purchase.DepositRequest{Do: purchase.MoveTerm, Home: b.Home, Deposit: deposit, Ends: s.Clock.Now().Add(time.Minute)})
	s.no(err)
	s.Clock.Add(time.Minute)
	a, err := s.Desk.Confirm(s.t.Context(), &purchase.ConfirmRequest{Reservation: purchase.PurchaseRef{Home: r.Home, ID: r.ID}, Till: s.Till, Key: "promised"})
	s.no(err)
	if a.Purchase.Deposit != deposit || len(a.Purchase.Flags) != 1 {
		s.t.Errorf("%+v", a.Purchase)
	}
	s.stands(b, deposit, -50_00)
	_, err = s.do(purchase.DepositRequest{Do: purchase.MoveTerm, Home: b.Home, Deposit: deposit})
	s.no(err)
	s.back(recorded.Purchase, 90_00)
	s.topUp(b, deposit, 60_00)
}

// partPaid pays for a part of an order: what it leaves out comes back.
func (s *shop) partPaid(b purchase.Buyer, deposit id.ID) {
	s.t.Helper()
	c := s.Cart(b, purchasetest.Line("B1", 3, 20_00))
	c.Payments = kinds(60_00, 0)
	r := s.reserve(c)
	a, err := s.Desk.Confirm(s.t.Context(), &purchase.ConfirmRequest{
		Reservation: purchase.PurchaseRef{Home: r.Home, ID: r.ID}, Till: s.Till, Key: "part", Lines: []purchase.KeptLine{{Line: 0, Quantity: 2 * money.Piece}},
	})
	s.no(err)
	if a.LeftOut == nil || a.LeftOut.Deposit != deposit {
		s.t.Errorf("%+v", a.LeftOut)
	}
	s.stands(b, deposit, 60_00)
}
