package app

import (
	"context"
	"encoding/json"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/whatif"
)

type programmeSimulateCmd struct {
	File string `arg:"" help:"cli.programme-file"`
	From string `required:"" help:"cli.whatif-from" placeholder:"YYYY-MM-DD"`
	To   string `required:"" help:"cli.whatif-to" placeholder:"YYYY-MM-DD"`
	JSON bool   `name:"json" help:"cli.whatif-json"`
	Top  int    `help:"cli.whatif-top" placeholder:"N" default:"10"`
}

// Run runs the programme of a file over stored receipts and tells what would
// have been; nothing is written, and the base may be at work meanwhile.
func (c *programmeSimulateCmd) Run(ctx context.Context, p *program) error {
	return p.withProgrammes(ctx, func(b *rulebook) error {
		d, err := p.read(b, c.File)
		if err != nil {
			return p.wrong(c.File, err)
		}
		p.warnings(c.File, d.Warnings(b.facts(&d.Programme)))
		goods := catalog.NewIndex()
		if _, err := goods.Refresh(ctx, b.DB); err != nil {
			return err
		}
		bars := newBars(p, func(string) string { return p.texts.Text(p.lang, "whatif.progress") })
		report, err := whatif.Run(ctx, whatif.Options{
			DB: b.DB, Programmes: b.Programmes, Directory: b.directory, Catalog: goods, Draft: d.Programme,
			From: c.From, To: c.To, Now: b.Clock.Now(), Top: c.Top,
			Progress: func(done, total int64) { bars.show("whatif", done, total, false) },
		})
		bars.end()
		if err != nil {
			return err
		}
		if c.JSON {
			out := json.NewEncoder(p.stdout)
			out.SetIndent("", "  ")
			return out.Encode(report)
		}
		p.whatIf(report)
		return nil
	})
}
