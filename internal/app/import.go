package app

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/platform/log"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/node"
)

type importCmd struct {
	Purchases importPurchasesCmd `cmd:"" help:"cli.import-purchases"`
	Members   importMembersCmd   `cmd:"" help:"cli.import-members"`
}

type importPurchasesCmd struct {
	File   string `arg:"" help:"cli.import-file"`
	Map    string `required:"" help:"cli.import-map" placeholder:"MAP.yaml"`
	Report string `help:"cli.import-report" placeholder:"REPORT.csv"`
	DryRun bool   `help:"cli.import-dry-run"`
}

// Run imports receipts and refunds from a file.
func (c *importPurchasesCmd) Run(ctx context.Context, p *program) error {
	m, err := importer.LoadMap(c.Map)
	if err != nil {
		return err
	}
	return p.importing(ctx, func(ctx context.Context, core *Core) error { return c.with(ctx, p, core, m) })
}

// importing imports into the base of the settings, while the node number is
// kept.
func (p *program) importing(ctx context.Context, do func(ctx context.Context, core *Core) error) error {
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	d, err := p.openDB(ctx, cfg, true) // which says so where there is none
	if err != nil {
		return err
	}
	d.Close()
	core, err := OpenCore(ctx, CoreOptions{
		Config: cfg, Log: log.New(p.stderr, cfg.Log.Level, cfg.Log.Format), Texts: p.texts, Metrics: metrics.New(readBuild().version),
	})
	if err != nil {
		return err
	}
	defer core.Close(ctx)
	return core.keepNode(ctx, func(ctx context.Context) error { return do(ctx, core) })
}

// keepNode does something with ids while the node number is kept. Nothing
// else goes on by itself: dues, above all, would be written up to now while
// receipts of years ago still come in.
func (c *Core) keepNode(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { c.each(ctx, node.Every, "lease", c.lease.Renew) })
	keeping.Go(func() {
		select {
		case <-c.Lost():
			cancel(c.lease.Held())
		case <-ctx.Done():
		}
	})
	err := do(ctx)
	cancel(nil)
	keeping.Wait()
	return err
}

// importer is what imports into the base.
func (c *Core) importer() *importer.Importer {
	im := &importer.Importer{
		DB: c.DB, Clock: c.Clock, Desk: c.Desk, Members: c.Members, Cards: c.Cards,
		Partners: c.Partners, Directory: c.Directory, Goods: c.Products, Catalog: c.Catalog,
	}
	if path := c.DB.Path(); path != "" { // beside the base there is room, and nobody else reads
		im.TempDir = filepath.Dir(path)
	}
	return im
}

// with imports on an open base.
func (c *importPurchasesCmd) with(ctx context.Context, p *program, core *Core, m *importer.Map) error {
	if len(core.Programmes.Current().All()) == 0 {
		p.say("importer.no-programme")
	}
	im := core.importer()
	rep, err := newImportReport(p, c.Report, "receipt", func(o *importer.Outcome) string { return o.Number })
	if err != nil {
		return err
	}
	defer rep.drop()
	bars := newBars(p, func(stage string) string { return p.texts.Text(p.lang, "importer.stage."+stage) })
	job := &importer.Job{
		File: c.File, Map: m, Dry: c.DryRun,
		Progress: func(stage importer.Stage, done, total int64) {
			bars.show(string(stage), done, total, stage == importer.Reading)
		},
	}
	if rep != nil {
		job.Report = rep.add
	}
	res, err := im.Import(ctx, job)
	bars.end()
	if err != nil {
		if res.Receipts > 0 && !c.DryRun {
			p.say("importer.stopped", "receipts", res.Receipts)
		}
		return err
	}
	c.tell(p, res)
	if rep == nil {
		return nil
	}
	if err := rep.keep(); err != nil {
		return err
	}
	p.say("importer.reported", "file", c.Report)
	return nil
}

// tell prints what the import did.
func (c *importPurchasesCmd) tell(p *program, res *importer.Result) {
	rows := "importer.rows"
	if !res.Sorted {
		rows = "importer.rows-unsorted"
	}
	p.tellRows(rows, res)
	p.say("importer.receipts", "receipts", res.Receipts, "refunds", res.Refunds, "again", res.Again)
	p.say("importer.sums", "sold", res.Sold, "back", res.Back)
	if res.First > 0 {
		const form = "2006-01-02 15:04"
		p.say("importer.period", "first", res.First.Time().Format(form), "last", res.Last.Time().Format(form))
	}
	if c.DryRun {
		p.say("importer.would-make", "members", res.Members, "products", res.Products)
		p.say("importer.dry")
		return
	}
	p.say("importer.made", "members", res.Members, "products", res.Products)
}

// tellRows prints what became of a file's rows.
func (p *program) tellRows(rows string, res *importer.Result) {
	p.say(rows, "rows", res.Rows)
	for _, s := range importer.Statuses() {
		if n := res.By[s]; n > 0 {
			p.say("importer.count", "what", p.texts.Text(p.lang, "importer.status."+string(s)), "rows", n)
		}
	}
	if len(res.Reasons) > 0 {
		p.say("importer.reasons")
		for _, code := range slices.Sorted(maps.Keys(res.Reasons)) {
			p.say("importer.count", "what", code, "rows", res.Reasons[code])
		}
	}
}
