package purchase_test

import (
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestAPieceComesBackAtItsPrice: what one of several cost comes back whole, by how
// many kinds it may have been paid, and each kind has back what it paid in the end.
func TestAPieceComesBackAtItsPrice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		const pieces, price = 3, money.Amount(333_33)
		for _, paid := range [][]money.Amount{{333_34, 666_65}, {1, 999_98}, {333_33, 333_33, 333_33}, {1, 2, 3, 999_93}} {
			c := s.Cart(s.Member(t), purchasetest.Line("B1", pieces, price))
			for i, a := range paid {
				c.Payments = append(c.Payments, purchase.Payment{Kind: []string{"card", "cash", "sbp", "transfer"}[i], Amount: a})
			}
			a, err := s.Desk.Commit(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			back := map[string]money.Amount{}
			for range pieces {
				f := refund(t, s, &purchase.RefundRequest{Purchase: ref(a.Purchase), Lines: []purchase.RefundPart{{Quantity: money.Piece}}})
				if f.Money != price || f.Gross != price {
					t.Errorf("paid by %v: %d of %d came back for a piece", paid, f.Money, price)
				}
				for _, p := range f.Payments {
					back[p.Kind] += p.Amount
				}
			}
			for _, p := range c.Payments {
				if back[p.Kind] != p.Amount {
					t.Errorf("paid by %v: %s has %d back of %d", paid, p.Kind, back[p.Kind], p.Amount)
				}
			}
		}
		proved(t, d)
	})
}
