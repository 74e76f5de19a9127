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
