package merge_test

import (
	"testing"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestMerge: after a merge the one who stays has what both had; receipts of who
// was merged are his, and come back there.
func TestMerge(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		a, b := s.Person(t), s.Person(t)
		s.sell(a, line("B1", 1, 1_000_00))    // 30 points
		p := s.sell(b, line("T1", 4, 100_00)) // 40 points
		c := s.Cart(b, line("B2", 1, 100_00))
		c.Wish.Points = 10_00
		spent := s.sellCart(c) // less 10, and 2.70
		if got := s.Balance(t, b).Active; got != 32_70 {
			t.Fatalf("%s before", got)
		}
		m := s.unite(a, b)
		if len(m.Accounts) != 1 || m.Accounts[0].Active != 32_70 || m.After[0].Balance.Active != 62_70 {
			t.Errorf("%+v", m.Act)
		}
		v := s.account(a)
		if v.Account.Active != 62_70 || v.Account.Purchases != 3 || v.Account.Turnover != 1_490_00 || v.Account.Spent != 10_00 || v.Account.Earned != 72_70 {
			t.Errorf("%+v", v.Account)
		}
		if got := s.Balance(t, b).Active; got != 62_70 {
			t.Errorf("named by what he was, he has %s", got)
		}
		list, err := s.Shop.Desk.OfHome(t.Context(), a.Home, purchase.Cursor{}, 10)
		if err != nil || len(list) != 3 {
			t.Errorf("%d receipts, %v", len(list), err)
		}
		s.proved()
		f := s.back(p, 1)
		if f.Home != b.Home || f.AccountHome != a.Home || f.Earned != 10_00 || f.Balance.Active != 52_70 {
			t.Errorf("%+v", f)
		}
		if f := s.back(spent, 0); f.Given != 10_00 || f.Balance.Active != 60_00 {
			t.Errorf("%+v", f)
		}
		s.back(p, 0)
		if v := s.account(a); v.Account.Active != 30_00 || v.Account.Purchases != 1 || v.Account.Turnover != 1_000_00 {
			t.Errorf("%+v", v.Account)
		}
		s.sell(b, line("B1", 1, 100_00))
		if got := s.Balance(t, a).Active; got != 33_00 {
			t.Errorf("%s", got)
		}
		if s.state(b.Home) != "merged" {
			t.Errorf("%s", s.state(b.Home))
		}
		_, err = s.Preview(t.Context(), ask(a, b))
		if purchasetest.Code(err) != "merge.gone" {
			t.Error(err)
		}
		s.proved()
	})
}

// TestMergeIsNoted: a merge is in the audit trail once, however often it is asked
// for, as its actor's doing, on the member who stays, with the number of the other;
// one that was only looked at or refused is not, and the reason never.
func TestMergeIsNoted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		a, b := s.Person(t), s.Person(t)
		by := audit.By(t.Context(), audit.Actor{Kind: audit.Staff, ID: 77, Name: "Ирина"})
		r := ask(a, b)
		r.Reason, r.Digest = "паспорт Петровой", "of another"
		if _, err := s.Merge(by, r); purchasetest.Code(err) != "merge.moved" {
			t.Fatal(err)
		}
		r.Digest = ""
		look, err := s.Preview(by, r)
		if err != nil {
			t.Fatal(err)
		}
		r.Digest = look.Digest
		var number string
		for range 2 {
			m, err := s.Merge(by, r)
			if err != nil {
				t.Fatal(err)
			}
			number = m.Number
		}
		list, err := audit.Read(t.Context(), d, audit.Filter{Action: "member.merged"}, 0, 0)
		if err != nil || len(list) != 1 {
			t.Fatalf("noted %d times (%v)", len(list), err)
		}
		if n := list[0]; n.Actor.Name != "Ирина" || n.Target != audit.On("member", id.ID(a.Home)) || n.After != `{"merged":"`+number+`"}` || n.Before != "" {
			t.Errorf("noted %+v", n)
		}
		s.proved()
	})
}
