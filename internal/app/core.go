package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kopilka/internal/edge/api"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/seal"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/channel"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/jobs"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/node"
	"kopilka/internal/platform/post"
	"kopilka/internal/platform/secret"
)

// Core is the program without its edges: the base and all domains on it, with
// the work that goes on by itself. Commands that fill or serve a base stand
// on it.
type Core struct {
	DB      *db.DB
	IDs     *id.Maker
	Clock   clock.Clock
	Log     *slog.Logger
	Texts   *i18n.Catalog
	Metrics *metrics.Registry

	Partners   *partner.Registry
	Directory  *partner.Directory
	Products   *catalog.Registry
	Catalog    *catalog.Index
	Playbill   *playbill.Registry
	Showings   *playbill.Index
	Identity   *identity.Registry
	Keys       *identity.Keys
	Staff      *staff.Staff
	Members    *member.Members
	Joins      *join.Joins
	Privacy    *privacy.Privacy
	Merges     *merge.Merges
	Bulk       *bulk.Actions
	Intakes    *intake.Intakes // of members
	Codes      *member.Codes
	Cards      *card.Cards
	Programmes *programme.Programmes
	Plans      *programme.Plans
	Desk       *purchase.Desk
	Figures    *figure.Dispatcher
	Refresher  *segment.Refresher // of members' figures
	Lists      *segment.Lists
	Seals      *seal.Sealer
	Feed       *feed.Feed
	Webhooks   *webhook.Webhooks
	Questions  *whatif.Questions
	Jobs       *jobs.Runner

	cashiers *identity.Cashiers

	dutySecret []byte // signs who is on duty at a till

	lease   *node.Lease
	address string // where people reach the program
	rules   atomic.Pointer[member.Rules]
	house   atomic.Pointer[organization.Organization]
	unknown chan []catalog.Seen
	stop    context.CancelFunc
	loops   sync.WaitGroup
}

// CoreOptions are what a core is opened with.
type CoreOptions struct {
	Config  *config.Config
	Log     *slog.Logger
	Texts   *i18n.Catalog
	Metrics *metrics.Registry
	Clock   clock.Clock // nil: the machine's
	Codes   io.Writer   // where one-time codes are shown in development; nil: nowhere
	Letters string      // the folder that letters go to where no mail is set up; "": none are written
	Address string      // where people reach the program; "": as the settings say
}

const (
	refreshEvery = time.Second
	dueEvery     = time.Minute
	feedEvery    = time.Hour
	maxUnknown   = 1000
	jobsEnd      = 10 * time.Second // for jobs that run when the program stops
)

// OpenCore opens a migrated base and makes everything on it ready. Run sets
// the work going that goes on by itself; Close ends all.
func OpenCore(ctx context.Context, o CoreOptions) (_ *Core, err error) {
	c := &Core{Clock: o.Clock, Log: o.Log, Texts: o.Texts, Metrics: o.Metrics, unknown: make(chan []catalog.Seen, maxUnknown)}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	cfg := o.Config
	c.DB, err = db.Open(ctx, db.Options{URL: cfg.DatabaseURL(), MaxConns: cfg.DB.MaxConns, Readers: cfg.DB.Readers})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.Close(ctx)
		}
	}()
	if err := c.DB.CheckSchema(ctx); err != nil {
		return nil, err
	}
	if c.lease, err = node.Take(ctx, c.DB); err != nil {
		return nil, err
	}
	c.IDs = id.NewMaker(c.lease.Node())
	quotes, err := secret.Get(ctx, c.DB, secret.Quotes)
	if err != nil {
		return nil, err
	}
	if c.dutySecret, err = secret.Get(ctx, c.DB, secret.Duty); err != nil {
		return nil, err
	}
	server, err := secret.Get(ctx, c.DB, secret.Server)
	if err != nil {
		return nil, err
	}
	letters, err := mailer(o)
	if err != nil {
		return nil, err
	}
	c.address = cmp.Or(o.Address, cfg.Address())
	c.domains(server, o.Codes, letters)
	c.follow(cfg)
	if err := c.Refresh(ctx); err != nil {
		return nil, err
	}
	c.Desk = purchase.New(purchase.Options{
		DB: c.DB, IDs: c.IDs, Clock: c.Clock, Log: c.Log, Programmes: c.Programmes, Directory: c.Directory,
		Catalog: c.Catalog, Playbill: c.Showings, Secret: quotes, UseStep: card.UseStep, Cashier: c.knowsCashier, Unknown: c.keepUnknown,
	})
	c.Joins = &join.Joins{DB: c.DB, Clock: c.Clock, Members: c.Members, Desk: c.Desk, Rules: c.Rules}
	c.Privacy = &privacy.Privacy{DB: c.DB, IDs: c.IDs, Clock: c.Clock, Desk: c.Desk}
	c.Merges = &merge.Merges{DB: c.DB, IDs: c.IDs, Clock: c.Clock, Members: c.Members, Desk: c.Desk}
	c.Bulk = &bulk.Actions{
		DB: c.DB, IDs: c.IDs, Clock: c.Clock, Log: c.Log, Lists: c.Lists, Members: c.Members, Programmes: c.Programmes, Desk: c.Desk, Rules: c.Rules,
		May: c.Staff.Permits,
	}
	c.Intakes = &intake.Intakes{DB: c.DB, IDs: c.IDs, Clock: c.Clock, Log: c.Log, Importer: c.importer(), May: c.Staff.Permits}
	c.Privacy.Files = c.Intakes
	c.ask()
	return c, nil
}

// domains makes the registries of a base.
func (c *Core) domains(key []byte, shown io.Writer, letters staff.Mailer) {
	c.Jobs = jobs.New(c.DB, c.Log)
	c.Partners, c.Directory = partner.New(c.DB, c.IDs), partner.NewDirectory()
	c.Products, c.Catalog = catalog.New(c.DB, c.IDs), catalog.NewIndex()
	c.Playbill, c.Showings = playbill.New(c.DB, c.IDs, c.Clock), playbill.NewIndex()
	c.Identity, c.Keys, c.cashiers = identity.New(c.DB, c.IDs, c.Clock), identity.NewKeys(c.DB, c.Clock), identity.NewCashiers()
	c.Staff = staff.New(staff.Options{DB: c.DB, IDs: c.IDs, Clock: c.Clock, Key: key, Mail: letters, Post: c.Jobs, Letter: c.letter})
	c.carry()
	c.Members = &member.Members{DB: c.DB, IDs: c.IDs, Clock: c.Clock}
	c.Cards = &card.Cards{Members: c.Members, Key: key}
	c.Codes = &member.Codes{
		DB: c.DB, IDs: c.IDs, Clock: c.Clock, Key: key,
		Channels: channels(shown),
		Text: func(p member.Purpose, lang, code string) string {
			return c.Texts.Text(i18n.Lang(lang), "code."+string(p), "code", code)
		},
	}
	c.Programmes = &programme.Programmes{DB: c.DB, IDs: c.IDs, Clock: c.Clock}
	c.Plans = &programme.Plans{Programmes: c.Programmes, May: c.mayPublish, Read: c.readDraft}
	c.Seals = &seal.Sealer{DB: c.DB, IDs: c.IDs, Clock: c.Clock, Log: c.Log}
	c.Lists = &segment.Lists{DB: c.DB, IDs: c.IDs, Key: key, Clock: c.Clock, Zone: c.zone, Region: func() string { return c.Rules().Region }}
}

// follow makes what follows the events: figures, the feed, webhooks.
func (c *Core) follow(cfg *config.Config) {
	c.Feed = &feed.Feed{DB: c.DB, Clock: c.Clock, Keep: time.Duration(cfg.Events.KeepDays) * 24 * time.Hour}
	c.Webhooks = webhook.New(webhook.Options{
		DB: c.DB, IDs: c.IDs, Clock: c.Clock, Log: c.Log, Metrics: c.Metrics, Feed: c.Feed, Render: api.EventBody,
		Post: post.New(post.Options{Timeout: cfg.Hooks.Timeout, Private: cfg.Hooks.Private, Plain: cfg.Hooks.HTTP}),
	})
	c.Refresher = &segment.Refresher{
		DB: c.DB, IDs: c.IDs, Clock: c.Clock, Log: c.Log, Metrics: c.Metrics,
		OwnLevel: func(programme id.ID) bool { return c.Programmes.Current().OwnLevel(programme) },
		Underway: func() int { return c.Desk.Underway() },
	}
	c.Figures = figure.NewDispatcher(figure.Options{
		DB: c.DB, Clock: c.Clock, Log: c.Log, Metrics: c.Metrics,
		Heads: c.Seals.Collect, Feed: c.Feed.Collect, Touched: c.Refresher.Collect, Done: c.Webhooks.Wake,
	})
}

// channels are what carries codes. Until a gateway is set up there is none but
// a place where somebody in development reads them.
func channels(shown io.Writer) map[member.Kind]member.Channel {
	if shown == nil {
		return nil
	}
	return map[member.Kind]member.Channel{
		member.Phone: channel.NewShown("sms", shown), member.Email: channel.NewShown("email", shown),
	}
}

// Refresh takes in what has changed in the base of all that is kept in
// memory.
func (c *Core) Refresh(ctx context.Context) error {
	if err := c.Programmes.Refresh(ctx); err != nil {
		return err
	}
	if _, err := c.Directory.Refresh(ctx, c.DB); err != nil {
		return err
	}
	if _, err := c.Catalog.Refresh(ctx, c.DB); err != nil {
		return err
	}
	if _, err := c.Showings.Refresh(ctx, c.DB); err != nil {
		return err
	}
	if _, err := c.cashiers.Refresh(ctx, c.DB); err != nil {
		return err
	}
	rules, _, err := member.LoadRules(ctx, c.DB)
	if err != nil {
		return err
	}
	c.rules.Store(&rules)
	o, err := organization.Load(ctx, c.DB)
	if err != nil {
		return err
	}
	c.house.Store(&o)
	return nil
}

// Organization is whose base it is, as it is now.
func (c *Core) Organization() organization.Organization { return *c.house.Load() }

// knowsCashier tells whether there is such a cashier; one whom another process
// has just made is looked for in the base.
func (c *Core) knowsCashier(ctx context.Context, cashier id.ID) (bool, error) {
	if _, ok := c.cashiers.Get(cashier); ok {
		return true, nil
	}
	_, err := c.Identity.Cashier(ctx, cashier)
	if fault.Is(err, "identity.cashier-not-found") {
		return false, nil
	}
	return err == nil, err
}

// Rules are the settings of members as they are now.
func (c *Core) Rules() member.Rules { return *c.rules.Load() }

// zone is where the days of members' lists are counted: the first programme's.
func (c *Core) zone() *time.Location {
	if all := c.Programmes.Current().All(); len(all) > 0 {
		if zone, err := time.LoadLocation(all[0].Zone); err == nil {
			return zone
		}
	}
	return time.UTC
}

// Run sets going what goes on by itself: taking in changes, keeping the node,
// dues, figures, seals, goods met for the first time.
//
// What goes by the time of day, dues and seals, waits for first, if there is
// one: it fills a base with what has happened before now.
func (c *Core) Run(ctx context.Context, first func(ctx context.Context) error) error {
	ctx = audit.By(ctx, audit.Actor{Kind: audit.System})
	work := ctx
	ctx, c.stop = context.WithCancel(ctx)
	c.loops.Go(func() { c.each(ctx, refreshEvery, "refresh", c.Refresh) })
	c.loops.Go(func() { c.each(ctx, node.Every, "lease", c.lease.Renew) })
	c.loops.Go(func() { c.each(ctx, dueEvery, "keys", c.Keys.WriteUsed) })
	c.loops.Go(func() { c.Figures.Run(ctx) })
	c.loops.Go(func() { c.Refresher.Run(ctx) })
	c.loops.Go(func() { c.Webhooks.Run(ctx) })
	c.loops.Go(func() { c.learn(ctx) })
	c.loops.Go(func() { c.each(ctx, bulk.Every, "bulk", c.Bulk.Work) })
	c.loops.Go(func() { c.each(ctx, intake.Every, "intake", c.Intakes.Work) })
	if first != nil {
		if err := first(work); err != nil {
			return err
		}
	}
	c.tick()
	c.answer(ctx)
	return c.Jobs.Start(work)
}

// The ticks, each done by one of the processes.
type (
	duesTick struct{}
	joinTick struct{}
	sealTick struct{}
	feedTick struct{}
	tidyTick struct{}
	planTick struct{}
)

func (duesTick) Kind() string           { return "ledger.dues" }
func (duesTick) Timeout() time.Duration { return time.Hour }
func (joinTick) Kind() string           { return "join.past" }
func (joinTick) Timeout() time.Duration { return time.Hour }
func (sealTick) Kind() string           { return "ledger.seal" }
func (feedTick) Kind() string           { return "feed.prune" }
func (feedTick) Timeout() time.Duration { return time.Hour }
func (tidyTick) Kind() string           { return "staff.tidy" }
func (planTick) Kind() string           { return "programme.plans" }

func (c *Core) tick() {
	jobs.Handle(c.Jobs, func(ctx context.Context, _ duesTick) error { return c.settleDues(ctx) })
	jobs.Handle(c.Jobs, func(ctx context.Context, _ joinTick) error { return c.Joins.Past(ctx) })
	jobs.Handle(c.Jobs, func(ctx context.Context, _ sealTick) error {
		_, err := c.Seals.Seal(ctx)
		return err
	})
	jobs.Handle(c.Jobs, func(ctx context.Context, _ feedTick) error {
		_, err := c.Feed.Prune(ctx)
		_, err2 := c.Webhooks.Bury(ctx)
		return errors.Join(err, err2, c.Bulk.Prune(ctx), c.Intakes.Prune(ctx))
	})
	jobs.Handle(c.Jobs, func(ctx context.Context, _ tidyTick) error { return c.Staff.Tidy(ctx) })
	c.Jobs.Every("feed", feedEvery, feedTick{}, jobs.Nightly)
	c.Jobs.Every("staff", feedEvery, tidyTick{}, jobs.Nightly)
	c.Jobs.Every("dues", dueEvery, duesTick{}, jobs.Nightly)
	c.Jobs.Every("join", dueEvery, joinTick{}, jobs.Nightly)
	jobs.Handle(c.Jobs, func(ctx context.Context, _ planTick) error { return c.Plans.CarryOut(ctx) })
	c.Jobs.Every("plans", dueEvery, planTick{}, jobs.Default)
	c.Jobs.Every("seal", dueEvery, sealTick{}, jobs.Default)
}

// Lost is closed when the node number could not be kept: ids made from now on
// might be another process's too, so the program must stop.
func (c *Core) Lost() <-chan struct{} { return c.lease.Lost() }

// each calls do at intervals until ctx ends; a failure is logged and the next
// call tries again.
func (c *Core) each(ctx context.Context, every time.Duration, what string, do func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := fault.Contain(func() error { return do(ctx) }); err != nil && ctx.Err() == nil {
				c.Log.ErrorContext(ctx, "background work failed", "work", what, "error", err)
			}
		}
	}
}

// settleDues writes all that is due by now, gifts of the day first.
func (c *Core) settleDues(ctx context.Context) error {
	if err := c.Desk.GiveDated(ctx); err != nil {
		return err
	}
	return c.Desk.SettleAllDue(ctx, nil)
}

// keepUnknown notes goods that the catalogue does not have. Past what can be
// noted they are let go: the next receipt names them again.
func (c *Core) keepUnknown(seen []catalog.Seen) {
	select {
	case c.unknown <- seen:
	default:
	}
}

// learn puts unknown goods into the catalogue, to be completed by staff.
func (c *Core) learn(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case seen := <-c.unknown:
			for more := true; more && len(seen) < maxUnknown; {
				select {
				case next := <-c.unknown:
					seen = append(seen, next...)
				default:
					more = false
				}
			}
			if err := c.keep(ctx, seen); err != nil && ctx.Err() == nil {
				c.Log.ErrorContext(ctx, "unknown goods were not kept", "error", err)
			}
		}
	}
}

func (c *Core) keep(ctx context.Context, seen []catalog.Seen) error {
	skus := make([]string, len(seen))
	for i, s := range seen {
		skus[i] = s.SKU
	}
	missing := c.Catalog.Missing(skus)
	if len(missing) == 0 {
		return nil
	}
	fresh := make([]catalog.Seen, 0, len(missing))
	for _, s := range seen {
		for _, m := range missing {
			if s.SKU == m {
				fresh = append(fresh, s)
			}
		}
	}
	if _, err := c.Products.Ensure(ctx, fresh); err != nil {
		return err
	}
	_, err := c.Catalog.Refresh(ctx, c.DB)
	return err
}

// Migrate brings a base to this program's schema, its queue's tables too.
func Migrate(ctx context.Context, d *db.DB) error {
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	return jobs.Migrate(ctx, d)
}

// Close ends the work in its order: no more receipts, what goes on by itself,
// the node, the base.
func (c *Core) Close(ctx context.Context) {
	if c.Desk != nil {
		c.Desk.Close()
	}
	if c.stop != nil {
		c.stop()
		c.loops.Wait()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobsEnd)
		defer cancel()
		if err := c.Jobs.Stop(end); err != nil {
			c.Log.WarnContext(ctx, "jobs were cut off", "error", err)
		}
	}
	if c.lease != nil {
		if err := c.lease.Release(context.WithoutCancel(ctx)); err != nil {
			c.Log.WarnContext(ctx, "node was not given back", "error", err)
		}
	}
	if c.DB != nil {
		c.DB.Close()
	}
}
