package api

import (
	"net/url"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

const (
	fiscalReceipt = `"fiscal_receipt":{"fn":"8716000100025114","document":114318,"sign":3578721879,"time":"20190113T154800","sum":50000}`
	fiscalText    = `t=20190113T1548&s=500.00&fn=8716000100025114&i=114318&fp=3578721879&n=1`
)

// TestClaims: receipts without a member are given to members, by what names
// the purchase and by the QR of the fiscal receipt.
func TestClaims(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 0)
		s.buyer("bob", "+79160000002", 0)
		ann, bob := `"buyer":{"phone":"`+phone1+`"}`, `"buyer":{"member":"$bob"}`
		sold := `"lines":[` + ticket + `]`
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: `{` + sold + `,` + fiscalReceipt + `}`, want: 201, has: `"earned":0 "fn":"8716000100025114" "time":"20190113T1548"`, not: `"member"`, keep: "p1"}, key: "k1"},
			{step: step{do: "POST /purchases", body: `{` + sold + `,` + fiscalReceipt + `}`, want: 201, has: `"id":"$p1"`}, key: "k1", replayed: true},
			{step: step{do: "POST /purchases", body: `{` + sold + `,` + fiscalReceipt + `}`, want: 409, code: "fiscal.taken"}, key: "k2"},
			{step: step{do: "POST /purchases/record", body: `{"at":"2026-01-01T10:00:00Z",` + sold + `,` + fiscalReceipt + `}`, want: 201, has: `"fiscal-taken"`}, key: "k2"},
			{step: step{do: "POST /reservations", body: `{` + sold + `,` + fiscalReceipt + `}`, want: 400, code: "fiscal.early"}, key: "k3"},
			{step: step{do: "POST /purchases", body: `{` + sold + `,"fiscal_receipt":{"fn":"87160001000251x4","document":1,"sign":2,"time":"20190113T1548","sum":1}}`, want: 400, code: "purchase.invalid", at: "fiscal_receipt fiscal.qr"}, key: "k3"},
			{step: step{do: "GET /purchases?qr=" + url.QueryEscape(fiscalText), want: 200, has: `"id":"$p1"`}},
			{step: step{as: "till2", do: "GET /purchases?qr=" + url.QueryEscape(fiscalText), want: 200, has: `"items":[]`}}, // of another outlet
			{step: step{do: "GET /purchases?qr=t%3D1", want: 400, code: "fiscal.qr"}},

			{step: step{as: "till2", do: "POST /purchases/claim", body: `{` + ann + `,"purchase":{"id":"$p1"}}`, want: 404, code: "purchase.not-found"}},
			{step: step{as: "till2", do: "POST /purchases/claim", body: `{` + ann + `,"qr":"` + fiscalText + `"}`, want: 404, code: "purchase.not-found"}},
			{step: step{as: "weak", do: "POST /purchases/claim", body: `{` + ann + `,"purchase":{"id":"$p1"}}`, want: 403, code: "identity.scope-missing"}},
			{step: step{do: "POST /purchases/claim", body: `{` + ann + `}`, want: 400, code: "claim.ways"}},
			{step: step{do: "POST /purchases/claim", body: `{"purchase":{"id":"$p1"}}`, want: 400, code: "api.invalid"}},
			{step: step{do: "POST /purchases/claim", body: `{` + ann + `,"qr":"t=20190113T1549&s=500.00&fn=8716000100025114&i=114318&fp=3578721879&n=1"}`, want: 404, code: "purchase.not-found"}},
			{step: step{do: "POST /purchases/claim", body: `{` + ann + `,"qr":"t=20190113T1548&s=500.00&fn=8716000100025114&i=114318&fp=3578721879&n=2"}`, want: 400, code: "fiscal.kind"}},
			{step: step{
				do: "POST /purchases/claim", body: `{` + ann + `,"qr":"` + fiscalText + `"}`, want: 200,
				has: `"id":"$p1" "member":"$ann" "claim":{"member":"$ann" "earned":5000 "active":5000 "rule":"earn.ticket"`, not: `"founder"`,
			}},
			{step: step{do: "POST /purchases/claim", body: `{` + ann + `,"purchase":{"id":"$p1"}}`, want: 200, has: `"id":"$p1"`}, replayed: true},
			{step: step{do: "POST /purchases/claim", body: `{` + bob + `,"purchase":{"key":"k1"}}`, want: 409, code: "claim.taken"}},
			{step: step{do: "GET /purchases?member=$ann", want: 200, has: `"id":"$p1" "claim"`}},
			{step: step{do: "GET /members/$ann/movements", want: 200, has: `"operation":"$p1" "kind":"earn"`}},
			{step: step{do: "GET /purchases/$p1/why", want: 200, has: `"same":true "rule":"earn.ticket" "applied":true`, not: "no-member"}},
			{step: step{do: "POST /refunds/quote", body: `{"purchase":{"id":"$p1"},"whole":true}`, want: 200, has: `"earned":5000 "active":0 "whole":true`, not: `"id"`}},
			{step: step{do: "POST /refunds/quote", body: `{"purchase":{"key":"k1"},"lines":[{"line":0,"quantity":"1"}]}`, want: 200, has: `"quantity":"1"`}},
			{step: step{do: "POST /refunds/quote", body: `{"purchase":{"id":"$p1"}}`, want: 400, code: "api.refund-ways"}},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p1"},"whole":true}`, want: 201, has: `"earned":5000 "active":0`, not: `"founder"`}, key: "r1"},
			{step: step{do: "POST /refunds/quote", body: `{"purchase":{"id":"$p1"},"whole":true}`, want: 409, code: "refund.nothing-left"}},

			// An order that was paid is printed then, and an own one can't be given away.
			{step: step{do: "POST /reservations", body: `{` + sold + `}`, want: 201, keep: "o1"}, key: "k4"},
			{step: step{do: "POST /reservations/$o1/confirm", body: `{` + fiscalReceipt + `}`, want: 409, code: "fiscal.taken"}, key: "k5"},
			{step: step{
				do: "POST /reservations/$o1/confirm", body: `{"fiscal_receipt":{"fn":"8716000100025114","document":114319,"sign":1,"time":"20260113T1548","sum":40000}}`, want: 201,
				has: `"document":114319 "fiscal-sum"`, keep: "p2",
			}, key: "k5"},
			{step: step{as: "admin", do: "POST /purchases/claim", body: `{` + bob + `,"purchase":{"till":"$till","key":"k5"}}`, want: 200, has: `"id":"$p2" "member":"$bob" "earned":5000`}},
			{step: step{do: "POST /purchases", body: `{` + ann + `,` + sold + `}`, want: 201, keep: "p3"}, key: "k6"},
			{step: step{do: "POST /purchases/claim", body: `{` + bob + `,"purchase":{"id":"$p3"}}`, want: 409, code: "claim.has-member"}},
		})
		// What came back of a receipt that was given away is told of its member.
		s.fold()
		s.run([]step{{do: "GET /events?kind=purchase.refunded", want: 200, has: `"member":"$ann" "taken_back":5000 "purchase":"$p1"`, not: "journal"}})
	})
}
