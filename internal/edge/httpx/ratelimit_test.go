package httpx

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/platform/clock"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	at := &clock.Fixed{}
	l := NewLimiter(at)
	rate := Rate{PerMinute: 600, Burst: 3}
	for i := range 3 {
		if wait := l.Take("a", rate); wait != 0 {
			t.Fatalf("request %d of the burst waits %s", i, wait)
		}
	}
	if wait := l.Take("a", rate); wait != 100*time.Millisecond {
		t.Errorf("past the burst it waits %s", wait)
	}
	if wait := l.Take("b", rate); wait != 0 {
		t.Errorf("another key waits %s", wait)
	}
	at.Add(99 * time.Millisecond)
	if wait := l.Take("a", rate); wait != time.Millisecond {
		t.Errorf("a refused request changed the wait: %s", wait)
	}
	at.Add(time.Millisecond)
	if wait := l.Take("a", rate); wait != 0 {
		t.Errorf("after the wait it waits %s", wait)
	}
	at.Add(time.Hour)
	l.Take("c", rate)
	if len(l.keys) != 1 {
		t.Errorf("%d keys are remembered after an hour", len(l.keys))
	}
}

// In any stretch of time a key passes at most burst + rate × time requests,
// and it always passes after the wait it was told.
func TestLimiterNeverLetsMoreThrough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := &clock.Fixed{}
		l := NewLimiter(at)
		rate := Rate{PerMinute: rapid.IntRange(1, 60_000).Draw(t, "rate"), Burst: rapid.IntRange(1, 50).Draw(t, "burst")}
		interval := time.Minute.Microseconds() / int64(rate.PerMinute)
		var passed []clock.Micros
		for range rapid.IntRange(1, 200).Draw(t, "requests") {
			at.Add(time.Duration(rapid.Int64Range(0, 20_000).Draw(t, "pause")) * time.Microsecond)
			if l.Take("k", rate) == 0 {
				passed = append(passed, at.Now())
			}
		}
		for i, from := range passed {
			for j := i; j < len(passed); j++ {
				most := int64(rate.Burst) + int64(passed[j]-from)/interval
				if got := int64(j - i + 1); got > most {
					t.Fatalf("%d passed in %d µs, at most %d may", got, passed[j]-from, most)
				}
			}
		}
		if wait := l.Take("k", rate); wait > 0 {
			at.Add(wait)
			if again := l.Take("k", rate); again != 0 {
				t.Fatalf("told to wait %s, then %s", wait, again)
			}
		}
	})
}

func TestRateLimitAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	limit := b.faults.RateLimit(NewLimiter(b.clock), func(r *http.Request) (string, Rate) {
		return r.Header.Get("X-Key"), Rate{PerMinute: 60, Burst: 1}
	})
	h := limit(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	do := func(key string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Key", key)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}
	for _, key := range []string{"a", "b", "", ""} {
		if rec := do(key); rec.Code != http.StatusNoContent {
			t.Errorf("key %q: status %d", key, rec.Code)
		}
	}
	rec := do("a")
	if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") != "1" || !strings.Contains(rec.Body.String(), "http.too-many-requests") {
		t.Errorf("answer %d %v %s", rec.Code, rec.Header(), rec.Body)
	}
}

// TestWaitTakesNothing: asking how long to wait changes nothing, and says what
// the next request is then told.
func TestWaitTakesNothing(t *testing.T) {
	t.Parallel()
	now := clock.NewFixed(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	l, rate := NewLimiter(now), Rate{PerMinute: 60, Burst: 3}
	for taken := range 10 {
		first, second := l.Wait("k", rate), l.Wait("k", rate)
		if got := l.Take("k", rate); got != first || first != second || (got > 0) != (taken >= 3) {
			t.Errorf("after %d: told %s and %s, then %s", taken, first, second, got)
		}
	}
}
