package playbill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// SaveSession makes the session of a code, or makes it what is sent; its event
// and its hall must be there. A Version other than 0 must be the one that is
// there; without a State it stays in its own.
func (r *Registry) SaveSession(ctx context.Context, s Session) (Session, error) {
	return first(r.saveSessions(ctx, []Session{s}, alone))
}

// SaveSessions does the same for many, all or none.
func (r *Registry) SaveSessions(ctx context.Context, list []Session) ([]Session, error) {
	return r.saveSessions(ctx, list, listed)
}

func (r *Registry) saveSessions(ctx context.Context, list []Session, at func(int) string) ([]Session, error) {
	return save(ctx, r, kind[Session]{
		check: checkSession, code: func(s *Session) string { return s.Code }, put: r.putSession,
		was: sessionByCode, id: func(s *Session) id.ID { return s.ID }, name: "session", count: qCountSessions, most: MaxSessions,
	}, list, at)
}

func checkSession(f *reference.Form, at string, s *Session) {
	code(f, at+"code", &s.Code)
	code(f, at+"event", &s.Event)
	code(f, at+"hall", &s.Hall)
	if s.Starts <= 0 {
		f.Add(fault.Field{Path: at + "starts", Code: "reference.missing"})
	}
	if s.Ends != 0 && s.Ends < s.Starts {
		f.Add(fault.Field{Path: at + "ends", Code: "playbill.order"})
	}
	switch s.State {
	case "", OnSale, Cancelled, Archived:
	default:
		f.Add(fault.Field{Path: at + "state", Code: "playbill.session-state"})
	}
	count(f, at+"prices", len(s.Prices), MaxPrices)
	seen := map[string]bool{}
	for i := range s.Prices {
		p, path := &s.Prices[i], fmt.Sprintf("%sprices[%d].", at, i)
		optional(f, path+"price_zone", &p.Zone)
		optional(f, path+"tariff", &p.Tariff)
		f.Range(path+"amount", int64(p.Amount), 0, maxPrice)
		once(f, path+"tariff", seen, p.Zone+"\n"+p.Tariff)
	}
}

func (r *Registry) putSession(ctx context.Context, tx *db.Tx, at string, s *Session, version int64) error {
	e, err := eventByCode(ctx, tx, s.Event)
	if err != nil {
		return missing(err, named(noEvent(fault.Invalid, s.Event), at+"event"))
	}
	h, err := hallByCode(ctx, tx, s.Hall)
	if err != nil {
		return missing(err, named(noHall(fault.Invalid, s.Hall), at+"hall"))
	}
	old, err := sessionByCode(ctx, tx, s.Code)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if err := unmoved(at, s.Version, old.Version); err != nil {
		return err
	}
	// Prices that stay are not looked at: the hall may have been laid out anew.
	if old.Hall != h.Code || !slices.Equal(old.Prices, s.Prices) {
		if err := s.zoned(at, &h); err != nil {
			return err
		}
	}
	s.ID, s.State = old.ID, cmp.Or(s.State, old.State, OnSale)
	return r.write(ctx, tx, &old, s, &e, &h, version)
}

// zoned refuses prices of zones that the hall does not have.
func (s *Session) zoned(at string, h *Hall) error {
	for i := range s.Prices {
		if z := s.Prices[i].Zone; z != "" && len(h.Zones) > 0 && !h.has(z) {
			return named(fault.New(fault.Invalid, "playbill.zone-not-found"), fmt.Sprintf("%sprices[%d].price_zone", at, i))
		}
	}
	return nil
}

// write writes a session, and tells what has become of it; old is the zero one
// where there was none.
func (r *Registry) write(ctx context.Context, tx *db.Tx, old, s *Session, e *Event, h *Hall, version int64) error {
	now := r.clock.Now()
	s.Event, s.Hall, s.Version = e.Code, h.Code, version
	s.CancelledAt = old.cancelledBy(s.State, now)
	query := qUpdateSession
	if s.ID == 0 {
		s.ID, query = r.ids.New(), qInsertSession
	}
	if err := writeSession(ctx, tx, query, s, e.ID, h.ID); err != nil {
		return err
	}
	return r.tell(ctx, tx, old, s, h, now)
}

// cancelledBy is since when the session is cancelled in a new state: who
// archives it does not put it on again.
func (s *Session) cancelledBy(state SessionState, now clock.Micros) clock.Micros {
	switch {
	case state == OnSale:
		return 0
	case state == Cancelled && s.CancelledAt == 0:
		return now
	}
	return s.CancelledAt
}

// tell tells the world that a session is cancelled, put back or moved.
func (r *Registry) tell(ctx context.Context, tx *db.Tx, old, s *Session, h *Hall, now clock.Micros) error {
	var batch eventtype.Batch
	add := func(e eventtype.Event) {
		e.Op, e.At, e.Outlet, e.Cause = s.ID, now, h.OutletID, s.Code
		batch.Events = append(batch.Events, e)
	}
	switch {
	case s.CancelledAt != 0 && old.CancelledAt == 0:
		add(eventtype.Event{Kind: eventtype.SessionCancelled})
	case s.CancelledAt == 0 && old.CancelledAt != 0:
		add(eventtype.Event{Kind: eventtype.SessionRestored})
	}
	if old.ID != 0 && (s.Starts != old.Starts || s.Hall != old.Hall) {
		add(eventtype.Event{Kind: eventtype.SessionMoved, From: old.Starts.Time().Format(time.RFC3339), To: s.Starts.Time().Format(time.RFC3339)})
	}
	if len(batch.Events) == 0 {
		return nil
	}
	doc, err := batch.AppendJSON(nil)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qAddEvent, r.ids.New(), string(doc))
	return err
}

func (h *Hall) has(zone string) bool {
	for i := range h.Zones {
		if text.Fold(h.Zones[i].Code) == text.Fold(zone) {
			return true
		}
	}
	return false
}

// Session finds a session by its code.
func (r *Registry) Session(ctx context.Context, code string) (Session, error) {
	s, err := sessionByCode(ctx, r.d, code)
	return s, missing(err, noSession(code))
}

// CloseSession archives a session; all else of it stays as it is.
func (r *Registry) CloseSession(ctx context.Context, code string) (s Session, err error) {
	err = r.d.Write(ctx, func(tx *db.Tx) error {
		version, err := reference.Bump(ctx, tx, Set)
		if err != nil {
			return err
		}
		old, err := sessionByCode(ctx, tx, code)
		if err != nil {
			return missing(err, noSession(code))
		}
		e, err := eventByCode(ctx, tx, old.Event)
		if err != nil {
			return err
		}
		h, err := hallByCode(ctx, tx, old.Hall)
		if err != nil {
			return err
		}
		s = old
		s.State = Archived
		err = r.write(ctx, tx, &old, &s, &e, &h, version)
		return audit.Saved(ctx, tx, r.clock.Now(), err, "session", s.ID, old, s)
	})
	return s, err
}

// SessionFilter narrows a list of sessions.
type SessionFilter struct {
	Event    string // code; "": any
	Hall     string // code; "": any
	State    SessionState
	From, To clock.Micros // when they begin; To 0: no end
}

// SessionCursor is a place in a list of sessions, which goes by their
// beginning: after that one. The zero cursor is the beginning.
type SessionCursor struct {
	Starts clock.Micros
	ID     id.ID
}

// Sessions lists sessions by their beginning, at most limit of them.
func (r *Registry) Sessions(ctx context.Context, w SessionFilter, after SessionCursor, limit int) ([]Session, error) {
	var event, hall id.ID
	if w.Event != "" {
		e, err := r.Event(ctx, w.Event)
		if err != nil {
			return nil, none(err)
		}
		event = e.ID
	}
	if w.Hall != "" {
		h, err := r.Hall(ctx, w.Hall)
		if err != nil {
			return nil, none(err)
		}
		hall = h.ID
	}
	if after.ID == 0 {
		after.Starts = w.From
	}
	to := w.To
	if to == 0 {
		to = 1<<63 - 1
	}
	return db.All(ctx, r.d, scanSession, qSessions, int64(after.Starts), after.ID, int64(to), event, hall, string(w.State), min(limit, reference.MaxLimit))
}

// none takes it for an empty list that what a filter names is not there.
func none(err error) error {
	if f := fault.From(err); f != nil && f.Kind == fault.NotFound {
		return nil
	}
	return err
}
