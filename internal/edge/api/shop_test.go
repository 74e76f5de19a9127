package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/log"
	"kopilka/internal/platform/metrics"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// shop is an office that sells: with goods, a programme, a desk and a till in
// each outlet, whose keys are "till" and "till2".
type shop struct {
	*office
	desk *purchase.Desk
	logs *safeBuffer
	sms  *outbox
}

// safeBuffer is a buffer that many may write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write keeps what is written.
func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// outbox keeps the texts that were sent.
type outbox struct {
	mu    sync.Mutex
	texts []string
}

// Send keeps the text.
func (o *outbox) Send(_ context.Context, _, text string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.texts = append(o.texts, text)
	return nil
}

func (o *outbox) last() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.texts[len(o.texts)-1]
}

func newShop(t testing.TB, d *db.DB) *shop {
	t.Helper()
	s := &shop{office: newOffice(t, d), logs: &safeBuffer{}, sms: &outbox{}}
	ctx, ids := t.Context(), id.NewMaker(2)
	p := &s.parts
	for _, g := range []struct{ typ, sku string }{{"ticket", "T1"}, {"bar", "B1"}} {
		typ := s.must(p.Products.SaveType(ctx, catalog.Type{Code: g.typ, NameRU: g.typ, NameEN: g.typ, Payable: true, Earns: true})).(catalog.Type)
		s.must(p.Products.SaveProduct(ctx, catalog.Product{SKU: g.sku, Name: g.sku, TypeID: typ.ID}))
	}
	s.must(p.Catalog.Refresh(ctx, d))
	var there id.ID
	_ = json.Unmarshal([]byte(`"`+s.names["there"]+`"`), &there)
	second := s.must(p.Partners.SaveTill(ctx, partner.Till{OutletID: there, Code: "1", Name: "Бар"})).(partner.Till)
	s.names["till2"] = second.ID.String()
	s.must(p.Directory.Refresh(ctx, d))
	all := identity.Scopes()
	s.key("till2", identity.Key{TillID: second.ID, Scopes: all})
	s.key("weak", identity.Key{TillID: second.ID, Scopes: []identity.Scope{identity.PurchasesQuote}})
	if err := p.Programmes.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	rules := purchasetest.Programme()
	rules.Zone = "Europe/Moscow"
	made, err := p.Programmes.Put(ctx, rules, "test")
	if err != nil {
		t.Fatal(err)
	}
	s.names["programme"] = made.ID.String()
	p.Log = log.New(s.logs, slog.LevelDebug, "json")
	p.Codes = &member.Codes{
		DB: d, IDs: ids, Clock: s.clock, Key: bytes.Repeat([]byte{3}, 32),
		Channels: map[member.Kind]member.Channel{member.Phone: s.sms}, Text: func(_ member.Purpose, _, code string) string { return code },
	}
	s.desk = purchase.New(purchase.Options{
		DB: d, IDs: ids, Clock: s.clock, Log: p.Log, Programmes: p.Programmes, Directory: p.Directory, Catalog: p.Catalog,
		Secret: bytes.Repeat([]byte{5}, 32), UseStep: card.UseStep,
		Cashier: func(ctx context.Context, cashier id.ID) (bool, error) {
			_, err := p.Identity.Cashier(ctx, cashier)
			return err == nil, nil
		},
	})
	t.Cleanup(s.desk.Close)
	p.Desk, p.Privacy.Desk, p.Joins.Desk, p.Merges.Desk = s.desk, s.desk, s.desk, s.desk
	router, faults := httpx.NewRouter(httpx.Stack{
		Log: p.Log, Texts: p.Texts, Lang: i18n.RU, Metrics: metrics.New("test"), Health: httpx.NewHealth(s.clock), Body: 1 << 20, Timeout: time.Minute,
	})
	p.Faults = faults
	for _, r := range New(*p).routes {
		router.Method(r.method, Base+r.path, r.serve)
	}
	s.handler = router
	return s
}

// answer is what came back of a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a *answer) json(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return m
}

// send sends a request with a key of its operation and headers, name by value.
func (s *shop) send(as, do, key, body string, headers ...string) *answer {
	method, path, _ := strings.Cut(s.fill(do), " ")
	r := httptest.NewRequestWithContext(context.Background(), method, Base+path, strings.NewReader(s.fill(body)))
	if token := s.keys[as]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		r.Header.Set(keyHeader, key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return &answer{w.Code, w.Header(), w.Body.Bytes()}
}

// deal is a step with a key.
type deal struct {
	step
	key      string
	replayed bool
}

func (s *shop) deals(list []deal) {
	s.t.Helper()
	for _, d := range list {
		if d.as == "" {
			d.as = "till"
		}
		a := s.send(d.as, d.do, d.key, d.body, "Accept-Language", "en")
		at := d.as + " " + d.do + " " + d.key + " " + d.body
		if a.status != d.want {
			s.t.Errorf("%s\n%d, want %d: %s", at, a.status, d.want, a.body)
			continue
		}
		if got := a.header.Get(replayedHeader) == "true"; got != d.replayed {
			s.t.Errorf("%s\nreplayed: %v", at, got)
		}
		s.check(at, d.step, a.body)
	}
}

// buyer makes a member with a phone and puts points into his account.
func (s *shop) buyer(name, phone string, points int64) {
	s.t.Helper()
	s.member(name, phone)
	if points == 0 {
		return
	}
	a := s.send("admin", "POST /adjustments", "give "+name, fmt.Sprintf(`{"buyer":{"member":"$%s"},"programme":"$programme","points":%d,"reason":"test"}`, name, points))
	if a.status != http.StatusCreated {
		s.t.Fatalf("%d %s", a.status, a.body)
	}
}

func idOf(t testing.TB, s string) id.ID {
	t.Helper()
	i, err := id.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return i
}
