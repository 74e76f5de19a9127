package purchase

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Shape is how a member buys: what his purchases were paid with, and what became
// of his orders.
type Shape struct {
	Kinds  []Payment    // kopecks by kind, less what came back, the largest first
	Points money.Amount // kopecks taken off by points, less what came back
	Orders Orders
}

// Orders counts reservations by what became of them.
type Orders struct {
	Paid     int64 // and not returned whole
	Unpaid   int64 // waiting, run out or cancelled
	Returned int64 // paid, and all of it came back
}

// maxShaped bounds the receipts that are looked at.
const maxShaped = 10_000

const (
	ofMembers = `(p.home_id in ` + ofMember + ` or p.claimed_by in ` + ofMember + `)`
	qShaped   = `select p.outlet_id, p.doc, 1 from purchase p where ` + ofMembers + ` and p.at >= $2
 union all select p.outlet_id, r.doc, -1 from refund r join purchase p on p.home_id = r.home_id and p.purchase_id = r.purchase_id
 where ` + ofMembers + ` and p.at >= $2 limit $3`
	qOrders = `select r.outlet_id, coalesce(p.state, ''), count(*) from reservation r
 left join purchase p on p.home_id = r.home_id and p.purchase_id = r.purchase_id
 where r.home_id in ` + ofMember + ` and r.at >= $2 group by r.outlet_id, coalesce(p.state, '')`
)

// Shape tells how a member has bought since a time, at the outlets that may be
// seen; may nil: at all. Of refunds what is of those purchases counts.
func (d *Desk) Shape(ctx context.Context, h home.ID, since clock.Micros, may func(outlet id.ID) bool) (*Shape, error) {
	out, by := &Shape{}, map[string]money.Amount{}
	err := d.DB.Each(ctx, func(r db.Row) error {
		var outlet id.ID
		var doc []byte
		var sign int64
		if err := r.Scan((*int64)(&outlet), &doc, &sign); err != nil || may != nil && !may(outlet) {
			return err
		}
		var is struct {
			Payments []Payment    `json:"payments"`
			Paid     money.Amount `json:"paid"`
		}
		if err := json.Unmarshal(doc, &is); err != nil {
			return err
		}
		for _, p := range is.Payments {
			by[text.Fold(p.Kind)] += money.Amount(sign) * p.Amount
		}
		out.Points += money.Amount(sign) * is.Paid
		return nil
	}, qShaped, h, since, maxShaped)
	if err != nil {
		return nil, err
	}
	for kind, sum := range by {
		if sum > 0 {
			out.Kinds = append(out.Kinds, Payment{Kind: kind, Amount: sum})
		}
	}
	slices.SortFunc(out.Kinds, func(x, y Payment) int { return cmp.Or(cmp.Compare(y.Amount, x.Amount), cmp.Compare(x.Kind, y.Kind)) })
	return out, d.orders(ctx, &out.Orders, h, since, may)
}

func (d *Desk) orders(ctx context.Context, o *Orders, h home.ID, since clock.Micros, may func(outlet id.ID) bool) error {
	return d.DB.Each(ctx, func(r db.Row) error {
		var outlet id.ID
		var state string
		var n int64
		if err := r.Scan((*int64)(&outlet), &state, &n); err != nil || may != nil && !may(outlet) {
			return err
		}
		switch state {
		case "":
			o.Unpaid += n
		case "refunded":
			o.Returned += n
		default:
			o.Paid += n
		}
		return nil
	}, qOrders, h, since)
}
