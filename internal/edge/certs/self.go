package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"kopilka/internal/platform/fault"
)

// How long a certificate of our own is good for, the most that browsers take,
// and how long before its end another is made.
const (
	lasts  = 397 * 24 * time.Hour
	before = 30 * 24 * time.Hour
)

// self is a certificate of the program's own making, for this machine's names:
// whoever trusts its fingerprint, which the log tells, is safe.
type self struct {
	Options

	mu   sync.Mutex
	cert *tls.Certificate
}

// get gives the certificate that is in force, made now if there is none or it
// ends soon.
func (s *self) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cert == nil {
		s.cert = s.read()
	}
	if s.cert == nil || s.cert.Leaf.NotAfter.Before(s.Clock.Now().Time().Add(before)) {
		made, err := s.make()
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "http.no-certificate", "file", s.path())
		}
		s.cert = made
	}
	return s.cert, nil
}

func (s *self) path() string { return filepath.Join(s.Dir, "self-signed.pem") }

// read gives the one that was made before, nil where there is none or it is
// for other names.
func (s *self) read() *tls.Certificate {
	cert, err := tls.LoadX509KeyPair(s.path(), s.path())
	if err != nil {
		return nil
	}
	if names, ips := ours(); !slices.Equal(cert.Leaf.DNSNames, names) || len(cert.Leaf.IPAddresses) != len(ips) {
		return nil
	}
	s.tell(&cert)
	return &cert
}

func (s *self) make() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now().Time()
	names, ips := ours()
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "kopilka"}, DNSNames: names, IPAddresses: ips,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(lasts), // clocks differ
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	if err := s.keep(text); err != nil {
		return nil, err
	}
	cert, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, err
	}
	s.tell(&cert)
	return &cert, nil
}

// keep writes the file so that it is never there in half.
func (s *self) keep(text []byte) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	part := s.path() + ".part"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	return os.Rename(part, s.path())
}

func (s *self) tell(cert *tls.Certificate) {
	sum := sha256.Sum256(cert.Leaf.Raw)
	s.Log.Info("certificate of the program's own making", "file", s.path(), "sha256", hex.EncodeToString(sum[:]), "until", cert.Leaf.NotAfter.Format(time.DateOnly))
}

// ours are the names and addresses by which this machine is found.
func ours() (names []string, ips []net.IP) {
	names = []string{"localhost"}
	if host, err := os.Hostname(); err == nil && host != "" && host != "localhost" {
		names = append(names, host)
	}
	ips = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	found, _ := net.InterfaceAddrs() // without them it is reached by its names
	for _, a := range found {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			ips = append(ips, n.IP)
		}
	}
	return names, ips
}
