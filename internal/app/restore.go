package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

type restoreCmd struct {
	File    string `arg:"" help:"cli.restore-file"`
	Replace bool   `help:"cli.restore-replace"`
}

// Run puts a copy of a SQLite base in the place of the base. The copy is
// proved beside its place first; the old base is kept under another name.
func (c *restoreCmd) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	target, ok := sqliteFile(cfg)
	if !ok {
		return fault.New(fault.Refused, "cli.restore-postgres")
	}
	there, err := c.check(target)
	if err != nil {
		return err
	}
	fresh := target + ".restoring"
	if err := copyFile(c.File, fresh); err != nil {
		return err
	}
	defer os.Remove(fresh)
	version, err := proveBase(ctx, fresh, c.File)
	if err != nil {
		return err
	}
	if there {
		old := target + ".before-restore-" + time.Now().UTC().Format("20060102-150405")
		if err := os.Rename(target, old); err != nil {
			return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", old)
		}
		p.say("cli.restore-kept", "file", old)
	}
	if err := os.Rename(fresh, target); err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", target)
	}
	if err := syncFile(filepath.Dir(target)); err != nil {
		return err
	}
	p.say("cli.restored", "file", target, "version", version)
	return nil
}

// sqliteFile is the file of the base; false on PostgreSQL.
func sqliteFile(cfg *config.Config) (string, bool) {
	url := cfg.DatabaseURL()
	return strings.TrimPrefix(url, "sqlite:"), !db.IsPostgres(url)
}

// check tells whether a base is in the place already, and refuses where it
// may not be touched. SQLite keeps the -wal file for as long as anybody has
// the base open, and after a crash; then the file alone is not the base.
func (c *restoreCmd) check(target string) (there bool, err error) {
	switch {
	case !isThere(c.File):
		return false, fault.New(fault.NotFound, "cli.no-base-copy", "file", c.File)
	case isThere(c.File + "-wal"):
		return false, fault.New(fault.Conflict, "cli.copy-in-use", "file", c.File)
	case isThere(target + "-wal"):
		return false, fault.New(fault.Conflict, "cli.base-in-use", "file", target)
	case isThere(target) && !c.Replace:
		return true, fault.New(fault.Conflict, "cli.base-exists", "file", target)
	}
	return isThere(target), nil
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// proveBase opens the copy and refuses what is damaged, is no base of ours,
// or is of a newer program. It gives the schema's version.
func proveBase(ctx context.Context, path, shown string) (int64, error) {
	d, err := db.Open(ctx, db.Options{URL: path})
	if err != nil {
		return 0, fault.Wrap(err, fault.Invalid, "cli.not-a-base", "file", shown)
	}
	defer d.Close()
	var verdict string
	if err := d.Row(ctx, "pragma integrity_check(1)").Scan(&verdict); err != nil || verdict != "ok" {
		return 0, fault.Wrap(errors.Join(err, errors.New(verdict)), fault.Invalid, "cli.damaged-base", "file", shown)
	}
	version, wanted, err := d.SchemaVersion(ctx)
	switch {
	case err != nil:
		return 0, err
	case version == 0:
		return 0, fault.New(fault.Invalid, "cli.not-a-base", "file", shown)
	case version > wanted:
		return 0, d.CheckSchema(ctx)
	}
	return version, nil
}

// copyFile copies from to to and has it on disk when it returns.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-read", "file", from)
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.no-folder", "folder", filepath.Dir(to))
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", to)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", to)
	}
	return nil
}

// syncFile has a file, or the names in a folder, on disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-read", "file", path)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", path)
	}
	return nil
}
