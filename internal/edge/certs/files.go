package certs

import (
	"crypto/tls"
	"os"
	"sync"
	"time"

	"kopilka/internal/platform/fault"
)

// files are a certificate and its key that somebody else renews.
type files struct {
	Options

	mu   sync.Mutex
	cert *tls.Certificate
	from [2]stamp // of which it was read
	told [2]stamp // of which it was said that they do not fit
}

// stamp tells a file from what it was before.
type stamp struct {
	at   time.Time
	size int64
}

// get gives the certificate of the files as they are. Files that do not fit,
// as while they are being written, leave the one before in force.
func (f *files) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := [2]stamp{stampOf(f.Cert), stampOf(f.Key)}
	if f.cert != nil && now == f.from {
		return f.cert, nil
	}
	cert, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	switch {
	case err == nil:
		f.cert, f.from = &cert, now
	case f.cert == nil:
		return nil, fault.Wrap(err, fault.Invalid, "http.bad-certificate", "file", f.Cert)
	case now != f.told:
		f.told = now
		f.Log.Warn("the new certificate does not fit, the old one stays in force", "file", f.Cert, "err", err)
	}
	return f.cert, nil
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}
