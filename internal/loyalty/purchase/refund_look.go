package purchase

import (
	"context"
	"errors"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// lookingRefund does a refund to its end, only to see what it comes to.
type lookingRefund struct{ *linkedRefund }

// errOnlyLooked takes everything back that a look at a refund has done.
var errOnlyLooked = errors.New("purchase: only looked at")

func (r lookingRefund) do(g *group) error {
	if err := r.linkedRefund.do(g); err != nil {
		return err
	}
	return errOnlyLooked
}

// LookRefund tells what a refund would bring back, and leaves all as it is: it
// is done and taken back, so what it tells is what is done if nothing changes
// before. The purchase is named by its home and id; a key may be left out. It
// refuses what Refund does.
func (d *Desk) LookRefund(ctx context.Context, r *RefundRequest) (*Refund, error) {
	asked := *r
	asked.Beside = nil
	if asked.Key == "" {
		asked.Key = d.IDs.New().String()
	}
	if err := asked.check(); err != nil {
		return nil, err
	}
	if r.Purchase.ID == 0 {
		return nil, fault.New(fault.Invalid, "refund.no-purchase")
	}
	place, err := d.place(r.Till)
	if err != nil {
		return nil, err
	}
	op := &linkedRefund{req: &asked, refunding: refunding{till: r.Till, key: asked.Key, place: place}}
	if err := d.strictly(ctx, lookingRefund{op}); !errors.Is(err, errOnlyLooked) {
		return nil, err
	}
	return op.out, nil
}

// Left is how much of a line has not come back yet. A part of it that came back
// by a sum counts as nothing, and then only sums come back.
func (s *Stored) Left(line int) (quantity money.Quantity, byAmount bool) {
	x := &s.states()[line]
	return x.line.Quantity - x.quantity, x.byAmount
}
