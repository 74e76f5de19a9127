package segment

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestRest: the figures of lists yield to tills, and not for ever.
func TestRest(t *testing.T) {
	t.Parallel()
	const work = 30 * time.Millisecond
	for name, c := range map[string]struct {
		underway func(since time.Duration) int
		want     time.Duration
	}{
		"not known":        {nil, 2 * work},
		"idle":             {func(time.Duration) int { return 0 }, 2 * work},
		"a few":            {func(time.Duration) int { return tillsBusy }, 2 * work},
		"busy":             {func(time.Duration) int { return tillsBusy + 1 }, 20 * work},
		"busy for a while": {func(since time.Duration) int { return int((7*work - since) / time.Millisecond) }, 7 * work},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, began := &Refresher{}, time.Now()
				if c.underway != nil {
					r.Underway = func() int { return c.underway(time.Since(began)) }
				}
				if r.rest(t.Context(), work); time.Since(began) != c.want {
					t.Errorf("rested %s, not %s", time.Since(began), c.want)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithTimeout(t.Context(), work)
		defer end()
		r, began := &Refresher{Underway: func() int { return 99 }}, time.Now()
		if r.rest(ctx, time.Hour); time.Since(began) != work {
			t.Errorf("went on for %s after its end", time.Since(began))
		}
	})
}
