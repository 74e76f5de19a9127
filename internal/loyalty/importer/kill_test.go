package importer_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// childURL names the base in which this program, started by a test, is to
// import the extract.
const childURL = "KOPILKA_TEST_IMPORT_INTO"

// child imports the extract as a process of its own does.
func child(url string) int {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{URL: url, MaxConns: 4})
	if err != nil {
		return 1
	}
	defer d.Close()
	ids, directory, index := id.NewMaker(os.Getpid()%1000), partner.NewDirectory(), catalog.NewIndex()
	programmes := &programme.Programmes{DB: d, IDs: ids, Clock: clock.System{}}
	if err := programmes.Refresh(ctx); err != nil {
		return 1
	}
	desk := purchase.New(purchase.Options{
		DB: d, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Programmes: programmes, Directory: directory, Catalog: index,
		Secret: purchasetest.Secret,
	})
	defer desk.Close()
	m, err := importer.LoadMap(shipped)
	if err != nil {
		return 1
	}
	_, err = assemble(d, ids, desk, directory, index).Import(ctx, &importer.Job{File: extract, Map: m})
	if err != nil {
		return 1
	}
	return 0
}

// TestKilled kills the importing process again and again; the import that is
// let end leaves what one that was never killed leaves.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			whole := setup(t, dbtest.Open(t, dialect))
			whole.run(extract, shipped)

			url := dbtest.URL(t, dialect)
			d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(d.Close)
			b := setup(t, d)
			for _, at := range []int64{1, 280} {
				cmd := exec.CommandContext(t.Context(), os.Args[0])
				cmd.Env = append(os.Environ(), childURL+"="+url)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- cmd.Wait() }()
				for over := false; !over && b.count("receipt_key") < at; {
					select {
					case err := <-ended:
						t.Fatalf("the import ended before %d receipts: %v", at, err)
					default:
						over = t.Context().Err() != nil
					}
				}
				_ = cmd.Process.Kill()
				<-ended
			}
			before := b.count("receipt_key")
			b.verified()
			res, _ := b.run(extract, shipped)
			// What was committed while the process was killed may come in after the count.
			if res.Again < before || before < 280 {
				t.Errorf("%d receipts were there, %d are found again", before, res.Again)
			}
			if diff := cmp.Diff(whole.state(), b.state()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
