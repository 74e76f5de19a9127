package app

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"kopilka/internal/app/demo"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// TestDemo fills a small organization on each engine, serves it, does what
// the printed lines do, and proves the books.
func TestDemo(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			cfg := config.Default()
			cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, dialect)), "127.0.0.1:0"
			s, err := Start(t.Context(), ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts})
			if err != nil {
				t.Fatal(err)
			}
			tryDemo(t, s)
			if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
}

func tryDemo(t *testing.T, s *Service) {
	ctx := t.Context()
	parts := demoParts(s.Core)
	made, err := demo.Fill(ctx, parts, demo.Size{Members: 120, Receipts: 900, Days: 120}, nil)
	if err != nil || made.Members != 120 || made.Receipts != 900 || made.Refunds == 0 {
		t.Fatalf("%+v %v", made, err)
	}
	shown, err := s.Playbill.Sessions(ctx, playbill.SessionFilter{Event: "zvezdopad", State: playbill.OnSale}, playbill.SessionCursor{}, 100)
	if err != nil || len(shown) != 48 {
		t.Errorf("%d sessions of the premiere: %v", len(shown), err)
	}
	var sold, used int
	if err := s.DB.Row(ctx, `select (select count(*) from ticket where session is not null), (select count(*) from visit)`).Scan(&sold, &used); err != nil || sold < 60 || used == 0 || used >= sold {
		t.Errorf("%d tickets to sessions, %d used: %v", sold, used, err)
	}
	try, err := demo.Find(ctx, parts)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&demoCmd{}).keys(ctx, s, try); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: 30 * time.Second}
	for _, r := range try.Requests() {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+r.Path, strings.NewReader(r.Body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+try.TillKey)
		if r.Key != "" {
			req.Header.Set("Idempotency-Key", r.Key)
		}
		req.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
		if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusOK {
			t.Errorf("%s %s: %d", r.Path, r.Body, answer.StatusCode)
		}
	}
	if lines := try.Curl(s.URL); len(lines) != 6 || !strings.HasPrefix(lines[0], "curl -s "+s.URL) {
		t.Errorf("%q", lines)
	}
	report, err := verify.Run(ctx, s.DB, verify.Options{})
	if err != nil || len(report.Breaks) > 0 {
		t.Errorf("%+v %v", report.Breaks, err)
	}
}
