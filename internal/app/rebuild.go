package app

import (
	"context"
	"log/slog"

	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
)

type rebuildCmd struct{}

// Run works out anew what lists of members go by, while the program works: for
// a base where verify has found list-figures broken.
func (*rebuildCmd) Run(ctx context.Context, p *program) error {
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
	programmes := &programme.Programmes{DB: d, Clock: clock.System{}}
	if err := programmes.Refresh(ctx); err != nil {
		return err
	}
	var members, done int64
	if err := d.Row(ctx, "select count(*) from member").Scan(&members); err != nil {
		return err
	}
	lists := &segment.Refresher{
		DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler),
		OwnLevel: programmes.Current().OwnLevel,
	}
	bars := newBars(p, func(string) string { return p.texts.Text(p.lang, "rebuild.progress") })
	err = lists.Rebuild(ctx, func(n int64) {
		done = n
		bars.show("rebuild", n, members, false)
	})
	bars.end()
	if err == nil {
		p.say("rebuild.done", "count", i18n.Number(p.lang, done))
	}
	return err
}
