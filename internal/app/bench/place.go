package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// place is where bases are made: files in a folder, or databases beside one.
type place struct {
	admin *db.DB   // PostgreSQL
	url   *url.URL // PostgreSQL
	dir   string
	keep  bool
	mark  string // tells the bases of this run from those of another
}

func newPlace(ctx context.Context, o *Options) (place, error) {
	p := place{keep: o.Keep, dir: o.Dir}
	switch {
	case o.mark != "":
		p.mark = "_" + o.mark
	case !o.Keep:
		p.mark = "_" + strings.ToLower(rand.Text()[:8])
	}
	if o.Engine == db.SQLite {
		return p, os.MkdirAll(o.Dir, 0o700)
	}
	var err error
	if p.url, err = url.Parse(o.URL); err != nil {
		return p, err
	}
	plain(p.url)
	p.admin, err = db.Open(ctx, db.Options{URL: p.url.String(), MaxConns: 2})
	return p, err
}

// plain turns TLS off on the way to a server on this machine, unless the URL
// says something of it: the bare receipt makes eight round trips, and TLS
// would make it slower than it need be.
func plain(u *url.URL) {
	q := u.Query()
	ip := net.ParseIP(u.Hostname())
	if q.Has("sslmode") || u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return
	}
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
}

func (p *place) close() {
	if p.admin != nil {
		p.admin.Close()
	}
}

// there tells whether the base is there already.
func (p *place) there(ctx context.Context, name string) (bool, error) {
	if p.admin == nil {
		_, err := os.Stat(p.file(name))
		return err == nil, nil
	}
	var n int64
	err := p.admin.Row(ctx, "select count(*) from pg_database where datname = $1", p.database(name)).Scan(&n)
	return n > 0, err
}

func (p *place) file(name string) string { return filepath.Join(p.dir, "bench_"+name+p.mark+".db") }

func (p *place) database(name string) string { return "kopilka_bench_" + name + p.mark }

// address is how to open the base.
func (p *place) address(name string) string {
	if p.admin == nil {
		return p.file(name)
	}
	u := *p.url
	u.Path = "/" + p.database(name)
	return u.String()
}

// make makes an empty base anew, and gives what throws it away at the end, if
// it is not to be kept.
func (p *place) make(ctx context.Context, name string) (address string, drop func(context.Context) error, err error) {
	if err := p.remove(ctx, name); err != nil {
		return "", nil, err
	}
	if p.admin != nil {
		if _, err := p.admin.Exec(ctx, "create database "+p.database(name)); err != nil {
			return "", nil, err
		}
	}
	return p.address(name), func(ctx context.Context) error {
		if p.keep {
			return nil
		}
		return p.remove(ctx, name)
	}, nil
}

// remove throws the base away, if it is there.
func (p *place) remove(ctx context.Context, name string) error {
	if p.admin != nil {
		_, err := p.admin.Exec(ctx, "drop database if exists "+p.database(name)+" with (force)")
		return err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(p.file(name) + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// baseName is the base's of so many members with so many lots.
func (r *run) baseName() string {
	name := strconv.FormatInt(r.Members, 10)
	if r.Lots > 0 {
		name += "_" + strconv.Itoa(r.Lots)
	}
	return name
}

// fill makes the members, or takes those of an earlier run, and opens the shop.
func (r *run) fill(ctx context.Context) (url string, s *shop, err error) {
	name := r.baseName()
	there, err := r.place.there(ctx, name)
	if err != nil {
		return "", nil, err
	}
	if there && r.Keep {
		if s, err := r.take(ctx, r.place.address(name)); err == nil {
			r.report.Kept = true
			return r.place.address(name), s, nil
		}
	}
	url, drop, err := r.place.make(ctx, name)
	if err != nil {
		return "", nil, err
	}
	r.later(drop)
	d, err := db.Open(ctx, db.Options{URL: url})
	if err != nil {
		return "", nil, err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return "", nil, err
	}
	ids := id.NewMaker(nodeOfBench)
	if s, err = openShop(ctx, d, ids, r.Clients, r.Rules); err != nil {
		return "", nil, err
	}
	began := time.Now()
	if err := r.people(ctx, d, s); err != nil {
		return "", nil, err
	}
	if r.Lots > 0 {
		if err := r.fillLots(ctx, d, url, ids, s); err != nil {
			return "", nil, err
		}
	}
	lists := &segment.Refresher{DB: d, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)}
	if err := lists.Rebuild(ctx, func(done int64) { r.Step(Step{Name: Reckoning, N: done}) }); err != nil {
		return "", nil, err
	}
	if d.Dialect() == db.Postgres {
		if _, err := d.Exec(ctx, "vacuum analyze"); err != nil {
			return "", nil, err
		}
	}
	r.report.FillSeconds = round(time.Since(began).Seconds(), 1)
	return url, s, nil
}

// people makes the members. Where they have lots, their accounts are
// opened by what they bought, but the first one's, whom the desk sells to.
func (r *run) people(ctx context.Context, d *db.DB, s *shop) error {
	progress := func(done int64) { r.Step(Step{Name: MakingMembers, N: done}) }
	if r.Lots == 0 {
		return fillPeople(ctx, d, int64(s.programme), 0, r.Members, true, progress)
	}
	if err := fillPeople(ctx, d, int64(s.programme), 0, 1, true, progress); err != nil {
		return err
	}
	return fillPeople(ctx, d, int64(s.programme), 1, r.Members, false, progress)
}

// nodeOfBench makes ids that no running program does: those begin at 0.
const nodeOfBench = id.MaxNode

// take takes the base of an earlier run, if it has all members.
func (r *run) take(ctx context.Context, address string) (*shop, error) {
	d, err := db.Open(ctx, db.Options{URL: address})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := d.CheckSchema(ctx); err != nil {
		return nil, err
	}
	var members int64
	if err := d.Row(ctx, "select count(*) from member").Scan(&members); err != nil {
		return nil, err
	}
	if members != r.Members {
		return nil, fmt.Errorf("bench: %d members, want %d", members, r.Members)
	}
	return openShop(ctx, d, id.NewMaker(nodeOfBench), r.Clients, r.Rules)
}
