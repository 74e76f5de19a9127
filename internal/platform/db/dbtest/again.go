package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"kopilka/internal/platform/db"
)

// A base of the server is used again by the next test: making one copies the
// template, and dropping one makes the server write down all that every test
// beside has changed, which together took longer than most tests. Its connections
// are, too: each one that is opened reads the catalogue and plans every statement anew.

const (
	// qShape tells the schema's shape: what tests that do harm may change.
	qShape = `select md5(concat_ws('|',
 (select string_agg(concat_ws(':', c.oid, c.relname, c.relkind, c.relhastriggers, c.options), ',' order by c.oid) from
  (select oid, relname, relkind, relhastriggers, array_to_string(reloptions, ' ') as options from pg_class where relnamespace = 'public'::regnamespace) c),
 (select string_agg(concat_ws(':', a.attrelid, a.attname, a.atttypid, a.attnotnull, a.atthasdef), ',' order by a.attrelid, a.attnum)
  from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped),
 (select string_agg(concat_ws(':', oid, conname, contype, convalidated), ',' order by oid) from pg_constraint where connamespace = 'public'::regnamespace),
 (select string_agg(concat_ws(':', oid, tgname, tgenabled), ',' order by oid) from pg_trigger),
 (select string_agg(concat_ws(':', oid, proname, md5(prosrc)), ',' order by oid) from pg_proc where pronamespace = 'public'::regnamespace),
 (select string_agg(setconfig::text, ',') from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = current_database()))))`

	qSequences = `select s.relname, t.relname from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_class t on t.oid = d.refobjid
 where d.refclassid = 'pg_class'::regclass and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i') and s.relnamespace = 'public'::regnamespace`
	qTables = `select tablename from pg_tables where schemaname = 'public' order by tablename`
	qRefers = `select c.relname, f.relname from pg_constraint x join pg_class c on c.oid = x.conrelid join pg_class f on f.oid = x.confrelid
 where x.contype = 'f' and x.connamespace = 'public'::regnamespace and x.conrelid <> x.confrelid`
	qOthers = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
)

// state is what a base of no test is like.
type state struct {
	shape     string
	sequences map[string]string   // by each, the table that it numbers
	rows      map[string]string   // of the tables that the migrations filled: what is in them
	refers    map[string][]string // by each table those that refer to it, with which alone it can be emptied
}

var errUsed = errors.New("dbtest: the base is not as it was made")

// stateOf reads what the template is like.
func stateOf(ctx context.Context, url string) (state, error) {
	s := state{rows: map[string]string{}, refers: map[string][]string{}, sequences: map[string]string{}}
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return s, err
	}
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	filled, err := filledTables(ctx, c)
	if err != nil {
		return s, err
	}
	for _, table := range filled {
		if s.rows[table], err = content(ctx, c, table); err != nil {
			return s, err
		}
	}
	rows, err := c.Query(ctx, qRefers)
	if err != nil {
		return s, err
	}
	var from, to string
	if _, err := pgx.ForEachRow(rows, []any{&from, &to}, func() error {
		s.refers[to] = append(s.refers[to], from)
		return nil
	}); err != nil {
		return s, err
	}
	rows, err = c.Query(ctx, qSequences)
	if err != nil {
		return s, err
	}
	var name, table string
	if _, err := pgx.ForEachRow(rows, []any{&name, &table}, func() error {
		s.sequences[name] = table
		return nil
	}); err != nil {
		return s, err
	}
	return s, c.QueryRow(ctx, qShape).Scan(&s.shape)
}

// base is one on the server, with what is kept open from test to test.
type base struct {
	name  string
	d     *db.DB    // as the tests have it; nil: none has opened it, or it was closed
	admin *pgx.Conn // which makes it as it was; nil until it is needed
}

// mostKept is how many connections are kept open for the next test: the server has few,
// and other packages are tested beside.
const mostKept = 6

func (b *base) close() {
	if b.d != nil {
		b.d.Close()
		b.d = nil
	}
}

// quiet waits until the base has only those connections that are kept open, and none of
// them is in use.
func (b *base) quiet(ctx context.Context) error {
	kept := 0
	if b.d != nil {
		open, busy := b.d.Conns()
		if busy > 0 || open > mostKept || b.d.Ping(ctx) != nil {
			b.close() // which waits for those in use
		} else {
			kept, _ = b.d.Conns()
		}
	}
	for range leaving {
		var others int
		if err := b.admin.QueryRow(ctx, qOthers).Scan(&others); err != nil || others == kept {
			return err
		}
	}
	return errUsed
}

// leaving is how often it is asked whether connections that were closed have left.
const leaving = 1000

// restore makes a base that a test has used as the template is, or says that it
// can't.
func (s *server) restore(ctx context.Context, b *base) (err error) {
	if b.admin == nil {
		if b.admin, err = pgx.Connect(ctx, s.with(b.name)); err != nil {
			return err
		}
	}
	if err := b.quiet(ctx); err != nil {
		return err
	}
	return s.made.restore(ctx, b.admin)
}

// restore makes the base as the template is.
func (s *state) restore(ctx context.Context, c *pgx.Conn) error {
	var shape string
	if err := c.QueryRow(ctx, qShape).Scan(&shape); err != nil {
		return err
	}
	if shape != s.shape {
		return errUsed
	}
	filled, err := filledTables(ctx, c)
	if err != nil {
		return err
	}
	var used []string
	for _, table := range filled {
		was, kept := s.rows[table]
		if !kept {
			used = append(used, table)
			continue
		}
		if now, err := content(ctx, c, table); err != nil || now != was {
			return errors.Join(err, errUsed)
		}
	}
	if s.clear(ctx, c, used) == nil {
		return nil
	}
	return s.truncate(ctx, c, used)
}

// clear deletes the rows of tables, which takes a tenth of the time of emptying them
// where they are few; what refers to what needs no look, since all of it goes.
func (s *state) clear(ctx context.Context, c *pgx.Conn, tables []string) error {
	b := &pgx.Batch{}
	for _, table := range tables {
		b.Queue(fmt.Sprintf("select 1 / (select case when exists (select 1 from %s offset %d) then 0 else 1 end)", pgx.Identifier{table}.Sanitize(), fewRows))
	}
	b.Queue("set local session_replication_role = replica")
	for _, table := range tables {
		b.Queue("delete from " + pgx.Identifier{table}.Sanitize())
	}
	for name, table := range s.sequences {
		if slices.Contains(tables, table) {
			b.Queue("alter sequence " + pgx.Identifier{name}.Sanitize() + " restart")
		}
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() })
}

// fewRows is how many rows of a table are deleted.
const fewRows = 500

// truncate empties tables, with those that refer to them.
func (s *state) truncate(ctx context.Context, c *pgx.Conn, tables []string) error {
	empty := map[string]bool{}
	for _, table := range tables {
		s.with(table, empty)
	}
	var list []string
	for table := range empty {
		if _, kept := s.rows[table]; kept {
			return errUsed
		}
		list = append(list, pgx.Identifier{table}.Sanitize())
	}
	if len(list) == 0 {
		return nil
	}
	_, err := c.Exec(ctx, "truncate "+strings.Join(list, ", ")+" restart identity")
	return err
}

// with adds a table and those that refer to it.
func (s *state) with(table string, to map[string]bool) {
	if to[table] {
		return
	}
	to[table] = true
	for _, other := range s.refers[table] {
		s.with(other, to)
	}
}

// filledTables lists the tables that have rows.
func filledTables(ctx context.Context, c *pgx.Conn) ([]string, error) {
	rows, err := c.Query(ctx, qTables)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	b := &pgx.Batch{}
	for _, table := range all {
		b.Queue(fmt.Sprintf("select exists (select 1 from %s)", pgx.Identifier{table}.Sanitize()))
	}
	res := c.SendBatch(ctx, b)
	var filled []string
	for _, table := range all {
		var some bool
		if err := res.QueryRow().Scan(&some); err != nil {
			_ = res.Close()
			return nil, err
		}
		if some {
			filled = append(filled, table)
		}
	}
	return filled, res.Close()
}

func content(ctx context.Context, c *pgx.Conn, table string) (sum string, err error) {
	q := fmt.Sprintf("select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from %s t", pgx.Identifier{table}.Sanitize())
	return sum, c.QueryRow(ctx, q).Scan(&sum)
}
