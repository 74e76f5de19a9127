package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Get reads a member whole, in one round trip.
func Get(ctx context.Context, q db.Q, h home.ID) (Member, error) {
	var m Member
	var b db.Batch
	finish := queueMember(&b, h, &m)
	if err := q.Run(ctx, &b); err != nil {
		return Member{}, err
	}
	return finish()
}

// queueMember adds the queries of a member to a batch; what it returns gives
// the member once the batch has run.
func queueMember(b *db.Batch, h home.ID, m *Member) func() (Member, error) {
	m.Identifiers, m.Tags, m.Groups, m.Relatives = []Identifier{}, []string{}, []id.ID{}, []Relative{}
	found := false
	b.Each(func(r db.Row) error {
		row, err := scanMember(r)
		row.Identifiers, row.Tags, row.Groups, row.Relatives = m.Identifiers, m.Tags, m.Groups, m.Relatives
		*m, found = row, true
		return err
	}, qMember, h)
	into(b, scanIdentifier, &m.Identifiers, qIdentifiersOf, h)
	into(b, scanTag, &m.Tags, qTags, h)
	into(b, scanID, &m.Groups, qGroupsOf, h)
	into(b, scanRelative, &m.Relatives, qRelatives, h)
	return func() (Member, error) {
		if !found {
			return Member{}, notFound()
		}
		return *m, nil
	}
}

// into adds a query to a batch whose rows are appended to list.
func into[T any](b *db.Batch, scan func(db.Row) (T, error), list *[]T, text string, args ...any) {
	b.Each(func(r db.Row) error {
		v, err := scan(r)
		*list = append(*list, v)
		return err
	}, text, args...)
}

func scanTag(r db.Row) (string, error) {
	var tag string
	err := r.Scan(&tag)
	return tag, err
}

func scanID(r db.Row) (id.ID, error) {
	var i id.ID
	err := r.Scan(&i)
	return i, err
}

// Lock takes the lock of the member's home, moves the home's version and reads
// the member. Whoever changes something in his home that belongs to members
// or cards begins with it.
func Lock(ctx context.Context, q db.Q, h home.ID) (Member, error) {
	var m Member
	var b db.Batch
	b.Exec(qLockHome, h)
	finish := queueMember(&b, h, &m)
	if err := q.Run(ctx, &b); err != nil {
		return Member{}, err
	}
	return finish()
}

// LockOpen is Lock for a member who may still be changed, and who has the
// version if it is not zero.
func LockOpen(ctx context.Context, q db.Q, h home.ID, version int64) (Member, error) {
	m, err := Lock(ctx, q, h)
	switch {
	case err != nil:
		return m, err
	case m.State.Gone():
		return m, fault.New(fault.Conflict, "member.gone")
	case version != 0 && version != m.Version:
		return m, moved()
	}
	return m, nil
}

func notFound() error { return fault.New(fault.NotFound, "member.not-found") }

func moved() error { return fault.New(fault.Conflict, "member.moved") }
