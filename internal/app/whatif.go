package app

import (
	"context"
	"runtime"

	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/jobs"
)

// ask makes what keeps the questions of what a draft would have come to. They
// are answered beside receipts, so that half the processors are left to those.
func (c *Core) ask() {
	c.Questions = &whatif.Questions{
		Options: whatif.Options{
			DB: c.DB, Programmes: c.Programmes, Directory: c.Directory, Catalog: c.Catalog, Workers: max(1, runtime.GOMAXPROCS(0)/2),
		},
		IDs: c.IDs, Clock: c.Clock, Jobs: c.Jobs,
	}
}

// answer answers them as jobs: at once when one is asked, and each minute those
// that another process has left. A program that is told to stop does not wait
// for them: what is being answered waits for its next start.
func (c *Core) answer(running context.Context) {
	jobs.Handle(c.Jobs, func(ctx context.Context, _ whatif.Answering) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(running, cancel)()
		err := c.Questions.AnswerAll(ctx)
		if running.Err() != nil {
			return nil
		}
		return err
	})
	c.Jobs.Every("whatif", dueEvery, whatif.Answering{}, jobs.Bulk)
}
