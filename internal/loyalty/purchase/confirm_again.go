package purchase

import (
	"maps"
	"slices"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// sameAsPaid refuses a second payment of an order that is paid: another key
// that tells of the same payment is a repeat, one that tells of other money, of
// another part or of another fiscal receipt has taken it twice.
func (o *confirming) sameAsPaid() error {
	p := o.out
	otherPaper := o.req.Fiscal != nil && p.Fiscal != nil && *o.req.Fiscal != *p.Fiscal
	if otherPaper || o.otherMoney() || !o.leavesOut() {
		return fault.New(fault.Conflict, "reservation.confirmed")
	}
	return nil
}

// otherMoney tells whether the request names other payments than were told when
// all of the order was paid.
func (o *confirming) otherMoney() bool {
	p := o.out
	untold, _ := payments(nil, p.Due, false)
	if len(o.req.Payments) == 0 || o.rest != nil || slices.Equal(p.Payments, untold) {
		return false
	}
	told, err := payments(o.req.Payments, p.Due, false)
	return err != nil || !slices.Equal(told, p.Payments)
}

// leavesOut tells whether what the request leaves out is what was left out when
// the order was paid.
func (o *confirming) leavesOut() bool {
	left, err := o.leftOut()
	if err != nil {
		return false
	}
	want, got := map[int]money.Quantity{}, map[int]money.Quantity{}
	if left != nil {
		for _, l := range left.Lines {
			want[l.Line] += l.Quantity
		}
	}
	if o.rest != nil {
		for i := range o.rest.Lines {
			got[o.rest.Lines[i].Line] += o.rest.Lines[i].Quantity
		}
	}
	return maps.Equal(want, got)
}
