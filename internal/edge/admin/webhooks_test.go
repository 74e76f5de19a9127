package admin_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/post"
)

// hooks are the webhooks of a house, which may send to this machine by http.
func hooks(h *house, d *db.DB) *webhook.Webhooks {
	return webhook.New(webhook.Options{
		DB: d, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Feed: &feed.Feed{DB: d, Clock: h.Clock},
		Post: post.New(post.Options{Timeout: time.Minute, Private: true, Plain: true}), Render: func(e feed.Event) ([]byte, error) { return json.Marshal(string(e.Kind)) },
	})
}

// TestWebhooksInTheConsole: a webhook is made with a secret that is shown once,
// tried, turned off and on; what was given up is looked at and sent once more.
// Who works at some outlets has no part in it.
func TestWebhooksInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		var asked atomic.Int64
		there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(http.StatusTeapot)
		}))
		defer there.Close()
		who, here := h.hire("who", []staff.Permission{staff.WebhooksEdit}), h.hire("here", []staff.Permission{staff.WebhooksEdit}, h.Outlet.ID)
		list := admin.Base + "/webhooks"

		form := url.Values{"name": {"Сайт"}, "url": {there.URL}, "kinds": {"purchase.committed", "purchase.refunded"}}
		for _, bad := range []string{"", "ftp://example.org", "http://user@example.org/"} {
			form.Set("url", bad)
			if w := h.ask(who, http.MethodPost, list+"/new", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="url-error"`) {
				t.Errorf("the address %q: %d", bad, w.Code)
			}
		}
		if body := h.ask(who, http.MethodGet, list+"/new", nil).Body.String(); !strings.Contains(body, "настройка сервера webhooks.private: в файле настроек или при запуске") {
			t.Error("it does not say where private addresses are allowed")
		}
		form.Set("url", there.URL)
		w := h.given(who, list+"/new", form)
		secret, path := regexp.MustCompile(`whsec_[^<"&]+`).FindString(w.Body.String()), regexp.MustCompile(list+`/\d+`).FindString(w.Body.String())
		if w.Code != http.StatusOK || secret == "" || path == "" {
			t.Fatalf("made: %d: %s", w.Code, w.Body)
		}
		if body := h.ask(who, http.MethodGet, path, nil).Body.String(); strings.Contains(body, "whsec_") || !strings.Contains(body, "вида событий") {
			t.Error("its page shows the secret, or not its kinds")
		}
		for _, r := range [][2]string{{http.MethodGet, list}, {http.MethodGet, path}, {http.MethodPost, path + "/test"}, {http.MethodPost, path + "/secret"}, {http.MethodPost, path + "/replay"}} {
			if w := h.ask(here, r[0], r[1], nil); w.Code != http.StatusForbidden {
				t.Errorf("%s %s by who works at one outlet: %d", r[0], r[1], w.Code)
			}
		}
		if body := h.ask(who, http.MethodPost, path+"/test", nil).Body.String(); asked.Load() != 1 || !strings.Contains(body, "код 418") {
			t.Errorf("tried: %d requests", asked.Load())
		}
		if w := h.given(who, path+"/secret", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "whsec_") || strings.Contains(w.Body.String(), secret) {
			t.Errorf("another secret: %d", w.Code)
		}

		// Letters that were given up, in a row of the base as the sender leaves it.
		hook := strings.TrimPrefix(path, list+"/")
		for _, q := range []string{
			`insert into webhook_delivery (webhook_id, seq, event_id, kind, body, state, attempts, next_at, outcome, status)
 values (` + hook + `, 7, 70, 'purchase.committed', '{"sum":100}', 'dead', 8, 5, 'timeout', 0)`,
			`insert into webhook_delivery (webhook_id, seq, event_id, kind, body, state, attempts, next_at, outcome, status)
 values (` + hook + `, 8, 80, 'purchase.refunded', '{"sum":200}', 'dead', 8, 9000000000000000, 'status', 500)`,
		} {
			_, err := d.Exec(t.Context(), q)
			h.check(err)
		}
		if body := h.ask(who, http.MethodGet, path+"/deliveries/7-70", nil).Body.String(); !strings.Contains(body, "&#34;sum&#34;: 100") || !strings.Contains(body, "webhook-id: 7-70") {
			t.Error("what is sent is not shown")
		}
		waiting := func() (n int64) {
			h.check(d.Row(t.Context(), `select count(*) from webhook_delivery where state = 'waiting' and attempts = 0`).Scan(&n))
			return n
		}
		h.ask(who, http.MethodPost, path+"/state", url.Values{"state": {"off"}})
		if w := h.ask(who, http.MethodPost, path+"/replay", nil); !strings.HasSuffix(w.Header().Get("Location"), "done=not-webhook-off") || waiting() != 0 {
			t.Errorf("sent again while it is off: %d, %d wait", w.Code, waiting())
		}
		h.ask(who, http.MethodPost, path+"/state", url.Values{"state": {"on"}})
		if w := h.ask(who, http.MethodPost, path+"/replay", url.Values{"since": {"2260-01-01"}}); !strings.HasSuffix(w.Header().Get("Location"), "done=not-webhook-since") || waiting() != 0 {
			t.Errorf("nothing was given up since: %d, %d wait", w.Code, waiting())
		}
		if w := h.ask(who, http.MethodPost, path+"/replay", url.Values{"since": {"2030-01-01"}}); w.Code != http.StatusSeeOther || waiting() != 1 {
			t.Errorf("what was given up since: %d, %d wait", w.Code, waiting())
		}
		if w := h.ask(who, http.MethodPost, path+"/deliveries/7-70/replay", nil); w.Code != http.StatusSeeOther || waiting() != 2 {
			t.Errorf("one more: %d, %d wait", w.Code, waiting())
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} { // of a page that was left open
			at := map[string]string{http.MethodGet: "", http.MethodPost: "/replay"}[method]
			if to := h.ask(who, method, path+"/deliveries/7-71"+at, nil).Header().Get("Location"); to != path+"?done=not-webhook-gone" {
				t.Errorf("%s of a delivery that has gone through leads to %q", method, to)
			}
		}
	})
}
