package verify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// deposits is a shop whose members pay from deposits: rich has one that has paid,
// got something back and is held by a reservation; buyer, in a household, pays from
// his own; owing has closed two, onto the first of which something came back since,
// and has a third.
func deposits(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	s.Clock.Set(max(clock.Of(time.Now()), s.Clock.Now())) // what is held holds by the machine's clock
	_, house := s.Family(t, 2)
	s.rich, s.buyer, s.owing = s.Person(t), house[1], s.Person(t)
	s.Give(t, s.rich, 5_00)

	mine := s.openDeposit(s.rich, 1_000_00)
	s.Clock.Add(time.Minute)
	c := s.payCart(s.rich, 300_00, 200_00, line("T1", 1, 400_00), line("B1", 1, 100_00))
	s.bought = s.sell(c)
	s.part = s.refund(&purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Line: 1, Quantity: money.Piece}}})
	s.doDeposit(&purchase.DepositRequest{Do: purchase.MoveTerm, Home: s.rich.Home, Deposit: mine, Ends: s.Clock.Now().Add(1000 * time.Hour)})
	s.reserveByDeposit()

	s.openDeposit(s.buyer, 500_00)
	c = s.payCart(s.buyer, 250_00, 0, line("T1", 1, 250_00))
	s.partly = s.sell(c)

	s.closeDeposits()
	return s
}

// reserveByDeposit lets rich have one receipt that was reserved and is paid, one
// that is cancelled, and one that waits.
func (s *shop) reserveByDeposit() {
	s.t.Helper()
	var refs []purchase.PurchaseRef
	for range 3 {
		r, err := s.Desk.Reserve(s.t.Context(), s.payCart(s.rich, 150_00, 50_00, line("T1", 1, 200_00)), time.Hour)
		if err != nil {
			s.t.Fatal(err)
		}
		refs = append(refs, purchase.PurchaseRef{Home: r.Reservation.Home, ID: r.Reservation.ID})
	}
	if _, err := s.Desk.Confirm(s.t.Context(), &purchase.ConfirmRequest{Reservation: refs[0], Till: s.Till, Key: "paid"}); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.Desk.Cancel(s.t.Context(), refs[1]); err != nil {
		s.t.Fatal(err)
	}
}

// closeDeposits lets owing close a deposit that is paid out again later, and an
// empty one.
func (s *shop) closeDeposits() {
	first := s.openDeposit(s.owing, 300_00)
	c := s.payCart(s.owing, 200_00, 0, line("B1", 2, 100_00))
	s.sell(c)
	closing := purchase.DepositRequest{Do: purchase.CloseDeposit, Home: s.owing.Home, Deposit: first, Amount: 100_00, PaidBy: "cash", Reason: "РКО 1"}
	s.doDeposit(&closing)
	half := &purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Quantity: money.Piece}}}
	s.refund(half)
	closing.Do = purchase.PayOutDeposit
	s.doDeposit(&closing)
	s.refund(half)
	s.Clock.Add(time.Minute)
	empty := s.openDeposit(s.owing, 0)
	s.doDeposit(&purchase.DepositRequest{Do: purchase.CloseDeposit, Home: s.owing.Home, Deposit: empty})
	s.openDeposit(s.owing, 0)
}

// openDeposit opens a member's deposit and puts money into it, if any.
func (s *shop) openDeposit(b purchase.Buyer, put money.Amount) id.ID {
	s.t.Helper()
	o := s.doDeposit(&purchase.DepositRequest{Do: purchase.OpenDeposit, Home: b.Home, Reason: "договор 1", Ends: s.Clock.Now().Add(500 * time.Hour)})
	if put > 0 {
		s.doDeposit(&purchase.DepositRequest{Do: purchase.TopUpDeposit, Home: b.Home, Deposit: o.Deposit, Amount: put, PaidBy: "cash", Outlet: s.Outlet.ID, Reason: "ПКО 1"})
	}
	return o.Deposit
}

func (s *shop) doDeposit(r *purchase.DepositRequest) *purchase.DepositOp {
	s.t.Helper()
	r.By, r.Key, r.Actor = 1, s.IDs.New().String(), "test"
	o, err := s.Desk.DoDeposit(s.t.Context(), r)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// payCart is a cart that a deposit pays for, and a card the rest.
func (s *shop) payCart(b purchase.Buyer, deposit, card money.Amount, lines ...purchase.CartLine) *purchase.Cart {
	c := s.Cart(b, lines...)
	c.Payments = []purchase.Payment{{Kind: purchase.DepositKind, Amount: deposit}}
	if card > 0 {
		c.Payments = append(c.Payments, purchase.Payment{Kind: "card", Amount: card})
	}
	return c
}

// TestDepositsAreProved harms deposits, what was done to them and what they have
// paid by hand.
func TestDepositsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := deposits(t, d)
		if r := run(t, d); !r.Clean() || r.Counts.Deposits != 5 {
			t.Fatalf("%+v", r)
		}
		if s.part.Deposit == 0 || s.partly.AccountHome == 0 || s.one(`select balance from deposit where home_id = $1 and closed_at is not null order by deposit_id limit 1`, s.owing.Home) != 100_00 {
			t.Fatalf("%+v %+v", s.part, s.partly)
		}
		prove(t, s, depositHarms())
	})
}

// deposit is a member's first one.
func (s *shop) deposit(b purchase.Buyer) (i int64, key string) {
	i = s.one(`select min(deposit_id) from deposit where home_id = $1`, b.Home)
	return i, fmt.Sprintf("home_id=%s deposit_id=%d", b.Home, i)
}

// ofDeposit changes a member's first deposit.
func ofDeposit(member func(s *shop) purchase.Buyer, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		i, key := s.deposit(member(s))
		s.exec("update deposit set "+change+" where deposit_id = $1", i)
		return "deposit", key
	}
}

// depositOp is the first of a kind that was done to rich's deposit.
func (s *shop) depositOp(kind string) (i int64, key string) {
	i = s.one(`select min(op_id) from deposit_op where home_id = $1 and kind = $2`, s.rich.Home, kind)
	return i, fmt.Sprintf("home_id=%s op_id=%d", s.rich.Home, i)
}

// ofDepositOp changes what was done to rich's deposit.
func ofDepositOp(kind, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		i, key := s.depositOp(kind)
		s.exec("update deposit_op set "+change+" where op_id = $1", i)
		return "deposit_op", key
	}
}

// noDepositOp takes away what was done to rich's deposit; its posting is left.
func noDepositOp(kind string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		i, _ := s.depositOp(kind)
		s.exec("delete from deposit_op where op_id = $1", i)
		return "posting", fmt.Sprintf("home_id=%s seq=%d", s.rich.Home, s.one(`select seq from posting where op_id = $1`, i))
	}
}

// ofMoney changes a posting of a kind in rich's journal.
func ofMoney(kind, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		seq, key := s.posting(s.rich, kind)
		change := strings.ReplaceAll(change, "ACCOUNT", fmt.Sprint(s.one(`select account_id from account where home_id = $1`, s.rich.Home)))
		change = strings.ReplaceAll(change, "LOT", fmt.Sprint(s.one(`select min(lot_id) from lot where home_id = $1`, s.rich.Home)))
		change = strings.ReplaceAll(change, "GIVEN", fmt.Sprint(s.one(`select op_id from adjustment where home_id = $1`, s.rich.Home)))
		s.exec("update posting set "+change+" where home_id = $1 and seq = $2", s.rich.Home, seq)
		return "posting", key
	}
}

// ofDepositHold changes what is kept for the reservation.
func ofDepositHold(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec("update deposit_hold set " + change)
		return "deposit_hold", fmt.Sprintf("home_id=%d hold_id=%d", s.one(`select home_id from deposit_hold`), s.one(`select hold_id from deposit_hold`))
	}
}

func depositHarms() []harm {
	out := append(depositRowHarms(), depositOpHarms()...)
	return append(append(out, moneyHarms()...), depositHoldHarms()...)
}

func depositRowHarms() []harm {
	balance, columns := verify.DepositBalance, []verify.Invariant{verify.DepositColumns}
	opening := func(s *shop) string {
		i, _ := s.deposit(s.rich)
		return fmt.Sprintf("home_id=%s op_id=%d", s.rich.Home, i)
	}
	return []harm{
		{"its balance", ofDeposit(rich, "balance = balance + 1, received = received + 1"), []verify.Invariant{balance, verify.DepositReceived}},
		{"what was received", ofDeposit(owing, "balance = balance + 1, received = received + 1"), []verify.Invariant{verify.DepositReceived, balance}},
		{"what was sold", ofDeposit(rich, "balance = balance + 1, sold = sold - 1"), []verify.Invariant{verify.DepositSold, balance}},
		{"received and sold against each other", ofDeposit(rich, "received = received + 1, sold = sold + 1"), []verify.Invariant{verify.DepositReceived, verify.DepositSold}},
		{"when it was opened", ofDeposit(rich, "opened_at = opened_at + 1"), columns},
		{"when it ends", ofDeposit(rich, "ends_at = ends_at + 1"), columns},
		{"it does not end", ofDeposit(rich, "ends_at = null"), columns},
		{"it is closed", ofDeposit(rich, "closed_at = opened_at"), columns},
		{"when it was closed", ofDeposit(owing, "closed_at = closed_at + 1"), columns},
		harm{"its number", ofDeposit(rich, "number = '5'"), []verify.Invariant{verify.OpDigest}}.named("deposit_op", opening),
		{"it is another", func(s *shop) (string, string) {
			i, _ := s.deposit(s.rich)
			s.exec("update deposit set deposit_id = 5 where deposit_id = $1", i)
			return "deposit", fmt.Sprintf("home_id=%s deposit_id=5", s.rich.Home)
		}, []verify.Invariant{
			verify.DepositColumns, verify.PostingAccount, verify.OpDigest, verify.DepositOp, verify.DepositHold, balance, verify.DepositReceived, verify.DepositSold,
		}},
		{"it is not there", func(s *shop) (string, string) {
			i, _ := s.deposit(s.rich)
			s.exec("delete from deposit where deposit_id = $1", i)
			_, key := s.posting(s.rich, "top_up")
			return "posting", key
		}, []verify.Invariant{verify.PostingAccount, verify.OpDigest, verify.DepositOp, verify.DepositHold}},
		{"two are open", func(s *shop) (string, string) {
			s.exec("drop index if exists deposit_open")
			i, _ := s.deposit(s.owing)
			s.exec("update deposit set closed_at = null where deposit_id = $1", i)
			last := s.one(`select max(deposit_id) from deposit where home_id = $1`, s.owing.Home)
			return "deposit", fmt.Sprintf("home_id=%s deposit_id=%d", s.owing.Home, last)
		}, []verify.Invariant{verify.DepositOpen, verify.DepositColumns}},
		{"one of no home", func(s *shop) (string, string) {
			s.exec(`insert into deposit (home_id, deposit_id, number, opened_at, balance, received, sold) values (5, 6, '7', 8, 0, 0, 0)`)
			return "deposit", "home_id=5"
		}, []verify.Invariant{verify.HomeMissing, verify.DepositColumns}},
	}
}

func depositOpHarms() []harm {
	digest, kept := []verify.Invariant{verify.OpDigest}, []verify.Invariant{verify.KeptHash}
	return []harm{
		{"it was not opened", noDepositOp("open"), []verify.Invariant{verify.PostingOp, verify.KeyOp, verify.DepositColumns}},
		{"its term was not moved", noDepositOp("term"), []verify.Invariant{verify.PostingOp, verify.KeyOp, verify.DepositColumns}},
		{"nothing was put in", noDepositOp("top_up"), []verify.Invariant{verify.PostingOp, verify.KeyOp}},
		{"into another deposit", ofDepositOp("top_up", "deposit_id = 5"), []verify.Invariant{verify.DepositOp, verify.OpDigest, verify.OpPostings}},
		{"an opening of another", ofDepositOp("top_up", "kind = 'open', amount = 0"), []verify.Invariant{verify.DepositOp, verify.OpDigest, verify.OpPostings}},
		{"closed instead", ofDepositOp("top_up", "kind = 'close'"), []verify.Invariant{verify.OpPostings, verify.OpDigest, verify.DepositColumns}},
		{"more was put in", ofDepositOp("top_up", "amount = amount + 1"), []verify.Invariant{verify.OpPostings, verify.OpDigest}},
		{"put in by another kind", ofDepositOp("top_up", "paid_by = 'card'"), digest},
		{"put in elsewhere", ofDepositOp("top_up", "outlet_id = 5"), digest},
		{"put in with a term", ofDepositOp("top_up", "ends_at = 5"), digest},
		{"put in by another", ofDepositOp("top_up", "actor = 'x'"), digest},
		{"put in at another time", ofDepositOp("top_up", "at = at + 1"), digest},
		{"put in for another reason", ofDepositOp("top_up", "reason = 'ПКО 2'"), kept},
		{"put in for no reason", ofDepositOp("top_up", "reason = '', words = ':' || substr(words, 34)"), kept},
		{"another digest", ofDepositOp("top_up", "digest = (select digest from deposit_op where kind = 'term')"), []verify.Invariant{verify.OpDigest, verify.PostingHash}},
		harm{"its id", ofDepositOp("top_up", "op_id = 5"), []verify.Invariant{verify.OpChained, verify.OpDigest, verify.PostingOp, verify.KeyOp}}.
			named("deposit_op", func(s *shop) string { return fmt.Sprintf("home_id=%s op_id=5", s.rich.Home) }),
		{"in another home", func(s *shop) (string, string) {
			i, _ := s.depositOp("top_up")
			s.exec("update deposit_op set home_id = $2 where op_id = $1", i, s.owing.Home)
			return "deposit_op", fmt.Sprintf("home_id=%s op_id=%d", s.owing.Home, i)
		}, []verify.Invariant{verify.DepositOp, verify.OpChained, verify.OpDigest, verify.PostingOp, verify.KeyOp}},
	}
}

func moneyHarms() []harm {
	took, received, balance := verify.DepositPaid, verify.DepositReceived, verify.DepositBalance
	return []harm{
		{"of another kind", ofMoney("top_up", "kind = 'pay_back'"), []verify.Invariant{verify.PostingSides, verify.PostingHash, verify.OpPostings}},
		{"onto another side", ofMoney("top_up", "credit = 'sold'"), []verify.Invariant{verify.PostingSides, verify.PostingHash, balance, verify.DepositSold}},
		{"of more", ofMoney("top_up", "amount = amount + 1"), []verify.Invariant{verify.PostingHash, verify.OpPostings, balance, received}},
		{"onto an account", ofMoney("top_up", "account_id = ACCOUNT"), []verify.Invariant{
			verify.PostingAccount, verify.PostingHash, verify.OpPostings, balance, received,
		}},
		{"of a lot", ofMoney("top_up", "lot_id = LOT"), []verify.Invariant{verify.PostingLot, verify.PostingHash}},
		{"by nothing", ofMoney("top_up", "op_id = 0"), []verify.Invariant{verify.PostingOp, verify.OpChained}},
		{"by an adjustment", ofMoney("pay_back", "op_id = GIVEN"), []verify.Invariant{verify.PostingOp, verify.DepositBack}},
		harm{"a purchase of more", ofMoney("pay_from", "amount = amount + 1"), []verify.Invariant{took, verify.PostingHash, balance, verify.DepositSold}}.
			named("purchase", func(s *shop) string { return purchaseKey(s.bought) }),
		harm{"put in by a purchase", func(s *shop) (string, string) {
			seq, _ := s.posting(s.rich, "top_up")
			s.exec("update posting set op_id = $3 where home_id = $1 and seq = $2", s.rich.Home, seq, s.bought.ID)
			return "", ""
		}, []verify.Invariant{took, verify.PostingHash, verify.OpChained}}.named("purchase", func(s *shop) string { return purchaseKey(s.bought) }),
		{"a purchase by no deposit", editPurchase(bought, func(p *purchase.Purchase) { p.Deposit = 0 }), []verify.Invariant{took, verify.DepositBack, verify.OpDigest}},
		{"a purchase by another deposit", editPurchase(partly, func(p *purchase.Purchase) { p.Deposit = nobody }), []verify.Invariant{took, verify.OpDigest}},
		{"a purchase by card", editPurchase(partly, func(p *purchase.Purchase) { p.Payments[0].Kind = "card" }), []verify.Invariant{took, verify.OpDigest}},
		{"a refund to no deposit", editRefund(part, func(f *purchase.Refund) { f.Deposit = 0 }), []verify.Invariant{verify.DepositBack, verify.OpDigest}},
		{"a refund to another deposit", editRefund(part, func(f *purchase.Refund) { f.Deposit = nobody }), []verify.Invariant{verify.DepositBack, verify.OpDigest}},
		{"a refund of more", editRefund(part, func(f *purchase.Refund) { f.Payments[0].Amount++; f.Payments[1].Amount-- }), []verify.Invariant{verify.DepositBack, verify.OpDigest}},
		{"a refund above what was paid", editRefund(part, func(f *purchase.Refund) {
			f.Payments[1].Amount -= 300_01 - f.Payments[0].Amount
			f.Payments[0].Amount = 300_01
		}), []verify.Invariant{verify.DepositAbove, verify.DepositBack, verify.RefundPayments, verify.OpDigest}},
	}
}

func depositHoldHarms() []harm {
	hold := []verify.Invariant{verify.DepositHold}
	return []harm{
		{"more is kept", ofDepositHold("amount = amount + 1"), hold},
		{"for longer", ofDepositHold("until_at = until_at + 1"), hold},
		{"of a deposit of no home", ofDepositHold("deposit_id = 5"), hold},
		{"for no reservation", ofDepositHold("hold_id = 5"), []verify.Invariant{verify.DepositHold, verify.DepositHeld}},
		{"in no home", ofDepositHold("home_id = 5"), []verify.Invariant{verify.DepositHold, verify.HomeMissing, verify.DepositHeld}},
		{"for a reservation that is over", func(s *shop) (string, string) {
			s.exec("update reservation set state = 'cancelled' where state = 'held'")
			return "deposit_hold", fmt.Sprintf("home_id=%s hold_id=%d", s.rich.Home, s.one(`select hold_id from deposit_hold`))
		}, hold},
		{"nothing is kept", func(s *shop) (string, string) {
			_, key := s.reservation("held")
			s.exec("delete from deposit_hold")
			return "reservation", key
		}, []verify.Invariant{verify.DepositHeld}},
	}
}
