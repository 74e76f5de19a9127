package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// stamp stands in everything that was done at the outlet $here and is nobody
// else's business.
const stamp = "ТАЙНА"

// guarded is a shop whose outlet $here has sold, taken back and reserved: things
// say by path what an operation's {id} is then.
func guarded(t *testing.T, d *db.DB) (s *shop, things map[string]string) {
	t.Helper()
	s = newShop(t, d)
	s.buyer("ann", phone1, 10000)
	s.deals([]deal{
		{step: step{do: "POST /purchases", body: `{"number":"` + stamp + `","buyer":{"member":"$ann"},"lines":[` + ticket + `,` + ticket + `]}`, want: 201, keep: "bought"}, key: stamp + "1"},
		{step: step{do: "POST /refunds", body: `{"number":"` + stamp + `","purchase":{"id":"$bought"},"lines":[{"line":0,"quantity":"1"}]}`, want: 201, keep: "back"}, key: stamp + "2"},
		{step: step{do: "POST /reservations", body: `{"number":"` + stamp + `","lines":[` + ticket + `]}`, want: 201, keep: "held"}, key: stamp + "3"},
	})
	s.key("bare", identity.Key{Scopes: []identity.Scope{identity.Admin}})
	there := idOf(t, s.names["there"])
	s.key("far", identity.Key{OutletIDs: []id.ID{there}, Scopes: identity.Scopes()})
	return s, map[string]string{"/purchases/": s.names["bought"], "/refunds/": s.names["back"], "/reservations/": s.names["held"], "/visits/": s.names["bought"]}
}

// knock sends an operation of the table from an address of its own.
func (s *shop) knock(n int, token, method, path, query, key, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(s.t.Context(), method, Base+path+"?"+query, strings.NewReader(body))
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:99", n>>16&255, n>>8&255, n&255)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		r.Header.Set(keyHeader, key)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// pathTo is an operation's path to what is at $here.
func (s *shop) pathTo(r *route, things map[string]string) string {
	out := r.path
	for prefix, name := range things {
		if strings.HasPrefix(out, prefix+"{id}") {
			out = strings.Replace(out, "{id}", name, 1)
		}
	}
	for param, name := range map[string]string{"member": "ann", "outlet": "here", "till": "till", "partner": "own", "programme": "programme"} {
		out = strings.ReplaceAll(out, "{"+param+"}", s.names[name])
	}
	for strings.Contains(out, "{") {
		from, to := strings.IndexByte(out, '{'), strings.IndexByte(out, '}')
		out = out[:from] + "7" + out[to+1:]
	}
	return out
}

// TestWhoMayDoWhat is the matrix of every operation of the table and every sort
// of key: none, one that is none, revoked, over, without the scope, of another
// outlet or its till, and the right one. An operation that is new is in it by
// itself.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	s, things := guarded(t, dbtest.Open(t, db.SQLite))
	revoked, token, err := s.parts.Identity.MakeKey(t.Context(), identity.Key{Name: "revoked", Scopes: identity.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	if a := s.send("admin", "DELETE /keys/"+revoked.ID.String(), "", ""); a.status != http.StatusNoContent {
		t.Fatalf("%d %s", a.status, a.body)
	}
	_, over, err := s.parts.Identity.MakeKey(t.Context(), identity.Key{Name: "over", Scopes: identity.Scopes(), Expires: s.clock.Now() + 1})
	if err != nil {
		t.Fatal(err)
	}
	s.clock.Set(clock.Of(s.clock.Now().Time().Add(1_000_000)))
	right := s.keys["admin"]
	doc := New(Parts{}).Document(texts(t), i18n.EN)
	n := 0
	for _, r := range New(s.parts).routes {
		if r.open {
			continue // TestPair
		}
		path := s.pathTo(&r, things)
		for name, bad := range map[string]string{
			"no": "", "wrong": strings.Repeat("x", len(right)), "cut": right[:len(right)-1], "revoked": token, "over": over, "two": right + " " + right, "upper": strings.ToUpper(right),
		} {
			n++
			if w := s.knock(n, bad, r.method, path, "", "k", "{}"); w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), stamp) {
				t.Errorf("%s with %s key: %d %s", r.id, name, w.Code, w.Body)
			}
		}
		n++
		s.key("without "+r.id, identity.Key{Scopes: lacking(&r)})
		if w := s.knock(n, s.keys["without "+r.id], r.method, path, "", "k", "{}"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "identity.scope-missing") {
			t.Errorf("%s without its scope: %d %s", r.id, w.Code, w.Body)
		}
		// Elsewhere: by what names something of $here, be it the path, the query or
		// the body, nothing of it is told or done.
		for _, far := range []string{"far", "till2"} {
			for _, query := range s.queries(of(doc.Paths[r.path], r.method).Parameters) {
				for _, body := range []string{`{}`, s.fill(`{"till":"$till"}`), s.fill(`{"outlet":"$here"}`), s.fill(`{"purchase":{"id":"$bought"},"whole":true}`)} {
					n++
					w := s.knock(n, s.keys[far], r.method, path, query, fmt.Sprint("k", n), body)
					if strings.Contains(w.Body.String(), stamp) || w.Code >= http.StatusInternalServerError {
						t.Errorf("%s from another outlet (%s) by %q %s: %d %s", r.id, far, query, body, w.Code, w.Body)
					}
					if strings.Contains(r.path, "{id}") && w.Code < http.StatusBadRequest {
						t.Errorf("%s from another outlet (%s) is done: %d %s", r.id, far, w.Code, w.Body)
					}
					if r.method == http.MethodGet {
						break
					}
				}
			}
		}
	}
	// Nothing has happened to them, and who may sees them.
	for _, own := range []deal{
		{step: step{do: "GET /purchases/$bought", want: 200, has: `"state":"part"`}},
		{step: step{do: "GET /purchases?outlet=$here", want: 200}},
		{step: step{do: "GET /refunds/$back", want: 200}},
		{step: step{do: "GET /reservations/$held", want: 200, has: `"state":"held"`}},
	} {
		if a := s.send("till", own.do, "", ""); a.status != own.want || !strings.Contains(string(a.body), stamp) || own.has != "" && !strings.Contains(string(a.body), own.has) {
			t.Errorf("%s: %d %s", own.do, a.status, a.body)
		}
	}
	if n < 2000 {
		t.Errorf("only %d requests", n)
	}
}

// lacking are all scopes without which the operation can't be had.
func lacking(r *route) (out []identity.Scope) {
	for _, scope := range identity.Scopes() {
		needed := scope == identity.Admin || r.also != "" && scope == r.also
		for _, x := range r.scopes {
			needed = needed || r.also == "" && x == scope
		}
		if !needed {
			out = append(out, scope)
		}
	}
	return out
}

// queries are the ways in which an operation's parameters can name what is at
// $here, and none.
func (s *shop) queries(params []*huma.Param) []string {
	out := []string{""}
	base := url.Values{}
	for _, p := range params {
		if p.In == "query" && p.Required {
			base.Set(p.Name, "2026-11-22")
		}
	}
	for _, p := range params {
		values := map[string]string{
			"outlet": s.names["here"], "outlets": s.names["here"], "member": s.names["ann"], "till": s.names["till"], "key": stamp + "1", "by": "outlet",
		}
		if p.In != "query" || values[p.Name] == "" {
			continue
		}
		q := url.Values{p.Name: {values[p.Name]}}
		if p.Name == "key" {
			q.Set("till", s.names["till"])
		}
		for name := range base {
			q.Set(name, base.Get(name))
		}
		out = append(out, q.Encode())
	}
	return out
}
