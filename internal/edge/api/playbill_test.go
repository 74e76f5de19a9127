package api

import (
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestPlaybill goes through halls, events and sessions as a ticketing system
// sends them.
func TestPlaybill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		const hall = `{"outlet":"$here","name":"Большой","price_zones":[{"code":"A"},{"code":"B","name":"Балкон"}],` +
			`"sectors":[{"code":"parter","price_zone":"A","rows":[{"code":"1","first":1,"last":20},{"code":"20","first":1,"last":30,"price_zone":"B"}]},{"code":"fan","capacity":300}]}`
		const film = `{"name":"Звёзды","type":"film","age":12,"vat":"10","pushkin":true,"pushkin_id":"12345","memorandum":{"from":"2026-03-02","to":"2026-03-15","no_discounts":true,"no_points":true,"earns":false,"least_price":25000}}`
		o.run([]step{
			{do: "PUT /playbill/halls/Big%20hall", body: hall, want: 200, has: `"code":"Big "outlet":"$here" "capacity":300 "price_zone":"B" "state":"active"`, keep: "v=version"},
			{do: "GET /playbill/halls/BIG%20HALL", want: 200, has: `"first":1 "last":30`},
			{do: "PUT /playbill/halls/big%20hall", body: `{"outlet":"$here","name":"Зал","version":$v}`, want: 200, has: `"name":"Зал"`, not: "sectors"},
			{do: "PUT /playbill/halls/big%20hall", body: `{"outlet":"$here","name":"Зал","version":$v}`, want: 409, code: "reference.changed"},
			{do: "PUT /playbill/halls/x", body: `{"outlet":"77","name":"Зал"}`, want: 400, code: "playbill.outlet-not-found"},
			{do: "PUT /playbill/halls/x", body: `{"outlet":"$here","name":"Зал","sectors":[{"code":"a"},{"code":"A"}]}`, want: 400, code: "reference.invalid", at: "sectors[1].code playbill.twice"},
			{do: "PUT /playbill/halls/x", body: `{"outlet":"$here","name":"Зал","sectors":[{"code":"a","price_zone":"Z"}]}`, want: 400, code: "reference.invalid", at: "sectors[0].price_zone playbill.zone-not-found"},
			{do: "PUT /playbill/halls/x", body: `{"outlet":"$here","name":"Зал","sectors":[{"code":"a","capacity":5,"rows":[{"code":"1","first":1,"last":2}]}]}`, want: 400, code: "reference.invalid", at: "sectors[0].capacity playbill.rows-or-capacity"},
			{do: "PUT /playbill/halls/x", body: `{"outlet":"$here","name":"Зал","sectors":[{"code":"a","rows":[{"code":"1","first":5,"last":2}]}]}`, want: 400, code: "reference.invalid", at: "sectors[0].rows[0].last reference.range"},
			{as: "outlet", do: "PUT /playbill/halls/x", body: `{"outlet":"$there","name":"Зал"}`, want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "PUT /playbill/halls/small", body: `{"outlet":"$here","name":"Малый"}`, want: 200},
			{do: "PUT /playbill/halls/far", body: `{"outlet":"$there","name":"Дальний"}`, want: 200},
			{as: "outlet", do: "PUT /playbill/halls/far", body: `{"outlet":"$here","name":"Теперь мой"}`, want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "DELETE /playbill/halls/far", want: 403, code: "api.other-outlet"},
			{as: "till", do: "PUT /playbill/halls/x", body: `{"outlet":"$here","name":"Зал"}`, want: 403, code: "api.no-till"},
			{as: "reader", do: "GET /playbill/halls?outlet=$there", want: 200, has: `"far"`, not: "small"},
			{do: "GET /playbill/halls?limit=1", want: 200, has: `"next":"big`, not: "small"},
			{do: "DELETE /playbill/halls/small", want: 200, has: `"state":"closed"`},
			{do: "PUT /playbill/halls/small", body: `{"outlet":"$here","name":"Малый 2"}`, want: 200, has: `"state":"closed"`},
			{do: "GET /playbill/halls?state=closed", want: 200, has: "small", not: "far"},
			{do: "GET /playbill/halls/none", want: 404, code: "playbill.hall-not-found"},

			{do: "PUT /playbill/events/stars", body: film, want: 200, has: `"vat":"10" "pushkin_id":"12345" "least_price":25000 "earns":false`},
			{do: "PUT /playbill/events/x", body: `{"name":"X","pushkin_id":"1"}`, want: 400, code: "reference.invalid", at: "pushkin_id playbill.pushkin-id"},
			{do: "PUT /playbill/events/x", body: `{"name":"X","memorandum":{"from":"2026-03-15","to":"2026-03-02","no_discounts":true,"no_points":true,"earns":true}}`, want: 400, code: "reference.invalid", at: "memorandum.to playbill.order"},
			{do: "PUT /playbill/events/x", body: `{"name":"X","memorandum":{"from":"2 марта","no_discounts":true,"no_points":true,"earns":true}}`, want: 400, code: "reference.invalid", at: "memorandum.from playbill.day"},
			{as: "outlet", do: "PUT /playbill/events/x", body: `{"name":"X"}`, want: 403, code: "api.whole-organization"},
			{do: "POST /playbill/events", body: `{"items":[{"code":"one","name":"Раз"},{"code":"ONE","name":"Два"}]}`, want: 400, code: "reference.invalid", at: "items[1].code playbill.twice"},
			{do: "POST /playbill/events", body: `{"items":[{"code":"match","name":"Матч","type":"Match"},{"code":"play","name":"Пьеса"}]}`, want: 200, has: `"match" "play"`},
			{as: "reader", do: "GET /playbill/events?type=match", want: 200, has: "Матч", not: "Пьеса stars"},
			{do: "GET /playbill/events?pushkin=true", want: 200, has: "stars", not: "Матч"},
			{do: "GET /playbill/events?find=ПЬЕСА", want: 200, has: `"play"`, not: "Матч"},
			{do: "DELETE /playbill/events/play", want: 200, has: `"state":"closed"`},
			{do: "GET /playbill/events/none", want: 404, code: "playbill.event-not-found"},
		})
		const evening = `{"event":"Stars","hall":"FAR","starts":"2026-03-10T19:00:00+03:00","ends":"2026-03-10T21:00:00+03:00","prices":[{"amount":30000},{"tariff":"child","amount":20000}]}`
		o.run([]step{
			{do: "PUT /playbill/sessions/S-1", body: evening, want: 200, has: `"event":"stars" "hall":"far" "starts":"2026-03-10T16:00:00Z" "state":"on_sale" "amount":20000`},
			{do: "PUT /playbill/sessions/x", body: `{"event":"none","hall":"far","starts":"2026-03-10T19:00:00+03:00"}`, want: 400, code: "playbill.event-not-found"},
			{do: "PUT /playbill/sessions/x", body: `{"event":"stars","hall":"none","starts":"2026-03-10T19:00:00+03:00"}`, want: 400, code: "playbill.hall-not-found"},
			{do: "PUT /playbill/sessions/x", body: `{"event":"stars","hall":"far","starts":"2026-03-10T19:00:00+03:00","ends":"2026-03-10T18:00:00+03:00"}`, want: 400, code: "reference.invalid", at: "ends playbill.order"},
			{as: "outlet", do: "PUT /playbill/sessions/x", body: evening, want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "PUT /playbill/sessions/S-1", body: `{"event":"stars","hall":"big hall","starts":"2026-03-10T19:00:00+03:00"}`, want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "POST /playbill/sessions", body: `{"items":[{"code":"y","event":"stars","hall":"small","starts":"2026-03-11T10:00:00Z"},{"code":"x","event":"stars","hall":"far","starts":"2026-03-11T10:00:00Z"}]}`, want: 403, code: "api.other-outlet", at: "items[1] api.other-outlet"},
			{do: "POST /playbill/sessions", body: `{"items":[{"code":"y","event":"stars","hall":"far","starts":"2026-03-11T10:00:00Z"},{"code":"x","event":"none","hall":"far","starts":"2026-03-11T10:00:00Z"}]}`, want: 400, code: "playbill.event-not-found", at: "items[1].event playbill.event-not-found"},
			{do: "POST /playbill/sessions", body: `{"items":[{"code":"S-2","event":"match","hall":"far","starts":"2026-03-11T10:00:00Z"},{"code":"S-3","event":"stars","hall":"big hall","starts":"2026-03-10T10:00:00Z"}]}`, want: 200, has: "S-2 S-3"},
			{as: "reader", do: "GET /playbill/sessions?limit=1", want: 200, has: "S-3", not: "S-1 S-2", keep: "next=next"},
			{do: "GET /playbill/sessions?after=$next&limit=1", want: 200, has: "S-1 next", not: "S-3 S-2"},
			{do: "GET /playbill/sessions?after=x", want: 400, code: "api.invalid", at: "after api.cursor"},
			{do: "GET /playbill/sessions?event=match", want: 200, has: "S-2", not: "S-1 S-3"},
			{do: "GET /playbill/sessions?event=none", want: 200, has: `"items":[]`},
			{do: "GET /playbill/sessions?hall=big%20hall", want: 200, has: "S-3", not: "S-1 S-2"},
			{do: "GET /playbill/sessions?from=2026-03-10T12:00:00Z&to=2026-03-11T10:00:00Z", want: 200, has: "S-1", not: "S-3 S-2"},
			{do: "PUT /playbill/sessions/s-2", body: `{"event":"match","hall":"far","starts":"2026-03-11T10:00:00Z","state":"cancelled"}`, want: 200, has: `"state":"cancelled" "cancelled_at":"2026-11-22T09:00:00Z"`},
			{do: "PUT /playbill/sessions/s-2", body: `{"event":"match","hall":"far","starts":"2026-03-11T11:00:00Z"}`, want: 200, has: `"state":"cancelled"`},
			{do: "DELETE /playbill/sessions/s-2", want: 200, has: `"state":"closed" "cancelled_at":"2026-11-22T09:00:00Z"`},
			{do: "GET /playbill/sessions?state=closed", want: 200, has: "s-2", not: "S-1"},
			{do: "GET /playbill/sessions/none", want: 404, code: "playbill.session-not-found"},
		})
		o.fold()
		o.run([]step{
			{do: "GET /events", want: 200, has: `"kind":"session.cancelled" "session":"s-2" "outlet":"$there"`, not: "member S-1", keep: "next=next"},
			{do: "PUT /playbill/sessions/s-2", body: `{"event":"match","hall":"far","starts":"2026-03-11T11:00:00Z","state":"on_sale"}`, want: 200, not: "cancelled"},
			{do: "PUT /playbill/sessions/s-2", body: `{"event":"match","hall":"far","starts":"2026-03-11T11:00:00Z","state":"cancelled"}`, want: 200},
		})
		o.fold()
		o.run([]step{
			{do: "GET /events?after=$next", want: 200, has: `"session.cancelled" "kind":"session.restored"`, not: "session.moved"},
			{do: "GET /events?kind=session.moved", want: 200, has: `"session":"s-2" "from":"2026-03-11T10:00:00Z" "to":"2026-03-11T11:00:00Z"`, not: "cancelled"},
		})
	})
}

// TestTicketsOfOutlets: who acts at the session's outlet sees its tickets,
// wherever they were sold; of a session that is a code only, the organization.
func TestTicketsOfOutlets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.run([]step{
			{do: "PUT /playbill/halls/here", body: `{"outlet":"$here","name":"Здесь"}`, want: 200},
			{do: "PUT /playbill/halls/there", body: `{"outlet":"$there","name":"Там"}`, want: 200},
			{do: "PUT /playbill/events/film", body: `{"name":"Фильм"}`, want: 200},
			{do: "PUT /playbill/sessions/h", body: `{"event":"film","hall":"here","starts":"2026-12-01T10:00:00Z"}`, want: 200},
			{do: "PUT /playbill/sessions/t", body: `{"event":"film","hall":"there","starts":"2026-12-01T10:00:00Z"}`, want: 200},
		})
		line := func(session, number string) string {
			return `{"lines":[{"sku":"x","quantity":"1","price":100,"session":"` + session + `","tickets":["` + number + `"]}]}`
		}
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: line("h", "1"), want: 201}, key: "h"},
			{step: step{do: "POST /purchases", body: line("t", "2"), want: 201}, key: "t"},
			{step: step{do: "POST /purchases", body: line("code", "3"), want: 201}, key: "c"},
		})
		s.run([]step{
			{do: "GET /playbill/sessions/h/tickets", want: 200, has: `"number":"1" "state":"sold"`},
			{do: "GET /playbill/sessions/H/tickets?state=used", want: 200, has: `"items":[]`},
			{do: "GET /playbill/sessions/code/tickets", want: 200, has: `"number":"3"`},
			{do: "GET /playbill/sessions/none/tickets", want: 404, code: "playbill.session-not-found"},
			{as: "outlet", do: "GET /playbill/sessions/h/tickets", want: 200, has: `"number":"1"`},
			{as: "outlet", do: "GET /playbill/sessions/t/tickets", want: 403, code: "api.other-outlet"},
			{as: "outlet", do: "GET /playbill/sessions/code/tickets", want: 403, code: "api.whole-organization"},
		})
	})
}
