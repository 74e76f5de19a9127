// Package lease shares long work between processes: rows of a table, each of
// which is worked on for a while by whichever process takes it first.
//
// Invariants: a row has one holder at a time, whose name is a new one at each
// turn; what it writes of the row is conditioned on its being held, so that who
// was too slow writes nothing (ErrLost). A process that is killed holds its row
// until its time is over, and no longer.
package lease

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	// held is how long a row is one holder's after he has last said so: longer
	// than a step of the work may take.
	held = 45 * time.Second
	// turn is how long one row is worked on before the next has its turn.
	turn = 5 * time.Second
)

// ErrLost says that a row is another's now, or wants no more work.
var ErrLost = errors.New("lease: the work is no longer this process's")

// Until is till when a row is held by who says at now that it is.
func Until(now clock.Micros) clock.Micros { return now.Add(held) }

// Leases are the rows of a table that want work. The table has the columns
// holder and held_until, which are 0 of a row that nobody works on.
type Leases struct {
	DB    *db.DB
	IDs   *id.Maker
	Clock clock.Clock
	Log   *slog.Logger
	Table string
	Key   string // its column that names a row
	Wants string // the condition, in SQL, under which a row wants work
}

// Held is a row that is this process's for a turn.
type Held struct {
	Item   id.ID
	Holder id.ID // who holds it
	began  time.Time
}

// On tells whether the turn goes on: it is the machine that is shared, whatever
// the product's clock says.
func (h *Held) On() bool { return time.Since(h.began) < turn }

// Each gives every row that wants work and nobody works on its turn. What fails
// is told, and is met again at the next call.
func (l *Leases) Each(ctx context.Context, work func(ctx context.Context, h *Held) error) error {
	waiting, err := db.All(ctx, l.DB, func(r db.Row) (i id.ID, err error) { return i, r.Scan(&i) },
		"select "+l.Key+" from "+l.Table+" where "+l.Wants+" and held_until <= $1 order by "+l.Key, l.Clock.Now())
	if err != nil {
		return err
	}
	for _, item := range waiting {
		err = errors.Join(err, l.take(ctx, item, work))
	}
	return err
}

// take works on one row, unless somebody else has just taken it.
func (l *Leases) take(ctx context.Context, item id.ID, work func(context.Context, *Held) error) error {
	h := &Held{Item: item, Holder: l.IDs.New(), began: time.Now()}
	now := l.Clock.Now()
	n, err := l.DB.Exec(ctx, "update "+l.Table+" set holder = $2, held_until = $3 where "+l.Key+" = $1 and "+l.Wants+" and held_until <= $4", item, h.Holder, Until(now), now)
	if err != nil || n == 0 {
		return err
	}
	defer l.release(ctx, h)
	if err := work(ctx, h); !errors.Is(err, ErrLost) {
		return err
	}
	return nil
}

// release lets a row go: whoever comes next need not wait, also where the
// program is being stopped.
func (l *Leases) release(ctx context.Context, h *Held) {
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), turn)
	defer cancel()
	if _, err := l.DB.Exec(free, "update "+l.Table+" set held_until = 0 where "+l.Key+" = $1 and holder = $2", h.Item, h.Holder); err != nil {
		l.Log.WarnContext(ctx, "work was not released", "table", l.Table, "error", err)
	}
}
