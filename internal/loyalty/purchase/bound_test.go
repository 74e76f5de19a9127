package purchase_test

import (
	"context"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// TestOneProgramme: a receipt is processed under the one active programme that
// is bound to its outlet, else to its partner, else to the organization, by
// priority; points of another are not spent on it.
func TestOneProgramme(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme()) // bound to nothing
		b := s.Member(t)
		s.Give(t, b, 5000)
		put := func(code string, change func(*rule.Programme)) *rule.Programme {
			t.Helper()
			p := purchasetest.Programme()
			p.Code = code
			change(&p)
			made, err := s.Programmes.Put(t.Context(), p, "test")
			if err != nil {
				t.Fatal(err)
			}
			return made
		}
		under := func(when string, want *rule.Programme) {
			t.Helper()
			if p := commit(t, s, s.Cart(b, line("T1", 1, 1000))); p.Programme != want.ID {
				t.Errorf("%s: under %d, want %s (%d)", when, p.Programme, want.Code, want.ID)
			}
		}
		under("one of the organization", s.Programme)
		put("elsewhere", func(p *rule.Programme) { p.Priority, p.Outlets = 9, []id.ID{7} })
		put("off", func(p *rule.Programme) { p.Priority, p.On = 9, false })
		put("over", func(p *rule.Programme) { p.Priority, p.To = 9, "2026-03-01" })
		put("to come", func(p *rule.Programme) { p.Priority, p.From = 9, "2026-03-03" })
		under("others that are not active here", s.Programme)
		ofPartner := put("partner", func(p *rule.Programme) { p.Partners = []id.ID{s.Outlet.PartnerID} })
		under("one of its partner", ofPartner)
		ofOutlet := put("outlet", func(p *rule.Programme) { p.Outlets = []id.ID{s.Outlet.ID} })
		under("one of its outlet", ofOutlet)
		first := put("first", func(p *rule.Programme) { p.Priority, p.Outlets = 1, []id.ID{s.Outlet.ID} })
		under("two of its outlet", first)

		c := s.Cart(b, line("T1", 1, 10_000))
		c.Wish.Max = true
		if p := commit(t, s, c); p.Spent != 100 {
			t.Errorf("%d spent, where this programme has given 100", p.Spent)
		}
		all, err := s.Desk.Accounts(t.Context(), b.Home)
		if err != nil {
			t.Fatal(err)
		}
		got := map[id.ID]money.Points{}
		for _, a := range all {
			got[a.Account.Programme] = a.Account.Active
		}
		if len(got) != 4 || got[s.Programme.ID] != 5200 || got[first.ID] != 990 {
			t.Errorf("accounts: %v", got)
		}
		proved(t, d)
	})
}

// TestKeyInProgress: who asks again while his request is worked on waits, and
// is told so when he has waited long enough.
func TestKeyInProgress(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		c := s.Cart(s.Member(t), line("T1", 1, 1000))
		within(t, func() {
			grouped(t, s, func(desk *purchase.Desk) {
				if _, err := desk.Commit(t.Context(), c); err != nil {
					t.Error(err)
				}
			}, func(desk *purchase.Desk) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel() // it has waited long enough
				if _, err := desk.Commit(ctx, c); purchasetest.Code(err) != "key.in-progress" {
					t.Errorf("the same request at once: %v", err)
				}
				// What follows counts as the second operation in the queue.
				if _, err := desk.Commit(t.Context(), s.Cart(purchase.Buyer{}, line("T1", 1, 1000))); err != nil {
					t.Error(err)
				}
			})
			a, err := s.Desk.Commit(t.Context(), c)
			if err != nil || !a.Replayed {
				t.Errorf("later: %+v %v", a, err)
			}
		})
	})
}
