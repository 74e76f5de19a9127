package api

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestExport is the copy of all that is held on a person: for whoever answers
// for that, and for no till.
func TestExport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.deals([]deal{
			{step: step{do: "POST /members", body: `{"profile":{"name":"Анна","code_word":"сирень"},"identifiers":[{"kind":"phone","value":"+79160000001"}],"tags":["vip"],"programmes":["$programme"]}`, want: 201, keep: "ann"}},
			{step: step{do: "POST /members", body: `{"profile":{"name":"Борис"},"identifiers":[{"kind":"phone","value":"+79160000002"}]}`, want: 201, keep: "bob"}},
			{step: step{
				as: "admin", do: "GET /members/$ann/export", want: 200, not: "Борис", has: `"format":"kopilka.member-export.1" "homes":["$ann"] "table":"member" "name":"Анна" "code_word":"сирень"` +
					` "table":"identifier" "value":"+79160000001" "tag":"vip" "programme_id":"$programme" "new_value":"+79160000001" "complete":true`,
			}},
			{step: step{as: "admin", do: "GET /members/77/export", want: 404, code: "member.not-found"}},
			{step: step{do: "GET /members/$ann/export", want: 403, code: "api.no-till"}},
			{step: step{as: "till2", do: "GET /members/$ann/export", want: 403, code: "api.no-till"}},
			{step: step{as: "weak", do: "GET /members/$ann/export", want: 403, code: "identity.scope-missing"}},
		})
	})
}

// TestErasures asks for one over the API.
func TestErasures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.deals([]deal{
			{step: step{do: "POST /members", body: `{"profile":{"name":"Анна"},"identifiers":[{"kind":"phone","value":"+79160000001"}]}`, want: 201, keep: "ann n=number"}},
			{step: step{do: "POST /members/$ann/erase", body: `{"ground":"demanded"}`, want: 403, code: "api.no-till"}},
			{step: step{as: "admin", do: "POST /members/$ann/erase", body: `{"ground":"bored"}`, want: 400, code: "api.invalid", at: "ground api.choice"}},
			{step: step{as: "admin", do: "POST /members/$ann/erase", body: `{"ground":"demanded","reference":"17/5"}`, want: 200, has: `"member":"$ann" "number":"$n" "ground":"demanded" "on_time":true "reference":"17/5" "table":"identifier" "rows":1`, keep: "act"}},
			{step: step{as: "admin", do: "POST /members/$ann/erase", body: `{"ground":"withdrawn"}`, want: 200, has: `"id":"$act" "ground":"demanded"`}},
			{step: step{as: "admin", do: "GET /erasures/$act", want: 200, has: `"id":"$act"`}},
			{step: step{as: "admin", do: "GET /erasures/77", want: 404, code: "erase.not-found"}},
			{step: step{as: "admin", do: "GET /erasures", want: 200, has: `"id":"$act"`}},
			{step: step{as: "admin", do: "GET /erasures?after=$act", want: 200, has: `"items":[]`}},
			{step: step{do: "GET /members/$ann", want: 200, has: `"state":"closed"`, not: "Анна"}},
			{step: step{do: "GET /members/find?q=%2B79160000001", want: 200, has: `"items":[]`}},
		})
	})
}
