package whatif_test

import (
	"testing"

	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestMergedAreLeftOut: members who were made one are not lived again, and it
// says how many; all others are.
func TestMergedAreLeftOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, purchasetest.Programme())
		var who []purchase.Buyer
		for range 3 {
			b := s.Person(t)
			who = append(who, b)
			if _, err := s.Desk.Commit(t.Context(), s.Cart(b, purchasetest.Line("B1", 1, 100_00))); err != nil {
				t.Fatal(err)
			}
		}
		m := &merge.Merges{DB: d, IDs: s.IDs, Clock: s.Clock, Members: s.People(), Desk: s.Desk}
		ask := merge.Request{Into: who[0].Home, From: who[1].Home, By: purchasetest.By, Reason: "одно лицо"}
		p, err := m.Preview(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		ask.Digest = p.Digest
		if _, err := m.Merge(t.Context(), ask); err != nil {
			t.Fatal(err)
		}
		day := s.day(s.Clock.Now())
		r := s.run(*s.Programme, day, day)
		if r.Merged != 2 || r.Then.Earned != 3_00 {
			t.Errorf("%d left out, earned %s", r.Merged, r.Then.Earned)
		}
	})
}
