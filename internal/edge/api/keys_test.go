package api

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.key("clerk", identity.Key{Scopes: identity.Scopes()[:12]}) // all but Admin
		o.run([]step{
			{
				do: "POST /keys", body: `{"name":"Сайт","scopes":["members.read","reference.read"],"outlets":["$there"],"rate":600,"expires":"2027-01-01T00:00:00+03:00"}`,
				want: 201, keep: "site token=token v=version",
				has: `"scopes":["members.read","reference.read"] "outlets":["$there"] "rate":600 "expires":"2026-12-31T21:00:00Z" "created":"2026-11-22T09:00:00Z" "state":"active"`,
			},
			{
				do: "POST /keys", body: `{"till":"$till","name":"Касса"}`, want: 201, keep: "tillkey", has: `"till":"$till" "purchases.write"`,
				not: "admin points.adjust reference.write",
			},
			{do: "POST /keys", body: `{"name":"Всё"}`, want: 400, code: "reference.invalid", at: "scopes identity.scopes-missing"},
			{do: "POST /keys", body: `{"name":"Всё","scopes":["root"]}`, want: 400, code: "reference.invalid", at: "scopes identity.scope-unknown"},
			{do: "POST /keys", body: `{"name":"Всё","scopes":["admin"],"till":"77"}`, want: 400, code: "identity.till-not-found"},
			{do: "POST /keys", body: `{"name":"Всё","scopes":["admin"],"till":"$till","outlets":["$here"]}`, want: 400, code: "identity.till-and-outlets"},
			{do: "POST /keys", body: `{"name":"Всё","scopes":["admin"],"rate":-1}`, want: 400, code: "api.invalid", at: "rate api.range"},
			{do: "POST /keys", body: `{"name":"Всё","scopes":["admin"],"token":"mine"}`, want: 400, code: "api.invalid", at: "token api.unknown-field"},
			// Nobody makes a key that may do more than he.
			{as: "clerk", do: "POST /keys", body: `{"name":"Я","scopes":["admin"]}`, want: 403, code: "identity.scope-missing"},
			{as: "outlet", do: "POST /keys", body: `{"name":"Я","scopes":["admin"]}`, want: 403, code: "api.whole-organization"},
			{as: "till", do: "PUT /keys/$site", body: `{"name":"Я","scopes":["admin"],"state":"active"}`, want: 403, code: "api.whole-organization"},
			{as: "till", do: "DELETE /keys/$site", want: 403, code: "api.whole-organization"},
			{as: "till", do: "GET /keys/$site", want: 403, code: "api.whole-organization"},
			{as: "till", do: "GET /keys", want: 403, code: "api.whole-organization"},

			{do: "GET /keys/$site", want: 200, has: `"name":"Сайт"`, not: "token $token"},
			{do: "GET /keys/77", want: 404, code: "identity.key-not-found"},
			{do: "GET /keys?till=$till", want: 200, has: "$tillkey", not: "$site token"},
			{do: "GET /keys?limit=1", want: 200, has: `"next":`, not: "$site", keep: "next=next"},
			{do: "GET /keys?limit=200&after=$next", want: 200, has: "$site $tillkey", not: `"next" $token`},
			{do: "GET /keys?after=x", want: 400, code: "api.invalid", at: "after id.invalid"},
		})
		o.keys["site"] = o.names["token"]
		o.run([]step{
			{as: "site", do: "GET /partners", want: 200, has: "own"},
			{do: "PUT /keys/$site", body: `{"name":"Сайт","scopes":["reports.read"],"rate":60,"state":"active","version":$v}`, want: 200, has: `"rate":60 reports.read`, not: "members.read outlets expires token", keep: "v2=version"},
			{do: "PUT /keys/$site", body: `{"name":"Сайт","scopes":["admin"],"state":"active","version":$v}`, want: 409, code: "reference.changed"},
			{do: "PUT /keys/$site", body: `{"name":"Сайт","scopes":[],"state":"active"}`, want: 400, code: "reference.invalid", at: "scopes identity.scopes-missing"},
			{do: "PUT /keys/$site", body: `{"name":"Сайт","scopes":["admin"],"state":"active","till":"$till"}`, want: 400, code: "api.invalid", at: "till api.unknown-field"},
			{do: "PUT /keys/77", body: `{"name":"Сайт","scopes":["admin"],"state":"active"}`, want: 404, code: "identity.key-not-found"},
		})
		o.clock.Add(identity.KeyTTL)
		o.run([]step{
			{as: "site", do: "GET /partners", want: 403, code: "identity.scope-missing"},
			{do: "DELETE /keys/$site", want: 204},
			{do: "DELETE /keys/77", want: 404, code: "identity.key-not-found"},
			{do: "GET /keys/$site", want: 200, has: `"state":"closed" "rate":60 "name":"Сайт"`},
		})
		o.clock.Add(identity.KeyTTL)
		o.run([]step{{as: "site", do: "GET /partners", want: 401, code: "identity.key-closed"}})
		if token := o.names["token"]; len(token) < 40 || strings.Contains(token, o.names["site"]) {
			t.Errorf("token %q", token)
		}
	})
}
