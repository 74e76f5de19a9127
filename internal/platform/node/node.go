// Package node leases the node number under which a process makes ids.
//
// No two processes hold one number at one instant, also where their clocks
// differ by less than the margin: a lease is renewed well before its end, its
// holder gives it up by itself when it could not, and nobody takes a number
// until the margin after its end has passed. Leases go by the machine's own
// clock, whatever clock the domain is shown.
package node

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

const (
	// Term is how long a lease holds without being renewed.
	Term = 5 * time.Minute
	// Every is how often its holder renews it.
	Every = 30 * time.Second

	margin     = 30 * time.Second // how much two machines' clocks may differ
	oneRenewal = 10 * time.Second
	takeTries  = 20
)

// errTaken says that another process was faster.
var errTaken = errors.New("node: taken meanwhile")

// Lease is a node number that this process holds.
type Lease struct {
	d      *db.DB
	clock  clock.Clock
	holder string
	node   int
	until  atomic.Int64 // Micros
	over   sync.Once
	lost   chan struct{}
}

// Take leases the lowest free number of the base.
func Take(ctx context.Context, d *db.DB) (*Lease, error) { return take(ctx, d, clock.System{}) }

func take(ctx context.Context, d *db.DB, c clock.Clock) (*Lease, error) {
	l := &Lease{d: d, clock: c, holder: rand.Text(), lost: make(chan struct{})}
	for range takeTries {
		err := l.tryTake(ctx)
		if errors.Is(err, errTaken) || errors.Is(err, db.ErrConflict) {
			continue
		}
		return l, err
	}
	return nil, fault.New(fault.Unavailable, "node.none-free")
}

func (l *Lease) tryTake(ctx context.Context) error {
	now := l.clock.Now()
	until := now.Add(Term)
	node := -1
	err := l.d.Write(ctx, func(tx *db.Tx) error {
		var err error
		if node, err = lowestFree(ctx, tx, now.Add(-margin)); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qTake, node, l.holder, until, now.Add(-margin))
		if err == nil && n == 0 {
			err = errTaken
		}
		return err
	})
	if err != nil {
		return err
	}
	l.node = node
	l.until.Store(int64(until))
	return nil
}

func lowestFree(ctx context.Context, q db.Q, before clock.Micros) (int, error) {
	held := map[int64]bool{}
	err := q.Each(ctx, func(r db.Row) error {
		var n int64
		err := r.Scan(&n)
		held[n] = true
		return err
	}, qHeld, before)
	if err != nil {
		return 0, err
	}
	// Number 0 is for tools that run while no service does.
	for n := 1; n <= id.MaxNode; n++ {
		if !held[int64(n)] {
			return n, nil
		}
	}
	return 0, fault.New(fault.Unavailable, "node.none-free")
}

// Node is the number.
func (l *Lease) Node() int { return l.node }

// Held is nil while the number may be used.
func (l *Lease) Held() error {
	if l.clock.Now() < clock.Micros(l.until.Load()) {
		return nil
	}
	l.over.Do(func() { close(l.lost) })
	return fault.New(fault.Unavailable, "node.lost")
}

// Lost is closed once the number may no longer be used; nothing brings it
// back, since another process may have it.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Renew moves the end of the lease on. A base that does not answer loses it
// only when the end has come.
func (l *Lease) Renew(ctx context.Context) error {
	if err := l.Held(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, oneRenewal)
	defer cancel()
	until := l.clock.Now().Add(Term)
	n, err := l.d.Exec(ctx, qRenew, l.node, l.holder, until)
	switch {
	case err != nil:
		return errors.Join(err, l.Held())
	case n == 0:
		l.until.Store(0)
		return l.Held()
	}
	l.until.Store(int64(until))
	return nil
}

// Release gives the number back.
func (l *Lease) Release(ctx context.Context) error {
	now := l.clock.Now()
	l.until.Store(0)
	_, err := l.d.Exec(ctx, qRenew, l.node, l.holder, now)
	return err
}
