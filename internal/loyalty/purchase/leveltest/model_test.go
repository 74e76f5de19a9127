package leveltest

import (
	"slices"
	"time"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

// model is one account's level kept the slow and obvious way: all receipts are
// kept and gone through at each question, and a day's end is looked for minute
// by minute.
type model struct {
	levels []rule.Level // the lowest first
	zone   *time.Location

	spent   []spending
	points  money.Points
	now     clock.Micros // up to which everything has happened
	level   int          // −1: none
	since   clock.Micros
	until   clock.Micros
	floor   int
	held    clock.Micros
	history []step
}

// spending is money for goods on a day, or back for them.
type spending struct {
	day   string
	typ   string
	money money.Amount
	visit int64
}

// step is a change of level.
type step struct {
	free     bool // no points go with it
	from, to int
	rise     int // purchase that caused it, from 1
	undo     int // purchase whose refund caused it
	given    money.Points
	taken    money.Points
}

func newModel(levels []rule.Level, zone *time.Location, at clock.Micros) *model {
	return &model{levels: levels, zone: zone, now: at, level: -1, floor: -1}
}

func (m *model) clone() *model {
	c := *m
	c.spent, c.history = slices.Clone(m.spent), slices.Clone(m.history)
	return &c
}

func (m *model) day(t clock.Micros) string { return t.In(m.zone).Format(time.DateOnly) }

// before is the day that lies n days before another.
func before(day string, n int) string {
	t, _ := time.Parse(time.DateOnly, day)
	return t.AddDate(0, 0, -n).Format(time.DateOnly)
}

// dayEnd is the first minute that is past a day.
func (m *model) dayEnd(day string) clock.Micros {
	t, _ := time.ParseInLocation("2006-01-02 15:04", day+" 12:00", m.zone)
	for t.In(m.zone).Format(time.DateOnly) <= day {
		t = t.Add(time.Minute)
	}
	return clock.Of(t)
}

// monthEnd is the end of the last day of a time's month.
func (m *model) monthEnd(at clock.Micros) clock.Micros {
	day := m.day(at)
	for before(day, -1)[:7] == day[:7] {
		day = before(day, -1)
	}
	return m.dayEnd(day)
}

func (m *model) term(l int, at clock.Micros, day string) clock.Micros {
	if l < 0 {
		return 0
	}
	if n := m.levels[l].Term; n > 0 {
		return m.dayEnd(before(day, -n))
	}
	return m.monthEnd(at)
}

// open tells whether one may come to a level by himself.
func (m *model) open(l int) bool {
	v := &m.levels[l]
	return l == 0 || v.Total+v.Sum > 0 || v.Visits > 0 || v.Points > 0 || len(v.Parts) > 0
}

// holds looks at a level's conditions at the end of a day.
func (m *model) holds(l int, day string) bool {
	v := &m.levels[l]
	var met []bool
	if v.Total > 0 {
		met = append(met, m.sum(func(spending) bool { return true }) >= v.Total)
	}
	if v.Points > 0 {
		met = append(met, m.points >= v.Points)
	}
	in := func(s spending) bool { return s.day <= day && s.day > before(day, v.Days) }
	if v.Visits > 0 {
		var n int64
		for _, s := range m.spent {
			if in(s) {
				n += s.visit
			}
		}
		met = append(met, n >= v.Visits)
	}
	if v.Sum > 0 || len(v.Parts) > 0 {
		spent := m.sum(in) >= v.Sum
		for _, p := range v.Parts {
			spent = spent && m.sum(func(s spending) bool { return in(s) && slices.Contains(p.Types, s.typ) }) >= p.Sum
		}
		met = append(met, spent)
	}
	if v.Any {
		return slices.Contains(met, true)
	}
	return m.open(l) && !slices.Contains(met, false)
}

func (m *model) sum(which func(spending) bool) (sum money.Amount) {
	for _, s := range m.spent {
		if which(s) {
			sum += s.money
		}
	}
	return sum
}

func (m *model) best(day string) int {
	for l := len(m.levels) - 1; l >= 0; l-- {
		if m.holds(l, day) {
			return l
		}
	}
	return -1
}

// pass lets time go by.
func (m *model) pass(to clock.Micros) {
	for m.until != 0 && m.until <= to {
		at := m.until
		m.turn(at)
		m.rise(at, 0)
	}
	m.now = max(m.now, to)
	m.rise(m.now, 0)
}

func (m *model) turn(at clock.Micros) {
	ended := m.day(at - 1)
	m.loose(at)
	switch {
	case m.holds(m.level, ended):
		m.until = m.term(m.level, at, ended)
	case m.level <= m.floor:
		m.until = m.held
	default:
		below := m.level - 1
		for below > m.floor && !m.open(below) {
			below--
		}
		m.move(below, at, ended, step{})
	}
}

func (m *model) loose(at clock.Micros) {
	if m.held != 0 && m.held <= at {
		m.floor, m.held = -1, 0
	}
}

func (m *model) rise(at clock.Micros, purchase int) {
	m.loose(at)
	for {
		l := m.best(m.day(at))
		if l <= m.level {
			return
		}
		m.move(l, at, m.day(at), step{rise: purchase})
	}
}

// move changes the level, and the points with it.
func (m *model) move(to int, at clock.Micros, day string, s step) {
	s.from, s.to = m.level, to
	switch {
	case s.undo != 0, s.free:
	case to > m.level:
		s.given = m.levels[to].Gift.Points
		m.points += s.given
		s.taken = min(m.levels[to].Price, max(m.points, 0))
		m.points -= s.taken
	case to < m.level:
		m.points -= min(m.levels[m.level].Fall, max(m.points, 0))
	}
	if to != m.level {
		m.since = at
	}
	m.level, m.until = to, m.term(to, at, day)
	m.history = append(m.history, s)
}

// undo takes the rise of a purchase back.
func (m *model) undo(purchase int) {
	i := len(m.history) - 1
	undone := false
	for i >= 0 && m.history[i].undo == purchase {
		undone = true
		i--
	}
	last := i
	for i >= 0 && m.history[i].rise == purchase {
		i--
	}
	if i == last {
		return
	}
	m.loose(m.now)
	day := m.day(m.now)
	if m.holds(m.level, day) {
		return
	}
	to := max(m.history[i+1].from, m.floor, m.best(day))
	if to >= m.level {
		return
	}
	var given, taken money.Points
	for _, s := range m.history[i+1 : last+1] {
		given += s.given
		taken += s.taken
	}
	if !undone {
		m.points += taken - given // below zero: owed
	}
	m.move(to, m.now, day, step{undo: purchase})
}

// hand sets a level. Who has reached more comes back to it, and points go with the
// whole way only.
func (m *model) hand(to int, until string) {
	was, since, ends, back := m.level, m.since, m.until, to
	if to < was {
		back = max(to, m.best(m.day(m.now)))
	}
	if back > to && back < was {
		m.points -= min(m.levels[was].Fall, max(m.points, 0))
	}
	m.move(to, m.now, m.day(m.now), step{free: back > to})
	m.floor, m.held = -1, 0
	if until != "" {
		m.floor, m.held = to, m.dayEnd(until)
		m.until = m.held
	}
	if back > to {
		m.move(back, m.now, m.day(m.now), step{free: true})
	}
	if back > to && back == was {
		m.since, m.until = since, ends
		m.history = m.history[:len(m.history)-2]
	}
	m.rise(m.now, 0)
}
