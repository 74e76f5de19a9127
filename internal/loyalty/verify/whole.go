package verify

import (
	"cmp"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// whole recomputes what spans homes, in one snapshot: figures by day, their
// totals, and the limits over all members.
func (r *run) whole() error {
	return r.d.View(r.ctx, func(q *db.Snapshot) error {
		docs, sums := figure.NewTable(), useSums{}
		if err := r.stream(q, qPurchaseDocs, func(doc []byte) {
			_ = docs.AddPurchase(doc) // what can't be read is told of in its home
			sums.addDoc(doc, false)
		}); err != nil {
			return err
		}
		if err := r.stream(q, qClaimDocs, func(doc []byte) { _ = docs.AddClaim(doc) }); err != nil {
			return err
		}
		if err := r.stream(q, qRefundDocs, func(doc []byte) {
			_ = docs.AddRefund(doc)
			sums.addDoc(doc, true)
		}); err != nil {
			return err
		}
		stored := figure.NewFold()
		if err := stored.AddStored(r.ctx, q); err != nil {
			return err
		}
		rows := int64(len(stored.Rows()))
		if err := stored.AddWaiting(r.ctx, q); err != nil {
			return err
		}
		r.did("figures", 0, func(c *Counts) { c.Figures, c.Events = rows, stored.Events })
		r.compareDays(stored.Table, docs)
		if err := r.compareTotals(q, stored.Table); err != nil {
			return err
		}
		return r.compareLimits(q, sums)
	})
}

const streamed = 1000

// stream reads all documents, a thousand at a time as far as progress goes.
func (r *run) stream(q *db.Snapshot, text string, add func(doc []byte)) error {
	var n int64
	err := q.Each(r.ctx, func(row db.Row) error {
		var doc []byte
		if err := row.Scan(&doc); err != nil {
			return err
		}
		add(doc)
		if n++; n%streamed == 0 {
			r.did("figures", streamed, nil)
		}
		return nil
	}, text)
	r.did("figures", n%streamed, nil)
	return err
}

// compareDays holds the figures of receipts to the documents, day by day.
func (r *run) compareDays(stored, docs *figure.Table) {
	keys := make([]figure.Key, 0, len(docs.Rows()))
	for k := range docs.Rows() {
		keys = append(keys, k)
	}
	for k := range stored.Rows() {
		if docs.Rows()[k] == nil {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(x, y figure.Key) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Outlet, y.Outlet), cmp.Compare(x.Programme, y.Programme))
	})
	var none figure.Sums
	for i, k := range keys {
		found, wanted := cmp.Or(stored.Rows()[k], &none), cmp.Or(docs.Rows()[k], &none)
		for c := range figure.Expired {
			if found[c] != wanted[c] {
				r.bad(place{int64(i), int64(c)}, FigureDay, "figure_day",
					fmt.Sprintf("day=%s outlet_id=%s programme_id=%s", k.Day, k.Outlet, k.Programme),
					fmt.Sprintf("%s %d", c, found[c]), fmt.Sprintf("%s %d", c, wanted[c]))
			}
		}
	}
}

// compareTotals holds what belongs to no outlet to the books, over all days.
func (r *run) compareTotals(q *db.Snapshot, stored *figure.Table) error {
	found := map[id.ID]*figure.Sums{}
	for k, s := range stored.Rows() {
		if found[k.Programme] == nil {
			found[k.Programme] = &figure.Sums{}
		}
		found[k.Programme].Add(s)
	}
	for _, t := range []struct {
		column figure.Column
		text   string
	}{
		{figure.Expired, qExpired}, {figure.Adjusted, qAdjusted}, {figure.Opened, qOpened}, {figure.Gifts, qGifts}, {figure.Levels, qLevels},
	} {
		wanted := map[id.ID]int64{}
		err := q.Each(r.ctx, func(row db.Row) error {
			var p, n int64
			err := row.Scan(&p, &n)
			wanted[id.ID(p)] = n
			return err
		}, t.text)
		if err != nil {
			return err
		}
		for p, s := range found {
			if s[t.column] != 0 && wanted[p] == 0 {
				wanted[p] = 0
			}
		}
		for p, n := range wanted {
			var have int64
			if found[p] != nil {
				have = found[p][t.column]
			}
			if have != n {
				r.bad(place{int64(t.column), int64(p)}, FigureTotal, "figure_day", fmt.Sprintf("programme_id=%s", p),
					fmt.Sprintf("%s %d", t.column, have), fmt.Sprintf("%s %d", t.column, n))
			}
		}
	}
	return nil
}

// compareLimits holds the limits over all members to what receipts have used,
// and what was used of all rows of each to what it may come to.
func (r *run) compareLimits(q *db.Snapshot, sums useSums) error {
	rooms, err := r.rooms(q)
	if err != nil {
		return err
	}
	err = q.Each(r.ctx, func(row db.Row) error {
		c, u, err := scanLimit(row)
		sums.hold(c, u.used)
		return err
	}, qHeldUses)
	if err != nil {
		return err
	}
	used := map[string]int64{}
	err = q.Each(r.ctx, func(row db.Row) error {
		c, u, err := scanLimit(row)
		if err != nil || personal(c.key) {
			return err
		}
		before := used[c.key]
		used[c.key] += u.used
		if most, known := rooms.of(c.key); known && before <= most && used[c.key] > most {
			r.bad(place{0, 0}, LimitRoom, "limit_use", c.String(), used[c.key], fmt.Sprintf("at most %d", most))
		}
		if want := sums[c]; u != want {
			r.bad(place{0, 0}, LimitUsed, "limit_use", c.String(), u, want)
		}
		delete(sums, c)
		return nil
	}, qAllLimits)
	if err != nil {
		return err
	}
	for c, u := range sums {
		if !personal(c.key) && u != (uses{}) {
			r.bad(place{0, 1}, LimitUsed, "limit_use", c.String(), "no row", u)
		}
	}
	return nil
}
