package api

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestKeyIsNoSecondPerson: past the programme's sum a key puts no points in and
// takes none out, and nothing is kept of it: the same call goes through once the
// sum is raised.
func TestKeyIsNoSecondPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.cardTypes()
		settings := func(version, above string) deal {
			return deal{step: step{as: "admin", do: "PUT /programmes/$programme", body: programmeBody(version,
				`{"code":"main","name":"Основная","settings":{"adjust_approval_above":"`+above+`"},"earning":{"rate":"3%"},"spending":{"share":"100%"}}`), want: 200}}
		}
		adjust := func(points string, want int, code string) deal {
			return deal{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"member":"$anna"},"programme":"$programme","points":` + points + `,"reason":"проверка"}`, want: want, code: code}, key: "k" + points}
		}
		s.deals([]deal{
			settings("1", "500"), adjust("50000", 201, ""), adjust("50001", 422, "adjust.approval"), adjust("-50001", 422, "adjust.approval"),
			settings("2", "501"), adjust("50001", 201, ""), adjust("-50001", 201, ""), settings("3", "0"), adjust("9000000", 201, ""),
		})
		var requests int64
		if err := d.Row(t.Context(), `select count(*) from adjustment_request`).Scan(&requests); err != nil || requests != 0 {
			t.Errorf("%d requests, %v", requests, err)
		}
	})
}
