package app

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/log"
	"kopilka/internal/platform/metrics"
)

type keyCmd struct {
	Create keyCreateCmd `cmd:"" help:"cli.key-create"`
}

type keyCreateCmd struct {
	Name   string   `arg:"" help:"cli.key-name"`
	Scopes []string `name:"scope" help:"cli.key-scope" placeholder:"SCOPE"`
	Days   int      `help:"cli.key-days" placeholder:"N"`
}

// Run makes a key of the organization and shows it this once: the first one
// can't be made over the API, which lets nobody in without a key.
func (c *keyCreateCmd) Run(ctx context.Context, p *program) error {
	core, err := p.openCore(ctx)
	if err != nil {
		return err
	}
	defer core.Close(ctx)
	key := identity.Key{Name: c.Name, Scopes: []identity.Scope{identity.Admin}}
	if len(c.Scopes) > 0 {
		key.Scopes = nil
		for _, s := range c.Scopes {
			key.Scopes = append(key.Scopes, identity.Scope(s))
		}
	}
	if c.Days < 0 {
		return fault.New(fault.Invalid, "identity.expires-invalid")
	}
	if c.Days > 0 {
		key.Expires = core.Clock.Now().Add(time.Duration(c.Days) * 24 * time.Hour)
	}
	_, token, err := core.Identity.MakeKey(ctx, key)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, token)
	fmt.Fprintln(p.stderr, p.texts.Text(p.lang, "cli.key-shown"))
	return nil
}

// openCore opens the base that is there already, for a command that works on
// it beside a program that may run.
func (p *program) openCore(ctx context.Context) (*Core, error) {
	cfg, err := p.settings(nil)
	if err != nil {
		return nil, err
	}
	d, err := p.openDB(ctx, cfg, true) // which says so where there is none
	if err != nil {
		return nil, err
	}
	d.Close()
	return OpenCore(ctx, CoreOptions{
		Config: cfg, Log: log.New(p.stderr, cfg.Log.Level, cfg.Log.Format), Texts: p.texts, Metrics: metrics.New(readBuild().version),
	})
}
