package app

import (
	"context"

	"kopilka/internal/platform/db"
)

type migrateCmd struct {
	Check bool `help:"cli.migrate-check"`
}

// Run brings the base to this program's schema, or only looks.
func (c *migrateCmd) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	d, err := p.openDB(ctx, cfg, c.Check)
	if err != nil {
		return err
	}
	defer d.Close()
	if c.Check {
		if err := d.CheckSchema(ctx); err != nil {
			return err
		}
		return p.sayVersion(ctx, d, "cli.schema-current")
	}
	before, wanted, err := d.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if before == wanted {
		return p.sayVersion(ctx, d, "cli.schema-current")
	}
	if err := Migrate(ctx, d); err != nil {
		return err
	}
	return p.sayVersion(ctx, d, "cli.schema-migrated")
}

func (p *program) sayVersion(ctx context.Context, d *db.DB, key string) error {
	version, _, err := d.SchemaVersion(ctx)
	if err == nil {
		p.say(key, "version", version)
	}
	return err
}
