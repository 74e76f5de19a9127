package claimtest

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// A receipt of the night is of the outlet's business day before, and counts on
// the programme's own day: also one of nobody's, which no programme has counted.
func TestClaimOfTheNight(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Sum: 1_000_00, Days: 30, Term: 30}}
		})
		for _, bought := range []bool{false, true} { // an account that counts already, or not
			b := s.Member(t)
			s.Clock.Set(clock.Of(time.Date(2026, 4, 10, 23, 30, 0, 0, time.UTC))) // 02:30 in Moscow
			if bought {
				s.sell(b, line("x", 1, 10_00))
			}
			p := s.sell(nobody, line("x", 2, 600_00))
			if p.Day != "2026-04-10" {
				t.Fatalf("of %s", p.Day)
			}
			s.refund(p, purchase.RefundPart{Line: 0, Quantity: money.Piece / 2})
			s.Clock.Add(time.Hour)
			if c := s.claim(b, p); c.Claim.Counted != "2026-04-11" {
				t.Errorf("counts on %q", c.Claim.Counted)
			}
			s.proved()
			s.sell(b, line("x", 1, 200_00))
			s.proved()
			s.refund(p)
			s.proved()
		}
	})
}
