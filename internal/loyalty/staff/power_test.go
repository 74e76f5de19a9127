package staff_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// powers are what somebody may do, and where: "permission at place". Of an
// owner that he is one is a power too.
type powers map[string]bool

func (p powers) within(other powers) bool {
	for what := range p {
		if !other[what] {
			return false
		}
	}
	return true
}

// powersOf is said anew here, from the rows alone.
func (b *bundle) powersOf(p staff.Person) powers {
	b.t.Helper()
	role, err := b.Role(b.ctx, p.Role)
	if err != nil {
		b.t.Fatal(err)
	}
	under := map[id.ID][]string{partner1: {"p1", "o101", "o102"}, partner2: {"p2", "o103"}}
	var places []string
	for _, partner := range p.Partners {
		places = append(places, under[partner]...)
	}
	for _, outlet := range p.Outlets {
		places = append(places, "o"+outlet.String())
	}
	if len(places) == 0 {
		places = []string{"everywhere", "p1", "p2", "o101", "o102", "o103"}
	}
	out := powers{}
	for _, place := range places {
		for _, permission := range role.Permissions {
			out[string(permission)+" at "+place] = true
		}
	}
	if p.Role == staff.Owner {
		out["owner"] = true
	}
	return out
}

type world struct {
	people map[id.ID]staff.Person
	powers map[id.ID]powers
}

func (b *bundle) world() world {
	b.t.Helper()
	w := world{map[id.ID]staff.Person{}, map[id.ID]powers{}}
	list, err := b.People(b.ctx, reference.Page{Limit: reference.MaxLimit})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, p := range list.Items {
		p.Version, p.Seen = 0, 0
		w.people[p.ID], w.powers[p.ID] = p, b.powersOf(p)
	}
	return w
}

// TestNobodyGivesWhatHeHasNot has people do to people and roles what they
// please: nobody comes to have a power, or is changed who has one, that the one
// who did it had not; nobody's own power grows by his own doing; an owner is
// always left.
func TestNobodyGivesWhatHeHasNot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		c := &chaos{bundle: b, r: rand.New(rand.NewPCG(seed, 1)), roles: []string{staff.Owner, staff.Administrator, staff.Marketer, staff.Analyst, staff.Cashier}}
		for i, p := range []staff.Person{
			{Role: staff.Owner},
			{Role: staff.Administrator},
			{Role: staff.Administrator, Partners: []id.ID{partner1}},
			{Role: staff.Administrator, Outlets: []id.ID{outlet1, outlet3}},
			{Role: staff.Marketer},
		} {
			p.Name, p.Email = fmt.Sprint("n", i), fmt.Sprintf("n%d@example.org", i)
			b.hired(p)
		}
		before, done := b.world(), 0
		for range 250 {
			actors := slices.Sorted(maps.Keys(before.people))
			actor := actors[c.r.IntN(len(actors))]
			who, err := b.As(b.ctx, actor)
			if err != nil {
				continue // blocked or closed
			}
			what, err := c.act(who, before)
			if err == nil {
				done++
			}
			after := b.world()
			had := before.powers[actor]
			owners := 0
			for i, p := range after.people {
				now, was := after.powers[i], before.powers[i]
				if i == actor {
					if !now.within(had) {
						t.Fatalf("%s made himself more: %+v to %+v", what, before.people[i], p)
					}
				} else if changed := fmt.Sprint(p) != fmt.Sprint(before.people[i]); changed || !now.within(was) || !was.within(now) {
					if !now.within(had) || !was.within(had) {
						t.Fatalf("%s by %+v: %+v to %+v", what, before.people[actor], before.people[i], p)
					}
				}
				if p.Role == staff.Owner && p.State == staff.Active {
					owners++
				}
			}
			if owners == 0 {
				t.Fatalf("%s: no owner is left", what)
			}
			before = after
		}
		if done < 5 { // where the few who may do much are blocked early, little is done
			t.Errorf("only %d things were done", done)
		}
		if _, err := audit.Verify(b.ctx, d, func(w audit.Wrong) { t.Errorf("%+v", w) }); err != nil {
			t.Error(err)
		}
	})
}

// chaos does what comes into its head.
type chaos struct {
	*bundle
	r     *rand.Rand
	roles []string
	made  int
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (c *chaos) person() staff.Person {
	c.made++
	p := staff.Person{Name: fmt.Sprint("m", c.made), Email: fmt.Sprintf("m%d@example.org", c.made), Role: pick(c.r, c.roles)}
	if c.r.IntN(2) == 0 {
		p.Outlets = [][]id.ID{nil, {outlet1}, {outlet1, outlet2}, {outlet3}}[c.r.IntN(4)]
		p.Partners = [][]id.ID{nil, {partner1}, {partner2}}[c.r.IntN(3)]
	}
	return p
}

func (c *chaos) act(who *staff.Who, w world) (what string, err error) {
	target := w.people[pick(c.r, slices.Sorted(maps.Keys(w.people)))]
	switch c.r.IntN(9) {
	case 0, 1:
		p, token, err := c.Invite(c.ctx, who, c.person())
		if err == nil {
			err = c.Reset(c.ctx, token, password, here())
		}
		return fmt.Sprintf("invite %+v", p), err
	case 2, 3:
		n := c.person()
		n.ID = target.ID
		_, err := c.Save(c.ctx, who, n)
		return fmt.Sprintf("save %+v", n), err
	case 4:
		return "block", c.Block(c.ctx, who, target.ID)
	case 5:
		return "unblock", c.Unblock(c.ctx, who, target.ID)
	case 6:
		if c.r.IntN(4) > 0 {
			return "drop proofs", c.DropProofs(c.ctx, who, target.ID)
		}
		return "close", c.Close(c.ctx, who, target.ID)
	}
	role := staff.Role{Name: "r"}
	for range 1 + c.r.IntN(6) {
		role.Permissions = append(role.Permissions, pick(c.r, staff.Permissions()))
	}
	role.Permissions = append(role.Permissions, staff.StaffEdit)
	if c.r.IntN(2) == 0 {
		role.Code = pick(c.r, c.roles)
	}
	saved, err := c.SaveRole(c.ctx, who, role)
	if err == nil && role.Code == "" {
		c.roles = append(c.roles, saved.Code)
	}
	return fmt.Sprintf("role %+v", role), err
}
