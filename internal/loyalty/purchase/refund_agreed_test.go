package purchase_test

import (
	"strconv"
	"sync"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestRefundIsWhatWasAgreedTo: a refund that has come to something else since it
// was looked at is not done, however it is asked for, and spoils nothing that is
// done beside it; looked at again it is.
func TestRefundIsWhatWasAgreedTo(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]purchase.RefundRequest{
		"whole": {}, "lines": {Lines: []purchase.RefundPart{{Line: 1, Quantity: money.Piece}}}, "sum": {Amount: 900_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := purchasetest.Open(t, d, purchasetest.Programme())
				buyer := s.Member(t)
				p := commit(t, s, s.Cart(buyer, line("T1", 2, 500_00), line("T2", 3, 333_33)))
				r := ask
				r.Till, r.Key, r.Purchase = s.Till, "agreed", ref(p)
				look := must(s.Desk.LookRefund(t.Context(), &r))
				must(s.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "other", Purchase: ref(p), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}}}))
				// What was earned is gone, so that no line's refund is what it was.
				must(s.Desk.Adjust(t.Context(), &purchase.AdjustRequest{By: 1, Key: "gone", Buyer: buyer, Programme: s.Programme.ID, Points: -148_00, Reason: "gone"}))
				r.Agreed = look.Digest()
				var beside sync.WaitGroup
				for i := range 4 {
					beside.Go(func() {
						if _, err := s.Desk.Commit(t.Context(), s.Cart(purchase.Buyer{}, line("T"+strconv.Itoa(i), 1, 100_00))); err != nil {
							t.Errorf("a sale beside it: %v", err)
						}
					})
				}
				_, err := s.Desk.Refund(t.Context(), &r)
				beside.Wait()
				if code := purchasetest.Code(err); code != "refund.moved" {
					t.Fatalf("moved: %q, %v", code, err)
				}
				if stored := must(s.Desk.Find(t.Context(), ref(p))); len(stored.Refunds) != 1 {
					t.Fatalf("%d refunds", len(stored.Refunds))
				}
				r.Agreed = must(s.Desk.LookRefund(t.Context(), &r)).Digest()
				for i := range 2 {
					done := must(s.Desk.Refund(t.Context(), &r))
					if done.Replayed != (i > 0) || i == 0 && done.Refund.Digest() != r.Agreed {
						t.Errorf("time %d: %+v", i, done)
					}
					r.Agreed = "of another time" // what is done is told again, whatever was agreed to
				}
			})
		})
	}
}

// TestRefundTellsOfLevel: a look at a refund tells that the buyer's level falls and
// what goes with it, as it is done then; it is not done where that has changed.
func TestRefundTellsOfLevel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Levels = []rule.Level{{ID: "low", Name: "Зритель", Priority: 1}, {ID: "high", Name: "Киноман", Priority: 2, Total: 500_00, Gift: rule.Gift{Points: 200_00}}}
		s := purchasetest.Open(t, d, p)
		buyer := s.Member(t)
		sold := commit(t, s, s.Cart(buyer, line("T1", 2, 500_00)))
		before := must(s.Desk.Accounts(t.Context(), sold.Home))[0].Account.Active
		part := purchase.RefundRequest{Till: s.Till, Key: "part", Purchase: ref(sold), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}}}
		if look := must(s.Desk.LookRefund(t.Context(), &part)); look.LevelWas != "" || look.LevelWith != 0 || look.Level != "high" {
			t.Errorf("half of it: %+v", look)
		}
		whole := purchase.RefundRequest{Till: s.Till, Key: "whole", Purchase: ref(sold)}
		look := must(s.Desk.LookRefund(t.Context(), &whole))
		if look.LevelWas != "high" || look.Level != "low" || look.LevelWith != 200_00 {
			t.Errorf("the whole: %+v", look)
		}
		// The rise that is taken back is paid for by another purchase now: nothing goes with it.
		other := commit(t, s, s.Cart(buyer, line("T2", 2, 500_00)))
		whole.Agreed = look.Digest()
		if _, err := s.Desk.Refund(t.Context(), &whole); purchasetest.Code(err) != "refund.moved" {
			t.Errorf("the level stays now: %v", err)
		}
		must(s.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "other", Purchase: ref(other)}))
		look = must(s.Desk.LookRefund(t.Context(), &whole))
		whole.Agreed = look.Digest()
		done := must(s.Desk.Refund(t.Context(), &whole)).Refund
		after := must(s.Desk.Accounts(t.Context(), sold.Home))[0].Account.Active
		if before-after != done.Claimed()+done.LevelWith || done.LevelWith != look.LevelWith || done.Level != "low" {
			t.Errorf("%s went, told were %s of the goods, %s of the level", before-after, done.Claimed(), done.LevelWith)
		}
		// Points that are gone are owed, with those of the level; what has expired is told.
		poor := s.Member(t)
		gone := commit(t, s, s.Cart(poor, line("T1", 2, 500_00)))
		must(s.Desk.Adjust(t.Context(), &purchase.AdjustRequest{By: 1, Key: "spent", Buyer: poor, Programme: s.Programme.ID, Points: -250_00, Reason: "gone"}))
		if f := must(s.Desk.LookRefund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "gone", Purchase: ref(gone)})); f.Owed != 250_00 || f.Claimed() != 100_00 || f.LevelWith != 200_00 || f.Lapsed != 0 || f.Balance.Debt != 250_00 {
			t.Errorf("of who has spent 250: %+v", f)
		}
		late := s.Member(t)
		stale := commit(t, s, s.Cart(late, line("T1", 2, 500_00)))
		s.Clock.Add(100 * 24 * 3600e9)
		if f := must(s.Desk.LookRefund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "stale", Purchase: ref(stale)})); f.Lapsed != 100_00 || f.Owed != 0 || f.LevelWith != 200_00 {
			t.Errorf("of what has expired: %+v", f)
		}
	})
}
