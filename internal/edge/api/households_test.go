package api

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestHouseholds: a family comes together, buys on one account and parts, over
// the API.
func TestHouseholds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 20000)
		s.buyer("bob", "+79160000002", 3000)
		s.buyer("eve", "+79160000003", 0)
		sale := func(phone, more string) string {
			return `{"buyer":{"phone":"` + phone + `"},"lines":[` + ticket + `]` + more + `}`
		}
		s.deals([]deal{
			{step: step{as: "admin", do: "POST /households", body: `{"founder":"$ann","name":"Ивановы","members":["$bob","$ann"]}`, want: 400, code: "member.invalid", at: "members[1] household.founder-named"}},
			{step: step{as: "admin", do: "POST /households", body: `{"founder":"$ann","name":"Ивановы","members":["$bob","$bob"]}`, want: 400, code: "member.invalid", at: "members[1] household.twice"}},
			{step: step{as: "admin", do: "POST /households", body: `{"founder":"$ann","name":"Ивановы","members":["$bob"]}`, want: 201, has: `"founder":"$ann" "member":"$bob" "name":"Ивановы"`, not: "ended_at", keep: "house"}},
			{step: step{as: "admin", do: "POST /households", body: `{"founder":"$bob","name":"Другие"}`, want: 409, code: "household.already"}},
			{step: step{as: "admin", do: "POST /households", body: `{"founder":"77","name":"Никто"}`, want: 404, code: "member.not-found"}},
			{step: step{as: "admin", do: "POST /households", body: `{"founder":"$eve","name":" "}`, want: 400, code: "member.invalid", at: "name member.mandatory"}},
			{step: step{do: "POST /households", body: `{"founder":"$eve","name":"Я"}`, want: 403, code: "api.no-till"}},
			{step: step{do: "POST /households/$house/members", body: `{"member":"$eve"}`, want: 403, code: "api.no-till"}},
			{step: step{do: "POST /households/$house/members/remove", body: `{"member":"$bob"}`, want: 403, code: "api.no-till"}},
			{step: step{do: "POST /households/$house/end", want: 403, code: "api.no-till"}},
			{step: step{as: "weak", do: "POST /households", body: `{"founder":"$eve","name":"Я"}`, want: 403, code: "identity.scope-missing"}},
			{step: step{as: "admin", do: "POST /households/$house/members", body: `{"member":"$eve"}`, want: 200, has: `"member":"$eve"`}},
			{step: step{as: "admin", do: "POST /households/77/members", body: `{"member":"$eve"}`, want: 404, code: "household.not-found"}},
			{step: step{do: "GET /members/$eve", want: 200, has: `"household":"$house"`}},
			{step: step{do: "GET /members/find?q=%2B79160000003", want: 200, has: `"household":"$house"`}},

			{step: step{do: "GET /members/$bob/accounts", want: 200, has: `"founder":"$ann" "active":20000 "rests":true "active":3000`}},
			{step: step{do: "POST /quotes", body: sale("+79160000003", ""), want: 200, has: `"member":"$eve" "most":20000 "spendable":20000`}},
			{step: step{do: "POST /purchases", body: sale("+79160000003", `,"spend":15000`), want: 201, has: `"member":"$eve" "founder":"$ann" "spent":15000 "active":8500`, keep: "p1"}, key: "k1"},
			{step: step{do: "POST /purchases", body: sale("+79160000002", ""), want: 201, has: `"member":"$bob" "founder":"$ann" "active":13500`, keep: "p2"}, key: "k2"},
			{step: step{do: "POST /purchases", body: sale(phone1, ""), want: 201, has: `"member":"$ann" "active":18500`, not: "founder"}, key: "k3"},
			{step: step{do: "GET /members/$eve/movements", want: 200, has: `"kind":"spend" "operation":"$p1"`}},

			// Who is blocked is not served; the others go on, though the account is his.
			{step: step{as: "admin", do: "POST /members/$ann/block", body: `{"reason":"test"}`, want: 200, has: `"state":"blocked"`}},
			{step: step{do: "POST /purchases", body: sale(phone1, ""), want: 422, code: "buyer.not-served"}, key: "b1"},
			{step: step{do: "POST /purchases", body: sale("+79160000003", `,"spend":1000`), want: 201, has: `"member":"$eve" "founder":"$ann" "spent":1000`, keep: "p4"}, key: "b2"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p4"},"whole":true}`, want: 201, has: `"given":1000`}, key: "b3"},
			{step: step{as: "admin", do: "POST /members/$ann/unblock", body: `{}`, want: 200, has: `"state":"active"`}},
			{step: step{do: "GET /members/$ann/movements", want: 200, has: `"operation":"$p2" "operation":"$p1"`}},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"member":"$bob"},"programme":"$programme","points":500,"reason":"test"}`, want: 201, has: `"member":"$ann" "active":19000`}, key: "a1"},

			{step: step{as: "admin", do: "POST /households/$house/members/remove", body: `{"member":"$ann"}`, want: 422, code: "household.founder"}},
			{step: step{as: "admin", do: "POST /households/$house/members/remove", body: `{"member":"$bob"}`, want: 200, has: `"left_at"`}},
			{step: step{as: "admin", do: "POST /households/$house/members/remove", body: `{"member":"$bob"}`, want: 404, code: "household.not-in"}},
			{step: step{do: "GET /members/$bob/accounts", want: 200, has: `"active":3000`, not: "founder"}},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p2"},"whole":true}`, want: 201, has: `"member":"$bob" "founder":"$ann" "active":14000`}, key: "r2"},
			{step: step{do: "GET /members/$bob/accounts", want: 200, has: `"active":3000`}},
			{step: step{do: "GET /members/$bob/changes?field=household", want: 200, has: `"old":"$house"`}},

			{step: step{as: "admin", do: "POST /members/$eve/close", body: `{}`, want: 409, code: "household.closing"}},
			{step: step{as: "admin", do: "POST /households/$house/end", want: 200, has: `"ended_at"`}},
			{step: step{as: "admin", do: "POST /households/$house/end", want: 409, code: "household.ended"}},
			{step: step{as: "admin", do: "POST /households/$house/members", body: `{"member":"$eve"}`, want: 409, code: "household.ended"}},
			{step: step{do: "GET /members/$eve/accounts", want: 200, has: `"items":[]`}},
			{step: step{as: "admin", do: "POST /members/$eve/close", body: `{}`, want: 200, has: `"state":"closed"`}},
			{step: step{do: "GET /households/$house", want: 200, has: `"founder":"$ann" "ended_at"`}},
			{step: step{as: "admin", do: "GET /households?limit=1", want: 200, has: `"id":"$house"`, not: "next"}},
			{step: step{do: "GET /households/77", want: 404, code: "household.not-found"}},
		})
	})
}
