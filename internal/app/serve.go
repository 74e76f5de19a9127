package app

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"kopilka/internal/platform/config"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/log"
)

type serveCmd struct {
	Addr     string `help:"cli.serve-addr" placeholder:"HOST:PORT"`
	DevCodes bool   `help:"cli.serve-dev-codes"`
}

// gcPercent lets the heap grow further before it is collected: it is small
// beside the machine, and collecting it costs receipts.
const gcPercent = 400

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings(map[string]string{"http.addr": c.Addr})
	if err != nil {
		return err
	}
	if err := makeFolder(cfg); err != nil {
		return err
	}
	var codes io.Writer
	var letters string
	if c.DevCodes {
		codes, letters = p.stderr, lettersFolder(cfg)
	}
	debug.SetGCPercent(gcPercent)
	s, err := Start(ctx, ServiceOptions{Config: cfg, Log: log.New(p.stderr, cfg.Log.Level, cfg.Log.Format), Texts: p.texts, Codes: codes, Letters: letters})
	if err != nil {
		return err
	}
	p.say("cli.serving", "url", s.URL)
	err = s.Wait(ctx)
	if end := s.Close(ctx); err == nil {
		err = end
	}
	return err
}

// lettersFolder is where letters lie in development.
func lettersFolder(cfg *config.Config) string { return filepath.Join(cfg.DataDir, "letters") }

// makeFolder makes the folder of a SQLite base.
func makeFolder(cfg *config.Config) error {
	file, ok := sqliteFile(cfg)
	if !ok {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.no-folder", "folder", filepath.Dir(file))
	}
	return nil
}
