package purchase

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Deed is what an operation that a journal names was, as far as a reader of the
// journal asks: the receipt that it is of, the change of level, or why and by whom it
// was done by hand.
type Deed struct {
	Receipt       PurchaseRef // without an id: of none
	Outlet        id.ID       // that has sold it; 0: not known
	Reason, Actor string
	Occasion      string // of a gift that was given or taken back
	From, To      string // levels between which it went, where it was a change of level
	Cause         ledger.Cause
	By            id.ID // the operation that caused it, of a change of level and of a gift; 0: none
}

// Reasons tells why and by whom points were put right by hand, of operations of
// some homes.
func (d *Desk) Reasons(ctx context.Context, ops map[home.ID][]id.ID) (map[id.ID]Deed, error) {
	out := map[id.ID]Deed{}
	for h, list := range ops {
		told, err := d.Deeds(ctx, &OpHomes{journal: h}, list)
		if err != nil {
			return nil, err
		}
		for i, x := range told {
			if x.Reason != "" {
				out[i] = x
			}
		}
	}
	return out, nil
}

// Deeds tells what operations of a journal were. What is neither of a receipt nor
// by hand is not in it.
func (d *Desk) Deeds(ctx context.Context, homes *OpHomes, ops []id.ID) (map[id.ID]Deed, error) {
	at := map[home.ID][]int64{}
	back := map[op][]id.ID{} // several operations may stand for one receipt
	for _, o := range ops {
		h, there := homes.Ref(o)
		if ref := (op{h, there}); len(back[ref]) == 0 {
			at[h] = append(at[h], int64(there))
			back[ref] = []id.ID{o}
		} else {
			back[ref] = append(back[ref], o)
		}
	}
	out := map[id.ID]Deed{}
	in := d.DB.Dialect().In
	for h, list := range at {
		err := d.DB.Each(ctx, func(r db.Row) error {
			var i id.ID
			x := Deed{Receipt: PurchaseRef{Home: h}}
			err := r.Scan((*int64)(&i), (*int64)(&x.Receipt.ID), &x.Reason, &x.Actor, (*int64)(&x.Outlet), &x.From, &x.To, &x.Occasion, (*int64)(&x.By), (*string)(&x.Cause))
			for _, o := range back[op{h, i}] {
				out[o] = x
			}
			return err
		}, `select op_id, 0, reason, actor, 0, '', '', '', 0, '' from adjustment where home_id = $1 and `+in("op_id", 2)+`
 union all select change_id, 0, reason, actor, 0, from_level, to_level, '', op_id, cause from level_change where home_id = $1 and `+in("change_id", 2)+`
 union all select gift_id, 0, '', '', 0, '', '', occasion, op_id, '' from gift where home_id = $1 and `+in("gift_id", 2)+`
 union all select purchase_id, purchase_id, '', '', outlet_id, '', '', '', 0, '' from purchase where home_id = $1 and `+in("purchase_id", 2)+`
 union all select r.refund_id, r.purchase_id, '', '', coalesce(p.outlet_id, 0), '', '', '', 0, '' from refund r
  left join purchase p on p.home_id = r.home_id and p.purchase_id = r.purchase_id where r.home_id = $1 and `+in("r.refund_id", 2), h, list)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Causes tells what the operations were that have caused changes of levels and gifts
// of a journal.
func (d *Desk) Causes(ctx context.Context, homes *OpHomes, told map[id.ID]Deed) (map[id.ID]Deed, error) {
	var ops []id.ID
	for _, t := range told {
		if t.By != 0 && !slices.Contains(ops, t.By) {
			ops = append(ops, t.By)
		}
	}
	at, err := d.OpHomes(ctx, homes.journal, ops)
	if err != nil {
		return nil, err
	}
	return d.Deeds(ctx, at, ops)
}
