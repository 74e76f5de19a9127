package member_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

// family is a household's founder and some that are to be in it.
func (b *bundle) family(n int) (founder home.ID, others []home.ID) {
	for i := range n {
		others = append(others, b.register(i).Home)
	}
	return others[0], others[1:]
}

// accountHome is the home where a member's purchases find their account.
func (b *bundle) accountHome(h home.ID) home.ID {
	b.t.Helper()
	var at int64
	if err := b.DB.Row(b.ctx, `select coalesce(account_home, home_id) from home where home_id = $1`, h).Scan(&at); err != nil {
		b.t.Fatal(err)
	}
	return home.ID(at)
}

// TestHousehold: who is in it uses the founder's account, and his own again
// when he has left; every coming and going is on the trail.
func TestHousehold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		founder, others := b.family(4)
		v := must(b.FoundHousehold(b.ctx, founder, " Ивановы ", others[:1], b.by))
		if v.Name != "Ивановы" || v.Founder != founder || len(v.Members) != 2 || v.CreatedAt != b.clock.Now() {
			t.Errorf("%+v", v)
		}
		must(b.JoinHousehold(b.ctx, v.ID, others[1], b.by))
		wanted := map[home.ID]home.ID{founder: founder, others[0]: founder, others[1]: founder, others[2]: others[2]}
		for h, at := range wanted {
			if got := b.accountHome(h); got != at {
				t.Errorf("the account of %s is looked for in %s, not %s", h, got, at)
			}
		}
		if m := must(member.Get(b.ctx, d, others[1])); m.Household != v.ID || m.Version != 2 {
			t.Errorf("household %s, version %d", m.Household, m.Version)
		}

		_, err := b.JoinHousehold(b.ctx, v.ID, others[1], b.by)
		refused(t, err, "household.already")
		_, err = b.FoundHousehold(b.ctx, others[0], "Другие", nil, b.by)
		refused(t, err, "household.already")
		_, err = b.LeaveHousehold(b.ctx, v.ID, others[2], b.by)
		refused(t, err, "household.not-in")
		_, err = b.LeaveHousehold(b.ctx, v.ID, founder, b.by)
		refused(t, err, "household.founder")
		_, err = b.JoinHousehold(b.ctx, 12345, others[2], b.by)
		refused(t, err, "household.not-found")
		_, err = b.FoundHousehold(b.ctx, others[2], "", nil, b.by)
		refused(t, err, "member.invalid")
		_, err = b.FoundHousehold(b.ctx, others[2], "Я и я", []home.ID{others[2]}, b.by)
		refused(t, err, "member.invalid")
		for _, h := range []home.ID{founder, others[0]} {
			_, err = b.Close(b.ctx, h, 0, "", b.by, nil)
			refused(t, err, "household.closing")
		}

		must(b.LeaveHousehold(b.ctx, v.ID, others[1], b.by))
		must(b.JoinHousehold(b.ctx, v.ID, others[1], b.by)) // in the same instant
		if got := b.accountHome(others[1]); got != founder {
			t.Errorf("he who came again looks for his account in %s", got)
		}
		ended := must(b.EndHousehold(b.ctx, v.ID, b.by))
		for _, m := range ended.Members {
			if m.LeftAt == 0 || b.accountHome(m.Home) != m.Home {
				t.Errorf("%+v looks for his account in %s", m, b.accountHome(m.Home))
			}
		}
		if ended.EndedAt != b.clock.Now() || len(ended.Members) != 4 {
			t.Errorf("%+v", ended)
		}
		_, err = b.JoinHousehold(b.ctx, v.ID, others[2], b.by)
		refused(t, err, "household.ended")
		next := must(b.FoundHousehold(b.ctx, others[0], "Другие", []home.ID{founder}, b.by))
		if list := must(member.Households(b.ctx, d, 0, 10)); len(list) != 2 || len(list[0].Members) != 4 || list[1].ID != next.ID {
			t.Errorf("%+v", list)
		}
		name := v.ID.String()
		if diff := cmp.Diff([]string{
			"household:  → " + name, "household: " + name + " → ", "household:  → " + name, "household: " + name + " → ",
		}, b.trail(others[1], member.FieldHousehold)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestHouseholdRaces: households pull at the same members from all sides.
// Nobody is in two, none is too large, and nobody waits for ever.
func TestHouseholdRaces(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		_, people := b.family(member.MaxHousehold + 6)
		slices.Reverse(people[5:])
		var households []member.Household
		for _, h := range people[:3] {
			households = append(households, must(b.FoundHousehold(b.ctx, h, "Семья", nil, b.by)))
		}
		var working sync.WaitGroup
		var joined atomic.Int64
		for _, v := range households {
			working.Go(func() {
				for _, h := range people[3:] {
					switch _, err := b.JoinHousehold(b.ctx, v.ID, h, b.by); {
					case err == nil:
						joined.Add(1)
					case !fault.Is(err, "household.full"):
						refused(t, err, "household.already")
					}
				}
			})
		}
		working.Wait()
		if want := int64(len(people) - 3); joined.Load() != want {
			t.Errorf("%d have joined, want %d", joined.Load(), want)
		}
		var all []home.ID
		for _, v := range households {
			v = must(member.GetHousehold(b.ctx, d, v.ID))
			for _, m := range v.Members {
				all = append(all, m.Home)
			}
			if len(v.Members) > member.MaxHousehold {
				t.Errorf("%d members", len(v.Members))
			}
		}
		if slices.Sort(all); len(slices.Compact(all)) != len(people) {
			t.Errorf("%d members of households, want %d", len(slices.Compact(all)), len(people))
		}
	})
}

// TestHouseholdIsBounded: the founder counts, those who have left do not.
func TestHouseholdIsBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		founder, others := b.family(member.MaxHousehold + 1)
		_, err := b.FoundHousehold(b.ctx, founder, "Все", others, b.by)
		refused(t, err, "household.full")
		v := must(b.FoundHousehold(b.ctx, founder, "Все", others[:len(others)-1], b.by))
		last := others[len(others)-1]
		_, err = b.JoinHousehold(b.ctx, v.ID, last, b.by)
		refused(t, err, "household.full")
		must(b.LeaveHousehold(b.ctx, v.ID, others[3], b.by))
		must(b.JoinHousehold(b.ctx, v.ID, last, b.by))
	})
}
