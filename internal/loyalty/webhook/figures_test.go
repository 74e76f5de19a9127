package webhook_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/post"
)

// TestFigures: how far behind the sending is can be seen.
func TestFigures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, bad, off := setup(t, d), receive(t), receive(t)
		registry := metrics.New("test")
		w := webhook.New(webhook.Options{
			DB: d, IDs: b.ids, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Feed: b.feed, Metrics: registry, Every: 10 * time.Millisecond,
			Post:   post.New(post.Options{Timeout: time.Second, Private: true, Plain: true}),
			Render: func(feed.Event) ([]byte, error) { return []byte(`{}`), nil },
		})
		if f, err := w.Figures(t.Context()); err != nil || f != (webhook.Figures{}) {
			t.Errorf("without webhooks: %+v %v", f, err)
		}
		hook, idle := b.hook(bad), b.hook(off)
		_, err := b.hooks.Change(t.Context(), idle, webhook.Draft{Name: "off", URL: off.url, Off: true})
		b.must(err)
		bad.answers(status(http.StatusInternalServerError))
		b.happen(3)
		b.drain()
		b.happen(1)
		b.clock.Add(4 * time.Second)
		f, err := w.Figures(t.Context())
		want := webhook.Figures{On: 1, Off: 1, Failing: 1, Unsent: 4 * time.Second, Waiting: 3}
		if diff := cmp.Diff(want, f); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		if _, err := d.Exec(t.Context(), `update webhook_delivery set state = 'dead' where seq = 1`); err != nil {
			t.Fatal(err)
		}
		b.running(w)
		lines := []string{
			`kopilka_feed_last_event 4`,
			`kopilka_webhook_on{webhook="` + hook.String() + `"} 1`, `kopilka_webhook_on{webhook="` + idle.String() + `"} 0`,
			`kopilka_webhook_oldest_unsent_seconds{webhook="` + hook.String() + `"} 4`,
			`kopilka_webhook_deliveries{state="dead",webhook="` + hook.String() + `"} 1`,
			`kopilka_webhook_deliveries{state="waiting",webhook="` + hook.String() + `"} 2`,
		}
		eventually(t, strings.Join(lines, "\n"), func() bool {
			rec := httptest.NewRecorder()
			registry.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
			return !slices.ContainsFunc(lines, func(line string) bool { return !strings.Contains(rec.Body.String(), line) })
		})
		b.clock.Add(31 * 24 * time.Hour)
		if n, err := w.Bury(t.Context()); n != 1 || err != nil {
			t.Errorf("%d buried: %v", n, err)
		}
	})
}

// TestDrafts: what is wrong with a webhook is told, and there are not too many.
func TestDrafts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for _, tc := range []struct {
			draft webhook.Draft
			code  string
		}{
			{webhook.Draft{Name: " ", URL: "https://x.example.ru"}, "reference.invalid"},
			{webhook.Draft{Name: "x", URL: "https://x.example.ru", Kinds: []feed.Kind{"ping"}}, "reference.invalid"},
		} {
			if _, _, err := b.hooks.Create(t.Context(), tc.draft); !fault.Is(err, tc.code) {
				t.Errorf("%+v: %v", tc.draft, err)
			}
		}
		secrets := map[string]bool{}
		for range webhook.MaxWebhooks {
			_, secret, err := b.hooks.Create(t.Context(), webhook.Draft{Name: "x", URL: "https://x.example.ru", Kinds: []feed.Kind{feed.CardIssued, feed.CardIssued}})
			b.must(err)
			secrets[secret] = true
		}
		if len(secrets) != webhook.MaxWebhooks {
			t.Error("two have one secret")
		}
		if _, _, err := b.hooks.Create(t.Context(), webhook.Draft{Name: "x", URL: "https://x.example.ru"}); !fault.Is(err, "webhook.too-many") {
			t.Errorf("one too many: %v", err)
		}
		list, err := b.hooks.List(t.Context(), 0, 1000)
		if err != nil || len(list) != webhook.MaxWebhooks || len(list[0].Kinds) != 1 {
			t.Fatalf("%d: %v", len(list), err)
		}
		first := list[0]
		_, err = b.hooks.Change(t.Context(), first.ID, webhook.Draft{Name: "y", URL: first.URL, Version: first.Version})
		b.must(err)
		if _, err = b.hooks.Change(t.Context(), first.ID, webhook.Draft{Name: "z", URL: first.URL, Version: first.Version}); !fault.Is(err, "reference.changed") {
			t.Errorf("changed by two: %v", err)
		}
		b.must(b.hooks.Delete(t.Context(), first.ID))
		if err := b.hooks.Delete(t.Context(), first.ID); !fault.Is(err, "webhook.not-found") {
			t.Errorf("deleted twice: %v", err)
		}
	})
}
