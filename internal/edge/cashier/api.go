package cashier

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// apiBase is where the API has its operations.
const apiBase = "/api/v1"

// operation is one of the API's that the page may ask for.
type operation struct {
	method, path string // {} stands for one name
	names        bool   // its body names the cashier, who is or was on duty here
	told         bool   // … or anybody who works here: it tells what was sold, however long ago
	always       bool   // also where nobody is on duty: it tells what was done before
}

// operations are all of them.
var operations = []operation{
	{method: http.MethodPost, path: "/quotes", names: true},
	{method: http.MethodPost, path: "/purchases", names: true, always: true},
	{method: http.MethodPost, path: "/purchases/record", names: true, told: true, always: true},
	{method: http.MethodPost, path: "/purchases/claim", names: true},
	{method: http.MethodGet, path: "/purchases/{}"},
	{method: http.MethodPost, path: "/refunds/quote", names: true},
	{method: http.MethodPost, path: "/refunds", names: true, always: true},
	{method: http.MethodPost, path: "/codes"},
	{method: http.MethodPost, path: "/codes/check"},
	{method: http.MethodPost, path: "/members", names: true},
	{method: http.MethodPost, path: "/members/{}/activate"},
	{method: http.MethodPost, path: "/members/{}/cards"},
}

// operationOf finds the operation that a request is for.
func operationOf(method, path string) (operation, bool) {
	parts := strings.Split(path, "/")
	for _, o := range operations {
		if o.method == method && slices.EqualFunc(strings.Split(o.path, "/"), parts, func(want, is string) bool { return want == is || want == "{}" && is != "" }) {
			return o, true
		}
	}
	return operation{}, false
}

// pass does an operation of the API for the page, as the till.
func (c *Cashier) pass(k *call) error {
	path := "/" + chi.URLParam(k.r, "*")
	o, ok := operationOf(k.r.Method, path)
	if !ok {
		return fault.New(fault.NotFound, "cashier.no-operation")
	}
	if k.duty == nil && !o.always {
		return fault.New(fault.Unauthorized, "cashier.nobody-on-duty")
	}
	r := k.r.Clone(k.r.Context())
	if o.names {
		body, err := io.ReadAll(k.r.Body)
		if err != nil {
			return fault.Wrap(err, fault.TooLarge, "http.body-too-large", "limit", int64(maxBody))
		}
		if err := c.mayName(k, &o, body); err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	c.API.ServeHTTP(k.w, asTill(k, r, path))
	return nil
}

// mayName refuses a body that names another cashier than one who is or was on
// duty here: nobody sells in another's name.
func (c *Cashier) mayName(k *call, o *operation, body []byte) error {
	var named struct {
		Cashier id.ID `json:"cashier"`
	}
	if err := json.Unmarshal(body, &named); err != nil {
		return nil //nolint:nilerr // the API says what is wrong with it
	}
	if named.Cashier != 0 && c.written(k).knows(named.Cashier) {
		return nil
	}
	if who, ok := c.Cashiers.Get(named.Cashier); o.told && ok && (who.OutletID == 0 || who.OutletID == k.at.Outlet.ID) {
		return nil
	}
	return fault.New(fault.Denied, "cashier.other-cashier")
}

// asTill turns a request of the page into the till's own to the API.
func asTill(k *call, r *http.Request, path string) *http.Request {
	r = r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, chi.NewRouteContext()))
	to := *r.URL
	to.Path, to.RawPath = apiBase+path, ""
	r.URL = &to
	r.Header.Del("Cookie")
	r.Header.Del("Authorization")
	if k.key != "" {
		r.Header.Set("Authorization", "Bearer "+k.key)
	}
	return r
}

// answer is what the API has answered the workplace itself.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header, WriteHeader and Write make it an http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader notes the status.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write keeps the body.
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// ask does an operation of the API as the till, for the workplace itself.
func (c *Cashier) ask(k *call, method, path string, body []byte) *answer {
	r := k.r.Clone(k.r.Context())
	path, query, _ := strings.Cut(path, "?")
	r.Method, r.Body, r.ContentLength = method, io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.URL = &url.URL{RawQuery: query}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	a := &answer{header: http.Header{}}
	c.API.ServeHTTP(a, asTill(k, r, path))
	return a
}

// relay answers the page as the API has answered.
func (a *answer) relay(k *call) {
	for _, name := range []string{"Content-Type", "Content-Language", "Retry-After"} {
		if v := a.header.Get(name); v != "" {
			k.w.Header().Set(name, v)
		}
	}
	k.w.WriteHeader(a.status)
	_, _ = k.w.Write(a.body.Bytes()) // whoever asked may have gone
}
