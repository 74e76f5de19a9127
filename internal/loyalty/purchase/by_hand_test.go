package purchase_test

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestByHandIsNoted: points by hand are in the audit trail with who put them in,
// once however often they are asked for; what is refused is not, and the reason,
// which may name somebody, never.
func TestByHandIsNoted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		by := audit.By(t.Context(), audit.Actor{Kind: audit.Staff, ID: 77, Name: "Ирина"})
		give := &purchase.AdjustRequest{By: 77, Key: "k", Buyer: b, Programme: s.Programme.ID, Points: 500, Reason: "Обида Петровой", Actor: "staff:77"}
		for range 3 {
			if _, err := s.Desk.Adjust(by, give); err != nil {
				t.Fatal(err)
			}
		}
		take := *give
		take.Key, take.Points = "k2", -100_000
		if _, err := s.Desk.Adjust(by, &take); purchasetest.Code(err) != "points.not-enough" {
			t.Fatal(err)
		}
		list, err := audit.Read(t.Context(), d, audit.Filter{Action: "points.adjusted"}, 0, 10)
		if err != nil || len(list) != 1 {
			t.Fatalf("noted %d times (%v)", len(list), err)
		}
		r := list[0]
		if r.Actor.Name != "Ирина" || r.Target.ID != b.Home.String() || !strings.Contains(r.After, `"points":500`) || strings.Contains(r.After, "Петровой") {
			t.Errorf("noted %+v", r)
		}
		proved(t, d)
	})
}
