package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
)

// Journal asks for a part of the feed, the newest first, from a place on: what
// came before Before, or after After. With neither it begins at the end.
type Journal struct {
	Before, After int64        // places of events
	From          clock.Micros // when they came into the feed; 0: as far back as it is kept
	Until         clock.Micros // before this; 0: up to now
	Keep          func(*Event) bool
	Limit         int
}

// Leaf is a part of the journal.
type Leaf struct {
	Events []Event // the newest first
	Older  int64   // Journal.Before of what comes before them; 0: nothing does
	Newer  int64   // Journal.After of what comes after them; 0: nothing was there
	Short  bool    // so much was looked through that there may be more before it is full
}

// Leaf reads a part of the journal. It looks at maxScan events at most, by the
// order that rows lie in, so a part costs the same in a feed of any size.
func (f *Feed) Leaf(ctx context.Context, q Journal) (Leaf, error) {
	span, err := f.Span(ctx, f.DB)
	if err != nil || span.Last == 0 {
		return Leaf{}, err
	}
	first, last := span.Gone+1, span.Last
	if q.From != 0 {
		if first, err = f.placeAt(ctx, span, q.From); err != nil {
			return Leaf{}, err
		}
	}
	if q.Until != 0 {
		end, err := f.placeAt(ctx, span, q.Until)
		if err != nil {
			return Leaf{}, err
		}
		last = end - 1
	}
	w := walk{Journal: q, first: first, last: last}
	if q.After != 0 {
		return f.newer(ctx, &w)
	}
	return f.older(ctx, &w)
}

// walk is a journal that is read: between two places, both in it.
type walk struct {
	Journal
	first, last int64
}

// older reads back from a place.
func (f *Feed) older(ctx context.Context, w *walk) (Leaf, error) {
	end := w.last
	if w.Before != 0 {
		end = min(end, w.Before-1)
	}
	out := Leaf{}
	if end < w.last {
		out.Newer = end
	}
	at, seen := end, 0
	for at >= w.first && seen < maxScan {
		rows, err := db.All(ctx, f.DB, scanRow, qRowsBack, at, rowsAtOnce)
		if err != nil {
			return Leaf{}, err
		}
		for i := range rows {
			events, err := rows[i].all()
			if err != nil {
				return Leaf{}, err
			}
			for j := range slices.Backward(events) {
				e := &events[j]
				if e.ID.Seq > at || e.ID.Seq < w.first {
					continue
				}
				if len(out.Events) == w.Limit {
					out.Older = e.ID.Seq + 1
					return out, nil
				}
				seen++
				at = e.ID.Seq - 1
				if w.Keep == nil || w.Keep(e) {
					out.Events = append(out.Events, *e)
				}
			}
		}
		if len(rows) < rowsAtOnce {
			return out, nil
		}
	}
	if at >= w.first {
		out.Older, out.Short = at+1, true
	}
	return out, nil
}

// newer reads on from a place, and gives what it has found the newest first.
func (f *Feed) newer(ctx context.Context, w *walk) (Leaf, error) {
	out := Leaf{Older: w.After + 1}
	at, seen := max(w.After, w.first-1), 0
	for at < w.last && seen < maxScan && len(out.Events) < w.Limit {
		rows, err := db.All(ctx, f.DB, scanRow, qRows, at, rowsAtOnce)
		if err != nil {
			return Leaf{}, err
		}
		for i := range rows {
			events, err := rows[i].all()
			if err != nil {
				return Leaf{}, err
			}
			for j := range events {
				e := &events[j]
				if e.ID.Seq <= at || e.ID.Seq > w.last || len(out.Events) == w.Limit {
					continue
				}
				seen++
				at = e.ID.Seq
				if w.Keep == nil || w.Keep(e) {
					out.Events = append(out.Events, *e)
				}
			}
		}
		if len(rows) < rowsAtOnce {
			break
		}
	}
	slices.Reverse(out.Events)
	if at < w.last {
		out.Newer = at
		out.Short = len(out.Events) < w.Limit
	}
	return out, nil
}

// all are the events of a row, in their places.
func (r *row) all() ([]Event, error) {
	var p Page
	err := r.into(&p, nil, int(r.events)+1)
	if err == nil && int64(len(p.Events)) != r.events {
		err = fmt.Errorf("feed: row %d: %w", r.last, errBroken)
	}
	return p.Events, err
}

// placeAt is the place of the first event that came into the feed at a time or
// later: halved towards, since rows come in order of time.
func (f *Feed) placeAt(ctx context.Context, span Span, at clock.Micros) (int64, error) {
	low, high := span.Gone+1, span.Last+1
	for low < high {
		mid := low + (high-low)/2
		var last, count int64
		var came clock.Micros
		err := f.DB.Row(ctx, qRowAt, mid).Scan(&last, &count, (*int64)(&came))
		switch {
		case errors.Is(err, db.ErrNotFound):
			high = mid
		case err != nil:
			return 0, err
		case came >= at:
			high = min(mid, max(low, last-count+1))
		default:
			low = last + 1
		}
	}
	return low, nil
}
