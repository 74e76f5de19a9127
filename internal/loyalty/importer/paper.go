package importer

import (
	"context"
	"sync"

	"kopilka/internal/loyalty/purchase"
)

// paperKey tells a fiscal receipt apart, however its time is printed.
type paperKey struct {
	drive        string
	number, sign int64
}

// paper is a receipt's place among those of the file that name the same fiscal
// receipt.
type paper struct {
	key    paperKey
	before <-chan struct{} // closed when the one before it is done; nil if none is under way
	done   chan struct{}
}

// papers keeps the order of receipts that name one fiscal receipt: it is the
// first one's, so those of other buyers, which go by other lanes, wait for it.
// A receipt waits only for one handed out before it, so that no two wait for
// each other.
type papers struct {
	mu   sync.Mutex
	last map[paperKey]*paper // under way
}

// queue gives a receipt its place.
func (ps *papers) queue(rc *receipt) {
	text := rc.rows[0].fiscal
	if text == "" || rc.back {
		return
	}
	f, err := purchase.ParseFiscal(text)
	if err != nil {
		return // its recording tells
	}
	rc.paper = &paper{key: paperKey{f.Drive, f.Number, f.Sign}, done: make(chan struct{})}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p := ps.last[rc.paper.key]; p != nil {
		rc.paper.before = p.done
	}
	if ps.last == nil {
		ps.last = map[paperKey]*paper{}
	}
	ps.last[rc.paper.key] = rc.paper
}

// release lets the next one go.
func (ps *papers) release(rc *receipt) {
	p := rc.paper
	if p == nil {
		return
	}
	close(p.done)
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.last[p.key] == p {
		delete(ps.last, p.key)
	}
}

func (p *paper) wait(ctx context.Context) error {
	if p == nil || p.before == nil {
		return nil
	}
	select {
	case <-p.before:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
