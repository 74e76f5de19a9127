package member

import (
	"context"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// FoundHousehold makes a household on a member's account, with others in it
// from the beginning.
func (m *Members) FoundHousehold(ctx context.Context, founder home.ID, name string, others []home.ID, by Actor) (Household, error) {
	var f form
	f.needed("name", &name, MaxName)
	for i, h := range others {
		switch {
		case h == founder:
			f.add(fmt.Sprintf("members[%d]", i), &fault.Field{Code: "household.founder-named"})
		case slices.Contains(others[:i], h):
			f.add(fmt.Sprintf("members[%d]", i), &fault.Field{Code: "household.twice"})
		}
	}
	if err := f.err(); err != nil {
		return Household{}, err
	}
	all := append([]home.ID{founder}, others...)
	if len(all) > MaxHousehold {
		return Household{}, householdFull()
	}
	made := Household{ID: m.IDs.New(), Founder: founder}
	return m.rehouse(ctx, made.ID, by, all, func(c *housing) error {
		c.b.Exec(qInsertHousehold, made.ID, founder, name, c.now)
		for _, h := range all {
			if err := c.join(&made, h); err != nil {
				return err
			}
		}
		return nil
	})
}

// JoinHousehold takes a member into a household. From then on he spends and
// earns on its account; the points that he has wait in his own.
func (m *Members) JoinHousehold(ctx context.Context, household id.ID, h home.ID, by Actor) (Household, error) {
	return m.changeHousehold(ctx, household, by, []home.ID{h}, func(c *housing, v *Household) error {
		if len(v.living()) >= MaxHousehold {
			return householdFull()
		}
		return c.join(v, h)
	})
}

// LeaveHousehold takes a member out of a household; its points stay there. The
// founder, whose account it is, can only end it.
func (m *Members) LeaveHousehold(ctx context.Context, household id.ID, h home.ID, by Actor) (Household, error) {
	return m.changeHousehold(ctx, household, by, []home.ID{h}, func(c *housing, v *Household) error {
		switch {
		case h == v.Founder:
			return fault.New(fault.Refused, "household.founder")
		case !v.in(h):
			return fault.New(fault.NotFound, "household.not-in")
		}
		c.leave(h)
		return nil
	})
}

// EndHousehold takes everybody out of a household; its points are the
// founder's, in whose account they have been all along.
func (m *Members) EndHousehold(ctx context.Context, household id.ID, by Actor) (Household, error) {
	v, err := GetHousehold(ctx, m.DB, household)
	if err != nil {
		return v, err
	}
	return m.changeHousehold(ctx, household, by, v.living(), func(c *housing, v *Household) error {
		for _, h := range v.living() {
			if c.people[h] == nil {
				return moved() // he came while we took the locks
			}
			c.leave(h)
		}
		c.b.Exec(qEndHousehold, household, c.now)
		return nil
	})
}

func householdFull() error {
	return fault.New(fault.Refused, "household.full", "max", MaxHousehold)
}

// housing is one change of a household: the members that it concerns, locked,
// and what is to be written.
type housing struct {
	*Members
	q      db.Q
	now    clock.Micros
	people map[home.ID]*Member
	b      db.Batch
	trail  *Trail
}

// changeHousehold is one change of a living household, under the locks of its
// founder and of whoever else is concerned.
func (m *Members) changeHousehold(
	ctx context.Context, household id.ID, by Actor, concerned []home.ID, fn func(c *housing, v *Household) error,
) (Household, error) {
	was, err := GetHousehold(ctx, m.DB, household)
	if err != nil {
		return was, err
	}
	return m.rehouse(ctx, household, by, append([]home.ID{was.Founder}, concerned...), func(c *housing) error {
		v, err := GetHousehold(ctx, c.q, household)
		switch {
		case err != nil:
			return err
		case v.EndedAt != 0:
			return fault.New(fault.Conflict, "household.ended")
		}
		return fn(c, &v)
	})
}

// rehouse takes the locks of members in the order of their homes, lets fn
// change their household, writes it and gives it back.
func (m *Members) rehouse(ctx context.Context, household id.ID, by Actor, homes []home.ID, fn func(c *housing) error) (out Household, err error) {
	homes = slices.Clone(homes)
	slices.Sort(homes)
	homes = slices.Compact(homes)
	err = m.DB.Write(ctx, func(tx *db.Tx) error {
		now := m.Clock.Now()
		c := &housing{Members: m, q: tx, now: now, people: make(map[home.ID]*Member, len(homes)), trail: NewTrail(m.IDs, by, now)}
		for _, h := range homes {
			v, err := LockOpen(ctx, tx, h, 0)
			if err != nil {
				return err
			}
			c.people[h] = &v
		}
		if err := fn(c); err != nil {
			return err
		}
		if err := c.trail.Queue(&c.b); err != nil {
			return err
		}
		if err := tx.Run(ctx, &c.b); err != nil {
			return err
		}
		out, err = GetHousehold(ctx, tx, household)
		return err
	})
	return out, err
}

// join writes that a locked member is in a household from now on.
func (c *housing) join(v *Household, h home.ID) error {
	m := c.people[h]
	if m.Household != 0 {
		return fault.New(fault.Conflict, "household.already", "household", m.Household.String())
	}
	m.Household = v.ID
	c.b.Exec(qJoin, h, c.IDs.New(), v.ID, c.now)
	if h != v.Founder {
		c.b.Exec(qAccountHome, h, v.Founder)
	}
	c.trail.Add(h, FieldHousehold, "", idText(v.ID))
	Touch(&c.b, h, c.now)
	return nil
}

// leave writes that a locked member is in no household any more.
func (c *housing) leave(h home.ID) {
	c.b.Exec(qLeave, h, c.now)
	c.b.Exec(qAccountHome, h, nil)
	c.trail.Add(h, FieldHousehold, idText(c.people[h].Household), "")
	Touch(&c.b, h, c.now)
}
