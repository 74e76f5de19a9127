package merge_test

import (
	"strings"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// refused wants a preview and a merge to be refused alike, and to leave nothing.
func (s *shop) refused(into, from purchase.Buyer, want string) {
	s.t.Helper()
	r := ask(into, from)
	before := must(s.List(s.t.Context(), 0, 1<<62, 10))
	if _, err := s.Preview(s.t.Context(), r); purchasetest.Code(err) != want {
		s.t.Errorf("preview: %v, want %s", err, want)
	}
	r.Digest = strings.Repeat("0", 64)
	if _, err := s.Merges.Merge(s.t.Context(), r); purchasetest.Code(err) != want {
		s.t.Errorf("merge: %v, want %s", err, want)
	}
	if after := must(s.List(s.t.Context(), 0, 1<<62, 10)); len(after) != len(before) {
		s.t.Errorf("%d merges, and then %d", len(before), len(after))
	}
}

// must ends the test on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestMergeRefused: who can't be merged, and what helps.
func TestMergeRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := open(t, d, nil)
		people := s.People()
		a, b := s.Person(t), s.Person(t)
		s.sell(a, line("B1", 1, 100_00))
		s.sell(b, line("B1", 1, 100_00))
		s.refused(a, a, "merge.same")

		must(people.Block(ctx, b.Home, 0, "спор", purchasetest.By))
		s.refused(a, b, "merge.blocked")
		s.refused(b, a, "merge.blocked")
		must(people.Unblock(ctx, b.Home, 0, purchasetest.By))

		order := must(s.Shop.Desk.Reserve(ctx, s.Cart(b, line("B1", 1, 100_00)), time.Hour)).Reservation
		s.refused(a, b, "merge.reserved")
		s.refused(b, a, "merge.reserved")
		must(s.Shop.Desk.Cancel(ctx, purchase.PurchaseRef{Home: order.Home, ID: order.ID}))

		v := must(people.FoundHousehold(ctx, b.Home, "Семья", nil, purchasetest.By))
		s.refused(a, b, "merge.household")
		s.refused(b, a, "merge.household")
		other := s.Person(t)
		s.Join(t, v, other)
		s.sell(other, line("B1", 1, 100_00)) // on the account of b
		must(people.EndHousehold(ctx, v.ID, purchasetest.By))
		s.refused(a, b, "merge.founder")

		before := must(s.Preview(ctx, ask(b, a)))
		s.sell(other, line("B1", 1, 100_00)) // of no matter
		s.sell(a, line("B1", 1, 100_00))
		r := ask(b, a)
		r.Digest = before.Digest
		if _, err := s.Merges.Merge(ctx, r); purchasetest.Code(err) != "merge.moved" {
			t.Error(err)
		}
		s.unite(b, a) // the other way round
		if _, err := s.Preview(ctx, ask(b, a)); purchasetest.Code(err) != "merge.gone" {
			t.Error(err)
		}
		s.refused(a, b, "merge.gone")

		left := s.Person(t)
		must(people.Close(ctx, left.Home, 0, "просил", purchasetest.By, func(db.Q) error { return nil }))
		s.refused(b, left, "merge.gone")
		s.proved()
	})
}

// TestMergeRefusedOwnLevels: where levels are each one's own, nobody who was in
// a household is merged; others are.
func TestMergeRefusedOwnLevels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Settings.LevelScope = rule.ScopeMember
			p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Total: 1_000_00, Term: 20}}
		})
		a, b := s.Person(t), s.Person(t)
		v, family := s.Family(t, 2)
		s.sell(a, line("B1", 1, 600_00))
		s.sell(b, line("B1", 1, 600_00))
		s.sell(family[1], line("B1", 1, 600_00))
		must(s.People().EndHousehold(t.Context(), v.ID, purchasetest.By))
		s.refused(a, family[1], "merge.own-levels")
		s.refused(family[1], a, "merge.own-levels")
		s.unite(a, b)
		if got := s.account(a).Account.Standing.Level; got != "gold" {
			t.Errorf("of twelve hundred he stands at %q", got)
		}
		s.proved()
	})
}

// TestMergeAsTold: a merge takes the fields that its preview was asked for, and
// no others, in whatever order they are named.
func TestMergeAsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := open(t, d, nil)
		a, b := s.Person(t), s.Person(t)
		for i, x := range []purchase.Buyer{a, b} {
			name, city := []string{"Анна", "Яна"}[i], []string{"Пермь", "Уфа"}[i]
			must(s.People().Update(ctx, member.DefaultRules(), x.Home, 0, member.Patch{Set: map[member.Field]string{"name": name, "address_city": city}}, purchasetest.By))
		}
		digest := must(s.Preview(ctx, ask(a, b))).Digest
		for _, take := range [][]member.Field{{"name"}, {"name", "address_city"}} {
			r := ask(a, b)
			r.Take, r.Digest = take, digest
			if _, err := s.Merges.Merge(ctx, r); purchasetest.Code(err) != "merge.moved" {
				t.Errorf("previewed without, merged with %v: %v", take, err)
			}
		}
		r := ask(a, b)
		r.Take = []member.Field{"name", "address_city"}
		r.Digest = must(s.Preview(ctx, r)).Digest
		without := ask(a, b)
		without.Digest = r.Digest
		if _, err := s.Merges.Merge(ctx, without); purchasetest.Code(err) != "merge.moved" {
			t.Errorf("previewed with, merged without: %v", err)
		}
		r.Take = []member.Field{"address_city", "name", "name"}
		must(s.Merges.Merge(ctx, r))
		if p := must(member.Get(ctx, d, a.Home)).Profile; p.Name != "Яна" || p.Address.City != "Уфа" {
			t.Errorf("%+v", p)
		}
		s.proved()
	})
}

// TestMergeAgain: who asks again is told what was done, whatever has become of
// the two since; of another pair he is refused.
func TestMergeAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := open(t, d, nil)
		a, b, c := s.Person(t), s.Person(t), s.Person(t)
		s.sell(b, line("B1", 1, 100_00))
		r := ask(a, b)
		r.Digest = must(s.Preview(ctx, r)).Digest
		first := must(s.Merges.Merge(ctx, r))
		again := func() {
			t.Helper()
			got, err := s.Merges.Merge(ctx, r)
			if err != nil || got.ID != first.ID || got.At != first.At || len(got.Accounts) != len(first.Accounts) {
				t.Errorf("%+v, %v", got, err)
			}
		}
		again()
		s.refused(b, a, "merge.gone")
		for _, other := range [][2]purchase.Buyer{{c, b}, {b, c}} {
			q := ask(other[0], other[1])
			q.Digest = r.Digest
			if _, err := s.Merges.Merge(ctx, q); purchasetest.Code(err) != "merge.gone" {
				t.Error(err)
			}
		}
		s.unite(c, a)
		again()
		if n := len(must(s.List(ctx, 0, 1<<62, 10))); n != 2 {
			t.Errorf("%d merges", n)
		}
		s.proved()
	})
}
