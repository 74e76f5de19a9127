package figure

import (
	"context"

	"kopilka/internal/platform/db"
)

// AddStored adds the figures that are stored.
func (t *Table) AddStored(ctx context.Context, q db.Q) error {
	return q.Each(ctx, func(r db.Row) error {
		k, s, err := scanDay(r)
		if err == nil {
			t.Row([]byte(k.Day), k.Outlet, k.Programme).Add(s)
		}
		return err
	}, qDays)
}

// AddWaiting folds the events that are not folded yet; they stay where they
// are.
func (f *Fold) AddWaiting(ctx context.Context, q db.Q) error {
	return q.Each(ctx, func(r db.Row) error {
		var doc []byte
		if err := r.Scan(&doc); err != nil {
			return err
		}
		return f.Add(doc)
	}, qEvents)
}
