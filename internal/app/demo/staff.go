package demo

import (
	"context"

	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
)

// The owner of the demo's organization. The password is known to all who read
// this, so it is good for invented people on one's own machine only.
const (
	OwnerEmail    = "owner@example.com"
	OwnerPassword = "копилка для показа"
)

// makeHouse says whose the base is and who owns it.
func (f *filler) makeHouse(ctx context.Context) error {
	_, err := f.Staff.Found(ctx, staff.Founder{Name: "Ирина Орлова", Email: OwnerEmail, Password: OwnerPassword}, staff.Where{})
	if err != nil {
		return err
	}
	o := organization.Default()
	o.Name = "Кинотеатр «Аврора»"
	return f.DB.Write(ctx, func(tx *db.Tx) error { return organization.Save(ctx, tx, o) })
}
