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
	return q.Each(ctx, func(r db.Row) error {
		var of int64
		var m madeAt
		err := r.Scan(&of, &m.version, (*int64)(&m.at))
		if m.version <= s.versions[id.ID(of)] {
			s.made[id.ID(of)] = append(s.made[id.ID(of)], m)
			s.since = max(s.since, m.at)
		}
		return err
	}, qAllMade)
}

// version is the one of a programme that was in force at a time: the last
// that had been made. A time at which there was none yet is judged by the
// newest, which says by its dates that it is for it: so history is taken in by
// the programme that was made for it, not by its first attempt.
func (s *Set) version(of id.ID, at clock.Micros) int64 {
	v := s.versions[of]
	for _, m := range slices.Backward(s.made[of]) {
		if m.at <= at {
			return m.version
		}
	}
	return v
}

// lastMade is when the last version was made that had been made by a time; 0:
// there was none.
func (s *Set) lastMade(at clock.Micros) (last clock.Micros) {
	for _, all := range s.made {
		for _, m := range all {
			if m.at <= at {
				last = max(last, m.at)
			}
		}
	}
	return last
}

// InForce is the set of the versions that were in force at a time, given the
// set of the newest. Almost always it is that set; of other times some are
// kept, so that receipts which come late, one after the other, cost no look at
// the base.
func (ps *Programmes) InForce(ctx context.Context, q db.Q, newest *Set, at clock.Micros) (*Set, error) {
	if at >= newest.since {
		return newest, nil
	}
	name := inForce{newest, newest.lastMade(at)}
	ps.mu.Lock()
	s := ps.before[name]
	ps.mu.Unlock()
	if s != nil {
		return s, nil
	}
	programmes := make([]*rule.Programme, 0, len(newest.all))
	for _, p := range newest.all {
		v, err := ps.VersionIn(ctx, q, p.ID, newest.version(p.ID, at))
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
