package app

import (
	"context"

	"kopilka/internal/loyalty/importer"
)

type importMembersCmd struct {
	File   string `arg:"" help:"cli.import-members-file"`
	Map    string `help:"cli.import-members-map" placeholder:"MAP.yaml"`
	Report string `help:"cli.import-report" placeholder:"REPORT.csv"`
	DryRun bool   `help:"cli.import-dry-run"`
}

// Run imports members from a file.
func (c *importMembersCmd) Run(ctx context.Context, p *program) error {
	m := importer.NewPeopleMap()
	if c.Map != "" {
		var err error
		if m, err = importer.LoadPeopleMap(c.Map); err != nil {
			return err
		}
	}
	return p.importing(ctx, func(ctx context.Context, core *Core) error { return c.with(ctx, p, core, m) })
}

// with imports on an open base.
func (c *importMembersCmd) with(ctx context.Context, p *program, core *Core, m *importer.PeopleMap) error {
	rep, err := newImportReport(p, c.Report, "file-column", func(o *importer.Outcome) string { return o.Column })
	if err != nil {
		return err
	}
	defer rep.drop()
	bars := newBars(p, func(stage string) string { return p.texts.Text(p.lang, "importer.members-stage."+stage) })
	job := &importer.PeopleJob{
		File: c.File, Map: m, Dry: c.DryRun,
		Progress: func(stage importer.Stage, done, total int64) {
			bars.show(string(stage), done, total, stage == importer.Reading)
		},
	}
	if rep != nil {
		job.Report = rep.add
	}
	res, err := core.importer().ImportPeople(ctx, job)
	bars.end()
	if err != nil {
		if res.Members > 0 && !c.DryRun {
			p.say("importer.members-stopped", "members", res.Members)
		}
		return err
	}
	p.tellRows("importer.rows", res)
	if c.DryRun {
		p.say("importer.members-would-make", "members", res.Members)
		p.say("importer.dry")
	} else {
		p.say("importer.members-made", "members", res.Members)
	}
	if rep == nil {
		return nil
	}
	if err := rep.keep(); err != nil {
		return err
	}
	p.say("importer.reported", "file", c.Report)
	return nil
}
