package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Activate makes a new member active, once whatever the rules want proven is.
func (m *Members) Activate(ctx context.Context, rules Rules, h home.ID, by Actor) (Member, error) {
	return m.change(ctx, h, 0, by, func(_ db.Q, v *Member, b *db.Batch, trail *Trail) error {
		switch {
		case v.State == Active:
			return nil
		case v.State != New:
			return fault.New(fault.Conflict, "member.blocked")
		case rules.unproven(v.Identifiers):
			return fault.New(fault.Refused, "member.unproven")
		}
		turnState(b, trail, v, Active, "")
		return nil
	})
}

// Block keeps a member from taking part, with a reason that tills show.
// A till does not put a reason of its own in the place of another's.
func (m *Members) Block(ctx context.Context, h home.ID, version int64, reason string, by Actor) (Member, error) {
	var f form
	f.needed("reason", &reason, MaxReason)
	if err := f.err(); err != nil {
		return Member{}, err
	}
	return m.change(ctx, h, version, by, func(q db.Q, v *Member, b *db.Batch, trail *Trail) error {
		if v.State == Blocked {
			if err := mayTouchBlock(ctx, q, h, by); err != nil {
				return err
			}
		}
		turnState(b, trail, v, Blocked, reason)
		return nil
	})
}

// mayTouchBlock keeps tills from what others have blocked: neither the block
// nor its reason may be another's.
func mayTouchBlock(ctx context.Context, q db.Q, h home.ID, by Actor) error {
	if !by.AtTill() {
		return nil
	}
	for _, field := range []Field{FieldState, FieldReason} {
		last, err := Changes(ctx, q, h, field, 0, 1)
		if err != nil {
			return err
		}
		if len(last) == 1 && last[0].Source != FromTill {
			return fault.New(fault.Denied, "member.block-not-yours")
		}
	}
	return nil
}

// Unblock gives a blocked member the state he had before.
func (m *Members) Unblock(ctx context.Context, h home.ID, version int64, by Actor) (Member, error) {
	return m.change(ctx, h, version, by, func(q db.Q, v *Member, b *db.Batch, trail *Trail) error {
		if v.State != Blocked {
			return fault.New(fault.Conflict, "member.not-blocked")
		}
		if err := mayTouchBlock(ctx, q, h, by); err != nil {
			return err
		}
		last, err := Changes(ctx, q, h, FieldState, 0, 1)
		if err != nil {
			return err
		}
		state := Active
		if len(last) == 1 && last[0].Old == string(New) {
			state = New
		}
		turnState(b, trail, v, state, "")
		return nil
	})
}

// Close ends a membership for good. What finds the member is turned off, and
// his phones, e-mails and logins are free for others; his books stay. allowed
// may refuse it for what lies elsewhere in his home, which is locked; nil: it
// need not be asked. Who is in a household leaves it first, so that nobody
// spends a closed member's points.
func (m *Members) Close(ctx context.Context, h home.ID, version int64, reason string, by Actor, allowed func(q db.Q) error) (Member, error) {
	var f form
	f.line("reason", &reason, MaxReason)
	if err := f.err(); err != nil {
		return Member{}, err
	}
	return m.change(ctx, h, version, by, func(q db.Q, v *Member, b *db.Batch, trail *Trail) error {
		if v.Household != 0 {
			return fault.New(fault.Conflict, "household.closing")
		}
		if allowed != nil {
			if err := allowed(q); err != nil {
				return err
			}
		}
		if err := leave(ctx, q, m.IDs, v.refs(), []home.ID{h}, trail.at); err != nil {
			return err
		}
		turnState(b, trail, v, Closed, reason)
		b.Exec(qCloseIdentifiers, h, Closed)
		return nil
	})
}

// turnState gives the locked member another state. Its rows of the identifiers
// tell tills, and its home tells who has locked it.
func turnState(b *db.Batch, trail *Trail, v *Member, state State, reason string) {
	b.Exec(qSetState, v.Home, state, reason)
	b.Exec(qStateIdentifiers, v.Home, state)
	var unserved any // null
	if !state.Serves() {
		unserved = string(state)
	}
	b.Exec(qSetServed, v.Home, unserved)
	trail.Add(v.Home, FieldState, string(v.State), string(state))
	trail.Add(v.Home, FieldReason, v.BlockReason, reason)
}
