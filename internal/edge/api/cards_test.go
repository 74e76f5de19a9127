package api

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// cardTypes makes one of each sort: $plastic, $virtual, $phone, and $hand,
// which is activated by hand and has a secret code.
func (o *office) cardTypes() {
	o.t.Helper()
	o.run([]step{
		{do: "POST /card-types", body: `{"code":"plastic","name":"Стандарт","kind":"plastic","properties":{"prefix":"27"}}`, want: 201, keep: "plastic"},
		{do: "POST /card-types", body: `{"code":"virtual","name":"Электронная","kind":"virtual","properties":{"prefix":"28"}}`, want: 201, keep: "virtual"},
		{do: "POST /card-types", body: `{"code":"phone","name":"Телефон","kind":"phone"}`, want: 201, keep: "phone"},
		{do: "POST /card-types", body: `{"code":"hand","name":"VIP","kind":"virtual","properties":{"prefix":"29","by_hand":true,"secret":true}}`, want: 201, keep: "hand"},
	})
	o.member("anna", "+79161234501")
	o.member("boris", "+79161234502")
}

func TestCardTypes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "POST /card-types", body: `{"code":"vip","name":"VIP","kind":"virtual","properties":{"prefix":"29","secret":true}}`, want: 201, has: `"active":true "prefix":"29" "secret":true "by_hand":false`, keep: "vip"},
			{do: "POST /card-types", body: `{"code":"vip","name":"VIP","kind":"virtual","properties":{"prefix":"29"}}`, want: 409, code: "card.code-taken"},
			{do: "POST /card-types", body: `{"code":"VIP 2","name":"VIP","kind":"virtual","properties":{"prefix":"99"}}`, want: 400, code: "card.invalid", at: "properties.prefix crypto.prefix-invalid"},
			{do: "POST /card-types", body: `{"code":"paper","name":"Бумага","kind":"paper"}`, want: 400, code: "api.invalid", at: "kind api.choice"},
			{do: "POST /card-types", body: `{"code":"x","name":"X","kind":"phone","properties":{"color":"red"}}`, want: 400, code: "api.invalid", at: "properties.color api.unknown-field"},
			{as: "outlet", do: "POST /card-types", body: `{"code":"x","name":"X","kind":"phone"}`, want: 403, code: "api.whole-organization"},
			{do: "PUT /card-types/$vip", body: `{"code":"vip","name":"Особая","kind":"virtual","properties":{"prefix":"28"},"active":false}`, want: 200, has: `"id":"$vip" Особая "active":false "secret":false "created_at":"2026-11-22T09:00:00Z"`},
			{do: "PUT /card-types/$vip", body: `{"code":"vip","name":"Особая","kind":"phone","active":true}`, want: 409, code: "card.type-fixed"},
			{do: "PUT /card-types/77", body: `{"code":"new","name":"Новая","kind":"phone","active":true}`, want: 404, code: "card.no-type"},
			{as: "reader", do: "GET /card-types/$vip", want: 200, has: `"code":"vip"`},
			{do: "GET /card-types/77", want: 404, code: "card.no-type"},
			{as: "reader", do: "GET /card-types", want: 200, has: "$vip", not: "Новая"},
		})
	})
}

func TestCardsOfMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.cardTypes()
		const cards = "/members/$anna/cards"
		o.run([]step{
			{do: "GET " + cards, want: 200, has: `"items":[]`},
			{do: "GET /members/77/cards", want: 404, code: "member.not-found"},
			{as: "till", do: "POST " + cards, body: `{"type":"$plastic","number":"kino 0001"}`, want: 201, has: `"number":"KINO0001" "state":"active" "issued_outlet":"$here" "member":"$anna"`, not: "secret\":\"", keep: "plain"},
			{do: "POST /members/$boris/cards", body: `{"type":"$plastic","number":"KINO0001"}`, want: 409, code: "card.number-taken"},
			{do: "POST " + cards, body: `{"type":"$plastic"}`, want: 400, code: "card.number-needed"},
			{do: "POST " + cards, body: `{"type":"77"}`, want: 404, code: "card.no-type"},
			{do: "POST /members/77/cards", body: `{"type":"$virtual"}`, want: 404, code: "member.not-found"},
			{as: "reader", do: "POST " + cards, body: `{"type":"$virtual"}`, want: 403, code: "identity.scope-missing"},
			{do: "POST " + cards, body: `{"type":"$virtual","number":"12345"}`, want: 400, code: "card.number-not-asked"},
			{do: "POST " + cards, body: `{"type":"$virtual"}`, want: 201, has: `"number":"28 "has_secret":false`, not: "issued_outlet", keep: "virtual1"},
			{do: "POST " + cards, body: `{"type":"$phone"}`, want: 201, has: `"number":"+79161234501"`},
			{do: "POST " + cards, body: `{"type":"$hand"}`, want: 201, has: `"state":"new" "has_secret":true "secret":"`, keep: "hand1 code=secret"},
			{as: "reader", do: "GET " + cards + "/$hand1", want: 200, has: `"state":"new"`, not: "$code"},
			{as: "reader", do: "GET " + cards, want: 200, has: "$plain $virtual1 $hand1", not: "$code"},
			{do: "GET /members/$boris/cards/$plain", want: 404, code: "card.not-found"},

			{do: "POST " + cards + "/$hand1/activate", want: 200, has: `"state":"active"`},
			{do: "POST " + cards + "/77/activate", want: 404, code: "card.not-found"},
			{do: "POST " + cards + "/$plain/block", body: `{"reason":"подозрение"}`, want: 200, has: `"state":"blocked" "block_reason":"подозрение"`},
			{do: "POST " + cards + "/$plain/block", body: `{"reason":" "}`, want: 400, code: "card.bad-reason"},
			{do: "POST " + cards + "/$plain/activate", want: 409, code: "card.bad-state"},
			{do: "POST /members/$boris/cards/$plain/unblock", want: 404, code: "card.not-found"},
			{do: "POST " + cards + "/$plain/unblock", want: 200, has: `"state":"active"`, not: "block_reason"},
			{do: "POST " + cards + "/$plain/unblock", want: 409, code: "card.bad-state"},
			{as: "till", do: "POST " + cards + "/$plain/lose", want: 200, has: `"state":"lost"`},

			// Another of the same type, or of one that is named.
			{do: "POST " + cards + "/$plain/replace", body: `{"number":"KINO0002"}`, want: 201, has: `"number":"KINO0002" "type":"$plastic"`, keep: "second"},
			{do: "POST " + cards + "/$plain/replace", body: `{"number":"KINO0003"}`, want: 409, code: "card.bad-state"},
			{do: "POST " + cards + "/$plain/lose", want: 409, code: "card.bad-state"},
			{do: "GET " + cards + "/$plain", want: 200, has: `"state":"replaced" "replaced_by":"$second"`},
			{do: "POST " + cards + "/$second/replace", body: `{"type":"$hand"}`, want: 201, has: `"type":"$hand" "state":"new" "secret":"`},
			{do: "POST " + cards + "/77/replace", body: `{}`, want: 404, code: "card.not-found"},
		})
	})
}

func TestCardSecrets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.cardTypes()
		o.run([]step{{do: "POST /members/$anna/cards", body: `{"type":"$virtual"}`, want: 201, keep: "card number=number"}})
		const one = "/members/$anna/cards/$card"
		o.run([]step{
			{as: "till", do: "POST " + one + "/secret/check", body: `{"secret":"1234"}`, want: 422, code: "card.no-secret"},
			{as: "till", do: "PUT " + one + "/secret", body: `{"secret":"пароль"}`, want: 200, has: `"has_secret":true`, not: "пароль"},
			{do: "PUT " + one + "/secret", body: `{"secret":"123 "}`, want: 400, code: "card.bad-secret"},
			{do: "PUT " + one + "/secret", body: `{"secret":"123"}`, want: 400, code: "api.invalid", at: "secret api.too-short"},
			{do: "PUT /members/$boris/cards/$card/secret", body: `{"secret":"12345"}`, want: 404, code: "card.not-found"},
			{as: "reader", do: "PUT " + one + "/secret", body: `{"secret":"12345"}`, want: 403, code: "identity.scope-missing"},
			{as: "till", do: "POST " + one + "/secret/check", body: `{"secret":"пароль"}`, want: 204},
			{as: "till", do: "POST " + one + "/secret/check", body: `{"secret":"парол"}`, want: 422, code: "card.secret-wrong"},
			{do: "POST " + one + "/secret", want: 200, has: `"secret":"`, keep: "code=secret"},
			{do: "POST /members/$anna/cards/77/secret", want: 404, code: "card.not-found"},
			{do: "POST " + one + "/secret/check", body: `{"secret":"пароль"}`, want: 422, code: "card.secret-wrong"},
			{do: "POST " + one + "/secret/check", body: `{"secret":"$code"}`, want: 204},

			{as: "till", do: "POST " + one + "/qr", want: 403, code: "api.no-till"},
			{do: "POST /members/$boris/cards/$card/qr", want: 404, code: "card.not-found"},
			{do: "POST " + one + "/qr", want: 200, has: `"digits":8 "period":30`, keep: "qr=secret prefix=prefix"},
			{do: "GET " + one, want: 200, has: `"has_qr":true`, not: "$qr"},
		})
		// What the device was told makes a QR that a till takes.
		secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(o.names["qr"])
		if err != nil {
			t.Fatal(err)
		}
		now := o.clock.Now()
		shown, err := o.parts.Cards.VerifyQR(t.Context(), d, o.names["prefix"]+crypto.TOTP(secret, crypto.TOTPStep(now)), now)
		if err != nil || shown.Card.String() != o.names["card"] || shown.Home.String() != o.names["anna"] {
			t.Errorf("%+v, %v", shown, err)
		}
		o.run([]step{
			{do: "POST " + one + "/lose", want: 200},
			{do: "POST " + one + "/qr", want: 409, code: "card.bad-state"},
		})
	})
}

// qrDigits and qrPeriod are those of package crypto.
func TestQRIsTold(t *testing.T) {
	t.Parallel()
	at := clock.Micros(1e15)
	if code := crypto.TOTP([]byte("secret"), 1); len(code) != qrDigits {
		t.Errorf("%d digits", len(code))
	}
	if got := crypto.TOTPStep(at + qrPeriod*1e6); got != crypto.TOTPStep(at)+1 {
		t.Errorf("step %d after one period", got)
	}
}

func TestCardStock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.cardTypes()
		o.run([]step{
			{do: "POST /card-batches", body: `{"type":"$plastic","size":3,"note":"типография"}`, want: 201, has: `"type":"$plastic" "size":3 "note":"типография" "number":"27`, not: "secret", keep: "batch"},
			{do: "POST /card-batches", body: `{"type":"$virtual","size":3}`, want: 400, code: "card.bad-kind"},
			{do: "POST /card-batches", body: `{"type":"77","size":3}`, want: 404, code: "card.no-type"},
			{do: "POST /card-batches", body: `{"type":"$plastic","size":20001}`, want: 400, code: "api.invalid", at: "size api.range"},
			{as: "outlet", do: "POST /card-batches", body: `{"type":"$plastic","size":3}`, want: 403, code: "api.whole-organization"},
			{do: "POST /card-batches/load", body: `{"type":"$plastic","cards":[{"number":"kino-0001","secret":"4321"},{"number":"KINO0002"}]}`, want: 201, has: `"size":2 "number":"KINO0001","secret":"4321"`, keep: "loaded"},
			{do: "POST /card-batches/load", body: `{"type":"$plastic","cards":[{"number":"KINO0003"},{"number":"kino 0003"}]}`, want: 400, code: "card.batch-twice", at: "cards[1].number card.batch-twice"},
			{do: "POST /card-batches/load", body: `{"type":"$plastic","cards":[{"number":"KINO0004"},{"number":"kino 0002"}]}`, want: 409, code: "card.number-taken", at: "cards[1].number card.batch-in-stock"},
			{do: "POST /card-batches/load", body: `{"type":"$plastic","cards":[{"number":"KINO0005","pin":"1"}]}`, want: 400, code: "api.invalid", at: "cards[0].pin api.unknown-field"},
			{as: "till", do: "POST /card-batches/load", body: `{"type":"$plastic","cards":[{"number":"KINO0005"}]}`, want: 403, code: "api.whole-organization"},

			{do: "GET /card-batches", want: 200, has: `"id":"$loaded" "id":"$batch"`, not: "next"},
			{do: "GET /card-batches?limit=1", want: 200, has: `"id":"$loaded" "next":"$loaded"`, not: "$batch"},
			{do: "GET /card-batches?limit=1&after=$loaded", want: 200, has: `"id":"$batch"`, not: "next"},
			{as: "till", do: "GET /card-batches", want: 403, code: "api.whole-organization"},
			{do: "GET /card-batches/$loaded/cards?limit=1", want: 200, has: `"number":"KINO0001","state":"new" "next":"KINO0001"`, not: "4321 KINO0002"},
			{do: "GET /card-batches/$loaded/cards?limit=1&after=KINO0001", want: 200, has: `KINO0002`, not: "next"},
			{as: "reader", do: "GET /card-batches/$loaded/cards", want: 403, code: "identity.scope-missing"},
			{as: "outlet", do: "GET /card-batches/$loaded/cards", want: 403, code: "api.whole-organization"},
			{do: "GET /card-batches/77/cards", want: 404, code: "card.no-batch"},

			{do: "POST /card-stock/void", body: `{"number":"kino-0002"}`, want: 204},
			{do: "POST /card-stock/void", body: `{"number":"kino-0002"}`, want: 404, code: "card.not-in-stock"},
			{do: "POST /card-stock/void", body: `{"number":"?"}`, want: 400, code: "card.bad-number"},
			{as: "outlet", do: "POST /card-stock/void", body: `{"number":"kino-0001"}`, want: 403, code: "api.whole-organization"},
			{do: "POST /members/$anna/cards", body: `{"type":"$plastic","number":"KINO0001"}`, want: 201, has: `"has_secret":true`, keep: "card"},
			{do: "POST /members/$anna/cards", body: `{"type":"$plastic","number":"KINO0002"}`, want: 409, code: "card.number-taken"},
			{do: "POST /members/$anna/cards/$card/secret/check", body: `{"secret":"4321"}`, want: 204},
			{do: "GET /card-batches/$loaded/cards", want: 200, has: `"number":"KINO0001","state":"bound" "number":"KINO0002","state":"void"`},
		})
	})
}

// A whole batch fits into a request, and into an answer.
func TestLargestBatch(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Open(t, db.SQLite))
	o.cardTypes()
	var b strings.Builder
	for i := range card.MaxBatch {
		fmt.Fprintf(&b, `,{"number":"LONGPREFIXED%08d","secret":"12345678"}`, i)
	}
	status, answer := o.ask(o.keys["admin"], "POST /card-batches/load", `{"type":"$plastic","cards":[`+b.String()[1:]+`]}`)
	var got MadeCardBatch
	if err := json.Unmarshal(answer, &got); status != 201 || err != nil || len(got.Cards) != card.MaxBatch {
		t.Errorf("%d, %v, %d cards", status, err, len(got.Cards))
	}
}
