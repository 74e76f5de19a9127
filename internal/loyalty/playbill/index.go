package playbill

import (
	"context"
	"maps"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// Index finds halls, events and sessions by code in memory, closed ones too,
// since late receipts name them. It knows nothing until the first Refresh; a
// refresh reads only the sessions that have changed. It is safe for concurrent
// use.
type Index struct{ cache *reference.Cache[snapshot] }

// Showing is what a ticket needs to know of its session. What its pointers
// show must not be changed.
type Showing struct {
	ID          id.ID
	Code        string
	Event       *Event
	Hall        *Hall
	Starts      clock.Micros
	CancelledAt clock.Micros // 0: it is not
}

// A snapshot's sessions are two maps, so that a refresh copies only the
// smaller: what was there, and what has changed since they were last joined.
type snapshot struct {
	halls        map[id.ID]*Hall
	hallByCode   map[string]*Hall
	events       map[id.ID]*Event
	eventByCode  map[string]*Event
	base, recent map[string]entry
}

type entry struct {
	id, event, hall     id.ID
	code                string
	starts, cancelledAt clock.Micros
}

const maxRecent = 2_000

// NewIndex makes an index that is empty until Refresh.
func NewIndex() *Index { return &Index{reference.NewCache(Set, &snapshot{}, loadSnapshot)} }

// Refresh loads what has changed in the base since the last time, by one
// short query where nothing has; it tells whether anything had.
func (x *Index) Refresh(ctx context.Context, q db.Q) (bool, error) { return x.cache.Refresh(ctx, q) }

// Session finds a session by its code.
func (x *Index) Session(code string) (Showing, bool) {
	s := x.cache.Get()
	folded := text.Fold(code)
	e, ok := s.recent[folded]
	if !ok {
		if e, ok = s.base[folded]; !ok {
			return Showing{}, false
		}
	}
	out := Showing{ID: e.id, Code: e.code, Event: s.events[e.event], Hall: s.halls[e.hall], Starts: e.starts, CancelledAt: e.cancelledAt}
	return out, out.Event != nil && out.Hall != nil
}

// Event finds an event by its code.
func (x *Index) Event(code string) (*Event, bool) {
	e, ok := x.cache.Get().eventByCode[text.Fold(code)]
	return e, ok
}

// Hall finds a hall by its code.
func (x *Index) Hall(code string) (*Hall, bool) {
	h, ok := x.cache.Get().hallByCode[text.Fold(code)]
	return h, ok
}

// Empty tells that there are no events: most shops sell no tickets.
func (x *Index) Empty() bool { return len(x.cache.Get().events) == 0 }

// ZoneOf gives the price zone of a place of the hall; "" where that is not
// told.
func (h *Hall) ZoneOf(sector, row string) string {
	sector, row = text.Fold(sector), text.Fold(row)
	for i := range h.Sectors {
		s := &h.Sectors[i]
		if sector == "" || text.Fold(s.Code) != sector {
			continue
		}
		for k := range s.Rows {
			if r := &s.Rows[k]; row != "" && r.Zone != "" && text.Fold(r.Code) == row {
				return r.Zone
			}
		}
		return s.Zone
	}
	return ""
}

// loadSnapshot reads sessions before what they name: it is there then,
// whatever is added meanwhile.
func loadSnapshot(ctx context.Context, q db.Q, old *snapshot, since int64) (*snapshot, error) {
	changed := map[string]entry{}
	err := q.Each(ctx, func(r db.Row) error {
		var folded string
		var e entry
		err := r.Scan(&folded, &e.id, &e.code, &e.event, &e.hall, (*int64)(&e.starts), (*int64)(&e.cancelledAt))
		changed[folded] = e
		return err
	}, qSessionsSince, since)
	if err != nil {
		return nil, err
	}
	s := &snapshot{halls: map[id.ID]*Hall{}, hallByCode: map[string]*Hall{}, events: map[id.ID]*Event{}, eventByCode: map[string]*Event{}}
	err = q.Each(ctx, func(r db.Row) error {
		e, err := scanEvent(r)
		s.events[e.ID], s.eventByCode[text.Fold(e.Code)] = &e, &e
		return err
	}, qAllEvents)
	if err != nil {
		return nil, err
	}
	err = q.Each(ctx, func(r db.Row) error {
		h, err := scanHall(r)
		s.halls[h.ID], s.hallByCode[text.Fold(h.Code)] = &h, &h
		return err
	}, qAllHalls)
	if err != nil {
		return nil, err
	}
	s.join(old, changed)
	return s, nil
}

// join adds the changed sessions to those that were there.
func (s *snapshot) join(old *snapshot, changed map[string]entry) {
	if old == nil {
		s.base = changed
		return
	}
	s.base, s.recent = old.base, maps.Clone(old.recent)
	if s.recent == nil {
		s.recent = map[string]entry{}
	}
	maps.Copy(s.recent, changed)
	if len(s.recent) > max(maxRecent, len(s.base)/8) {
		base := make(map[string]entry, len(s.base)+len(s.recent))
		maps.Copy(base, s.base)
		maps.Copy(base, s.recent)
		s.base, s.recent = base, nil
	}
}
