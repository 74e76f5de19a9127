package app

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"kopilka/internal/app/bench"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

type benchMembersCmd struct {
	Engine  string `help:"cli.bench-engine" enum:"sqlite,postgres" default:"sqlite" placeholder:"sqlite|postgres"`
	Members int64  `help:"cli.bench-members-count" default:"1000000" placeholder:"N"`
	Rounds  int    `help:"cli.bench-times" default:"20" placeholder:"N"`
	Dir     string `help:"cli.bench-dir" placeholder:"DIR"`
	URL     string `name:"url" help:"cli.bench-url" placeholder:"URL"`
	Keep    bool   `help:"cli.bench-keep"`
	JSON    bool   `name:"json" help:"cli.bench-json"`
}

// Run measures lists of members and prints how long each takes.
func (c *benchMembersCmd) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	const mostRounds = 10_000
	var bad []fault.Field
	within := func(v int64, flag string, most int64) {
		if v < 1 || v > most {
			bad = append(bad, fault.Field{Path: flag, Code: "bench.out-of-range", Args: fault.Pairs("least", "1", "most", strconv.FormatInt(most, 10))})
		}
	}
	within(c.Members, "--members", bench.MaxMembers)
	within(int64(c.Rounds), "--rounds", mostRounds)
	if c.URL == "" {
		c.URL = cfg.DatabaseURL()
	}
	if c.Engine == string(db.Postgres) && !db.IsPostgres(c.URL) {
		bad = append(bad, fault.Field{Path: "--url", Code: "bench.no-url"})
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "bench.wrong").With(bad...)
	}
	if c.Dir == "" {
		c.Dir = filepath.Join(cfg.DataDir, "bench")
	}
	bars := newBars(p, func(stage string) string { return p.texts.Text(p.lang, "bench.step-"+stage) })
	report, err := bench.Lists(ctx, bench.Options{
		Engine: db.Dialect(c.Engine), URL: c.URL, Dir: c.Dir, Members: c.Members, Rounds: c.Rounds, Keep: c.Keep,
		Step: func(s bench.Step) {
			if s.Name == bench.MakingMembers || s.Name == bench.Reckoning {
				bars.show(string(s.Name), s.N, c.Members, false)
				return
			}
			bars.end()
		},
	})
	bars.end()
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(report)
	}
	p.say("bench.lists", "engine", report.Engine+" "+report.Version, "members", report.Members)
	for _, t := range report.Pairs {
		found := strconv.FormatInt(t.Found, 10)
		if t.More {
			found = "> " + found
		}
		fmt.Fprintln(p.stdout, strings.TrimRight(fmt.Sprintf("%-50s %9s %9.1f %9.1f %9.1f %9.1f", t.Name, found, t.Median, t.Worst, t.CountMedian, t.CountWorst), " "))
	}
	return nil
}
