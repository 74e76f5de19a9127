// Package certs gives a TLS server its certificate: from files, which are read
// anew when they change; of the program's own making; or from an authority
// that speaks ACME, such as Let's Encrypt.
package certs

import (
	"crypto/tls"
	"log/slog"
	"path/filepath"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"kopilka/internal/platform/clock"
)

// Options say where certificates come from: one of Cert with Key, Self and
// Names, or none of them for no TLS.
type Options struct {
	Cert, Key string   // PEM files, the certificate with its chain
	Self      bool     // make one
	Names     []string // ask the authority for these host names
	Email     string   // that the authority may write to; "": none
	Directory string   // the authority's address; "": Let's Encrypt
	Dir       string   // folder for what is made or got

	Clock clock.Clock
	Log   *slog.Logger
}

// Config makes the settings of a TLS server; nil: it has none. The error is
// http.bad-certificate where the files do not fit, or http.no-certificate
// where none can be made.
func Config(o Options) (*tls.Config, error) {
	switch {
	case o.Cert != "":
		f := &files{Options: o}
		if _, err := f.get(nil); err != nil {
			return nil, err
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: f.get}, nil
	case o.Self:
		s := &self{Options: o}
		if _, err := s.get(nil); err != nil {
			return nil, err
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.get}, nil
	case len(o.Names) > 0:
		return o.acme(), nil
	}
	return nil, nil
}

// acme asks the authority for a certificate when a name is first asked for,
// and again before it ends. It proves itself on the very port (TLS-ALPN-01),
// so nothing has to listen on another.
func (o *Options) acme() *tls.Config {
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(filepath.Join(o.Dir, "acme")),
		HostPolicy: autocert.HostWhitelist(o.Names...), Email: o.Email,
	}
	if o.Directory != "" {
		m.Client = &acme.Client{DirectoryURL: o.Directory}
	}
	c := m.TLSConfig()
	c.MinVersion = tls.VersionTLS12
	return c
}
