package purchase

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// OpHomes tells where an operation lies that a journal names: in the journal's
// own home or, where a household's account is written, in another member's. A
// claim stands for the receipt that it gave, in that one's home.
type OpHomes struct {
	journal home.ID
	others  map[id.ID]op
}

// Of is the home of an operation.
func (o *OpHomes) Of(i id.ID) home.ID {
	h, _ := o.Ref(i)
	return h
}

// Ref is the home of an operation, and its id there.
func (o *OpHomes) Ref(i id.ID) (home.ID, id.ID) {
	if at, ok := o.others[i]; ok {
		return at.home, at.id
	}
	return o.journal, i
}

// ProgrammesOf are the programmes of all accounts that a journal is of, closed ones
// too.
func (d *Desk) ProgrammesOf(ctx context.Context, homes *OpHomes) (map[id.ID]id.ID, error) {
	out := map[id.ID]id.ID{}
	err := d.DB.Each(ctx, func(r db.Row) error {
		var account, of id.ID
		err := r.Scan((*int64)(&account), (*int64)(&of))
		out[account] = of
		return err
	}, `select account_id, programme_id from account where home_id = $1`, homes.journal)
	return out, err
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

// LevelChanges lists how a member came to where he stands: by himself and on the
// accounts that he uses; or how the level of one account of his or of his
// household's came to be. The newest is first; before is the last change already
// had, 0 for the beginning.
func (d *Desk) LevelChanges(ctx context.Context, h home.ID, account, before id.ID, limit int) ([]ledger.LevelChange, *OpHomes, error) {
	j, err := ledger.JournalOf(ctx, d.DB, h, account)
	if err != nil {
		return nil, nil, err
	}
	of := ledger.ChangesOf{Homes: []home.ID{j}}
	switch {
	case account != 0:
		of.Accounts = []id.ID{account}
	case j != h && d.Programmes.Current().OwnLevels():
		of, err = d.standings(ctx, h, j)
	}
	if err != nil {
		return nil, nil, err
	}
	list, err := ledger.LevelChanges(ctx, d.DB, of, before, limit)
	if err != nil {
		return nil, nil, err
	}
	homes, err := d.opHomes(ctx, j, len(list), func(i int) id.ID { return list[i].Op })
	for i := range list {
		c := &list[i]
		if _, known := homes.others[c.Op]; c.Home != j && !known {
			homes.others[c.Op] = op{c.Home, c.Op}
		}
	}
	return list, homes, err
}

// standings are the accounts that hold the levels of a member who uses those of
// a household: its, and where each stands by himself his own.
func (d *Desk) standings(ctx context.Context, h, keeps home.ID) (of ledger.ChangesOf, err error) {
	books, err := ledger.View(ctx, d.DB, []int64{int64(h), int64(keeps)}, false, d.Clock.Now(), nil)
	if err != nil || books[h] == nil || books[keeps] == nil {
		return of, err
	}
	v := newLevels(d.Programmes.Current())
	of = ledger.ChangesOf{Homes: []home.ID{h, keeps}, Accounts: []id.ID{}}
	for _, a := range books[keeps].Accounts {
		if s := v.stand(books[h], books[keeps], a); s.a != nil {
			of.Accounts = append(of.Accounts, s.a.ID)
		}
	}
	return of, nil
}

// opHomes finds the operations of other homes on a home's accounts.
func (d *Desk) opHomes(ctx context.Context, journal home.ID, n int, at func(i int) id.ID) (*OpHomes, error) {
	ops := make([]id.ID, n)
	for i := range ops {
		ops[i] = at(i)
	}
	return d.OpHomes(ctx, journal, ops)
}

// OpHomes finds where operations lie that a home's journal names.
func (d *Desk) OpHomes(ctx context.Context, journal home.ID, ops []id.ID) (*OpHomes, error) {
	out := &OpHomes{journal: journal, others: map[id.ID]op{}}
	if len(ops) == 0 {
		return out, nil
	}
	ids := make([]int64, len(ops))
	for i, o := range ops {
		ids[i] = int64(o)
	}
	in := d.DB.Dialect().In
	err := d.DB.Each(ctx, func(r db.Row) error {
		var i id.ID
		var at op
		err := r.Scan((*int64)(&i), (*int64)(&at.home), (*int64)(&at.id))
		out.others[i] = at
		return err
	}, `select purchase_id, home_id, purchase_id from purchase where account_home = $1 and `+in("purchase_id", 2)+`
 union all select refund_id, home_id, refund_id from refund where account_home = $1 and `+in("refund_id", 2)+`
 union all select claim_id, home_id, purchase_id from purchase where claimed_by = $1 and `+in("claim_id", 2)+`
 union all select claim_id, home_id, purchase_id from purchase where account_home = $1 and claimed_by <> $1 and `+in("claim_id", 2)+`
 union all select visit_id, home_id, visit_id from visit where home_id in `+mergedInto+` and `+in("visit_id", 2), journal, ids)
	return out, err
}
