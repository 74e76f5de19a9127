package app

import (
	"context"
	"os"
	"runtime/debug"

	"kopilka/internal/app/bench"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/log"
)

// benchServer is the whole program on the benchmark's base, as serve starts it.
type benchServer struct {
	service *Service
	log     *os.File
	call    func(base, token string) (bench.Caller, error)
}

// startBench starts the program with the settings in force but for the base,
// the address and the limits on how often one key may ask.
func startBench(ctx context.Context, p *program, cfg config.Config, url, caller string) (bench.Server, error) {
	const most = 1_000_000
	cfg.DB.URL, cfg.DB.Password = config.DSN(url), ""
	cfg.HTTP, cfg.Metrics.Addr = config.HTTP{Addr: "127.0.0.1:0"}, ""
	cfg.Limits.Rate, cfg.Limits.Burst = most, most
	// The access log is written as it would be, to a file.
	file, err := os.CreateTemp("", "kopilka-bench-*.log")
	if err != nil {
		return nil, err
	}
	debug.SetGCPercent(gcPercent)
	service, err := Start(ctx, ServiceOptions{Config: &cfg, Log: log.New(file, cfg.Log.Level, cfg.Log.Format), Texts: p.texts})
	if err != nil {
		_ = file.Close()
		_ = os.Remove(file.Name())
		return nil, err
	}
	call := bench.NewHTTPCaller
	if caller == "go" {
		call = bench.NewGoCaller
	}
	return &benchServer{service, file, call}, nil
}

// Call gives a client's connection.
func (s *benchServer) Call(_ id.ID, token string) (bench.Caller, error) {
	return s.call(s.service.URL, token)
}

// Close stops the program and throws its log away.
func (s *benchServer) Close(ctx context.Context) error {
	err := s.service.Close(ctx)
	_ = s.log.Close()
	_ = os.Remove(s.log.Name())
	return err
}

// verifyBench proves the books of the benchmark's base.
func verifyBench(ctx context.Context, url string) error {
	d, err := db.Open(ctx, db.Options{URL: url})
	if err != nil {
		return err
	}
	defer d.Close()
	report, err := verify.Run(ctx, d, verify.Options{})
	if err != nil || report.Clean() {
		return err
	}
	b := report.Breaks[0]
	return fault.New(fault.Internal, "bench.broken", "invariant", string(b.Invariant), "table", b.Table, "row", b.Key)
}
