package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

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
	asked.Beside, asked.Agreed = nil, ""
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

// Digest stands for what whoever agrees to a refund is shown of it: what comes
// back, in money and in points.
func (f *Refund) Digest() string {
	type line struct {
		Line     int
		Quantity money.Quantity
		ByAmount bool
		Money    money.Amount
	}
	shown := struct {
		Lines                     []line
		Payments                  []Payment
		Money, Kept, Held, Unheld money.Amount
		Given, Taken, Short       money.Points
		Level, LevelWas           string
		LevelWith, GiftTaken      money.Points
		Lapsed, Owed              money.Points
		Anonymous                 bool
	}{
		nil, f.Payments, f.Money, f.Kept, f.Held, f.Unheld, f.Given, f.Claimed(), f.Short, f.Level, f.LevelWas, f.LevelWith, f.GiftTaken, f.Lapsed, f.Owed,
		slices.Contains(f.Flags, FlagAnonymous),
	}
	if f.LevelWas == "" {
		shown.Level = "" // it has not moved: it is not shown
	}
	for i := range f.Lines {
		l := &f.Lines[i]
		shown.Lines = append(shown.Lines, line{l.Line, l.Quantity, l.ByAmount, l.Money()})
	}
	doc, err := json.Marshal(shown)
	if err != nil {
		panic(err) // it is plain
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:16])
}

// errMoved takes a refund back that is not what was agreed to. Its figures are
// known only once it is done, so it ends the transaction, and its neighbours are
// taken again.
var errMoved = errors.New("purchase: not what was agreed to")

// agreed refuses a refund that has come to something else than was shown.
func (r *RefundRequest) agreed(f *Refund) error {
	if r.Agreed == "" || r.Agreed == f.Digest() {
		return nil
	}
	return fmt.Errorf("%w: %w", errMoved, fault.New(fault.Conflict, "refund.moved"))
}

// Left is how much of a line has not come back yet. A part of it that came back
// by a sum counts as nothing, and then only sums come back.
func (s *Stored) Left(line int) (quantity money.Quantity, byAmount bool) {
	x := &s.states()[line]
	return x.line.Quantity - x.quantity, x.byAmount
}
