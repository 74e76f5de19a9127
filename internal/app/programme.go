package app

import (
	"cmp"
	"context"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/node"
)

type programmeCmd struct {
	List     programmeListCmd     `cmd:"" help:"cli.programme-list"`
	Show     programmeShowCmd     `cmd:"" help:"cli.programme-show"`
	Export   programmeExportCmd   `cmd:"" help:"cli.programme-export"`
	Check    programmeCheckCmd    `cmd:"" help:"cli.programme-check"`
	Apply    programmeApplyCmd    `cmd:"" help:"cli.programme-apply"`
	Diff     programmeDiffCmd     `cmd:"" help:"cli.programme-diff"`
	History  programmeHistoryCmd  `cmd:"" help:"cli.programme-history"`
	Rollback programmeRollbackCmd `cmd:"" help:"cli.programme-rollback"`
	Simulate programmeSimulateCmd `cmd:"" help:"cli.programme-simulate"`
	Schema   programmeSchemaCmd   `cmd:"" help:"cli.programme-schema"`
}

// rulebook is a base opened for its programmes.
type rulebook struct {
	*programme.Programmes
	directory *partner.Directory
	names     *draft.Base
}

// withProgrammes opens the base and does something with its programmes. It
// may be at work meanwhile: processes take a new version in by themselves.
func (p *program) withProgrammes(ctx context.Context, do func(b *rulebook) error) error {
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
	directory := partner.NewDirectory()
	if _, err := directory.Refresh(ctx, d); err != nil {
		return err
	}
	b := &rulebook{&programme.Programmes{DB: d, Clock: clock.System{}}, directory, draft.NewBase(ctx, d, directory)}
	if err := b.Refresh(ctx); err != nil {
		return err
	}
	if err := do(b); err != nil {
		return err
	}
	return b.names.Err()
}

// find gives a programme by its code.
func (b *rulebook) find(code string) (*rule.Programme, error) {
	if p := b.Current().ByCode(code); p != nil {
		return p, nil
	}
	var codes []string
	for _, p := range b.Current().All() {
		codes = append(codes, p.Code)
	}
	return nil, fault.New(fault.NotFound, "programme.no-code", "code", code, "known", draft.Nearest(code, codes))
}

// version gives a programme by its code in a version; 0 is the newest.
func (b *rulebook) version(ctx context.Context, code string, version int64) (*rule.Programme, error) {
	p, err := b.find(code)
	if err != nil || version == 0 || version == p.Version {
		return p, err
	}
	return b.Version(ctx, p.ID, version)
}

// making does something that makes a version, under a node number for its id.
func (b *rulebook) making(ctx context.Context, do func() (*rule.Programme, error)) (*rule.Programme, error) {
	lease, err := node.Take(ctx, b.DB)
	if err != nil {
		return nil, err
	}
	b.IDs = id.NewMaker(lease.Node())
	p, err := do()
	if release := lease.Release(context.WithoutCancel(ctx)); err == nil {
		err = release
	}
	return p, err
}

// read reads a programme from a file; "-" is the standard input. What is
// wrong with it is told with the file's name.
func (p *program) read(b *rulebook, file string) (*draft.Draft, error) {
	from := p.stdin
	if file != "-" {
		f, err := os.Open(filepath.Clean(file))
		if err != nil {
			return nil, cannotRead(err, file)
		}
		defer f.Close()
		from = f
	}
	text, err := io.ReadAll(io.LimitReader(from, draft.MaxText+1))
	if err != nil {
		return nil, cannotRead(err, file)
	}
	d, err := draft.Read(text, b.names)
	if broken := b.names.Err(); broken != nil {
		return nil, broken
	}
	return d, err
}

// facts are what warnings rest on.
func (b *rulebook) facts(p *rule.Programme) draft.Facts {
	return b.names.Facts(p, clock.System{}.Now())
}

// who is who runs the command.
func who(named string) string {
	if named != "" {
		return named
	}
	u, err := user.Current()
	if err != nil {
		return "command line"
	}
	return cmp.Or(u.Username, "command line")
}

// moment shows a time to people, in the programme's zone.
func moment(p *rule.Programme, at clock.Micros) string {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	return at.In(zone).Format("2006-01-02 15:04")
}

// isTerminal tells whether a person sits at it.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
