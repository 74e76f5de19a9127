package api

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestDeposits: a member's prepaid money by the API, from its opening to what came
// back after its end: once under a key, by whoever may, told as it moves.
func TestDeposits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 0)
		s.key("reads", identity.Key{Scopes: []identity.Scope{identity.MembersRead}})
		s.key("local", identity.Key{OutletIDs: []id.ID{idOf(t, s.names["here"])}, Scopes: identity.Scopes()})
		const all, lines = "/members/$ann/deposits", `"lines":[{"sku":"water","quantity":"1","price":20000}]`
		s.deals([]deal{
			{step: step{do: "POST " + all, as: "reads", body: `{"reason":"Договор 7"}`, want: 403, code: "identity.scope-missing"}, key: "o"},
			{step: step{do: "POST " + all, as: "admin", body: `{}`, want: 400, code: "api.invalid"}, key: "o"},
			{step: step{do: "POST " + all, as: "admin", body: `{"reason":"Договор 7"}`, want: 201, has: `"state":"open"`, keep: "opened"}, key: "o"},
			{step: step{do: "POST " + all, as: "admin", body: `{"reason":"Договор 8"}`, want: 409, code: "deposit.open-already"}, key: "o2"},
		})
		_, s.names["deposit"], _ = strings.Cut(s.names["opened"], ".")
		const one = all + "/$deposit"
		top := `{"amount":50000,"paid_by":"card","outlet":"$here","reason":"*1224"}`
		s.deals([]deal{
			{step: step{do: "POST " + one + "/top-ups", as: "admin", body: top, want: 201, has: `"balance":50000`}, key: "t"},
			{step: step{do: "POST " + one + "/top-ups", as: "admin", body: top, want: 201, has: `"balance":50000`}, key: "t", replayed: true},
			{step: step{do: "POST " + one + "/top-ups", as: "admin", body: `{"amount":1,"paid_by":"card"}`, want: 409, code: "key.other-body"}, key: "t"},
			{step: step{do: "POST " + one + "/top-ups", as: "local", body: `{"amount":100,"paid_by":"card","outlet":"$there"}`, want: 403, code: "api.other-outlet"}, key: "t2"},
			{step: step{do: "POST " + one + "/top-ups", as: "local", body: `{"amount":100,"paid_by":"deposit"}`, want: 400, code: "deposit.kind"}, key: "t3"},
			{step: step{do: "POST " + one + "/top-ups", as: "local", body: `{"amount":1000,"paid_by":"cash"}`, want: 201, has: `"balance":51000`}, key: "t4"},

			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},` + lines + `,"payments":[{"kind":"deposit","amount":20000}]}`, want: 201, has: `"deposit":"$deposit"`, keep: "bought"}, key: "p"},
			{step: step{do: "POST /purchases", body: `{` + lines + `,"payments":[{"kind":"deposit","amount":20000}]}`, want: 422, code: "deposit.nobody"}, key: "p2"},
			{step: step{do: "GET " + all, as: "reads", want: 200, has: `"state":"open" "balance":31000 "spendable":31000 "spent":20000 "purchases":1`}},
			{step: step{do: "GET " + one + "/movements?limit=1", as: "reads", want: 200, has: `"kind":"pay_from" "amount":-20000 "purchase":"$bought" "next":`}},
			{step: step{do: "GET " + one + "/movements", as: "reads", want: 200, has: `"kind":"top_up" "paid_by":"card" "reason":"*1224" "outlet":"$here"`}},
			{step: step{do: "POST " + one + "/pay-outs", as: "admin", body: `{"amount":31001,"paid_by":"cash"}`, want: 422, code: "deposit.pays-less"}, key: "g"},
			{step: step{do: "POST " + one + "/pay-outs", as: "admin", body: `{"amount":1000,"paid_by":"cash"}`, want: 201, has: `"state":"open" "balance":30000`}, key: "g"},
			{step: step{do: "POST " + one + "/top-ups", as: "admin", body: `{"amount":1000,"paid_by":"cash"}`, want: 201, has: `"balance":31000`}, key: "h"},

			{step: step{do: "POST " + one + "/close", as: "admin", body: `{"amount":30999,"paid_by":"cash"}`, want: 409, code: "deposit.moved"}, key: "c"},
			{step: step{do: "POST " + one + "/close", as: "admin", body: `{"amount":31000,"paid_by":"cash"}`, want: 201, has: `"state":"closed" "balance":0`}, key: "c"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$bought"},"amount":5000}`, want: 201}, key: "r"},
			{step: step{do: "POST " + one + "/term", as: "admin", body: `{"reason":"просил"}`, want: 422, code: "deposit.closed"}, key: "e"},
			{step: step{do: "POST " + one + "/pay-outs", as: "admin", body: `{"amount":5000,"paid_by":"cash"}`, want: 201, has: `"balance":0`}, key: "d"},
		})
		if report, err := verify.Run(t.Context(), d, verify.Options{}); err != nil || !report.Clean() {
			t.Errorf("the books: %+v %v", report.Breaks, err)
		}
	})
}
