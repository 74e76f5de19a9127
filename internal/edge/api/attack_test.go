package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestAttack is what somebody tries who has a till's key of one shop, or none.
func TestAttack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := guarded(t, d)
		t.Run("another's keys", func(t *testing.T) { s.anothersKeys(t) })
		t.Run("paths", func(t *testing.T) { s.oddPaths(t) })
		t.Run("headers", func(t *testing.T) { s.oddHeaders(t) })
		t.Run("addresses", func(t *testing.T) { s.privateAddresses(t) })
		t.Run("honest", func(t *testing.T) { s.honest(t) })
		t.Run("guessing", func(t *testing.T) { s.guessing(t) })
	})
}

// anothersKeys: an idempotency key is its caller's own, and gives nobody else
// the answer.
func (s *shop) anothersKeys(t *testing.T) {
	body := `{"number":"` + stamp + `","buyer":{"member":"$ann"},"lines":[` + ticket + `,` + ticket + `]}`
	a := s.send("till2", "POST /purchases", stamp+"1", body)
	if a.status != http.StatusCreated || a.header.Get(replayedHeader) == "true" || a.json(t)["id"] == s.names["bought"] {
		t.Errorf("a till has another's receipt: %d %s", a.status, a.body)
	}
	made := s.send("admin", "POST /members", "one", `{"identifiers":[{"kind":"phone","value":"+79160000099"}]}`)
	if made.status != http.StatusCreated {
		t.Fatalf("%d %s", made.status, made.body)
	}
	again := s.send("bare", "POST /members", "one", `{"identifiers":[{"kind":"phone","value":"+79160000099"}]}`)
	if again.status != http.StatusConflict || again.header.Get(replayedHeader) == "true" {
		t.Errorf("a key has another's answer: %d %s", again.status, again.body)
	}
}

// oddPaths: however a path is written, nobody without a key is told anything.
func (s *shop) oddPaths(t *testing.T) {
	for _, path := range []string{
		"/keys", "/keys/", "//keys", "/./keys", "/x/../keys", "/%6beys", "/keys%2f", "/keys;a=b", "/keys%00", "/keys%20", "/KEYS", "/keys.json", "/../v1/keys",
		"/%2e%2e/v1/keys", "/purchases/../keys", "/members/find?q=" + phone1[1:], "/purchases/" + s.names["bought"], "/purchases/" + s.names["bought"] + "/", "/..%5ckeys",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader(""))
			r.Method = method
			r.RequestURI = Base + path
			raw, query, _ := strings.Cut(Base+path, "?")
			r.URL.Path, r.URL.RawPath, r.URL.RawQuery = raw, raw, query
			for _, h := range []string{"X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix"} {
				r.Header.Set(h, Base+"/keys")
			}
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			if w.Code < 300 && method != "OPTIONS" || w.Code >= 500 && w.Code != http.StatusNotImplemented || strings.Contains(w.Body.String(), stamp) {
				t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
		}
	}
}

// oddHeaders: nothing that is sent in a header comes back as one of its own, and
// a key stands in one header only.
func (s *shop) oddHeaders(t *testing.T) {
	for _, value := range []string{"a\r\nSet-Cookie: x=1", "a\nX: y", "a\x00b", strings.Repeat("k", 5000), "ключ\u2028"} {
		a := s.send("till", "POST /purchases", value, `{"lines":[`+ticket+`]}`, "Accept-Language", value, "X-Request-Id", value, "Accept", value)
		if a.status < 400 || a.status >= 500 || a.header.Get("Set-Cookie") != "" || a.header.Get("X") != "" {
			t.Errorf("%q: %d %v", value, a.status, a.header)
		}
		for name, values := range a.header {
			if strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
				t.Errorf("%q comes back in %s", value, name)
			}
		}
	}
	for _, kind := range []string{"text/html", "application/xml", "application/json; charset=utf-7", "application/yaml", "multipart/form-data; boundary=x", "text/plain; application/json"} {
		if a := s.send("till", "POST /purchases", "kind", `{"lines":[`+ticket+`]}`, "Content-Type", kind); a.status != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %d %s", kind, a.status, a.body)
		}
	}
	a := s.send("", "GET /keys?access_token="+s.keys["admin"], "", "", "X-Api-Key", s.keys["admin"], "Cookie", "token="+s.keys["admin"])
	if a.status != http.StatusUnauthorized {
		t.Errorf("a key beside its header lets in: %d", a.status)
	}
	if a := s.send("admin", "GET /keys", "", ""); !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("what a browser may take for something else: %v", a.header)
	}
}

// privateAddresses: nobody sends what happens to an address inside.
func (s *shop) privateAddresses(t *testing.T) {
	for _, url := range []string{
		"https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://10.0.0.1/", "https://192.168.1.1/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/",
		"https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://localhost/", "https://a@127.0.0.1/", "http://example.org/", "ftp://example.org/",
		"file:///etc/passwd", "https://example.org:22/\r\nHost: x", "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/",
	} {
		body, err := json.Marshal(map[string]any{"name": "x", "url": url, "kinds": []string{"purchase.committed"}})
		if err != nil {
			t.Fatal(err)
		}
		a := s.send("admin", "POST /webhooks", "", string(body))
		if a.status < 300 {
			// What can't be told by its looks is refused when it is sent to.
			a = s.send("admin", fmt.Sprintf("POST /webhooks/%s/test", a.json(t)["id"]), "", "")
		}
		if a.status < 300 && !strings.Contains(string(a.body), `"ok":false`) && !strings.Contains(string(a.body), `"error"`) {
			t.Errorf("%q: %d %s", url, a.status, a.body)
		}
	}
}

// guessing: whoever tries one thing after the other is slowed down, whatever
// address he says that he comes from.
func (s *shop) guessing(t *testing.T) {
	s.keys["guessed"] = strings.Repeat("y", 40)
	var last *answer
	for i := range 60 {
		last = s.send("guessed", "GET /keys", "", "", "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i), "X-Real-IP", fmt.Sprintf("203.0.113.%d", i))
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
		t.Errorf("keys can be guessed: %d %v", last.status, last.header)
	}
	till := idOf(t, s.names["till2"])
	for name, ask := range map[string]func(i int) (do, body string){
		"phones": func(i int) (do, body string) {
			return fmt.Sprintf("GET /members/find?q=%%2B7916%07d", i+500), ""
		},
		"buyers": func(i int) (do, body string) {
			return "POST /quotes", fmt.Sprintf(`{"buyer":{"card":"2900%07d"},"lines":[%s]}`, i, ticket)
		},
		"buyers of closed receipts": func(i int) (do, body string) {
			return "POST /purchases/record", fmt.Sprintf(`{"at":"2026-11-22T08:00:00Z","buyer":{"phone":"+7916%07d"},"lines":[%s]}`, i+500, ticket)
		},
		"promo codes": func(i int) (do, body string) {
			return "POST /quotes", fmt.Sprintf(`{"codes":["WORD%d"],"lines":[%s]}`, i, ticket)
		},
		"promo codes of orders": func(i int) (do, body string) {
			return "POST /reservations", fmt.Sprintf(`{"codes":["WORD%d"],"lines":[%s]}`, i, ticket)
		},
		"promo codes of purchases": func(i int) (do, body string) {
			return "POST /purchases", fmt.Sprintf(`{"codes":["WORD%d"],"lines":[%s]}`, i, ticket)
		},
		"promo codes of closed receipts": func(i int) (do, body string) {
			return "POST /purchases/record", fmt.Sprintf(`{"at":"2026-11-22T08:00:00Z","codes":["WORD%d"],"lines":[%s]}`, i, ticket)
		},
		"receipts by their QR": func(i int) (do, body string) {
			return fmt.Sprintf("GET /purchases?qr=t%%3D20260302T1200%%26s%%3D1.00%%26fn%%3D8716000100025114%%26i%%3D%d%%26fp%%3D1%%26n%%3D1", i+1), ""
		},
		"PINs": func(i int) (do, body string) {
			return "POST /cashiers/check-pin", fmt.Sprintf(`{"code":"%d","pin":"4815"}`, i)
		},
	} {
		s.key(name, identity.Key{TillID: till, Scopes: identity.Scopes()})
		tried := 0
		for ; tried < 400; tried++ {
			do, body := ask(tried)
			key := fmt.Sprint(name, tried)
			if strings.HasPrefix(do, "GET") || strings.HasPrefix(do, "POST /quotes") || strings.HasPrefix(do, "POST /cashiers") {
				key = ""
			}
			if a := s.send(name, do, key, body); a.status == http.StatusTooManyRequests {
				if a.header.Get("Retry-After") == "" {
					t.Errorf("%s: %v", name, a.header)
				}
				break
			} else if a.status >= 500 || a.status == http.StatusForbidden {
				t.Fatalf("%s: %d %s", name, a.status, a.body)
			}
		}
		if tried < misses.Burst || tried == 400 {
			t.Errorf("%s can be guessed %d times", name, tried)
		}
		// Who does not guess is not kept from working.
		if a := s.send(name, "POST /purchases", name, `{"buyer":{"member":"$ann"},"lines":[`+ticket+`]}`); a.status != http.StatusCreated {
			t.Errorf("after guessing %s: %d %s", name, a.status, a.body)
		}
	}
}

// honest: who names what there is is never slowed down, however often.
func (s *shop) honest(t *testing.T) {
	s.withCode(t, "ВЕСНА")
	s.key("honest", identity.Key{TillID: idOf(t, s.names["till2"]), Scopes: identity.Scopes()})
	for i := range 150 {
		buyer := `{"at":"2026-11-22T08:00:00Z","buyer":{"phone":"` + phone1 + `"},"codes":["весна"],"lines":[` + ticket + `]}`
		for do, body := range map[string]string{
			"POST /quotes":           strings.Replace(buyer, `"at":"2026-11-22T08:00:00Z",`, "", 1),
			"POST /purchases/record": buyer,
		} {
			key := ""
			if strings.HasSuffix(do, "record") {
				key = fmt.Sprint("honest", i)
			}
			if a := s.send("honest", do, key, body); a.status >= 300 {
				t.Fatalf("%s the %dth time: %d %s", do, i, a.status, a.body)
			}
		}
		if a := s.send("honest", "POST /purchases/record", "again", `{"at":"2026-11-22T08:00:00Z","buyer":{"phone":"+79169999999"},"codes":["WORD"],"lines":[`+ticket+`]}`); a.status >= 300 {
			t.Fatalf("the same once more, the %dth time: %d %s", i, a.status, a.body)
		}
	}
}

// withCode makes the programme one with a promo code.
func (s *shop) withCode(t *testing.T, code string) {
	t.Helper()
	s.offers(t, rule.Offer{ID: "spring", Name: "Весна", Codes: []string{code}, Rate: 10 * money.Percent})
}

// offers adds an offer to the programme.
func (s *shop) offers(t *testing.T, o rule.Offer) {
	t.Helper()
	rules := *s.parts.Programmes.Current().Get(idOf(t, s.names["programme"]))
	rules.Campaigns = append(slices.Clip(rules.Campaigns), rule.CampaignsOf(o)...)
	if _, err := s.parts.Programmes.Put(t.Context(), rules, "test"); err != nil {
		t.Fatal(err)
	}
}

// TestNothingSentIsLogged sends every operation what is somebody's own in every
// place that takes a text, and searches the log for it.
func TestNothingSentIsLogged(t *testing.T) {
	t.Parallel()
	h := newHostile(t, dbtest.Open(t, db.SQLite))
	const phone, word = "79995550123", "Незабудка"
	h.each(func(path, method string, op *huma.Operation) {
		for _, mark := range []string{phone, word, word + "@example.ru"} {
			query := ""
			for _, p := range op.Parameters {
				if p.In == "query" && h.schema(p.Schema).Type == huma.TypeString && h.schema(p.Schema).Format != "date-time" {
					query += "&" + p.Name + "=" + mark
				}
			}
			a := attack{as: "admin", method: method, path: h.pathOf(path, func(string) string { return mark }), query: strings.TrimPrefix(query, "&"), key: "k" + phone}
			if op.RequestBody != nil {
				a.body = h.marked(op.RequestBody.Content["application/json"].Schema, mark, 4)
			}
			h.send(a, false)
			a.path = h.pathOf(path, func(string) string { return "$ann" })
			h.send(a, false)
		}
	})
	logs := h.logs.String()
	for _, mark := range []string{phone, word, "%D0%9D%D0%B5%D0%B7"} {
		if i := strings.Index(logs, mark); i >= 0 {
			t.Errorf("the log holds %s: %s", mark, logs[max(0, i-300):i+60])
		}
	}
	if strings.Count(logs, "request served") < 400 {
		t.Error("little was logged")
	}
}

// marked is a body with the mark in every place that takes a text.
func (h *hostile) marked(s *huma.Schema, mark string, depth int) string {
	s = h.schema(s)
	if len(s.AllOf) > 0 {
		s = h.schema(s.AllOf[0])
	}
	quoted := fmt.Sprintf("%q", mark)
	switch {
	case len(s.Enum) > 0:
		return fmt.Sprintf("%q", s.Enum[len(s.Enum)-1])
	case s.Type == huma.TypeString:
		return quoted
	case s.Type == huma.TypeBoolean:
		return "false"
	case s.Type == huma.TypeInteger, s.Type == huma.TypeNumber:
		return "1"
	case s.Type == huma.TypeArray && depth > 0:
		return "[" + h.marked(s.Items, mark, depth-1) + "]"
	case s.Type == huma.TypeArray:
		return "[]"
	case depth == 0:
		return "{}"
	}
	var parts []string
	for _, name := range sortedNames(s.Properties) {
		parts = append(parts, fmt.Sprintf("%q:%s", name, h.marked(s.Properties[name], mark, depth-1)))
	}
	return "{" + strings.Join(parts, ",") + "}"
}
