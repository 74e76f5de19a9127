package api

import (
	"fmt"
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

// TestKeyPublishesNothingAlone: where it takes two, a key makes no version of any
// programme, in no way, and turns it off in none.
func TestKeyPublishesNothingAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.cardTypes()
		const text = `{"code":"main","name":"Основная","settings":{"publish_approval":%s},"earning":{"rate":"3%%"},"spending":{"share":"100%%"}}`
		put := func(version, two string, want int, code string) deal {
			return deal{step: step{as: "admin", do: "PUT /programmes/$programme", body: programmeBody(version, fmt.Sprintf(text, two)), want: want, code: code}}
		}
		s.deals([]deal{
			put("1", "true", 200, ""), put("2", "true", 422, "programme.second-person"), put("2", "false", 422, "programme.second-person"),
			{step: step{as: "admin", do: "POST /programmes", body: programmeBody("", `{"code":"other","name":"Другая","earning":{"rate":"3%"},"spending":{"share":"100%"}}`), want: 422, code: "programme.second-person"}},
			{step: step{as: "admin", do: "POST /programmes/$programme/rollback", body: `{"version":2,"back":1}`, want: 422, code: "programme.second-person"}},
		})
	})
}
