package dbtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A base of the server is used again by the next test: making one copies the
// template, and dropping one makes the server write down all that every test
// beside has changed, which together took longer than most tests.

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

	qTables = `select tablename from pg_tables where schemaname = 'public' order by tablename`
	qOthers = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
)

// state is what a base of no test is like.
type state struct {
	shape string
	rows  map[string]string // of the tables that the migrations filled: what is in them
}

var errUsed = errors.New("dbtest: the base is not as it was made")

// stateOf reads what the template is like.
func stateOf(ctx context.Context, url string) (state, error) {
	s := state{rows: map[string]string{}}
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
	return s, c.QueryRow(ctx, qShape).Scan(&s.shape)
}

// restore makes a base that a test has used as the template is, or says that it
// can't.
func (s *state) restore(ctx context.Context, url string) error {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	var others int
	var shape string
	if err := errors.Join(c.QueryRow(ctx, qOthers).Scan(&others), c.QueryRow(ctx, qShape).Scan(&shape)); err != nil {
		return err
	}
	if others > 0 || shape != s.shape {
		return errUsed
	}
	filled, err := filledTables(ctx, c)
	if err != nil {
		return err
	}
	var list string
	for _, table := range filled {
		was, kept := s.rows[table]
		if !kept {
			list += ", " + pgx.Identifier{table}.Sanitize()
			continue
		}
		if now, err := content(ctx, c, table); err != nil || now != was {
			return errors.Join(err, errUsed)
		}
	}
	if list == "" {
		return nil
	}
	_, err = c.Exec(ctx, "truncate "+list[2:]+" restart identity")
	return err
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
