package reference

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"kopilka/internal/platform/db"
)

// Load makes the snapshot of a set. old is the snapshot before and since its
// version (nil and 0 at first), so that a large set can take only the rows
// whose version is past it. old must not be changed.
type Load[T any] func(ctx context.Context, q db.Q, old *T, since int64) (*T, error)

// Cache holds the last snapshot of a set. Reading it takes no lock and makes
// no query. It is safe for concurrent use.
type Cache[T any] struct {
	set  string
	load Load[T]
	cur  atomic.Pointer[loaded[T]]
	mu   sync.Mutex // one load at a time
}

type loaded[T any] struct {
	version int64
	data    *T
}

// NewCache makes a cache of the set whose snapshot is empty until the first
// Refresh.
func NewCache[T any](set string, empty *T, load Load[T]) *Cache[T] {
	c := &Cache[T]{set: set, load: load}
	c.cur.Store(&loaded[T]{version: -1, data: empty})
	return c
}

// Get is the snapshot last loaded; it must not be changed.
func (c *Cache[T]) Get() *T { return c.cur.Load().data }

// Version is the version of the snapshot, -1 before the first Refresh.
func (c *Cache[T]) Version() int64 { return c.cur.Load().version }

// Refresh asks the base for the set's version and loads what has changed
// since; it tells whether anything had.
func (c *Cache[T]) Refresh(ctx context.Context, q db.Q) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// The version comes first: rows that change meanwhile are then loaded now
	// and once more at the next refresh, never missed.
	v, err := Version(ctx, q, c.set)
	if err != nil {
		return false, fmt.Errorf("refresh %s: %w", c.set, err)
	}
	old := c.cur.Load()
	if old.version == v {
		return false, nil
	}
	var before *T
	since := int64(0)
	if old.version >= 0 && old.version < v {
		before, since = old.data, old.version
	}
	data, err := c.load(ctx, q, before, since)
	if err != nil {
		return false, fmt.Errorf("refresh %s: %w", c.set, err)
	}
	c.cur.Store(&loaded[T]{version: v, data: data})
	return true, nil
}
