package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const testToken = "kk_test-token"

// serving makes a client of a handler.
func serving(t testing.TB, h http.HandlerFunc, opts ...Option) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	c, err := New(server.URL, testToken, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		server.Close()
	})
	return c
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		address, token string
		base           string // "": refused
	}{
		{"http://127.0.0.1:8080", testToken, "http://127.0.0.1:8080/api/v1"},
		{"https://host/loyalty//", testToken, "https://host/loyalty/api/v1"},
		{"host:8080", testToken, ""},
		{"ftp://host", testToken, ""},
		{"https://", testToken, ""},
		{"https://user:hush@host", testToken, ""},
		{"https://host/?a=hush", testToken, ""},
		{"https://host/%zzhush", testToken, ""},
		{"https://host", "", ""},
		{"https://host", "hush\nX-Evil: 1", ""},
	} {
		c, err := New(tc.address, tc.token)
		switch {
		case err != nil && tc.base != "", err == nil && tc.base != c.base:
			t.Errorf("%s: base is not %q: %v, %v", tc.address, tc.base, c, err)
		case err != nil && strings.Contains(err.Error(), "hush"):
			t.Errorf("a secret is shown: %v", err)
		}
	}
}

func TestKeyIsNeverShown(t *testing.T) {
	t.Parallel()
	c, err := New("http://host", testToken)
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%s %v %+v %#v", c, c, c, c); strings.Contains(shown, "kk_") || !strings.Contains(shown, "http://host/api/v1") {
		t.Error(shown)
	}
}

// What goes over the wire is what the document says.
func TestRequest(t *testing.T) {
	t.Parallel()
	sent := make(chan string, 8)
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		head := ""
		for _, name := range []string{"Authorization", "Accept-Language", "User-Agent", "Content-Type", "Idempotency-Key"} {
			head += "|" + r.Header.Get(name)
		}
		sent <- r.Method + " " + r.RequestURI + " " + head + " " + string(body)
		_, _ = io.WriteString(w, "{}")
	}, WithLanguage("en"), WithUserAgent("till/7"))
	ctx := t.Context()
	at := time.Date(2026, 3, 2, 12, 0, 0, 500, time.FixedZone("", 3*3600))
	for _, call := range []func() error{
		func() error {
			_, _, err := c.CommitPurchase(ctx, "drive/1", &CommitBody{Lines: []CartLine{{SKU: "<tea>", Quantity: "0.375", Price: 100}}}, nil)
			return err
		},
		func() error {
			_, _, err := c.RecordPurchase(ctx, "k", &RecordBody{At: at, Lines: []RecordLine{}}, &RecordPurchaseQuery{Fiscal: true})
			return err
		},
		func() error {
			_, err := c.ListPurchases(ctx, &ListPurchasesQuery{Member: "5", From: at, Fiscal: true})
			return err
		},
		func() error { _, err := c.GetConsentText(ctx, "5/../6?a", 2); return err },
		func() error { return c.RevokeKey(ctx, "7") },
	} {
		if err := call(); err != nil {
			t.Error(err)
		}
	}
	const head = "|Bearer " + testToken + "|en|till/7|"
	want := []string{
		`POST /api/v1/purchases ` + head + `application/json|drive/1 {"lines":[{"sku":"\u003ctea\u003e","quantity":"0.375","price":100}]}`,
		`POST /api/v1/purchases/record?fiscal=true ` + head + `application/json|k {"at":"2026-03-02T12:00:00.0000005+03:00","lines":[]}`,
		`GET /api/v1/purchases?member=5&from=2026-03-02T09%3A00%3A00.0000005Z&fiscal=true ` + head + `| `,
		`GET /api/v1/consent-texts/5%2F..%2F6%3Fa/2 ` + head + `| `,
		`DELETE /api/v1/keys/7 ` + head + `| `,
	}
	for _, w := range want {
		if diff := cmp.Diff(w, <-sent); diff != "" {
			t.Error(diff)
		}
	}
}

// What would ask for something else is not sent.
func TestRequestIsRefusedHere(t *testing.T) {
	t.Parallel()
	c := serving(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was sent", r.RequestURI) })
	if _, err := c.GetMember(t.Context(), ""); err == nil {
		t.Error("an empty parameter makes another path")
	}
	if err := c.RevokeKey(t.Context(), ".."); err == nil {
		t.Error("two dots make another path")
	}
	if _, _, err := c.CommitPurchase(t.Context(), "", &CommitBody{}, nil); err == nil {
		t.Error("a receipt without a key could be made twice")
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	answer := func(status int, form, body string) error {
		c := serving(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", form)
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		_, err := c.CreatePartner(t.Context(), &PartnerBody{})
		return err
	}
	err := answer(400, "application/problem+json", `{"type":"urn:kopilka:fault:api.invalid","title":"Не так","status":400,"detail":"Поправьте",
		"code":"api.invalid","log":"wrong","request_id":"r1","errors":[{"path":"name","code":"api.required","detail":"Нужно"}],"other":1}`)
	want := &Problem{
		Status: 400, Code: "api.invalid", Type: "urn:kopilka:fault:api.invalid", Title: "Не так", Detail: "Поправьте", Log: "wrong", RequestID: "r1",
		Errors: []ProblemField{{Path: "name", Code: "api.required", Detail: "Нужно"}}, RetryAfter: 7 * time.Second,
	}
	if diff := cmp.Diff(want, err); diff != "" {
		t.Error(diff)
	}
	if Code(err) != "api.invalid" || Code(io.EOF) != "" || err.Error() != "kopilka: api.invalid: wrong" {
		t.Errorf("%q, %q, %q", Code(err), Code(io.EOF), err)
	}
	for _, page := range []string{"<html>proxy</html>", "", `{"error":"proxy"}`, `{"code":`, "[]"} {
		err := answer(504, "text/html", page)
		want := &Problem{Status: 504, Title: "Gateway Timeout", RetryAfter: 7 * time.Second}
		if diff := cmp.Diff(want, err); diff != "" || err.Error() != "kopilka: 504 Gateway Timeout" {
			t.Errorf("%q: %v\n%s", page, err, diff)
		}
	}
}

// A success that can't be read is no success, and asks for nothing again.
func TestUnreadableAnswer(t *testing.T) {
	t.Parallel()
	s := &script{}
	c, err := New("http://host", testToken, WithTransport(s))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s.steps = append(s.steps, step{status: 200, body: strings.NewReader(`{"id":5`)})
	}
	if got, err := c.GetPartner(t.Context(), "1"); got != nil || err == nil || len(s.sent) != 1 {
		t.Errorf("%v, %v after %d calls", got, err, len(s.sent))
	}
	if got, _, err := c.CommitPurchase(t.Context(), "k", &CommitBody{}, nil); got != nil || err == nil || len(s.sent) != 2 {
		t.Errorf("%v, %v after %d calls", got, err, len(s.sent))
	}
}

// Many goroutines use one client: each gets the answer to its own question.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		var in CommitBody
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		_ = json.NewEncoder(w).Encode(Purchase{Key: r.Header.Get("Idempotency-Key"), Number: in.Number})
	})
	var all sync.WaitGroup
	for worker := range 32 {
		all.Go(func() {
			for n := range 50 {
				key, number := fmt.Sprintf("%d-%d", worker, n), strings.Repeat("x", worker*n%64)
				got, _, err := c.CommitPurchase(t.Context(), key, &CommitBody{Number: number}, nil)
				if err != nil || got.Key != key || got.Number != number {
					t.Errorf("%s: %+v, %v", key, got, err)
					return
				}
			}
		})
	}
	all.Wait()
}
