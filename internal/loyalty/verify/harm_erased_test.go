package verify_test

import (
	"fmt"
	"testing"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// erased is a shop whose rules look at people: rich was erased, buyer was not.
func erased(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	p.Rules = []rule.Rule{{ID: "city", Kind: rule.DiscountRule, Amount: 1_00, When: []rule.Condition{{Field: rule.FieldCity, In: []string{"омск"}}}}}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	people := &member.Members{DB: d, IDs: s.IDs, Clock: s.Clock}
	for i, b := range []*purchase.Buyer{&s.rich, &s.buyer} {
		m, err := people.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile:     member.Profile{Name: "Анна", Address: member.Address{City: "Омск"}},
			Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: fmt.Sprintf("+7916000000%d", i)}},
		}, member.Actor{Kind: member.BySystem})
		if err != nil {
			t.Fatal(err)
		}
		b.Home = m.Home
		s.bought = s.sell(s.Cart(*b, line("B1", 1, 400_00)))
		s.Give(t, *b, 5_00)
		s.doDeposit(&purchase.DepositRequest{Do: purchase.CloseDeposit, Home: b.Home, Deposit: s.openDeposit(*b, 0), Reason: "РКО 1"})
	}
	who := &privacy.Privacy{DB: d, IDs: s.IDs, Clock: s.Clock, Desk: s.Desk}
	if _, err := who.Erase(t.Context(), privacy.Erasure{Member: s.rich.Home, Ground: privacy.Withdrawn, Forfeit: true}); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestErasuresAreProved harms what is left of an erased person by hand, and
// what is kept of another.
func TestErasuresAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { prove(t, erased(t, d), erasureHarms()) })
}

func erasureHarms() []harm {
	of := func(table string, row func(s *shop) string, text string, args func(s *shop) []any) func(s *shop) (string, string) {
		return func(s *shop) (string, string) {
			s.exec(text, args(s)...)
			return table, row(s)
		}
	}
	rich := func(s *shop) []any { return []any{s.rich.Home} }
	buyer := func(s *shop) []any { return []any{s.buyer.Home} }
	richs := func(s *shop) string { return "home_id=" + s.rich.Home.String() }
	bought := func(s *shop) string { return fmt.Sprintf("home_id=%s purchase_id=%s", s.bought.Home, s.bought.ID) }
	adjusted := func(s *shop) string {
		return fmt.Sprintf("home_id=%s op_id=%d", s.buyer.Home, s.one(`select op_id from adjustment where home_id = $1`, s.buyer.Home))
	}
	closed := func(in func(s *shop) []any) func(s *shop) string {
		return func(s *shop) string {
			return fmt.Sprintf("home_id=%d op_id=%d", in(s)[0], s.one(`select op_id from deposit_op where home_id = $1 and kind = 'close'`, in(s)...))
		}
	}
	left, kept := []verify.Invariant{verify.ErasureLeft}, []verify.Invariant{verify.KeptHash}
	return []harm{
		{"a name", of("member", richs, `update member set name = 'Анна' where home_id = $1`, rich), left},
		{"a phone", of("identifier", richs, `insert into identifier (kind, value, excl, home_id, state, member_state, main, proven_at, added_at) values ('phone', '+7', 0, $1, 'off', 'closed', false, 0, 0)`, rich), left},
		{"a note of what he bought as a guest", of("guest_due", richs, `insert into guest_due (kind, value, home_id, told, due_at, mark, after_id) values ('phone', '+7', $1, true, 0, 1, 0)`, rich), left},
		{"a change", of("member_change", richs, `update member_change set new_value = 'x' where home_id = $1 and field = 'phone'`, rich), left},
		{"another act", of("member", richs, `update member set erasure_id = 77 where home_id = $1`, rich), []verify.Invariant{verify.ErasureAct, verify.PostingOp}},
		{"another's city", of("purchase", bought, `update purchase set person = replace(person, 'омск', 'томск') where home_id = $1`, buyer), kept},
		{"nobody's city", of("purchase", bought, `update purchase set person = null where home_id = $1`, buyer), kept},
		{"another reason", of("adjustment", adjusted, `update adjustment set reason = 'x' where home_id = $1`, buyer), kept},
		{"no reason", of("adjustment", adjusted, `update adjustment set reason = '', words = ':' || substr(words, 34) where home_id = $1`, buyer), kept},
		{"why a deposit was closed", of("deposit_op", closed(rich), `update deposit_op set reason = 'x' where home_id = $1 and kind = 'close'`, rich), left},
		{"another reason of a deposit", of("deposit_op", closed(buyer), `update deposit_op set reason = 'x' where home_id = $1 and kind = 'close'`, buyer), kept},
	}
}
