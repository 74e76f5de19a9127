package storybook

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/edge/ui"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = clock.Of(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC))

// TestStories holds each story, in each language, to its golden file: what a
// change does to every page is seen in the difference.
func TestStories(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs() {
		ctx := ui.With(t.Context(), &ui.Look{Lang: lang, Theme: ui.Light, Zone: zone(), Now: noon, Texts: texts})
		for _, s := range Stories() {
			t.Run(s.ID+" "+string(lang), func(t *testing.T) {
				var got strings.Builder
				if err := s.Shows(ctx).Render(ctx, &got); err != nil {
					t.Fatal(err)
				}
				// One element a line, so that a difference is read; and no hash of files.
				text := strings.ReplaceAll(strings.ReplaceAll(got.String(), "><", ">\n<"), ui.Static().Base(), "/static/") + "\n"
				file := filepath.Join("testdata", s.ID+"."+string(lang)+".html")
				if *update {
					if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), text); diff != "" {
					t.Errorf("not as %s; if that is wanted: go test ./internal/edge/ui/storybook -update\n%s", file, diff)
				}
			})
		}
	}
}

// TestPagesAreProtected: nothing of another host, no script in the page, and
// nobody keeps it.
func TestPagesAreProtected(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	New(texts, clock.NewFixed(noon.Time())).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?lang=en", nil))
	h := w.Header()
	if w.Code != http.StatusOK || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self';") || h.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, h)
	}
	body := w.Body.String()
	if !strings.Contains(body, `<html lang="en" data-theme="light" data-auto>`) {
		t.Errorf("the page begins with %.200s", body)
	}
	for part := range strings.SplitSeq(body, "<script") {
		if rest, _, _ := strings.Cut(part, ">"); strings.HasPrefix(part, ">") || strings.Contains(part, "</script>") && !strings.Contains(rest, "src=") {
			t.Errorf("a script in the page: %.100s", part)
		}
	}
	for _, foreign := range []string{`="http`, `="//`, "onclick", "javascript:"} {
		if strings.Contains(body, foreign) {
			t.Errorf("the page has %s", foreign)
		}
	}
}
