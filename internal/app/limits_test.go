package app

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// TestLimitsOfKeys: limits.rate and limits.burst say how often a key may ask; a
// key with a rate of its own asks by that, be it lower or higher.
func TestLimitsOfKeys(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, db.SQLite)), "127.0.0.1:0"
	cfg.Limits.Rate, cfg.Limits.Burst = 2, 3
	s, err := Start(t.Context(), ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	for _, c := range []struct {
		name     string
		rate     int64
		at, more int // answered at once, and each second
	}{
		{"as configured", 0, 3, 2},
		{"slower", 60, 5, 1},
		{"faster", 600, 20, 10},
	} {
		_, token, err := s.Identity.MakeKey(t.Context(), identity.Key{Name: c.name, Scopes: []identity.Scope{identity.Admin}, Rate: c.rate})
		if err != nil {
			t.Fatal(err)
		}
		answered := func() (n int) {
			for {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/keys", http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", "Bearer "+token)
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
				switch {
				case res.StatusCode == http.StatusTooManyRequests && res.Header.Get("Retry-After") == "1":
					return n
				case res.StatusCode != http.StatusOK || n > 1000:
					t.Fatalf("%s: %s after %d", c.name, res.Status, n)
				}
				n++
			}
		}
		began := time.Now()
		n := answered()
		if most := c.at + c.more*int(time.Since(began)/time.Second+1); n < c.at || n > most {
			t.Errorf("%s: %d were answered, want %d to %d", c.name, n, c.at, most)
		}
	}
}
