package purchase_test

import (
	"slices"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
)

// refund refunds at the first till, under a key of its own where it has none.
func refund(t *testing.T, s *purchasetest.Shop, r *purchase.RefundRequest) *purchase.Refund {
	t.Helper()
	f, err := tryRefund(t, s, r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func tryRefund(t *testing.T, s *purchasetest.Shop, r *purchase.RefundRequest) (*purchase.Refund, error) {
	t.Helper()
	r.Till = s.Till
	if r.Key == "" {
		r.Key = s.IDs.New().String()
	}
	a, err := s.Desk.Refund(t.Context(), r)
	if err != nil {
		return nil, err
	}
	return a.Refund, nil
}

func ref(p *purchase.Purchase) purchase.PurchaseRef {
	return purchase.PurchaseRef{Home: p.Home, ID: p.ID}
}

func has(flags []string, flag string) bool { return slices.Contains(flags, flag) }

// proved fails the test if any invariant of the base does not hold.
func proved(t *testing.T, d *db.DB) {
	t.Helper()
	r, err := verify.Run(t.Context(), d, verify.Options{})
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	for _, b := range r.Breaks {
		t.Errorf("%s: %s %s: found %s, wanted %s, %d rows", b.Invariant, b.Table, b.Key, b.Found, b.Wanted, b.Rows)
	}
}
