package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"time"

	"kopilka/internal/app/bench"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/bare"
	"kopilka/internal/platform/fault"
)

type benchCmd struct {
	Receipts benchReceiptsCmd `cmd:"" help:"cli.bench-receipts"`
	Members  benchMembersCmd  `cmd:"" help:"cli.bench-members-lists"`
}

type benchReceiptsCmd struct {
	Engine     string        `help:"cli.bench-engine" enum:"sqlite,postgres" default:"sqlite" placeholder:"sqlite|postgres"`
	Members    int64         `help:"cli.bench-members" default:"1000000" placeholder:"N"`
	Rules      int           `help:"cli.bench-rules" default:"0" placeholder:"N"`
	Lots       int           `help:"cli.bench-lots" default:"0" placeholder:"N"`
	Clients    int           `help:"cli.bench-clients" default:"64" placeholder:"N"`
	Phase      time.Duration `name:"seconds" help:"cli.bench-seconds" default:"20s" placeholder:"20s"`
	Warmup     time.Duration `help:"cli.bench-warmup" default:"3s" placeholder:"3s"`
	Rounds     int           `help:"cli.bench-rounds" default:"3" placeholder:"N"`
	Dir        string        `help:"cli.bench-dir" placeholder:"DIR"`
	URL        string        `name:"url" help:"cli.bench-url" placeholder:"URL"`
	Keep       bool          `help:"cli.bench-keep"`
	JSON       bool          `name:"json" help:"cli.bench-json"`
	Client     string        `help:"cli.bench-client" enum:"raw,go" default:"raw" placeholder:"raw|go"`
	Direct     bool          `help:"cli.bench-direct"`
	CPUProfile string        `name:"cpuprofile" help:"cli.bench-cpuprofile" placeholder:"FILE"`
	MemProfile string        `name:"memprofile" help:"cli.bench-memprofile" placeholder:"FILE"`
	Bare       int           `hidden:"" default:"1000000" help:"cli.bench-bare"`
}

// Run measures receipts against the bare receipt and prints what it found.
func (c *benchReceiptsCmd) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	if err := c.check(cfg); err != nil {
		return err
	}
	measured, err := c.profiles()
	if err != nil {
		return err
	}
	bars := newBars(p, func(stage string) string { return p.texts.Text(p.lang, "bench.step-"+stage) })
	report, err := bench.Run(ctx, bench.Options{
		Engine: db.Dialect(c.Engine), URL: c.URL, Dir: c.Dir, Members: c.Members, Rules: c.Rules, Lots: c.Lots, Clients: c.Clients,
		Phase: c.Phase, Warmup: c.Warmup, Rounds: c.Rounds, Keep: c.Keep, Bare: c.Bare,
		Direct: c.Direct, Measured: measured, Verify: verifyBench,
		Start: func(ctx context.Context, url string) (bench.Server, error) {
			return startBench(ctx, p, *cfg, url, c.Client)
		},
		Step: func(s bench.Step) {
			switch s.Name {
			case bench.MakingMembers, bench.MakingLots, bench.Reckoning, bench.SettlingDues:
				bars.show(string(s.Name), s.N, c.Members, false)
				return
			}
			bars.end()
			fmt.Fprintln(p.stderr, p.texts.Text(p.lang, "bench.step-"+string(s.Name), "n", s.N))
		},
	})
	bars.end()
	if err != nil {
		return err
	}
	if err := c.writeMemProfile(); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(report)
	}
	c.tell(p, report)
	return nil
}

// check completes the flags from the settings and refuses what can't be.
func (c *benchReceiptsCmd) check(cfg *config.Config) error {
	var bad []fault.Field
	unless := func(ok bool, flag string, least, most any) {
		if !ok {
			bad = append(bad, fault.Field{Path: flag, Code: "bench.out-of-range", Args: fault.Pairs("least", fmt.Sprint(least), "most", fmt.Sprint(most))})
		}
	}
	const mostClients, mostRounds, longest = 4096, 100, time.Hour
	unless(c.Members >= 1 && c.Members <= bench.MaxMembers, "--members", 1, bench.MaxMembers)
	unless(c.Rules >= 0 && c.Rules <= bench.MaxRules, "--rules", 0, bench.MaxRules)
	unless(c.Lots >= 0 && c.Lots <= bench.MaxLots, "--lots", 0, bench.MaxLots)
	unless(c.Clients >= 1 && c.Clients <= mostClients, "--clients", 1, mostClients)
	unless(c.Rounds >= 1 && c.Rounds <= mostRounds, "--rounds", 1, mostRounds)
	unless(c.Phase >= 100*time.Millisecond && c.Phase <= longest, "--seconds", 100*time.Millisecond, longest)
	unless(c.Warmup >= 0 && c.Warmup <= longest, "--warmup", 0, longest)
	unless(c.Bare >= 1 && c.Bare <= 10*bare.Accounts, "--bare", 1, 10*bare.Accounts)
	if c.URL == "" {
		c.URL = cfg.DatabaseURL()
	}
	if c.Engine == string(db.Postgres) && !db.IsPostgres(c.URL) {
		bad = append(bad, fault.Field{Path: "--url", Code: "bench.no-url"})
	}
	if c.Dir == "" {
		c.Dir = filepath.Join(cfg.DataDir, "bench")
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "bench.wrong").With(bad...)
	}
	return nil
}

// profiles opens the file of the processor profile; what it gives takes the
// profile of the measured phases of the first round.
func (c *benchReceiptsCmd) profiles() (func(begins bool), error) {
	if c.MemProfile != "" {
		runtime.MemProfileRate = 64 << 10
	}
	if c.CPUProfile == "" {
		return nil, nil
	}
	file, err := os.Create(c.CPUProfile)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "bench.no-file", "file", c.CPUProfile)
	}
	taken := false
	return func(begins bool) {
		switch {
		case taken:
		case begins:
			_ = pprof.StartCPUProfile(file)
		default:
			pprof.StopCPUProfile()
			taken = file.Close() == nil
		}
	}, nil
}

func (c *benchReceiptsCmd) writeMemProfile() error {
	if c.MemProfile == "" {
		return nil
	}
	file, err := os.Create(c.MemProfile)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "bench.no-file", "file", c.MemProfile)
	}
	if err := pprof.Lookup("allocs").WriteTo(file, 0); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// tell prints the report as lines.
func (c *benchReceiptsCmd) tell(p *program, r *bench.Report) {
	figure := func(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
	answering := func(a *bench.Answering) string {
		return figure(a.PerSecond, 0) + " (" + figure(a.P50, 1) + " / " + figure(a.P99, 1) + ")"
	}
	for _, line := range [][2]string{
		{"bench.commits", figure(r.CommitsPerSecond, 0)},
		{"bench.bare", figure(r.BarePerSecond, 0) + " (" + r.BareTool + ")"},
		{"bench.ratio", figure(r.Ratio, 2)},
		{"bench.latency", figure(r.P50, 1) + " / " + figure(r.P99, 1)},
		{"bench.find", answering(r.Find)},
		{"bench.quote", answering(r.Quote)},
		{"bench.dues", figure(r.DuesPerMinute, 0)},
		{"bench.rows", figure(r.RowsPerReceipt, 2)},
		{"bench.bytes", figure(r.BytesPerReceipt, 0)},
		{"bench.errors", strconv.FormatInt(r.Errors, 10)},
		{"bench.lag", strconv.FormatInt(r.FiguresLagMS, 10)},
		{"bench.memory", strconv.FormatInt(r.RSSMB, 10)},
		{"bench.started", strconv.FormatInt(r.StartMS, 10)},
		{"bench.verified", r.Verify},
	} {
		p.say(line[0], "value", line[1])
	}
}
