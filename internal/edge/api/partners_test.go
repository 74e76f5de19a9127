package api

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

func TestPartners(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "POST /partners", body: `{"code":"cafe","name":" Кафе "}`, want: 201, has: `"code":"cafe" "name":"Кафе" "state":"active"`, keep: "cafe v=version"},
			{do: "POST /partners", body: `{"code":"cafe","name":"Другое"}`, want: 409, code: "partner.code-taken"},
			{do: "POST /partners", body: `{"code":"a b","name":""}`, want: 400, code: "api.invalid", at: "name api.too-short"},
			{do: "POST /partners", body: `{"code":"a b","name":" "}`, want: 400, code: "reference.invalid", at: "code reference.code-invalid"},
			{as: "outlet", do: "POST /partners", body: `{"code":"x","name":"X"}`, want: 403, code: "api.whole-organization"},
			{as: "reader", do: "POST /partners", body: `{"code":"x","name":"X"}`, want: 403, code: "identity.scope-missing"},
			{as: "reader", do: "GET /partners/$cafe", want: 200, has: `"id":"$cafe" "version":$v`},
			{do: "GET /partners/77", want: 404, code: "partner.not-found"},
			{do: "GET /partners/x", want: 400, code: "api.invalid", at: "partner id.invalid"},

			{do: "PUT /partners/$cafe", body: `{"code":"cafe2","name":"Кафе","state":"closed","version":$v}`, want: 200, has: `"code":"cafe2" "state":"closed"`},
			{do: "PUT /partners/$cafe", body: `{"code":"cafe3","name":"Кафе","state":"active","version":$v}`, want: 409, code: "reference.changed"},
			{do: "PUT /partners/$cafe", body: `{"code":"cafe3","name":"Кафе"}`, want: 400, code: "api.invalid", at: "state api.required"},
			{do: "PUT /partners/$cafe", body: `{"code":"own","name":"Кафе","state":"active"}`, want: 409, code: "partner.code-taken"},
			{do: "PUT /partners/77", body: `{"code":"z","name":"Z","state":"active"}`, want: 404, code: "partner.not-found"},

			{do: "GET /partners?limit=1", want: 200, has: `cafe2 "next":"cafe2"`, not: `"code":"own"`},
			{do: "GET /partners?limit=1&after=cafe2", want: 200, has: `"code":"own"`, not: `cafe2 next`},
			{do: "GET /partners?state=closed", want: 200, has: "cafe2", not: `"code":"own"`},
			{do: "GET /partners?find=%D0%9A%D0%98%D0%9D%D0%9E", want: 200, has: `"code":"own"`, not: "cafe2"},
			{do: "GET /partners?limit=201", want: 400, code: "api.invalid", at: "limit api.range"},
			{do: "GET /partners?state=gone", want: 400, code: "api.invalid", at: "state api.choice"},
		})
	})
}

func TestOutlets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{
				do: "POST /outlets", body: `{"partner":"$own","code":"cinema","name":"Кино","zone":"Asia/Omsk","day_cutover":300,"address":"Омск"}`, want: 201,
				has: `"partner":"$own" "zone":"Asia/Omsk" "day_cutover":300 "address":"Омск"`, keep: "cinema v=version",
			},
			{do: "POST /outlets", body: `{"partner":"$own","code":"site","name":"Сайт","zone":"Europe/Moscow"}`, want: 201, has: `"day_cutover":240`, keep: "site"},
			{do: "POST /outlets", body: `{"partner":"$own","code":"y","name":"Y","zone":"Mars/North"}`, want: 400, code: "reference.invalid", at: "zone partner.zone-unknown"},
			{do: "POST /outlets", body: `{"partner":"$own","code":"y","name":"Y","zone":"Asia/Omsk","day_cutover":1440}`, want: 400, code: "api.invalid", at: "day_cutover api.range"},
			{do: "POST /outlets", body: `{"partner":"77","code":"y","name":"Y","zone":"Asia/Omsk"}`, want: 400, code: "partner.not-found"},
			{as: "till", do: "POST /outlets", body: `{"partner":"$own","code":"y","name":"Y","zone":"Asia/Omsk"}`, want: 403, code: "api.whole-organization"},
			// What is not told of the cut-over stays.
			{
				do: "PUT /outlets/$cinema", body: `{"partner":"$own","code":"cinema","name":"Кино","zone":"Asia/Tomsk","state":"active","version":$v}`, want: 200,
				has: `"zone":"Asia/Tomsk" "day_cutover":300`, not: "address",
			},
			{do: "PUT /outlets/$cinema", body: `{"partner":"$own","code":"cinema","name":"Кино","zone":"Asia/Tomsk","day_cutover":0,"state":"closed"}`, want: 200, has: `"day_cutover":0 "state":"closed"`},
			{do: "PUT /outlets/77", body: `{"partner":"$own","code":"q","name":"Q","zone":"Asia/Omsk","state":"active"}`, want: 404, code: "partner.outlet-not-found"},
			{as: "outlet", do: "PUT /outlets/$here", body: `{"partner":"$own","code":"q","name":"Q","zone":"Asia/Omsk","state":"active"}`, want: 403, code: "api.whole-organization"},
			{as: "reader", do: "GET /outlets/$cinema", want: 200, has: `"id":"$cinema"`},
			{do: "GET /outlets/77", want: 404, code: "partner.outlet-not-found"},
			{do: "POST /partners", body: `{"code":"other","name":"Другой"}`, want: 201, keep: "other"},
			{do: "GET /outlets?partner=$other", want: 200, has: `"items":[]`},
			{do: "GET /outlets?partner=$own&state=active", want: 200, has: `"here" "there" "site"`, not: `"cinema"`},
			// A key with outlets reads them and no others.
			{as: "outlet", do: "GET /outlets", want: 200, has: `"here"`, not: `"there" "cinema" "site"`},
			{as: "outlet", do: "GET /outlets/$here", want: 200, has: `"id":"$here"`},
			{as: "outlet", do: "GET /outlets/$there", want: 403, code: "api.other-outlet"},
			{do: "GET /outlets?partner=x", want: 400, code: "api.invalid", at: "partner id.invalid"},
		})
		// The next request of the same caller is served by what was saved.
		if out, ok := o.parts.Directory.OutletByCode("cinema"); !ok || out.Zone != "Asia/Tomsk" || out.Cutover != 0 {
			t.Errorf("the directory has %+v", out)
		}
	})
}

func TestTills(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "POST /tills", body: `{"outlet":"$there","code":"1","name":"Бар"}`, want: 201, has: `"outlet":"$there" "state":"active"`, keep: "bar v=version"},
			{do: "POST /tills", body: `{"outlet":"$there","code":"1","name":"Бар"}`, want: 409, code: "partner.code-taken"},
			{do: "POST /tills", body: `{"outlet":"77","code":"1","name":"Бар"}`, want: 400, code: "partner.outlet-not-found"},
			{do: "POST /tills", body: `{"code":"1","name":"Бар"}`, want: 400, code: "api.invalid", at: "outlet api.required"},
			// A key with outlets keeps their tills and no others.
			{as: "outlet", do: "POST /tills", body: `{"outlet":"$here","code":"2","name":"Вторая"}`, want: 201, keep: "second"},
			{as: "outlet", do: "POST /tills", body: `{"outlet":"$there","code":"2","name":"Вторая"}`, want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "PUT /tills/$second", body: `{"outlet":"$here","code":"2","name":"Вторая","state":"closed"}`, want: 200, has: `"state":"closed"`},
			{as: "outlet", do: "PUT /tills/$bar", body: `{"outlet":"$here","code":"9","name":"Чужая","state":"closed"}`, want: 409, code: "partner.till-stays"},
			{as: "outlet", do: "PUT /tills/$bar", body: `{"outlet":"$there","code":"9","name":"Чужая","state":"closed"}`, want: 403, code: "api.other-outlet"},

			{do: "PUT /tills/$bar", body: `{"outlet":"$there","code":"7","name":"Бар","state":"active","version":$v}`, want: 200, has: `"code":"7"`},
			{do: "PUT /tills/$bar", body: `{"outlet":"$there","code":"7","name":"Бар","state":"active","version":$v}`, want: 409, code: "reference.changed"},
			{do: "PUT /tills/77", body: `{"outlet":"$there","code":"7","name":"Бар","state":"active"}`, want: 404, code: "partner.till-not-found"},
			{as: "reader", do: "GET /tills/$bar", want: 200, has: `"id":"$bar"`},
			{as: "outlet", do: "GET /tills/$bar", want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "GET /tills?outlet=$there", want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "GET /tills?outlet=$here", want: 200, has: `"id":"$second"`},
			{do: "GET /tills/77", want: 404, code: "partner.till-not-found"},
			{as: "reader", do: "GET /tills?outlet=$here", want: 200, has: `"id":"$till" "id":"$second"`, not: "$bar"},
			{do: "GET /tills", want: 400, code: "api.invalid", at: "outlet api.required"},
		})
		bar, err := id.Parse(o.names["bar"])
		if place, ok := o.parts.Directory.Place(bar); err != nil || !ok || place.Till.Code != "7" {
			t.Errorf("the directory has %+v, %v", place, err)
		}
	})
}
