package app

import (
	"crypto/tls"

	"kopilka/internal/edge/certs"
	"kopilka/internal/platform/clock"
)

// certificate gives the TLS settings that the configuration asks for; nil: none.
func certificate(o ServiceOptions) (*tls.Config, error) {
	h := &o.Config.HTTP
	return certs.Config(certs.Options{
		Cert: h.TLSCert, Key: h.TLSKey, Self: h.TLSSelf, Names: h.ACMENames, Email: h.ACMEEmail, Directory: h.ACMEDirectory,
		Dir: o.Config.DataDir, Clock: clock.System{}, Log: o.Log,
	})
}
