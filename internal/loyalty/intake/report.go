package intake

import (
	"context"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/platform/db"
)

// Each gives what becomes of every row of which it is known, in the file's order.
func (s *Intakes) Each(ctx context.Context, in *Intake, to func(*importer.Outcome) error) error {
	if !in.knows() {
		return nil
	}
	for part := range parts(in.Place) {
		list, err := s.outcomes(ctx, in.ID, part)
		if err != nil {
			return err
		}
		for _, o := range list {
			if err := to(in.Layout.told(o)); err != nil {
				return err
			}
		}
	}
	return nil
}

// knows tells whether it is known what becomes of some rows.
func (in *Intake) knows() bool {
	switch in.State {
	case Looking, Looked, Running, Done, Stopped:
		return true
	default:
		return false
	}
}

// Told gives rows of which there is something to say, behind one that stands in
// the file at a place; 0 is the first.
func (s *Intakes) Told(ctx context.Context, in *Intake, after int64, limit int) ([]*importer.Outcome, error) {
	limit = min(limit, MaxPage)
	var out []*importer.Outcome
	for from := int64(0); len(out) < limit; {
		found, err := s.toldIn(ctx, in, from, after)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			break
		}
		for _, p := range found {
			from = p.no + 1
			for _, o := range p.list {
				if o.Why != nil && o.Row > after {
					out = append(out, in.Layout.told(o))
				}
			}
		}
	}
	return out[:min(len(out), limit)], nil
}

// outcomesOf is what becomes of one part of a file's rows.
type outcomesOf struct {
	no   int64
	list []*importer.Outcome
}

// toldAtOnce is how many parts are read at once in search of what is told.
const toldAtOnce = 10

func (s *Intakes) toldIn(ctx context.Context, in *Intake, from, after int64) ([]outcomesOf, error) {
	return db.All(ctx, s.DB, func(r db.Row) (p outcomesOf, err error) {
		var b []byte
		if err = r.Scan(&p.no, &b); err == nil {
			p.list, err = importer.UnpackOutcomes(b)
		}
		return p, err
	}, qTold, in.ID, from, after, toldAtOnce)
}
