package api

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestJoinByOrder: who orders as a guest becomes a member by the order, with
// the consents he gave, whichever way it is sold.
func TestJoinByOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		rules := member.DefaultRules()
		rules.Mandatory, rules.GuestPurchases = nil, member.GuestsOrder
		s.parts.Joins.Rules = func() member.Rules { return rules }
		for _, kind := range []string{"rules", "personal_data"} {
			s.deals([]deal{{step: step{
				as: "admin", do: "POST /consent-texts", body: `{"kind":"` + kind + `","language":"ru","title":"Текст","body":"Согласен."}`, want: 201, keep: kind,
			}}})
		}
		const (
			anna    = `"guest":{"email":"Anna@Example.ru"}`
			boris   = `"guest":{"phone":"8 916 000-00-05"}`
			vera    = `"guest":{"phone":"+79160000006"}`
			sold    = `"lines":[` + ticket + `]`
			agreed  = `{"kind":"rules","action":"granted","text":"$rules","text_version":1,"proof":"галочка на сайте","ip":"10.0.0.1"}`
			agreed2 = `{"kind":"personal_data","action":"granted","text":"$personal_data","text_version":1}`
			join    = `"join":{"name":"Анна","identifiers":[{"kind":"phone","value":"+79160000004"}],"consents":[` + agreed + `,` + agreed2 + `]}`
		)
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: `{` + anna + `,` + sold + `}`, want: 201, not: `"joining"`, keep: "old"}, key: "k1"},
			{step: step{do: "POST /purchases", body: `{` + boris + `,` + sold + `,` + join + `}`, want: 201, has: `"code":"join.off"`, not: `"member"`}, key: "k2"},
		})
		rules.JoinByOrder = true
		s.clock.Add(time.Hour) // else both were of one moment
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: `{` + sold + `,` + join + `}`, want: 400, code: "api.invalid", at: "join join.no-guest"}, key: "k3"},
			{step: step{do: "POST /purchases", body: `{` + anna + `,` + sold + `,"join":{"consents":[],"self":true}}`, want: 403, code: "api.no-till"}, key: "k3"},
			{step: step{
				do: "POST /purchases", body: `{` + anna + `,` + sold + `,"join":{"consents":[` + agreed + `]}}`, want: 201,
				has: `"joining":{"code":"join.consents" "detail" (personal_data)`, not: `"member" "claim"`, keep: "p",
			}, key: "k3"},
			{step: step{
				do: "POST /purchases", body: `{` + anna + `,` + sold + `,` + join + `}`, want: 201,
				has: `"id":"$p" "earned":5000 "claim" "joining":{"member" "new":true`, keep: "anna=member",
			}, key: "k3", replayed: true},
		})
		s.clock.Add(time.Hour)
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: `{` + anna + `,` + sold + `}`, want: 201, has: `"member":"$anna" "joining":{"member":"$anna"`, not: `"new"`}, key: "k4"},
			{step: step{as: "admin", do: "GET /members/$anna", want: 200, has: `"name":"Анна" "source":"till" "outlet":"$here" "value":"+79160000004" "value":"anna@example.ru"`}},
			{step: step{as: "admin", do: "GET /members/$anna/consents", want: 200, has: `"kind":"personal_data" "kind":"rules" "proof":"галочка на сайте"`}},
			{step: step{as: "admin", do: "GET /purchases?member=$anna", want: 200, has: `"id":"$p" "id":"$old" "earned":0`}},
			{step: step{as: "admin", do: "GET /members/$anna/accounts", want: 200, has: `"active":10000 "purchases":3`}},

			// What another has refuses the order nothing.
			{step: step{
				do: "POST /purchases/record", body: `{"at":"2026-11-20T10:00:00Z",` + boris + `,` + sold + `,` + join + `}`, want: 201,
				has: `"joining":{"code":"member.taken"`, not: `"member":`,
			}, key: "k5"},

			// An order that is to be paid yet makes nobody a member.
			{step: step{do: "POST /reservations", body: `{` + vera + `,` + sold + `,"join":{"consents":[` + agreed + `,` + agreed2 + `]}}`, want: 400, code: "join.early"}, key: "k6"},
			{step: step{do: "POST /reservations", body: `{` + vera + `,` + sold + `}`, want: 201, keep: "o"}, key: "k6"},
			{step: step{do: "POST /reservations/$o/confirm", body: `{` + boris + `,` + join + `}`, want: 400, code: "api.invalid", at: "guest join.other-guest"}, key: "k7"},
			{step: step{
				do: "POST /reservations/$o/confirm", body: `{` + vera + `,"join":{"consents":[` + agreed + `,` + agreed2 + `]}}`, want: 201,
				has: `"earned":5000 "joining":{"member" "new":true`, keep: "vera=member",
			}, key: "k7"},
			{step: step{do: "POST /reservations/$o/confirm", body: `{` + vera + `}`, want: 201, has: `"member":"$vera" "new":true`}, key: "k8", replayed: true},
			{step: step{do: "GET /member-rules", as: "admin", want: 200, has: `"join_by_order":false "guest_purchases":"proven"`}},
		})
	})
}
