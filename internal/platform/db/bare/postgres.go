package bare

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres makes the tables of the bare receipt in the base and gives what
// runs it: pgbench where the machine has it, else a loop of ours. Tables that
// hold as many accounts already are taken as they are.
func Postgres(ctx context.Context, url string, accounts int) (Runner, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if err := makeTables(ctx, cfg, accounts); err != nil {
		return nil, fmt.Errorf("bare: make the tables: %w", err)
	}
	tool := findPgbench()
	if tool == "" {
		return newLoop(ctx, cfg, accounts)
	}
	file, err := os.CreateTemp("", "kopilka-receipt-*.sql")
	if err != nil {
		return nil, err
	}
	_, err = file.WriteString(sized(script, accounts))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return &pgbench{tool: tool, cfg: cfg, file: file.Name()}, nil
}

func makeTables(ctx context.Context, cfg *pgx.ConnConfig, accounts int) error {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var there int
	if err := conn.QueryRow(ctx, "select count(*) from account").Scan(&there); err == nil && there == accounts {
		return nil
	}
	for _, statement := range strings.Split(sized(schema, accounts), ";\n") {
		if statement = strings.TrimSpace(statement); statement == "" {
			continue
		}
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// findPgbench looks in PATH and where Debian keeps a server's programs.
func findPgbench() string {
	if found, err := exec.LookPath("pgbench"); err == nil {
		return found
	}
	there, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if len(there) == 0 {
		return ""
	}
	slices.Sort(there)
	return there[len(there)-1]
}

type pgbench struct {
	tool string
	cfg  *pgx.ConnConfig
	file string
}

func (p *pgbench) Tool() string { return "pgbench receipt-8" }

func (p *pgbench) Close() error { return os.Remove(p.file) }

// longest bounds how long a run is made so that it tells a figure at all.
const longest = 10 * time.Second

var (
	tps     = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)
	done    = regexp.MustCompile(`(?m)^number of transactions actually processed: ([0-9]+)`)
	latency = regexp.MustCompile(`(?m)^latency average = ([0-9.]+) ms`)
)

// Run has the database address in the environment: an argument is seen by
// everybody who can list processes.
func (p *pgbench) Run(parent context.Context, d time.Duration) (Figure, error) {
	seconds := max(int(d.Seconds()), 1)
	ctx, cancel := context.WithTimeout(parent, d+time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.tool, "-n", "-M", "prepared",
		"-c", strconv.Itoa(clients), "-j", "2", "-T", strconv.Itoa(seconds), "-f", p.file)
	ssl := "disable"
	if p.cfg.TLSConfig != nil {
		ssl = "require"
	}
	cmd.Env = append(os.Environ(), "PGHOST="+p.cfg.Host, "PGPORT="+strconv.Itoa(int(p.cfg.Port)), "PGUSER="+p.cfg.User,
		"PGPASSWORD="+p.cfg.Password, "PGDATABASE="+p.cfg.Database, "PGSSLMODE="+ssl)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		return Figure{}, fmt.Errorf("bare: pgbench: %w: %s", err, errOut.String())
	}
	rate, average, n := number(tps, out), number(latency, out), number(done, out)
	if rate == 0 && d < longest {
		return p.Run(parent, 4*d) // the machine is busy: nothing was done in time
	}
	if rate == 0 {
		return Figure{}, fmt.Errorf("bare: pgbench told no figure: %s", out)
	}
	return Figure{PerSecond: rate, P50: average, Receipts: int64(n)}, nil
}

func number(pattern *regexp.Regexp, out []byte) float64 {
	m := pattern.FindSubmatch(out)
	if m == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(string(m[1]), 64)
	return v
}
