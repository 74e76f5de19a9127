package api

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestSettings: the table with its texts, none of them missing.
func TestSettings(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{as: "reader", do: "GET /settings", want: 200, not: "setting.", has: `"name":"programme.clawback" "default":"debt" "value":"forgive","title":"they "inherits":"programme.refund_conditions" "name":"organization.region"`},
		})
	})
}
