package crashtest

import (
	"os"
	"testing"
	"time"
)

// rounds counts how often to kill: n times, and as long as KOPILKA_SOAK says.
func rounds(t *testing.T, n int) func(yield func(int) bool) {
	t.Helper()
	var long time.Duration
	if v := os.Getenv("KOPILKA_SOAK"); v != "" {
		var err error
		if long, err = time.ParseDuration(v); err != nil {
			t.Fatalf("KOPILKA_SOAK: %v", err)
		}
	}
	began := time.Now()
	return func(yield func(int) bool) {
		for i := 0; i < n || time.Since(began) < long; i++ {
			if !yield(i) {
				return
			}
		}
	}
}
