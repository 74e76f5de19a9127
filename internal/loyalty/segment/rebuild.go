package segment

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const (
	rebuiltAtOnce = 500
	qAfter        = `select home_id from member where home_id > $1 order by home_id limit $2`
	// Where receipts, those given to a member later too, and visits were. Who
	// was merged has his outlets moved afterwards, as by any change.
	qOutletsOf = `insert into member_outlet (home_id, outlet_id)
 select distinct home_id, outlet_id from (
 select home_id, outlet_id from purchase where home_id between $1 and $2
 union all select claimed_by, outlet_id from purchase where claimed_by between $1 and $2
 union all select home_id, outlet_id from visit where home_id between $1 and $2
 union all select p.claimed_by, v.outlet_id from purchase p join visit v on v.home_id = p.home_id and v.purchase_id = p.purchase_id
 where p.claimed_by between $1 and $2) e where outlet_id <> 0 on conflict do nothing`
)

// Rebuild works out the figures of all members anew, some at a time, as after
// members were put into the base otherwise than by the program.
func (r *Refresher) Rebuild(ctx context.Context, progress func(done int64)) error {
	var after home.ID
	var done int64
	for {
		homes, err := db.All(ctx, r.DB, func(row db.Row) (h home.ID, err error) { return h, row.Scan(&h) }, qAfter, after, rebuiltAtOnce)
		if err != nil || len(homes) == 0 {
			return err
		}
		if err := r.rebuild(ctx, homes); err != nil {
			return err
		}
		after, done = slices.Max(homes), done+int64(len(homes))
		progress(done)
	}
}

func (r *Refresher) rebuild(ctx context.Context, homes []home.ID) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		if tx.Dialect() == db.Postgres {
			if _, err := tx.Exec(ctx, qTurnPG, turnLock); err != nil {
				return err
			}
		}
		f, err := r.reckon(ctx, tx, homes)
		if err != nil {
			return err
		}
		b := &db.Batch{}
		b.Exec(qOutletsOf, homes[0], homes[len(homes)-1])
		f.put(b)
		f.move(b)
		return tx.Run(ctx, b)
	})
}
