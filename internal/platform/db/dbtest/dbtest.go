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
	d, err := db.Open(context.Background(), db.Options{URL: URL(t, dialect)})
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
	return postgresCopy(t)
}

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
	return d.Migrate(ctx)
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
	free []string // bases that are as they were made
}

var started atomic.Bool

var postgres = sync.OnceValue(func() *server {
	started.Store(true)
	raw := os.Getenv("KOPILKA_TEST_POSTGRES_URL")
	if raw == "" {
		raw = "postgres://postgres@127.0.0.1:5432/postgres"
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
func (s *server) take() (database string, err error) {
	s.mu.Lock()
	if n := len(s.free); n > 0 {
		database, s.free = s.free[n-1], s.free[:n-1]
	}
	s.mu.Unlock()
	if database != "" {
		return database, nil
	}
	database = name("db")
	return database, s.exec(fmt.Sprintf("create database %s template %s", database, s.template))
}

// giveBack keeps a base that a test is done with for the next one, or drops it
// where the test has failed or has left more than rows.
func (s *server) giveBack(database string, failed bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if failed || s.made.restore(ctx, s.with(database)) != nil {
		return s.drop(database)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, database)
	return nil
}

func (s *server) drop(database string) error {
	return s.exec("drop database if exists " + database + " with (force)")
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

func postgresCopy(t testing.TB) string {
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
	database, err := s.take()
	if err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.giveBack(database, t.Failed()); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return s.with(database)
}

// Main runs a package's tests and then drops the bases that it has made; a package
// that uses Each calls it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if started.Load() {
		s := postgres()
		for _, database := range append(s.free, s.template) {
			if database != "" {
				_ = s.drop(database)
			}
		}
	}
	os.Exit(code)
}
