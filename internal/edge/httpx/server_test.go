package httpx

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"kopilka/internal/platform/fault"
)

// start serves the handler on a free port until stop is called.
func start(t *testing.T, o ServerOptions, h http.HandlerFunc) (s *Server, stop context.CancelFunc, ended <-chan error) {
	t.Helper()
	o.Addr, o.RequestTimeout = "127.0.0.1:0", 10*time.Second
	s, err := Listen(t.Context(), o, h, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	return s, stop, done
}

func get(ctx context.Context, client *http.Client, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	res, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

func TestStopLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	began, finish := make(chan struct{}), make(chan struct{})
	s, stop, ended := start(t, ServerOptions{ShutdownTimeout: 10 * time.Second}, func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-finish
		if r.Context().Err() == nil {
			_, _ = io.WriteString(w, "done")
		}
	})
	answer := make(chan string, 1)
	go func() {
		body, err := get(t.Context(), &http.Client{}, s.URL())
		answer <- body + errText(err)
	}()
	<-began
	stop()
	// New callers are refused while the old one is still served.
	for {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL(), "http://"))
		if err != nil {
			break
		}
		conn.Close()
	}
	close(finish)
	if got := <-answer; got != "done" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestStopIsBounded(t *testing.T) {
	t.Parallel()
	began, cut := make(chan struct{}), make(chan struct{})
	s, stop, ended := start(t, ServerOptions{ShutdownTimeout: time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		close(cut)
	})
	go func() { _, _ = get(t.Context(), &http.Client{}, s.URL()) }()
	<-began
	stop()
	if err := <-ended; !fault.Is(err, "http.stop-cut-off") {
		t.Errorf("Serve: %v", err)
	}
	<-cut
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	s, _, _ := start(t, ServerOptions{TLS: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	body, err := get(t.Context(), client, s.URL())
	if err != nil || body != "HTTP/2.0" || !strings.HasPrefix(s.URL(), "https://") {
		t.Errorf("%s gave %q, %v", s.URL(), body, err)
	}
}

func TestListenFails(t *testing.T) {
	t.Parallel()
	s, _, _ := start(t, ServerOptions{}, func(http.ResponseWriter, *http.Request) {})
	o := ServerOptions{Addr: strings.TrimPrefix(s.URL(), "http://")}
	if _, err := Listen(t.Context(), o, nil, slog.New(slog.DiscardHandler)); !fault.Is(err, "http.cannot-listen") {
		t.Errorf("%v", err)
	}
}

func TestEverythingIsBounded(t *testing.T) {
	t.Parallel()
	s, err := Listen(t.Context(), ServerOptions{Addr: "127.0.0.1:0", RequestTimeout: time.Second}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.listener.Close()
	h := s.http
	if h.ReadHeaderTimeout <= 0 || h.ReadTimeout < h.ReadHeaderTimeout || h.WriteTimeout <= h.ReadHeaderTimeout+time.Second || h.IdleTimeout <= 0 || h.MaxHeaderBytes <= 0 {
		t.Errorf("a limit is missing: %+v", h)
	}
}

// certificate makes a certificate for this machine and its key.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	private, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err2 := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	leaf, err3 := x509.ParseCertificate(der)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, pool
}
