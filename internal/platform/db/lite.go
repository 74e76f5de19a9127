package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// liteDSN gives the DSN of a pool. The pragmas stand in it so that every
// connection has them; busy_timeout must come before journal_mode.
func liteDSN(path string, writer bool) string {
	q := url.Values{}
	for _, p := range []string{
		"busy_timeout(" + strconv.Itoa(busyTimeout) + ")",
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"cache_size(-65536)", "temp_store(MEMORY)", "mmap_size(268435456)",
	} {
		q.Add("_pragma", p)
	}
	if writer {
		q.Add("_pragma", "wal_autocheckpoint(4000)")
		q.Set("_txlock", "immediate")
	} else {
		q.Add("_pragma", "query_only(ON)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func litePath(u string) string { return strings.TrimPrefix(strings.TrimPrefix(u, "sqlite:"), "//") }

// makePrivate makes the file of a new base, for its owner only: it will hold
// personal data and keys. SQLite gives what it puts beside the file (-wal,
// -shm) the same rights. Where it can't be made SQLite says why.
func makePrivate(path string) {
	if f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		_ = f.Close()
	}
}

func openLite(ctx context.Context, o Options) (*DB, error) {
	path := litePath(o.URL)
	makePrivate(path)
	w, err := sql.Open("sqlite", liteDSN(path, true))
	if err != nil {
		return nil, openError(err)
	}
	w.SetMaxOpenConns(1)
	w.SetMaxIdleConns(1)
	if err := w.PingContext(ctx); err != nil {
		_ = w.Close()
		return nil, openError(err)
	}
	r, err := sql.Open("sqlite", liteDSN(path, false))
	if err != nil {
		_ = w.Close()
		return nil, openError(err)
	}
	n := o.Readers
	if n == 0 {
		n = 8
	}
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	return &DB{url: o.URL, r: r, w: w, cache: map[any]*liteConn{}}, nil
}

// onConn lends a pooled connection with its statements. A pool throws a
// connection away on which something panicked or a query was interrupted; its
// statements go before it, since they can't be ended any more afterwards.
func (d *DB) onConn(ctx context.Context, pool *sql.DB, fn func(*liteConn) error) error {
	c, err := pool.Conn(ctx)
	if err != nil {
		return translate(err)
	}
	defer c.Close()
	return c.Raw(func(dc any) error {
		lc := d.statements(dc)
		whole := false
		defer func() {
			if v, ok := dc.(driver.Validator); !whole || ok && !v.IsValid() {
				d.forget(dc)
			}
		}()
		err := fn(lc)
		whole = true
		return err
	})
}

func (d *DB) statements(dc any) *liteConn {
	d.cacheMu.Lock()
	defer d.cacheMu.Unlock()
	lc := d.cache[dc]
	if lc == nil {
		lc = newLiteConn(dc)
		d.cache[dc] = lc
	}
	return lc
}

func (d *DB) forget(dc any) {
	d.cacheMu.Lock()
	defer d.cacheMu.Unlock()
	d.cache[dc].close()
	delete(d.cache, dc)
}

func (d *DB) writeLite(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	t := &Tx{d: d}
	err := d.onConn(ctx, d.w, func(c *liteConn) error {
		if _, err := c.exec("begin immediate", nil); err != nil {
			return translate(err)
		}
		t.lite = c
		done := false
		defer func() {
			if !done {
				_, _ = c.exec("rollback", nil)
			}
		}()
		if err := fn(t); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := c.exec("commit", nil)
		if err != nil && !retryable(err) {
			return commitError(err)
		}
		done = err == nil
		return translate(err)
	})
	return t, err
}

func (d *DB) closeLite() {
	d.cacheMu.Lock()
	defer d.cacheMu.Unlock()
	for _, c := range d.cache {
		c.close()
	}
	clear(d.cache)
	_ = d.r.Close()
	_ = d.w.Close()
}
