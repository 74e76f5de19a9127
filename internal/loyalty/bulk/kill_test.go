package bulk_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"

	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// childURL names the base in which this program, started by a test, is to go on
// with what is begun there.
const childURL = "KOPILKA_TEST_BULK_IN"

// child works on actions until none is left.
func child(url string) int {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{URL: url, MaxConns: 4})
	if err != nil {
		return 1
	}
	defer d.Close()
	ids := id.NewMaker(os.Getpid() % 1000)
	programmes := &programme.Programmes{DB: d, IDs: ids, Clock: clock.System{}}
	if err := programmes.Refresh(ctx); err != nil {
		return 1
	}
	desk := purchase.New(purchase.Options{
		DB: d, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Programmes: programmes, Directory: partner.NewDirectory(), Catalog: catalog.NewIndex(),
		Secret: purchasetest.Secret,
	})
	defer desk.Close()
	actions := &bulk.Actions{
		DB: d, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Lists: &segment.Lists{DB: d, IDs: ids, Clock: clock.System{}},
		Members: &member.Members{DB: d, IDs: ids, Clock: clock.System{}}, Programmes: programmes, Desk: desk, Rules: member.DefaultRules,
		May: func(context.Context, id.ID, staff.Permission) (bool, error) { return true, nil },
	}
	for {
		if err := actions.Work(ctx); err != nil {
			return 1
		}
	}
}

// TestKilled kills the process that works on an action again and again: in the
// end everybody has got his points once, and his tag once.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t, dialect)
			d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(d.Close)
			c := gather(t, d, 400)
			points := c.begin(bulk.Deed{Kind: bulk.Points, Programme: c.Programme.ID, Points: 100, Reason: "Подарок"})
			tags := c.begin(bulk.Deed{Kind: bulk.TagGiven, Tag: "подарок"})
			count := func(table string) (n int) {
				c.ok(d.Row(t.Context(), "select count(*) from "+table).Scan(&n))
				return n
			}
			for _, at := range []struct {
				table string
				rows  int
			}{{"adjustment", 10}, {"adjustment", 130}, {"adjustment", 333}, {"member_tag", 60}, {"member_tag", 260}} {
				dbtest.Killed(t, childURL, url, func() bool { return count(at.table) >= at.rows })
				c.ok(d.Write(t.Context(), func(tx *db.Tx) error { // the killed one's lease is over
					_, err := tx.Exec(t.Context(), "update bulk_action set held_until = 0")
					return err
				}))
			}
			c.finish()
			for _, action := range []id.ID{points, tags} {
				a, err := c.actions.Get(t.Context(), action)
				if err != nil || a.State != bulk.Done || a.Changed != 400 {
					t.Errorf("it is %+v (%v)", a, err)
				}
			}
			for _, h := range c.homes {
				if got := c.Balance(t, purchase.Buyer{Home: h}).Active; got != 100 {
					t.Fatalf("%d has %d", h, got)
				}
			}
			if n, m, k := count("adjustment"), count("member_tag"), count("bulk_part"); n != 400 || m != 400 || k != 0 {
				t.Errorf("%d adjustments, %d tags, %d parts", n, m, k)
			}
			c.proved()
		})
	}
}

// TestSideBySide: several processes share the work, and nobody is met twice.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := gather(t, d, 150)
		for range 3 {
			c.begin(bulk.Deed{Kind: bulk.Points, Programme: c.Programme.ID, Points: 100, Reason: "Подарок"})
		}
		var all sync.WaitGroup
		for range 3 {
			one := c.process(c.NewDesk(t))
			all.Go(func() {
				if err := one.Work(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		c.finish()
		for _, h := range c.homes {
			if got := c.Balance(t, purchase.Buyer{Home: h}).Active; got != 300 {
				t.Fatalf("%d has %d", h, got)
			}
		}
	})
}
