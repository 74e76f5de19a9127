package api

import (
	"encoding/base32"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// A static card earns; past the programme's sum spending takes a one-time QR,
// the card's secret code or a code from a message, and each one-time proof is
// taken once.
func TestSpendingProof(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.cardTypes()
		s.deals([]deal{
			{step: step{as: "admin", do: "PUT /programmes/$programme", body: programmeBody("1",
				`{"code":"main","name":"Основная","settings":{"spend_proof_above":"20"},"earning":{"rate":"3%"},"spending":{"share":"100%"}}`), want: 200}},
			{step: step{as: "admin", do: "POST /members/$anna/cards", body: `{"type":"$virtual"}`, want: 201, keep: "card number=number"}},
			{step: step{as: "admin", do: "PUT /members/$anna/cards/$card/secret", body: `{"secret":"лютик-7"}`, want: 200}},
			{step: step{as: "admin", do: "POST /members/$anna/cards/$card/qr", want: 200, keep: "qr=secret prefix=prefix"}},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"member":"$anna"},"programme":"$programme","points":50000,"reason":"проверка"}`, want: 201}, key: "a"},
		})
		qr := func() string {
			secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s.names["qr"])
			if err != nil {
				t.Fatal(err)
			}
			return s.names["prefix"] + crypto.TOTP(secret, crypto.TOTPStep(s.clock.Now()))
		}
		s.names["shown"] = qr()
		buy := func(buyer, more string) string {
			return `{"buyer":{` + buyer + `}` + more + `,"lines":[` + ticket + `]}`
		}
		card := `"card":"$number"`
		s.deals([]deal{
			{step: step{do: "POST /quotes", body: buy(card, ""), want: 200, has: `"proof_above":2000 "member":"$anna"`}},
			{step: step{do: "POST /quotes", body: `{"lines":[` + ticket + `]}`, want: 200, not: "proof_above"}},
			{step: step{do: "POST /purchases", body: buy(card, ""), want: 201, has: `"spent":0`}, key: "1"},
			{step: step{do: "POST /purchases", body: buy(card, `,"spend":2000`), want: 201, has: `"spent":2000`}, key: "2"},
			{step: step{do: "POST /purchases", body: buy(card, `,"spend":2100`), want: 422, code: "points.proof-needed"}, key: "3"},
			{step: step{do: "POST /purchases", body: buy(card, `,"spend":2100,"proof":{"secret":"ромашка"}`), want: 422, code: "card.secret-wrong"}, key: "3"},
			{step: step{do: "POST /purchases", body: buy(card, `,"spend":2100,"proof":{"secret":"лютик-7"}`), want: 201, has: `"spent":2100`}, key: "3"},

			{step: step{do: "POST /purchases", body: buy(`"qr":"$shown"`, `,"spend":3000`), want: 201, has: `"spent":3000 "member":"$anna"`, keep: "p"}, key: "4"},
			{step: step{do: "POST /purchases", body: buy(`"qr":"$shown"`, `,"spend":3000`), want: 201, has: `"id":"$p"`}, key: "4", replayed: true},
			{step: step{do: "POST /purchases", body: buy(`"qr":"$shown"`, `,"spend":3000`), want: 422, code: "card.qr-used"}, key: "5"},
			{step: step{do: "POST /codes", body: `{"purpose":"spend","member":"$anna"}`, want: 200}},
		})
		s.names["code"] = s.sms.last()
		s.clock.Add(31 * time.Second)
		s.names["shown"] = qr()
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: buy(`"qr":"$shown"`, `,"spend":3000`), want: 201, has: `"spent":3000`}, key: "6"},
			{step: step{do: "POST /codes/check", body: `{"purpose":"spend","member":"$anna","code":"$code"}`, want: 200, keep: "proof=proof"}},
			{step: step{do: "POST /purchases", body: buy(card, `,"spend":4000,"proof":{"code":"$proof"}`), want: 201, has: `"spent":4000`}, key: "7"},
			{step: step{do: "POST /purchases", body: buy(card, `,"spend":4000,"proof":{"code":"$proof"}`), want: 422, code: "member.no-proof"}, key: "8"},
		})
	})
}

// Where a phone may be several members', the till sees them all and says whom
// it means.
func TestSharedPhoneAtATill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		rules := member.DefaultRules()
		rules.UniquePhone = false
		for _, name := range []string{"ann", "bob"} {
			m := s.must(s.parts.Members.Register(t.Context(), rules, member.Registration{
				Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone1}},
			}, member.Actor{Kind: member.BySystem, Source: "test"})).(member.Member)
			s.names[name] = m.Home.String()
		}
		s.deals([]deal{
			{step: step{do: "GET /members/find?q=89160000001", want: 200, has: `"id":"$ann" "id":"$bob"`}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"phone":"` + phone1 + `"},"lines":[` + ticket + `]}`, want: 409, code: "buyer.several"}, key: "k"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$bob"},"lines":[` + ticket + `]}`, want: 201, has: `"member":"$bob"`}, key: "k"},
		})
	})
}
