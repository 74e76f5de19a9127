package api

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/post"
)

// office is the API on a base with two outlets, from which the reference data
// is kept.
type office struct {
	t       testing.TB
	parts   Parts
	clock   *clock.Fixed
	handler http.Handler
	changes int               // calls of Changed
	names   map[string]string // what steps have kept, for $name
	keys    map[string]string // tokens
}

func newOffice(t testing.TB, d *db.DB) *office {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, clock: clock.NewFixed(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)), names: map[string]string{}, keys: map[string]string{"": ""}}
	log, ids := slog.New(slog.DiscardHandler), id.NewMaker(1)
	router, faults := httpx.NewRouter(httpx.Stack{
		Log: log, Texts: texts, Lang: i18n.EN, Metrics: metrics.New("test"), Health: httpx.NewHealth(o.clock), Body: 4 << 20, Timeout: time.Minute,
	})
	members := &member.Members{DB: d, IDs: ids, Clock: o.clock}
	rules := member.DefaultRules()
	o.parts = Parts{
		DB: d, Clock: o.clock, Log: log, Texts: texts, Faults: faults,
		Keys: identity.NewKeys(d, o.clock), Identity: identity.New(d, ids, o.clock),
		Partners: partner.New(d, ids), Directory: partner.NewDirectory(), Products: catalog.New(d, ids), Catalog: catalog.NewIndex(),
		Playbill: playbill.New(d, ids, o.clock),
		Members:  members, Joins: &join.Joins{DB: d, Clock: o.clock, Members: members, Rules: func() member.Rules { return rules }}, Privacy: &privacy.Privacy{DB: d, IDs: ids, Clock: o.clock}, Merges: &merge.Merges{DB: d, IDs: ids, Clock: o.clock, Members: members}, Cards: &card.Cards{Members: members, Key: bytes.Repeat([]byte{7}, 32)}, Rules: func() member.Rules { return rules },
		Programmes: &programme.Programmes{DB: d, IDs: ids, Clock: o.clock},
		Limit:      httpx.Rate{PerMinute: 1_000_000, Burst: 100_000},
		Ready:      func() error { return nil },
		Figures:    &figure.Reader{DB: d, Clock: o.clock},
		Lists:      &segment.Lists{DB: d, Clock: o.clock},
		Feed:       &feed.Feed{DB: d, Clock: o.clock, Keep: 30 * 24 * time.Hour},
	}
	client := post.New(post.Options{Timeout: 5 * time.Second, Lookup: func(context.Context, string) ([]net.IPAddr, error) {
		return nil, net.ErrClosed // no test asks the DNS
	}})
	o.parts.Webhooks = webhook.New(webhook.Options{DB: d, IDs: ids, Clock: o.clock, Log: log, Feed: o.parts.Feed, Render: EventBody, Post: client})
	o.parts.Changed = func(ctx context.Context) error {
		o.changes++
		_, err := o.parts.Directory.Refresh(ctx, d)
		return err
	}
	for _, r := range New(o.parts).routes { // without the document, which takes its time
		router.Method(r.method, Base+r.path, r.serve)
	}
	o.handler = router
	o.furnish()
	return o
}

// furnish makes what the steps start from: a partner with the outlets $here
// and $there, a till $till in the first, and keys.
func (o *office) furnish() {
	ctx := o.t.Context()
	p := o.must(o.parts.Partners.SavePartner(ctx, partner.Partner{Code: "own", Name: "Кинотеатр"})).(partner.Partner)
	here := o.must(o.parts.Partners.SaveOutlet(ctx, partner.Outlet{PartnerID: p.ID, Code: "here", Name: "Зал", Zone: "Europe/Moscow"})).(partner.Outlet)
	there := o.must(o.parts.Partners.SaveOutlet(ctx, partner.Outlet{PartnerID: p.ID, Code: "there", Name: "Бар", Zone: "Asia/Omsk"})).(partner.Outlet)
	till := o.must(o.parts.Partners.SaveTill(ctx, partner.Till{OutletID: here.ID, Code: "1", Name: "Касса"})).(partner.Till)
	o.names["own"], o.names["here"], o.names["there"], o.names["till"] = p.ID.String(), here.ID.String(), there.ID.String(), till.ID.String()
	all := identity.Scopes()
	o.key("admin", identity.Key{Scopes: []identity.Scope{identity.Admin}})
	o.key("till", identity.Key{TillID: till.ID, Scopes: all})
	o.key("outlet", identity.Key{OutletIDs: []id.ID{here.ID}, Scopes: all})
	o.key("reader", identity.Key{Scopes: []identity.Scope{identity.ReferenceRead, identity.MembersRead}})
	if err := o.parts.Changed(ctx); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) must(v any, err error) any {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func (o *office) key(name string, k identity.Key) {
	o.t.Helper()
	k.Name = name
	_, token, err := o.parts.Identity.MakeKey(o.t.Context(), k)
	if err != nil {
		o.t.Fatal(err)
	}
	o.keys[name] = token
}

// member makes a member whose id the steps know by the name.
func (o *office) member(name, phone string) {
	o.t.Helper()
	m, err := o.parts.Members.Register(o.t.Context(), member.DefaultRules(), member.Registration{
		Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone}},
	}, member.Actor{Kind: member.BySystem, Source: "test"})
	if err != nil {
		o.t.Fatal(err)
	}
	o.names[name] = m.Home.String()
}

// step is a request and what is to come of it. A $name in it stands for what
// an earlier step has kept.
type step struct {
	as   string // key; "": admin
	do   string // method and path below Base
	body string
	want int    // status
	code string // of the problem
	at   string // "path code" of one of the problem's fields
	has  string // parts of the answer, apart by a blank
	not  string // parts that the answer must not have
	keep string // name, or name=field, of what later steps may use
}

func (o *office) run(steps []step) {
	o.t.Helper()
	for _, s := range steps {
		if s.as == "" {
			s.as = "admin"
		}
		status, answer := o.ask(o.keys[s.as], s.do, s.body)
		at := s.as + " " + s.do + " " + s.body
		if status != s.want {
			o.t.Errorf("%s\n%d, want %d: %s", at, status, s.want, answer)
			continue
		}
		o.check(at, s, answer)
	}
}

func (o *office) check(at string, s step, answer []byte) {
	o.t.Helper()
	if s.want >= http.StatusBadRequest {
		var p httpx.Problem
		if err := json.Unmarshal(answer, &p); err != nil || p.Code != s.code {
			o.t.Errorf("%s\ncode %q, want %q", at, p.Code, s.code)
		}
		if s.at != "" && !slices.ContainsFunc(p.Errors, func(f httpx.ProblemField) bool { return f.Path+" "+f.Code == s.at }) {
			o.t.Errorf("%s\nfields %v, want %s", at, p.Errors, s.at)
		}
		if strings.Contains(p.Detail, "fault.") {
			o.t.Errorf("%s\nno text: %s", at, p.Detail)
		}
		for _, f := range p.Errors {
			if strings.Contains(f.Detail, "fault.") {
				o.t.Errorf("%s\nno text: %s", at, f.Detail)
			}
		}
	}
	for part := range strings.FieldsSeq(o.fill(s.has)) {
		if !strings.Contains(string(answer), part) {
			o.t.Errorf("%s\nhas no %s: %s", at, part, answer)
		}
	}
	for part := range strings.FieldsSeq(o.fill(s.not)) {
		if strings.Contains(string(answer), part) {
			o.t.Errorf("%s\nhas %s: %s", at, part, answer)
		}
	}
	for keep := range strings.FieldsSeq(s.keep) {
		name, field, ok := strings.Cut(keep, "=")
		if !ok {
			field = "id"
		}
		var m map[string]any
		d := json.NewDecoder(bytes.NewReader(answer))
		d.UseNumber()
		if err := d.Decode(&m); err != nil {
			o.t.Fatal(err)
		}
		switch v := m[field].(type) {
		case string:
			o.names[name] = v
		case json.Number:
			o.names[name] = v.String()
		default:
			o.t.Fatalf("%s\nno %s to keep: %s", at, field, answer)
		}
	}
}

// fill puts what was kept in place of $names.
func (o *office) fill(s string) string {
	names := make([]string, 0, len(o.names))
	for name := range o.names {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // $till2 before $till
	for _, name := range names {
		s = strings.ReplaceAll(s, "$"+name, o.names[name])
	}
	return s
}

func (o *office) ask(token, do, body string) (status int, answer []byte) {
	o.t.Helper()
	method, path, _ := strings.Cut(o.fill(do), " ")
	r := httptest.NewRequestWithContext(o.t.Context(), method, Base+path, strings.NewReader(o.fill(body)))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// rows are the operations that keep reference data and cards.
func (o *office) rows() []route {
	a := &API{Parts: o.parts, limiter: httpx.NewLimiter(clock.System{})}
	for _, resource := range []func(*API){partners, cashiers, catalogue, programmes, keys, cards, cardStock, groups, memberSettings} {
		resource(a)
	}
	return a.routes
}

// request gives the method and a path of an operation in which each name
// stands for some id.
func (r *route) request() string {
	parts := strings.Split(r.path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "7"
		}
	}
	return r.method + " " + strings.Join(parts, "/")
}

// Nobody does what his key has no scope for; the scopes named in the table,
// and Admin, are the only ones that do.
func TestReferenceScopes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Open(t, db.SQLite))
	for _, s := range identity.Scopes() {
		o.key(string(s), identity.Key{Scopes: []identity.Scope{s}})
	}
	seen := map[string]bool{}
	for _, r := range o.rows() {
		if seen[r.id] || len(r.scopes) == 0 {
			t.Errorf("%s: twice, or open to any key", r.id)
		}
		seen[r.id] = true
		if status, _ := o.ask("", r.request(), "{}"); status != http.StatusUnauthorized {
			t.Errorf("%s without a key: %d", r.id, status)
		}
		for _, s := range identity.Scopes() {
			status, answer := o.ask(o.keys[string(s)], r.request(), "{}")
			denied := status == http.StatusForbidden
			if may := s == identity.Admin || slices.Contains(r.scopes, s); may == denied {
				t.Errorf("%s with %s: %d %s", r.id, s, status, answer)
			}
		}
	}
}

// What an operation does not know it refuses, in a body and in a query.
func TestReferenceRefusesUnknown(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Open(t, db.SQLite))
	for _, r := range o.rows() {
		steps := []step{{do: r.request() + "?no_such=1", body: "{}", want: 400, code: "api.invalid", at: "no_such api.unknown-parameter"}}
		if o.takesBody(r) {
			steps = append(
				steps,
				step{do: r.request(), body: `{"no_such":1}`, want: 400, code: "api.invalid", at: "no_such api.unknown-field"},
				step{do: r.request(), body: `[]`, want: 400, code: "api.invalid", at: " api.type"},
				step{do: r.request(), want: 400, code: "api.no-body"},
			)
		}
		o.run(steps)
	}
	if o.changes != 1 {
		t.Errorf("something was changed: %d", o.changes)
	}
}

// takesBody asks the document.
func (o *office) takesBody(r route) bool {
	d := newDocument(o.parts.Texts, i18n.EN)
	r.document(d)
	return of(d.OpenAPI().Paths[r.path], r.method).RequestBody != nil
}
