package app

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"kopilka/internal/platform/backup"
	"kopilka/internal/platform/fault"
)

type backupCmd struct {
	File  string `arg:"" help:"cli.backup-file"`
	Force bool   `help:"cli.backup-force"`
}

// Run writes the whole base to one archive while the program goes on. The
// archive has its name only once it is whole and on disk.
func (c *backupCmd) Run(ctx context.Context, p *program) error {
	if _, err := os.Stat(c.File); err == nil && !c.Force {
		return fault.New(fault.Conflict, "cli.file-exists", "file", c.File)
	}
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	d, err := p.openDB(ctx, cfg, true)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.CheckSchema(ctx); err != nil {
		return err
	}
	part := c.File + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", part)
	}
	defer func() { _ = os.Remove(part) }()
	show := newBars(p, func(table string) string { return table })
	w := bufio.NewWriterSize(f, 1<<20)
	info, err := backup.Backup(ctx, d, w, func(table string, rows int64) { show.show(table, rows, rows, false) })
	show.end()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close(), os.Rename(part, c.File), syncFile(filepath.Dir(c.File))); err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", c.File)
	}
	p.say("cli.backed-up", "file", c.File, "rows", info.Rows)
	return nil
}

// syncFile has a file, or the names in a folder, on disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

type restoreCmd struct {
	File  string `arg:"" help:"cli.restore-file"`
	Check bool   `help:"cli.restore-check"`
}

// Run fills an empty base from an archive, on either engine, or only reads
// the archive to its end.
func (c *restoreCmd) Run(ctx context.Context, p *program) error {
	f, err := os.Open(c.File)
	if err != nil {
		return cannotRead(err, c.File)
	}
	defer f.Close()
	show := newBars(p, func(table string) string { return table })
	progress := func(table string, rows int64) { show.show(table, rows, rows, false) }
	r := io.Reader(bufio.NewReaderSize(f, 1<<20))
	if c.Check {
		info, err := backup.Verify(ctx, r, progress)
		show.end()
		if err == nil {
			p.say("cli.archive-whole", "file", c.File, "rows", info.Rows)
		}
		return err
	}
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	d, err := p.openDB(ctx, cfg, false)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := Migrate(ctx, d); err != nil {
		return err
	}
	info, err := backup.Restore(ctx, d, r, progress)
	show.end()
	if err == nil {
		p.say("cli.restored", "rows", info.Rows)
	}
	return err
}
