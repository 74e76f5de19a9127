package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/admin"
	"kopilka/internal/edge/api"
	"kopilka/internal/edge/apidoc"
	"kopilka/internal/edge/cashier"
	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/metrics"
)

// Service is the program serving: the core and its edges over HTTP.
type Service struct {
	*Core
	URL string // where it is reached from this machine

	server  *httpx.Server
	metrics *httpx.Server
	stop    context.CancelFunc
	ended   chan error
}

// ServiceOptions are what a service is started with.
type ServiceOptions struct {
	Config *config.Config
	Log    *slog.Logger
	Texts  *i18n.Catalog
	Clock  clock.Clock // nil: the machine's
	Codes  io.Writer   // where one-time codes are shown in development; nil: nowhere

	Letters string // the folder that letters go to where no mail is set up; "": none are written

	// First fills the base before anything is done by the time of day; nil: nothing to fill.
	First func(ctx context.Context, c *Core) error
}

// Start listens, brings the base up to date and serves. While the base is
// being migrated every request but those for health is answered 503. Close
// stops it.
func Start(ctx context.Context, o ServiceOptions) (_ *Service, err error) {
	s := &Service{ended: make(chan error, 2)}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			_ = s.Close(ctx)
		}
	}()
	reg := metrics.New(readBuild().version)
	gate := &gate{}
	gate.show(unready(o, fault.New(fault.Unavailable, "http.starting")))
	cfg := o.Config
	tls, err := certificate(o)
	if err != nil {
		return nil, err
	}
	s.server, err = httpx.Listen(ctx, httpx.ServerOptions{
		Addr: cfg.HTTP.Addr, TLS: tls, RequestTimeout: cfg.Limits.RequestTimeout, ShutdownTimeout: cfg.Limits.ShutdownTimeout,
	}, gate, o.Log)
	if err != nil {
		return nil, err
	}
	s.URL = s.server.URL()
	go func() { s.ended <- s.server.Serve(ctx) }()
	upgrading := func() { gate.show(unready(o, fault.New(fault.Unavailable, "http.upgrading"))) }
	if err := upgrade(ctx, cfg, upgrading); err != nil {
		return nil, err
	}
	s.Core, err = OpenCore(ctx, CoreOptions{
		Config: cfg, Log: o.Log, Texts: o.Texts, Metrics: reg, Clock: o.Clock, Codes: o.Codes, Letters: o.Letters, Address: cmp.Or(cfg.HTTP.PublicURL, s.URL),
	})
	if err != nil {
		return nil, err
	}
	var first func(context.Context) error
	if o.First != nil {
		first = func(ctx context.Context) error { return o.First(ctx, s.Core) }
	}
	if err := s.Run(ctx, first); err != nil {
		return nil, err
	}
	router := s.router(o, reg) //nolint:contextcheck // each request of the workplace carries its own
	if err := s.serveMetrics(ctx, o, reg); err != nil {
		return nil, err
	}
	gate.show(router)
	return s, nil
}

// upgrade migrates the base before anything is opened on it, and says so
// first where it holds something that may take its time.
func upgrade(ctx context.Context, cfg *config.Config, upgrading func()) error {
	d, err := db.Open(ctx, db.Options{URL: cfg.DatabaseURL(), MaxConns: 4, Readers: 1})
	if err != nil {
		return err
	}
	defer d.Close()
	if before, wanted, err := d.SchemaVersion(ctx); err != nil {
		return err
	} else if before > 0 && before < wanted {
		upgrading()
	}
	return Migrate(ctx, d)
}

func stack(o ServiceOptions, reg *metrics.Registry, health *httpx.Health) httpx.Stack {
	cfg := o.Config
	return httpx.Stack{
		Log: o.Log, Texts: o.Texts, Lang: cfg.Lang, Metrics: reg, Health: health, TrustedProxies: cfg.HTTP.TrustedProxies,
		Body: int64(cfg.Limits.Body), Larger: admin.Larger(), Timeout: cfg.Limits.RequestTimeout, ServeMetrics: cfg.Metrics.Addr == "",
	}
}

// unready answers why the base is not ready yet.
func unready(o ServiceOptions, why *fault.Error) http.Handler {
	health := httpx.NewHealth(clock.System{})
	health.Add("base", func(context.Context) (map[string]any, error) { return nil, why })
	router, faults := httpx.NewRouter(stack(o, metrics.New(readBuild().version), health))
	router.NotFound(func(w http.ResponseWriter, r *http.Request) { faults.Write(w, r, why) })
	return router
}

// eventsCheck shows how far behind is what follows the events. It is behind
// where others do not answer, which does not keep us from serving.
func (s *Service) eventsCheck(ctx context.Context) (map[string]any, error) {
	lag, err := s.Figures.Lag(ctx)
	if err != nil {
		return nil, err
	}
	span, err := s.Feed.Span(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	f, err := s.Webhooks.Figures(ctx)
	return map[string]any{
		"lag_seconds": lag.Seconds(), "last_event": span.Last, "webhooks_on": f.On, "webhooks_off": f.Off, "webhooks_failing": f.Failing,
		"webhooks_unsent_seconds": f.Unsent.Seconds(), "deliveries_waiting": f.Waiting, "deliveries_dead": f.Dead,
	}, err
}

// router makes the router of all edges.
func (s *Service) router(o ServiceOptions, reg *metrics.Registry) http.Handler {
	health := httpx.NewHealth(s.Clock)
	health.Add("base", httpx.DatabaseCheck(s.DB))
	router, faults := httpx.NewRouter(stack(o, reg, health))
	health.Add("events", s.eventsCheck)
	router.Handle(ui.StaticPath+"*", ui.Static())
	apidoc.Mount(router)
	limits := o.Config.Limits
	calls := chi.NewRouter() // the API again, for the workplace: it asks inside the program
	operations := api.New(api.Parts{
		DB: s.DB, Clock: s.Clock, Log: s.Log, Texts: s.Texts, Faults: faults,
		Keys: s.Keys, Identity: s.Identity, Partners: s.Partners, Directory: s.Directory,
		Products: s.Products, Catalog: s.Catalog, Playbill: s.Playbill, Members: s.Members, Joins: s.Joins, Privacy: s.Privacy, Merges: s.Merges, Codes: s.Codes, Cards: s.Cards, Rules: s.Rules,
		Programmes: s.Programmes, Desk: s.Desk, Figures: &figure.Reader{DB: s.DB, Clock: s.Clock}, Lists: s.Lists, Feed: s.Feed, Webhooks: s.Webhooks, Limit: httpx.Rate{PerMinute: 60 * limits.Rate, Burst: limits.Burst},
		Changed: s.Refresh,
	})
	operations.Mount(router)
	operations.Mount(calls)
	s.console(o, faults).Mount(router)
	s.till(o, faults, calls).Mount(router)
	router.Get("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, admin.Base, http.StatusSeeOther) })
	return router
}

// console makes the pages of the console.
func (s *Service) console(o ServiceOptions, faults *httpx.Faults) *admin.Admin {
	return admin.New(admin.Parts{
		DB: s.DB, Clock: s.Clock, Log: o.Log, Texts: o.Texts, Faults: faults, Staff: s.Staff, Organization: s.Organization, Address: o.Config.HTTP.PublicURL,
		Partners: s.Partners, Directory: s.Directory, Programmes: s.Programmes, Figures: &figure.Reader{DB: s.DB, Clock: s.Clock},
		Members: s.Members, Codes: s.Codes, Lists: s.Lists, Desk: s.Desk, Identity: s.Identity, Webhooks: s.Webhooks, Feed: s.Feed, Rules: s.Rules, Changed: s.Refresh,
		Products: s.Products, Cards: s.Cards, Playbill: s.Playbill,
		Merges: s.Merges, Privacy: s.Core.Privacy, Bulk: s.Bulk, Intakes: s.Intakes, Approvals: &approval.Approvals{DB: s.DB, IDs: s.IDs, Clock: s.Clock, Desk: s.Desk}, Jobs: s.Jobs, Dispatcher: s.Core.Figures, Refresher: s.Refresher, Questions: s.Questions, Plans: s.Plans,
	})
}

// till makes the cashier workplace.
func (s *Service) till(o ServiceOptions, faults *httpx.Faults, calls http.Handler) *cashier.Cashier {
	return cashier.New(cashier.Parts{
		DB: s.DB, Clock: s.Clock, Log: o.Log, Texts: o.Texts, Faults: faults, API: calls, Secret: s.dutySecret,
		Organization: s.Organization, Rules: s.Rules, Keys: s.Keys, Identity: s.Identity, Cashiers: s.cashiers,
		Directory: s.Directory, Programmes: s.Programmes, Desk: s.Desk, Feed: s.Feed,
	})
}

func (s *Service) serveMetrics(ctx context.Context, o ServiceOptions, reg *metrics.Registry) (err error) {
	if o.Config.Metrics.Addr == "" {
		return nil
	}
	limits := o.Config.Limits
	s.metrics, err = httpx.Listen(ctx, httpx.ServerOptions{
		Addr: o.Config.Metrics.Addr, RequestTimeout: limits.RequestTimeout, ShutdownTimeout: limits.ShutdownTimeout,
	}, httpx.NewMetricsRouter(reg), o.Log)
	if err == nil {
		go func() { s.ended <- s.metrics.Serve(ctx) }()
	}
	return err
}

// Wait waits until ctx is done, or until the service can't go on.
func (s *Service) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.ended:
		s.ended <- nil // Close waits for it
		return err
	case <-s.Lost():
		return fault.New(fault.Unavailable, "node.lost")
	}
}

// Close stops the service: requests first, then receipts under way, what goes
// on by itself, the base.
func (s *Service) Close(ctx context.Context) error {
	s.stop()
	var bad []error
	for _, server := range []*httpx.Server{s.server, s.metrics} {
		if server != nil {
			bad = append(bad, <-s.ended)
		}
	}
	if s.Core != nil {
		s.Core.Close(ctx)
	}
	return errors.Join(bad...)
}

// gate passes requests to the handler that is shown now.
type gate struct{ to atomic.Pointer[http.Handler] }

func (g *gate) show(h http.Handler) { g.to.Store(&h) }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) { (*g.to.Load()).ServeHTTP(w, r) }
