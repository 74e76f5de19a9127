package api

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestProgrammes(t *testing.T) {
	t.Parallel()
	const least = `{"code":"bonus","name":"Бонусы","on":true,"earning":{"rate":"5"},"spending":{"share":"30"}}`
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "GET /programmes", want: 200, has: `"items":[]`},
			{
				do: "POST /programmes", body: least, want: 201, keep: "p v=version",
				has: `"version":1 "zone":"Europe/Moscow" "point_value":100 "spend_step":100 "round":"down" "earn_on":"after" "clawback":"debt" "expired_return":30 "rate":"5" "share":"30" "mode":"never"`,
			},
			{do: "POST /programmes", body: least, want: 409, code: "programme.code-taken"},
			{as: "outlet", do: "POST /programmes", body: least, want: 403, code: "api.whole-organization"},
			// Everything that is wrong is named at once, where it stands in the request.
			{
				do: "POST /programmes", want: 400, code: "programme.invalid", at: "settings.spend_step programme.step-kopecks",
				body: `{"code":"x","name":"X","on":true,"zone":"Mars/North","settings":{"spend_step":1,"point_value":50},"earning":{"rate":"5"},"spending":{"share":"130","by_type":{"bar":"101"}}}`,
			},
			{
				do: "POST /programmes", want: 400, code: "programme.invalid", at: "spending.by_type.bar programme.share",
				body: `{"code":"x","name":"X","on":true,"earning":{"rate":"5"},"spending":{"share":"130","by_type":{"bar":"101"}}}`,
			},
			{
				do: "POST /programmes", want: 400, code: "programme.invalid", at: "campaigns[1].codes[0] programme.campaign-code",
				body: `{"code":"x","name":"X","on":true,"earning":{"rate":"5"},"spending":{"share":"3"},"offers":[{"id":"a","codes":["MAY"],"rate":"5"},{"id":"b","codes":["may"],"amount":100}]}`,
			},
			{do: "POST /programmes", body: `{"code":"x","name":"X","on":true,"outlets":["$here","77"],"earning":{"rate":"5"},"spending":{"share":"3"}}`, want: 400, code: "programme.invalid", at: "outlets[1] partner.outlet-not-found"},
			{do: "POST /programmes", body: `{"code":"x","name":"X","on":true,"partners":["78"],"earning":{"rate":"5"},"spending":{"share":"3"}}`, want: 400, code: "programme.invalid", at: "partners[0] partner.not-found"},
			{do: "POST /programmes", body: `{"code":"x","name":"X","on":true,"earning":{"rate":5},"spending":{"share":"3"}}`, want: 400, code: "api.invalid", at: "earning.rate api.type"},
			{do: "POST /programmes", body: `{"code":"x","name":"X","on":true,"settings":{"round":"away"},"earning":{"rate":"5"},"spending":{"share":"3"}}`, want: 400, code: "api.invalid", at: "settings.round money.rounding-unknown"},
			{do: "POST /programmes", body: `{"code":"x","name":"X","on":true,"settings":{"clawback":"take"},"earning":{"rate":"5"},"spending":{"share":"3"}}`, want: 400, code: "api.invalid", at: "settings.clawback api.choice"},
			{do: "POST /programmes", body: `{"code":"x","name":"X","on":true,"settings":{"no_such":1},"earning":{"rate":"5"},"spending":{"share":"3"}}`, want: 400, code: "api.invalid", at: "settings.no_such api.unknown-field"},

			{
				do: "PUT /programmes/$p", want: 200, has: `"version":2 "rate":"7.5" "bar":"10" "point_value":50 "earn_money_only":false "in_all":10 "per_member":1`,
				body: `{"version":$v,"code":"bonus","name":"Бонусы","on":true,"outlets":["$here"],"settings":{"point_value":50,"spend_step":200,"earn_money_only":false},
 "earning":{"rate":"7.5","by_type":{"bar":"10"},"expiry":{"mode":"purchase","days":180}},"spending":{"share":"50"},"welcome":{"points":10000,"days":30},
 "offers":[{"id":"may","name":"Май","codes":["MAY"],"rate":"15","from":"2026-05-01","to":"2026-05-31","limits":{"in_all":10,"per_member":1}}]}`,
			},
			{do: "PUT /programmes/$p", body: `{"version":$v,` + least[1:], want: 409, code: "programme.version"},
			{do: "PUT /programmes/$p", body: least, want: 400, code: "api.invalid", at: "version api.required"},
			{do: "PUT /programmes/77", body: `{"version":1,` + least[1:], want: 404, code: "programme.not-found"},
			{as: "till", do: "PUT /programmes/$p", body: `{"version":2,` + least[1:], want: 403, code: "api.whole-organization"},
			{as: "reader", do: "GET /programmes/$p", want: 200, has: `"version":2 "outlets":["$here"]`},
			{do: "GET /programmes/77", want: 404, code: "programme.not-found"},
			{as: "reader", do: "GET /programmes/$p/versions/1", want: 200, has: `"version":1 "rate":"5"`, not: "offers outlets"},
			{do: "GET /programmes/$p/versions/2", want: 200, has: `"version":2 "rate":"7.5"`},
			{do: "GET /programmes/$p/versions/3", want: 404, code: "programme.not-found"},
			{do: "POST /programmes", body: `{"code":"first","name":"Первая","on":false,"priority":9,"earning":{"rate":"0"},"spending":{"share":"0"}}`, want: 201, keep: "q"},
			{do: "GET /programmes", want: 200, has: `{"items":[{"id":"$q" $p "version":2`, not: `"version":1,"code":"bonus"`},
		})
	})
}
