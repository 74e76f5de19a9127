package httpx

import (
	"net/http"
	"sync"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// Rate is how often one key may ask: PerMinute requests a minute on the long
// run, Burst at once.
type Rate struct {
	PerMinute int
	Burst     int
}

// Limiter counts requests by key: a token bucket per key, in this process
// only. Several processes let a key through as many times as they are.
type Limiter struct {
	clock clock.Clock

	mu   sync.Mutex
	keys map[string]clock.Micros // when the key's bucket is full again
	next clock.Micros            // when full buckets are thrown out next
}

// sweepEvery bounds the memory: keys that came once are forgotten.
const sweepEvery = time.Minute

// NewLimiter makes a limiter on the clock.
func NewLimiter(c clock.Clock) *Limiter {
	return &Limiter{clock: c, keys: map[string]clock.Micros{}}
}

// Take asks for one request of the key. It gives 0 where it may go on, else
// how long to wait.
func (l *Limiter) Take(key string, rate Rate) time.Duration { return l.ask(key, rate, true) }

// Wait tells how long Take would have to wait, and takes nothing.
func (l *Limiter) Wait(key string, rate Rate) time.Duration { return l.ask(key, rate, false) }

func (l *Limiter) ask(key string, rate Rate, take bool) time.Duration {
	now := l.clock.Now()
	// The bucket is kept as the time when it will be full: each request moves
	// it on by one interval, and it may be at most Burst intervals away.
	interval := clock.Micros(time.Minute.Microseconds() / int64(max(rate.PerMinute, 1)))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	full := max(l.keys[key], now) + interval
	if wait := full - now - interval*clock.Micros(max(rate.Burst, 1)); wait > 0 {
		return time.Duration(wait) * time.Microsecond
	}
	if take {
		l.keys[key] = full
	}
	return 0
}

func (l *Limiter) sweep(now clock.Micros) {
	if now < l.next {
		return
	}
	l.next = now.Add(sweepEvery)
	for key, full := range l.keys {
		if full <= now {
			delete(l.keys, key)
		}
	}
}

// TooMany is the refusal of a request past its rate; Write tells the wait in
// Retry-After.
func TooMany(wait time.Duration) *fault.Error {
	return fault.New(fault.TooMany, "http.too-many-requests", fault.Seconds, int64((wait+time.Second-1)/time.Second))
}

// RateLimit refuses requests past the key's rate with 429 and Retry-After. of
// names the key (an id, never the secret itself) and its rate; requests for
// which it names none go on.
func (f *Faults) RateLimit(l *Limiter, of func(*http.Request) (key string, rate Rate)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			key, rate := of(r)
			if key == "" {
				next.ServeHTTP(w, r)
				return
			}
			wait := l.Take(key, rate)
			if wait == 0 {
				next.ServeHTTP(w, r)
				return
			}
			f.Write(w, r, TooMany(wait))
		})
	}
}
