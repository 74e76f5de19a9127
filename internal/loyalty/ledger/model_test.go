package ledger

import (
	"kopilka/internal/platform/clock"
)

// model is an account kept the slow and obvious way: every hundredth that was
// ever made is a coin that lies somewhere.
type model struct {
	lots  []batch
	coins []coin
	clock clock.Micros
	slide clock.Micros

	holds []held

	debt                   int
	earned, spent, expired int
}

// batch is the terms that coins were made with.
type batch struct {
	earned, active, ends clock.Micros
	slides               bool
	waits                bool // for its ticket's use; ends: when it lapses
}

// held is a reservation: the batches whose coins it keeps, as they were taken.
type held struct {
	parts [][2]int // batch, coins
	until clock.Micros
	over  bool
}

type coin struct {
	batch int
	at    place
}

type place byte

const (
	pending place = iota
	active
	kept // for a reservation
	spent
	written // off, at the end of its term
	gone    // taken, or paid a debt
)

func (m *model) count(batch int, at place) (n int) {
	for _, c := range m.coins {
		if c.at == at && (batch < 0 || c.batch == batch) {
			n++
		}
	}
	return n
}

// move moves up to n coins of a batch from one place to another.
func (m *model) move(batch, n int, from, to place) (moved int) {
	for i := range m.coins {
		if c := &m.coins[i]; c.batch == batch && c.at == from && moved < n {
			c.at = to
			moved++
		}
	}
	return moved
}

func (m *model) end(batch int) clock.Micros {
	if m.lots[batch].slides {
		return m.slide
	}
	return m.lots[batch].ends
}

// sooner tells whether batch a is spent before b.
func (m *model) sooner(a, b int) bool {
	ea, eb := m.end(a), m.end(b)
	switch {
	case ea == eb && m.lots[a].earned == m.lots[b].earned:
		return a < b
	case ea == eb:
		return m.lots[a].earned < m.lots[b].earned
	case ea == 0 || eb == 0:
		return eb == 0
	}
	return ea < eb
}

// next is the batch whose coins at a place are spent first, -1 for none.
func (m *model) next(at place) int {
	best := -1
	for _, c := range m.coins {
		if c.at == at && !m.lots[c.batch].waits && (best < 0 || m.sooner(c.batch, best)) {
			best = c.batch
		}
	}
	return best
}

// takeOne takes one coin from a place and tells of which batch, -1 for none.
func (m *model) takeOne(from, to place) int {
	b := m.next(from)
	if b >= 0 {
		m.move(b, 1, from, to)
	}
	return b
}

// settle looks again and again for the earliest thing that is due.
func (m *model) settle(to clock.Micros) {
	m.clock = max(m.clock, to)
	for {
		if h := m.nextHold(); h != nil && h.until <= m.clock && m.before(h) {
			m.release(h, h.until)
			continue
		}
		best, when, activation := -1, clock.Micros(0), false
		for b := range m.lots {
			if m.count(b, pending)+m.count(b, active) == 0 {
				continue
			}
			at, act := m.end(b), false
			if m.count(b, pending) > 0 && !m.lots[b].waits && (at == 0 || m.lots[b].active <= at) {
				at, act = m.lots[b].active, true
			}
			if at == 0 || at > m.clock {
				continue
			}
			if best < 0 || at < when || at == when && act && !activation {
				best, when, activation = b, at, act
			}
		}
		if best < 0 {
			return
		}
		if activation {
			m.move(best, len(m.coins), pending, active)
			m.payDebt(best)
			continue
		}
		m.expired += m.move(best, len(m.coins), pending, written) + m.move(best, len(m.coins), active, written)
	}
}

// nextHold is the reservation that runs out first.
func (m *model) nextHold() (next *held) {
	for i := range m.holds {
		if h := &m.holds[i]; !h.over && (next == nil || h.until < next.until) {
			next = h
		}
	}
	return next
}

// before tells whether a reservation runs out before anything happens to a lot.
func (m *model) before(h *held) bool {
	for b := range m.lots {
		switch {
		case m.count(b, pending) > 0 && !m.lots[b].waits && (m.end(b) == 0 || m.lots[b].active <= m.end(b)):
			if m.lots[b].active <= h.until {
				return false
			}
		case m.count(b, pending)+m.count(b, active) > 0 && m.end(b) != 0 && m.end(b) < h.until:
			return false
		}
	}
	return true
}

// hold keeps coins for a reservation.
func (m *model) hold(n int, until clock.Micros) (short int) {
	h := held{until: until}
	for ; n > 0; n-- {
		b := m.takeOne(active, kept)
		if b < 0 {
			break
		}
		if k := len(h.parts); k > 0 && h.parts[k-1][0] == b {
			h.parts[k-1][1]++
			continue
		}
		h.parts = append(h.parts, [2]int{b, 1})
	}
	h.over = len(h.parts) == 0
	m.holds = append(m.holds, h)
	return n
}

// release lets a reservation's coins go; those of a batch that is over are
// written off.
func (m *model) release(h *held, at clock.Micros) {
	h.over = true
	for i := len(h.parts) - 1; i >= 0; i-- {
		b, n := h.parts[i][0], h.parts[i][1]
		if e := m.end(b); e != 0 && e <= at {
			m.expired += m.move(b, n, kept, written)
			continue
		}
		m.move(b, n, kept, active)
		m.payDebt(b)
	}
}

// redeem spends a reservation's coins.
func (m *model) redeem(h *held) {
	h.over = true
	for _, p := range h.parts {
		m.spent += m.move(p[0], p[1], kept, spent)
	}
}

// mint makes n coins.
func (m *model) mint(n int, b batch, at place) {
	m.lots = append(m.lots, b)
	for range n {
		m.coins = append(m.coins, coin{len(m.lots) - 1, at})
	}
	if at == active {
		m.payDebt(len(m.lots) - 1)
	}
}

func (m *model) payDebt(batch int) { m.debt -= m.move(batch, m.debt, active, gone) }

func (m *model) earn(n int, b batch) {
	m.earned += n
	if b.waits || b.active > m.clock {
		m.mint(n, b, pending)
		return
	}
	m.mint(n, b, active)
}

// spend gives how many coins of which batch were spent, in order.
func (m *model) spend(n int) (parts [][2]int, short int) {
	for ; n > 0; n-- {
		b := m.takeOne(active, spent)
		if b < 0 {
			break
		}
		m.spent++
		if k := len(parts); k > 0 && parts[k-1][0] == b {
			parts[k-1][1]++
			continue
		}
		parts = append(parts, [2]int{b, 1})
	}
	return parts, n
}

func (m *model) owe(n int) {
	m.debt += n
	m.spent += n
}

// use lets a batch that waited become active, or pending for a day; what has
// lapsed though it was used before comes back.
func (m *model) use(batch int, at, day, ends clock.Micros, slides bool) (points int) {
	b := &m.lots[batch]
	if at < b.ends {
		m.expired -= m.move(batch, len(m.coins), written, pending)
	}
	b.waits, b.active, b.ends, b.slides = false, day, ends, slides
	points = m.count(batch, pending)
	if day <= m.clock {
		m.move(batch, len(m.coins), pending, active)
		m.payDebt(batch)
	}
	return points
}

// claw takes coins back: of their own batch, of it what was written off, then
// of others, active before pending, but none that wait for a ticket's use.
func (m *model) claw(own, n int) (short int) {
	if own >= 0 {
		got := m.move(own, n, pending, gone) + m.move(own, n, active, gone)
		lapsed := m.move(own, n-got, written, gone)
		m.expired -= lapsed
		m.earned -= got + lapsed
		n -= got + lapsed
	}
	for _, from := range []place{active, pending} {
		for ; n > 0 && m.takeOne(from, gone) >= 0; n-- {
			m.earned--
		}
	}
	return n
}

func (m *model) charge(n int) {
	m.debt += n
	m.earned -= n
}

// restore gives n spent coins of a batch back.
func (m *model) restore(batch1, n int, at, grace clock.Micros) {
	end := m.end(batch1)
	switch {
	case end == 0 || end > m.clock:
		m.spent -= m.move(batch1, n, spent, active)
		m.payDebt(batch1)
	case grace > m.clock:
		m.spent -= m.move(batch1, n, spent, gone)
		m.mint(n, batch{earned: at, active: at, ends: grace}, active)
	default:
		m.spent -= n
		m.expired += m.move(batch1, n, spent, written)
	}
}

// restoreOwed gives n coins back that had been owed.
func (m *model) restoreOwed(n int, at, term clock.Micros, slides bool) {
	m.spent -= n
	off := min(n, m.debt)
	m.debt -= off
	if n > off {
		m.mint(n-off, batch{earned: at, active: at, ends: term, slides: slides}, active)
	}
}
