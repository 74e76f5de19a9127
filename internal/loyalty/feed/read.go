package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Query asks for events after one, or from the oldest that is kept.
type Query struct {
	After ID     // the last event already had; zero: none
	Kinds []Kind // none: all
	Limit int    // events, at most MaxLimit
}

// MaxLimit is how many events one page holds at most.
const MaxLimit = 1000

const (
	rowsAtOnce = 100
	// maxScan bounds what one page costs where few events are of the kinds.
	maxScan = 20_000
)

// Page is a part of the feed.
type Page struct {
	Events []Event
	Next   ID    // the last event that was looked at: what Query.After of the next page is
	More   bool  // there are events after Next by now
	Passed int64 // how many events were looked at
}

// Span is where the feed ends and begins.
type Span struct {
	Last int64 // place of the newest event; 0: there was none yet
	Gone int64 // of the newest that is no longer kept; 0: all are
}

// Read gives events in their order, all of those asked for up to Page.Next. It
// fails with events.cursor-too-old where some of them are no longer kept, and
// with events.cursor-unknown where the feed does not know the event named.
func (f *Feed) Read(ctx context.Context, q Query) (Page, error) {
	if err := f.Check(ctx, f.DB, q.After); err != nil {
		return Page{}, err
	}
	return f.after(ctx, q, q.After != ID{})
}

// Check refuses a cursor from which the feed can't be read on.
func (f *Feed) Check(ctx context.Context, q db.Q, at ID) error {
	if at == (ID{}) {
		return nil
	}
	span, err := f.Span(ctx, q)
	switch {
	case err != nil:
		return err
	case at.Seq > span.Last:
		return fault.New(fault.Invalid, "events.cursor-unknown")
	case at.Seq < span.Gone:
		return tooOld()
	}
	if at.Seq == span.Gone {
		return nil // its row has gone, those after it have not
	}
	var row int64
	err = q.Row(ctx, qRowOf, at.Seq).Scan(&row)
	if errors.Is(err, db.ErrNotFound) || err == nil && row != int64(at.Row) {
		err = fault.New(fault.Invalid, "events.cursor-unknown")
	}
	return err
}

func tooOld() error { return fault.New(fault.Invalid, "events.cursor-too-old") }

// Span tells where the feed ends and begins.
func (f *Feed) Span(ctx context.Context, q db.Q) (Span, error) {
	var s Span
	err := q.Row(ctx, qState).Scan(&s.Last, &s.Gone)
	if errors.Is(err, db.ErrNotFound) {
		return Span{}, nil
	}
	return s, err
}

// Since gives the events after a place, likewise. Where some of them are no
// longer kept it fails with events.cursor-too-old.
func (f *Feed) Since(ctx context.Context, seq int64, kinds []Kind, limit int) (Page, error) {
	return f.after(ctx, Query{After: ID{Seq: seq}, Kinds: kinds, Limit: limit}, true)
}

// after reads on; whole wants all from the place on, else it begins with the
// oldest that is kept. Rows come before the span: what is let go meanwhile then
// shows as a gap, and never as nothing.
func (f *Feed) after(ctx context.Context, q Query, whole bool) (Page, error) {
	p := Page{Next: q.After}
	limit := min(max(q.Limit, 1), MaxLimit)
	for len(p.Events) < limit && p.Passed < maxScan {
		rows, err := db.All(ctx, f.DB, scanRow, qRows, p.Next.Seq, rowsAtOnce)
		if err != nil {
			return Page{}, err
		}
		for i := range rows {
			r := &rows[i]
			if r.last-r.events > p.Next.Seq && (whole || p.Passed > 0) {
				return Page{}, tooOld()
			}
			if err := r.into(&p, q.Kinds, limit); err != nil {
				return Page{}, err
			}
			if len(p.Events) == limit {
				break
			}
		}
		if len(rows) < rowsAtOnce {
			break
		}
	}
	span, err := f.Span(ctx, f.DB)
	if err == nil && whole && p.Passed == 0 && p.Next.Seq < span.Gone {
		err = tooOld()
	}
	p.More = p.Next.Seq < span.Last && (whole || p.Passed > 0)
	return p, err
}

// into adds the row's events after p.Next to the page.
func (r *row) into(p *Page, kinds []Kind, limit int) error {
	var events []eventtype.Event
	if err := json.Unmarshal(r.doc, &events); err != nil || int64(len(events)) != r.events {
		return fmt.Errorf("feed: row %d is broken: %w", r.last, errors.Join(err, errBroken))
	}
	for i := range events {
		at := ID{Seq: r.last - r.events + 1 + int64(i), Row: r.id}
		if at.Seq <= p.Next.Seq {
			continue
		}
		if len(p.Events) == limit {
			return nil
		}
		p.Next = at
		p.Passed++
		if kind := kindOf(&events[i]); len(kinds) == 0 || slices.Contains(kinds, kind) {
			p.Events = append(p.Events, Event{ID: at, Kind: kind, Event: events[i]})
		}
	}
	return nil
}

var errBroken = errors.New("it does not hold as many events as it says")

// Age is how long the oldest event after a place has been in the feed; 0:
// there is none.
func (f *Feed) Age(ctx context.Context, q db.Q, seq int64) (time.Duration, error) {
	var at clock.Micros
	if err := q.Row(ctx, qFrom, seq).Scan((*int64)(&at)); err != nil || at == 0 {
		return 0, err
	}
	return max(0, f.Clock.Now().Time().Sub(at.Time())), nil
}
