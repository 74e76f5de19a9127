package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"kopilka/internal/platform/fault"
)

// Migrations are one text for both engines, with tokens for what their DDL
// calls differently; {{hot}} ends a table whose rows are updated in place all
// the time, which PostgreSQL does cheaply only where the page has room. Where an engine needs another text, a file with its
// name before the ending (0007_x.sqlite.sql) takes the place of the common one.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

var ddlTokens = map[Dialect]*strings.Replacer{
	Postgres: strings.NewReplacer("{{bool}}", "boolean", "{{json}}", "jsonb", "{{bytes}}", "bytea",
		"{{hot}}", " with (fillfactor = 70)"),
	SQLite: strings.NewReplacer("{{bool}}", "boolean", "{{json}}", "text", "{{bytes}}", "blob", "{{hot}}", ""),
}

const versionTable = "schema_version"

// Migrate brings the base to this program's schema. A base that a newer
// program has migrated is refused and left as it is.
func (d *DB) Migrate(ctx context.Context) error {
	p, done, err := d.migrator()
	if err != nil {
		return err
	}
	defer done()
	if err := d.refuseNewer(ctx, p); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// SchemaVersion is the base's schema and the one this program wants.
func (d *DB) SchemaVersion(ctx context.Context) (current, wanted int64, err error) {
	p, done, err := d.migrator()
	if err != nil {
		return 0, 0, err
	}
	defer done()
	current, err = d.version(ctx)
	sources := p.ListSources()
	return current, sources[len(sources)-1].Version, err
}

// CheckSchema refuses a base whose schema is not this program's.
func (d *DB) CheckSchema(ctx context.Context) error {
	current, wanted, err := d.SchemaVersion(ctx)
	switch {
	case err != nil:
		return err
	case current > wanted:
		return newer(current, wanted)
	case current < wanted:
		return fault.New(fault.Unavailable, "db.schema-old", "base", current, "program", wanted)
	}
	return nil
}

func (d *DB) refuseNewer(ctx context.Context, p *goose.Provider) error {
	current, err := d.version(ctx)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	if wanted := sources[len(sources)-1].Version; current > wanted {
		return newer(current, wanted)
	}
	return nil
}

func newer(current, wanted int64) error {
	return fault.New(fault.Conflict, "db.schema-newer", "base", current, "program", wanted)
}

// version reads the schema's version without making goose's table.
func (d *DB) version(ctx context.Context) (int64, error) {
	there := "select count(*) from sqlite_master where name = $1"
	if d.pool != nil {
		there = "select count(*) from information_schema.tables where table_schema = current_schema() and table_name = $1"
	}
	var n, v int64
	if err := d.Row(ctx, there, versionTable).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	err := d.Row(ctx, "select coalesce(max(version_id), 0) from "+versionTable+" where is_applied").Scan(&v)
	return v, err
}

func (d *DB) migrator() (*goose.Provider, func(), error) {
	ms, err := loadMigrations(migrationFiles, d.Dialect())
	if err != nil {
		return nil, nil, err
	}
	opts := []goose.ProviderOption{
		goose.WithTableName(versionTable), goose.WithGoMigrations(ms...),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()),
	}
	if d.pool == nil {
		p, err := goose.NewProvider(goose.DialectSQLite3, d.w, nil, opts...)
		return p, func() {}, err
	}
	// Two processes that start at once must not both migrate.
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, err
	}
	std := stdlib.OpenDBFromPool(d.pool)
	p, err := goose.NewProvider(goose.DialectPostgres, std, nil, append(opts, goose.WithSessionLocker(locker))...)
	return p, func() { _ = std.Close() }, err
}

func loadMigrations(files fs.FS, dialect Dialect) ([]*goose.Migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var out []*goose.Migration
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".sql")
		if strings.Contains(base, ".") {
			continue // an override, taken below
		}
		number, _, _ := strings.Cut(base, "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		text, err := fs.ReadFile(files, "migrations/"+base+"."+string(dialect)+".sql")
		if err != nil {
			if text, err = fs.ReadFile(files, name); err != nil {
				return nil, err
			}
		}
		ddl := ddlTokens[dialect].Replace(string(text))
		out = append(out, goose.NewGoMigration(v, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, ddl)
			return err
		}}, nil))
	}
	return out, nil
}
