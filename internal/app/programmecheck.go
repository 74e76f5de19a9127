package app

import (
	"context"
	"errors"
	"fmt"

	"kopilka/internal/platform/fault"
)

type programmeCheckCmd struct {
	File string `arg:"" help:"cli.programme-file"`
}

// Run tells what is wrong with the text of a programme and what in it can't
// act, and changes nothing.
func (c *programmeCheckCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		d, err := p.read(b, c.File)
		if err != nil {
			return p.wrong(c.File, err)
		}
		warnings := d.Warnings(b.facts(&d.Programme))
		p.warnings(c.File, warnings)
		p.say("programme.right", "warnings", len(warnings))
		return nil
	})
}

// wrong shows each wrong place of a text as editors know it, file:line:column,
// and gives back what is left to say.
func (p *program) wrong(file string, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	for _, f := range e.Fields {
		fmt.Fprintln(p.stderr, p.place(file, f)+p.texts.FaultField(p.lang, f))
	}
	return fault.New(e.Kind, "programme.refused", "count", len(e.Fields))
}

// warnings shows what in a programme can't act.
func (p *program) warnings(file string, all []fault.Field) {
	for _, f := range all {
		fmt.Fprintln(p.stderr, p.texts.Text(p.lang, "programme.warning", "place", p.place(file, f), "text", p.texts.FaultField(p.lang, f)))
	}
}

// place is where in a text, or in a programme, something is.
func (p *program) place(file string, f fault.Field) string {
	at := ""
	if f.Line > 0 && file != "" {
		at = fmt.Sprintf("%s:%d:%d: ", file, f.Line, f.Column)
	}
	if f.Path != "" {
		at += f.Path + ": "
	}
	return at
}
