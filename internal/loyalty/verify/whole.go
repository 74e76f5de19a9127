package verify

import (
	"cmp"
	"fmt"
	"maps"
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
		rows := int64(len(stored.Rows()) + len(stored.Cashiers()) + len(stored.Campaigns()))
		if err := stored.AddWaiting(r.ctx, q); err != nil {
			return err
		}
		r.did("figures", 0, func(c *Counts) { c.Figures, c.Events = rows, stored.Events })
		r.compareReceipts(stored.Table, docs)
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

// compareReceipts holds the figures of receipts to the documents: by day, by
// cashier, by campaign.
func (r *run) compareReceipts(stored, docs *figure.Table) {
	compare(r, FigureDay, "figure_day", stored.Rows(), docs.Rows(), figure.Key.Compare, dayKey, func(s *figure.Sums) []named {
		return columnsOf(s[:figure.OfReceipts], func(i int) string { return figure.Column(i).String() })
	})
	compare(r, FigureCashier, "figure_cashier", stored.Cashiers(), docs.Cashiers(), figure.CashierKey.Compare,
		func(k figure.CashierKey) string { return dayKey(k.Key) + " cashier_id=" + k.Cashier.String() },
		func(s *figure.Sums) []named {
			return columnsOf(s[:figure.OfReceipts], func(i int) string { return figure.Column(i).String() })
		})
	compare(r, FigureCampaign, "figure_campaign", stored.Campaigns(), docs.Campaigns(), figure.CampaignKey.Compare,
		func(k figure.CampaignKey) string { return dayKey(k.Key) + " campaign=" + k.Campaign },
		func(s *figure.CampaignSums) []named {
			return columnsOf(s[:], func(i int) string { return figure.CampaignColumn(i).String() })
		})
}

func dayKey(k figure.Key) string {
	return fmt.Sprintf("day=%s outlet_id=%s programme_id=%s", k.Day, k.Outlet, k.Programme)
}

// named is one figure.
type named struct {
	name string
	v    int64
}

func columnsOf(sums []int64, name func(i int) string) []named {
	out := make([]named, len(sums))
	for i, v := range sums {
		out[i] = named{name(i), v}
	}
	return out
}

// compare holds rows that are stored to those that documents come to; what is
// in one of them only is nothing in the other.
func compare[K comparable, S any](r *run, i Invariant, table string, stored, docs map[K]*S, order func(x, y K) int, key func(K) string, columns func(*S) []named) {
	keys := slices.Collect(maps.Keys(docs))
	for k := range stored {
		if docs[k] == nil {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, order)
	none := new(S)
	for n, k := range keys {
		found, wanted := cmp.Or(stored[k], none), cmp.Or(docs[k], none)
		if any(*found) == any(*wanted) {
			continue
		}
		has, wants := columns(found), columns(wanted)
		for c := range has {
			if has[c] != wants[c] {
				r.bad(place{int64(n), int64(c)}, i, table, key(k), fmt.Sprintf("%s %d", has[c].name, has[c].v), fmt.Sprintf("%s %d", wants[c].name, wants[c].v))
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
