package claimtest

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// A receipt that is given to a member earns him the codes of campaigns that say
// so and are not over; they are withdrawn when nothing of it is left, and one
// that he has used stays so.
func TestClaimAwardsCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			gift := func(id, to string) rule.Offer { return rule.Offer{ID: id, To: to, Rate: 20 * money.Percent} }
			p.Campaigns = rule.CampaignsOf(gift("gift", "2026-12-31"), gift("over", "2026-03-05"), gift("till-only", ""))
			p.Campaigns[0].AwardOnClaim, p.Campaigns[1].AwardOnClaim = true, true
			least := int64(100_00)
			for _, c := range p.Campaigns {
				p.Rules = append(p.Rules, rule.Rule{ID: "reward-" + c.ID, Kind: rule.AwardRule, Campaign: c.ID, When: []rule.Condition{{Field: rule.FieldSum, From: &least}}})
			}
		})
		b := s.Member(t)
		used, unused := s.sell(nobody, line("T1", 1, 100_00)), s.sell(nobody, line("T1", 2, 100_00))
		small := s.sell(nobody, line("T1", 1, 50_00))
		s.Clock.Add(5 * 24 * time.Hour)
		award := func(p *purchase.Purchase) []purchase.Award {
			t.Helper()
			got := s.claim(b, p)
			if again := s.find(p); len(again.Awards) != len(got.Awards) || len(got.Claim.Awards) != len(got.Awards) {
				t.Errorf("%+v, stored %+v", got.Awards, again.Awards)
			}
			return got.Awards
		}
		if got := award(small); len(got) != 0 {
			t.Errorf("it is too small: %+v", got)
		}
		first, second := award(used), award(unused)
		if len(first) != 1 || len(second) != 1 || first[0].Campaign != "gift" || first[0].Until != "2026-12-31" || first[0].Code == second[0].Code {
			t.Fatalf("%+v, %+v", first, second)
		}
		s.proved()
		c := s.Cart(b, line("B1", 1, 100_00))
		c.Codes = []string{first[0].Code}
		if p := s.commit(c); p.Discount != 20_00 {
			t.Errorf("taken off: %s", p.Discount)
		}
		if f := s.refund(unused, purchase.RefundPart{Quantity: money.Piece}); len(f.Withdrawn) != 0 {
			t.Errorf("something is left: %+v", f)
		}
		if f := s.refund(unused); len(f.Withdrawn) != 1 || f.Withdrawn[0] != second[0].Code {
			t.Errorf("nothing is left: %+v", f)
		}
		if f := s.refund(used); len(f.Withdrawn) != 0 {
			t.Errorf("it is used: %+v", f)
		}
		s.proved()
	})
}
