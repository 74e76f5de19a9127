package purchase

import (
	"context"
	"errors"
	"slices"

	"kopilka/internal/loyalty/home"
)

// strictly carries out an operation in a transaction of its own, which writes
// what belongs to it and lies outside the books too: a refusal leaves nothing
// of that either. It waits for no till, nor any till longer than for another
// transaction.
func (d *Desk) strictly(ctx context.Context, op operation) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tryTimeout)
	defer cancel()
	for try := 1; ; try++ {
		g := &group{desk: d, now: d.Clock.Now(), ctx: ctx, strict: true}
		t := &ticket{ctx: ctx, op: op, done: make(chan struct{})}
		of, err := op.found(nil)
		if err != nil {
			return err
		}
		t.home = of
		t.homes = append([]home.ID{of}, op.beside(d)...)
		slices.Sort(t.homes[1:])
		err = g.write([]*ticket{t})
		if !errors.Is(err, errAgain) || try == maxAgain {
			return err
		}
		if err := d.Programmes.Refresh(ctx); err != nil {
			return err
		}
	}
}
