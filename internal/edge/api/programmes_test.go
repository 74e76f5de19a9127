package api

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// programmeBody is a request that brings a programme.
func programmeBody(version, text string) string {
	if version != "" {
		version = `"version":` + version + `,`
	}
	return `{` + version + `"text":` + text + `}`
}

func TestProgrammes(t *testing.T) {
	t.Parallel()
	const least = `{"code":"bonus","name":"Бонусы","earning":{"rate":"5%"},"spending":{"share":"30%"}}`
	const two = `{"code":"bonus","name":"Бонусы","outlets":["here"],"settings":{"point_value":"0.50","spend_step":2,"earn_money_only":false},
 "earning":{"rate":"7.5","by_type":{"bar":"10%"},"expiry":{"mode":"purchase","days":180}},"spending":{"share":"50%"},"welcome":{"points":100,"days":30},
 "campaigns":[{"id":"may","name":"Май","codes":["MAY"],"from":"2026-05-01","to":"2026-05-31","limits":{"in_all":10,"per_member":1},
 "rules":[{"id":"may","kind":"discount","rate":"15%"}]}]}`
	wrong := func(text string) string { return programmeBody("", `{"code":"x","name":"X",`+text+`}`) }
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "GET /programmes", want: 200, has: `"items":[]`},
			{do: "POST /programmes", body: programmeBody("", least), want: 201, keep: "p v=version", has: `"version":1 "rate":"5%" "share":"30%"`, not: `settings campaigns`},
			{do: "POST /programmes", body: programmeBody("", least), want: 409, code: "programme.code-taken"},
			{as: "outlet", do: "POST /programmes", body: programmeBody("", least), want: 403, code: "api.whole-organization"},
			// Everything that is wrong is named at once, where it stands in the programme.
			{do: "POST /programmes", body: wrong(`"zone":"Mars/North","settings":{"spend_step":"0.01","point_value":"0.50"}`), want: 400, code: "programme.invalid", at: "settings.spend_step programme.step-kopecks"},
			{do: "POST /programmes", body: wrong(`"spending":{"share":"130","by_type":{"bar":"101"}}`), want: 400, code: "programme.invalid", at: "spending.by_type.bar programme.share"},
			{do: "POST /programmes", body: wrong(`"outlets":["here","nowhere"]`), want: 400, code: "programme.invalid", at: "outlets[1] programme.text-no-such"},
			{do: "POST /programmes", body: wrong(`"partners":["78"]`), want: 400, code: "programme.invalid", at: "partners[0] programme.text-no-such"},
			{do: "POST /programmes", body: wrong(`"settings":{"round":"away"}`), want: 400, code: "programme.invalid", at: "settings.round programme.choice"},
			{do: "POST /programmes", body: wrong(`"settings":{"no_such":1}`), want: 400, code: "programme.invalid", at: "settings.no_such programme.text-unknown"},
			{do: "POST /programmes", body: `{"text":7}`, want: 400, code: "programme.invalid"},
			{do: "POST /programmes", body: `{}`, want: 400, code: "api.invalid", at: "text api.required"},
			{do: "POST /programmes/check", body: programmeBody("", strings.Replace(two, "bonus", "new", 1)), want: 200, has: `"warnings":[{ "campaigns[0].to" programme.warn-over`},
			{do: "POST /programmes/check", body: wrong(`"gives":"all"`), want: 400, code: "programme.invalid", at: "gives programme.choice"},

			{do: "PUT /programmes/$p", body: programmeBody("$v", two), want: 200, has: `"version":2 "outlets":["here"] "rate":"7.5%" "bar":"10%" "point_value":"0.50" "earn_money_only":false "in_all":10 "per_member":1`},
			{do: "PUT /programmes/$p", body: programmeBody("$v", least), want: 409, code: "programme.version"},
			{do: "PUT /programmes/$p", body: programmeBody("", least), want: 400, code: "api.invalid", at: "version api.required"},
			{do: "PUT /programmes/77", body: programmeBody("1", least), want: 404, code: "programme.not-found"},
			{as: "till", do: "PUT /programmes/$p", body: programmeBody("2", least), want: 403, code: "api.whole-organization"},
			{as: "reader", do: "GET /programmes/$p", want: 200, has: `"version":2 "outlets":["here"]`},
			{do: "GET /programmes/77", want: 404, code: "programme.not-found"},
			{as: "reader", do: "GET /programmes/$p/versions/1", want: 200, has: `"version":1 "rate":"5%"`, not: "campaigns outlets"},
			{do: "GET /programmes/$p/versions/3", want: 404, code: "programme.version-not-found"},
			{do: "GET /programmes/$p/versions?limit=1", want: 200, has: `"version":2 "made_by":"admin (key "next":"2"`},
			{do: "GET /programmes/$p/versions?after=2", want: 200, has: `"version":1`, not: `"next"`},
			{do: "GET /programmes/$p/versions?after=x", want: 400, code: "api.invalid"},
			{as: "reader", do: "GET /programmes/$p/difference", want: 200, has: `"what":"added" "path":"campaigns[may]" "path":"settings.point_value","was":"1","is":"0.50"`},
			{do: "GET /programmes/$p/difference?from=2&to=2", want: 200, has: `{"changes":[]}`},
			{as: "reader", do: "POST /programmes/$p/rollback", body: `{"version":2,"back":1}`, want: 403, code: "identity.scope-missing"},
			{do: "POST /programmes/$p/rollback", body: `{"version":1,"back":1}`, want: 409, code: "programme.version"},
			{do: "POST /programmes/$p/rollback", body: `{"version":2,"back":1,"note":"Ошиблись"}`, want: 200, has: `"version":3 "rate":"5%"`, not: "campaigns"},
			{do: "GET /programmes/$p/versions?limit=1", want: 200, has: `"version":3 "note":"Ошиблись"`},
			{do: "GET /programmes/$p/difference?from=1&to=3", want: 200, has: `{"changes":[]}`},
			{do: "POST /programmes", body: programmeBody("", `{"code":"first","name":"Первая","active":"no","priority":9}`), want: 201, keep: "q"},
			{do: "GET /programmes", want: 200, has: `{"items":[{"id":"$q" $p "version":3`, not: `"version":2`},
		})
	})
}

// A programme goes over the API as the text that people read, too.
func TestProgrammeInYAML(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		ask := func(method, path, text string, headers ...string) *http.Response {
			r := httptest.NewRequest(method, Base+path, strings.NewReader(text))
			r.Header.Set("Authorization", "Bearer "+o.keys["admin"])
			r.Header.Set("Content-Type", "application/yaml; charset=utf-8")
			r.Header.Set("Accept", "application/yaml")
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			w := httptest.NewRecorder()
			o.handler.ServeHTTP(w, r)
			return w.Result()
		}
		said := func(r *http.Response) string {
			b, _ := io.ReadAll(r.Body)
			return string(b)
		}
		const text = "code: kino\nname: Кино\nversion: 1\n\nearning:\n  rate: 5%\n"
		made := ask("POST", "/programmes", text)
		if got := said(made); made.StatusCode != 201 || got != text || made.Header.Get("Content-Type") != "application/yaml" {
			t.Fatalf("%d %v\n%s", made.StatusCode, made.Header, got)
		}
		path := "/programmes/" + o.parts.Programmes.Current().ByCode("kino").ID.String()
		etag := ask("GET", path, "").Header.Get("ETag")
		if etag != `"1"` {
			t.Errorf("ETag %s", etag)
		}
		next := strings.Replace(text, "5%", "7%", 1)
		if r := ask("PUT", path, strings.Replace(next, "version: 1\n", "", 1)); r.StatusCode != 400 {
			t.Errorf("without a version: %d %s", r.StatusCode, said(r))
		}
		if r := ask("PUT", path, next, "If-Match", etag); r.StatusCode != 200 || r.Header.Get("ETag") != `"2"` {
			t.Errorf("%d %s", r.StatusCode, said(r))
		}
		if r := ask("PUT", path, next); r.StatusCode != 409 {
			t.Errorf("from an old version: %d %s", r.StatusCode, said(r))
		}
		if r := ask("PUT", path, next, "If-Match", "x"); r.StatusCode != 400 {
			t.Errorf("no ETag: %d %s", r.StatusCode, said(r))
		}
		broken := ask("POST", "/programmes", "code: x\nname: y\nearning: {rate: much}\n")
		if got := said(broken); broken.StatusCode != 400 || !strings.Contains(got, `"path":"earning.rate","code":"money.invalid"`) || !strings.Contains(got, `"line":3,"column":17`) {
			t.Errorf("%d %s", broken.StatusCode, got)
		}
	})
}

func TestProgrammeSchemaIsWhole(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs() {
		schema := programmeSchema(texts(t), lang)
		if !json.Valid(schema) || strings.Contains(string(schema), `"programme.`) {
			t.Errorf("%s: no JSON, or a text is missing:\n%s", lang, schema)
		}
	}
}
