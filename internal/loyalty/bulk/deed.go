package bulk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/lease"
	"kopilka/internal/platform/text"
)

// source is where the members' trail says that a change came from.
const source = "admin"

// already refuses what is so without us.
func already() error { return fault.New(fault.Conflict, "bulk.already") }

// toMember does the deed to a member's own rows, in the transaction that the
// context is within too.
func (b *Actions) toMember(ctx context.Context, tx *db.Tx, a *Action, h home.ID) error {
	m, err := member.LockOpen(ctx, tx, h, 0)
	if err != nil {
		return err
	}
	by := member.Actor{Kind: member.ByStaff, ID: a.Staff, Source: source}
	d := &a.Deed
	switch d.Kind {
	case TagGiven, TagTaken:
		return b.retag(ctx, &m, d, by)
	case IntoGroup, OutOfGroup:
		return b.regroup(ctx, &m, d, by)
	case Blocked:
		if m.State == member.Blocked {
			return already()
		}
		_, err = b.Members.Block(ctx, h, 0, d.Reason, by)
	case Unblocked:
		if m.State != member.Blocked {
			return already()
		}
		_, err = b.Members.Unblock(ctx, h, 0, by)
	default:
		return fmt.Errorf("bulk: %q is nothing that is done to a member", d.Kind)
	}
	return err
}

func (b *Actions) retag(ctx context.Context, m *member.Member, d *Deed, by member.Actor) error {
	same := func(tag string) bool { return text.Fold(tag) == text.Fold(d.Tag) }
	has := slices.ContainsFunc(m.Tags, same)
	if has == (d.Kind == TagGiven) {
		return already()
	}
	tags := append(slices.Clone(m.Tags), d.Tag)
	if has {
		tags = slices.DeleteFunc(tags, same)
	}
	_, err := b.Members.Update(ctx, b.Rules(), m.Home, 0, member.Patch{Tags: &tags}, by)
	return err
}

func (b *Actions) regroup(ctx context.Context, m *member.Member, d *Deed, by member.Actor) error {
	put := b.Members.PutInGroup
	if d.Kind == OutOfGroup {
		put = b.Members.TakeOutOfGroup
	}
	done, err := put(ctx, d.Group, []home.ID{m.Home}, by)
	switch {
	case err != nil:
		return err
	case done.Already > 0:
		return already()
	case done.Changed == 0: // he is there and open: it is what he is in already
		return fault.New(fault.Conflict, "bulk.groups-most", "most", member.MaxGroups)
	}
	return nil
}

// byDesk does the deed to members' accounts. The desk has transactions of its
// own, which others' receipts share; so it is noted first with whom is begun,
// and afterwards what became of them.
func (b *Actions) byDesk(ctx context.Context, a *Action, holder id.ID, list []home.ID, to int64) error {
	if a.tried < to {
		n, err := b.DB.Exec(ctx, qTry, a.ID, holder, to, lease.Until(b.Clock.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return nil // it is to stop, or is another's: the next step tells
		}
	}
	codes, errs := make([]string, len(list)), make([]error, len(list))
	var all sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, h := range list {
		free <- struct{}{}
		all.Go(func() {
			codes[i], errs[i] = left(fault.Contain(func() error { return b.toAccount(ctx, a, h) }))
			<-free
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return b.DB.Write(ctx, func(tx *db.Tx) error { return b.mark(ctx, tx, a, holder, list, codes) })
}

// atOnce is how many of an action are in the desk's queue at one time: a part
// of a group of it, so that tills need not wait.
const atOnce = 16

// toAccount does the deed to a member's account. It is the one place through
// which points and levels of actions go: by the same operations, and the same
// rules, as those of one member.
func (b *Actions) toAccount(ctx context.Context, a *Action, h home.ID) (err error) {
	d := &a.Deed
	key := "bulk-" + a.ID.String() + "-" + strconv.FormatInt(int64(h), 10)
	actor := "staff:" + a.Staff.String()
	buyer := purchase.Buyer{Home: h}
	if d.Kind == Level {
		done, err := b.Desk.SetLevel(ctx, &purchase.LevelRequest{
			By: a.Staff, Key: key, Buyer: buyer, Programme: d.Programme, Level: d.Level, Until: d.Until, Reason: d.Reason, Actor: actor, Only: true,
		})
		if err != nil {
			return err
		}
		now, err := b.Desk.Standing(ctx, h, d.Programme)
		if err == nil && done.Left(now) {
			err = fault.New(fault.Refused, "level.reached")
		}
		return err
	}
	_, err = b.Desk.Adjust(ctx, &purchase.AdjustRequest{
		By: a.Staff, Key: key, Buyer: buyer, Programme: d.Programme, Points: d.Points, Days: d.Days, Reason: d.Reason, Actor: actor, Only: true,
	})
	return err
}
