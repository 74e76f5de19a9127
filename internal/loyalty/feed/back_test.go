package feed_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestJournalBothWays reads the journal to its beginning and back to its end,
// by parts of every size: each event comes once each way.
func TestJournalBothWays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewFixed(purchasetest.Start)
		f := &feed.Feed{DB: d, Clock: now, Keep: 24 * time.Hour}
		ids := id.NewMaker(1)
		if l, err := f.Leaf(t.Context(), feed.Journal{Limit: 5}); err != nil || len(l.Events) > 0 || l.Older != 0 || l.Newer != 0 {
			t.Errorf("an empty journal: %+v %v", l, err)
		}
		put(t, f, ids, 3, 1)
		now.Add(time.Hour)
		put(t, f, ids, 5, 2)
		changed := func(e *feed.Event) bool { return e.Kind == feed.MemberChanged }
		for _, c := range []struct {
			name string
			q    feed.Journal
			want []int64
		}{
			{"all", feed.Journal{}, []int64{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
			{"a kind", feed.Journal{Keep: changed}, []int64{11, 8, 6, 2}},
			{"since", feed.Journal{From: clock.Of(purchasetest.Start.Add(time.Minute))}, []int64{11, 10, 9, 8, 7, 6, 5}},
			{"until", feed.Journal{Until: clock.Of(purchasetest.Start.Add(time.Minute))}, []int64{4, 3, 2, 1}},
			{"between", feed.Journal{From: clock.Of(purchasetest.Start), Until: clock.Of(purchasetest.Start.Add(2 * time.Hour)), Keep: changed}, []int64{11, 8, 6, 2}},
			{"after all", feed.Journal{From: clock.Of(purchasetest.Start.Add(24 * time.Hour))}, nil},
			{"before all", feed.Journal{Until: clock.Of(purchasetest.Start.Add(-time.Hour))}, nil},
		} {
			for limit := 1; limit <= 12; limit++ {
				back, on := c.q, c.q
				back.Limit, on.Limit = limit, limit
				var down, up []int64
				var lowest int64
				for turns := 0; ; turns++ {
					l, err := f.Leaf(t.Context(), back)
					if err != nil || l.Short || turns > 12 {
						t.Fatalf("%s by %d: %+v %v", c.name, limit, l, err)
					}
					down = append(down, seqs(l.Events)...)
					if back.Before = l.Older; l.Older == 0 {
						break
					}
				}
				if diff := cmp.Diff(c.want, down); diff != "" {
					t.Errorf("%s by %d, back:\n%s", c.name, limit, diff)
				}
				if len(down) == 0 {
					continue
				}
				lowest = down[len(down)-1]
				for on.After = lowest; on.After != 0; {
					l, err := f.Leaf(t.Context(), on)
					if err != nil || len(up) > 12 {
						t.Fatalf("%s by %d: %+v %v", c.name, limit, l, err)
					}
					part := seqs(l.Events)
					slices.Reverse(part)
					up = append(up, part...)
					on.After = l.Newer
				}
				slices.Reverse(down)
				if diff := cmp.Diff(down[1:], append([]int64{}, up...)); diff != "" {
					t.Errorf("%s by %d, on:\n%s", c.name, limit, diff)
				}
			}
		}
	})
}

// TestJournalGoesByPlace: a part of the journal is found by the key of the feed,
// however much of it there is.
func TestJournalGoesByPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, q := range []string{feed.QRowsBack, feed.QRowAt} {
			args := []any{int64(5), int64(100)}[:strings.Count(q, "$")]
			var plan []string
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				if tx.Dialect() == db.SQLite {
					return tx.Each(t.Context(), func(r db.Row) error {
						var a, p, n int64
						var detail string
						err := r.Scan(&a, &p, &n, &detail)
						plan = append(plan, detail)
						return err
					}, "explain query plan "+q, args...)
				}
				// It would walk a table of no rows, whatever its keys.
				if _, err := tx.Exec(t.Context(), "set local enable_seqscan = off"); err != nil {
					return err
				}
				return tx.Each(t.Context(), func(r db.Row) error {
					var detail string
					err := r.Scan(&detail)
					plan = append(plan, detail)
					return err
				}, "explain "+q, args...)
			})
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(plan, "\n")
			if strings.Contains(text, "SCAN") && !strings.Contains(text, "SEARCH") || strings.Contains(text, "Seq Scan") || strings.Contains(text, "Sort") || strings.Contains(text, "TEMP B-TREE") {
				t.Errorf("%s:\n%s", q, text)
			}
		}
	})
}
