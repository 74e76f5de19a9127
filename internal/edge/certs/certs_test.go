package certs

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// at is a clock that stands where it is put.
type at struct{ t time.Time }

func (c *at) Now() clock.Micros { return clock.Of(c.t) }

func options(t *testing.T) Options {
	t.Helper()
	return Options{Dir: t.TempDir(), Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)}
}

// serve answers handshakes with the settings, and dial makes one.
func serve(t *testing.T, c *tls.Config) (addr string) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_ = conn.(*tls.Conn).Handshake() // what is wrong is told to the other side
				_ = conn.Close()
			}()
		}
	}()
	return l.Addr().String()
}

func dial(t *testing.T, addr, name string, trusted *x509.CertPool) (*x509.Certificate, error) {
	t.Helper()
	d := tls.Dialer{Config: &tls.Config{ServerName: name, RootCAs: trusted, InsecureSkipVerify: trusted == nil}}
	conn, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

func pool(cert *x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(cert)
	return p
}

// TestSelf: the certificate is good for this machine's names, stays over a
// start, is nobody else's to read, and is made anew before it ends.
func TestSelf(t *testing.T) {
	t.Parallel()
	o := options(t)
	now := &at{time.Now()}
	var log bytes.Buffer
	o.Self, o.Clock, o.Log = true, now, slog.New(slog.NewTextHandler(&log, nil))
	c, err := Config(o)
	if err != nil {
		t.Fatal(err)
	}
	addr := serve(t, c)
	first, err := dial(t, addr, "localhost", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		if _, err := dial(t, addr, name, pool(first)); err != nil {
			t.Errorf("as %s: %v", name, err)
		}
	}
	if sum := sha256.Sum256(first.Raw); !bytes.Contains(log.Bytes(), []byte(hex.EncodeToString(sum[:]))) {
		t.Errorf("the log does not tell the fingerprint: %s", log.String())
	}
	if info, err := os.Stat(filepath.Join(o.Dir, "self-signed.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	again, err := Config(o)
	if err != nil {
		t.Fatal(err)
	}
	if next, err := dial(t, serve(t, again), "localhost", nil); err != nil || !next.Equal(first) {
		t.Errorf("another certificate after a start: %v", err)
	}
	now.t = now.t.Add(lasts - before + time.Hour)
	if next, err := dial(t, addr, "localhost", nil); err != nil || next.Equal(first) || next.NotAfter.Before(now.t.Add(before)) {
		t.Errorf("the old one near its end: %v", err)
	}
	o.Dir = filepath.Join(o.Dir, "self-signed.pem")
	if _, err := Config(o); !fault.Is(err, "http.no-certificate") {
		t.Errorf("where no folder can be: %v", err)
	}
}

// TestFilesAreReadAnew: a renewed certificate is taken without a stop, and one
// that does not fit leaves the old one in force.
func TestFilesAreReadAnew(t *testing.T) {
	t.Parallel()
	o := options(t)
	write := func() []byte {
		s := &self{Options: options(t)}
		if _, err := s.make(); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(s.path())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	put := func(path string, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.Cert, o.Key = filepath.Join(o.Dir, "cert.pem"), filepath.Join(o.Dir, "key.pem")
	one := write()
	put(o.Cert, one)
	put(o.Key, one)
	c, err := Config(o)
	if err != nil {
		t.Fatal(err)
	}
	addr := serve(t, c)
	first, err := dial(t, addr, "localhost", nil)
	if err != nil {
		t.Fatal(err)
	}
	other := append([]byte("renewed\n"), write()...) // of another size, whatever the clock of the files
	put(o.Cert, other)
	if got, err := dial(t, addr, "localhost", nil); err != nil || !got.Equal(first) {
		t.Errorf("with a key that does not fit: %v", err)
	}
	put(o.Key, other)
	if got, err := dial(t, addr, "localhost", nil); err != nil || got.Equal(first) {
		t.Errorf("the old one after renewal: %v", err)
	}
	o.Key = filepath.Join(o.Dir, "nothing")
	if _, err := Config(o); !fault.Is(err, "http.bad-certificate") {
		t.Errorf("without a key: %v", err)
	}
	if c, err := Config(options(t)); c != nil || err != nil {
		t.Errorf("nothing asked for: %v %v", c, err)
	}
}

// TestACME: a certificate is got from the authority for the names, for no
// other, and once.
func TestACME(t *testing.T) {
	t.Parallel()
	a := startAuthority(t)
	o := options(t)
	o.Names, o.Email, o.Directory = []string{"loyalty.example.ru"}, "it@example.ru", a.url+"/directory"
	c, err := Config(o)
	if err != nil {
		t.Fatal(err)
	}
	addr := serve(t, c)
	for range 2 {
		if _, err := dial(t, addr, "loyalty.example.ru", pool(a.root)); err != nil {
			t.Error(err)
		}
	}
	if _, err := dial(t, addr, "other.example.ru", nil); err == nil {
		t.Error("a certificate for a name that was not asked for")
	}
	again, err := Config(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dial(t, serve(t, again), "loyalty.example.ru", pool(a.root)); err != nil {
		t.Errorf("after a start: %v", err)
	}
	if n := a.made.Load(); n != 1 {
		t.Errorf("%d certificates were made", n)
	}
	if !a.wroteTo("it@example.ru") {
		t.Error("the authority was not told the e-mail")
	}
}
