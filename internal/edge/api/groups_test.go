package api

import (
	"strings"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.member("anna", "+79161234501")
		o.member("boris", "+79161234502")
		o.run([]step{
			{do: "POST /groups", body: `{"name":"Клуб","note":"по списку"}`, want: 201, has: `"active":true "created_at":"2026-11-22T09:00:00Z"`, keep: "club"},
			{do: "POST /groups", body: `{"name":"КЛУБ"}`, want: 409, code: "member.name-taken"},
			{do: "POST /groups", body: `{"name":" "}`, want: 400, code: "member.invalid", at: "name member.mandatory"},
			{as: "outlet", do: "POST /groups", body: `{"name":"Наши"}`, want: 403, code: "api.whole-organization"},
			{do: "POST /groups/$club/members", body: `{"members":["$anna","$boris","77"]}`, want: 200, has: `"changed":2,"already":0,"missing":["77"]`},
			{do: "POST /groups/$club/members", body: `{"members":["$boris"]}`, want: 200, has: `"changed":0,"already":1,"missing":[]`},
			{do: "POST /groups/77/members", body: `{"members":["$boris"]}`, want: 404, code: "api.no-group"},
			{do: "POST /groups/$club/members", body: `{"members":[]}`, want: 400, code: "api.invalid", at: "members api.too-few"},
			{as: "till", do: "POST /groups/$club/members", body: `{"members":["$boris"]}`, want: 403, code: "api.whole-organization"},
			{do: "POST /groups/$club/members/remove", body: `{"members":["$boris","$boris"]}`, want: 200, has: `"changed":1,"already":0,"missing":[]`},
			{do: "POST /groups/77/members/remove", body: `{"members":["$boris"]}`, want: 404, code: "api.no-group"},

			{do: "PUT /groups/$club", body: `{"name":"Клуб друзей","active":false}`, want: 200, has: `"id":"$club" "active":false "created_at":"2026-11-22T09:00:00Z"`, not: "note"},
			{do: "PUT /groups/$club", body: `{"name":"Клуб друзей"}`, want: 400, code: "api.invalid", at: "active api.required"},
			{do: "PUT /groups/77", body: `{"name":"Никто","active":true}`, want: 404, code: "api.no-group"},
			{do: "POST /groups/$club/members", body: `{"members":["$boris"]}`, want: 400, code: "member.bad-group"},
			{as: "reader", do: "GET /groups", want: 200, has: "$club", not: "Никто"},

			{do: "POST /categories", body: `{"name":"Студент"}`, want: 201, has: `"active":true`, keep: "student"},
			{do: "POST /categories", body: `{"name":"студент"}`, want: 409, code: "member.name-taken"},
			{do: "POST /categories", body: `{"name":"Студент","note":"?"}`, want: 400, code: "api.invalid", at: "note api.unknown-field"},
			{as: "till", do: "POST /categories", body: `{"name":"Свой"}`, want: 403, code: "api.whole-organization"},
			{do: "PUT /categories/$student", body: `{"name":"Студент","active":false}`, want: 200, has: `"id":"$student" "active":false`},
			{do: "PUT /categories/77", body: `{"name":"Никто","active":true}`, want: 404, code: "api.no-category"},
			{as: "reader", do: "GET /categories", want: 200, has: `"id":"$student" "active":false`, not: "Никто"},
		})
	})
}

func TestMemberSettings(t *testing.T) {
	t.Parallel()
	const rules = `{"mandatory":["phone","surname"],"unique_phone":true,"unique_email":false,"confirm_phone":true,"confirm_email":false,"activation":false,"till_proof_days":2,"region":"KZ","join_by_order":true,"join_consents":["rules"],"guest_purchases":"order","version":0}`
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		changes := o.changes
		o.run([]step{
			{as: "reader", do: "GET /member-rules", want: 200, has: `"mandatory":["phone"] "region":"RU" "version":0`, not: "category"},
			{do: "PUT /member-rules", body: rules, want: 200, has: `"mandatory":["phone","surname"] "unique_email":false "confirm_phone":true "till_proof_days":2 "region":"KZ"`, keep: "v=version"},
			{do: "GET /member-rules", want: 200, has: `"region":"KZ" "version":$v`},
			{do: "PUT /member-rules", body: rules, want: 409, code: "member.moved"},
			{do: "PUT /member-rules", body: strings.Replace(rules, `"version":0`, `"version":$v,"category":"77"`, 1), want: 400, code: "member.bad-category"},
			{do: "PUT /member-rules", body: strings.Replace(rules, `"surname"`, `"shoe_size"`, 1), want: 400, code: "member.invalid", at: "mandatory[1] setting.choice"},
			{do: "PUT /member-rules", body: strings.Replace(rules, `"activation":false,`, ``, 1), want: 400, code: "api.invalid", at: "activation api.required"},
			{as: "outlet", do: "PUT /member-rules", body: rules, want: 403, code: "api.whole-organization"},
		})
		if o.changes != changes+1 {
			t.Errorf("%d changes taken in, want 1", o.changes-changes)
		}
		o.run([]step{
			{
				do: "PUT /custom-fields/genre", want: 200, has: `"key":"genre" "kind":"choice" "required":false "position":2 "choices":[{"key":"drama"`,
				body: `{"kind":"choice","label_ru":"Жанр","label_en":"Genre","active":true,"position":2,"choices":[{"key":"drama","label_ru":"Драма","label_en":"Drama"}]}`,
			},
			{do: "PUT /custom-fields/genre", body: `{"kind":"text","label_ru":"Жанр","label_en":"Genre","active":true}`, want: 409, code: "member.custom-kind"},
			{do: "PUT /custom-fields/shoe", body: `{"kind":"number","label_ru":"Обувь","label_en":"Shoes","active":true,"required":true}`, want: 200, has: `"required":true`, not: "choices"},
			{do: "PUT /custom-fields/shoe", body: `{"kind":"number","label_ru":"Размер","label_en":"Size","active":false}`, want: 200, has: `"active":false "required":false Размер`},
			{do: "PUT /custom-fields/%D0%A9", body: `{"kind":"text","label_ru":"Щ","label_en":"Sh","active":true}`, want: 400, code: "member.invalid", at: "key member.bad-key"},
			{do: "PUT /custom-fields/x", body: `{"kind":"photo","label_ru":"Ф","label_en":"Ph","active":true}`, want: 400, code: "api.invalid", at: "kind api.choice"},
			{do: "PUT /custom-fields/x", body: `{"kind":"choice","label_ru":"Ф","label_en":"Ph","active":true}`, want: 400, code: "member.invalid", at: "choices member.too-many"},
			{as: "outlet", do: "PUT /custom-fields/x", body: `{"kind":"text","label_ru":"Ф","label_en":"Ph","active":true}`, want: 403, code: "api.whole-organization"},
			{as: "reader", do: "GET /custom-fields", want: 200, has: `[{"key":"shoe" {"key":"genre"`, not: `"key":"x"`},
		})
	})
}
