package api

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

const (
	ticket = `{"sku":"T1","quantity":"1","price":50000}`
	bar    = `{"sku":"B1","quantity":"2","price":15000}`
	phone1 = "+79160000001"
)

// A till sells, spends and refunds: the whole conversation.
func TestSales(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 20000)
		by := `"buyer":{"phone":"8 916 000-00-01"}`
		s.deals([]deal{
			{step: step{
				do: "POST /quotes", body: `{` + by + `,"lines":[` + ticket + `,` + bar + `]}`, want: 200,
				has: `"due":80000 "earned":5900 "most":20000 "spendable":20000 "member":"$ann" "rule":"earn.ticket" "applied":true`, not: "fiscal",
			}},
			{step: step{
				do: "POST /quotes?fiscal=true", body: `{` + by + `,"spend_max":true,"lines":[` + ticket + `,{"sku":"B1","quantity":"3","price":10000}]}`, want: 200,
				has: `"spent":20000 "paid_with_points":20000 "fiscal":[{"price":`, keep: "quote",
			}},
			{step: step{do: "POST /quotes", body: `{"lines":[` + bar + `]}`, want: 200, has: `"earned":0 "most":0 "reason":"no-member" Without`, not: `"member"`}},

			{step: step{
				do: "POST /purchases", body: `{` + by + `,"lines":[` + ticket + `,` + bar + `],"number":"17"}`, want: 201,
				has: `"state":"done" "mode":"commit" "due":80000 "earned":5900 "number":"17" "member":"$ann" "active":25900 "kind":"money"`, keep: "p1",
			}, key: "k1"},
			{step: step{do: "POST /purchases", body: `{"number":"17",` + by + `,"lines":[` + ticket + `,` + bar + `]}`, want: 201, has: `"id":"$p1" "active":25900`}, key: "k1", replayed: true},
			{step: step{do: "POST /purchases", body: `{` + by + `,"lines":[` + ticket + `]}`, want: 409, code: "key.other-body"}, key: "k1"},
			{step: step{do: "POST /purchases", body: `{` + by + `,"lines":[` + ticket + `]}`, want: 400, code: "key.invalid"}},

			// A key belongs to its till.
			{step: step{
				as: "till2", do: "POST /purchases", body: `{` + by + `,"lines":[` + ticket + `],"spend":10000,"payments":[{"kind":"card","amount":30000},{"kind":"cash","amount":10000}]}`, want: 201,
				has: `"spent":10000 "due":40000 "kind":"card" "active":19900 "paid_with_points":10000`, keep: "p2",
			}, key: "k1"},
			{step: step{do: "POST /purchases", body: `{` + by + `,"lines":[` + ticket + `],"payments":[{"kind":"card","amount":30000}]}`, want: 400, code: "purchase.payments-sum"}, key: "k2"},
			{step: step{do: "POST /purchases", body: `{` + by + `,"lines":[` + ticket + `],"spend":9000000}`, want: 422, code: "points.above-allowed"}, key: "k2"},
			{step: step{do: "POST /purchases", body: `{` + by + `,"lines":[` + ticket + `],"spend":30000}`, want: 422, code: "points.not-enough"}, key: "k2"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"phone":"+79169999999"},"lines":[` + ticket + `]}`, want: 404, code: "buyer.not-found"}, key: "k2"},
			{step: step{do: "POST /purchases", body: `{"lines":[` + ticket + `],"quote":"nonsense"}`, want: 400, code: "quote.invalid"}, key: "k2"},

			{step: step{do: "GET /purchases/$p1", want: 200, has: `"id":"$p1" "state":"done" "refunded":0 "discount":0`, not: "refunds"}},
			{step: step{do: "GET /purchases/$p1?fiscal=true", want: 200, has: `"fiscal":[{"price":15000,"pieces":2}]`}},
			{step: step{do: "GET /purchases/$p2", want: 404, code: "purchase.not-found"}}, // of another outlet
			{step: step{as: "admin", do: "GET /purchases/$p2", want: 200}},
			{step: step{do: "GET /purchases/1.2", want: 404, code: "purchase.not-found"}},
			{step: step{do: "GET /purchases/12", want: 400, code: "api.invalid", at: "id api.op-id"}},
			{step: step{do: "GET /purchases/$p1/why", want: 200, has: `"same":true "rule":"earn.ticket" "reason":"earned"`}},
			{step: step{as: "admin", do: "GET /purchases/$p2/why", want: 200, has: `"same":true "reason":"points-spent"`}},
			{step: step{do: "GET /purchases/$p2/why", want: 404, code: "purchase.not-found"}},
			{step: step{do: "GET /purchases/$p1/why?full=true&version=1", want: 200, has: `"programme":"$programme" "version":1 "same":true`}},
			{step: step{do: "GET /purchases/$p1/why?programme=$programme", want: 400, code: "purchase.why-version"}},
			{step: step{do: "GET /purchases/$p1/why?version=9", want: 404, code: "programme.version-not-found"}},

			{step: step{
				do: "POST /refunds", body: `{"purchase":{"key":"k1"},"lines":[{"line":1,"quantity":"1"}]}`, want: 201,
				has: `"purchase":"$p1" "money":15000 "earned":450 "whole":false "active":19450`, keep: "r1",
			}, key: "r1"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"key":"k1"},"lines":[{"line":1,"quantity":"1"}]}`, want: 201, has: `"id":"$r1"`}, key: "r1", replayed: true},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p1"},"amount":10000}`, want: 201, has: `"money":10000 "by_amount":true`}, key: "r2"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p1"},"whole":true}`, want: 201, has: `"whole":true "money":55000 "active":14000`}, key: "r3"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p1"},"whole":true}`, want: 409, code: "refund.nothing-left"}, key: "r4"},
			{step: step{do: "GET /purchases/$p1", want: 200, has: `"state":"refunded" "refunded":80000 "refunds":[{"id":"$r1"`}},
			{step: step{do: "GET /refunds/$r1", want: 200, has: `"id":"$r1" "purchase":"$p1"`}},
			{step: step{as: "till2", do: "GET /refunds/$r1", want: 404, code: "refund.not-found"}},
			{step: step{do: "GET /refunds/1.2", want: 404, code: "refund.not-found"}},
			// A key of some outlets gives back what was sold there.
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p2"},"whole":true}`, want: 404, code: "purchase.not-found"}, key: "r5"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"till":"$till2","key":"k1"},"whole":true}`, want: 404, code: "purchase.not-found"}, key: "r5"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"key":"nothing"},"whole":true}`, want: 404, code: "purchase.not-found"}, key: "r5"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"key":"k1"}}`, want: 400, code: "api.refund-ways"}, key: "r5"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"key":"k1"},"whole":true,"amount":5}`, want: 400, code: "api.refund-ways"}, key: "r5"},
			{step: step{do: "POST /refunds", body: `{"purchase":{},"whole":true}`, want: 400, code: "api.invalid", at: "purchase api.purchase-ways"}, key: "r5"},

			{step: step{
				do: "POST /refunds/unlinked", body: `{` + by + `,"lines":[{"sku":"T1","quantity":"1","price":70000}]}`, want: 201,
				has: `"unmatched" "money":70000`, keep: "u1",
			}, key: "u1"},
			{step: step{do: "POST /refunds/unlinked", body: `{` + by + `,"lines":[{"sku":"T1","quantity":"1","price":70000}]}`, want: 201, has: `"id":"$u1"`}, key: "u1", replayed: true},
			{step: step{as: "till2", do: "POST /refunds/unlinked", body: `{` + by + `,"lines":[` + ticket + `]}`, want: 201, has: `"matched":[{"id": "purchase":"$p2"`}, key: "u1"},
			{step: step{do: "POST /refunds/unlinked", body: `{"lines":[]}`, want: 400, code: "api.invalid", at: "lines api.too-few"}, key: "u2"},
		})
	})
}

// What a till did while it was alone is taken as it is.
func TestRecords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 5000)
		by := `"buyer":{"phone":"` + phone1 + `"}`
		at := `"at":"2026-11-21T21:00:00+03:00"`
		s.deals([]deal{
			{step: step{
				do: "POST /purchases/record", body: `{` + at + `,` + by + `,"lines":[{"sku":"T1","quantity":"1","price":50000,"discount":5000}],"spent":10000,"number":"99"}`, want: 201,
				has: `"mode":"record" "at":"2026-11-21T18:00:00Z" "discount":5000 "spent":10000 "points-owed" "debt":1500 "due":35000 "would"`, keep: "p1",
			}, key: "k1"},
			{step: step{do: "POST /purchases/record", body: `{"at":"2026-11-21T18:00:00Z",` + by + `,"lines":[{"sku":"T1","quantity":"1","price":50000,"discount":5000}],"spent":10000,"number":"99"}`, want: 201, has: `"id":"$p1"`}, key: "k1", replayed: true},
			{step: step{do: "POST /purchases/record", body: `{` + at + `,"buyer":{"phone":"+79168888888"},"lines":[` + ticket + `]}`, want: 201, has: `"buyer-not-served"`, not: `"member"`}, key: "k2"},
			{step: step{do: "POST /purchases/record", body: `{` + by + `,"lines":[` + ticket + `]}`, want: 400, code: "api.invalid", at: "at api.required"}, key: "k3"},
			{step: step{do: "POST /purchases/record", body: `{"at":"2027-11-21T18:00:00Z","lines":[` + ticket + `]}`, want: 201, has: `"clock-ahead"`}, key: "k3"},
			{step: step{do: "POST /purchases/record", body: `{"at":"yesterday","lines":[` + ticket + `]}`, want: 400, code: "api.invalid", at: "at api.time"}, key: "k4"},
			{step: step{do: "GET /purchases/$p1/why", want: 200, has: `"same":true "rule":"till"`}},
		})
	})
}

// A closed receipt is kept whomever it names, and says where he can't be
// served; nobody spends or earns after his membership has ended.
func TestRecordsOfThoseWhoAreNotServed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 5000)
		s.buyer("bob", "+79160000002", 5000)
		record := func(buyer, key, has, not string) deal {
			body := `{"at":"2026-11-21T21:00:00+03:00","buyer":` + buyer + `,"lines":[` + ticket + `],"spent":1000}`
			return deal{step: step{do: "POST /purchases/record", body: body, want: 201, has: has, not: not}, key: key}
		}
		s.deals([]deal{
			{step: step{as: "admin", do: "POST /members/$ann/block", body: `{"reason":"Спор"}`, want: 200}},
			record(`{"member":"$ann"}`, "k1", `"member":"$ann" "buyer-not-served"`, "points-nobody"),
			record(`{"phone":"`+phone1+`"}`, "k2", `"member":"$ann" "buyer-not-served"`, "points-nobody"),
			{step: step{as: "admin", do: "POST /members/$bob/close", body: `{"reason":"Ушёл","force":true}`, want: 200}},
			record(`{"member":"$bob"}`, "k3", `"buyer-not-served" "points-nobody"`, `"member"`),
			record(`{"phone":"+79160000002"}`, "k4", `"buyer-not-served" "points-nobody"`, `"member"`),
			record(`{"member":"77"}`, "k5", `"buyer-not-served" "points-nobody"`, `"member"`),
			record(`{"phone":"123"}`, "k6", `"buyer-not-served"`, `"member"`),
			record(`{"card":"123"}`, "k7", `"buyer-not-served"`, `"member"`),
			{step: step{do: "GET /members/$bob/accounts", want: 200, has: `"active":5000`}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$bob"},"lines":[` + ticket + `]}`, want: 422, code: "buyer.not-served"}, key: "k8"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"77"},"lines":[` + ticket + `]}`, want: 404, code: "buyer.not-found"}, key: "k8"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"phone":"123"},"lines":[` + ticket + `]}`, want: 400, code: "api.invalid", at: "buyer.phone member.bad-identifier"}, key: "k8"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"member":"$bob"},"programme":"$programme","reason":"x","points":1}`, want: 422, code: "buyer.not-served"}, key: "a1"},
			{step: step{as: "admin", do: "POST /adjustments", body: `{"buyer":{"member":"$bob"},"programme":"$programme","reason":"x","points":-1}`, want: 201}, key: "a1"},
		})
	})
}

// Purchases are listed by key, of a member and of an outlet.
func TestPurchaseLists(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 0)
		var ids []string
		for i := range 5 {
			as := "till"
			if i == 3 {
				as = "till2"
			}
			a := s.send(as, "POST /purchases", fmt.Sprint("k", i), `{"buyer":{"member":"$ann"},"lines":[`+ticket+`]}`)
			if a.status != http.StatusCreated {
				t.Fatal(string(a.body))
			}
			ids = append(ids, a.json(t)["id"].(string))
			s.clock.Add(time.Hour)
		}
		walk := func(as, query string) (got []string, parts int) {
			for next := ""; ; {
				a := s.send(as, "GET /purchases?limit=2&"+query+next, "", "")
				if a.status != http.StatusOK {
					t.Fatal(string(a.body))
				}
				m := a.json(t)
				for _, it := range m["items"].([]any) {
					got = append(got, it.(map[string]any)["id"].(string))
				}
				parts++
				after, more := m["next"].(string)
				if !more {
					return got, parts
				}
				next = "&after=" + after
			}
		}
		want := func(name string, got []string, ids ...string) {
			t.Helper()
			if strings.Join(got, " ") != strings.Join(ids, " ") {
				t.Errorf("%s: %v, want %v", name, got, ids)
			}
		}
		got, _ := walk("admin", "member=$ann")
		want("of a member", got, ids[4], ids[3], ids[2], ids[1], ids[0])
		got, _ = walk("till", "member=$ann")
		want("of a member, one outlet's", got, ids[4], ids[2], ids[1], ids[0])
		got, _ = walk("till", "outlet=$here")
		want("of an outlet", got, ids[0], ids[1], ids[2], ids[4])
		got, _ = walk("till", "outlet=$here&from=2026-11-22T10:00:00Z&to=2026-11-22T13:00:00Z")
		want("of some hours", got, ids[1], ids[2])
		got, _ = walk("till", "key=k2")
		want("by key", got, ids[2])
		got, _ = walk("till", "key=k3")
		want("by another till's key", got)
		got, _ = walk("admin", "till=$till2&key=k3")
		want("by till and key", got, ids[3])
		s.deals([]deal{
			{step: step{do: "GET /purchases", want: 400, code: "api.list-purchases"}},
			{step: step{do: "GET /purchases?member=$ann&outlet=$here", want: 400, code: "api.list-purchases"}},
			{step: step{do: "GET /purchases?outlet=$there", want: 403, code: "api.other-outlet"}},
			{step: step{do: "GET /purchases?key=k1&till=$till2", want: 403, code: "api.other-till"}},
			{step: step{do: "GET /purchases?member=$ann&after=zz", want: 400, code: "api.invalid", at: "after api.cursor"}},
			{step: step{do: "GET /purchases?member=x", want: 400, code: "api.invalid", at: "member id.invalid"}},
			{step: step{do: "GET /purchases?member=$ann&limit=1000", want: 400, code: "api.invalid", at: "limit api.range"}},
			{step: step{do: "GET /purchases?member=$ann&member=$ann", want: 400, code: "api.invalid", at: "member api.twice"}},
			{step: step{as: "weak", do: "GET /purchases?member=$ann", want: 403, code: "identity.scope-missing"}},
		})
	})
}

// Who may act where.
func TestTillsAndOutlets(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.Open(t, db.SQLite))
	one := func(more string) string { return `{` + more + `"lines":[` + ticket + `]}` }
	s.deals([]deal{
		{step: step{do: "POST /quotes", body: one(`"till":"$till",`), want: 200}},
		{step: step{do: "POST /quotes", body: one(`"till":"$till2",`), want: 403, code: "api.other-till"}},
		{step: step{as: "outlet", do: "POST /quotes", body: one(`"till":"$till",`), want: 200}},
		{step: step{as: "outlet", do: "POST /quotes", body: one(`"till":"$till2",`), want: 403, code: "api.other-outlet"}},
		{step: step{as: "outlet", do: "POST /quotes", body: one(``), want: 400, code: "api.invalid", at: "till api.required"}},
		{step: step{as: "admin", do: "POST /quotes", body: one(`"till":"$till2",`), want: 200}},
		{step: step{as: "admin", do: "POST /quotes", body: one(`"till":"77",`), want: 404, code: "till.not-found"}},
		{step: step{as: "weak", do: "POST /quotes", body: one(``), want: 200}},
		{step: step{as: "weak", do: "POST /purchases", body: one(``), want: 403, code: "identity.scope-missing"}, key: "k"},
		{step: step{as: "", do: "POST /quotes", body: one(``), want: 200}},
	})
	if a := s.send("nobody", "POST /quotes", "", one("")); a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
		t.Errorf("without a key: %d %v", a.status, a.header)
	}
	s.keys["false"] = strings.Replace(s.keys["till"], "kp_", "kp_0", 1)
	if a := s.send("false", "POST /quotes", "", one("")); a.status != 401 {
		t.Errorf("with a false key: %d", a.status)
	}
}

// Sixty-four requests with one key at one instant make one purchase.
func TestOneKeyAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 10000)
		var all sync.WaitGroup
		answers := make([]*answer, 64)
		for i := range answers {
			all.Go(func() {
				answers[i] = s.send("till", "POST /purchases", "once", `{"buyer":{"member":"$ann"},"spend":10000,"lines":[`+ticket+`]}`)
			})
		}
		all.Wait()
		fresh, ids := 0, map[any]bool{}
		for _, a := range answers {
			if a.status != http.StatusCreated {
				t.Fatalf("%d %s", a.status, a.body)
			}
			ids[a.json(t)["id"]] = true
			if a.header.Get(replayedHeader) == "" {
				fresh++
			}
		}
		if len(ids) != 1 || fresh != 1 {
			t.Errorf("%d purchases, %d made afresh", len(ids), fresh)
		}
		if a := s.send("till", "GET /members/$ann/accounts", "", ""); strings.Count(string(a.body), `"spent":10000`) != 1 {
			t.Errorf("%s", a.body)
		}
	})
}

// A scanner leaves blanks around what it reads: a ticket is found by its number all the same.
func TestScannedTicket(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 0)
		s.deals([]deal{
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"lines":[{"sku":"T1","quantity":"1","price":50000,"tickets":[" 460-7 "],"session_at":"2026-11-22T20:00:00Z"}]}`, want: 201}, key: "sold"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"lines":[{"sku":"T1","quantity":"1","price":50000,"tickets":["460-9"]}]}`, want: 201, keep: "back"}, key: "sold-2"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$back"},"lines":[{"line":0,"quantity":"1","tickets":["\t460-9 "]}]}`, want: 201, has: `"money":50000 "pieces":[0] "tickets":["460-9"]`}, key: "back"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"lines":[{"sku":"T1","quantity":"3","price":50000,"tickets":["7-1","7-2","7-3"]}]}`, want: 201, keep: "three"}, key: "sold-3"},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$three"},"lines":[{"line":0,"quantity":"2"}]}`, want: 201, has: `"pieces":[1,2] "tickets":["7-2","7-3"]`, keep: "two"}, key: "back-2"},
			{step: step{do: "GET /refunds/$two", want: 200, has: `"tickets":["7-2","7-3"]`}},
			{step: step{do: "GET /purchases/$three", want: 200, has: `"refunds" "pieces":[1,2] "tickets":["7-2","7-3"]`}},
			{step: step{do: "POST /visits", body: `{"ticket":"460-7\u0020"}`, want: 201, has: `"tickets":["460-7"]`}, key: "in"},
			{step: step{do: "POST /visits", body: `{"ticket":"460-8"}`, want: 404, code: "visit.no-ticket"}, key: "other"},
		})
	})
}

// The quote that a commit carries holds, or the commit says that it does not.
func TestQuoteThenCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 10000)
		cart := `"buyer":{"member":"$ann"},"spend_max":true,"lines":[` + ticket + `]`
		s.deals([]deal{
			{step: step{do: "POST /quotes", body: `{` + cart + `}`, want: 200, keep: "q"}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"spend":5000,"lines":[` + bar + `]}`, want: 201}, key: "other"},
			{step: step{do: "POST /purchases", body: `{` + cart + `,"quote":"$q"}`, want: 409, code: "quote.changed"}, key: "k"},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"spend_max":true,"lines":[` + bar + `],"quote":"$q"}`, want: 409, code: "quote.other-receipt"}, key: "k"},
			{step: step{do: "POST /purchases", body: `{` + cart + `,"quote":"$q","accept":true}`, want: 201, has: `"spent":5700`}, key: "k"},
			{step: step{do: "POST /quotes", body: `{` + cart + `}`, want: 200, has: `"spent":4400 "due":45600`, keep: "q"}},
			{step: step{do: "POST /purchases", body: `{` + cart + `,"quote":"$q"}`, want: 201, has: `"spent":4400 "due":45600`}, key: "k2"},
		})
	})
}

// A quote hints at what a little more would bring, in the caller's language.
func TestHintsOfQuotes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		p := *s.parts.Programmes.Current().All()[0]
		p.Rules = []rule.Rule{{ID: "three", Kind: rule.DiscountRule, Take: 3, Pay: 2}}
		s.must(s.parts.Programmes.Put(t.Context(), p, "test"))
		s.deals([]deal{
			{step: step{
				do: "POST /quotes", body: `{"lines":[{"sku":"T1","name":"Билет","quantity":"2","price":50000}]}`, want: 200,
				has: `"discount":0 "hints":[{"rule":"three" "line":0 "units":1 "saves":49999 "earns":0 “Билет”`,
			}},
			{step: step{do: "POST /quotes", body: `{"lines":[{"sku":"T1","quantity":"3","price":50000}]}`, want: 200, has: `"discount":49999`, not: "hints"}},
		})
	})
}
