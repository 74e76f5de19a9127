package purchase

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// OpHomes tells in which home an operation lies that a journal names: in the
// journal's own or, where a household's account is written, in another
// member's.
type OpHomes struct {
	journal home.ID
	others  map[id.ID]home.ID
}

// Of is the home of an operation.
func (o *OpHomes) Of(op id.ID) home.ID {
	if h, ok := o.others[op]; ok {
		return h
	}
	return o.journal
}

// Movements lists what moved the points of the accounts that a member uses, or
// of one of his or of his household's, the newest first.
func (d *Desk) Movements(ctx context.Context, h home.ID, account id.ID, before int64, limit int) ([]ledger.Posting, *OpHomes, error) {
	j, err := ledger.JournalOf(ctx, d.DB, h, account)
	if err != nil {
		return nil, nil, err
	}
	list, err := ledger.Movements(ctx, d.DB, j, account, before, limit)
	if err != nil {
		return nil, nil, err
	}
	homes, err := d.opHomes(ctx, j, len(list), func(i int) id.ID { return list[i].Op })
	return list, homes, err
}

// LevelChanges lists how the levels of the accounts that a member uses came to
// be, or that of one of his or of his household's, the newest first.
func (d *Desk) LevelChanges(ctx context.Context, h home.ID, account id.ID, before int64, limit int) ([]ledger.LevelChange, *OpHomes, error) {
	j, err := ledger.JournalOf(ctx, d.DB, h, account)
	if err != nil {
		return nil, nil, err
	}
	list, err := ledger.LevelChanges(ctx, d.DB, j, account, before, limit)
	if err != nil {
		return nil, nil, err
	}
	homes, err := d.opHomes(ctx, j, len(list), func(i int) id.ID { return list[i].Op })
	return list, homes, err
}

// opHomes finds the operations of other homes on a home's accounts.
func (d *Desk) opHomes(ctx context.Context, journal home.ID, n int, op func(i int) id.ID) (*OpHomes, error) {
	out := &OpHomes{journal: journal, others: map[id.ID]home.ID{}}
	ops := make([]int64, n)
	for i := range ops {
		ops[i] = int64(op(i))
	}
	if n == 0 {
		return out, nil
	}
	in := d.DB.Dialect().In
	err := d.DB.Each(ctx, func(r db.Row) error {
		var i, h int64
		err := r.Scan(&i, &h)
		out.others[id.ID(i)] = home.ID(h)
		return err
	}, `select purchase_id, home_id from purchase where account_home = $1 and `+in("purchase_id", 2)+`
 union all select refund_id, home_id from refund where account_home = $1 and `+in("refund_id", 2), journal, ops)
	return out, err
}
