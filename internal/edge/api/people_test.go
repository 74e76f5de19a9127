package api

import (
	"strings"
	"testing"
	"time"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.deals([]deal{
			{step: step{
				do: "POST /members", body: `{"profile":{"surname":"Ёлкина","name":"Анна","birth_date":"1990-05-17","sex":"female","address":{"city":"Омск"}},` +
					`"identifiers":[{"kind":"phone","value":"8 916 000-00-01"},{"kind":"email","value":"Anna@Example.ru"}],"tags":["vip"],` +
					`"relatives":[{"kind":"child","birth_date":"2015-01-02","name":"Пётр"}],"programmes":["$programme"]}`, want: 201,
				has: `"state":"active" "value":"+79160000001" "value":"anna@example.ru" "city":"Омск" "source":"till" "outlet":"$here" "accounts":[{"id" "spendable":0`, keep: "ann v=version",
			}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79160000001"}]}`, want: 409, code: "member.taken"}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"12"}]}`, want: 400, code: "member.invalid", at: "identifiers[0].value contact.phone-invalid"}},
			{step: step{do: "POST /members", body: `{}`, want: 400, code: "member.invalid", at: "phone member.mandatory"}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79160000003"}],"programmes":["77"]}`, want: 400, code: "api.invalid", at: "programmes[0] programme.not-found"}},
			{step: step{do: "POST /members", body: `{"profile":{"sex":"x"}}`, want: 400, code: "api.invalid", at: "profile.sex api.choice"}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79160000002"}]}`, want: 201, keep: "bob n=number"}},

			{step: step{do: "GET /members/$ann", want: 200, has: `"id":"$ann" "version":$v "birth_date":"1990-05-17" "tags":["vip"]`}},
			{step: step{do: "GET /members/77", want: 404, code: "member.not-found"}},
			{step: step{do: "GET /members/-5", want: 404, code: "member.not-found"}},
			{step: step{do: "GET /members/find?q=8916-000-00-01", want: 200, has: `"serves":true "id":"$ann"`, not: "$bob"}},
			{step: step{do: "GET /members/find?q=ANNA@example.ru", want: 200, has: `"kind":"email" "id":"$ann"`}},
			{step: step{do: "GET /members/find?q=$n", want: 200, has: `"kind":"number" "id":"$bob"`}},
			{step: step{do: "GET /members/find?q=%2B79167777777", want: 200, has: `"items":[]`}},
			{step: step{do: "GET /members/find", want: 400, code: "api.invalid", at: "q api.required"}},
			{step: step{as: "admin", do: "GET /members?name=%D0%B5%D0%BB%D0%BA", want: 200, has: `$ann "phone":"+79160000001"`, not: "$bob"}},
			{step: step{as: "admin", do: "GET /members?limit=1", want: 200, has: `"next":`}},
			{step: step{as: "admin", do: "GET /members?after=x", want: 400, code: "api.invalid", at: "after api.cursor"}},
			{step: step{as: "admin", do: "GET /members?state=gone", want: 400, code: "api.invalid", at: "state api.choice"}},

			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79160000005"}],"inviter":"8 916 000-00-01"}`, want: 201, has: `"inviter":"$ann"`, keep: "guest"}},
			{step: step{do: "GET /members/$guest/changes?field=inviter", want: 200, has: `"old":"" "new":"$ann"`}},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79160000006"}],"inviter":"+79167777777"}`, want: 400, code: "member.invalid", at: "inviter member.no-inviter"}},

			{step: step{do: "PATCH /members/$ann", body: `{"version":$v,"set":{"surname":"Иванова","address_city":""},"tags":[]}`, want: 200, has: `"surname":"Иванова" "tags":[]`, not: "Омск"}},
			{step: step{do: "PATCH /members/$ann", body: `{"version":$v,"set":{"surname":"Петрова"}}`, want: 409, code: "member.moved"}},
			{step: step{do: "PATCH /members/$ann", body: `{"set":{"nonsense":"1"}}`, want: 400, code: "member.invalid", at: "nonsense member.bad-field"}},
			{step: step{do: "PATCH /members/77", body: `{"set":{"surname":"Петрова"}}`, want: 404, code: "member.not-found"}},
			{step: step{do: "GET /members/$ann/changes?field=surname", want: 200, has: `"old":"Ёлкина" "new":"Иванова" "actor_kind":"key" "source":"till"`}},
			{step: step{do: "GET /members/$ann/changes?limit=1", want: 200, has: `"next":"`}},

			{step: step{do: "POST /members/$bob/identifiers", body: `{"kind":"email","value":"bob@example.ru","main":true}`, want: 200, has: `"value":"bob@example.ru"`}},
			{step: step{do: "POST /members/$bob/identifiers", body: `{"kind":"email","value":"anna@example.ru"}`, want: 409, code: "member.taken"}},
			{step: step{do: "POST /members/$bob/identifiers", body: `{"kind":"email","value":"bob"}`, want: 400, code: "member.invalid", at: "value contact.email-invalid"}},
			{step: step{do: "POST /members/$bob/identifiers", body: `{"kind":"phone","value":"+79160000022"}`, want: 200}},
			{step: step{do: "POST /members/$bob/identifiers/main", body: `{"kind":"phone","value":"+79160000022"}`, want: 200}},
			{step: step{do: "POST /members/$bob/identifiers/main", body: `{"kind":"phone","value":"+79160000099"}`, want: 404, code: "member.no-identifier"}},
			{step: step{do: "POST /members/$bob/identifiers/remove", body: `{"kind":"phone","value":"+7 916 000-00-02"}`, want: 200, not: "+79160000002"}},
			{step: step{do: "POST /members/$bob/identifiers/remove", body: `{"kind":"phone","value":"+79160000022"}`, want: 422, code: "member.last-identifier"}},
			{step: step{do: "POST /members/$bob/identifiers/remove", body: `{"kind":"phone","value":"x"}`, want: 400, code: "api.invalid", at: "value member.bad-identifier"}},

			{step: step{do: "POST /members/$bob/block", body: `{"reason":"споры"}`, want: 200, has: `"state":"blocked" "block_reason":"споры"`}},
			{step: step{do: "POST /members/$bob/block", body: `{}`, want: 400, code: "member.invalid"}},
			{step: step{do: "POST /quotes", body: `{"buyer":{"phone":"+79160000022"},"lines":[` + ticket + `]}`, want: 422, code: "buyer.not-served"}},
			{step: step{do: "POST /members/$bob/unblock", body: `{}`, want: 200, has: `"state":"active"`}},
			{step: step{do: "POST /members/$bob/unblock", body: `{}`, want: 409, code: "member.not-blocked"}},
			{step: step{do: "POST /members/$bob/activate", want: 200, has: `"state":"active"`}},
			{step: step{as: "admin", do: "POST /members/$bob/close", body: `{"reason":"ушёл"}`, want: 200, has: `"state":"closed"`}},
			{step: step{as: "admin", do: "POST /members/$bob/close", body: `{}`, want: 409, code: "member.gone"}},
			{step: step{do: "POST /members/77/activate", want: 404, code: "member.not-found"}},
		})
	})
}

func TestConsents(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.member("ann", phone1)
		s.deals([]deal{
			{step: step{as: "admin", do: "POST /consent-texts", body: `{"kind":"advertising","language":"ru","title":"Реклама","body":"Согласен"}`, want: 201, has: `"version":1 "sha256":"`, keep: "text"}},
			{step: step{as: "admin", do: "POST /consent-texts", body: `{"id":"$text","kind":"advertising","language":"ru","title":"Реклама","body":"Согласен получать"}`, want: 201, has: `"version":2`}},
			{step: step{as: "admin", do: "POST /consent-texts", body: `{"id":"$text","kind":"rules","language":"ru","title":"Реклама","body":"Согласен"}`, want: 409, code: "member.bad-text-kind"}},
			{step: step{do: "GET /consent-texts", want: 200, has: `"id":"$text" "version":2`, not: `"version":1,`}},
			{step: step{do: "GET /consent-texts/$text/1", want: 200, has: `"body":"Согласен"`}},
			{step: step{do: "GET /consent-texts/$text/9", want: 404, code: "member.no-text"}},
			{step: step{
				do: "POST /members/$ann/consents", body: `{"consents":[{"kind":"advertising","channel":"sms","action":"granted","text":"$text","text_version":2,"ip":"10.0.0.1"}]}`, want: 200,
				has: `"action":"granted" "channel":"sms" "source":"till" "ip":"10.0.0.1"`,
			}},
			{step: step{do: "POST /members/$ann/consents", body: `{"consents":[{"kind":"advertising","channel":"sms","action":"withdrawn"}]}`, want: 200, has: `"action":"withdrawn"`, not: "granted"}},
			{step: step{do: "POST /members/$ann/consents", body: `{"consents":[{"kind":"advertising","channel":"sms","action":"granted"}]}`, want: 400, code: "member.invalid", at: "consents[0].text member.mandatory"}},
			{step: step{do: "POST /members/77/consents", body: `{"consents":[{"kind":"rules","action":"withdrawn"}]}`, want: 404, code: "member.not-found"}},
			{step: step{do: "GET /members/$ann/consents", want: 200, has: `"action":"withdrawn"`}},
			{step: step{do: "GET /members/77/consents", want: 404, code: "member.not-found"}},
			{step: step{do: "GET /members/$ann/consents/log?limit=1", want: 200, has: `"action":"withdrawn" "next":"`}},
			{step: step{do: "GET /members/$ann/consents/log", want: 200, has: `"action":"granted" "action":"withdrawn"`}},
		})
	})
}

// Points are shown, moved by hand and followed one by one.
func TestAccounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.member("ann", phone1)
		give := `"programme":"$programme","reason":"извинение"`
		s.deals([]deal{
			{step: step{do: "GET /members/$ann/accounts", want: 200, has: `"items":[]`}},
			{step: step{do: "POST /members/$ann/accounts", body: `{"programme":"$programme"}`, want: 200, has: `"active":0`}},
			{step: step{do: "POST /members/$ann/accounts", body: `{"programme":"77"}`, want: 404, code: "programme.not-found"}},
			{step: step{do: "POST /members/77/accounts", body: `{"programme":"$programme"}`, want: 404, code: "buyer.not-found"}},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"` + phone1 + `"},` + give + `,"points":5000,"days":10}`, want: 201, has: `"active":5000 "member":"$ann"`, keep: "a"}, key: "a1"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"` + phone1 + `"},` + give + `,"points":5000,"days":10}`, want: 201, has: `"id":"$a"`}, key: "a1", replayed: true},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"` + phone1 + `"},` + give + `,"points":-1000}`, want: 201, has: `"active":4000`}, key: "a2"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"` + phone1 + `"},` + give + `,"points":-9000}`, want: 422, code: "points.not-enough"}, key: "a3"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"` + phone1 + `"},` + give + `,"points":0}`, want: 400, code: "adjust.points"}, key: "a3"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"` + phone1 + `"},"programme":"77","reason":"x","points":1}`, want: 404, code: "programme.not-found"}, key: "a3"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{},` + give + `,"points":1}`, want: 400, code: "api.invalid", at: "buyer api.buyer-ways"}, key: "a3"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"` + phone1 + `","email":"a@b.ru"},` + give + `,"points":1}`, want: 400, code: "api.invalid", at: "buyer api.buyer-ways"}, key: "a3"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"` + phone1 + `"},"programme":"$programme","reason":" \t","points":1}`, want: 400, code: "adjust.reason"}, key: "a3"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"phone":"5"},` + give + `,"points":1}`, want: 400, code: "api.invalid", at: "buyer.phone member.bad-identifier"}, key: "a3"},
			{step: step{do: "GET /members/$ann/accounts", want: 200, has: `"spendable":4000 "left":4000 "amount":5000 "source":"hand" "ending":[{"at":"2026-12-02T21:00:00Z","points":4000}]`}},
			{step: step{do: "GET /members/77/accounts", want: 404, code: "buyer.not-found"}},
			{step: step{do: "GET /members/$ann/movements", want: 200, has: `"kind":"earn" "kind":"take" "points":5000 "operation":"$a" "debit":"issued" "credit":"active"`}},
			{step: step{do: "GET /members/$ann/movements?limit=1", want: 200, has: `"kind":"take" "next":"2"`, not: `"kind":"earn"`}},
			{step: step{do: "GET /members/$ann/movements?limit=1&after=2", want: 200, has: `"kind":"earn"`, not: `"next"`}},
			{step: step{do: "GET /members/$ann/movements?after=x", want: 400, code: "api.invalid", at: "after api.cursor"}},
			{step: step{do: "GET /members/-1/movements", want: 404, code: "member.not-found"}},
		})
	})
}

// A code proves a phone, and that the account is the buyer's to spend from.
func TestCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 20000)
		s.deals([]deal{
			{step: step{do: "POST /codes", body: `{"purpose":"prove","phone":"8 916 000-00-01"}`, want: 200, has: `"to":"+7 "`, not: "0000001"}},
			{step: step{do: "POST /codes", body: `{"purpose":"prove","phone":"` + phone1 + `"}`, want: 429, code: "member.code-too-soon"}},
			{step: step{do: "POST /codes", body: `{"purpose":"prove","phone":"5"}`, want: 400, code: "api.invalid", at: "phone member.bad-identifier"}},
			{step: step{do: "POST /codes", body: `{"purpose":"prove"}`, want: 400, code: "api.code-target"}},
			{step: step{do: "POST /codes", body: `{"purpose":"login","phone":"` + phone1 + `"}`, want: 400, code: "api.invalid", at: "purpose api.choice"}},
			{step: step{do: "POST /codes/check", body: `{"purpose":"prove","phone":"` + phone1 + `","code":"12"}`, want: 422, code: "member.code-wrong"}},
		})
		if a := s.send("till", "POST /codes", "", `{"purpose":"prove","phone":"`+phone1+`"}`); a.status != 429 || a.header.Get("Retry-After") != "60" {
			t.Errorf("too soon: %d, after %q", a.status, a.header.Get("Retry-After"))
		}
		s.names["code"] = s.sms.last()
		s.deals([]deal{
			{step: step{do: "POST /codes/check", body: `{"purpose":"prove","phone":"` + phone1 + `","code":"$code"}`, want: 200, keep: "proof=proof"}},
			{step: step{do: "POST /members/$ann/identifiers/prove", body: `{"kind":"phone","value":"` + phone1 + `","proof":"$proof"}`, want: 200, has: `"proven_at":"2026-11-22T09:00:00Z"`}},
			{step: step{do: "POST /members/$ann/identifiers/prove", body: `{"kind":"phone","value":"` + phone1 + `","proof":"77"}`, want: 422, code: "member.no-proof"}},
			{step: step{do: "POST /codes", body: `{"purpose":"spend","member":"$ann"}`, want: 200}},
		})
		s.names["code"] = s.sms.last()
		spend := `"spend":5000,"lines":[` + ticket + `]`
		s.deals([]deal{
			{step: step{do: "POST /codes/check", body: `{"purpose":"spend","member":"$ann","code":"$code"}`, want: 200, keep: "proof=proof"}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"proof":{"code":"77"},` + spend + `}`, want: 422, code: "member.no-proof"}, key: "k1"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"proof":{"code":"$proof"},` + spend + `}`, want: 201, has: `"spent":5000`, keep: "p"}, key: "k1"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"proof":{"code":"$proof"},` + spend + `}`, want: 201, has: `"id":"$p"`}, key: "k1", replayed: true},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"proof":{"code":"$proof"},` + spend + `}`, want: 422, code: "member.no-proof"}, key: "k2"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"proof":{"secret":"1234"},` + spend + `}`, want: 400, code: "api.invalid", at: "proof.secret api.secret-of-card"}, key: "k3"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"proof":{"secret":"1234","code":"5"},` + spend + `}`, want: 400, code: "api.invalid", at: "proof api.proof-ways"}, key: "k3"},
		})
		s.clock.Add(time.Hour)
	})
}

// A member's level, what is left to the next, and how it came to be.
func TestLevels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.member("ann", phone1)
		p := *s.parts.Programmes.Current().All()[0]
		p.Levels = []rule.Level{{ID: "start", Name: "Начало", Priority: 1}, {ID: "vip", Name: "Особый", Priority: 2, Days: 30, Visits: 2, Sum: 1_000_000_00}}
		if _, err := s.parts.Programmes.Put(t.Context(), p, "test"); err != nil {
			t.Fatal(err)
		}
		vip := `{"buyer":{"phone":"` + phone1 + `"},"programme":"$programme","level":"vip","until":"2026-12-31","reason":"друг дома"}`
		s.deals([]deal{
			{step: step{do: "POST /members/$ann/accounts", body: `{"programme":"$programme"}`, want: 200, has: `"active":0`}},
			{step: step{do: "GET /members/$ann/accounts", want: 200, has: `"level":{"level":"start","name":"Начало" "next":{"level":"vip","name":"Особый","days":30,"sum":100000000,"visits":2}`}},
			{step: step{do: "GET /members/find?q=" + phone1[1:], want: 200, has: `"levels":[{"programme":"$programme","level":{"level":"start"`}},
			{step: step{as: "admin", do: "POST /levels", body: vip, want: 201, has: `"member":"$ann" "from":"start" "to":"vip" "cause":"hand" "until":"2026-12-31T21:00:00Z"`}, key: "l1"},
			{step: step{as: "admin", do: "POST /levels", body: vip, want: 201, has: `"to":"vip"`}, key: "l1", replayed: true},
			{step: step{as: "admin", do: "POST /levels", body: strings.Replace(vip, "vip", "none", 1), want: 404, code: "level.not-found"}, key: "l2"},
			{step: step{as: "admin", do: "POST /levels", body: strings.Replace(vip, "2026-12-31", "2020-12-31", 1), want: 400, code: "level.until"}, key: "l2"},
			{step: step{do: "GET /members/$ann/accounts", want: 200, has: `"level":{"level":"vip" "floor":"vip" "held":"2026-12-31T21:00:00Z"`, not: `"next"`}},
			{step: step{do: "GET /members/$ann/levels", want: 200, has: `"from":"start","to":"vip" "reason":"друг дома" "cause":"opening"`}},
			{step: step{do: "GET /members/$ann/levels?limit=1", want: 200, has: `"to":"vip"`, not: `"cause":"opening"`, keep: "change=next"}},
			{step: step{do: "GET /members/$ann/levels?limit=1&after=$change", want: 200, has: `"cause":"opening"`, not: `"next"`}},
			{step: step{do: "GET /members/$ann/levels?after=x", want: 400, code: "api.invalid", at: "after api.cursor"}},
		})
	})
}

// A gift tells in the journal what it was given for.
func TestGiftsInMovements(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.member("ann", phone1)
		p := *s.parts.Programmes.Current().All()[0]
		p.Welcome, p.Gifts = rule.Gift{Points: 500}, []rule.GiftRule{{On: rule.FirstPurchase, Points: 700}}
		s.must(s.parts.Programmes.Put(t.Context(), p, "test"))
		buy := `{"buyer":{"phone":"` + phone1 + `"},"lines":[{"sku":"T1","quantity":"1","price":10000}]}`
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: buy, want: 201, has: `"active":2200`, keep: "p"}, key: "1"},
			{step: step{do: "GET /members/$ann/movements", want: 200, has: `"gift":{"occasion":"first_purchase","cause":"$p"} "gift":{"occasion":"welcome"}`}},
		})
	})
}
