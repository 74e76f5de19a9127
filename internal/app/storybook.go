package app

import (
	"context"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui/storybook"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/log"
)

type storybookCmd struct {
	Addr string `help:"cli.storybook-addr" default:"127.0.0.1:8090" placeholder:"HOST:PORT"`
}

const storybookTimeout = 10 * time.Second

// Run serves every part of pages in every state, for who makes pages.
func (c *storybookCmd) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	s, err := httpx.Listen(ctx, httpx.ServerOptions{Addr: c.Addr, RequestTimeout: storybookTimeout, ShutdownTimeout: storybookTimeout},
		storybook.New(p.texts, clock.System{}), log.New(p.stderr, cfg.Log.Level, cfg.Log.Format))
	if err != nil {
		return err
	}
	p.say("storybook.running", "url", s.URL())
	return s.Serve(ctx)
}
