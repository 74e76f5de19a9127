package apidoc

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/metrics"
)

// TestPageInItsLanguage: the page says its language also before its scripts run.
func TestPageInItsLanguage(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	router, _ := httpx.NewRouter(httpx.Stack{
		Log: slog.New(slog.DiscardHandler), Texts: texts, Lang: i18n.RU, Metrics: metrics.New("test"), Health: httpx.NewHealth(clock.System{}), Body: 1, Timeout: time.Minute,
	})
	Mount(router)
	for asked, want := range map[string]string{"en": `<html lang="en">`, "ru": `<html lang="ru">`, "en-GB,en;q=0.9,ru;q=0.1": "<title>Kopilka API</title>"} {
		r := httptest.NewRequest(http.MethodGet, pagePath, nil)
		r.Header.Set("Accept-Language", asked)
		w := httptest.NewRecorder()
		router.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) || !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Language") {
			t.Errorf("%s: %v\n%.200s", asked, w.Header(), w.Body)
		}
	}
}
