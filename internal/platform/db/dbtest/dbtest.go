// Package dbtest gives a test a migrated base of its own on each engine, empty
// but for what the migrations fill.
//
// SQLite is always there. PostgreSQL is taken from KOPILKA_TEST_POSTGRES_URL
// or, without it, from 127.0.0.1:5432; where none answers its half is left
// out and said so, unless KOPILKA_TEST_REQUIRE_POSTGRES is set, as in CI.
package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/platform/db"
)

const timeout = 60 * time.Second

// Each runs body once on each engine, side by side.
func Each(t *testing.T, body func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			body(t, Open(t, dialect))
		})
	}
}

// Open gives a migrated base of the engine that is closed and thrown away
// with the test.
func Open(t testing.TB, dialect db.Dialect) *db.DB {
	t.Helper()
	if dialect == db.Postgres {
		return postgresOpen(t)
	}
	d, err := db.Open(context.Background(), db.Options{URL: liteCopy(t)})
	if err != nil {
		t.Fatalf("open %s: %v", dialect, err)
	}
	t.Cleanup(d.Close)
	return d
}

// URL gives the address of a migrated base of the engine, for a test that
// starts the program itself.
func URL(t testing.TB, dialect db.Dialect) string {
	t.Helper()
	if dialect == db.SQLite {
		return liteCopy(t)
	}
	s, b := postgresBase(t)
	b.close()
	return s.with(b.name)
}

// more is what else the package under test migrates its bases with.
var more = func(context.Context, *db.DB) error { return nil }

var lite = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "kopilka-dbtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func liteCopy(t testing.TB) string {
	template, err := lite()
	if err != nil {
		t.Fatalf("migrate SQLite: %v", err)
	}
	path := filepath.Join(t.TempDir(), "kopilka.db")
	if err := os.WriteFile(path, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func migrate(u string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	d, err := db.Open(ctx, db.Options{URL: u, MaxConns: 4})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	return more(ctx, d)
}

// server is the PostgreSQL that the tests use and the name of a migrated
// template base on it, made once per process.
type server struct {
	admin    *db.DB
	url      *url.URL
	template string
	made     state // what the template is like
	absent   error // no server answers
	err      error

	mu   sync.Mutex
	free []*base // those that are as they were made
}

var started atomic.Bool

var postgres = sync.OnceValue(func() *server {
	started.Store(true)
	raw := os.Getenv("KOPILKA_TEST_POSTGRES_URL")
	if raw == "" {
		raw = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable" // nobody is between
	}
	s := &server{}
	if s.url, s.err = url.Parse(raw); s.err != nil {
		return s
	}
	if s.admin, s.absent = db.Open(context.Background(), db.Options{URL: raw, MaxConns: 4}); s.absent != nil {
		return s
	}
	s.template = name("tpl")
	if s.err = s.exec("create database " + s.template); s.err == nil {
		s.err = migrate(s.with(s.template))
	}
	if s.err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		s.made, s.err = stateOf(ctx, s.with(s.template))
	}
	return s
})

// take gives a base that is as the template.
func (s *server) take() (*base, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		b := s.free[n-1]
		s.free = s.free[:n-1]
		return b, nil
	}
	b := &base{name: name("db")}
	return b, s.exec(fmt.Sprintf("create database %s template %s", b.name, s.template))
}

// giveBack keeps a base that a test is done with for the next one, or drops it
// where the test has failed or has left more than rows.
func (s *server) giveBack(b *base, failed bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if failed || s.restore(ctx, b) != nil {
		return s.drop(b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, b)
	return nil
}

// drop drops a base with all its connections.
func (s *server) drop(b *base) error {
	b.close()
	if b.admin != nil {
		_ = b.admin.Close(context.Background())
	}
	return s.exec("drop database if exists " + b.name + " with (force)")
}

func (s *server) exec(q string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	_, err := s.admin.Exec(ctx, q)
	return err
}

func (s *server) with(database string) string {
	u := *s.url
	u.Path = "/" + database
	return u.String()
}

func name(kind string) string {
	return "kopilka_test_" + kind + "_" + strings.ToLower(rand.Text()[:12])
}

// postgresBase gives a base that goes back with the end of the test.
func postgresBase(t testing.TB) (*server, *base) {
	t.Helper()
	s := postgres()
	if s.absent != nil {
		if os.Getenv("KOPILKA_TEST_REQUIRE_POSTGRES") != "" {
			t.Fatalf("PostgreSQL is required and does not answer: %v", s.absent)
		}
		t.Skipf("left out: no PostgreSQL answers at %s", s.url.Host)
	}
	if s.err != nil {
		t.Fatalf("prepare PostgreSQL: %v", s.err)
	}
	b, err := s.take()
	if err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.giveBack(b, t.Failed()); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return s, b
}

func postgresOpen(t testing.TB) *db.DB {
	t.Helper()
	s, b := postgresBase(t)
	if b.d == nil {
		var err error
		if b.d, err = db.Open(context.Background(), db.Options{URL: s.with(b.name)}); err != nil {
			t.Fatalf("open %s: %v", db.Postgres, err)
		}
	}
	return b.d
}

// Main runs a package's tests and then drops the bases that it has made; a package
// that uses Each calls it from TestMain. What also is done once to every base, beside
// the migrations, is told by and: a test that does it itself finds it done.
func Main(m *testing.M, and ...func(context.Context, *db.DB) error) {
	for _, do := range and {
		more = do
	}
	code := m.Run()
	if started.Load() {
		s := postgres()
		for _, b := range append(s.free, &base{name: s.template}) {
			if b.name != "" {
				_ = s.drop(b)
			}
		}
	}
	os.Exit(code)
}
