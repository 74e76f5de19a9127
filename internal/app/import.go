package app

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/log"
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
	d, err := p.openDB(ctx, cfg, true)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.CheckSchema(ctx); err != nil {
		return err
	}
	return withNode(ctx, d, func(ctx context.Context, ids *id.Maker) error { return c.with(ctx, p, cfg, d, ids, m) })
}

// withNode does something with ids that no other process makes.
func withNode(ctx context.Context, d *db.DB, do func(context.Context, *id.Maker) error) error {
	lease, err := node.Take(ctx, d)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	keeping, stop := context.WithCancel(ctx)
	var kept sync.WaitGroup
	kept.Go(func() { cancel(keepNode(keeping, lease)) })
	err = do(ctx, id.NewMaker(lease.Node()))
	stop()
	kept.Wait()
	return errors.Join(err, lease.Release(context.WithoutCancel(ctx)))
}

// keepNode renews the lease until ctx ends, or gives the error that ends it.
func keepNode(ctx context.Context, lease *node.Lease) error {
	tick := time.NewTicker(node.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			// A base that does not answer now may answer before the end.
			if err := lease.Renew(ctx); err != nil && lease.Held() != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// with imports with the parts of the program that it takes.
func (c *importPurchasesCmd) with(ctx context.Context, p *program, cfg *config.Config, d *db.DB, ids *id.Maker, m *importer.Map) error {
	logger := log.New(p.stderr, cfg.Log.Level, cfg.Log.Format)
	programmes := &programme.Programmes{DB: d, IDs: ids, Clock: clock.System{}}
	if err := programmes.Refresh(ctx); err != nil {
		return err
	}
	if len(programmes.Current().All()) == 0 {
		p.say("importer.no-programme")
	}
	directory, index := partner.NewDirectory(), catalog.NewIndex()
	desk := purchase.New(purchase.Options{
		DB: d, IDs: ids, Clock: clock.System{}, Log: logger, Programmes: programmes, Directory: directory, Catalog: index,
	})
	defer desk.Close()
	im := &importer.Importer{
		DB: d, Clock: clock.System{}, Log: logger, Desk: desk,
		Members:  &member.Members{DB: d, IDs: ids, Clock: clock.System{}},
		Partners: partner.New(d, ids), Directory: directory, Goods: catalog.New(d, ids), Catalog: index,
	}
	if path := d.Path(); path != "" { // beside the base there is room, and nobody else reads
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

// importReport writes what became of every row; it takes its name when it is
// whole.
type importReport struct {
	p    *program
	name string
	f    *os.File
	buf  *bufio.Writer
	csv  *csv.Writer
}

// newImportReport begins a report; without a file name there is none.
func newImportReport(p *program, name string) (*importReport, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.OpenFile(filepath.Clean(name+".part"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "importer.report-failed", "file", name)
	}
	r := &importReport{p: p, name: name, f: f, buf: bufio.NewWriterSize(f, 1<<16)}
	r.csv = csv.NewWriter(r.buf)
	_, err = r.buf.WriteString("\uFEFF") // spreadsheets take it for UTF-8 only so
	header := []string{}
	for _, column := range []string{"row", "receipt", "status", "again", "code", "text"} {
		header = append(header, p.texts.Text(p.lang, "importer.column."+column))
	}
	if err = errors.Join(err, r.csv.Write(header)); err != nil {
		r.drop()
		return nil, r.failed(err)
	}
	return r, nil
}

func (r *importReport) failed(err error) error {
	return fault.Wrap(err, fault.Unavailable, "importer.report-failed", "file", r.name)
}

func (r *importReport) add(o *importer.Outcome) error {
	again, code, text := "", "", ""
	if o.Again {
		again = "+"
	}
	if o.Why != nil {
		code, text = o.Why.Code, r.p.texts.Fault(r.p.lang, o.Why)
	}
	status := r.p.texts.Text(r.p.lang, "importer.status."+string(o.Status))
	if err := r.csv.Write([]string{strconv.FormatInt(o.Row, 10), harmless(o.Number), status, again, code, harmless(text)}); err != nil {
		return r.failed(err)
	}
	return nil
}

// harmless keeps a spreadsheet from taking a text of the file for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// keep ends the report and gives it its name.
func (r *importReport) keep() error {
	r.csv.Flush()
	if err := errors.Join(r.csv.Error(), r.buf.Flush(), r.f.Close()); err != nil {
		return r.failed(err)
	}
	r.f = nil
	if err := os.Rename(r.name+".part", r.name); err != nil {
		return r.failed(err)
	}
	return nil
}

// drop throws an unfinished report away.
func (r *importReport) drop() {
	if r == nil || r.f == nil {
		return
	}
	r.f.Close()
	_ = os.Remove(r.f.Name())
}
