package api

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
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
				do: "POST /programmes", want: 400, code: "programme.invalid", at: "offers[1].codes[0] programme.offer-code",
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

// What is told comes back as it was told, and nothing of a programme is left
// out of the request or the answer.
func TestProgrammeIsWhole(t *testing.T) {
	t.Parallel()
	var p rule.Programme
	fillProgramme(reflect.ValueOf(&p).Elem(), new(int64))
	answer, err := json.Marshal(programmeOf(&p))
	if err != nil {
		t.Fatal(err)
	}
	var body ProgrammeBody
	if err := json.Unmarshal(answer, &body); err != nil {
		t.Fatal(err)
	}
	got := body.programme()
	got.ID, got.Version = p.ID, p.Version
	if diff := cmp.Diff(p, got, cmpopts.IgnoreUnexported(rule.Programme{})); diff != "" {
		t.Error(diff)
	}
}

// fillProgramme gives every field that is told a value of its own.
func fillProgramme(v reflect.Value, n *int64) {
	*n++
	switch at := v.Addr().Interface().(type) {
	case *money.Rounding:
		*at = money.HalfEven
		return
	case *id.ID:
		*at = id.ID(*n)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillProgramme(v.Field(i), n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fillProgramme(v.Index(0), n)
		fillProgramme(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		elem := reflect.New(v.Type().Elem()).Elem()
		fillProgramme(elem, n)
		v.SetMapIndex(reflect.ValueOf("bar"), elem)
	case reflect.String:
		v.SetString(string(rune('a' + *n)))
	case reflect.Bool:
		v.SetBool(*n%2 == 0)
	default:
		v.SetInt(*n)
	}
}
