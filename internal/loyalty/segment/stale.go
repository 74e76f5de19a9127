package segment

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/metrics"
)

// Refresher keeps member_figure. The dispatcher of events gives it the members
// to whom something has happened (Collect), in the transaction that takes the
// events away, so that nobody is forgotten; Run works out their figures anew
// and, as that needs no hurry, rests longer than it works, so that tills feel
// little of it. Any number of them may run; they take turns.
type Refresher struct {
	DB      *db.DB
	IDs     *id.Maker
	Clock   clock.Clock
	Log     *slog.Logger
	Metrics *metrics.Registry // nil: none
	// OwnLevel tells whether in a programme each of a household stands by himself;
	// nil: in none.
	OwnLevel func(programme id.ID) bool
	// Underway is how many operations of tills wait for their end in this process;
	// nil: it is not known.
	Underway func() int
}

const (
	record      = 16  // bytes of one member in member_stale
	staleInRow  = 500 // members in a row
	staleAtOnce = 50  // rows in one transaction at most,
	maxAtOnce   = 1000
	refreshRest = 2  // times as long as the work,
	refreshMost = 20 // and at most so many times while tills are busy,
	tillsBusy   = 4  // which is when more operations than these wait for their end
	refreshLull = time.Second
)

const (
	qKeepStale = `insert into member_stale (stale_id, data) values ($1, $2)`
	qStale     = `select stale_id, data from member_stale order by stale_id limit $1`
	qOldest    = `select coalesce(min(stale_id), 0) from member_stale`
	qTurnPG    = `select pg_advisory_xact_lock($1)`
)

// turnLock is what PostgreSQL's refreshers wait for each other by: who works
// figures out later has read later.
const turnLock = int64(0x6b6f70696c6b66)

var deleteStale = db.Many{
	PG:    `delete from member_stale where stale_id = any($1::bigint[])`,
	Lite:  `delete from member_stale where stale_id = $1`,
	Types: []string{"bigint"},
	Exact: true,
}

// Collect adds to a batch what keeps members for their figures.
func (r *Refresher) Collect(b *db.Batch, members []figure.Touched) {
	for part := range slices.Chunk(members, staleInRow) {
		data := make([]byte, 0, record*len(part))
		for _, t := range part {
			data = binary.BigEndian.AppendUint64(data, uint64(t.Home))
			data = binary.BigEndian.AppendUint64(data, uint64(t.Outlet))
		}
		b.Exec(qKeepStale, r.IDs.New(), data)
	}
}

// Run works till ctx ends.
func (r *Refresher) Run(ctx context.Context) {
	lag := func(time.Duration) {}
	if r.Metrics != nil {
		gauge := r.Metrics.Gauge("member_figures_lag_seconds", "Age of the oldest change that members' lists do not have yet.").WithLabelValues()
		lag = func(d time.Duration) { gauge.Set(d.Seconds()) }
	}
	for ctx.Err() == nil {
		began := r.Clock.Now()
		more, err := r.turn(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "figures of members were not worked out", "error", err)
		}
		if age, err := r.Stale(ctx); err == nil {
			lag(age)
		}
		if more {
			r.rest(ctx, r.Clock.Now().Time().Sub(began.Time()))
		} else {
			pause(ctx, refreshLull)
		}
	}
}

// rest lets tills work after so much work of ours.
func (r *Refresher) rest(ctx context.Context, work time.Duration) {
	for n := 0; n < refreshRest || n < refreshMost && r.Underway != nil && r.Underway() > tillsBusy; n++ {
		pause(ctx, work)
	}
}

func pause(ctx context.Context, d time.Duration) {
	ctx, end := context.WithTimeout(ctx, d)
	<-ctx.Done()
	end()
}

// Drain works out what there is, without a rest.
func (r *Refresher) Drain(ctx context.Context) error {
	for {
		if more, err := r.turn(ctx); err != nil || !more {
			return err
		}
	}
}

// Stale is how old the oldest change is that is not in the figures yet, once
// its event was folded; 0: there is none.
func (r *Refresher) Stale(ctx context.Context) (time.Duration, error) {
	var oldest int64
	if err := r.DB.Row(ctx, qOldest).Scan(&oldest); err != nil || oldest == 0 {
		return 0, err
	}
	return max(0, r.Clock.Now().Time().Sub(id.ID(oldest).Time())), nil
}

// stale is what one transaction works out.
type stale struct {
	rows    []int64
	members map[figure.Touched]struct{}
	full    bool // there may be more
}

func take(ctx context.Context, q db.Q) (*stale, error) {
	s := &stale{members: map[figure.Touched]struct{}{}}
	n := 0
	err := q.Each(ctx, func(r db.Row) error {
		var row int64
		var data []byte
		if err := r.Scan(&row, &data); err != nil || s.full {
			return err
		}
		if n += len(data) / record; len(s.rows) > 0 && n > maxAtOnce {
			s.full = true
			return nil
		}
		s.rows = append(s.rows, row)
		for ; len(data) >= record; data = data[record:] {
			t := figure.Touched{Home: home.ID(binary.BigEndian.Uint64(data)), Outlet: id.ID(binary.BigEndian.Uint64(data[8:]))}
			s.members[t] = struct{}{}
		}
		return nil
	}, qStale, staleAtOnce)
	s.full = s.full || len(s.rows) == staleAtOnce
	return s, err
}

func (s *stale) homes() []home.ID {
	all := map[home.ID]struct{}{}
	for t := range s.members {
		all[t.Home] = struct{}{}
	}
	return slices.Sorted(maps.Keys(all))
}

// turn works out some, and tells whether there are more. On SQLite it reads
// before it writes, so that the one writer waits for no reading; who has lost
// to another process once reads as the writer.
func (r *Refresher) turn(ctx context.Context) (more bool, err error) {
	if r.DB.Dialect() == db.Postgres {
		return r.alone(ctx)
	}
	s, f, err := r.work(ctx, r.DB)
	if err != nil || s == nil {
		return false, err
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error { return f.write(ctx, tx, s) })
	if errors.Is(err, db.ErrMoved) {
		return r.alone(ctx)
	}
	return s.full, err
}

// alone reads and writes in one transaction that no other process has.
func (r *Refresher) alone(ctx context.Context) (more bool, err error) {
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		if tx.Dialect() == db.Postgres {
			if _, err := tx.Exec(ctx, qTurnPG, turnLock); err != nil {
				return err
			}
		}
		s, f, err := r.work(ctx, tx)
		if err != nil || s == nil {
			return err
		}
		more = s.full
		return f.write(ctx, tx, s)
	})
	return more, err
}

// work reads what is stale and reckons it; nil: nothing is.
func (r *Refresher) work(ctx context.Context, q db.Q) (*stale, *reckoned, error) {
	s, err := take(ctx, q)
	if err != nil || len(s.rows) == 0 {
		return nil, nil, err
	}
	f, err := r.reckon(ctx, q, s.homes())
	return s, f, err
}
