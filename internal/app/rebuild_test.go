package app

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestRebuildCommand: figures of lists that were spoilt are found by verify, and
// mended.
func TestRebuildCommand(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t, dialect)
			d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			s := purchasetest.Open(t, d, purchasetest.Programme())
			s.Person(t)
			s.Person(t)
			if got := kopilka(t, nil, "rebuild", "--db", url); got.code != ExitOK || !strings.Contains(got.out, "Посчитано участников: 2") {
				t.Errorf("%+v", got)
			}
			if _, err := d.Exec(t.Context(), "delete from event"); err != nil { // as if all were folded
				t.Fatal(err)
			}
			if _, err := d.Exec(t.Context(), "update member_figure set turnover = 5"); err != nil {
				t.Fatal(err)
			}
			if got := kopilka(t, nil, "verify", "--db", url); got.code != ExitFailure || !strings.Contains(got.out, "(list-figures)") {
				t.Errorf("%+v", got)
			}
			kopilka(t, nil, "rebuild", "--db", url)
			if got := kopilka(t, nil, "verify", "--db", url); strings.Contains(got.out, "(list-figures)") {
				t.Errorf("%+v", got)
			}
		})
	}
}
