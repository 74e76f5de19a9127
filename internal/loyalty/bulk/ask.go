package bulk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

const (
	staleAfter = 24 * time.Hour       // of what was never begun
	keptFor    = 180 * 24 * time.Hour // of what has ended
)

// Ask writes down what is to be done and to whom. Nothing is done before
// Begin. It refuses a deed that can't be, a filter that chooses nobody
// ("bulk.nobody") or too many ("bulk.most"), and who has too much open
// ("bulk.open-most").
func (b *Actions) Ask(ctx context.Context, who Asker, d Deed, f segment.Filter) (Action, error) {
	d.Tag, d.Reason = strings.TrimSpace(d.Tag), strings.TrimSpace(d.Reason)
	if err := b.check(ctx, &d); err != nil {
		return Action{}, err
	}
	list, err := b.Lists.Homes(ctx, f, who.Outlets, MaxMembers)
	switch {
	case err != nil:
		return Action{}, err
	case len(list) == 0:
		return Action{}, fault.New(fault.Refused, "bulk.nobody")
	case len(list) > MaxMembers:
		return Action{}, fault.New(fault.TooLarge, "bulk.most", "most", MaxMembers)
	}
	deed, err := json.Marshal(d)
	if err != nil {
		return Action{}, err
	}
	filter, err := json.Marshal(f)
	if err != nil {
		return Action{}, err
	}
	made := b.IDs.New()
	var batch db.Batch
	batch.Exec(qPut, made, who.ID, who.Name, string(deed), string(filter), len(list), b.Clock.Now())
	part := 0
	for homes := range slices.Chunk(list, partSize) {
		batch.Exec(qPutPart, made, part, packed(homes))
		part++
	}
	err = b.DB.Write(ctx, func(tx *db.Tx) error {
		var open int64
		if err := tx.Row(ctx, qOpen, who.ID).Scan(&open); err != nil {
			return err
		}
		if open >= MaxOpen {
			return fault.New(fault.TooMany, "bulk.open-most", "most", MaxOpen)
		}
		return tx.Run(ctx, &batch)
	})
	if err != nil {
		return Action{}, err
	}
	return b.Get(ctx, made)
}

// check refuses what could be done to nobody.
func (b *Actions) check(ctx context.Context, d *Deed) error {
	bad := func(field, code string, args ...any) error {
		e := fault.New(fault.Invalid, code, args...)
		return e.With(e.At(field))
	}
	set := b.Programmes.Current()
	switch d.Kind {
	case TagGiven, TagTaken:
		if d.Tag == "" || strings.Contains(d.Tag, ",") || !text.Valid(d.Tag, member.MaxTag) {
			return bad("tag", "bulk.tag", "most", member.MaxTag)
		}
	case IntoGroup, OutOfGroup:
		all, err := member.Groups(ctx, b.DB)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(g member.Group) bool { return g.ID == d.Group && (g.Active || d.Kind == OutOfGroup) }) {
			return bad("group", "member.bad-group")
		}
	case Blocked:
		if d.Reason == "" || !text.Valid(d.Reason, member.MaxReason) {
			return bad("reason", "bulk.reason", "most", member.MaxReason)
		}
	case Unblocked:
	case Points:
		if set.Get(d.Programme) == nil {
			return bad("programme", "programme.not-found")
		}
		if err := (&purchase.AdjustRequest{Points: d.Points, Days: d.Days, Reason: d.Reason}).Check(); err != nil {
			return err
		}
		return b.withoutSecond(d)
	case Level:
		if set.Get(d.Programme) == nil || d.Level != "" && set.Ladder(d.Programme).Find(d.Level) == nil {
			return bad("level", "level.not-found", "level", d.Level)
		}
		return (&purchase.LevelRequest{Level: d.Level, Until: d.Until, Reason: d.Reason}).Check()
	default:
		return fault.New(fault.Invalid, "bulk.kind")
	}
	return nil
}

// withoutSecond refuses points that a second person would have to approve: each
// of a thousand, one by one.
func (b *Actions) withoutSecond(d *Deed) error {
	p := b.Programmes.Current().Get(d.Programme)
	if d.Kind != Points || p == nil {
		return nil
	}
	above := p.Settings.ApproveAbove
	if above == 0 || d.Points <= above && d.Points >= -above {
		return nil
	}
	e := fault.New(fault.Refused, "bulk.approval", "most", above)
	return e.With(e.At("points"))
}

// begun is what the trail keeps of an action; the reason, which may name
// somebody, stays with it.
type begun struct {
	Kind      Kind   `json:"kind"`
	Tag       string `json:"tag,omitempty"`
	Group     id.ID  `json:"group,omitzero"`
	Programme id.ID  `json:"programme,omitzero"`
	Points    int64  `json:"points,omitempty"` // to each
	Level     string `json:"level,omitempty"`
	Members   int64  `json:"members"`
}

// Begin lets an action go: only who asked for it may, and once.
func (b *Actions) Begin(ctx context.Context, who Asker, action id.ID) error {
	return b.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := get(ctx, tx, action)
		if err != nil {
			return err
		}
		if a.Staff != who.ID {
			return fault.New(fault.Denied, "bulk.not-yours")
		}
		if err := b.withoutSecond(&a.Deed); err != nil { // the limit may have come since it was asked
			return err
		}
		now := b.Clock.Now()
		n, err := tx.Exec(ctx, qBegin, action, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "bulk.begun")
		}
		d := &a.Deed
		return audit.Note(ctx, tx, now, audit.Entry{Action: "bulk.begun", Target: audit.On("bulk", action), After: begun{
			Kind: d.Kind, Tag: d.Tag, Group: d.Group, Programme: d.Programme, Points: int64(d.Points), Level: d.Level, Members: a.Total,
		}})
	})
}

// Stop ends an action before its end: those under way are finished, nobody else
// is begun with. One that was not begun yet is dropped.
func (b *Actions) Stop(ctx context.Context, action id.ID) error {
	a, err := b.Get(ctx, action)
	if err != nil {
		return err
	}
	filter, err := b.impersonal(ctx, a.Filter)
	if err != nil {
		return err
	}
	return b.DB.Write(ctx, func(tx *db.Tx) error {
		now := b.Clock.Now()
		dropped, err := tx.Exec(ctx, qDrop, action, now, filter)
		if err != nil {
			return err
		}
		if dropped > 0 {
			_, err := tx.Exec(ctx, qDropPart, action)
			return err
		}
		stopped, err := tx.Exec(ctx, qStop, action)
		if err != nil || stopped == 0 {
			return err // it has ended meanwhile: there is nothing to stop
		}
		return audit.Note(ctx, tx, now, audit.Entry{Action: "bulk.stopped", Target: audit.On("bulk", action)})
	})
}
