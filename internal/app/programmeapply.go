package app

import (
	"bufio"
	"context"
	"slices"
	"strings"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
)

type programmeApplyCmd struct {
	File string `arg:"" help:"cli.programme-file"`
	Yes  bool   `short:"y" help:"cli.programme-yes"`
	Note string `short:"m" help:"cli.programme-note" placeholder:"TEXT"`
	By   string `help:"cli.programme-by" placeholder:"NAME"`
}

// Run puts the programme of a file into force: it shows what changes, asks,
// and makes a new version. The version that the file was made from, where it
// tells one, must be the newest.
func (c *programmeApplyCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		d, err := p.read(b, c.File)
		if err != nil {
			return p.wrong(c.File, err)
		}
		next := d.Programme
		p.warnings(c.File, d.Warnings(b.facts(&next)))
		now := b.Current().ByCode(next.Code)
		switch {
		case now == nil:
			next.ID, next.Version = 0, 0
			p.say("programme.new", "code", next.Code, "name", next.Name)
		case next.Version != 0 && next.Version != now.Version:
			return fault.New(fault.Conflict, "programme.made-from", "version", next.Version, "now", now.Version)
		default:
			next.ID, next.Version = now.ID, now.Version
			if !p.difference(now, &next, b.names) {
				return nil
			}
		}
		if err := p.ask(c.Yes); err != nil {
			return err
		}
		return p.made(b.making(ctx, func() (*rule.Programme, error) { return b.PutNoted(ctx, next, who(c.By), c.Note) }))
	})
}

// ask asks a person whether to go on, unless it was said before.
func (p *program) ask(yes bool) error {
	if yes {
		return nil
	}
	if !isTerminal(p.stdin) {
		return fault.New(fault.Refused, "cli.say-yes")
	}
	p.say("programme.ask")
	answer, _ := bufio.NewReader(p.stdin).ReadString('\n') // no answer is no
	if slices.Contains([]string{"y", "yes", "д", "да"}, strings.ToLower(strings.TrimSpace(answer))) {
		return nil
	}
	return fault.New(fault.Refused, "cli.said-no")
}

// made says which version is in force now.
func (p *program) made(r *rule.Programme, err error) error {
	if err == nil {
		p.say("programme.made", "code", r.Code, "version", r.Version)
	}
	return err
}
