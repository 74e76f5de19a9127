package figure

import (
	"context"

	"kopilka/internal/platform/db"
)

// AddStored adds the figures that are stored.
func (t *Table) AddStored(ctx context.Context, q db.Q) error {
	if err := q.Each(ctx, func(r db.Row) error {
		k, s, err := scanDay(r)
		t.days.row(k).Add(&s)
		return err
	}, qDays); err != nil {
		return err
	}
	if err := q.Each(ctx, func(r db.Row) error {
		k, s, err := scanCashier(r)
		t.cashiers.row(k).Add(&s)
		return err
	}, qCashiers); err != nil {
		return err
	}
	return q.Each(ctx, func(r db.Row) error {
		k, s, err := scanCampaign(r)
		t.campaigns.row(k).Add(&s)
		return err
	}, qCampaigns)
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
