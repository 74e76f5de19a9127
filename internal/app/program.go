package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

// program is one run of a command: where it reads and writes, in which
// language it speaks, and what the command line says of the settings.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
	texts          *i18n.Catalog
	lang           i18n.Lang
	globals        globals
}

func newProgram(args, environ []string, stdin io.Reader, stdout, stderr io.Writer) (*program, error) {
	texts, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	return &program{
		stdin: stdin, stdout: stdout, stderr: stderr, environ: environ,
		texts: texts, lang: speak(args, environ),
	}, nil
}

// speak picks the language of the messages: --lang, KOPILKA_LANG, the
// locale. It has to be known before the command line is parsed, since that
// already has things to say.
func speak(args, environ []string) i18n.Lang {
	for i, arg := range args {
		value, ok := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok {
			return i18n.FromLocale(value)
		}
	}
	for _, name := range []string{config.Prefix + "LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := lookup(environ, name); value != "" {
			return i18n.FromLocale(value)
		}
	}
	return i18n.RU
}

// lookup gives the value of an environment variable, "" where it is not set.
// The last one counts, as in os/exec.
func lookup(environ []string, name string) string {
	value := ""
	for _, pair := range environ {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			value = v
		}
	}
	return value
}

// defaultFile is read where no other settings file is named; it need not
// exist.
const defaultFile = "kopilka.yaml"

// settings loads the settings: the file of --config, KOPILKA_CONFIG or
// kopilka.yaml, the environment, the flags of every command, and the
// command's own flags by their keys (an empty value is a flag not given).
func (p *program) settings(own map[string]string) (*config.Config, error) {
	file := p.globals.File
	if file == "" {
		file = lookup(p.environ, config.Prefix+"CONFIG")
	}
	src := config.Source{File: file, Environ: p.environ, Flags: p.globals.settings()}
	if file == "" {
		src.File, src.Optional = defaultFile, true
	}
	for key, value := range own {
		if value != "" {
			src.Flags[key] = value
		}
	}
	cfg, err := config.Load(src)
	if err == nil && cfg.Lang != i18n.RU && lookup(p.environ, config.Prefix+"LANG") == "" && p.globals.Lang == "" {
		p.lang = cfg.Lang // the file's, which was not known before
	}
	return cfg, err
}

// openDB opens the base; on SQLite it makes the folder, and the file too
// unless it has to be there already.
func (p *program) openDB(ctx context.Context, cfg *config.Config, existing bool) (*db.DB, error) {
	if file, ok := sqliteFile(cfg); ok {
		if existing && !isThere(file) {
			return nil, fault.New(fault.NotFound, "cli.no-base", "file", file)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "cli.no-folder", "folder", filepath.Dir(file))
		}
	}
	return db.Open(ctx, db.Options{URL: cfg.DatabaseURL(), MaxConns: cfg.DB.MaxConns, Readers: cfg.DB.Readers})
}

// sqliteFile is the file of the base; false on PostgreSQL.
func sqliteFile(cfg *config.Config) (string, bool) {
	url := cfg.DatabaseURL()
	return strings.TrimPrefix(url, "sqlite:"), !db.IsPostgres(url)
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// say prints one translated line; args are name, value pairs.
func (p *program) say(key string, args ...any) {
	fmt.Fprintln(p.stdout, p.texts.Text(p.lang, key, args...))
}

// fail prints an error as sentences: what happened, each wrong place, and
// the cause, since who runs a command is who can mend it.
func (p *program) fail(err error) {
	e := fault.From(err)
	if errors.Is(err, context.Canceled) {
		e = fault.New(fault.Unavailable, "cli.interrupted")
	}
	fmt.Fprintln(p.stderr, p.texts.Text(p.lang, "cli.error", "text", p.texts.Fault(p.lang, e)))
	for _, field := range e.Fields {
		fmt.Fprintf(p.stderr, "  %s: %s\n", field.Path, p.texts.FaultField(p.lang, field))
	}
	if cause := p.causeOf(e); cause != "" {
		fmt.Fprintln(p.stderr, "  "+p.texts.Text(p.lang, "cli.cause", "text", cause))
	}
}
