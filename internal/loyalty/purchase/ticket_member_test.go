package purchase_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestTicketsOfAMember: all the tickets that a member has bought are listed,
// those without numbers too, with what became of each; a part that has none may
// be followed by one that has.
func TestTicketsOfAMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, onUse())
		b := s.Member(t)
		sellTo(t, s, s.Member(t), tickets("T1", 10_000, "another's"))
		p := sellTo(t, s, b, tickets("T1", 30_000, "a", "b", "c"))
		nameless := tickets("T2", 20_000)
		nameless.Quantity, nameless.Gross = 2*money.Piece, 40_000
		s.Clock.Add(1)
		sellTo(t, s, b, nameless)
		s.Clock.Add(1)
		sellTo(t, s, b, purchasetest.Line("B1", 1, 10_000))
		enter(t, s, "a")
		refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece, Tickets: []string{"c"}}}})

		var got []string
		var after purchase.Cursor
		for parts := 0; ; parts++ {
			page, err := s.Desk.TicketsOf(ctx, b.Home, after, 1)
			if err != nil || parts > 3 {
				t.Fatal(parts, err)
			}
			for _, x := range page.Tickets {
				got = append(got, x.SKU+" "+x.Number+" "+string(x.State))
			}
			if after = page.Next; after.ID == 0 {
				break
			}
		}
		if diff := cmp.Diff([]string{"T2  sold", "T2  sold", "T1 a used", "T1 b sold", "T1 c returned"}, got); diff != "" {
			t.Error(diff)
		}
	})
}
