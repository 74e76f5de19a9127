package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// The permission matrix: every operation of the table by a key of every single
// scope, and by none. Only the scopes that the table names, and Admin, let in.
func TestScopes(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.Open(t, db.SQLite))
	for _, scope := range identity.Scopes() {
		s.key(string(scope), identity.Key{Scopes: []identity.Scope{scope}})
	}
	cells := 0
	for _, r := range New(s.parts).routes {
		if r.open {
			if r.id != "pair" {
				t.Errorf("%s is open to whoever has no key", r.id)
			}
			continue
		}
		if len(r.scopes) == 0 {
			t.Errorf("%s is open to any key", r.id)
		}
		if a := s.send("", r.request(), "", "{}"); a.status != http.StatusUnauthorized || !strings.Contains(string(a.body), "api.no-key") {
			t.Errorf("%s without a key: %d %s", r.id, a.status, a.body)
		}
		for _, scope := range identity.Scopes() {
			a := s.send(string(scope), r.request(), fmt.Sprint(scope, r.id), "{}")
			refused := a.status == http.StatusForbidden && strings.Contains(string(a.body), "identity.scope-missing")
			if may := scope == identity.Admin || slices.Contains(r.scopes, scope) && r.also == ""; may == refused {
				t.Errorf("%s with %s: %d %s", r.id, scope, a.status, a.body)
			}
			if a.status >= http.StatusInternalServerError {
				t.Errorf("%s with %s: %d %s", r.id, scope, a.status, a.body)
			}
			cells++
		}
	}
	if cells < 1000 {
		t.Errorf("only %d cells", cells)
	}
}

// A till's key with every scope there is does nothing of what is the office's.
func TestTillInOffice(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.Open(t, db.SQLite))
	s.key("mighty", identity.Key{TillID: idOf(t, s.names["till"]), Scopes: identity.Scopes()})
	office := 0
	for _, r := range New(s.parts).routes {
		a := s.send("mighty", r.request(), r.id, "{}")
		refused := a.status == http.StatusForbidden && strings.Contains(string(a.body), "api.no-till")
		if r.office != refused {
			t.Errorf("%s, office's %t: %d %s", r.id, r.office, a.status, a.body)
		}
		if r.office {
			office++
		}
	}
	if office < 10 {
		t.Errorf("only %d are the office's", office)
	}
}

// Whatever is too much is refused, and says what would be taken.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.Open(t, db.SQLite))
	s.key("slow", identity.Key{TillID: idOf(t, s.names["till"]), Scopes: identity.TillScopes(), Rate: 1})
	one := `{"lines":[` + ticket + `]}`
	const dear = `{"sku":"T1","quantity":"1","price":500000000001}` // two of which are more than a receipt
	many := func(n int) string {
		return `{"lines":[` + strings.TrimSuffix(strings.Repeat(ticket+",", n), ",") + `]}`
	}
	s.deals([]deal{
		{step: step{do: "POST /purchases", body: many(5000), want: 201}, key: "many"},
		{step: step{do: "POST /purchases", body: many(5001), want: 400, code: "api.invalid", at: "lines api.too-many"}, key: "k"},
		{step: step{do: "POST /purchases", body: `{"number":"` + strings.Repeat("x", 2<<20) + `"}`, want: 413, code: "http.body-too-large"}, key: "k"},
		{step: step{do: "POST /purchases", body: one, want: 400, code: "key.invalid"}, key: strings.Repeat("k", 129)},
		{step: step{do: "POST /purchases", body: one, want: 201}, key: strings.Repeat("k", 128)},
		{step: step{do: "POST /purchases", body: `{"number":"` + strings.Repeat("ё", 65) + `","lines":[` + ticket + `]}`, want: 400, code: "api.invalid", at: "number api.too-long"}, key: "k"},
		{step: step{do: "POST /purchases", body: `{"lines":[{"sku":"T1","quantity":"1","price":2000000000000000}]}`, want: 400, code: "purchase.invalid", at: "lines[0].price purchase.price"}, key: "k"},
		{step: step{do: "POST /purchases", body: `{"lines":[{"sku":"T1","quantity":"99999999999","price":1}]}`, want: 400, code: "purchase.invalid"}, key: "k"},
		{step: step{do: "POST /purchases", body: `{"lines":[{"sku":"T1","quantity":"-1","price":1}]}`, want: 400, code: "api.invalid", at: "lines[0].quantity money.negative"}, key: "k"},
		{step: step{do: "POST /purchases", body: `{"lines":[{"sku":"T1","quantity":"1","price":1}],"payments":[{"kind":"","amount":1}]}`, want: 400, code: "api.invalid", at: "payments[0].kind api.too-short"}, key: "k"},
		{step: step{do: "POST /purchases", body: `{"lines":[{"sku":"T\u0000","quantity":"1","price":1}]}`, want: 400, code: "api.invalid", at: "lines[0].sku api.text"}, key: "k"},
		{step: step{do: "POST /purchases", body: `{"lines":[` + dear + `,` + dear + `]}`, want: 400, code: "purchase.invalid", at: "lines purchase.sum-most"}, key: "k"},
		{step: step{do: "POST /purchases/record", body: `{"at":"2026-11-22T09:00:00Z","lines":[` + dear + `,` + dear + `]}`, want: 400, code: "purchase.invalid", at: "lines purchase.sum-most"}, key: "k"},
		{step: step{do: "POST /quotes", body: `{"lines":[` + dear + `,` + dear + `]}`, want: 400, code: "purchase.invalid", at: "lines purchase.sum-most"}},
		{step: step{do: "POST /refunds/unlinked", body: `{"lines":[` + dear + `,` + dear + `]}`, want: 400, code: "purchase.invalid", at: "lines purchase.sum-most"}, key: "k"},
		{step: step{do: "POST /purchases", body: strings.Repeat("[", 500_000), want: 400, code: "api.json"}, key: "k"},
		{step: step{do: "GET /members/find?q=" + strings.Repeat("9", 600), want: 400, code: "api.invalid", at: "q api.text"}},
		{step: step{do: "GET /members/find?q=%00", want: 400, code: "api.invalid", at: "q api.text"}},
		{step: step{do: "GET /members/find?q=%ff", want: 400, code: "api.invalid", at: "q api.text"}},
		{step: step{do: "GET /members/find?q=%zz", want: 400, code: "api.query"}},
	})
	var last *answer
	for range 8 {
		last = s.send("slow", "POST /quotes", "", one)
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
		t.Errorf("past its rate: %d, %v", last.status, last.header)
	}
	s.keys["false"] = strings.Repeat("x", 40)
	for range 40 {
		last = s.send("false", "POST /quotes", "", one)
	}
	if last.status != http.StatusTooManyRequests {
		t.Errorf("who guesses keys is not slowed down: %d", last.status)
	}
}

// Nothing of a person and nothing secret is in the log, nor in an error.
func TestNothingPersonalIsToldOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		const surname, email, secret = "Незабудкина", "nezabudkina@example.ru", "секрет-777"
		s.deals([]deal{
			{step: step{do: "POST /members", body: `{"profile":{"surname":"` + surname + `","code_word":"` + secret + `"},"identifiers":[{"kind":"phone","value":"` + phone1 + `"},{"kind":"email","value":"` + email + `"}]}`, want: 201, keep: "ann"}},
			{step: step{do: "GET /members/find?q=" + email, want: 200}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"phone":"` + phone1 + `"},"lines":[` + ticket + `]}`, want: 201}, key: "k1"},
			{step: step{do: "POST /codes", body: `{"purpose":"spend","phone":"` + phone1 + `"}`, want: 200}},
			{step: step{as: "admin", do: "POST /cashiers/check-pin", body: `{"code":"1","pin":"48159"}`, want: 401, code: "identity.pin-wrong"}},
		})
		// What is wrong is not repeated.
		for _, bad := range []struct{ do, body string }{
			{"POST /members", `{"identifiers":[{"kind":"phone","value":"` + phone1 + `"}]}`},
			{"POST /members", `{"identifiers":[{"kind":"email","value":"` + email + `@"}]}`},
			{"POST /members", `{"profile":{"sex":"` + surname + `"}}`},
			{"POST /members", `{"profile":{"birth_date":"` + surname + `"}}`},
			{"POST /members", `{"` + email + `":1}`},
			{"POST /members", `{"profile":{"custom":{"` + surname + `":"x"}}}`},
			{"POST /members", `"` + surname + `"`},
			{"POST /purchases", `{"buyer":{"phone":"` + phone1 + `1"},"lines":[` + ticket + `]}`},
			{"POST /purchases", `{"buyer":{"email":"other` + email + `"},"lines":[` + ticket + `]}`},
			{"POST /purchases", `{"buyer":{"phone":"` + phone1 + `","email":"` + email + `"},"lines":[` + ticket + `]}`},
			{"PATCH /members/$ann", `{"set":{"sex":"` + surname + `","` + surname + `":"x"}}`},
			{"GET /members/" + email, ""},
			{"GET /members?" + email + "=1", ""},
			{"GET /no/" + email, ""},
		} {
			a := s.send("till", bad.do, "bad", bad.body)
			if a.status < 400 || a.status >= 500 {
				t.Errorf("%s %s: %d", bad.do, bad.body, a.status)
			}
			for _, told := range []string{surname, email, "9160000001"} {
				if strings.Contains(string(a.body), told) {
					t.Errorf("%s %s: repeats %s: %s", bad.do, bad.body, told, a.body)
				}
			}
		}
		logs := s.logs.String()
		if !strings.Contains(logs, "request served") {
			t.Fatal("nothing was logged")
		}
		for _, told := range []string{surname, "nezabudkina", "9160000001", secret, "48159", s.sms.last(), s.keys["till"], s.names["ann"]} {
			if strings.Contains(logs, told) {
				t.Errorf("the log holds %s", told)
			}
		}
	})
}

// FuzzPurchases sends a till's requests with any body, key and query: none
// gives a failure of ours, and every refusal is a problem.
func FuzzPurchases(f *testing.F) {
	for _, body := range []string{
		`{"lines":[` + ticket + `]}`, `{"buyer":{"phone":"` + phone1 + `"},"lines":[` + bar + `],"spend_max":true}`, `{"at":"2026-11-22T09:00:00Z","lines":[` + ticket + `]}`,
		`{"purchase":{"key":"k"},"whole":true}`, `{"purchase":{"id":"1.2"},"lines":[{"line":0,"quantity":"1"}]}`, `{}`, `[]`, `null`, `{"lines":[{}]}`, `{"codes":["x"],"lines":[{"sku":"\u0001","quantity":0.001,"price":1}]}`,
	} {
		for _, path := range []string{"/quotes", "/purchases", "/purchases/record", "/refunds", "/refunds/unlinked"} {
			f.Add(path, "k", body)
		}
	}
	s := newShop(f, dbtest.Open(f, db.SQLite))
	s.buyer("ann", phone1, 10000)
	f.Fuzz(func(t *testing.T, path, key, body string) {
		if !slices.Contains([]string{"/quotes", "/purchases", "/purchases/record", "/refunds", "/refunds/unlinked"}, path) || strings.ContainsAny(key, "\r\n") || strings.Contains(body, "$") {
			t.Skip()
		}
		a := s.send("till", "POST "+path, key, body)
		if a.status >= 500 && a.status != http.StatusServiceUnavailable {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a.status >= 400 {
			var p httpx.Problem
			if err := json.Unmarshal(a.body, &p); err != nil || p.Code == "" || p.Status != a.status || strings.Contains(p.Detail, "fault.") {
				t.Fatalf("%v: %s", err, a.body)
			}
		}
	})
}
