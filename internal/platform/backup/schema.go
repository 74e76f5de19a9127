package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kopilka/internal/platform/db"
)

// kind is a type of column, as archives name it.
type kind string

const (
	kindInt   kind = "int"
	kindText  kind = "text"
	kindBool  kind = "bool"
	kindBytes kind = "bytes"
	kindJSON  kind = "json" // text where the engine has no such type
)

type column struct {
	Name string `json:"name"`
	Kind kind   `json:"type"`
}

// selected is the column as it is read: JSON as its text.
func (c column) selected(d db.Dialect) string {
	if c.Kind == kindJSON && d == db.Postgres {
		return quote(c.Name) + "::text"
	}
	return quote(c.Name)
}

type table struct {
	Name    string
	Columns []column
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// What the engines' own types are in an archive.
var kinds = map[string]kind{
	"bigint": kindInt, "integer": kindInt, "smallint": kindInt,
	"text": kindText, "character varying": kindText,
	"boolean": kindBool, "bytea": kindBytes, "blob": kindBytes, "jsonb": kindJSON, "json": kindJSON,
}

const (
	qColumnsLite = `select t.name, c.name, lower(c.type) from sqlite_master t, pragma_table_info(t.name) c
		where t.type = 'table' and t.name not like 'sqlite\_%' escape '\' order by t.name, c.cid`
	qParentsLite = `select t.name, f."table" from sqlite_master t, pragma_foreign_key_list(t.name) f where t.type = 'table'`

	qColumnsPG = `select c.table_name::text, c.column_name::text, c.data_type::text from information_schema.columns c
		join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
		where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`
	qParentsPG = `select c.relname::text, p.relname::text from pg_constraint f join pg_class c on c.oid = f.conrelid
		join pg_class p on p.oid = f.confrelid join pg_namespace n on n.oid = c.relnamespace
		where f.contype = 'f' and n.nspname = current_schema()`
)

// ours tells whether a table goes into archives.
func ours(name string) bool {
	return name != "schema_version" && name != "node" && !strings.HasPrefix(name, "river_")
}

// tablesOf lists the base's tables, parents before those that refer to them,
// else by name.
func tablesOf(ctx context.Context, q db.Q) ([]table, error) {
	columns, parents := qColumnsLite, qParentsLite
	if q.Dialect() == db.Postgres {
		columns, parents = qColumnsPG, qParentsPG
	}
	byName := map[string]*table{}
	err := q.Each(ctx, func(r db.Row) error {
		var name, col, kind string
		if err := r.Scan(&name, &col, &kind); err != nil || !ours(name) {
			return err
		}
		k, ok := kinds[kind]
		if !ok {
			return fmt.Errorf("column %s.%s: no archive holds the type %s", name, col, kind)
		}
		if byName[name] == nil {
			byName[name] = &table{Name: name}
		}
		byName[name].Columns = append(byName[name].Columns, column{col, k})
		return nil
	}, columns)
	if err != nil {
		return nil, err
	}
	of := map[string][]string{}
	err = q.Each(ctx, func(r db.Row) error {
		var child, parent string
		err := r.Scan(&child, &parent)
		of[child] = append(of[child], parent)
		return err
	}, parents)
	if err != nil {
		return nil, err
	}
	return ordered(byName, of)
}

var errCircle = errors.New("tables refer to each other in a circle, or one to itself: none of them can be restored first")

func ordered(byName map[string]*table, parents map[string][]string) ([]table, error) {
	var names []string
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []table
	placed := map[string]bool{}
	for len(names) > 0 {
		at := slices.IndexFunc(names, func(name string) bool {
			return !slices.ContainsFunc(parents[name], func(p string) bool { return byName[p] != nil && !placed[p] })
		})
		if at < 0 {
			return nil, fmt.Errorf("%w: %s", errCircle, strings.Join(names, ", "))
		}
		placed[names[at]] = true
		out = append(out, *byName[names[at]])
		names = slices.Delete(names, at, at+1)
	}
	return out, nil
}
