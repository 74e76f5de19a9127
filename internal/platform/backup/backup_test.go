package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// dump is every row of every table, as text, in order.
func dump(t *testing.T, d *db.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	tables, err := tablesOf(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	for _, tb := range tables {
		slices.SortFunc(tb.Columns, func(a, b column) int { return strings.Compare(a.Name, b.Name) })
		values, places, cols := make([]any, len(tb.Columns)), make([]any, len(tb.Columns)), make([]string, len(tb.Columns))
		for i, c := range tb.Columns {
			places[i], cols[i] = &values[i], c.selected(d.Dialect())
		}
		err := d.Each(t.Context(), func(r db.Row) error {
			if err := r.Scan(places...); err != nil {
				return err
			}
			var row []string
			for i, v := range values {
				row = append(row, tb.Columns[i].Name+"="+plain(tb.Columns[i], v))
			}
			out[tb.Name] = append(out[tb.Name], strings.Join(row, " "))
			return nil
		}, "select "+strings.Join(cols, ", ")+" from "+quote(tb.Name))
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(out[tb.Name])
	}
	return out
}

// plain gives a value as both engines mean it.
func plain(c column, v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case int64:
		if c.Kind == kindBool {
			return fmt.Sprint(x != 0)
		}
	case []byte:
		return fmt.Sprintf("%x.", x)
	case string:
		var j any
		if strings.HasPrefix(x, "{") && json.Unmarshal([]byte(x), &j) == nil {
			b, _ := json.Marshal(j)
			return string(b)
		}
		return fmt.Sprintf("%q", x)
	}
	return fmt.Sprint(v)
}

// fill puts in rows of every type of column, with what is hard to carry over.
func fill(t *testing.T, d *db.DB, homes int) {
	t.Helper()
	hard := "Ёж \"в\" тумане\\ <&>\u2028\n\t\x01 🦔 ' % $1"
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	exec := func(q string, args ...any) {
		t.Helper()
		if _, err := d.Exec(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		m := db.Many{
			PG:    "insert into home (home_id, kind, version, seq, head) select id, kind, 3, 9007199254740993, head from unnest($1::bigint[], $2::text[], $3::bytea[]) as u(id, kind, head)",
			Lite:  "insert into home (home_id, kind, version, seq, head) values ($1, $2, 3, 9007199254740993, $3)",
			Types: []string{"bigint", "text", "bytea"},
		}
		for i := range homes {
			m.Add(int64(i)*7919-1<<62, "receipt", every[:i%257%256])
		}
		return m.Run(t.Context(), tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	exec("insert into secret (name, value) values ($1, $2)", hard, every)
	exec("insert into secret (name, value) values ($1, $2)", "", []byte{})
	exec("insert into partner (partner_id, code, name, state, version, search_folded) values ($1, 'p', $2, 'active', 1, '')", int64(1)<<62, hard)
	exec("insert into outlet (outlet_id, partner_id, code, name, zone, day_cutover, address, state, version, search_folded) values (2, $1, 'o', 'o', 'UTC', 0, '', 'closed', 1, '')", int64(1)<<62)
	exec("insert into till (till_id, outlet_id, code, name, state, version, search_folded) values (-3, 2, 't', 't', 'active', 1, '')")
	exec("insert into api_key (key_id, till_id, name, scopes, rate, hash, state, created_at, expires_at, used_day, version, search_folded) values (1, null, 'k', '', 1, $1, 'active', 1, null, '', 1, '')", every[:32])
	exec("insert into product_type (product_type_id, code, name_ru, name_en, payable, earns, state, version, search_folded) values (1, 'a', 'а', 'a', $1, $2, 'active', 1, '')", true, false)
	exec("insert into product (product_id, sku, name, product_type_id, price, least_price, unknown, state, version, search_folded) values (1, 's', $1, null, 0, 0, $2, 'active', 1, '')", strings.Repeat(hard, 10_000), true)
	exec("insert into card_type (card_type_id, code, name, kind, properties, active, created_at) values (1, 'c', 'c', 'virtual', $1, $2, 1)", `{"b": [1, 2.50, "`+"ё"+`"], "a": {"x": null}}`, false)
}

func made(t *testing.T, d *db.DB) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Backup(t.Context(), d, &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestThereAndBack moves a base from each engine to the other and back, by
// archives only.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const homes = batchRows*2 + 7
		fill(t, d, homes)
		want := dump(t, d)
		if len(want["home"]) != homes || len(want["product"]) != 1 {
			t.Fatalf("%d homes", len(want["home"]))
		}
		route := []db.Dialect{db.Postgres, db.SQLite, d.Dialect()}
		if d.Dialect() == db.Postgres {
			route[0], route[1] = db.SQLite, db.Postgres
		}
		from := d
		for _, dialect := range route {
			to := dbtest.Open(t, dialect)
			last := map[string]int64{}
			progress := func(table string, rows int64) {
				if before, known := last[table]; !known && rows != 0 || rows < before {
					t.Errorf("%s went from %d to %d", table, before, rows)
				}
				last[table] = rows
			}
			var b bytes.Buffer
			out, err := Backup(t.Context(), from, &b, progress)
			if err != nil {
				t.Fatal(err)
			}
			if last["home"] != homes || len(last) != out.Tables {
				t.Errorf("progress ended at %v", last)
			}
			clear(last)
			in, err := Restore(t.Context(), to, bytes.NewReader(b.Bytes()), progress)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(out, in); diff != "" || in.Engine != from.Dialect() || in.Rows < homes || last["home"] != homes {
				t.Errorf("%s %v", diff, last)
			}
			if diff := cmp.Diff(want, dump(t, to)); diff != "" {
				t.Fatalf("%s to %s: %s", from.Dialect(), dialect, diff)
			}
			if told, err := Verify(t.Context(), bytes.NewReader(b.Bytes()), nil); err != nil || told != in {
				t.Errorf("%+v %v", told, err)
			}
			from = to
		}
	})
}

// TestWhileWriting takes a backup while eight write: it shows one instant, so
// what one transaction wrote in two tables is in both or in none.
func TestWhileWriting(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d, 20_000)
		stop := make(chan struct{})
		var commits atomic.Int64
		enough := make(chan struct{})
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						name := fmt.Sprintf("w%d-%d", w, i)
						if _, err := tx.Exec(t.Context(), "insert into secret (name, value) values ($1, $2)", name, []byte{1}); err != nil {
							return err
						}
						_, err := tx.Exec(t.Context(), "insert into reference_version (name, version) values ($1, 1)", name)
						return err
					})
					if err != nil {
						t.Error(err)
						return
					}
					if commits.Add(1) == 50 {
						close(enough)
					}
				}
			})
		}
		<-enough
		before := commits.Load()
		archive := made(t, d)
		after := commits.Load()
		close(stop)
		wg.Wait()
		to := dbtest.Open(t, db.SQLite)
		if _, err := Restore(t.Context(), to, bytes.NewReader(archive), nil); err != nil {
			t.Fatal(err)
		}
		rows := dump(t, to)
		secrets, versions := int64(len(rows["secret"])-2), int64(len(rows["reference_version"]))
		if secrets != versions || versions < before || versions > after+8 {
			t.Errorf("%d and %d rows; %d were committed before, %d after", secrets, versions, before, after)
		}
	})
}

func isEmpty(t *testing.T, d *db.DB) bool {
	t.Helper()
	for _, rows := range dump(t, d) {
		if len(rows) > 0 {
			return false
		}
	}
	return true
}

// TestDamageIsRefused cuts an archive off and flips bits of it: each is told,
// and none leaves anything in the base.
func TestDamageIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d, 300)
		good := made(t, d)
		refused := func(what string, archive []byte, restore bool) {
			t.Helper()
			check := func(err error) {
				t.Helper()
				if !fault.Is(err, "backup.damaged") && !fault.Is(err, "backup.not-archive") && !fault.Is(err, "backup.format-unknown") {
					t.Errorf("%s: %v", what, err)
				}
			}
			_, err := Verify(t.Context(), bytes.NewReader(archive), nil)
			check(err)
			if restore {
				to := dbtest.Open(t, d.Dialect())
				_, err = Restore(t.Context(), to, bytes.NewReader(archive), nil)
				check(err)
				if !isEmpty(t, to) {
					t.Errorf("%s: something was restored", what)
				}
			}
		}
		cuts := 150
		if dbtest.Long() {
			cuts = 1500
		}
		step := len(good)/cuts + 1
		for i := 0; i < len(good); i += step {
			flipped := bytes.Clone(good)
			flipped[i] ^= 1 << (i % 8)
			refused(fmt.Sprintf("bit flipped at %d of %d", i, len(good)), flipped, false)
			refused(fmt.Sprintf("cut off at %d of %d", i, len(good)), good[:i], false)
		}
		for _, bit := range []int{len(good) / 3, len(good) - sealSize - 3, len(good) - 1} {
			flipped := bytes.Clone(good)
			flipped[bit] ^= 16
			refused(fmt.Sprint("flipped at ", bit), flipped, true)
			refused(fmt.Sprint("cut off at ", bit), good[:bit], true)
		}
		refused("more behind it", append(bytes.Clone(good), 'x'), true)
		refused("twice", slices.Concat(good, good), true)
		refused("no archive", []byte("PGDMP"+strings.Repeat("x", 1000)), true)
		refused("nothing", nil, true)
		if _, err := Verify(t.Context(), bytes.NewReader(good), nil); err != nil {
			t.Errorf("the good one: %v", err)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		fill(t, d, 3)
		archive := made(t, d)
		before := dump(t, d)
		_, err := Restore(ctx, d, bytes.NewReader(archive), nil)
		if !fault.Is(err, "backup.not-empty") {
			t.Errorf("into a base in use: %v", err)
		}
		if diff := cmp.Diff(before, dump(t, d)); diff != "" {
			t.Error(diff)
		}
		to := dbtest.Open(t, d.Dialect())
		if _, err := to.Exec(ctx, "insert into node (node, holder, leased_until) values (1, 'x', 1)"); err != nil {
			t.Fatal(err)
		}
		broken := errors.New("the disk is gone")
		if _, err := Restore(ctx, to, io.MultiReader(bytes.NewReader(archive[:len(archive)/2]), failing{broken}), nil); !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
		cancelled, cancel := context.WithCancel(ctx)
		if _, err := Restore(cancelled, to, bytes.NewReader(archive), func(string, int64) { cancel() }); err == nil {
			t.Error("restored under a cancelled context")
		}
		if !isEmpty(t, to) {
			t.Error("something was restored")
		}
		if _, err := Restore(ctx, to, bytes.NewReader(archive), nil); err != nil {
			t.Errorf("a leased node number is in the way: %v", err)
		}
		if _, err := Backup(ctx, d, failing{broken}, nil); !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
		old := dbtest.Open(t, d.Dialect())
		if _, err := old.Exec(ctx, "update schema_version set is_applied = $1 where version_id = (select max(version_id) from schema_version)", false); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(ctx, old, bytes.NewReader(archive), nil); !fault.Is(err, "db.schema-old") {
			t.Errorf("into an old base: %v", err)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestOtherSchema puts an archive of another schema's version before a base.
func TestOtherSchema(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	var b bytes.Buffer
	a, err := newArchive(&b)
	if err != nil {
		t.Fatal(err)
	}
	a.line(header{formatName, formatVersion, 1, db.SQLite, 0})
	a.line(mark{End: true})
	if err := a.finish(); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), d, &b, nil); !fault.Is(err, "backup.schema-differs") {
		t.Errorf("%v", err)
	}
}

// TestSchemaFits fails when a migration makes what an archive can't hold: a
// type of column, tables in a circle, rows in a base that is only migrated;
// or when the engines' tables differ.
func TestSchemaFits(t *testing.T) {
	t.Parallel()
	var first []table
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		d := dbtest.Open(t, dialect)
		tables, err := tablesOf(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if !isEmpty(t, d) {
			t.Error("migrations have put rows into tables")
		}
		if first == nil {
			first = tables
			continue
		}
		for i := range max(len(first), len(tables)) {
			if i >= len(first) || i >= len(tables) || first[i].Name != tables[i].Name || !sameColumns(first[i], tables[i]) {
				t.Fatalf("table %d differs: %+v and %+v", i, first, tables)
			}
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	tables := map[string]*table{"a": {Name: "a"}, "b": {Name: "b"}, "c": {Name: "c"}}
	got, err := ordered(tables, map[string][]string{"a": {"c", "elsewhere"}, "c": {"b"}})
	if err != nil || got[0].Name != "b" || got[1].Name != "c" || got[2].Name != "a" {
		t.Errorf("%v %v", got, err)
	}
	if _, err := ordered(tables, map[string][]string{"a": {"c"}, "c": {"a"}}); !errors.Is(err, errCircle) {
		t.Errorf("%v", err)
	}
}
