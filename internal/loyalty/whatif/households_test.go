package whatif_test

import (
	"testing"

	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestOwnLevelsOfHouseholds: levels of each member's own are lived again where
// nobody has bought on a household's account, and refused where somebody has,
// be they the draft's or those of now.
func TestOwnLevelsOfHouseholds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Settings.LevelScope = rule.ScopeMember
		p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Total: 300_00, Rules: []rule.Rule{{ID: "ten", Kind: rule.AccrualRule, Points: 10_00}}}}
		s := open(t, d, p)
		sell := func(c int64, n int) {
			b := s.Person(t)
			for range n {
				if _, err := s.Desk.Commit(t.Context(), s.Cart(b, purchasetest.Line("B1", c, 100_00))); err != nil {
					t.Fatal(err)
				}
			}
		}
		sell(2, 3)
		day := s.day(s.Clock.Now())
		r := s.run(*s.Programme, day, day)
		s.same(r, day)
		if len(r.Moves) != 2 || r.Then.Earned != 3*6_00+10_00 {
			t.Errorf("%+v, earned %d", r.Moves, r.Then.Earned)
		}
		_, family := s.Family(t, 2)
		if _, err := s.Desk.Commit(t.Context(), s.Cart(family[1], purchasetest.Line("B1", 1, 100_00))); err != nil {
			t.Fatal(err)
		}
		refused := func(p rule.Programme) {
			t.Helper()
			if _, err := whatif.Run(t.Context(), s.options(p, day, day)); purchasetest.Code(err) != "whatif.households" {
				t.Errorf("got %v", err)
			}
		}
		refused(*s.Programme)
		plain := *s.Programme
		plain.Settings.LevelScope = rule.ScopeAccount
		refused(plain)
	})
}
