package importer

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

const (
	batchReceipts = 256    // prepared at a time
	batchRows     = 10_000 // at most, but for one receipt
	defaultLanes  = 192
	laneAhead     = 32 // receipts that may wait in a lane
	busyTries     = 3
)

// write records the receipts in the order of time. Those of one member go
// through one lane, one after the other; lanes go side by side, so that the
// desk may take many into one transaction.
func (r *importing) write(ctx context.Context) error {
	if _, err := r.Directory.Refresh(ctx, r.DB); err != nil {
		return err
	}
	if _, err := r.Catalog.Refresh(ctx, r.DB); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &writing{importing: r, prepare: newPreparing(r), seed: maphash.MakeSeed()}
	n := r.Lanes
	if n == 0 {
		n = defaultLanes
	}
	w.lanes = make([]chan *receipt, n)
	var lanes sync.WaitGroup
	for i := range w.lanes {
		w.lanes[i] = make(chan *receipt, laneAhead)
		lanes.Go(func() {
			for rc := range w.lanes[i] {
				if ctx.Err() != nil {
					continue // let the others end
				}
				if err := fault.Contain(func() error { return w.one(ctx, rc) }); err != nil {
					cancel(err)
				}
			}
		})
	}
	err := r.byTime.each(ctx, func(key, value []byte) error {
		rc, err := unpackReceipt(key, value)
		if err != nil {
			return err
		}
		return w.add(ctx, rc)
	})
	if err == nil {
		err = w.send(ctx)
	}
	if err != nil {
		cancel(err)
	}
	for _, lane := range w.lanes {
		close(lane)
	}
	lanes.Wait()
	return context.Cause(ctx)
}

// writing hands receipts out to lanes.
type writing struct {
	*importing
	prepare *preparing
	seed    maphash.Seed
	lanes   []chan *receipt
	next    int // lane of the next receipt without a member
	batch   []*receipt
	rows    int
	papers  papers
	ended   atomic.Int64
}

func (w *writing) add(ctx context.Context, rc *receipt) error {
	w.batch = append(w.batch, rc)
	if w.rows += len(rc.rows); len(w.batch) < batchReceipts && w.rows < batchRows {
		return nil
	}
	return w.send(ctx)
}

// send prepares what waits and hands it out.
func (w *writing) send(ctx context.Context) error {
	ready, err := w.prepare.batch(ctx, w.batch)
	if err != nil {
		return err
	}
	w.progress(len(w.batch) - len(ready))
	for _, rc := range ready {
		if rc.buyer.Value == "" {
			w.next = (w.next + 1) % len(w.lanes)
			rc.lane = w.next
		} else {
			rc.lane = int(maphash.Comparable[member.Ref](w.seed, rc.buyer) % uint64(len(w.lanes)))
		}
		w.papers.queue(rc)
		select {
		case w.lanes[rc.lane] <- rc:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.batch, w.rows = w.batch[:0], 0
	return nil
}

// one records one receipt and notes what became of its rows. Only what ends
// the whole import is an error.
func (w *writing) one(ctx context.Context, rc *receipt) error {
	defer w.progress(1)
	defer w.papers.release(rc)
	if err := rc.paper.wait(ctx); err != nil {
		return err
	}
	till, err := w.prepare.till(rc.rows[0])
	if err != nil {
		return err
	}
	do := w.sell
	if rc.back {
		do = w.refund
	}
	for try := 1; ; try++ {
		d, err := do(ctx, rc, till)
		if err == nil {
			return w.tally.done(rc, d)
		}
		why := fault.From(err)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case why.Kind == fault.Unavailable && try < busyTries:
		case why.Kind == fault.Unavailable || why.Kind == fault.Internal:
			return err
		default:
			return w.tally.refuseAll(rc.rows, why)
		}
	}
}

func (w *writing) progress(n int) { w.job.Progress(Writing, w.ended.Add(int64(n)), w.receipts) }

// done is what became of a receipt.
type done struct {
	rows  []*Outcome
	again bool         // an earlier run had done it
	sum   money.Amount // paid, or given back
	empty bool         // nothing of it was left to record
}
