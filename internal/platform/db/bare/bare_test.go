package bare_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/bare"
	"kopilka/internal/platform/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// What a run says it did is what stands in the tables.
func TestReceiptsAreWritten(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			const accounts = 1_000
			url := filepath.Join(t.TempDir(), "bare.db")
			open := func(ctx context.Context, url string, n int) (bare.Runner, error) { return bare.SQLite(ctx, url, n) }
			if engine == db.Postgres {
				// A base of the test's own: its tables have names that the bare ones take.
				url = emptied(t, dbtest.URL(t, engine))
				open = bare.Postgres
			}
			r, err := open(t.Context(), url, accounts)
			if err != nil {
				t.Fatal(err)
			}
			f, err := r.Run(t.Context(), 300*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if f.Receipts == 0 || f.PerSecond <= 0 {
				t.Fatalf("a run did nothing: %+v", f)
			}
			d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			var got [6]int64
			err = d.Row(t.Context(), `select (select count(*) from account), (select count(*) from receipt), (select count(*) from receipt_line),
 (select count(*) from lot), (select count(*) from ledger), (select coalesce(sum(balance), 0) from account)`).
				Scan(&got[0], &got[1], &got[2], &got[3], &got[4], &got[5])
			if err != nil {
				t.Fatal(err)
			}
			n := f.Receipts
			if diff := cmp.Diff([6]int64{accounts, n, 3 * n, n, 2 * n, 150 * n}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// emptied gives the base without our tables.
func emptied(t *testing.T, url string) string {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, q := range []string{"drop schema public cascade", "create schema public"} {
		if _, err := d.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	return url
}
