package deposittest

import (
	"slices"
	"testing"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// shop is an organization whose members may have deposits.
type shop struct {
	*purchasetest.Shop
	t testing.TB
}

func open(t testing.TB, d *db.DB, change func(p *rule.Programme)) *shop {
	t.Helper()
	p := purchasetest.Programme()
	if change != nil {
		change(&p)
	}
	return &shop{purchasetest.Open(t, d, p), t}
}

func (s *shop) no(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) refused(err error, code string) {
	s.t.Helper()
	if got := purchasetest.Code(err); got != code {
		s.t.Errorf("%q (%v), wanted %q", got, err, code)
	}
}

// do does a deed under a key of its own.
func (s *shop) do(r purchase.DepositRequest) (*purchase.DepositOp, error) {
	if r.By == 0 {
		r.By = 7
	}
	if r.Key == "" {
		r.Key = s.IDs.New().String()
	}
	r.Actor = "test"
	return s.Desk.DoDeposit(s.t.Context(), &r)
}

// opened opens a deposit and puts money into it.
func (s *shop) opened(b purchase.Buyer, amount money.Amount) id.ID {
	s.t.Helper()
	o, err := s.do(purchase.DepositRequest{Do: purchase.OpenDeposit, Home: b.Home})
	s.no(err)
	if amount > 0 {
		s.topUp(b, o.Deposit, amount)
	}
	return o.Deposit
}

func (s *shop) topUp(b purchase.Buyer, deposit id.ID, amount money.Amount) {
	s.t.Helper()
	_, err := s.do(purchase.DepositRequest{Do: purchase.TopUpDeposit, Home: b.Home, Deposit: deposit, Amount: amount, PaidBy: "card"})
	s.no(err)
}

// left is the deposit as it is now.
func (s *shop) left(h home.ID, deposit id.ID) purchase.DepositView {
	s.t.Helper()
	v, err := s.Desk.Deposit(s.t.Context(), h, deposit)
	s.no(err)
	return v
}

func (s *shop) stands(b purchase.Buyer, deposit id.ID, balance money.Amount) {
	s.t.Helper()
	if v := s.left(b.Home, deposit); v.Balance != balance {
		s.t.Errorf("%d on the deposit, wanted %d", v.Balance, balance)
	}
}

// cart is of bar goods for so much, paid from a deposit and, the rest, by card.
func (s *shop) cart(b purchase.Buyer, due, deposit money.Amount) *purchase.Cart {
	c := s.Cart(b, purchasetest.Line("B1", 1, due))
	c.Payments = kinds(deposit, due-deposit)
	return c
}

func kinds(deposit, card money.Amount) []purchase.Payment {
	list := []purchase.Payment{{Kind: purchase.DepositKind, Amount: deposit}, {Kind: "card", Amount: card}}
	return slices.DeleteFunc(list, func(p purchase.Payment) bool { return p.Amount == 0 })
}

func (s *shop) buy(c *purchase.Cart) *purchase.Purchase {
	s.t.Helper()
	a, err := s.Desk.Commit(s.t.Context(), c)
	s.no(err)
	return a.Purchase
}

func (s *shop) back(p *purchase.Purchase, amount money.Amount) *purchase.Refund {
	s.t.Helper()
	a, err := s.Desk.Refund(s.t.Context(), &purchase.RefundRequest{
		Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Amount: amount,
	})
	s.no(err)
	return a.Refund
}

// proved fails the test if any invariant of the base does not hold.
func (s *shop) proved() {
	s.t.Helper()
	r, err := verify.Run(s.t.Context(), s.DB, verify.Options{})
	s.no(err)
	for _, b := range r.Breaks {
		s.t.Errorf("%s: %s %s: found %s, wanted %s, %d rows", b.Invariant, b.Table, b.Key, b.Found, b.Wanted, b.Rows)
	}
}
