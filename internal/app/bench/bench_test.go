package bench

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// beside gives the address of a base on the tests' server, and skips where
// there is none.
func beside(t *testing.T, engine db.Dialect) string {
	t.Helper()
	if engine == db.SQLite {
		return ""
	}
	return dbtest.URL(t, engine)
}

func each(t *testing.T, members int64, body func(t *testing.T, o Options)) {
	for _, engine := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			body(t, Options{
				Engine: engine, URL: beside(t, engine), Dir: t.TempDir(), Members: members, Clients: 5,
				Phase: 700 * time.Millisecond, Warmup: 100 * time.Millisecond, Rounds: 2, Bare: 300,
				Direct: true, Step: func(Step) {}, mark: strings.ToLower(rand.Text()),
			})
		})
	}
}

func TestRunMeasures(t *testing.T) {
	t.Parallel()
	each(t, 61, func(t *testing.T, o Options) {
		verified := 0
		o.Verify = func(ctx context.Context, u string) error {
			verified++
			d, err := db.Open(ctx, db.Options{URL: u, MaxConns: 4})
			if err != nil {
				return err
			}
			defer d.Close()
			return d.CheckSchema(ctx)
		}
		phases := 0
		o.Measured = func(bool) { phases++ }
		r, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Errors != 0 {
			t.Errorf("%d errors, the first: %s", r.Errors, r.FirstError)
		}
		if len(r.Rounds) != o.Rounds || r.CommitsPerSecond <= 0 || r.BarePerSecond <= 0 || r.Ratio <= 0 || r.P50 <= 0 || r.P99 < r.P50 {
			t.Errorf("figures are missing: %+v", r)
		}
		// Of a receipt: the key, the purchase, a lot, a posting; and a part of an event.
		if r.RowsPerReceipt < 4 || r.RowsPerReceipt > 6 {
			t.Errorf("%v rows a receipt: %v", r.RowsPerReceipt, r.RowsByTable)
		}
		if r.Verify != "clean" || verified != 1 || phases != 2*o.Rounds {
			t.Errorf("verified %d times (%s), told of %d phases", verified, r.Verify, phases)
		}
		for name, value := range r.Durability {
			if value == "" || value == "off" {
				t.Errorf("%s is %q", name, value)
			}
		}
		left(t, &o)
	})
}

// Bases of its own are gone after a run, unless they are to be kept; kept
// members are taken by the next run.
func TestKeptMembersAreTaken(t *testing.T) {
	t.Parallel()
	each(t, 62, func(t *testing.T, o Options) {
		o.Keep, o.Rounds = true, 1
		first, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { throwAway(t, &o) })
		again, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if first.Kept || !again.Kept || again.Errors != 0 {
			t.Errorf("kept before: %v, then: %v with %d errors", first.Kept, again.Kept, again.Errors)
		}
	})
}

// TestLots: each member has as many lots as were asked for, of which one has
// ended; the dues of that night are one of each account.
func TestLots(t *testing.T) {
	t.Parallel()
	each(t, 63, func(t *testing.T, o Options) {
		o.Keep, o.Rounds, o.Lots = true, 1, 4
		r, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { throwAway(t, &o) })
		if r.Errors != 0 || r.Dues != o.Members || r.DuesPerMinute <= 0 || r.Find.PerSecond <= 0 || r.Quote.P99 <= 0 {
			t.Errorf("%d errors (%s), %d dues, %v a minute, found %+v, quoted %+v", r.Errors, r.FirstError, r.Dues, r.DuesPerMinute, r.Find, r.Quote)
		}
		p := place{keep: true, dir: o.Dir, mark: "_" + o.mark}
		if o.Engine == db.Postgres {
			if p, err = newPlace(t.Context(), &o); err != nil {
				t.Fatal(err)
			}
			defer p.close()
		}
		d, err := db.Open(t.Context(), db.Options{URL: p.address((&run{Options: o}).baseName()), MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var all, ended int64
		err = d.Row(t.Context(), `select count(*), count(case when remaining = 0 and written_off > 0 then 1 end) from lot l
 where exists (select 1 from receipt_key k where k.home_id = l.home_id and k.op_id = l.op_id and k.key like 'lots-%')`).Scan(&all, &ended)
		if err != nil || all != 4*o.Members || ended != o.Members {
			t.Errorf("%d lots, %d of them ended: %v", all, ended, err)
		}
	})
}

// throwAway removes what a run has kept.
func throwAway(t *testing.T, o *Options) {
	o.Keep = false
	p, err := newPlace(context.WithoutCancel(t.Context()), &Options{Engine: o.Engine, URL: o.URL, Dir: o.Dir, Keep: true, mark: o.mark})
	if err != nil {
		t.Error(err)
		return
	}
	defer p.close()
	for _, name := range []string{"bare", (&run{Options: *o}).baseName()} {
		if err := p.remove(context.WithoutCancel(t.Context()), name); err != nil {
			t.Error(err)
		}
	}
}

// left checks that nothing of a run that keeps nothing is there.
func left(t *testing.T, o *Options) {
	t.Helper()
	if o.Engine == db.SQLite {
		if files, err := filepath.Glob(filepath.Join(o.Dir, "*")); err != nil || len(files) != 0 {
			t.Errorf("files left: %v (%v)", files, err)
		}
		return
	}
	d, err := db.Open(t.Context(), db.Options{URL: o.URL, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var n int
	if err := d.Row(t.Context(), "select count(*) from pg_database where datname like $1", `kopilka\_bench\_%\_`+o.mark).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 0 {
		t.Errorf("%d bases are left", n)
	}
}

// The members that the base makes by itself are such as registration makes.
func TestMembersAreWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, err := openShop(t.Context(), d, id.NewMaker(nodeOfBench), 1, 20)
		if err != nil {
			t.Fatal(err)
		}
		const n = 567
		if err := fillPeople(t.Context(), d, int64(s.programme), 0, n, true, func(int64) {}); err != nil {
			t.Fatal(err)
		}

		for _, i := range []int64{0, 7, n - 1} {
			phone := phoneOf(i)
			if e164, err := contact.Phone(phone, ""); err != nil || e164 != phone {
				t.Fatalf("%s is no phone: %q, %v", phone, e164, err)
			}
			ref := member.Ref{Kind: member.Phone, Value: phone}
			found, err := member.ResolveAll(t.Context(), d, []member.Ref{ref})
			if err != nil || len(found[ref]) != 1 || !found[ref][0].Serves() {
				t.Fatalf("member %d is not found by phone: %v, %v", i, found, err)
			}
			m, err := member.Get(t.Context(), d, found[ref][0].Home)
			if err != nil {
				t.Fatal(err)
			}
			if !crypto.ValidLuhn(m.Number) || len(m.Number) != 10 || len(m.Identifiers) != 2 {
				t.Errorf("member %d has the number %s and identifiers %v", i, m.Number, m.Identifiers)
			}
		}
	})
}

// The walk meets every member before it meets one again.
func TestWalkMeetsEverybody(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{1, 2, 3, 10, 64, 1000, 4096, 9973} {
		w := newWalk(n)
		met := map[int64]int{}
		for range 2 * n {
			met[w.member()]++
		}
		for m, times := range met {
			if times != 2 || m < 0 || m >= n {
				t.Fatalf("of %d members %d was met %d times in two rounds", n, m, times)
			}
		}
		if int64(len(met)) != n {
			t.Errorf("met %d of %d members", len(met), n)
		}
	}
}

func TestFolderIsMade(t *testing.T) {
	t.Parallel()
	o := &Options{Engine: db.SQLite, Dir: filepath.Join(t.TempDir(), "new")}
	if _, err := newPlace(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(o.Dir); err != nil {
		t.Error(err)
	}
}
