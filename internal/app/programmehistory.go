package app

import (
	"cmp"
	"context"
	"strings"

	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
)

type programmeHistoryCmd struct {
	Code  string `arg:"" help:"cli.programme-code"`
	Limit int    `default:"50" help:"cli.programme-limit" placeholder:"N"`
}

// Run lists the versions of a programme, the newest first.
func (c *programmeHistoryCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		r, err := b.find(c.Code)
		if err != nil {
			return err
		}
		for before, left := int64(0), c.Limit; left > 0; {
			made, err := b.History(ctx, r.ID, before, min(left, programme.MaxHistory))
			if err != nil || len(made) == 0 {
				return err
			}
			for _, m := range made {
				p.say("programme.history-row", "version", m.Version, "at", moment(r, m.At), "by", m.By, "note", m.Note)
			}
			before, left = made[len(made)-1].Version, left-len(made)
		}
		return nil
	})
}

type programmeRollbackCmd struct {
	Code    string `arg:"" help:"cli.programme-code"`
	Version int64  `arg:"" help:"cli.programme-back"`
	Yes     bool   `short:"y" help:"cli.programme-yes"`
	Note    string `short:"m" help:"cli.programme-note" placeholder:"TEXT"`
	By      string `help:"cli.programme-by" placeholder:"NAME"`
}

// Run makes a new version that is equal to an old one.
func (c *programmeRollbackCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		now, err := b.find(c.Code)
		if err != nil {
			return err
		}
		old, err := b.Version(ctx, now.ID, c.Version)
		if err != nil {
			return err
		}
		if !p.difference(now, old, b.names) {
			return nil
		}
		if err := p.ask(c.Yes); err != nil {
			return err
		}
		return p.made(b.making(ctx, func() (*rule.Programme, error) {
			return b.Rollback(ctx, now.ID, c.Version, now.Version, who(c.By), cmp.Or(strings.TrimSpace(c.Note), p.texts.Text(p.lang, "programme.rolled-back", "version", c.Version)))
		}))
	})
}
