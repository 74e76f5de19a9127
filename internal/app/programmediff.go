package app

import (
	"context"
	"fmt"
	"strings"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
)

type programmeDiffCmd struct {
	What string `arg:"" help:"cli.programme-what"`
	From int64  `help:"cli.programme-from" placeholder:"N"`
	To   int64  `help:"cli.programme-to" placeholder:"N"`
}

// Run tells how a file differs from a version of its programme, or two
// versions from each other.
func (c *programmeDiffCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		if c.What == "-" || isThere(c.What) {
			return c.file(ctx, p, b)
		}
		is, err := b.version(ctx, c.What, c.To)
		if err != nil {
			return err
		}
		from := c.From
		if from == 0 {
			from = max(is.Version-1, 1)
		}
		was, err := b.version(ctx, c.What, from)
		if err == nil {
			p.difference(was, is, b.names)
		}
		return err
	})
}

func (c *programmeDiffCmd) file(ctx context.Context, p *program, b *rulebook) error {
	d, err := p.read(b, c.What)
	if err != nil {
		return p.wrong(c.What, err)
	}
	was, err := b.version(ctx, d.Programme.Code, c.From)
	if err == nil {
		p.difference(was, &d.Programme, b.names)
	}
	return err
}

// The colours of a difference on a terminal.
var colours = map[string]string{draft.Added: "\x1b[32m", draft.Removed: "\x1b[31m", draft.Changed: "\x1b[33m", draft.Moved: "\x1b[33m"}

var signs = map[string]string{draft.Added: "+", draft.Removed: "-", draft.Changed: "~", draft.Moved: "~"}

// difference shows how two programmes differ, in words; false: not at all.
func (p *program) difference(was, is *rule.Programme, names draft.Names) bool {
	changes := draft.Diff(was, is, names)
	if len(changes) == 0 {
		p.say("programme.same")
		return false
	}
	for _, c := range changes {
		line := signs[c.What] + " " + p.way(c.Steps)
		switch c.What {
		case draft.Added:
			line += ": " + c.Is
		case draft.Removed:
			line += ": " + c.Was
		case draft.Changed:
			line += ": " + c.Was + " → " + c.Is
		case draft.Moved:
			line += ": " + p.texts.Text(p.lang, "programme.moved")
		}
		if isTerminal(p.stdout) {
			line = colours[c.What] + line + "\x1b[0m"
		}
		fmt.Fprintln(p.stdout, line)
	}
	return true
}

// way names what has changed, from the outermost.
func (p *program) way(steps []draft.Step) string {
	names := make([]string, len(steps))
	for i, s := range steps {
		switch {
		case s.Item != "":
			names[i] = p.item(s.Item, s.ID, s.Name)
		case s.Key != "":
			names[i] = p.keyName(s.Key)
		default:
			names[i] = s.ID
		}
	}
	return strings.Join(names, " › ")
}

// item names a rule, level or campaign.
func (p *program) item(what, id, name string) string {
	if name == "" {
		name = id
	} else {
		name = p.texts.Text(p.lang, "programme.named", "name", name, "id", id)
	}
	return p.texts.Text(p.lang, "programme.item."+what, "name", name)
}

// keyName names a key: what its text says before it goes into particulars.
func (p *program) keyName(key string) string {
	text := p.texts.Text(p.lang, key)
	if i := strings.IndexAny(text, ":;"); i > 0 {
		text = text[:i]
	}
	return text
}
