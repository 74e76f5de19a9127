package privacy

import (
	"slices"
	"strings"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	qColumnsLite = `select t.name, c.name from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite\_%' escape '\'`
	qColumnsPG   = `select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
 where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`
)

// ColumnsOf lists the columns of all tables of a base but the queue's.
func ColumnsOf(t *testing.T, d *db.DB) map[string][]string {
	t.Helper()
	query := qColumnsLite
	if d.Dialect() == db.Postgres {
		query = qColumnsPG
	}
	out := map[string][]string{}
	if err := d.Each(t.Context(), func(r db.Row) error {
		var table, column string
		err := r.Scan(&table, &column)
		if !strings.HasPrefix(table, "river_") {
			out[table] = append(out[table], column)
		}
		return err
	}, query); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNothingIsForgotten holds what is told of a person to the base: each table
// and each column is told, or there is a reason.
func TestNothingIsForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		base := ColumnsOf(t, d)
		told := map[string]map[string]bool{}
		for _, s := range held() {
			told[s.name] = map[string]bool{}
			for _, c := range s.list() {
				if own, ok := strings.CutPrefix(c.named, "x."); ok {
					told[s.name][own] = true
				}
			}
			if base[s.name] == nil {
				t.Errorf("%s is told, and is no table", s.name)
			}
		}
		why, left := notHeld(), kept()
		for table, columns := range base {
			if (told[table] != nil) == (why[table] != "") {
				t.Errorf("table %s: told %v, and the reason not to is %q", table, told[table] != nil, why[table])
			}
			if why[table] != "" {
				continue
			}
			for _, c := range columns {
				if told[table][c] == (left[table+"."+c] != "") {
					t.Errorf("column %s.%s: told %v, and the reason not to is %q", table, c, told[table][c], left[table+"."+c])
				}
			}
		}
		for name := range left {
			table, column, _ := strings.Cut(name, ".")
			if !slices.Contains(base[table], column) {
				t.Errorf("%s is left out, and is not there", name)
			}
		}
		for table := range why {
			if base[table] == nil {
				t.Errorf("%s is left out, and is not there", table)
			}
		}
	})
}
