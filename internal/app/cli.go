package app

import (
	"context"
	"errors"

	"github.com/alecthomas/kong"
)

// cli is the command line: the flags of every command and the commands.
// Every help tag is a key of the locale files.
type cli struct {
	globals

	Serve     serveCmd     `cmd:"" help:"cli.serve"`
	Demo      demoCmd      `cmd:"" help:"cli.demo"`
	Migrate   migrateCmd   `cmd:"" help:"cli.migrate"`
	Import    importCmd    `cmd:"" help:"cli.import"`
	Programme programmeCmd `cmd:"" help:"cli.programme"`
	Verify    verifyCmd    `cmd:"" help:"cli.verify"`
	Rebuild   rebuildCmd   `cmd:"" help:"cli.rebuild"`
	Backup    backupCmd    `cmd:"" help:"cli.backup"`
	Restore   restoreCmd   `cmd:"" help:"cli.restore"`
	Key       keyCmd       `cmd:"" help:"cli.key"`
	Staff     staffCmd     `cmd:"" help:"cli.staff"`
	Bench     benchCmd     `cmd:"" help:"cli.bench"`
	Config    configCmd    `cmd:"" help:"cli.config"`
	Storybook storybookCmd `cmd:"" help:"cli.storybook"`
	Seal      sealCmd      `cmd:"" help:"cli.seal"`
	Version   versionCmd   `cmd:"" help:"cli.version"`
	HelpOn    helpCmd      `cmd:"" name:"help" help:"cli.help"`
}

// globals are the flags that every command takes.
type globals struct {
	Lang     string            `help:"cli.flag.lang" placeholder:"ru|en" enum:",ru,en" default:""`
	File     string            `name:"config" short:"c" help:"cli.flag.config" placeholder:"FILE"`
	DataDir  string            `help:"cli.flag.data-dir" placeholder:"DIR"`
	DB       string            `name:"db" help:"cli.flag.db" placeholder:"URL"`
	LogLevel string            `help:"cli.flag.log-level" placeholder:"LEVEL"`
	Set      map[string]string `short:"s" help:"cli.flag.set" placeholder:"KEY=VALUE" mapsep:"none"`
	Help     helpFlag          `short:"h" help:"cli.flag.help"`
}

// settings gives the flags that are settings, by the setting's key. What
// --set says gives way to a flag of its own.
func (g *globals) settings() map[string]string {
	out := map[string]string{}
	for key, value := range g.Set {
		out[key] = value
	}
	for key, value := range map[string]string{
		"lang": g.Lang, "data_dir": g.DataDir, "db.url": g.DB, "log.level": g.LogLevel,
	} {
		if value != "" {
			out[key] = value
		}
	}
	return out
}

// helpFlag shows the help of the command that it stands beside.
type helpFlag bool

// errHelp ends the parsing once help was shown.
var errHelp = errors.New("help was shown")

// BeforeReset runs as soon as kong meets the flag, before it misses anything.
func (helpFlag) BeforeReset(c *kong.Context, p *program) error {
	if err := p.help(p.stdout, c.Model, c.Selected()); err != nil {
		return err
	}
	return errHelp
}

func newParser(target *cli, p *program) (*kong.Kong, error) {
	return kong.New(target, kong.Name("kopilka"), kong.NoDefaultHelp(), kong.Writers(p.stdout, p.stderr), kong.Bind(p))
}

// parse gives the command to run, or nil and the code to exit with.
func (p *program) parse(args []string) (command func(context.Context) error, code int) {
	target := &cli{}
	parser, err := newParser(target, p)
	if err != nil {
		p.fail(err)
		return nil, ExitFailure
	}
	if len(args) == 0 {
		if err := p.help(p.stderr, parser.Model, nil); err != nil {
			p.fail(err)
		}
		return nil, ExitUsage
	}
	parsed, err := parser.Parse(args)
	switch {
	case errors.Is(err, errHelp):
		return nil, ExitOK
	case err != nil:
		p.fail(usageError(err))
		return nil, ExitUsage
	}
	p.globals = target.globals
	return func(ctx context.Context) error {
		parsed.BindTo(ctx, (*context.Context)(nil))
		return parsed.Run()
	}, ExitOK
}
