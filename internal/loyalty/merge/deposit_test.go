package merge_test

import (
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestMergeWithDeposit: who has an open deposit, or money on one, is not merged
// into another; what comes back to a closed one after the merge is shown with the
// other's, and is paid out.
func TestMergeWithDeposit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := open(t, d, nil)
		a, b := s.Person(t), s.Person(t)
		s.sell(a, line("B1", 1, 100_00))
		do := func(r purchase.DepositRequest) (*purchase.DepositOp, error) {
			r.By, r.Key, r.Home, r.Actor = 1, s.Shop.IDs.New().String(), b.Home, "test"
			return s.Shop.Desk.DoDeposit(ctx, &r)
		}
		i := must(do(purchase.DepositRequest{Do: purchase.OpenDeposit})).Deposit
		s.refused(a, b, "merge.deposit")
		must(do(purchase.DepositRequest{Do: purchase.TopUpDeposit, Deposit: i, Amount: 150_00, PaidBy: "card"}))
		c := s.Cart(b, line("B1", 1, 100_00))
		c.Payments = []purchase.Payment{{Kind: purchase.DepositKind, Amount: 100_00}}
		p := s.sellCart(c)
		must(do(purchase.DepositRequest{Do: purchase.CloseDeposit, Deposit: i, Amount: 50_00, PaidBy: "cash"}))
		must(do(purchase.DepositRequest{Do: purchase.OpenDeposit}))
		s.refused(a, b, "merge.deposit")
		s.unite(b, a) // the other way round

		other := s.Person(t)
		second := must(s.Shop.Desk.Deposits(ctx, b.Home))[0].ID
		must(do(purchase.DepositRequest{Do: purchase.CloseDeposit, Deposit: second}))
		s.unite(other, b)
		must(s.Shop.Desk.Refund(ctx, &purchase.RefundRequest{Till: s.Till, Key: "back", Purchase: ref(p), Amount: 40_00}))
		v := must(s.Shop.Desk.Deposit(ctx, other.Home, i))
		if v.Home != b.Home || v.Balance != 40_00 {
			t.Errorf("%+v %+v", v, v.Deposit)
		}
		if _, err := do(purchase.DepositRequest{Do: purchase.OpenDeposit}); purchasetest.Code(err) != "buyer.not-served" {
			t.Error(err)
		}
		must(do(purchase.DepositRequest{Do: purchase.PayOutDeposit, Deposit: i, Amount: 40_00, PaidBy: "cash"}))
		s.proved()
	})
}
