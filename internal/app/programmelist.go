package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/platform/fault"
)

type programmeListCmd struct{}

// Run lists the programmes, the one that goes first first.
func (*programmeListCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		all := b.Current().All()
		if len(all) == 0 {
			p.say("programme.none")
		}
		for _, r := range all {
			state := "programme.is-on"
			if !r.On {
				state = "programme.is-off"
			}
			p.say("programme.row", "code", r.Code, "name", r.Name, "version", r.Version, "state", p.texts.Text(p.lang, state))
		}
		return nil
	})
}

type programmeShowCmd struct {
	Code    string `arg:"" help:"cli.programme-code"`
	Version int64  `help:"cli.programme-version" placeholder:"N"`
}

// Run tells of one version of a programme: when it was made, by whom, what is
// in it and what of it can't act.
func (c *programmeShowCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		r, err := b.version(ctx, c.Code, c.Version)
		if err != nil {
			return err
		}
		made, err := b.Made(ctx, r.ID, r.Version)
		if err != nil {
			return err
		}
		p.say("programme.row", "code", r.Code, "name", r.Name, "version", r.Version, "state", moment(r, made.At)+", "+made.By)
		if made.Note != "" {
			p.say("programme.noted", "note", made.Note)
		}
		p.say("programme.holds", "rules", len(r.Rules), "levels", len(r.Levels), "campaigns", len(r.Campaigns))
		for i := range r.Levels {
			fmt.Fprintf(p.stdout, "  %s\n", p.item("level", r.Levels[i].ID, r.Levels[i].Name))
		}
		for i := range r.Rules {
			fmt.Fprintf(p.stdout, "  %s\n", p.item("rule", r.Rules[i].ID, r.Rules[i].Name))
		}
		for i := range r.Campaigns {
			fmt.Fprintf(p.stdout, "  %s\n", p.item("campaign", r.Campaigns[i].ID, r.Campaigns[i].Name))
		}
		p.warnings("", draft.Warnings(r, b.facts(r)))
		return nil
	})
}

type programmeExportCmd struct {
	Code    string `arg:"" help:"cli.programme-code"`
	File    string `arg:"" optional:"" help:"cli.programme-out"`
	Version int64  `help:"cli.programme-version" placeholder:"N"`
	Force   bool   `help:"cli.programme-force"`
}

// Run writes a programme as text, to be read, changed and applied.
func (c *programmeExportCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		r, err := b.version(ctx, c.Code, c.Version)
		if err != nil {
			return err
		}
		text, err := draft.YAML(r, b.names)
		if err == nil {
			err = b.names.Err()
		}
		if err != nil {
			return err
		}
		if c.File == "" || c.File == "-" {
			_, err = p.stdout.Write(text)
			return err
		}
		if isThere(c.File) && !c.Force {
			return fault.New(fault.Conflict, "cli.file-exists", "file", c.File)
		}
		if err := os.WriteFile(filepath.Clean(c.File), text, 0o644); err != nil { //nolint:gosec // it is for others to read
			return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", c.File)
		}
		return nil
	})
}
