package httpx

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"kopilka/internal/platform/fault"
)

// ServerOptions say how to listen and how long anything may take.
type ServerOptions struct {
	Addr            string      // host:port; port 0 takes a free one
	TLS             *tls.Config // nil: none
	RequestTimeout  time.Duration
	ShutdownTimeout time.Duration
}

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
	// writeSlack lets a handler whose time is up still say so.
	writeSlack = 5 * time.Second
)

// Server is a listening HTTP server.
type Server struct {
	http     *http.Server
	listener net.Listener
	log      *slog.Logger
	tls      bool
	shutdown time.Duration
	abort    context.CancelFunc // ends the contexts of all requests
}

// Listen opens the address, so that callers can connect from now on; Serve
// answers them.
func Listen(ctx context.Context, o ServerOptions, handler http.Handler, log *slog.Logger) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Addr)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "http.cannot-listen", "addr", o.Addr)
	}
	// Requests outlive the signal to stop: they end with their own time or
	// with the time given to the stop.
	base, abort := context.WithCancel(context.WithoutCancel(ctx))
	return &Server{
		http: &http.Server{
			Handler:           handler,
			TLSConfig:         o.TLS,
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       headerTimeout + o.RequestTimeout,
			WriteTimeout:      headerTimeout + o.RequestTimeout + writeSlack,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeader,
			BaseContext:       func(net.Listener) context.Context { return base },
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
		listener: listener, log: log, tls: o.TLS != nil, shutdown: o.ShutdownTimeout, abort: abort,
	}, nil
}

// URL is where the server is reached from this machine.
func (s *Server) URL() string {
	scheme, addr := "http", s.listener.Addr().(*net.TCPAddr)
	if s.tls {
		scheme = "https"
	}
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "localhost"
	}
	return fmt.Sprintf("%s://%s", scheme, net.JoinHostPort(host, fmt.Sprint(addr.Port)))
}

// Serve answers until ctx is done, then takes no new requests, lets those
// under way end within the time for it, and cuts off what is left. It gives
// nil after a stop that cut off nothing.
func (s *Server) Serve(ctx context.Context) error {
	defer s.abort()
	failed := make(chan error, 1)
	go func() {
		if s.tls {
			failed <- s.http.ServeTLS(s.listener, "", "")
		} else {
			failed <- s.http.Serve(s.listener)
		}
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.shutdown)
	defer cancel()
	err := s.http.Shutdown(stop)
	if err != nil {
		s.abort()
		err = errors.Join(err, s.http.Close())
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "http.stop-cut-off")
	}
	return nil
}
