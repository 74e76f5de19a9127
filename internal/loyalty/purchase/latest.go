package purchase

import (
	"cmp"
	"context"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Latest asks for the purchases of some outlets, the newest first.
type Latest struct {
	Outlets []id.ID
	From    clock.Micros // from this on
	Before  clock.Micros // before this
	After   Cursor       // after this one of the list; the zero Cursor: from the first
	Limit   int
	Keep    func(*Stored) bool // which of them; nil: all
}

// LatestPage is a part of such a list.
type LatestPage struct {
	Items []*Stored
	Next  Cursor // where it goes on; the zero Cursor: that was all
}

// maxLooked bounds how many purchases a part of a list is chosen from, so that
// what is rare makes a short part and no slow one.
const maxLooked = 2000

// Latest lists purchases of outlets. No more than some thousands are looked at:
// a part may be short, or empty, and yet not the last.
func (d *Desk) Latest(ctx context.Context, q *Latest) (*LatestPage, error) {
	limit := min(q.Limit, maxPage)
	chunk := limit + 1
	if q.Keep != nil {
		chunk = maxPage
	}
	from := q.After
	if from.ID == 0 {
		from = Cursor{At: q.Before - 1, ID: 1<<63 - 1}
	}
	out := &LatestPage{}
	for looked := 0; ; {
		list, err := d.latest(ctx, q, from, chunk)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			if len(out.Items) == limit {
				out.Next = from
				return out, nil
			}
			from = Cursor{At: s.At, ID: s.ID}
			if q.Keep == nil || q.Keep(s) {
				out.Items = append(out.Items, s)
			}
		}
		if looked += len(list); len(list) < chunk {
			return out, nil
		} else if looked >= maxLooked {
			out.Next = from
			return out, nil
		}
	}
}

// latest reads one part, whatever it is.
func (d *Desk) latest(ctx context.Context, q *Latest, from Cursor, limit int) ([]*Stored, error) {
	if d.DB.Dialect() == db.Postgres {
		outlets := make([]int64, len(q.Outlets))
		for i, o := range q.Outlets {
			outlets[i] = int64(o)
		}
		return db.All(ctx, d.DB, scanPurchase, qLatestPG, outlets, q.From, from.At, from.ID, limit)
	}
	// SQLite is in this process: an outlet is a look-up, not a round trip.
	var found []latestKey
	for _, o := range q.Outlets {
		list, err := db.All(ctx, d.DB, scanLatest, qLatestLite, o, q.From, from.At, from.ID, limit)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	slices.SortFunc(found, func(a, b latestKey) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.id, a.id)) })
	out := make([]*Stored, 0, limit)
	for _, k := range found[:min(limit, len(found))] {
		s, err := scanPurchase(d.DB.Row(ctx, qPurchase, k.home, k.id))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// latestKey is where a purchase lies, and when it was made.
type latestKey struct {
	home home.ID
	id   id.ID
	at   clock.Micros
}

func scanLatest(r db.Row) (k latestKey, err error) {
	err = r.Scan((*int64)(&k.home), (*int64)(&k.id), (*int64)(&k.at))
	return k, err
}

// The newest of each outlet are found by its index, and of them the newest are
// read whole.
const (
	latestOf    = `select home_id, purchase_id, at from purchase where outlet_id = `
	latestEnd   = ` and at >= $2 and at <= $3 and (at < $3 or purchase_id < $4) order by at desc, purchase_id desc limit $5`
	qLatestLite = latestOf + `$1` + latestEnd
	qLatestPG   = `select ` + storedColumns + ` from (
 select k.* from unnest($1::bigint[]) as o (outlet) cross join lateral (` + latestOf + `o.outlet` + latestEnd + `) k
 order by k.at desc, k.purchase_id desc limit $5) k join purchase p using (home_id, purchase_id) order by k.at desc, purchase_id desc`
	qUnderKey = `select k.home_id, k.op_id from till t join receipt_key k on k.till_id = t.till_id and k.key = $1 order by k.op_id desc limit $2`
)

// Under finds the purchases that any till has made under a key, the newest
// first: keys of two tills may be alike.
func (d *Desk) Under(ctx context.Context, key string, limit int) ([]*Stored, error) {
	at, err := db.All(ctx, d.DB, func(r db.Row) (ref PurchaseRef, err error) {
		err = r.Scan((*int64)(&ref.Home), (*int64)(&ref.ID))
		return ref, err
	}, qUnderKey, key, min(limit, maxPage))
	if err != nil {
		return nil, err
	}
	var out []*Stored
	for _, ref := range at {
		s, err := d.Find(ctx, ref)
		if fault.Is(err, "purchase.not-found") {
			continue // a refund's key
		}
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
