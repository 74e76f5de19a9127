package claimtest

import (
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

func (s *shop) unlinked(b purchase.Buyer, sku string, pieces int64, price money.Amount) *purchase.UnlinkedRequest {
	return &purchase.UnlinkedRequest{
		Till: s.Till, Key: s.IDs.New().String(), Buyer: b,
		Lines: []purchase.UnlinkedLine{{SKU: sku, Quantity: money.Quantity(pieces) * money.Piece, Price: price}},
	}
}

// A refund without its receipt is matched to those that were given to the
// member as to his own, the newest first, wherever his account is.
func TestUnlinkedRefundOfClaims(t *testing.T) {
	t.Parallel()
	for _, family := range []bool{false, true} {
		t.Run(map[bool]string{false: "alone", true: "family"}[family], func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, func(p *rule.Programme) {
					p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Days: 20, Sum: 400_00}}
				})
				b := s.Person(t)
				if family {
					_, all := s.Family(t, 2)
					b = all[1]
				}
				old := s.sell(nobody, line("T1", 2, 100_00))
				s.Clock.Add(time.Hour)
				own := s.sell(b, line("T1", 1, 100_00))
				s.Clock.Add(time.Hour)
				given := s.sell(nobody, line("T1", 2, 100_00), line("B1", 1, 10_00))
				s.refund(given, purchase.RefundPart{Quantity: money.Piece})
				s.Clock.Add(time.Hour)
				s.claim(b, old)
				s.claim(b, given)

				req := s.unlinked(b, "T1", 3, 100_00)
				for range 2 { // the till asks again
					a, err := s.Desk.RefundUnlinked(t.Context(), req)
					if err != nil {
						t.Fatal(err)
					}
					var of []string
					for _, m := range a.Matched {
						of = append(of, m.Purchase.String())
						if m.Money != 100_00 || m.Earned != 10_00 || m.Home != map[string]*purchase.Purchase{old.ID.String(): old, own.ID.String(): own, given.ID.String(): given}[m.Purchase.String()].Home {
							t.Errorf("%+v", m)
						}
					}
					if len(of) != 3 || of[0] != given.ID.String() || of[1] != own.ID.String() || of[2] != old.ID.String() || a.Refund.Money != 0 {
						t.Fatalf("matched %v, left %s", of, a.Refund.Money)
					}
				}
				// Of the receipts a ticket of the old one and the bar are left.
				if v := s.account(b); v.Account.Book() != 10_30 || v.Account.Turnover != 110_00 || v.Account.Purchases != 2 {
					t.Errorf("%+v", v.Account)
				}
				// What is of none of them falls on the account.
				a, err := s.Desk.RefundUnlinked(t.Context(), s.unlinked(b, "T1", 2, 100_00))
				if err != nil || len(a.Matched) != 1 || a.Refund.Money != 100_00 {
					t.Errorf("%+v, %v", a, err)
				}
				s.proved()
			})
		})
	}
}

// TestRaceOfClaimsAndUnlinkedRefunds: receipts are claimed while they come back
// without their papers. Each piece comes back once.
func TestRaceOfClaimsAndUnlinkedRefunds(t *testing.T) {
	t.Parallel()
	twoProcesses(t, func(s *shop, desks [2]*purchase.Desk) {
		const receipts = 16
		b := s.Person(s.t)
		// Else what is of none of his receipts would fall on no account.
		if _, err := s.Desk.Open(s.t.Context(), b.Home, s.Programme.ID); err != nil {
			s.t.Fatal(err)
		}
		var sold []*purchase.Purchase
		for range receipts {
			sold = append(sold, s.sell(nobody, line("T1", 1, 100_00)))
		}
		var matched, rest atomic.Int64
		atOnce(desks, func(i int, desk *purchase.Desk) {
			switch i % 4 {
			case 0, 1:
				_, err := desk.Claim(s.t.Context(), &purchase.ClaimRequest{Buyer: b, Purchase: ref(sold[i/4])})
				if code := purchasetest.Code(err); code != "" && code != "claim.refunded" {
					s.t.Error(err)
				}
			case 2:
				a, err := desk.RefundUnlinked(s.t.Context(), s.unlinked(b, "T1", 1, 100_00))
				if err != nil {
					s.t.Error(err)
					return
				}
				matched.Add(int64(len(a.Matched)))
				rest.Add(int64(a.Refund.Money))
			default:
				if _, err := desk.Commit(s.t.Context(), s.Cart(b, line("B1", 1, 1_00))); err != nil {
					s.t.Error(err)
				}
			}
		})
		if matched.Load()*100_00+rest.Load() != receipts*100_00 {
			s.t.Errorf("%d matched, %d of none", matched.Load(), rest.Load())
		}
		back := 0
		for _, p := range sold {
			if s.find(p).State == "refunded" {
				back++
			}
		}
		v := s.account(b).Account
		if int64(back) != matched.Load() || v.Turnover != receipts*(100_00+1_00)-money.Amount(matched.Load()*100_00+rest.Load()) {
			s.t.Errorf("%d of %d are back, turnover %s", back, matched.Load(), v.Turnover)
		}
	})
}
