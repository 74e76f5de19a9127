package client

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// Retry says how often a request that may be sent again is, and how soon. Its
// zero value is good.
type Retry struct {
	Attempts int           // in all; 0: 5; 1: nothing is sent again
	First    time.Duration // the pause after the first attempt, which doubles after each; 0: 100 ms
	Longest  time.Duration // no pause is longer, and a service that asks for a longer one gets no more attempts; 0: 10 s
}

func (r *Retry) fill() {
	r.Attempts = cmp.Or(r.Attempts, 5)
	r.First = cmp.Or(r.First, 100*time.Millisecond)
	r.Longest = cmp.Or(r.Longest, 10*time.Second)
}

// after is how long to wait after the n-th attempt, which ended with err, and
// whether there is to be another.
func (r *Retry) after(n int, err error) (time.Duration, bool) {
	if n >= r.Attempts || !passing(err) {
		return 0, false
	}
	pause := min(r.First<<min(n-1, 16), r.Longest)
	// Those who failed together don't come again together.
	pause = pause/2 + rand.N(pause/2+1)
	if p, ok := errors.AsType[*Problem](err); ok && p.RetryAfter > 0 {
		if p.RetryAfter > r.Longest {
			return 0, false
		}
		pause += p.RetryAfter
	}
	return pause, true
}

// passing tells a failure that may be gone at the next attempt: a connection
// that was lost or not made, a service that is busy or starting.
func passing(err error) bool {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Status == http.StatusBadGateway || p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests
	}
	lost, ok := errors.AsType[*lostError](err)
	if !ok {
		return false
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](lost.err)
	return !untrusted
}

// lostError is an attempt that brought no answer.
type lostError struct{ err error }

func (e *lostError) Error() string { return "no answer: " + e.err.Error() }

func (e *lostError) Unwrap() error { return e.err }

// pause waits, less if the context ends.
type pause func(ctx context.Context, d time.Duration) error

func pauseFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
