package httpx

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/log"
	"kopilka/internal/platform/metrics"
)

// requestID takes the caller's X-Request-ID where it is a plain word, else
// makes one, and answers with it.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-ID")
		if !plainWord(id) {
			id = rand.Text()
		}
		w.Header().Set("X-Request-ID", id)
		next.ServeHTTP(w, r.WithContext(log.WithRequestID(r.Context(), id)))
	})
}

func plainWord(id string) bool {
	const longest = 64
	return id != "" && len(id) <= longest && strings.IndexFunc(id, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !letter && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	}) < 0
}

type langKey struct{}

func language(fallback i18n.Lang) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			lang := fallback
			if accept := r.Header.Get("Accept-Language"); accept != "" {
				lang = i18n.FromHeader(accept, fallback)
			}
			next.ServeHTTP(w, r.WithContext(WithLang(r.Context(), lang)))
		})
	}
}

// WithLang gives a context whose reader has another language than he asks for,
// because he has chosen it.
func WithLang(ctx context.Context, lang i18n.Lang) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// Lang is the language of the context's reader.
func Lang(ctx context.Context) i18n.Lang {
	if lang, ok := ctx.Value(langKey{}).(i18n.Lang); ok {
		return lang
	}
	return i18n.RU
}

// observe logs and counts every request by its route's pattern: a path may
// hold a phone or a card's number.
func observe(logger *slog.Logger, reg *metrics.Registry) func(http.Handler) http.Handler {
	total := reg.Counter("http_requests_total", "Requests answered.", "method", "route", "status")
	seconds := reg.Seconds("http_request_seconds", "Time from a request's headers to the end of its answer.", "method", "route")
	running := reg.Gauge("http_requests_running", "Requests being served.").WithLabelValues()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			running.Inc()
			ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			defer func() { //nolint:contextcheck // the request carries it
				running.Dec()
				status := ww.Status()
				if status == 0 {
					status = http.StatusOK
				}
				took, route, method := time.Since(began), pattern(r), knownMethod(r.Method)
				total.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
				seconds.Observe(took, method, route)
				logger.LogAttrs(r.Context(), accessLevel(route, status), "request served",
					slog.String("method", method), slog.String("route", route), slog.Int("status", status),
					slog.Int64("took_us", took.Microseconds()), slog.Int("answer_bytes", ww.BytesWritten()))
			}()
			next.ServeHTTP(ww, r)
		})
	}
}

func accessLevel(route string, status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelWarn
	case route == livePath, route == readyPath, route == metricsPath:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// pattern is the route that served the request, e.g. /api/v1/members/{id}.
func pattern(r *http.Request) string {
	if rc := chi.RouteContext(r.Context()); rc != nil {
		if p := rc.RoutePattern(); p != "" && p != "/*" {
			return p
		}
	}
	return "none"
}

// methods are what a label and an Allow header may hold.
var methods = [...]string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

func knownMethod(method string) string {
	for _, m := range methods {
		if m == method {
			return m
		}
	}
	return "other"
}

// setAllow names the methods that the path does have.
func setAllow(w http.ResponseWriter, r *http.Request) {
	rc := chi.RouteContext(r.Context())
	var allow []string
	for _, m := range methods {
		if rc != nil && rc.Routes != nil && rc.Routes.Match(chi.NewRouteContext(), m, r.URL.Path) {
			allow = append(allow, m)
		}
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
}

// recover answers a panic with a plain internal failure and logs where it was.
func (f *Faults) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // the request carries it
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // a sentinel that net/http compares the same way
				panic(cause)
			}
			f.log.ErrorContext(r.Context(), "request panicked", slog.String("stack", string(debug.Stack())))
			f.Write(w, r, fmt.Errorf("panic: %v", cause))
		}()
		next.ServeHTTP(w, r)
	})
}

// securityHeaders sets what is right for an API; pages set their own policy
// over it.
func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// timeout ends the request's context; what is under way notices and fails.
func timeout(d time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// limitBody refuses a request that says it is too large, and cuts one that
// turns out to be.
func (f *Faults) limitBody(usual int64, larger map[string]int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			limit := max(usual, larger[r.URL.Path])
			if r.ContentLength > limit {
				f.Write(w, r, bodyTooLarge(limit))
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, limit)
			next.ServeHTTP(w, r)
		})
	}
}
