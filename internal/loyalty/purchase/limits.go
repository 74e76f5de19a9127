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

// Slots is in how many rows a limit over all members is kept.
const Slots = 16

// fewUses is below what limit all slots are taken at once: one of them alone
// would soon be full. The layout is the same for every limit, so a limit that
// is changed still counts what was used before.
const fewUses = 10 * Slots

// SlotRoom is how many uses a slot of a limit holds.
func SlotRoom(limit, slot int64) int64 {
	room := limit / Slots
	if slot < limit%Slots {
		room++
	}
	return room
}

type slotKey struct {
	key  string
	slot int64
}

type slotState struct {
	used, over int64
	dirty      bool
}

// limits are the counters that a group may need, locked after all homes.
type limits struct {
	want  map[slotKey]bool
	slots map[slotKey]*slotState
}

func (l *limits) reset() { l.want, l.slots = map[slotKey]bool{}, map[slotKey]*slotState{} }

// counter is one of the limits that a use falls under.
type counter struct {
	key   string
	limit int64
	slots bool
}

// counters gives the limits of a use: in all, per code, per member.
func counters(programme id.ID, u *rule.Use, h home.ID) []counter {
	base := programme.String() + ":" + u.Offer
	var out []counter
	if u.InAll > 0 {
		out = append(out, counter{key: base + ":all", limit: u.InAll, slots: true})
	}
	if u.PerCode > 0 {
		out = append(out, counter{key: base + ":code:" + u.Code, limit: u.PerCode, slots: true})
	}
	if u.PerHead > 0 {
		out = append(out, counter{key: base + ":member:" + h.String(), limit: u.PerHead})
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

// room is how many uses the counter's slot holds; one that lies in a single
// row holds all of them there.
func (c *counter) room(slot int64) int64 {
	if !c.slots {
		return c.limit
	}
	return SlotRoom(c.limit, slot)
}

// need asks for the counters of a use to be locked: the home's own slot or,
// once that has been found full, all of them.
func (g *group) need(programme id.ID, u *rule.Use, h home.ID) {
	for _, c := range counters(programme, u, h) {
		if c.slots && (c.limit < fewUses || g.desk.isTight(c.key)) {
			for s := range int64(Slots) {
				g.limits.want[slotKey{c.key, s}] = true
			}
			continue
		}
		g.limits.want[slotKey{c.key, c.slot(h)}] = true
	}
}

func (d *Desk) isTight(key string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tight[key]
}

const maxTight = 10_000

func (d *Desk) setTight(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.tight) >= maxTight {
		clear(d.tight)
	}
	d.tight[key] = true
}

// lock makes the wanted rows where they are missing, locks them in their
// order and reads them.
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
		err := r.Scan(&k.key, &k.slot, &s.used, &s.over)
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
	return g.tx.Run(g.ctx, b)
}

func (l *limits) flush(b *db.Batch) {
	m := updateSlot.Of()
	for k, s := range l.slots {
		if s.dirty {
			m.Add(k.key, k.slot, s.used, s.over)
		}
	}
	b.Many(m)
}

// take counts a use in all its counters, or in none: full names no row then.
// Over lets it go past the limit, which is counted apart. errAgain says that
// more slots must be locked first.
func (g *group) take(programme id.ID, u *rule.Use, h home.ID, over bool) (rows []UseRow, full bool, err error) {
	for _, c := range counters(programme, u, h) {
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
	own := c.slot(h)
	n := int64(1)
	if c.slots {
		n = Slots
	}
	for i := range n {
		slot := (own + i) % n
		s := g.limits.slots[slotKey{c.key, slot}]
		if s == nil {
			// The home's slot is full and its neighbours are not locked yet.
			g.desk.setTight(c.key)
			return UseRow{}, false, errAgain
		}
		if s.used < c.room(slot) {
			s.used++
			s.dirty = true
			return UseRow{Key: c.key, Slot: slot}, true, nil
		}
	}
	if !over {
		return UseRow{}, false, nil
	}
	s := g.limits.slots[slotKey{c.key, own}]
	s.over++
	s.dirty = true
	return UseRow{Key: c.key, Slot: own, Over: true}, true, nil
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
