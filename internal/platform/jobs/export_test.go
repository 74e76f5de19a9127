package jobs

import (
	"time"

	"github.com/riverqueue/river"
)

// Hasten makes a runner look for jobs often, so that tests wait little, but not
// so often that looking is all that the one writer of SQLite does.
func Hasten(r *Runner) {
	r.tune = func(c *river.Config) {
		c.FetchCooldown, c.FetchPollInterval = 20*time.Millisecond, 100*time.Millisecond
	}
}

// Finished tells of every job that ends, well or not, once its end is in the
// base.
func Finished(r *Runner) (<-chan *river.Event, func(), error) {
	c, err := r.open()
	if err != nil {
		return nil, nil, err
	}
	events, stop := c.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed, river.EventKindJobInterrupted, river.EventKindJobCancelled)
	return events, stop, nil
}
