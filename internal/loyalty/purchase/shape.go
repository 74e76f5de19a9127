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

// Shape is how a member buys: what his purchases were paid with, what became of
// his orders, and what he was active with by month.
type Shape struct {
	Kinds  []Payment    // kopecks by kind, less what came back, the largest first
	Points money.Amount // kopecks taken off by points, less what came back
	Orders Orders
	Months map[string]Activity // by the business days' YYYY-MM; none of a month without
}

// Activity counts what a member did. Purchases of which nothing is left don't count.
type Activity struct {
	Purchases int64
	Visits    int64 // by tickets, at gates
	Points    int64 // purchases that he spent points in
	Codes     int64 // purchases in which a promo code acted
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
	qShaped   = `select p.outlet_id, p.state, p.doc, 1 from purchase p where ` + ofMembers + ` and p.at >= $2
 union all select p.outlet_id, p.state, r.doc, -1 from refund r join purchase p on p.home_id = r.home_id and p.purchase_id = r.purchase_id
 where ` + ofMembers + ` and p.at >= $2 limit $3`
	qVisits = `select v.outlet_id, substr(v.day, 1, 7), count(*) from visit v
 join purchase p on p.home_id = v.home_id and p.purchase_id = v.purchase_id
 where ` + ofMembers + ` and v.at >= $2 group by v.outlet_id, substr(v.day, 1, 7)`
	qOrders = `select r.outlet_id, coalesce(p.state, ''), count(*) from reservation r
 left join purchase p on p.home_id = r.home_id and p.purchase_id = r.purchase_id
 where r.home_id in ` + ofMember + ` and r.at >= $2 group by r.outlet_id, coalesce(p.state, '')`
)

// Shape tells how a member has bought since a time, at the outlets that may be
// seen; may nil: at all. Of refunds what is of those purchases counts.
func (d *Desk) Shape(ctx context.Context, h home.ID, since clock.Micros, may func(outlet id.ID) bool) (*Shape, error) {
	out, by := &Shape{Months: map[string]Activity{}}, map[string]money.Amount{}
	paid := func(sign int64, with []Payment, points money.Amount) {
		for _, p := range with {
			by[text.Fold(p.Kind)] += money.Amount(sign) * p.Amount
		}
		out.Points += money.Amount(sign) * points
	}
	err := d.DB.Each(ctx, func(r db.Row) error {
		var outlet id.ID
		var state string
		var doc []byte
		var sign int64
		if err := r.Scan((*int64)(&outlet), &state, &doc, &sign); err != nil || may != nil && !may(outlet) {
			return err
		}
		if sign < 0 {
			var back Refund
			err := json.Unmarshal(doc, &back)
			paid(sign, back.Payments, back.Paid)
			return err
		}
		var p Purchase
		err := json.Unmarshal(doc, &p)
		if paid(sign, p.Payments, p.Paid); err == nil && state != "refunded" {
			out.active(&p)
		}
		return err
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
	if err := d.visits(ctx, out.Months, h, since, may); err != nil {
		return nil, err
	}
	return out, d.orders(ctx, &out.Orders, h, since, may)
}

// active counts a purchase.
func (s *Shape) active(p *Purchase) {
	month := p.Day[:len("2006-01")]
	a := s.Months[month]
	a.Purchases++
	if p.Spent > 0 {
		a.Points++
	}
	if acted, _ := p.CodesActed(); len(acted) > 0 {
		a.Codes++
	}
	s.Months[month] = a
}

func (d *Desk) visits(ctx context.Context, months map[string]Activity, h home.ID, since clock.Micros, may func(outlet id.ID) bool) error {
	return d.DB.Each(ctx, func(r db.Row) error {
		var outlet id.ID
		var month string
		var n int64
		if err := r.Scan((*int64)(&outlet), &month, &n); err != nil || may != nil && !may(outlet) {
			return err
		}
		a := months[month]
		a.Visits += n
		months[month] = a
		return nil
	}, qVisits, h, since)
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
