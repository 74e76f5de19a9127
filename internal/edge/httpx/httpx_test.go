package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/log"
	"kopilka/internal/platform/metrics"
)

// safeBuffer is a log that several goroutines write.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// bench is a router with one route for each way a handler can end.
type bench struct {
	router  chi.Router
	faults  *Faults
	health  *Health
	log     *safeBuffer
	metrics *metrics.Registry
	clock   *clock.Fixed
}

func setup(t *testing.T) *bench {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{log: &safeBuffer{}, metrics: metrics.New("test"), clock: &clock.Fixed{}}
	b.health = NewHealth(b.clock)
	b.router, b.faults = NewRouter(Stack{
		Log: log.New(b.log, slog.LevelDebug, "json"), Texts: texts, Lang: i18n.RU, Metrics: b.metrics, Health: b.health,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Body: 64, Larger: map[string]int64{"/files": 80}, Timeout: time.Second, ServeMetrics: true,
	})
	b.router.Get("/ok/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "from %s", ClientIP(r))
	})
	for _, path := range []string{"/body", "/files"} {
		b.router.Post(path, func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				b.faults.Write(w, r, fmt.Errorf("read: %w", err))
			}
		})
	}
	b.router.Get("/panic", func(http.ResponseWriter, *http.Request) { panic("a bug with +79991234567") })
	failures := map[string]error{
		"/internal": errors.New("secret of the base"),
		"/fault": fault.New(fault.Invalid, "id.invalid").With(
			fault.Field{Path: "lines[2].id", Code: "id.invalid"}),
		"/limited":     fault.New(fault.TooMany, "http.too-many-requests", "seconds", 5),
		"/who":         fault.New(fault.Unauthorized, "id.invalid"),
		"/outcome":     fmt.Errorf("commit: %w", db.ErrOutcomeUnknown),
		"/unavailable": context.DeadlineExceeded,
	}
	for path, err := range failures {
		b.router.Get(path, func(w http.ResponseWriter, r *http.Request) { b.faults.Write(w, r, err) })
	}
	return b
}

func (b *bench) do(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	b.router.ServeHTTP(rec, r)
	return rec
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 65)
	for _, tc := range []struct {
		method, target, body string
		headers              []string
		status               int
		has, hasNot          []string
	}{
		{method: "GET", target: "/ok/1", status: 200, has: []string{"from 192.0.2.1"}},
		{method: "GET", target: "/fault", status: 400, has: []string{
			`"type":"urn:kopilka:fault:id.invalid"`, `"title":"Неверный запрос"`, `"status":400`, `"code":"id.invalid"`,
			`"log":"id.invalid"`, `"request_id":"`, `"errors":[{"path":"lines[2].id","code":"id.invalid","detail":"`,
		}},
		{method: "GET", target: "/fault", headers: []string{"Accept-Language", "en-US,en;q=0.9"}, status: 400, has: []string{`"title":"Wrong request"`}},
		{method: "GET", target: "/internal", status: 500, has: []string{`"code":"internal"`}, hasNot: []string{"secret"}},
		{method: "GET", target: "/panic", status: 500, has: []string{`"code":"internal"`}, hasNot: []string{"bug", "7999"}},
		{method: "GET", target: "/limited", status: 429, has: []string{"5"}},
		{method: "GET", target: "/outcome", status: 503, has: []string{`"code":"http.outcome-unknown"`}},
		{method: "GET", target: "/unavailable", status: 503, has: []string{`"code":"http.timeout"`}},
		{method: "GET", target: "/nowhere", status: 404, has: []string{`"code":"http.no-route"`}},
		{method: "DELETE", target: "/fault", status: 405, has: []string{`"code":"http.method-not-allowed"`, `"status":405`}},
		{method: "POST", target: "/body", body: big[:64], status: 200},
		{method: "POST", target: "/body", body: big, status: 413, has: []string{`"code":"http.body-too-large"`, "64"}},
		{method: "POST", target: "/files", body: big, status: 200},
		{method: "POST", target: "/files", body: big + big, status: 413, has: []string{`"code":"http.body-too-large"`, "80"}},
		{method: "GET", target: "/healthz", status: 200, has: []string{`"status":"live"`}},
		{method: "GET", target: "/readyz", status: 200, has: []string{`"status":"ready"`}},
		{method: "GET", target: "/metrics", status: 200, has: []string{"kopilka_build_info"}},
	} {
		t.Run(tc.method+" "+tc.target, func(t *testing.T) {
			t.Parallel()
			rec := setup(t).do(tc.method, tc.target, tc.body, tc.headers...)
			if rec.Code != tc.status {
				t.Errorf("status %d, want %d: %s", rec.Code, tc.status, rec.Body)
			}
			for _, want := range tc.has {
				if !strings.Contains(rec.Body.String(), want) {
					t.Errorf("no %s in %s", want, rec.Body)
				}
			}
			for _, not := range tc.hasNot {
				if strings.Contains(rec.Body.String(), not) {
					t.Errorf("%s in %s", not, rec.Body)
				}
			}
			h := rec.Header()
			if tc.status >= 400 && (h.Get("Content-Type") != ProblemContentType || !json.Valid(rec.Body.Bytes())) {
				t.Errorf("not a problem: %v %s", h, rec.Body)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") == "" || h.Get("X-Request-ID") == "" {
				t.Errorf("headers missing: %v", h)
			}
		})
	}
}

// A body that does not say how long it is, is cut all the same.
func TestBodyOfUnknownLengthIsCut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := httptest.NewRequest("POST", "/body", io.MultiReader(strings.NewReader(strings.Repeat("x", 100))))
	r.ContentLength = -1
	rec := httptest.NewRecorder()
	b.router.ServeHTTP(rec, r)
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d: %s", rec.Code, rec.Body)
	}
}

func TestEveryKindHasAStatusAndATitle(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]fault.Kind{}
	for kind := fault.Internal; kind <= fault.Unavailable; kind++ {
		k, ok := kinds[kind]
		if !ok {
			t.Errorf("kind %d has no status", kind)
			continue
		}
		if other, twice := seen[k.status]; twice {
			t.Errorf("kinds %d and %d share the status %d", kind, other, k.status)
		}
		seen[k.status] = kind
		for _, lang := range i18n.Langs() {
			if !texts.Has(lang, k.title) {
				t.Errorf("no text %s in %s", k.title, lang)
			}
		}
	}
	if len(kinds) != int(fault.Unsupported)+1 {
		t.Errorf("the table has %d kinds, the fault package %d", len(kinds), fault.Unsupported+1)
	}
}

func TestLogHoldsNothingOfTheRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do("GET", "/ok/79991234567?phone=79991234567", "", "X-Forwarded-For", "203.0.113.7", "Authorization", "Bearer hush")
	b.do("GET", "/nowhere/79991234567", "", "User-Agent", "hush")
	b.do("79991234567", "/ok/1", "")
	lines := b.log.String()
	for _, not := range []string{"7999", "phone", "203.0.113.7", "192.0.2.1", "hush"} {
		if strings.Contains(lines, not) {
			t.Errorf("the log holds %s:\n%s", not, lines)
		}
	}
	for _, want := range []string{`"route":"/ok/{id}"`, `"status":200`, `"route":"none"`, `"request_id":"`} {
		if !strings.Contains(lines, want) {
			t.Errorf("the log lacks %s:\n%s", want, lines)
		}
	}
}

func TestInternalFailureIsLoggedWholeOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do("GET", "/internal", "")
	if n := strings.Count(b.log.String(), "secret of the base"); n != 1 {
		t.Errorf("the cause is logged %d times:\n%s", n, b.log)
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if got := b.do("GET", "/ok/1", "", "X-Request-ID", "till-7.42").Header().Get("X-Request-ID"); got != "till-7.42" {
		t.Errorf("the caller's id is not taken: %q", got)
	}
	for _, bad := range []string{"", "a b", "x\"y", "приём", strings.Repeat("x", 65)} {
		if got := b.do("GET", "/ok/1", "", "X-Request-ID", bad).Header().Get("X-Request-ID"); got == bad || len(got) < 20 {
			t.Errorf("%q gave the id %q", bad, got)
		}
	}
}

func TestClientIPBehindProxies(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, tc := range []struct{ peer, forwarded, want string }{
		{"198.51.100.1:5", "203.0.113.7", "198.51.100.1"}, // not a proxy of ours: what it says is not believed
		{"10.0.0.1:5", "203.0.113.7", "203.0.113.7"},
		{"10.0.0.1:5", "1.1.1.1, 203.0.113.7, 10.9.9.9", "203.0.113.7"},
		{"10.0.0.1:5", "203.0.113.7, nonsense", "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/ok/1", nil)
		r.RemoteAddr = tc.peer
		r.Header.Set("X-Forwarded-For", tc.forwarded)
		rec := httptest.NewRecorder()
		b.router.ServeHTTP(rec, r)
		if got, want := rec.Body.String(), "from "+tc.want; got != want {
			t.Errorf("%s, %s: %q, want %q", tc.peer, tc.forwarded, got, want)
		}
	}
}

func TestMethodNotAllowedNamesTheOthers(t *testing.T) {
	t.Parallel()
	if got := setup(t).do("DELETE", "/body", "").Header().Get("Allow"); got != "POST" {
		t.Errorf("Allow: %q", got)
	}
}

func TestUnauthorizedSaysHow(t *testing.T) {
	t.Parallel()
	if got := setup(t).do("GET", "/who", "").Header().Get("WWW-Authenticate"); got != "Bearer" {
		t.Errorf("WWW-Authenticate: %q", got)
	}
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do("GET", "/ok/1", "")
	b.do("GET", "/ok/2", "")
	b.do("GET", "/panic", "")
	b.do("BREW", "/ok/2", "")
	served := b.do("GET", "/metrics", "").Body.String()
	for _, want := range []string{
		`kopilka_http_requests_total{method="GET",route="/ok/{id}",status="200"} 2`,
		`kopilka_http_requests_total{method="GET",route="/panic",status="500"} 1`,
		`kopilka_http_requests_total{method="other",route="none",status="405"} 1`,
		`kopilka_http_request_seconds_count{method="GET",route="/ok/{id}"} 2`,
		`kopilka_http_requests_running 1`,
	} {
		if !strings.Contains(served, want+"\n") {
			t.Errorf("no %s in what is served", want)
		}
	}
}

func TestTimeoutEndsTheContextAndMetricsMayBeElsewhere(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	router, faults := NewRouter(Stack{
		Log: slog.New(slog.DiscardHandler), Texts: texts, Lang: i18n.EN, Metrics: metrics.New(""), Health: NewHealth(clock.System{}),
		Body: 1, Timeout: time.Millisecond,
	})
	router.Get("/slow", func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		faults.Write(w, r, r.Context().Err())
	})
	rec := httptest.NewRecorder()
	router.ServeHTTP(rec, httptest.NewRequest("GET", "/slow", nil))
	if rec.Code != 503 || !strings.Contains(rec.Body.String(), `"code":"http.timeout"`) {
		t.Errorf("answer %d %s", rec.Code, rec.Body)
	}
	rec = httptest.NewRecorder()
	router.ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if rec.Code != http.StatusNotFound {
		t.Errorf("/metrics is served though it has an address of its own: %d", rec.Code)
	}
}
