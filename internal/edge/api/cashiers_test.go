package api

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestCashiers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "POST /cashiers", body: `{"code":"17","name":"Ольга"}`, want: 201, has: `"has_pin":false "state":"active"`, not: "outlet", keep: "olga v=version"},
			{do: "POST /cashiers", body: `{"code":"17","name":"Олег"}`, want: 409, code: "identity.cashier-code-taken"},
			{do: "POST /cashiers", body: `{"outlet":"77","code":"18","name":"Олег"}`, want: 400, code: "identity.outlet-not-found"},
			{do: "POST /cashiers", body: `{"outlet":"$there","code":"18","name":"Олег"}`, want: 201, has: `"outlet":"$there"`, keep: "oleg"},
			{as: "outlet", do: "POST /cashiers", body: `{"outlet":"$here","code":"19","name":"Анна"}`, want: 201, keep: "anna"},
			{as: "outlet", do: "POST /cashiers", body: `{"code":"20","name":"Анна"}`, want: 403, code: "api.whole-organization"},
			{as: "outlet", do: "POST /cashiers", body: `{"outlet":"$there","code":"20","name":"Анна"}`, want: 403, code: "api.other-outlet"},

			{do: "PUT /cashiers/$olga", body: `{"code":"17","name":"Ольга П.","state":"active","version":$v}`, want: 200, has: "П."},
			{do: "PUT /cashiers/$olga", body: `{"code":"17","name":"Ольга","state":"active","version":$v}`, want: 409, code: "reference.changed"},
			{do: "PUT /cashiers/77", body: `{"code":"27","name":"Ольга","state":"active"}`, want: 404, code: "identity.cashier-not-found"},
			// Who works anywhere is not for a key with outlets to change, not even into one who works there.
			{as: "outlet", do: "PUT /cashiers/$olga", body: `{"outlet":"$here","code":"17","name":"О","state":"active"}`, want: 403, code: "api.whole-organization"},
			{as: "outlet", do: "PUT /cashiers/$oleg", body: `{"outlet":"$here","code":"18","name":"О","state":"active"}`, want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "PUT /cashiers/$anna", body: `{"outlet":"$there","code":"19","name":"О","state":"active"}`, want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "PUT /cashiers/$anna", body: `{"outlet":"$here","code":"19","name":"Анна","state":"closed"}`, want: 200, has: `"state":"closed"`},

			{do: "GET /cashiers", want: 200, has: "$olga $oleg $anna"},
			{do: "GET /cashiers?limit=1", want: 200, has: `$olga "next":"17"`, not: "$oleg"},
			{do: "GET /cashiers?outlet=$there", want: 200, has: "$olga $oleg", not: "$anna"},
			{as: "till", do: "GET /cashiers", want: 200, has: "$olga $anna", not: "$oleg"},
			{as: "till", do: "GET /cashiers?outlet=$there", want: 403, code: "api.other-outlet"},
			{as: "till", do: "GET /cashiers/$olga", want: 200, has: `"code":"17"`},
			{as: "till", do: "GET /cashiers/$oleg", want: 403, code: "api.other-outlet"},
			{do: "GET /cashiers/77", want: 404, code: "identity.cashier-not-found"},
		})
	})
}

func TestCashierPINs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "POST /cashiers", body: `{"code":"17","name":"Ольга"}`, want: 201, keep: "olga"},
			{do: "POST /cashiers", body: `{"outlet":"$there","code":"18","name":"Олег"}`, want: 201, keep: "oleg"},
			{as: "till", do: "POST /cashiers/check-pin", body: `{"code":"17","pin":"4071"}`, want: 401, code: "identity.pin-wrong"},
			{do: "PUT /cashiers/$olga/pin", body: `{"pin":"4071"}`, want: 204},
			{do: "PUT /cashiers/$oleg/pin", body: `{"pin":"123456"}`, want: 204},
			{do: "PUT /cashiers/$olga/pin", body: `{"pin":"abcd"}`, want: 400, code: "identity.pin-invalid"},
			{do: "PUT /cashiers/$olga/pin", body: `{"pin":"123"}`, want: 400, code: "api.invalid", at: "pin api.too-short"},
			{do: "PUT /cashiers/77/pin", body: `{"pin":"4071"}`, want: 404, code: "identity.cashier-not-found"},
			{as: "outlet", do: "PUT /cashiers/$olga/pin", body: `{"pin":"1111"}`, want: 403, code: "api.whole-organization"},
			{as: "reader", do: "GET /cashiers/$olga", want: 200, has: `"has_pin":true`, not: `"4071"`},

			{as: "till", do: "POST /cashiers/check-pin", body: `{"code":"17","pin":"4071"}`, want: 200, has: `"id":"$olga"`, not: `"4071"`},
			{as: "till", do: "POST /cashiers/check-pin", body: `{"code":"17","pin":"4072"}`, want: 401, code: "identity.pin-wrong"},
			{as: "till", do: "POST /cashiers/check-pin", body: `{"code":"18","pin":"123456"}`, want: 403, code: "api.other-outlet"},

			{do: "DELETE /cashiers/$olga/pin", want: 204},
			{do: "DELETE /cashiers/77/pin", want: 404, code: "identity.cashier-not-found"},
			{as: "till", do: "POST /cashiers/check-pin", body: `{"code":"17","pin":"4071"}`, want: 401, code: "identity.pin-wrong"},
		})
	})
}
