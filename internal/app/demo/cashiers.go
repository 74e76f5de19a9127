package demo

import (
	"context"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/id"
)

// CashierPIN is what the cashiers of the demo sign in with.
const CashierPIN = "1111"

// makeCashiers makes the people who work at the tills of an outlet.
func (f *filler) makeCashiers(ctx context.Context, outlet id.ID, code string, names ...string) error {
	for i, name := range names {
		c, err := f.Identity.SaveCashier(ctx, identity.Cashier{OutletID: outlet, Code: code + "-" + string(rune('1'+i)), Name: name})
		if err != nil {
			return err
		}
		if err := f.Identity.SetPIN(ctx, c.ID, CashierPIN); err != nil {
			return err
		}
	}
	return nil
}
