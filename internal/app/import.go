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
	return core.keepNode(ctx, func(ctx context.Context) error { return c.with(ctx, p, core, m) })
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

// with imports on an open base.
func (c *importPurchasesCmd) with(ctx context.Context, p *program, core *Core, m *importer.Map) error {
	if len(core.Programmes.Current().All()) == 0 {
		p.say("importer.no-programme")
	}
	im := &importer.Importer{
		DB: core.DB, Clock: core.Clock, Desk: core.Desk, Members: core.Members,
		Partners: core.Partners, Directory: core.Directory, Goods: core.Products, Catalog: core.Catalog,
	}
	if path := core.DB.Path(); path != "" { // beside the base there is room, and nobody else reads
		im.TempDir = filepath.Dir(path)
	}
	rep, err := newImportReport(p, c.Report)
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
