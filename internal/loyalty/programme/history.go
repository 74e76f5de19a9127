package programme

import (
	"context"
	"errors"
	"math"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Made says when a version of a programme was made, by whom and why.
type Made struct {
	Version int64
	At      clock.Micros
	By      string
	Note    string
}

// MaxHistory is how many versions are listed at once.
const MaxHistory = 200

// History lists the versions of a programme below before, the newest first;
// 0 is from the newest on.
func (ps *Programmes) History(ctx context.Context, i id.ID, before int64, limit int) ([]Made, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return db.All(ctx, ps.DB, scanMade, qHistory, i, before, min(limit, MaxHistory))
}

// Made tells of one version of a programme.
func (ps *Programmes) Made(ctx context.Context, i id.ID, version int64) (Made, error) {
	m, err := scanMade(ps.DB.Row(ctx, qMade, i, version))
	if errors.Is(err, db.ErrNotFound) {
		return m, ps.missing(err, i, version)
	}
	return m, err
}

func scanMade(r db.Row) (m Made, err error) {
	err = r.Scan(&m.Version, &m.At, &m.By, &m.Note)
	return m, err
}

// Rollback makes a new version of a programme that is equal to an old one;
// was is the version that is in force, so that no change is undone unseen.
func (ps *Programmes) Rollback(ctx context.Context, i id.ID, to, was int64, by, note string) (*rule.Programme, error) {
	p, err := ps.Version(ctx, i, to)
	if err != nil {
		return nil, err
	}
	again := *p // what is kept of the old version stays
	again.Version = was
	return ps.PutNoted(ctx, again, by, note)
}

// ByCode finds a programme, nil where there is none.
func (s *Set) ByCode(code string) *rule.Programme {
	for _, p := range s.all {
		if p.Code == code {
			return p
		}
	}
	return nil
}
