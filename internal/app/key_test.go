package app

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// TestFirstKey goes from an empty base to the first answer of the API: the key
// that the command makes opens a program that runs already.
func TestFirstKey(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { t.Parallel(); firstKey(t, dbtest.URL(t, dialect)) })
	}
}

func firstKey(t *testing.T, url string) {
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr = config.DSN(url), "127.0.0.1:0"
	s, err := Start(t.Context(), ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	ask := func(path, key string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	made := kopilka(t, nil, "key", "create", "Бухгалтерия", "--days", "30", "--db", url)
	if made.code != ExitOK || !strings.HasPrefix(made.out, "kp_") || strings.Count(made.out, "\n") != 1 {
		t.Fatalf("%+v", made)
	}
	if status, body := ask("/keys", strings.TrimSpace(made.out)); status != http.StatusOK || !strings.Contains(body, "Бухгалтерия") || !strings.Contains(body, "expires") {
		t.Errorf("%d %s", status, body)
	}
	less := kopilka(t, nil, "key", "create", "Отчёты", "--scope", "reports.read", "--scope", "members.read", "--db", url)
	if status, body := ask("/keys", strings.TrimSpace(less.out)); less.code != ExitOK || status != http.StatusForbidden {
		t.Errorf("%+v: %d %s", less, status, body)
	}
	for _, args := range [][]string{{"key", "create", "x", "--scope", "all"}, {"key", "create", " "}, {"key", "create", "x", "--days=-1"}} {
		if got := kopilka(t, nil, append(args, "--db", url)...); got.code != ExitFailure || got.out != "" {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
