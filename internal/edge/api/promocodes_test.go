package api

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestPromoCodes: a purchase gives a member a code, he uses it once and nobody
// else does; codes made by hand are listed, found and withdrawn.
func TestPromoCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.award()
		s.member("ann", phone1)
		made := s.send("admin", "POST /promo/codes", "", `{"programme":"$programme","campaign":"gift","count":1}`)
		s.names["made"] = made.json(t)["items"].([]any)[0].(map[string]any)["code"].(string)
		rich := `{"buyer":{"phone":"` + phone1 + `"},"lines":[` + ticket + `,` + ticket + `]}`
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: rich, want: 201, has: `"awards":[{"campaign":"gift","code":" "until":"2026-12-31"}]`}, key: "k1"},
			{step: step{do: "POST /purchases", body: rich, want: 201, has: `"awards":[{"campaign":"gift","code":"`}, key: "k1", replayed: true},
			{step: step{as: "reader", do: "GET /members/$ann/promo-codes", want: 200, has: `"campaign":"gift" "state":"active" "campaign_name":"Подарок" "sizes":[{"kind":"discount","rate":"20"}] "awarded_for":"`}},
			{step: step{as: "admin", do: "POST /promo/codes", body: `{"programme":"$programme","campaign":"gift","count":2,"members":["$ann"],"until":"2026-11-30"}`, want: 201, has: `"member":"$ann" "until":"2026-11-30" "made_by":"admin (key`}},
			{step: step{as: "admin", do: "POST /promo/codes", body: `{"programme":"$programme","campaign":"gift","count":3}`, want: 201, not: `"member"`}, key: "three"},
			{step: step{as: "admin", do: "POST /promo/codes", body: `{"programme":"$programme","campaign":"gift","count":3}`, want: 201, has: `"items":[{"code":"`}, key: "three", replayed: true},
			{step: step{as: "admin", do: "GET /promo/codes?programme=$programme&campaign=gift&limit=2", want: 200, has: `"next":"`, keep: "next=next"}},
			{step: step{as: "admin", do: "GET /promo/codes?after=$next&limit=1&state=active", want: 200, has: `"next":"`}},
			{step: step{as: "admin", do: "GET /promo/codes?campaign=gift", want: 400, code: "api.invalid", at: "programme api.required"}},
			{step: step{as: "admin", do: "GET /promo/codes?member=7", want: 404, code: "member.not-found"}},
			{step: step{as: "admin", do: "GET /promo/codes/$next", want: 200, has: `"code":"$next"`}},
			{step: step{as: "admin", do: "GET /promo/codes/x", want: 404, code: "promo.not-found"}},
			{step: step{as: "admin", do: "POST /promo/codes/$made/withdraw", want: 200, has: `"state":"withdrawn"`}},
			{step: step{as: "admin", do: "POST /promo/codes/x/withdraw", want: 404, code: "promo.not-found"}},
			{step: step{as: "admin", do: "GET /promo/codes?state=withdrawn", want: 200, has: `"code":"$made"`}},
			{step: step{as: "admin", do: "POST /promo/codes", body: `{"programme":"$programme","campaign":"none","count":2}`, want: 404, code: "promo.no-campaign"}},
			{step: step{as: "admin", do: "POST /promo/codes", body: `{"programme":"$programme","campaign":"gift","count":1001}`, want: 400, code: "api.invalid"}},
			{step: step{as: "admin", do: "POST /promo/codes", body: `{"programme":"$programme","campaign":"gift","count":1,"until":"soon"}`, want: 400, code: "promo.day"}},
			{step: step{as: "outlet", do: "POST /promo/codes", body: `{"programme":"$programme","campaign":"gift","count":1}`, want: 403, code: "api.whole-organization"}},
			{step: step{as: "outlet", do: "GET /promo/codes", want: 403, code: "api.whole-organization"}},
			{step: step{as: "reader", do: "GET /members/7/promo-codes", want: 404, code: "member.not-found"}},
		})
		s.names["code"] = s.awardedCode()
		bare := `{"codes":["$code"],"lines":[` + ticket + `]}`
		his := `{"buyer":{"phone":"` + phone1 + `"},"codes":["$code"],"lines":[` + ticket + `]}`
		s.deals([]deal{
			{step: step{do: "POST /quotes", body: bare, want: 200, has: `"reason":"code-foreign" "discount":0`}},
			{step: step{do: "POST /quotes", body: his, want: 200, has: `"campaigns":["gift"]`}},
			{step: step{do: "POST /purchases", body: his, want: 201, not: `"discount":0`, keep: "used"}, key: "k2"},
			{step: step{do: "POST /quotes", body: his, want: 200, has: `"reason":"code-used-up" "discount":0`}},
			{step: step{as: "admin", do: "GET /promo/codes/$code", want: 200, has: `"state":"used" "used_by":"$used"`}},
			{step: step{as: "admin", do: "POST /promo/codes/$code/withdraw", want: 409, code: "promo.used"}},
		})
		s.offers(t, rule.Offer{ID: "big", Name: "Большой чек", Codes: []string{"БОЛЬШЕ"}, Rate: 5 * money.Percent, LeastSum: 9_000_00})
		told := s.send("till", "POST /quotes", "", `{"codes":["БОЛЬШЕ","НЕТ"],"lines":[`+ticket+`]}`)
		for _, word := range []string{"9 000", `"reason":"code-unknown"`} {
			if !strings.Contains(strings.ReplaceAll(string(told.body), "\u00a0", " "), word) {
				t.Errorf("%s is not told: %s", word, told.body)
			}
		}
	})
}

// TestCodesOfGuests: a code is given to a phone that is nobody's yet; the guest
// who names it uses it, others do not, and nobody is shown the whole of it.
func TestCodesOfGuests(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.award()
		give := func(whose string) string {
			return `{"programme":"$programme","campaign":"gift","count":2,` + whose + `}`
		}
		s.deals([]deal{
			{step: step{as: "admin", do: "POST /promo/codes", body: give(`"guests":[{"phone":"8 916 123-45-67","email":"a@example.org"}]`), want: 400, code: "api.invalid", at: "guests[0] api.guest-ways"}},
			{step: step{as: "admin", do: "POST /promo/codes", body: give(`"guests":[{"phone":"12"}]`), want: 400, code: "api.invalid", at: "guests[0].phone member.bad-identifier"}},
			{step: step{as: "admin", do: "POST /promo/codes", body: give(`"guests":[{"email":"a@example.org"},{"email":"A@example.org"}]`), want: 400, code: "promo.guest-twice"}},
		})
		made := s.send("admin", "POST /promo/codes", "", give(`"guests":[{"phone":"8 916 123-45-67"}]`))
		if text := string(made.body); strings.Contains(text, "1234567") || !strings.Contains(text, "67") {
			t.Errorf("shown: %s", text)
		}
		for i, of := range []string{"one", "two"} {
			s.names[of] = made.json(t)["items"].([]any)[i].(map[string]any)["code"].(string)
		}
		buy := func(whose, code string) string {
			return `{` + whose + `"codes":["` + code + `"],"lines":[` + ticket + `]}`
		}
		const his = `"guest":{"phone":"+79161234567"},`
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: buy("", "$one"), want: 201, has: `"reason":"code-foreign" "discount":0`}, key: "g1"},
			{step: step{do: "POST /quotes", body: buy(`"guest":{"email":"a@example.org"},`, "$one"), want: 200, has: `"reason":"code-foreign" "discount":0`}},
			{step: step{do: "POST /purchases", body: buy(his, "$one"), want: 201, not: `"discount":0`}, key: "g2"},
			{step: step{do: "POST /purchases", body: buy(his, "$one"), want: 201, not: `"discount":0`}, key: "g2", replayed: true},
			{step: step{do: "POST /purchases", body: buy(`"guest":{"phone":"+79161234568"},`, "$one"), want: 409, code: "key.other-body"}, key: "g2"},
		})
		s.member("ann", "+79161234567")
		s.deals([]deal{
			{step: step{as: "reader", do: "GET /members/$ann/promo-codes", want: 200, has: `"code":"$two" "guest":"+7`}},
			{step: step{do: "POST /purchases", body: buy(his+`"buyer":{"member":"$ann"},`, "$two"), want: 400, code: "purchase.invalid", at: "guest purchase.guest-and-buyer"}, key: "g4"},
			{step: step{do: "POST /purchases", body: buy(`"buyer":{"member":"$ann"},`, "$two"), want: 201, not: `"discount":0`}, key: "g5"},
		})
	})
}

// A code that a receipt has given, though it was given to its member later,
// names that receipt.
func TestCodeOfAClaim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.award()
		p := *s.parts.Programmes.Current().Get(idOf(t, s.names["programme"]))
		p.Campaigns[0].AwardOnClaim = true
		s.must(s.parts.Programmes.Put(t.Context(), p, "test"))
		s.member("ann", "+79161234567")
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: `{"lines":[` + ticket + `,` + ticket + `]}`, want: 201, not: "awards", keep: "p"}, key: "k1"},
			{step: step{do: "POST /purchases/claim", body: `{"buyer":{"member":"$ann"},"purchase":{"id":"$p"}}`, want: 200, has: `"awards":[{"campaign":"gift"`}},
		})
		s.names["code"] = promo.Shown(s.awardedCode())
		s.run([]step{
			{do: "GET /members/$ann/promo-codes", want: 200, has: `"code":"$code" "awarded_for":"$p"`},
			{do: "GET /promo/codes/$code", want: 200, has: `"awarded_for":"$p"`},
			{do: "GET /promo/codes?member=$ann", want: 200, has: `"awarded_for":"$p"`},
		})
	})
}

// award gives the shop's programme a campaign for codes, and a rule that gives
// one for a purchase of a thousand roubles.
func (s *shop) award() {
	p := *s.parts.Programmes.Current().Get(idOf(s.t, s.names["programme"]))
	p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "gift", Name: "Подарок", To: "2026-12-31", Rate: 20 * money.Percent})
	least := int64(100_000)
	p.Rules = []rule.Rule{{ID: "reward", Kind: rule.AwardRule, Campaign: "gift", When: []rule.Condition{{Field: rule.FieldSum, From: &least}}}}
	s.must(s.parts.Programmes.Put(s.t.Context(), p, "test"))
}

// awardedCode is the code that a rule has given.
func (s *shop) awardedCode() (code string) {
	s.t.Helper()
	if err := s.parts.DB.Row(s.t.Context(), `select code from promo_code where op_id <> 0`).Scan(&code); err != nil {
		s.t.Fatal(err)
	}
	return code
}
