package api

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// proofShop is a shop where spending more than 20 points takes a proof, with a
// member who has a card and 500 points.
func proofShop(t *testing.T, d *db.DB) *shop {
	t.Helper()
	s := newShop(t, d)
	s.cardTypes()
	s.deals([]deal{
		{step: step{as: "admin", do: "PUT /programmes/$programme", body: programmeBody("1",
			`{"code":"main","name":"Основная","settings":{"spend_proof_above":"20"},"earning":{"rate":"3%"},"spending":{"share":"100%"}}`), want: 200}},
		{step: step{as: "admin", do: "POST /members/$anna/cards", body: `{"type":"$virtual"}`, want: 201, keep: "card number=number"}},
		{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"member":"$anna"},"programme":"$programme","points":50000,"reason":"проверка"}`, want: 201}, key: "a"},
	})
	s.clock.Add(time.Hour)
	return s
}

// A till can't make the proof itself by which it then spends a member's points.
func TestTillMakesNoProof(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := proofShop(t, d)
		buy := func(buyer, proof string) string {
			return `{"buyer":{` + buyer + `},"spend":3000,"proof":{` + proof + `},"lines":[` + ticket + `]}`
		}
		const one, card, mine = "/members/$anna/cards/$card", `"card":"$number"`, "+79167770001"
		s.deals([]deal{
			// A secret code that it set, made, or issued with a card.
			{step: step{do: "PUT " + one + "/secret", body: `{"secret":"4321"}`, want: 200}},
			{step: step{do: "POST " + one + "/secret/check", body: `{"secret":"4321"}`, want: 204}},
			{step: step{do: "POST /purchases", body: buy(card, `"secret":"4321"`), want: 422, code: "card.secret-too-new"}, key: "1"},
			{step: step{do: "POST " + one + "/secret", want: 200, keep: "made=secret"}},
			{step: step{do: "POST /purchases", body: buy(card, `"secret":"$made"`), want: 422, code: "card.secret-too-new"}, key: "1"},
			{step: step{do: "POST /members/$anna/cards", body: `{"type":"$virtual","secret":"8765"}`, want: 201, keep: "second number2=number"}},
			{step: step{do: "POST /purchases", body: buy(`"card":"$number2"`, `"secret":"8765"`), want: 422, code: "card.secret-too-new"}, key: "1"},
			{step: step{do: "POST /members/$anna/cards/$second/replace", body: `{"secret":"8765"}`, want: 201, keep: "third number3=number"}},
			{step: step{do: "POST /purchases", body: buy(`"card":"$number3"`, `"secret":"8765"`), want: 422, code: "card.secret-too-new"}, key: "1"},
			// One that the organization set counts at once.
			{step: step{as: "admin", do: "PUT " + one + "/secret", body: `{"secret":"5555"}`, want: 200}},
			{step: step{do: "POST /purchases", body: buy(card, `"secret":"5555"`), want: 201, has: `"spent":3000`}, key: "2"},

			// A code to a phone that it has added, proven or not.
			{step: step{do: "POST /members/$anna/identifiers", body: `{"kind":"phone","value":"` + mine + `","main":true}`, want: 200}},
			{step: step{do: "POST /codes", body: `{"purpose":"spend","phone":"` + mine + `"}`, want: 422, code: "member.contact-too-new"}},
			{step: step{do: "POST /codes", body: `{"purpose":"spend","member":"$anna"}`, want: 422, code: "member.contact-too-new"}},
			{step: step{do: "POST /codes", body: `{"purpose":"prove","phone":"` + mine + `"}`, want: 200}},
		})
		s.names["code"] = s.sms.last()
		s.deals([]deal{
			{step: step{do: "POST /codes/check", body: `{"purpose":"prove","phone":"` + mine + `","code":"$code"}`, want: 200, keep: "proof=proof"}},
			{step: step{do: "POST /members/$anna/identifiers/prove", body: `{"kind":"phone","value":"` + mine + `","proof":"$proof"}`, want: 200}},
			{step: step{do: "POST /codes", body: `{"purpose":"spend","phone":"` + mine + `"}`, want: 422, code: "member.contact-too-new"}},
			{step: step{do: "POST /purchases", body: buy(`"phone":"`+mine+`"`, `"code":"$proof"`), want: 422, code: "member.contact-too-new"}, key: "3"},
			// Her own phone, which she had before, still does.
			{step: step{do: "POST /codes", body: `{"purpose":"spend","phone":"+79161234501"}`, want: 200}},
		})
		s.names["code"] = s.sms.last()
		s.deals([]deal{
			{step: step{do: "POST /codes/check", body: `{"purpose":"spend","phone":"+79161234501","code":"$code"}`, want: 200, keep: "proof=proof"}},
			{step: step{do: "POST /purchases", body: buy(`"phone":"+79161234501"`, `"code":"$proof"`), want: 201, has: `"spent":3000`}, key: "4"},
		})
		// A day later nothing of that is new, if she has not had it undone.
		s.clock.Add(24 * time.Hour)
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: buy(`"card":"$number3"`, `"secret":"8765"`), want: 201, has: `"spent":3000`}, key: "5"},
			{step: step{do: "POST /codes", body: `{"purpose":"spend","phone":"` + mine + `"}`, want: 200}},
		})
	})
}

// A code taken by one member's phone is no proof for another, to whom the
// phone has gone meanwhile.
func TestCodeIsOfItsMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := proofShop(t, d)
		s.deals([]deal{
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79167770001"},{"kind":"phone","value":"+79167770002"}]}`, want: 201, keep: "own"}},
			{step: step{do: "POST /codes", body: `{"purpose":"spend","phone":"+79167770001"}`, want: 200}},
		})
		s.names["code"] = s.sms.last()
		s.deals([]deal{
			{step: step{do: "POST /codes/check", body: `{"purpose":"spend","phone":"+79167770001","code":"$code"}`, want: 200, keep: "proof=proof"}},
			{step: step{do: "POST /members/$own/identifiers/remove", body: `{"kind":"phone","value":"+79167770001"}`, want: 200}},
			{step: step{do: "POST /members/$anna/identifiers", body: `{"kind":"phone","value":"+79167770001"}`, want: 200}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"phone":"+79167770001"},"spend":3000,"proof":{"code":"$proof"},"lines":[` + ticket + `]}`, want: 422, code: "member.contact-too-new"}, key: "1"},
		})
	})
}

// What the organization has blocked no till opens again, by no way round.
func TestTillUndoesNoBlock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := proofShop(t, d)
		const one, reason = "/members/$anna/cards/$card", `{"reason":"мошенник"}`
		s.deals([]deal{
			{step: step{as: "admin", do: "POST /members/$anna/block", body: reason, want: 200}},
			{step: step{do: "POST /members/$anna/unblock", body: `{}`, want: 403, code: "member.block-not-yours"}},
			{step: step{do: "POST /members/$anna/block", body: `{"reason":"по просьбе"}`, want: 403, code: "member.block-not-yours"}},
			{step: step{do: "POST /members/$anna/unblock", body: `{}`, want: 403, code: "member.block-not-yours"}},
			{step: step{do: "POST /quotes", body: `{"buyer":{"member":"$anna"},"lines":[` + ticket + `]}`, want: 422, code: "buyer.not-served"}},
			{step: step{as: "admin", do: "POST /members/$anna/unblock", body: `{}`, want: 200, has: `"state":"active"`}},
			// What a till has blocked it may open, unless the organization took it over.
			{step: step{do: "POST /members/$anna/block", body: `{"reason":"по просьбе"}`, want: 200}},
			{step: step{do: "POST /members/$anna/unblock", body: `{}`, want: 200, has: `"state":"active"`}},
			{step: step{do: "POST /members/$anna/block", body: `{"reason":"по просьбе"}`, want: 200}},
			{step: step{as: "admin", do: "POST /members/$anna/block", body: reason, want: 200}},
			{step: step{do: "POST /members/$anna/unblock", body: `{}`, want: 403, code: "member.block-not-yours"}},
			{step: step{as: "admin", do: "POST /members/$anna/unblock", body: `{}`, want: 200}},

			{step: step{as: "admin", do: "POST " + one + "/block", body: reason, want: 200}},
			{step: step{do: "POST " + one + "/unblock", want: 403, code: "card.block-not-yours"}},
			{step: step{do: "POST " + one + "/block", body: `{"reason":"по просьбе"}`, want: 403, code: "card.block-not-yours"}},
			{step: step{do: "POST " + one + "/lose", want: 403, code: "card.block-not-yours"}},
			{step: step{do: "POST " + one + "/replace", body: `{}`, want: 403, code: "card.block-not-yours"}},
			{step: step{do: "GET /members/$anna/cards", want: 200, has: `"state":"blocked"`, not: `"state":"replaced"`}},
			{step: step{as: "admin", do: "POST " + one + "/unblock", want: 200}},
			{step: step{do: "POST " + one + "/block", body: reason, want: 200}},
			{step: step{do: "POST " + one + "/unblock", want: 200}},
			{step: step{do: "POST " + one + "/block", body: reason, want: 200}},
			{step: step{as: "admin", do: "POST " + one + "/block", body: reason, want: 200}},
			{step: step{do: "POST " + one + "/unblock", want: 403, code: "card.block-not-yours"}},
			{step: step{as: "admin", do: "POST " + one + "/unblock", want: 200}},
			// A lost card is only replaced.
			{step: step{do: "POST " + one + "/lose", want: 200}},
			{step: step{as: "admin", do: "POST " + one + "/unblock", want: 409, code: "card.bad-state"}},
			{step: step{do: "POST " + one + "/replace", body: `{}`, want: 201, has: `"state":"active"`}},
		})
	})
}

// Whom a till can't serve it is told in words.
func TestNotServedInWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := proofShop(t, d)
		quote := func(buyer string) *answer {
			return s.send("till", "POST /quotes", "", `{"buyer":{`+buyer+`},"lines":[`+ticket+`]}`, "Accept-Language", "ru")
		}
		tell := func(what, buyer, code, detail string) {
			t.Helper()
			a := quote(buyer)
			if m := a.json(t); m["code"] != code || m["detail"] != detail {
				t.Errorf("%s: %s", what, a.body)
			}
		}
		s.deals([]deal{{step: step{do: "POST /members/$anna/cards/$card/lose", want: 200}}})
		tell("lost card", `"card":"$number"`, "card.not-served", "По этой карте сейчас не обслуживают")
		s.deals([]deal{{step: step{do: "POST /members/$anna/block", body: `{"reason":"x"}`, want: 200}}})
		tell("blocked", `"phone":"+79161234501"`, "buyer.not-served", "Участника нельзя обслужить: он заблокирован")
		s.deals([]deal{{step: step{as: "admin", do: "POST /members/$anna/close", body: `{"force":true}`, want: 200}}})
		tell("closed", `"phone":"+79161234501"`, "buyer.not-served", "Участника нельзя обслужить: его участие закрыто")
	})
}

// Points are not lost by a slip, nor is a gift had twice by leaving.
func TestCloseAndComeBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		const here = `"programmes":["$programme"]}`
		s.deals([]deal{
			{step: step{as: "admin", do: "PUT /programmes/$programme", body: programmeBody("1",
				`{"code":"main","name":"Основная","welcome":{"points":"100"},"earning":{"rate":"3%"}}`), want: 200}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"` + phone1 + `"},{"kind":"email","value":"ann@example.ru"}],` + here, want: 201, has: `"active":10000`, keep: "ann"}},
			{step: step{do: "POST /members/$ann/close", body: `{"force":true}`, want: 403, code: "api.no-till"}},
			{step: step{as: "admin", do: "POST /members/$ann/close", body: `{}`, want: 422, code: "member.points-left"}},
			{step: step{as: "admin", do: "POST /members/$ann/close", body: `{"force":true}`, want: 200, has: `"state":"closed"`}},
			// The same phone, or the same e-mail under another phone: no second gift, by whatever way the account opens.
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"` + phone1 + `"}],` + here, want: 201, has: `"active":0`, keep: "again"}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79160000009"},{"kind":"email","value":"ann@example.ru"}]}`, want: 201, keep: "third"}},
			{step: step{do: "POST /quotes", body: `{"buyer":{"member":"$third"},"lines":[` + ticket + `]}`, want: 200, has: `"balance":{"active":0,`}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$third"},"lines":[` + ticket + `]}`, want: 201}, key: "p"},
			{step: step{do: "GET /members/$third/accounts", want: 200, not: `"gift"`}},
			// Nor after leaving once more; another person has his.
			{step: step{as: "admin", do: "POST /members/$again/close", body: `{}`, want: 200}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"` + phone1 + `"}],` + here, want: 201, has: `"active":0`}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79160000010"}],` + here, want: 201, has: `"active":10000`}},
		})
	})
}

// The gift of who registered himself is had in place of the other, however his
// account opens, once a person; only his own channel says that he did.
func TestSelfRegistration(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.key("site", identity.Key{Name: "Сайт", Scopes: []identity.Scope{identity.MembersRead, identity.MembersWrite, identity.MembersSelf}})
		s.key("desk", identity.Key{Name: "Стойка", Scopes: []identity.Scope{identity.MembersRead, identity.MembersWrite}})
		who := func(phone, more string) string {
			return `{"identifiers":[{"kind":"phone","value":"+7916000010` + phone + `"}]` + more + `}`
		}
		const self, here = `,"self":true`, `,"programmes":["$programme"]`
		s.deals([]deal{
			{step: step{as: "admin", do: "PUT /programmes/$programme", body: programmeBody("1",
				`{"code":"main","name":"Основная","welcome":{"points":"100"},"welcome_self":{"points":"250","days":30}}`), want: 200}},
			{step: step{do: "POST /members", body: who("1", self), want: 403, code: "api.no-till"}},
			{step: step{as: "desk", do: "POST /members", body: who("1", self), want: 403, code: "identity.scope-missing"}},
			{step: step{as: "desk", do: "POST /members", body: who("1", here), want: 201, has: `"source":"api" "active":10000`}},
			{step: step{as: "site", do: "POST /members", body: who("2", here), want: 201, has: `"source":"api" "active":10000`}},
			{step: step{as: "site", do: "POST /members", body: who("3", self+here), want: 201, has: `"source":"self" "active":25000`, keep: "own"}},
			// The account may open with the first receipt, at a till.
			{step: step{as: "site", do: "POST /members", body: who("4", self), want: 201, keep: "later"}},
			{step: step{do: "POST /quotes", body: `{"buyer":{"member":"$later"},"lines":[` + ticket + `]}`, want: 200, has: `"balance":{"active":25000,`}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$later"},"lines":[` + ticket + `]}`, want: 201}, key: "p"},
			{step: step{do: "GET /members/$later/accounts", want: 200, has: `"active":25000`}},
			// Who leaves and comes back has neither again, whichever it was.
			{step: step{as: "admin", do: "POST /members/$own/close", body: `{"force":true}`, want: 200}},
			{step: step{do: "POST /members", body: who("3", here), want: 201, has: `"active":0`, keep: "again"}},
			{step: step{as: "admin", do: "POST /members/$again/close", body: `{"force":true}`, want: 200}},
			{step: step{as: "site", do: "POST /members", body: who("3", self+here), want: 201, has: `"active":0`}},
			// A programme without one gives what it gives to all.
			{step: step{as: "admin", do: "PUT /programmes/$programme", body: programmeBody("2",
				`{"code":"main","name":"Основная","welcome":{"points":"100"}}`), want: 200}},
			{step: step{as: "site", do: "POST /members", body: who("5", self+here), want: 201, has: `"active":10000`}},
		})
	})
}

// A cashier whom nobody knows sells nothing and registers nobody; what he has
// sold already is kept, and flagged.
func TestUnknownCashier(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		const at = `"at":"2026-11-22T08:00:00Z"`
		line := `"lines":[` + ticket + `]`
		s.deals([]deal{
			{step: step{as: "admin", do: "POST /cashiers", body: `{"code":"17","name":"Ольга"}`, want: 201, keep: "olga"}},
			{step: step{do: "POST /quotes", body: `{"cashier":"123",` + line + `}`, want: 404, code: "identity.cashier-not-found"}},
			{step: step{do: "POST /purchases", body: `{"cashier":"123",` + line + `}`, want: 404, code: "identity.cashier-not-found"}, key: "1"},
			{step: step{do: "POST /purchases", body: `{"cashier":"$olga",` + line + `}`, want: 201, has: `"cashier":"$olga"`, not: "cashier-unknown"}, key: "1"},
			{step: step{do: "POST /purchases/record", body: `{"cashier":"123",` + at + `,` + line + `}`, want: 201, has: `"cashier":"123" "flags":["cashier-unknown"]`}, key: "2"},
			{step: step{do: "POST /purchases/record", body: `{"cashier":"$olga",` + at + `,` + line + `}`, want: 201, not: "cashier-unknown"}, key: "3"},
			{step: step{do: "POST /members", body: `{"cashier":"123","identifiers":[{"kind":"phone","value":"` + phone1 + `"}]}`, want: 400, code: "api.invalid", at: "cashier identity.cashier-not-found"}},
			{step: step{do: "POST /members", body: `{"cashier":"$olga","identifiers":[{"kind":"phone","value":"` + phone1 + `"}]}`, want: 201, has: `"cashier":"$olga"`}},
		})
	})
}
