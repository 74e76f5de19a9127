package intake_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"kopilka/internal/loyalty/intake"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// childURL names the base in which this program, started by a test, is to go on
// with what is begun there.
const childURL = "KOPILKA_TEST_INTAKE_IN"

// child works on files until it is killed.
func child(url string) int {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{URL: url, MaxConns: 4})
	if err != nil {
		return 1
	}
	defer d.Close()
	s := process(d, id.NewMaker(os.Getpid()%1000), clock.System{})
	for {
		if err := s.Work(ctx); err != nil {
			return 1
		}
	}
}

// TestKilled kills the process that takes in a file again and again, at each of
// its stages: in the end every row is carried out once, and of rows that name the
// same member one has made him.
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
			o := open(t, d)
			o.Intakes.Clock = clock.System{}
			const size = 400
			// killed has another process work until so much is there, and kills it.
			killed := func(table string, rows int) {
				dbtest.Killed(t, childURL, url, func() bool { return o.count(table) >= rows })
				_, err := d.Exec(t.Context(), "update intake set held_until = 0") // the killed one's time is over
				o.ok(err)
			}
			in, err := o.Send(t.Context(), anna, "x.csv", strings.NewReader(crowd(size)))
			o.ok(err)
			killed("intake_part", 2)
			in = o.is(o.worked(in.ID), intake.Read)
			if in.Total != size || o.count("intake_part") != size/100 {
				t.Fatalf("%d rows in %d parts", in.Total, o.count("intake_part"))
			}
			o.ok(o.Map(t.Context(), anna, in.ID, in.Layout.Fields))
			killed("intake_outcome", 2)
			in = o.is(o.worked(in.ID), intake.Looked)
			if in.Tally.Made != size-20 || in.Tally.There != 20 || o.count("member") != 0 {
				t.Errorf("tried, it is %+v", in.Tally)
			}
			o.ok(o.Begin(t.Context(), anna, in.ID))
			killed("member", 50)
			killed("member", 250)
			in = o.is(o.worked(in.ID), intake.Done)
			if in.Tally.Made != size-20 || in.Tally.There != 20 || o.count("member") != size-20 || in.Place != size {
				t.Errorf("%d members: %+v", o.count("member"), in)
			}
			if list := o.report(in); len(list) != size || list[0] != "2|imported|false||" || list[size-1] != "401|imported|true||importer.twice" {
				t.Errorf("%d rows are told: %s … %s", len(list), list[0], list[len(list)-1])
			}
			o.nothingKept()
		})
	}
}
