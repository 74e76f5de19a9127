package pages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// teller is a till's browser without a page.
type teller struct {
	t   *testing.T
	url string
	c   *http.Client
}

func newTeller(t *testing.T, url string) *teller {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &teller{t: t, url: url, c: &http.Client{Jar: jar}}
}

// ask gives the status, the code of what is wrong, and the body.
func (b *teller) ask(method, path string, body any, head ...string) (int, string, string) {
	b.t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/pos"+path, sent)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	answer, err := b.c.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var problem struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(text, &problem)
	return answer.StatusCode, problem.Code, string(text)
}

// TestTillPower: what the workplace serves, and to whom.
func TestTillPower(t *testing.T) {
	t.Parallel()
	s := start(t)
	ctx := t.Context()
	cinema, _ := s.service.Directory.OutletByCode(demo.Cinema)
	tills, err := s.service.Partners.Tills(ctx, cinema.ID, reference.Page{})
	if err != nil {
		t.Fatal(err)
	}
	people, err := s.service.Identity.Cashiers(ctx, cinema.ID, reference.Page{})
	if err != nil {
		t.Fatal(err)
	}
	darya, oleg := people.Items[0], people.Items[1]
	of, number := s.buyer(t, "Нина", 10_00)
	b := newTeller(t, s.url)
	want := func(what string, status int, code string, method, path string, body any, head ...string) string {
		t.Helper()
		got, is, text := b.ask(method, path, body, head...)
		if got != status || is != code {
			t.Errorf("%s: %d %s, want %d %s: %.300s", what, got, is, status, code, text)
		}
		return text
	}
	sale := func(cashier id.ID) map[string]any {
		return map[string]any{"cashier": cashier.String(), "lines": []any{map[string]any{"sku": "sum", "name": "Сумма", "quantity": "1", "price": 100}}}
	}
	record := sale(darya.ID)
	record["at"] = "2026-01-01T00:00:00Z"

	// A browser that is no till's.
	if text := want("start", 200, "", "GET", "/start", nil); !strings.Contains(text, "unpaired") {
		t.Error(text)
	}
	want("a stranger signs in", 401, "cashier.not-paired", "POST", "/duty", map[string]string{"code": darya.Code, "pin": demo.CashierPIN})
	want("a stranger finds", 401, "cashier.not-paired", "POST", "/find", map[string]string{"q": number})
	want("a stranger sells", 401, "cashier.not-paired", "POST", "/api/purchases", sale(darya.ID), "Idempotency-Key", "a")
	want("a wrong code", 401, "identity.pairing-unknown", "POST", "/pair", map[string]string{"code": "AAAA-AAAA"})

	code, err := s.service.Identity.BeginPairing(ctx, tills.Items[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if text := want("pair", 200, "", "POST", "/pair", map[string]string{"code": code.Code}); strings.Contains(text, "kp_") {
		t.Error("the page is told the key")
	}
	// A till with nobody on duty: it tells what was sold before, in the name of whoever works there.
	want("nobody finds", 401, "cashier.nobody-on-duty", "POST", "/find", map[string]string{"q": number})
	want("nobody quotes", 401, "cashier.nobody-on-duty", "POST", "/api/quotes", sale(darya.ID))
	want("nobody sells", 403, "cashier.other-cashier", "POST", "/api/purchases", sale(darya.ID), "Idempotency-Key", "b")
	want("nobody tells", 201, "", "POST", "/api/purchases/record", record, "Idempotency-Key", "c")
	want("nobody confirms", 401, "cashier.nobody-on-duty", "POST", "/confirm", map[string]string{"member": of.String()})
	want("a wrong PIN", 401, "cashier.pin-wrong", "POST", "/duty", map[string]string{"code": darya.Code, "pin": "2222"})
	want("a PIN of nobody's", 401, "identity.pin-wrong", "POST", "/duty", map[string]string{"code": "nobody", "pin": "2222"})
	want("sign in", 200, "", "POST", "/duty", map[string]string{"code": darya.Code, "pin": demo.CashierPIN})

	// On duty: found is what a cashier needs.
	found := want("find", 200, "", "POST", "/find", map[string]string{"q": number})
	if strings.Contains(found, "+7916") || strings.Contains(found, number) || !strings.Contains(found, "Нина Проверкина") {
		t.Error(found)
	}
	want("sells", 201, "", "POST", "/api/purchases", sale(darya.ID), "Idempotency-Key", "d")
	want("sells in another's name", 403, "cashier.other-cashier", "POST", "/api/purchases", sale(oleg.ID), "Idempotency-Key", "e")
	want("sells in nobody's name", 403, "cashier.other-cashier", "POST", "/api/purchases", map[string]any{"lines": []any{}}, "Idempotency-Key", "f")
	for _, path := range []string{"/api/members", "/api/members/1", "/api/keys", "/api/members/1/accounts", "/api/programmes", "/api/../keys", "/api/purchases/1/why"} {
		if status, _, _ := b.ask("GET", path, nil); status == 200 && path != "/api/purchases" {
			t.Errorf("GET %s is served", path)
		}
	}
	want("points by hand", 404, "cashier.no-operation", "POST", "/api/adjustments", map[string]any{})
	want("another site", 403, "cashier.foreign", "POST", "/find", map[string]string{"q": number}, "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site")
	want("a field that is none", 400, "api.invalid", "POST", "/find", map[string]string{"q": number, "x": "y"})
	want("too much", 413, "http.body-too-large", "POST", "/find", map[string]string{"q": strings.Repeat("9", 2<<20)})

	// A member who waits to be confirmed gets a code, which the page can't read; nobody else does.
	want("nothing to confirm", 422, "cashier.nothing-to-confirm", "POST", "/confirm", map[string]string{"member": of.String()})
	rules, version, err := member.LoadRules(ctx, s.service.DB)
	if err != nil {
		t.Fatal(err)
	}
	rules.ConfirmPhone = true
	if err := s.service.Members.SaveRules(ctx, rules, version); err != nil {
		t.Fatal(err)
	}
	if sent := want("a code is sent", 200, "", "POST", "/confirm", map[string]string{"member": of.String()}); strings.Contains(sent, "+7916") || strings.Contains(sent, "code") {
		t.Error(sent)
	}
	want("a wrong code", 422, "member.code-wrong", "POST", "/confirm", map[string]string{"member": of.String(), "code": "0"})
	want("the code", 200, "", "POST", "/confirm", map[string]string{"member": of.String(), "code": s.codes.last()})
	want("he is confirmed", 422, "cashier.nothing-to-confirm", "POST", "/confirm", map[string]string{"member": of.String()})

	// Another cashier: who was before him still may be told of, nobody else.
	want("another signs in", 200, "", "POST", "/duty", map[string]string{"code": oleg.Code, "pin": demo.CashierPIN})
	want("told in the first one's name", 201, "", "POST", "/api/purchases", sale(darya.ID), "Idempotency-Key", "g")
	// Whoever is closed is on duty no more.
	if _, err := s.service.Identity.SaveCashier(ctx, identity.Cashier{ID: oleg.ID, OutletID: oleg.OutletID, Code: oleg.Code, Name: oleg.Name, State: reference.Closed}); err != nil {
		t.Fatal(err)
	}
	if err := s.service.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	want("a closed one finds", 401, "cashier.nobody-on-duty", "POST", "/find", map[string]string{"q": number})
	var shift struct {
		Sales int `json:"sales"`
	}
	want("sign in again", 200, "", "POST", "/duty", map[string]string{"code": darya.Code, "pin": demo.CashierPIN})
	text := want("shift", 200, "", "GET", "/shift", nil)
	if err := json.Unmarshal([]byte(text), &shift); err != nil || shift.Sales < 2 {
		t.Error(fmt.Sprint(err), text)
	}
}
