package purchase_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// pieces asks for so many pieces of a line.
func pieces(line, n int64) purchase.RefundPart {
	return purchase.RefundPart{Line: int(line), Quantity: money.Quantity(n) * money.Piece}
}

// TestRefundPieceByPiece: each piece brings back the difference of two shares
// rounded down, so that the last brings what rounding has held back.
func TestRefundPieceByPiece(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		s.Give(t, b, 1000)
		c := s.Cart(b, line("T1", 3, 3333))
		c.Wish.Points = 1000
		p := commit(t, s, c) // 99.99, 10 by points, 8.99 earned on 89.99
		if p.Due != 8999 || p.Earned != 899 {
			t.Fatalf("due %d, earned %d", p.Due, p.Earned)
		}
		want := []string{
			"gross 3333 paid 333 points 333 earned 299 money 2999 whole false",
			"gross 3333 paid 333 points 333 earned 300 money 3000 whole false",
			"gross 3333 paid 334 points 334 earned 300 money 3000 whole true",
		}
		for i, w := range want {
			f := refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{pieces(0, 1)}})
			if got := fmt.Sprintf("gross %d paid %d points %d earned %d money %d whole %v", f.Gross, f.Paid, f.Given, f.Earned, f.Money, f.Whole); got != w {
				t.Errorf("piece %d: %s, want %s", i+1, got, w)
			}
		}
		if got := s.Balance(t, b); got != (purchase.Balance{Active: 1000}) {
			t.Errorf("after all: %+v", got)
		}
	})
}

// TestRefundByAmount: money is spread over what is unreturned, and a line
// that was returned so is from then on returned only so.
func TestRefundByAmount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		p := commit(t, s, s.Cart(s.Member(t), line("T1", 2, 10_000), line("B1", 1, 10_000)))
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{pieces(0, 1)}})
		f := refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Amount: 5001})
		if f.Money != 5001 || len(f.Lines) != 2 || f.Lines[0].Money() != 2501 || f.Lines[1].Money() != 2500 || f.Earned != 250+75 {
			t.Fatalf("%+v", f)
		}
		for code, r := range map[string]*purchase.RefundRequest{
			"refund.by-amount-only": {Lines: []purchase.RefundPart{pieces(0, 1)}},
			"refund.above-paid":     {Amount: 15_000},
		} {
			r.Purchase = ref(p)
			if _, err := tryRefund(t, s, r); purchasetest.Code(err) != code {
				t.Errorf("%s: got %v", code, err)
			}
		}
		f = refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Amount: 14_999})
		if !f.Whole || f.Earned != p.Earned-1000-325 {
			t.Fatalf("the rest: %+v", f)
		}
	})
}

// TestRefundRefusals: what is wrong is said, and nothing has happened.
func TestRefundRefusals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		c := s.Cart(b, line("T1", 2, 10_000))
		c.Payments = []purchase.Payment{{Kind: "cash", Amount: 10_000}, {Kind: "card", Amount: 10_000}}
		p := commit(t, s, c)
		balance := s.Balance(t, b)
		type request = purchase.RefundRequest
		cash := func(amounts ...money.Amount) (out []purchase.Payment) {
			for _, a := range amounts {
				out = append(out, purchase.Payment{Kind: "cash", Amount: a})
			}
			return out
		}
		for i, c := range []struct {
			code string
			r    request
		}{
			{"refund.no-purchase", request{}},
			{"purchase.not-found", request{Purchase: purchase.PurchaseRef{Home: p.Home, ID: 5}}},
			{"purchase.not-found", request{Purchase: purchase.PurchaseRef{Home: -p.Home, ID: p.ID}}},
			{"purchase.not-found", request{Purchase: purchase.PurchaseRef{Till: s.Till, Key: "unknown"}}},
			{"refund.lines-or-amount", request{Purchase: ref(p), Amount: 1, Lines: []purchase.RefundPart{pieces(0, 1)}}},
			{"refund.amount", request{Purchase: ref(p), Amount: -1}},
			{"refund.above-paid", request{Purchase: ref(p), Amount: 20_001}},
			{"refund.lines", request{Purchase: ref(p), Lines: []purchase.RefundPart{pieces(1, 1)}}},
			{"refund.lines", request{Purchase: ref(p), Lines: []purchase.RefundPart{pieces(-1, 1)}}},
			{"refund.lines", request{Purchase: ref(p), Lines: []purchase.RefundPart{pieces(0, 0)}}},
			{"refund.lines", request{Purchase: ref(p), Lines: []purchase.RefundPart{pieces(0, 1), pieces(0, 1)}}},
			{"refund.quantity", request{Purchase: ref(p), Lines: []purchase.RefundPart{pieces(0, 3)}}},
			{"refund.payments-sum", request{Purchase: ref(p), Amount: 5000, Payments: cash(4999)}},
			{"refund.payment-above", request{Purchase: ref(p), Payments: cash(20_000)}},
			{"refund.payment-above", request{Purchase: ref(p), Payments: cash(10_000, 10_000)}},
			{"refund.payment-above", request{Purchase: ref(p), Amount: 1, Payments: []purchase.Payment{{Kind: "sbp", Amount: 1}}}},
			{"purchase.invalid", request{Purchase: ref(p), Amount: 1, Payments: []purchase.Payment{{Amount: 1}}}},
		} {
			if _, err := tryRefund(t, s, &c.r); purchasetest.Code(err) != c.code {
				t.Errorf("%d: want %s, got %v", i, c.code, err)
			}
		}
		if got := s.Balance(t, b); got != balance {
			t.Errorf("%+v, before the refusals %+v", got, balance)
		}
		refund(t, s, &request{Purchase: ref(p)})
		if _, err := tryRefund(t, s, &request{Purchase: ref(p)}); purchasetest.Code(err) != "refund.nothing-left" {
			t.Errorf("refunded twice: %v", err)
		}
	})
}

// TestRefundToOtherKinds: a named split may differ from how it was paid; what
// is left of each kind is what later refunds can take.
func TestRefundToOtherKinds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		c := s.Cart(purchase.Buyer{}, line("T1", 2, 10_000))
		c.Payments = []purchase.Payment{{Kind: "cash", Amount: 5000}, {Kind: "card", Amount: 15_000}}
		p := commit(t, s, c)
		f := refund(t, s, &purchase.RefundRequest{
			Purchase: ref(p), Lines: []purchase.RefundPart{pieces(0, 1)}, Payments: []purchase.Payment{{Kind: "cash", Amount: 5000}, {Kind: "card", Amount: 5000}},
		})
		if !has(f.Flags, purchase.FlagPayments) || !has(f.Flags, purchase.FlagAnonymous) {
			t.Errorf("flags %v", f.Flags)
		}
		f = refund(t, s, &purchase.RefundRequest{Purchase: ref(p)})
		if diff := cmp.Diff([]purchase.Payment{{Kind: "card", Amount: 10_000}}, f.Payments); diff != "" {
			t.Errorf("the rest goes back by what is left: %s", diff)
		}
	})
}

// TestClawback: what a refund does about points that are gone, and that parts
// of it add up to the whole.
func TestClawback(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode        rule.Clawback
		value       money.Amount // kopecks of a point
		money, kept money.Amount // of the whole refund
		debt        money.Points
	}{
		{rule.ClawDebt, 100, 9999, 0, 999},
		{rule.ClawForgive, 100, 9999, 0, 0},
		{rule.ClawMoney, 100, 9000, 999, 0},
		{rule.ClawMoney, 50, 9500, 499, 0},
		{rule.ClawMoney, 250, 7502, 2497, 0},
	} {
		t.Run(fmt.Sprint(c.mode, c.value), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				pr := purchasetest.Programme()
				pr.Settings.Clawback, pr.Settings.PointValue, pr.Settings.SpendStep = c.mode, c.value, 2
				s := purchasetest.Open(t, d, pr)
				for _, inParts := range []bool{false, true} {
					b := s.Member(t)
					p := commit(t, s, s.Cart(b, line("T1", 3, 3333)))
					if _, err := s.Desk.Adjust(t.Context(), &purchase.AdjustRequest{
						By: 1, Key: s.IDs.New().String(), Buyer: b, Programme: s.Programme.ID, Points: -p.Earned, Reason: "gone",
					}); err != nil {
						t.Fatal(err)
					}
					var back, kept money.Amount
					var short money.Points
					for i := range 3 {
						r := &purchase.RefundRequest{Purchase: ref(p)}
						if inParts {
							r.Lines = []purchase.RefundPart{pieces(0, 1)}
						}
						f := refund(t, s, r)
						back, kept, short = back+f.Money, kept+f.Kept, short+f.Short
						if !inParts && i == 0 {
							break
						}
					}
					if back != c.money || kept != c.kept || short != 999 || s.Balance(t, b) != (purchase.Balance{Debt: c.debt}) {
						t.Errorf("in parts %v: %d back, %d kept, %d short, %+v; want %d, %d", inParts, back, kept, short, s.Balance(t, b), c.money, c.kept)
					}
				}
			})
		})
	}
}

// TestRefundBeforeItsPurchase: a till whose clock is wrong gives nothing back
// before it was bought, nor in a time to come.
func TestRefundBeforeItsPurchase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		p := commit(t, s, s.Cart(s.Member(t), line("T1", 1, 1000)))
		f := refund(t, s, &purchase.RefundRequest{Purchase: ref(p), At: p.At.Add(-400 * day)})
		if f.At != p.At || f.Day != p.Day || !has(f.Flags, purchase.FlagEarly) {
			t.Errorf("refunded at %s on %s, %v", f.At.Time(), f.Day, f.Flags)
		}
		p = commit(t, s, s.Cart(s.Member(t), line("T1", 1, 1000)))
		f = refund(t, s, &purchase.RefundRequest{Purchase: ref(p), At: s.Clock.Now().Add(400 * day)})
		if f.At != s.Clock.Now() || !has(f.Flags, purchase.FlagAhead) {
			t.Errorf("refunded at %s, %v", f.At.Time(), f.Flags)
		}
		proved(t, d)
	})
}
