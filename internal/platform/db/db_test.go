package db_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestWriteIsAtomic(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		boom := errors.New("boom")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, "insert into secret(name, value) values ($1, $2)", "a", []byte{1}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		var v []byte
		if err := d.Row(ctx, "select value from secret where name = $1", "a").Scan(&v); !errors.Is(err, db.ErrNotFound) {
			t.Fatalf("rolled-back row is there: %v %v", v, err)
		}
	})
}

// TestPanicInWrite: what panicked is rolled back, the base goes on, and can be
// closed.
func TestPanicInWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ins := "insert into secret(name, value) values ($1, $2)"
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = d.Write(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.Exec(t.Context(), ins, "a", []byte{1}); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		if _, err := d.Exec(t.Context(), ins, "a", []byte{1}); err != nil {
			t.Fatalf("after the panic: %v", err)
		}
	})
}

func TestConflictIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		ins := "insert into secret(name, value) values ($1, $2)"
		if _, err := d.Exec(ctx, ins, "a", []byte{1}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(ctx, ins, "a", []byte{1}); !errors.Is(err, db.ErrConflict) {
			t.Fatalf("got %v", err)
		}
	})
}

// TestArguments binds out of order and repeated, as one text on two engines
// needs, and every kind of value that the stores use.
func TestArguments(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var s string
		if err := d.Row(t.Context(), "select $3::text || $1::text || $2::text || $1::text", "a", "b", "c").Scan(&s); d.Dialect() == db.Postgres && (err != nil || s != "caba") {
			t.Fatalf("%q %v", s, err)
		}
		if d.Dialect() == db.SQLite {
			if err := d.Row(t.Context(), "select $3 || $1 || $2 || $1", "a", "b", "c").Scan(&s); err != nil || s != "caba" {
				t.Fatalf("%q %v", s, err)
			}
		}
		type named int64
		var n named
		var p *string
		if err := d.Row(t.Context(), "select version, null from home where home_id = 0 union all select 7, null" /* typed by the table */).Scan(&n, &p); err != nil || n != 7 || p != nil {
			t.Fatalf("%d %v %v", n, p, err)
		}
		q := "select name from secret where " + d.Dialect().In("name", 1) + " order by name"
		for _, name := range []string{"a", "b", "c"} {
			if _, err := d.Exec(t.Context(), "insert into secret(name, value) values ($1, $2)", name, []byte(name)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := db.All(t.Context(), d, func(r db.Row) (string, error) { var s string; return s, r.Scan(&s) }, q, []string{"c", "a", "x"})
		if err != nil || len(got) != 2 || got[0] != "a" || got[1] != "c" {
			t.Fatalf("%v %v", got, err)
		}
	})
}

// TestManyIsExact checks that a set-based statement that misses a row says so
// and leaves nothing behind.
func TestManyIsExact(t *testing.T) {
	t.Parallel()
	upd := db.Many{
		PG:    "update home set version = u.v from unnest($1::bigint[], $2::bigint[]) as u(id, v) where home.home_id = u.id",
		Lite:  "update home set version = $2 where home_id = $1",
		Types: []string{"bigint", "bigint"}, Exact: true,
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		for i := range 3 {
			if _, err := d.Exec(ctx, "insert into home(home_id, kind, version, seq, head) values ($1, 'member', 0, 0, $2)", i+1, []byte{}); err != nil {
				t.Fatal(err)
			}
		}
		set := func(ids ...int) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				m := upd.Of()
				for _, i := range ids {
					m.Add(i, 5)
				}
				b := &db.Batch{}
				b.Many(m)
				return tx.Run(ctx, b)
			})
		}
		if err := set(1, 2, 9); !errors.Is(err, db.ErrMoved) {
			t.Fatalf("got %v", err)
		}
		var sum int64
		if err := d.Row(ctx, "select coalesce(sum(version), 0) from home").Scan(&sum); err != nil || sum != 0 {
			t.Fatalf("half a statement stayed: %d %v", sum, err)
		}
		if err := set(1, 3); err != nil {
			t.Fatal(err)
		}
	})
}

func TestConcurrentAddsLoseNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if _, err := d.Exec(ctx, "insert into home(home_id, kind, version, seq, head) values (1, 'member', 0, 0, $1)", []byte{}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 20 {
					if _, err := d.Exec(ctx, "update home set version = version + 1 where home_id = 1"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var v int64
		if err := d.Row(ctx, "select version from home where home_id = 1").Scan(&v); err != nil || v != 320 {
			t.Fatalf("%d %v", v, err)
		}
	})
}

func TestSnapshotSeesOneInstant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		count := func(q db.Q) (n int64) {
			if err := q.Row(ctx, "select count(*) from secret").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		err := d.View(ctx, func(s *db.Snapshot) error {
			before := count(s)
			if _, err := d.Exec(ctx, "insert into secret(name, value) values ('x', $1)", []byte{1}); err != nil {
				return err
			}
			if after := count(s); after != before {
				t.Errorf("snapshot moved from %d to %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if count(d) != 1 {
			t.Error("the row is not there after")
		}
	})
}

// TestDurable fails when an engine is opened so that an acknowledged commit
// can be lost.
// TestLookUpsGoByIndex: a batch of look-ups whose statements were prepared while
// the table was empty doesn't read the table through when it has grown, though
// the server has not analyzed it.
func TestLookUpsGoByIndex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() != db.Postgres {
			t.Skip("SQLite plans a statement by its indexes alone")
		}
		var plan string
		explained := func(r db.Row) error {
			var line string
			err := r.Scan(&line)
			plan += line + "\n"
			return err
		}
		b := &db.Batch{}
		b.Each(explained, `explain select home_id from receipt_key where till_id = 1 and key = 'a'`)
		if err := d.Run(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, "Index") {
			t.Errorf("an empty table is read through:\n%s", plan)
		}
	})
}

func TestDurable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		all, err := d.Durability(t.Context())
		if err != nil || len(all) != 3 {
			t.Fatalf("%v %v", all, err)
		}
		for _, s := range all {
			if !s.OK {
				t.Errorf("%s = %s", s.Name, s.Value)
			}
		}
	})
}

func TestNewerBaseIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := d.CheckSchema(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(ctx, "insert into schema_version(version_id, is_applied) values (99999, true)"); err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(ctx); err == nil || err.Error() == "" {
			t.Fatal("an older program migrated a newer base")
		}
		if err := d.CheckSchema(ctx); err == nil {
			t.Fatal("an older program took a newer base")
		}
	})
}

func TestCancelledContextWritesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, "insert into secret(name, value) values ('c', $1)", []byte{1}); err != nil {
				return err
			}
			cancel()
			return nil
		})
		if err == nil {
			t.Fatal("committed under a cancelled context")
		}
	})
}

// TestCancelledReadLeavesTheBaseWhole interrupts a long read: its connection
// goes, and with it the statements kept for it.
func TestCancelledReadLeavesTheBaseWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			rows := 0
			err := d.Each(ctx, func(r db.Row) error {
				if rows++; rows == 10 {
					cancel()
				}
				var n int64
				return r.Scan(&n)
			}, "with recursive c (n) as (select 1 union all select n + 1 from c where n < 100000000) select n from c")
			cancel()
			if err == nil {
				t.Fatal("read to the end")
			}
			var n int64
			if err := d.Row(t.Context(), "select count(*) from secret").Scan(&n); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A base that is not there, or is none, is told by a code of its own.
func TestNoDatabaseIsTold(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(file, []byte("a letter, and longer than the head of a base, which has a hundred bytes; so it goes on for another while"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]string{file: "db.not-a-base", t.TempDir(): "db.file-shut"} {
		if _, err := db.Open(t.Context(), db.Options{URL: path}); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	address, err := url.Parse(dbtest.URL(t, db.Postgres))
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/kopilka_test_no_such_base"
	if _, err := db.Open(t.Context(), db.Options{URL: address.String()}); !fault.Is(err, "db.no-database") {
		t.Errorf("%v", err)
	}
}
