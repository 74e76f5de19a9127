package app

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"time"

	"kopilka/internal/app/demo"
	"kopilka/internal/edge/admin"
	"kopilka/internal/edge/cashier"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/log"
	"kopilka/internal/platform/reference"
)

type demoCmd struct {
	Addr     string `help:"cli.serve-addr" placeholder:"HOST:PORT"`
	FillOnly bool   `help:"cli.demo-fill-only"`
}

// keyLife is how long the keys of a demo are good for.
const keyLife = 7 * 24 * time.Hour

// Run fills a base with an invented organization, unless it is there already,
// serves it and says what to try.
func (c *demoCmd) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings(map[string]string{"http.addr": c.Addr})
	if err != nil {
		return err
	}
	if p.globals.DB == "" {
		cfg.DB.URL = config.DSN(filepath.Join(cfg.DataDir, "demo.db"))
	}
	if err := makeFolder(cfg); err != nil {
		return err
	}
	if p.globals.LogLevel == "" {
		cfg.Log.Level = quiet
	}
	debug.SetGCPercent(gcPercent)
	s, err := Start(ctx, ServiceOptions{
		Config: cfg, Log: log.New(p.stderr, cfg.Log.Level, cfg.Log.Format), Texts: p.texts, Codes: p.stdout, Letters: lettersFolder(cfg),
		// Half a year is told in order: dues of today, written in between, would make its receipts late.
		First: func(_ context.Context, core *Core) error { return c.fill(ctx, p, core) },
	})
	if err != nil {
		return err
	}
	if err = c.show(ctx, p, cfg, s); err == nil && !c.FillOnly {
		err = s.Wait(ctx)
	}
	if end := s.Close(ctx); err == nil {
		err = end
	}
	return err
}

// quiet is what a demo logs: only what goes wrong.
const quiet = 4

// show prints what runs.
func (c *demoCmd) show(ctx context.Context, p *program, cfg *config.Config, s *Service) error {
	if c.FillOnly {
		c.whatNext(p, cfg)
		return nil
	}
	try, err := demo.Find(ctx, demoParts(s.Core))
	if err != nil {
		return err
	}
	if err := c.keys(ctx, s, try); err != nil {
		return err
	}
	p.say("demo.running", "url", s.URL)
	p.say("demo.console", "url", s.URL+admin.Base, "email", demo.OwnerEmail, "password", demo.OwnerPassword)
	p.say("demo.cashier", "url", s.URL+cashier.Base, "code", try.Pairing, "pin", demo.CashierPIN)
	p.say("demo.page", "url", s.URL+"/api/")
	p.say("demo.till-key", "key", try.TillKey)
	p.say("demo.admin-key", "key", try.AdminKey)
	p.say("demo.codes")
	if cfg.Mail.Host == "" {
		p.say("demo.letters", "folder", lettersFolder(cfg))
	}
	c.whatNext(p, cfg)
	for _, m := range try.Members {
		p.say("demo.member", "phone", m.Phone, "card", cmp.Or(m.Card, "–"), "level", m.Level, "points", m.Points)
	}
	p.say("demo.try")
	for _, line := range try.Curl(s.URL) {
		fmt.Fprintf(p.stdout, "\n%s\n", line)
	}
	fmt.Fprintln(p.stdout)
	p.say("demo.stop")
	return nil
}

// whatNext says how other commands are given the base.
func (c *demoCmd) whatNext(p *program, cfg *config.Config) {
	if file, ok := sqliteFile(cfg); ok {
		p.say("demo.verify", "base", file)
	}
}

// fill fills the base if it is empty.
func (c *demoCmd) fill(ctx context.Context, p *program, core *Core) error {
	if len(core.Programmes.Current().All()) > 0 {
		return nil
	}
	p.say("demo.filling")
	show := newBars(p, func(stage string) string { return p.texts.Text(p.lang, "demo.stage-"+stage) })
	made, err := demo.Fill(ctx, demoParts(core), demo.Usual(), func(stage demo.Stage, done, total int64) { show.show(string(stage), done, total, false) })
	show.end()
	if err == nil {
		p.say("demo.filled", "members", made.Members, "receipts", made.Receipts, "refunds", made.Refunds)
	}
	return err
}

func demoParts(c *Core) demo.Parts {
	return demo.Parts{
		DB: c.DB, IDs: c.IDs, Clock: c.Clock, Partners: c.Partners, Directory: c.Directory, Identity: c.Identity, Products: c.Products, Playbill: c.Playbill,
		Members: c.Members, Cards: c.Cards, Programmes: c.Programmes, Desk: c.Desk, Privacy: c.Privacy,
		Staff: c.Staff, Refresh: c.Refresh,
	}
}

// keys makes the keys that the demo is tried with, anew at each start: the
// base keeps only their hashes.
func (c *demoCmd) keys(ctx context.Context, s *Service, try *demo.Try) (err error) {
	cinema, ok := s.Directory.OutletByCode(demo.Cinema)
	if !ok {
		return fault.New(fault.Conflict, "demo.not-ours")
	}
	tills, err := s.Partners.Tills(ctx, cinema.ID, reference.Page{Limit: 1})
	if err != nil {
		return err
	}
	ends := s.Clock.Now().Add(keyLife)
	_, try.TillKey, err = s.Identity.MakeKey(ctx, identity.Key{
		TillID: tills.Items[0].ID, Name: "demo till", Scopes: append(identity.TillScopes(), identity.PurchasesClaim), Expires: ends,
	})
	if err != nil {
		return err
	}
	code, err := s.Identity.BeginPairing(ctx, tills.Items[0].ID)
	if err != nil {
		return err
	}
	try.Pairing = code.Code
	_, try.AdminKey, err = s.Identity.MakeKey(ctx, identity.Key{Name: "demo admin", Scopes: []identity.Scope{identity.Admin}, Expires: ends})
	return err
}
