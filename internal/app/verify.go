package app

import (
	"context"
	"encoding/json"
	"fmt"

	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

type verifyCmd struct {
	JSON    bool `name:"json" help:"cli.verify-json"`
	Workers int  `help:"cli.verify-workers" placeholder:"N"`
}

// Run proves the books of a base, also of one at work, and names the first
// row that breaks each invariant.
func (c *verifyCmd) Run(ctx context.Context, p *program) error {
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
	// Its stages go side by side: one bar shows them all.
	bars := newBars(p, func(string) string { return p.texts.Text(p.lang, "verify.progress") })
	report, err := verify.Run(ctx, d, verify.Options{
		Workers:  c.Workers,
		Progress: func(done, total int64, _ string) { bars.show("verify", done, total, false) },
	})
	bars.end()
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(p.stdout)
		out.SetIndent("", "  ")
		err = out.Encode(&report)
	} else {
		p.tell(&report)
	}
	if err == nil && !report.Clean() {
		err = fault.New(fault.Conflict, "verify.broken", "count", len(report.Breaks))
	}
	return err
}

// tell prints a report for people.
func (p *program) tell(r *verify.Report) {
	for _, line := range []struct {
		what string
		n    int64
	}{
		{"homes", r.Counts.Homes},
		{"accounts", r.Counts.Accounts},
		{"lots", r.Counts.Lots},
		{"postings", r.Counts.Postings},
		{"purchases", r.Counts.Purchases},
		{"refunds", r.Counts.Refunds},
		{"adjustments", r.Counts.Adjustments},
		{"visits", r.Counts.Visits},
		{"reservations", r.Counts.Reservations},
		{"level-changes", r.Counts.LevelChanges},
		{"gifts", r.Counts.Gifts},
		{"deposits", r.Counts.Deposits},
		{"keys", r.Counts.Keys},
		{"limits", r.Counts.Limits},
		{"codes", r.Counts.Codes},
		{"tickets", r.Counts.Tickets},
		{"programmes", r.Counts.Programmes},
		{"figures", r.Counts.Figures},
		{"listed", r.Counts.Listed},
		{"events", r.Counts.Events},
		{"seals", r.Counts.Seals},
		{"leaves", r.Counts.Leaves},
		{"audit", r.Counts.Audit},
	} {
		fmt.Fprintf(p.stdout, "%s: %s\n", p.texts.Text(p.lang, "verify.count-"+line.what), i18n.Number(p.lang, line.n))
	}
	for i := range r.Breaks {
		b := &r.Breaks[i]
		fmt.Fprintf(p.stdout, "\n%s (%s)\n", p.texts.Text(p.lang, "verify."+string(b.Invariant)), b.Invariant)
		p.say("verify.row", "table", b.Table, "key", b.Key)
		p.say("verify.found", "found", b.Found)
		p.say("verify.wanted", "wanted", b.Wanted)
		if b.Rows > 1 {
			p.say("verify.rows", "count", b.Rows)
		}
	}
	if r.Clean() {
		p.say("verify.clean")
	}
}
