package purchase

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// What reservations hold of limits is counted as used, and has a row that says
// until when. One that has run out is taken away under the lock of its counter
// by whoever comes next.

// heldUse is a use that a reservation holds of one counter.
type heldUse struct {
	slotKey
	op id.ID // the reservation
}

type heldState struct {
	until              clock.Micros
	isNew, dirty, gone bool
}

const (
	qHeldPG = `select limit_key, slot, hold_id, until_at from limit_hold
 where (limit_key, slot) in (select * from unnest($1::text[], $2::bigint[])) and (until_at <= $3 or hold_id = any($4))`
	qHeldLite = `select limit_key, slot, hold_id, until_at from limit_hold
 where limit_key = $1 and slot = $2 and (until_at <= $3 or hold_id in (select value from json_each($4)))`
)

var insertHeldUse = db.Many{
	PG:    `insert into limit_hold (limit_key, slot, hold_id, until_at) select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])`,
	Lite:  `insert into limit_hold (limit_key, slot, hold_id, until_at) values ($1, $2, $3, $4)`,
	Types: []string{"text", "bigint", "bigint", "bigint"},
}

var updateHeldUse = db.Many{
	PG: `update limit_hold h set until_at = u.until_at
 from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as u (limit_key, slot, hold_id, until_at)
 where h.limit_key = u.limit_key and h.slot = u.slot and h.hold_id = u.hold_id`,
	Lite:  `update limit_hold set until_at = $4 where limit_key = $1 and slot = $2 and hold_id = $3`,
	Types: []string{"text", "bigint", "bigint", "bigint"},
	Exact: true,
}

var deleteHeldUse = db.Many{
	PG: `delete from limit_hold h using unnest($1::text[], $2::bigint[], $3::bigint[]) as u (limit_key, slot, hold_id)
 where h.limit_key = u.limit_key and h.slot = u.slot and h.hold_id = u.hold_id`,
	Lite:  `delete from limit_hold where limit_key = $1 and slot = $2 and hold_id = $3`,
	Types: []string{"text", "bigint", "bigint"},
	Exact: true,
}

// wantHeld asks for what a reservation holds of the wanted counters.
func (l *limits) wantHeld(op id.ID) { l.holders = append(l.holders, int64(op)) }

// readHeld adds to the batch what reads the holds of locked counters that have
// run out, and those that were asked for.
func (l *limits) readHeld(b *db.Batch, dialect db.Dialect, keys []slotKey, now clock.Micros) {
	onHeld := func(r db.Row) error {
		var k heldUse
		s := &heldState{}
		err := r.Scan(&k.key, &k.slot, (*int64)(&k.op), (*int64)(&s.until))
		l.held[k] = s
		return err
	}
	if l.holders == nil {
		l.holders = []int64{}
	}
	if dialect == db.Postgres {
		names, slots := make([]string, len(keys)), make([]int64, len(keys))
		for i, k := range keys {
			names[i], slots[i] = k.key, k.slot
		}
		b.Each(onHeld, qHeldPG, names, slots, int64(now), l.holders)
		return
	}
	for _, k := range keys {
		b.Each(onHeld, qHeldLite, k.key, k.slot, int64(now), l.holders)
	}
}

// runOut takes away what has run out.
func (l *limits) runOut(now clock.Micros) {
	for k, s := range l.held {
		if s.until > now {
			continue
		}
		s.gone = true
		if c := l.slots[k.slotKey]; c != nil {
			c.used--
			c.dirty = true
		}
	}
}

// keep notes that a reservation holds uses until an instant.
func (l *limits) keep(rows []UseRow, op id.ID, until clock.Micros) {
	for _, r := range rows {
		l.held[heldUse{slotKey{r.Key, r.Slot}, op}] = &heldState{until: until, isNew: true}
	}
}

// extend moves the instant.
func (l *limits) extend(rows []UseRow, op id.ID, until clock.Micros) {
	for _, r := range rows {
		if s := l.held[heldUse{slotKey{r.Key, r.Slot}, op}]; s != nil && !s.gone {
			s.until, s.dirty = until, true
		}
	}
}

// letGo ends the holding of uses, and gives those that were still held.
func (l *limits) letGo(rows []UseRow, op id.ID) (held []UseRow) {
	for _, r := range rows {
		if s := l.held[heldUse{slotKey{r.Key, r.Slot}, op}]; s != nil && !s.gone {
			s.gone = true
			held = append(held, r)
		}
	}
	return held
}

// onlyHeld tells whether a use that can't be had could be, were it not for what
// reservations hold now.
func (g *group) onlyHeld(programme id.ID, u *rule.Use, h home.ID, of *heads) (bool, error) {
	for _, c := range counters(programme, u, of) {
		room, err := g.room(&c, g.limits.slots[slotKey{c.key, c.slot(h)}])
		if err != nil {
			return false, err
		}
		if room {
			continue
		}
		var used, held int64
		for _, key := range append([]string{c.key}, c.beside...) {
			for k, s := range g.limits.slots {
				if k.key == key {
					used += s.used
				}
			}
			n, err := g.heldNow(key)
			if err != nil {
				return false, err
			}
			held += n
		}
		if used-held >= c.limit {
			return false, nil
		}
	}
	return true, nil
}

// heldNow counts the uses of a counter that reservations hold, also by what the
// group has done. It is asked for only where a limit is reached: the rows may be
// many.
func (g *group) heldNow(key string) (int64, error) {
	var n int64
	if err := g.tx.Row(g.ctx, qHeldNow, key, int64(g.now)).Scan(&n); err != nil {
		return 0, err
	}
	for k, s := range g.limits.held {
		switch {
		case k.key != key || s.isNew == s.gone: // as the rows say, or never written
		case s.isNew:
			n++
		case s.until > g.now:
			n--
		}
	}
	return n, nil
}

func (l *limits) flushHeld(b *db.Batch) {
	made, moved, gone := insertHeldUse.Of(), updateHeldUse.Of(), deleteHeldUse.Of()
	for k, s := range l.held {
		switch {
		case s.gone && s.isNew:
		case s.gone:
			gone.Add(k.key, k.slot, int64(k.op))
		case s.isNew:
			made.Add(k.key, k.slot, int64(k.op), int64(s.until))
		case s.dirty:
			moved.Add(k.key, k.slot, int64(k.op), int64(s.until))
		}
	}
	b.Many(gone)
	b.Many(made)
	b.Many(moved)
}
