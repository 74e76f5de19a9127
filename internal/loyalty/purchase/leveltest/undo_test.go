package leveltest

import (
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestRefundUndoes takes back the rise of the refunded purchase with its gift,
// step by step.
func TestRefundUndoes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Earning.Rate = 0 },
			rule.Level{ID: "start", Priority: 1}, rule.Level{ID: "silver", Priority: 2, Total: 1_000_00},
			rule.Level{ID: "gold", Priority: 3, Total: 3_000_00, Gift: rule.Gift{Points: 200_00}})
		b := s.Member(t)
		s.sell(b, line("B1", 1, 500_00))
		p := s.sell(b, line("B1", 1, 4_000_00))
		if v := s.at(b, "gold"); v.Account.Active != 200_00 {
			t.Fatalf("%+v", v.Account)
		}
		s.refund(p, 1_000_00)
		s.at(b, "gold")
		s.refund(p, 1_000_00)
		if v := s.at(b, "silver"); v.Account.Active != 0 {
			t.Fatalf("the gift stays: %+v", v.Account)
		}
		s.Give(t, b, 70_00)
		s.refund(p, 1_600_00)
		if v := s.at(b, "start"); v.Account.Active != 70_00 {
			t.Fatalf("the gift is taken twice: %+v", v.Account)
		}
		s.refund(p, 0)
		s.at(b, "start")
		s.proved()
	})
}

// TestUndoneGiftIsOwed: a level's gift that was spent before the purchase that
// gave it came back is owed, as points that it earned would be, whichever of
// them a refund takes first.
func TestUndoneGiftIsOwed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Earning.Rate, p.Earning.ByType = 10*money.Percent, nil },
			rule.Level{ID: "start", Priority: 1}, rule.Level{ID: "gold", Priority: 2, Total: 1_000_00, Gift: rule.Gift{Points: 200_00}})
		for _, parts := range [][]money.Amount{{0}, {50_00, 0}} {
			b := s.Member(t)
			p := s.sell(b, line("B1", 1, 1_000_00))
			if _, err := s.Desk.Adjust(t.Context(), &purchase.AdjustRequest{
				By: 1, Key: s.IDs.New().String(), Buyer: b, Programme: s.Programme.ID, Points: -250_00, Reason: "test",
			}); err != nil {
				t.Fatal(err)
			}
			for _, n := range parts {
				s.refund(p, n)
			}
			if v := s.at(b, "start"); v.Account.Active != 0 || v.Account.Debt != 250_00 {
				t.Errorf("refunds of %v leave %+v", parts, v.Account)
			}
		}
		s.proved()
	})
}
