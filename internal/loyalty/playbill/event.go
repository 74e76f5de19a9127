package playbill

import (
	"cmp"
	"context"
	"errors"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

const (
	maxAge   = 21
	maxPrice = 1_000_000_000_00 // kopecks
)

// SaveEvent makes the event of a code, or makes it what is sent. A Version
// other than 0 must be the one that is there; without a State it stays in its
// own.
func (r *Registry) SaveEvent(ctx context.Context, e Event) (Event, error) {
	return first(r.saveEvents(ctx, []Event{e}, alone))
}

// SaveEvents does the same for many, all or none.
func (r *Registry) SaveEvents(ctx context.Context, list []Event) ([]Event, error) {
	return r.saveEvents(ctx, list, listed)
}

func (r *Registry) saveEvents(ctx context.Context, list []Event, at func(int) string) ([]Event, error) {
	return save(ctx, r, kind[Event]{
		check: checkEvent, code: func(e *Event) string { return e.Code }, put: r.putEvent,
		was: eventByCode, id: func(e *Event) id.ID { return e.ID }, name: "event", count: qCountEvents, most: MaxEvents,
	}, list, at)
}

func checkEvent(f *reference.Form, at string, e *Event) {
	code(f, at+"code", &e.Code)
	f.Name(at+"name", &e.Name)
	optional(f, at+"type", &e.Type)
	optional(f, at+"group", &e.Group)
	f.Text(at+"contractor", &e.Contractor)
	f.Text(at+"contract", &e.Contract)
	f.Text(at+"audience", &e.Audience)
	f.Range(at+"age", int64(e.Age), 0, maxAge)
	if e.VAT != nil && (*e.VAT < 0 || *e.VAT > money.Whole) {
		f.Add(fault.Field{Path: at + "vat", Code: "playbill.vat"})
	}
	optional(f, at+"pushkin_id", &e.PushkinID)
	if e.PushkinID != "" && !e.Pushkin {
		f.Add(fault.Field{Path: at + "pushkin_id", Code: "playbill.pushkin-id"})
	}
	state(f, at+"state", e.State)
	if e.Memorandum != nil {
		m := *e.Memorandum // the caller's own stays as it is
		e.Memorandum = &m
		m.check(f, at+"memorandum.")
	}
}

func (m *Memorandum) check(f *reference.Form, at string) {
	for path, day := range map[string]string{"from": m.From, "to": m.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			f.Add(fault.Field{Path: at + path, Code: "playbill.day"})
		}
	}
	if m.From != "" && m.To != "" && m.To < m.From {
		f.Add(fault.Field{Path: at + "to", Code: "playbill.order"})
	}
	f.Range(at+"least_price", int64(m.Least), 0, maxPrice)
	f.Text(at+"distributor", &m.Distributor)
	f.Text(at+"note", &m.Note)
}

func (r *Registry) putEvent(ctx context.Context, tx *db.Tx, at string, e *Event, version int64) error {
	old, err := eventByCode(ctx, tx, e.Code)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if err := unmoved(at, e.Version, old.Version); err != nil {
		return err
	}
	e.ID, e.State, e.Version = old.ID, cmp.Or(e.State, old.State, reference.Active), version
	if e.ID == 0 {
		e.ID = r.ids.New()
		return writeEvent(ctx, tx, qInsertEvent, e)
	}
	return writeEvent(ctx, tx, qUpdateEvent, e)
}

// Event finds an event by its code.
func (r *Registry) Event(ctx context.Context, code string) (Event, error) {
	e, err := eventByCode(ctx, r.d, code)
	return e, missing(err, noEvent(fault.NotFound, code))
}

// CloseEvent takes an event out of use; one that is closed stays so.
func (r *Registry) CloseEvent(ctx context.Context, code string) (Event, error) {
	e, err := r.Event(ctx, code)
	if err != nil {
		return e, err
	}
	e.State = reference.Closed
	return r.SaveEvent(ctx, e)
}

// EventFilter narrows a list of events.
type EventFilter struct {
	Type    string // "": any
	Pushkin bool   // only those that Pushkin cards may pay for
}

// Events lists events by code.
func (r *Registry) Events(ctx context.Context, w EventFilter, p reference.Page) (reference.List[Event], error) {
	p.After = text.Fold(p.After)
	return reference.Rows(ctx, r.d, p, scanEvent, func(e Event) string { return e.Code }, qEvents, text.Fold(w.Type), !w.Pushkin)
}
