package api

import (
	"testing"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestReservations: an order is reserved, waits, is extended and paid, or
// cancelled, or runs out, over the API.
func TestReservations(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 20000)
		order := func(more string) string {
			return `{"buyer":{"phone":"` + phone1 + `"},"lines":[` + ticket + `]` + more + `}`
		}
		s.deals([]deal{
			{step: step{
				do: "POST /reservations?fiscal=true", body: order(`,"spend":15000,"hold_minutes":30,"number":"5"`), want: 201,
				has: `"state":"held" "member":"$ann" "due":35000 "spent":15000 "held":15000 "active":5000 "fiscal":[{"price":35000,"pieces":1}]`, not: `"purchase"`, keep: "r1",
			}, key: "o1"},
			{step: step{do: "POST /reservations?fiscal=true", body: order(`,"spend":15000,"hold_minutes":30,"number":"5"`), want: 201, has: `"id":"$r1"`}, key: "o1", replayed: true},
			{step: step{do: "POST /reservations", body: order(`,"spend":15000,"hold_minutes":31,"number":"5"`), want: 409, code: "key.other-body"}, key: "o1"},
			{step: step{do: "POST /reservations", body: order(``), want: 400, code: "key.invalid"}},
			{step: step{do: "POST /reservations", body: order(`,"hold_minutes":44641`), want: 400, code: "api.invalid", at: "hold_minutes api.range"}, key: "o2"},
			{step: step{as: "weak", do: "POST /reservations", body: order(``), want: 403, code: "identity.scope-missing"}, key: "o2"},
			{step: step{do: "POST /quotes", body: order(`,"spend_max":true`), want: 200, has: `"spent":5000 "held":15000 "spendable":5000`}},
			{step: step{do: "GET /members/$ann/accounts", want: 200, has: `"held":15000 "spendable":5000`}},
			{step: step{do: "POST /purchases", body: order(`,"spend":6000`), want: 422, code: "points.not-enough"}, key: "k1"},

			{step: step{do: "GET /reservations/$r1", want: 200, has: `"id":"$r1" "state":"held" "number":"5"`}},
			{step: step{as: "till2", do: "GET /reservations/$r1", want: 404, code: "reservation.not-found"}}, // of another outlet
			{step: step{as: "till2", do: "POST /reservations/$r1/confirm", body: `{}`, want: 404, code: "reservation.not-found"}, key: "c1"},
			{step: step{as: "till2", do: "POST /reservations/$r1/extend", body: `{"hold_minutes":5}`, want: 404, code: "reservation.not-found"}},
			{step: step{as: "till2", do: "POST /reservations/$r1/cancel", want: 404, code: "reservation.not-found"}},
			{step: step{as: "admin", do: "POST /reservations/$r1/confirm", body: `{"till":"$till2"}`, want: 403, code: "reservation.other-outlet"}, key: "c1"},
			{step: step{do: "GET /reservations/1.2", want: 404, code: "reservation.not-found"}},
			{step: step{do: "POST /reservations/$r1/extend", body: `{"hold_minutes":0}`, want: 400, code: "api.invalid"}},
			{step: step{do: "POST /reservations/$r1/extend", body: `{"hold_minutes":90}`, want: 200, has: `"state":"held" "id":"$r1"`}},
			{step: step{do: "POST /reservations", body: order(`,"spend":2000`), want: 201, has: `"state":"held" "held":17000`, keep: "r2"}, key: "o2"},
			{step: step{do: "POST /reservations/$r2/cancel", want: 200, has: `"state":"cancelled"`}},
			{step: step{do: "POST /reservations/$r2/cancel", want: 200, has: `"state":"cancelled"`}},
			{step: step{do: "POST /reservations/$r2/confirm", body: `{}`, want: 409, code: "reservation.cancelled"}, key: "c2"},
			{step: step{do: "POST /reservations/$r2/confirm", body: `{"lines":[]}`, want: 400, code: "api.invalid"}, key: "c2"},
			{step: step{do: "POST /reservations", body: order(`,"spend":5000,"hold_minutes":1`), want: 201, has: `"held":20000`, keep: "r3"}, key: "o3"},
		})
		s.clock.Add(time.Hour)
		s.deals([]deal{
			{step: step{do: "GET /reservations/$r3", want: 200, has: `"state":"expired"`}},
			{step: step{do: "POST /reservations/$r3/extend", body: `{"hold_minutes":5}`, want: 409, code: "reservation.run-out"}},
			{step: step{do: "POST /purchases", body: order(`,"spend":1000`), want: 201, has: `"active":8900 "held":15000`}, key: "k1"},
			{step: step{do: "POST /reservations", body: `{"lines":[` + ticket + `],"number":"8"}`, want: 201, keep: "site"}, key: "o8"},
			{step: step{as: "admin", do: "POST /reservations/$site/confirm", body: `{}`, want: 201, has: `"till":"$till" "number":"8"`, keep: "p8"}, key: "c8"}, // its own till
			{step: step{as: "admin", do: "POST /refunds", body: `{"till":"$till","purchase":{"id":"$p8"},"whole":true}`, want: 201}, key: "b8"},
			{step: step{do: "POST /reservations/$r3/confirm", body: `{"payments":[{"kind":"card","amount":1}]}`, want: 400, code: "purchase.payments-sum"}, key: "c3"},
			{step: step{
				do: "POST /reservations/$r1/confirm", body: `{"number":"6","payments":[{"kind":"card","amount":35000}]}`, want: 201,
				has: `"mode":"commit" "state":"done" "due":35000 "spent":15000 "number":"6" "kind":"card" "held":0`, keep: "p1",
			}, key: "c1"},
			{step: step{do: "POST /reservations/$r1/confirm", body: `{"number":"6","payments":[{"kind":"card","amount":35000}]}`, want: 201, has: `"id":"$p1"`}, key: "c1", replayed: true},
			{step: step{do: "POST /reservations/$r1/confirm", body: `{}`, want: 201, has: `"id":"$p1"`}, key: "c9", replayed: true},
			{step: step{do: "GET /reservations/$r1", want: 200, has: `"state":"confirmed" "purchase":"$p1"`}},
			{step: step{do: "POST /reservations", body: `{"buyer":{"phone":"` + phone1 + `"},"lines":[{"sku":"T1","quantity":"2","price":10000}],"spend":2000}`, want: 201, has: `"due":18000`, keep: "r4"}, key: "o4"},
			{step: step{do: "POST /reservations/$r4/confirm", body: `{"lines":[{"line":1,"quantity":"1"}]}`, want: 400, code: "purchase.invalid", at: "lines[0].line reservation.no-line"}, key: "c4"},
			{step: step{do: "POST /reservations/$r4/confirm", body: `{"lines":[{"line":0,"quantity":"1"}],"payments":[{"kind":"sbp","amount":9000}]}`, want: 201, has: `"state":"part" "due":18000 "refunded":9000 "refunds" "spent":1000 "given":1000`, keep: "p4"}, key: "c4"},
			{step: step{do: "POST /reservations/$r4/confirm", body: `{"lines":[{"line":0,"quantity":"1"}],"payments":[{"kind":"sbp","amount":9000}]}`, want: 201, has: `"id":"$p4" "state":"part" "refunded":9000 "given":1000`}, key: "c4", replayed: true},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p4"},"whole":true}`, want: 201, has: `"money":9000 "given":1000 "whole":true`}, key: "b4"},
			{step: step{do: "GET /purchases/$p1/why", want: 200, has: `"same":true "reason":"points-spent"`}},
			{step: step{do: "POST /reservations/$r1/cancel", want: 409, code: "reservation.confirmed"}},
			{step: step{do: "GET /members/$ann/reservations?limit=2", want: 200, has: `"id":"$r4" "id":"$r3" "next"`, not: `"$r1"`}},
			{step: step{do: "GET /members/$ann/reservations", want: 200, has: `"id":"$r3" "state":"expired" "id":"$r2" "state":"cancelled" "id":"$r1" "state":"confirmed"`, not: "next"}},
			{step: step{as: "till2", do: "GET /members/$ann/reservations", want: 200, has: `"items":[]`}},
			{step: step{do: "GET /members/77/reservations", want: 404, code: "member.not-found"}},
			{step: step{do: "GET /members/$ann/reservations?after=x", want: 400, code: "api.invalid"}},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p1"},"whole":true}`, want: 201, has: `"whole":true "money":35000 "given":15000`}, key: "b1"},
		})
	})
}
