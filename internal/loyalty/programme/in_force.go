package programme

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// madeAt is when a version was made.
type madeAt struct {
	version int64
	at      clock.Micros
}

// inForce names the versions that were in force at a time: by the set that
// they are looked up in, and when the last of them was made.
type inForce struct {
	of    *Set
	since clock.Micros
}

// maxBefore bounds the sets of other times that are kept.
const maxBefore = 32

// readMade reads when each version was made.
func (s *Set) readMade(ctx context.Context, q db.Q) error {
	s.made = map[id.ID][]madeAt{}
	err := q.Each(ctx, func(r db.Row) error {
		var of int64
		var m madeAt
		err := r.Scan(&of, &m.version, (*int64)(&m.at))
		if m.version <= s.versions[id.ID(of)] {
			s.made[id.ID(of)] = append(s.made[id.ID(of)], m)
			s.times = append(s.times, m.at)
		}
		return err
	}, qAllMade)
	slices.Sort(s.times)
	return err
}

// version is the one of a programme that was in force at a time: the last that
// had been made. Of one that was made later it is the newest if its first day
// is named, for then it is meant for the time from that day on; else it is
// none, 0: there was no such programme.
func (s *Set) version(p *rule.Programme, at clock.Micros) int64 {
	for _, m := range slices.Backward(s.made[p.ID]) {
		if m.at <= at {
			return m.version
		}
	}
	if p.From != "" {
		return p.Version
	}
	return 0
}

// lastMade is when the last version was made that had been made by a time; 0:
// there was none.
func (s *Set) lastMade(at clock.Micros) clock.Micros {
	n, _ := slices.BinarySearch(s.times, at+1)
	if n == 0 {
		return 0
	}
	return s.times[n-1]
}

// InForce is the set of the versions that were in force at a time, given the
// set of the newest. A time before anything was made is the newest's too: so
// history is taken in by what was made for it, not by its first attempt.
// Almost always it is that set; of other times some are kept, so that receipts
// which come late, one after the other, cost no look at the base.
func (ps *Programmes) InForce(ctx context.Context, q db.Q, newest *Set, at clock.Micros) (*Set, error) {
	name := inForce{newest, newest.lastMade(at)}
	if name.since == 0 || name.since == newest.times[len(newest.times)-1] {
		return newest, nil
	}
	ps.mu.Lock()
	s := ps.before[name]
	ps.mu.Unlock()
	if s != nil {
		return s, nil
	}
	programmes := make([]*rule.Programme, 0, len(newest.all))
	for _, p := range newest.all {
		n := newest.version(p, at)
		if n == 0 {
			continue
		}
		v, err := ps.VersionIn(ctx, q, p.ID, n)
		if err != nil {
			return nil, err
		}
		programmes = append(programmes, v)
	}
	s = newSet(programmes)
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.before == nil || len(ps.before) >= maxBefore {
		ps.before = map[inForce]*Set{}
	}
	ps.before[name] = s
	return s, nil
}
