package purchase

import (
	"cmp"
	"hash/fnv"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Slots is in how many rows a limit over all members is kept. While much of it
// is left, the rows have a share of that each, and a till needs only its own
// home's; a share is good for one limit, so that one that was changed is shared
// out anew. What little is left at last is counted over all rows together.
const Slots = 16

// fewUses is what is counted over all rows: one row's share would soon be used
// up.
const fewUses = 10 * Slots

type slotKey struct {
	key  string
	slot int64
}

type slotState struct {
	used, over int64
	room       int64 // what used may come to,
	laid       int64 // under this limit; 0: shares are not given out
	dirty      bool
}

// open tells whether the row alone can say that a use is within the limit.
func (s *slotState) open(limit int64) bool { return s.laid == limit && s.used < s.room }

// limits are the counters that a group may need, locked after all homes.
type limits struct {
	want  map[slotKey]bool
	alone map[slotKey]int64 // rows that are to do without their neighbours, and the limit
	slots map[slotKey]*slotState

	held    map[heldUse]*heldState // of reservations
	holders []int64                // reservations whose holds are wanted
}

func (l *limits) reset() {
	l.want, l.alone, l.slots = map[slotKey]bool{}, map[slotKey]int64{}, map[slotKey]*slotState{}
	l.held, l.holders = map[heldUse]*heldState{}, nil
}

// counter is one of the limits that a use falls under.
type counter struct {
	key    string
	limit  int64
	slots  bool
	beside []string // of a buyer's: keys of other rows that are the same person's
}

// counters gives the limits of a use: in all, per code, per buyer.
func counters(programme id.ID, u *rule.Use, of *heads) []counter {
	base := programme.String() + ":" + u.Campaign
	var out []counter
	if u.InAll > 0 {
		out = append(out, counter{key: base + ":all", limit: u.InAll, slots: true})
	}
	if u.PerCode > 0 {
		out = append(out, counter{key: base + ":code:" + u.Code, limit: u.PerCode, slots: true})
	}
	if u.PerHead > 0 {
		c := counter{key: base + ":" + of.own, limit: u.PerHead}
		for _, head := range of.beside {
			c.beside = append(c.beside, base+":"+head)
		}
		out = append(out, c)
	}
	return out
}

// slot is where a home counts its uses of the counter.
func (c *counter) slot(h home.ID) int64 {
	if !c.slots {
		return 0
	}
	f := fnv.New32a()
	_, _ = f.Write([]byte(h.String()))
	return int64(f.Sum32() % Slots)
}

// need asks for the counters of a use to be locked: the home's own row or,
// where that has been found not to be enough, all of them.
func (g *group) need(programme id.ID, u *rule.Use, h home.ID, of *heads) {
	for _, c := range counters(programme, u, of) {
		own := slotKey{c.key, c.slot(h)}
		g.limits.want[own] = true
		if !c.slots {
			for _, key := range c.beside {
				g.limits.want[slotKey{key, 0}] = true
			}
			continue
		}
		if c.limit >= fewUses && !g.desk.isTight(c.key) {
			g.limits.alone[own] = c.limit
			continue
		}
		for s := range int64(Slots) {
			g.limits.want[slotKey{c.key, s}] = true
		}
	}
}

func (d *Desk) isTight(key string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tight[key]
}

const maxTight = 10_000

func (d *Desk) setTight(key string, tight bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !tight {
		delete(d.tight, key)
		return
	}
	if len(d.tight) >= maxTight {
		clear(d.tight)
	}
	d.tight[key] = true
}

// lock makes the wanted rows where they are missing, locks them in their
// order and reads them. errAgain says that of some limits all rows are needed.
func (l *limits) lock(g *group) error {
	if len(l.want) == 0 {
		return nil
	}
	keys := make([]slotKey, 0, len(l.want))
	for k := range l.want {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y slotKey) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.slot, y.slot)) })
	onSlot := func(r db.Row) error {
		k, s := slotKey{}, &slotState{}
		err := r.Scan(&k.key, &k.slot, &s.used, &s.over, &s.room, &s.laid)
		l.slots[k] = s
		return err
	}
	b := &db.Batch{}
	if g.tx.Dialect() == db.Postgres {
		names, slots := make([]string, len(keys)), make([]int64, len(keys))
		for i, k := range keys {
			names[i], slots[i] = k.key, k.slot
		}
		b.Exec(qMakeSlotsPG, names, slots)
		b.Each(onSlot, qSlotsPG, names, slots)
	} else {
		for _, k := range keys {
			b.Exec(qMakeSlotLite, k.key, k.slot)
			b.Each(onSlot, qSlotLite, k.key, k.slot)
		}
	}
	l.readHeld(b, g.tx.Dialect(), keys, g.now)
	if err := g.tx.Run(g.ctx, b); err != nil {
		return err
	}
	l.runOut(g.now)
	var again error
	for k, limit := range l.alone {
		if !l.slots[k].open(limit) && l.all(k.key) == nil {
			g.desk.setTight(k.key, true)
			again = errAgain
		}
	}
	return again
}

// all gives all rows of a limit, nil where they are not all locked.
func (l *limits) all(key string) []*slotState {
	out := make([]*slotState, Slots)
	for i := range out {
		if out[i] = l.slots[slotKey{key, int64(i)}]; out[i] == nil {
			return nil
		}
	}
	return out
}

func (l *limits) flush(b *db.Batch) {
	m := updateSlot.Of()
	for k, s := range l.slots {
		if s.dirty {
			m.Add(k.key, k.slot, s.used, s.over, s.room, s.laid)
		}
	}
	b.Many(m)
	l.flushHeld(b)
}

// take counts a use in all its counters, or in none: full names no row then.
// Over lets it go past the limit, which is counted apart. errAgain says that
// more slots must be locked first.
func (g *group) take(programme id.ID, u *rule.Use, h home.ID, of *heads, over bool) (rows []UseRow, full bool, err error) {
	for _, c := range counters(programme, u, of) {
		row, ok, err := g.takeOne(&c, h, over)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			g.giveBack(rows)
			return nil, true, nil
		}
		rows = append(rows, row)
	}
	return rows, false, nil
}

func (g *group) takeOne(c *counter, h home.ID, over bool) (UseRow, bool, error) {
	row := UseRow{Key: c.key, Slot: c.slot(h)}
	s := g.limits.slots[slotKey{row.Key, row.Slot}]
	room, err := g.room(c, s)
	switch {
	case err != nil:
		return UseRow{}, false, err
	case room:
		s.used++
	case over:
		s.over++
		row.Over = true
	default:
		return UseRow{}, false, nil
	}
	s.dirty = true
	return row, true, nil
}

// room tells whether there is a use left for the home whose row it is. Where
// the row alone can't tell, what is left of the limit is shared out anew.
func (g *group) room(c *counter, own *slotState) (bool, error) {
	if !c.slots {
		used := own.used
		for _, key := range c.beside {
			used += g.limits.slots[slotKey{key, 0}].used
		}
		return used < c.limit, nil
	}
	if own.open(c.limit) {
		return true, nil
	}
	all := g.limits.all(c.key)
	if all == nil {
		g.desk.setTight(c.key, true)
		return false, errAgain
	}
	left := c.limit
	for _, s := range all {
		left -= s.used
	}
	if left >= fewUses {
		layOut(all, c.limit, left)
		g.tx.AfterCommit(func() { g.desk.setTight(c.key, false) })
	} else {
		takeUp(all)
	}
	return left > 0, nil
}

// layOut gives each row its part of what is left of a limit.
func layOut(all []*slotState, limit, left int64) {
	for i, s := range all {
		s.room, s.laid, s.dirty = s.used+left/Slots, limit, true
		if int64(i) < left%Slots {
			s.room++
		}
	}
}

// takeUp makes every use ask for all rows, under whatever limit.
func takeUp(all []*slotState) {
	for _, s := range all {
		if s.laid != 0 {
			s.room, s.laid, s.dirty = 0, 0, true
		}
	}
}

func (g *group) giveBack(rows []UseRow) {
	for _, r := range rows {
		s := g.limits.slots[slotKey{r.Key, r.Slot}]
		if r.Over {
			s.over--
		} else {
			s.used--
		}
		s.dirty = true
	}
}
