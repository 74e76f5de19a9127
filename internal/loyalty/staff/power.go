package staff

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// Nobody gives, changes or takes a power that he has not: what a person or a
// role may do is held to what the one may do who changes it, as he is in the
// base now. Administrators can do all that owners can, and yet have no power
// over an owner.

// power reads who asks as he is in the base now; all changes of people and
// roles stand in one line (reference.Bump), so that it stays so.
func power(ctx context.Context, tx *db.Tx, who *Who) (*Who, error) {
	if who.command {
		return who, nil
	}
	p, err := lockPerson(ctx, tx, who.Person.ID)
	if err != nil {
		return nil, notFound(err, noPerson())
	}
	if p.State != Active {
		return nil, fault.New(fault.Unauthorized, "staff.session-ended")
	}
	now := &Who{Session: who.Session, Person: p.Person, Proven: who.Proven}
	role, err := roleByCode(ctx, tx, p.Role)
	if err != nil {
		return nil, err
	}
	now.Permissions = role.Permissions
	now.outlets, err = outletsOf(ctx, tx, p.Person)
	return now, err
}

// Command is whoever runs the program's commands: he has the base itself, so
// that nothing is kept from him. It is for commands only.
func (s *Staff) Command() *Who {
	return &Who{Person: Person{Role: Owner}, Permissions: Permissions(), Proven: s.clock.Now(), command: true}
}

// over refuses (staff.above) who has less power than the role has at the
// person's places.
func (w *Who) over(p Person, role Role) error {
	if !w.Gives(role) || !w.within(p) {
		return fault.New(fault.Denied, "staff.above")
	}
	return nil
}

// Gives tells whether he has all that the role may do, so that he may give it
// to others.
func (w *Who) Gives(role Role) bool {
	return (role.Code != Owner || w.Person.Role == Owner) && w.holds(role.Permissions)
}

// within tells whether the person works nowhere that he does not.
func (w *Who) within(p Person) bool {
	if !w.Narrowed() {
		return true
	}
	elsewhere := func(o id.ID) bool { return !w.At(o) }
	// Of a partner he must have all outlets, those to come too.
	others := func(o id.ID) bool { return !slices.Contains(w.Person.Partners, o) }
	return p.Narrowed() && !slices.ContainsFunc(p.Outlets, elsewhere) && !slices.ContainsFunc(p.Partners, others)
}

// Sees tells whether he may know of a person: who works at some places only
// sees who works nowhere else, and himself.
func (w *Who) Sees(p Person) bool { return p.ID == w.Person.ID || w.within(p) }

// May tells whether he has power over a person, who is another and works here
// still.
func (s *Staff) May(ctx context.Context, who *Who, p Person) (bool, error) {
	if p.ID == who.Person.ID || p.State == Closed || !who.Can(StaffEdit) {
		return false, nil
	}
	role, err := roleByCode(ctx, s.d, p.Role)
	return err == nil && who.over(p, role) == nil, err
}

func (w *Who) holds(all []Permission) bool {
	return !slices.ContainsFunc(all, func(p Permission) bool { return !w.Can(p) })
}

// manage does something to people or roles as who may: he has StaffEdit and
// has proven himself lately.
func (s *Staff) manage(ctx context.Context, who *Who, do func(tx *db.Tx, now *Who, version int64) error) error {
	if err := who.Fresh(s.clock.Now()); err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		version, err := reference.Bump(ctx, tx, SetStaff)
		if err != nil {
			return err
		}
		now, err := power(ctx, tx, who)
		if err != nil {
			return err
		}
		if err := now.Require(StaffEdit); err != nil {
			return err
		}
		return do(tx, now, version)
	})
}

// manageOne does something to another person over whom who has power.
func (s *Staff) manageOne(ctx context.Context, who *Who, person id.ID, do func(tx *db.Tx, now *Who, old login, version int64) error) error {
	if person == who.Person.ID {
		return fault.New(fault.Denied, "staff.own-role")
	}
	return s.manage(ctx, who, func(tx *db.Tx, now *Who, version int64) error {
		old, err := lockPerson(ctx, tx, person)
		if err != nil {
			return notFound(err, noPerson())
		}
		role, err := roleByCode(ctx, tx, old.Role)
		if err != nil {
			return err
		}
		if err := now.over(old.Person, role); err != nil {
			return err
		}
		if old.State == Closed {
			return fault.New(fault.Conflict, "staff.closed")
		}
		return do(tx, now, old, version)
	})
}

// lastOwner refuses that the only active owner ceases to be one.
func lastOwner(ctx context.Context, q db.Q, old Person) error {
	if old.Role != Owner || old.State != Active {
		return nil
	}
	var others int64
	if err := q.Row(ctx, qOtherOwners, Owner, Active, old.ID).Scan(&others); err != nil {
		return err
	}
	if others == 0 {
		return fault.New(fault.Refused, "staff.last-owner")
	}
	return nil
}

// Actor is the person as who changes something.
func (w *Who) Actor(from Where) audit.Actor { return actor(w.Person, from) }

func actor(p Person, from Where) audit.Actor {
	return audit.Actor{Kind: audit.Staff, ID: p.ID, Name: p.Name, Address: from.Address, Agent: from.Agent}
}

// by makes what is noted the person's doing where the context does not name a
// person yet, and it is no command's.
func by(ctx context.Context, p Person) context.Context {
	if audit.Of(ctx).Kind == audit.Staff || p.ID == 0 {
		return ctx
	}
	return audit.By(ctx, actor(p, Where{}))
}

// noted is what the trail keeps of a person.
func noted(p Person) any {
	p.Seen, p.Passkeys = 0, 0
	return p
}

func note(ctx context.Context, q db.Q, now clock.Micros, action string, person id.ID, before, after any) error {
	return audit.Note(ctx, q, now, audit.Entry{Action: "staff." + action, Target: audit.On("staff", person), Before: before, After: after})
}
