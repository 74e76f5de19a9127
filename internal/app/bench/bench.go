// Package bench measures the product against the bare receipt (package
// platform/db/bare) in one run: on the same machine, engine and durability
// settings, in turns, so that what drifts on the machine favours neither.
//
// Commits go over real HTTP to the whole program, each client at a till of its
// own with an API key of its own. The members are made first; the books are
// verified after. Every base that it uses is its own.
package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/bare"
	"kopilka/internal/platform/id"
)

// Server is the program under load.
type Server interface {
	// Call gives a client's way to it; the token is its till's key.
	Call(till id.ID, token string) (Caller, error)
	// Close stops it in order.
	Close(ctx context.Context) error
}

// Options say what to measure.
type Options struct {
	Engine  db.Dialect
	URL     string // PostgreSQL: a base on the server, which is not touched
	Dir     string // SQLite: where the files are made
	Members int64
	Rules   int // beside the programme's rates: as many active rules, most of products
	Lots    int // that each member has earned before
	Clients int
	Phase   time.Duration // that is measured
	Warmup  time.Duration // before it
	Rounds  int           // how often the two take turns
	Keep    bool          // leave the bases for the next run
	Bare    int           // accounts of the bare receipt
	Direct  bool          // the desk alone, without HTTP, keys and figures

	// Start starts the program on the base and gives how to reach it.
	Start func(ctx context.Context, url string) (Server, error)
	// Verify proves the books of the base.
	Verify func(ctx context.Context, url string) error
	// Step is called when a part of the run begins or gets on.
	Step func(Step)
	// Measured is called around each measured phase of ours.
	Measured func(begins bool)

	mark string // for tests: of this run's bases, which another's can't be taken for
}

// Step is a part of a run; N counts where it makes sense.
type Step struct {
	Name StepName
	N    int64
}

// StepName names a part of a run.
type StepName string

// The parts of a run.
const (
	MakingBare    StepName = "bare"
	MakingMembers StepName = "members"   // N of them are there
	Reckoning     StepName = "reckoning" // the figures of N members are there
	MakingLots    StepName = "lots"      // N members have theirs
	SettlingDues  StepName = "dues"      // of N accounts
	Looking       StepName = "looking"   // finding and quoting
	Starting      StepName = "start"
	WarmingUp     StepName = "warmup"
	Measuring     StepName = "round" // N-th round
	Verifying     StepName = "verify"
)

// Report is what a run found. Rates are receipts a second.
type Report struct {
	CommitsPerSecond float64 `json:"commits_per_second"`
	BarePerSecond    float64 `json:"bare_per_second"`
	Ratio            float64 `json:"ratio"`
	P50              float64 `json:"p50_ms"`
	P99              float64 `json:"p99_ms"`
	RowsPerReceipt   float64 `json:"rows_per_receipt"`
	BytesPerReceipt  float64 `json:"bytes_per_receipt"`
	WALPerReceipt    float64 `json:"wal_bytes_per_receipt,omitempty"` // PostgreSQL; with whole pages after a checkpoint

	Engine     string            `json:"engine"`
	Version    string            `json:"engine_version"`
	Durability map[string]string `json:"durability"`
	Members    int64             `json:"members"`
	Rules      int               `json:"rules,omitempty"`
	Clients    int               `json:"clients"`
	CPUs       int               `json:"cpus"`
	Go         string            `json:"go"`
	BareTool   string            `json:"bare_tool"`
	BareOver   int               `json:"bare_accounts"`
	Load       float64           `json:"load_average_before"`

	Receipts     int64              `json:"receipts"`
	Groups       float64            `json:"receipts_per_group,omitempty"`
	Errors       int64              `json:"errors"`
	FirstError   string             `json:"first_error,omitempty"`
	Rounds       []Round            `json:"rounds"`
	RowsByTable  map[string]float64 `json:"rows_per_receipt_by_table"`
	Kept         bool               `json:"members_kept"` // of an earlier run
	FillSeconds  float64            `json:"fill_seconds"`
	BaseMB       int64              `json:"base_mb"` // with the members, before the receipts
	StartMS      int64              `json:"start_ms"`
	IdleMB       int64              `json:"rss_mb_started"`
	RSSMB        int64              `json:"rss_mb"` // the clients' memory is in it
	FiguresLagMS int64              `json:"figures_lag_ms"`
	Verify       string             `json:"verify"`
	VerifySecond float64            `json:"verify_seconds"`

	Lots          int        `json:"lots_per_member,omitempty"`
	Dues          int64      `json:"dues,omitempty"` // accounts settled
	DuesPerMinute float64    `json:"dues_per_minute,omitempty"`
	Find          *Answering `json:"find,omitempty"`
	Quote         *Answering `json:"quote,omitempty"`
}

// Round is one turn of each.
type Round struct {
	Bare    float64 `json:"bare_per_second"`
	Ours    float64 `json:"commits_per_second"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Max     float64 `json:"max_ms"`
	LagMS   int64   `json:"figures_lag_ms"`
	BareP50 float64 `json:"bare_p50_ms,omitempty"`
	BareP99 float64 `json:"bare_p99_ms,omitempty"`
	CPU     CPU     `json:"cpu_us_per_receipt"`
	BareCPU CPU     `json:"bare_cpu_us_per_receipt"`
}

// Answering is how fast requests of one sort were answered to all clients at
// once.
type Answering struct {
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
}

// CPU is processor time in microseconds: of the program with its clients, or
// of the bare tool, and of the database server, where that is on this machine.
type CPU struct {
	Program  float64 `json:"program"`
	Database float64 `json:"database"`
}

const closeTimeout = 30 * time.Second

// Run measures.
func Run(ctx context.Context, o Options) (*Report, error) {
	r := &run{Options: o, report: &Report{
		Engine: string(o.Engine), Members: o.Members, Rules: o.Rules, Lots: o.Lots, Clients: o.Clients, CPUs: runtime.NumCPU(), Go: runtime.Version(),
		BareOver: o.Bare, Load: loadAverage(), Durability: map[string]string{},
	}}
	err := r.run(ctx)
	return r.report, errors.Join(err, r.clean(context.WithoutCancel(ctx)))
}

// run is one run under way.
type run struct {
	Options
	report *Report
	place  place
	closes []func(ctx context.Context) error
}

func (r *run) clean(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	var all []error
	for i := len(r.closes) - 1; i >= 0; i-- {
		all = append(all, r.closes[i](ctx))
	}
	return errors.Join(all...)
}

func (r *run) later(f func(context.Context) error) { r.closes = append(r.closes, f) }

func (r *run) run(ctx context.Context) error {
	var err error
	if r.place, err = newPlace(ctx, &r.Options); err != nil {
		return err
	}
	r.later(func(context.Context) error { r.place.close(); return nil })
	r.Step(Step{Name: MakingBare})
	yardstick, err := r.openBare(ctx)
	if err != nil {
		return err
	}
	r.report.BareTool = yardstick.Tool()
	url, shop, err := r.fill(ctx)
	if err != nil {
		return err
	}
	// What filling has left must not weigh on what is measured.
	debug.FreeOSMemory()
	d, err := db.Open(ctx, db.Options{URL: url, MaxConns: 4, Readers: 2})
	if err != nil {
		return err
	}
	r.later(func(context.Context) error { d.Close(); return nil })
	if err := r.describe(ctx, d); err != nil {
		return err
	}
	if r.Lots > 0 {
		if err := r.settleDues(ctx, url); err != nil {
			return err
		}
	}
	if err := r.measure(ctx, d, url, shop, yardstick); err != nil {
		return err
	}
	return r.verify(ctx, url)
}

func (r *run) openBare(ctx context.Context) (bare.Runner, error) {
	url, drop, err := r.place.make(ctx, "bare")
	if err != nil {
		return nil, err
	}
	r.later(drop)
	open := bare.SQLite
	if r.Engine == db.Postgres {
		open = bare.Postgres
	}
	runner, err := open(ctx, url, r.Bare)
	if err != nil {
		return nil, err
	}
	r.later(func(context.Context) error { return runner.Close() })
	return runner, nil
}

func (r *run) measure(ctx context.Context, d *db.DB, url string, s *shop, yardstick bare.Runner) error {
	r.Step(Step{Name: Starting})
	began := time.Now()
	start := r.Start
	if r.Direct {
		start = startDesk
	}
	server, err := start(ctx, url)
	if err != nil {
		return err
	}
	r.report.StartMS, r.report.IdleMB = time.Since(began).Milliseconds(), residentMB()
	closed := false
	stop := func(ctx context.Context) error {
		if closed {
			return nil
		}
		closed = true
		return server.Close(ctx)
	}
	r.later(stop)
	l := &load{walk: newWalk(r.Members), run: fmt.Sprintf("%x", time.Now().Unix()), sold: make([]int64, r.Clients)}
	for i := range r.Clients {
		c, err := server.Call(s.tills[i], s.tokens[i])
		if err != nil {
			return err
		}
		r.later(func(context.Context) error { c.Close(); return nil })
		l.callers = append(l.callers, c)
	}
	before, err := weigh(ctx, d)
	if err != nil {
		return err
	}
	if err := r.rounds(ctx, d, l, yardstick); err != nil {
		return err
	}
	r.report.RSSMB = residentMB()
	if err := r.looks(ctx, l); err != nil {
		return err
	}
	after, err := weigh(ctx, d)
	if err != nil {
		return err
	}
	r.report.grown(before, after)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return stop(stopping)
}

// rounds lets the two take turns.
func (r *run) rounds(ctx context.Context, d *db.DB, l *load, yardstick bare.Runner) error {
	if r.Warmup > 0 {
		r.Step(Step{Name: WarmingUp})
		if _, err := yardstick.Run(ctx, r.Warmup); err != nil {
			return err
		}
	}
	m := newMeter(ctx, d)
	var ours, bares, p50, p99 []float64
	for n := range r.Rounds {
		r.Step(Step{Name: Measuring, N: int64(n + 1)})
		settle(ctx, d)
		before := m.read()
		b, err := yardstick.Run(ctx, r.Phase)
		if err != nil {
			return err
		}
		bareCPU := m.read().since(before)
		settle(ctx, d)
		before = m.read()
		s, err := l.phase(ctx, sell, r.Warmup, r.Phase, r.Measured)
		if err != nil {
			return err
		}
		cpu := m.read().since(before)
		var lag time.Duration
		if !r.Direct { // else nobody takes the events up
			if lag, err = drain(ctx, d); err != nil {
				return err
			}
		}
		r.report.note(s)
		round := Round{
			Bare: round(b.PerSecond, 0), BareP50: round(b.P50, 3), BareP99: round(b.P99, 3),
			Ours: round(s.perSecond(), 0), P50: percentile(s.times, 0.5), P99: percentile(s.times, 0.99), Max: percentile(s.times, 1),
			LagMS: lag.Milliseconds(), CPU: cpu.perReceipt(s.all), BareCPU: bareCPU.perReceipt(b.Receipts),
		}
		r.report.Rounds = append(r.report.Rounds, round)
		ours, bares = append(ours, s.perSecond()), append(bares, b.PerSecond)
		p50, p99 = append(p50, round.P50), append(p99, round.P99)
		r.report.FiguresLagMS = max(r.report.FiguresLagMS, round.LagMS)
	}
	r.report.CommitsPerSecond, r.report.BarePerSecond = round(median(ours), 0), round(median(bares), 0)
	r.report.Ratio = round(median(ours)/median(bares), 3)
	r.report.P50, r.report.P99 = round(median(p50), 3), round(median(p99), 3)
	return nil
}

// looks measures what reads only: finding a member, quoting a receipt.
func (r *run) looks(ctx context.Context, l *load) error {
	r.Step(Step{Name: Looking})
	for _, x := range []struct {
		do call
		to **Answering
	}{{find, &r.report.Find}, {quote, &r.report.Quote}} {
		s, err := l.phase(ctx, x.do, r.Warmup, r.Phase, nil)
		if err != nil {
			return err
		}
		r.report.fail(s)
		*x.to = &Answering{PerSecond: round(s.perSecond(), 0), P50: percentile(s.times, 0.5), P99: percentile(s.times, 0.99)}
	}
	return nil
}

func (r *Report) note(s *seen) {
	r.Receipts += s.all
	r.fail(s)
}

func (r *Report) fail(s *seen) {
	r.Errors += s.errors
	if s.first != nil && r.FirstError == "" {
		r.FirstError = s.first.Error()
	}
}

func (r *run) verify(ctx context.Context, url string) error {
	if r.Verify == nil {
		r.report.Verify = "not done"
		return nil
	}
	r.Step(Step{Name: Verifying})
	began := time.Now()
	if err := r.Verify(ctx, url); err != nil {
		r.report.Verify = "broken"
		return err
	}
	r.report.Verify, r.report.VerifySecond = "clean", round(time.Since(began).Seconds(), 1)
	return nil
}
