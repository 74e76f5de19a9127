// Package httpx is what every HTTP edge stands on: the server and its stop,
// the middleware, the health pages, and the one table that turns a fault into
// a status and a problem (RFC 9457) in the reader's language.
//
// Invariants: a handler that fails answers by Faults, so that no error text
// reaches a caller past it; no log line holds a query string, a path's
// values or an address; whatever a caller sends is bounded in size and time.
package httpx

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/metrics"
)

// Stack is what the router is made of.
type Stack struct {
	Log            *slog.Logger
	Texts          *i18n.Catalog
	Lang           i18n.Lang // for readers who name none
	Metrics        *metrics.Registry
	Health         *Health
	TrustedProxies []netip.Prefix   // whose X-Forwarded-For is believed
	Body           int64            // bytes of one request
	Larger         map[string]int64 // the same of paths to which files are sent
	Timeout        time.Duration    // of one request
	ServeMetrics   bool             // /metrics beside everything else
}

// NewRouter makes the router with all middleware and the service pages
// (/healthz, /readyz, /metrics); edges add their routes to it. Faults is for
// their handlers.
func NewRouter(s Stack) (chi.Router, *Faults) {
	faults := NewFaults(s.Log, s.Texts)
	r := chi.NewRouter()
	r.Use(
		requestID,
		scheme(s.TrustedProxies),
		clientIP(s.TrustedProxies),
		language(s.Lang),
		observe(s.Log, s.Metrics),
		faults.recover,
		securityHeaders,
		timeout(s.Timeout),
		faults.limitBody(s.Body, s.Larger),
	)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		faults.Write(w, r, fault.New(fault.NotFound, "http.no-route"))
	})
	r.MethodNotAllowed(faults.methodNotAllowed)
	r.Get(livePath, s.Health.live)
	r.Get(readyPath, s.Health.ready)
	if s.ServeMetrics {
		r.Method(http.MethodGet, metricsPath, s.Metrics.Handler())
	}
	return r, faults
}

// NewMetricsRouter makes the router of the address that serves nothing but
// the metrics.
func NewMetricsRouter(reg *metrics.Registry) http.Handler {
	r := chi.NewRouter()
	r.Method(http.MethodGet, metricsPath, reg.Handler())
	return r
}

// The service pages; they are logged at debug level, since something asks for
// them every few seconds.
const (
	livePath    = "/healthz"
	readyPath   = "/readyz"
	metricsPath = "/metrics"
)

func clientIP(trusted []netip.Prefix) func(http.Handler) http.Handler {
	if len(trusted) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	networks := make([]string, len(trusted))
	for i, network := range trusted {
		networks[i] = network.String()
	}
	return middleware.ClientIPFromXFF(networks...)
}

type secureKey struct{}

// scheme notes whether the caller's own connection has TLS: this one, or that
// of a trusted proxy, which says so in X-Forwarded-Proto.
func scheme(trusted []netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			secure := r.TLS != nil
			if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && !secure && r.Header.Get("X-Forwarded-Proto") == "https" {
				secure = slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(peer.Addr().Unmap()) })
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), secureKey{}, secure)))
		})
	}
}

// Secure tells whether the caller's connection has TLS as far as he sees: a
// cookie may then be kept from any other.
func Secure(r *http.Request) bool {
	secure, _ := r.Context().Value(secureKey{}).(bool)
	return secure
}

// ClientIP is the caller's address, behind whatever trusted proxies; the zero
// Addr where it can't be told. It is personal data: count by it, log it never.
func ClientIP(r *http.Request) netip.Addr { return middleware.GetClientIPAddr(r.Context()) }
