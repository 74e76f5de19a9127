package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/zstd"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/backup"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// hostile sends every operation of the document what no caller should.
type hostile struct {
	*shop
	texts *i18n.Catalog
	doc   *huma.OpenAPI
	rand  *rand.Rand
	sent  int
}

// attack is a request to be.
type attack struct {
	as, method, path, query, key, body string
	headers                            []string
}

// TestHostileInput walks the document: whatever is wrong in a request is
// refused by a problem with a text in both languages, and writes nothing.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHostile(t, d)
		before, tried := h.written(), []string{}
		unwritten := func() {
			t.Helper()
			after := h.written()
			if after != before {
				t.Errorf("a refused request has written, to one of %v", tried)
			}
			before, tried = after, nil
		}
		h.each(func(path, method string, op *huma.Operation) {
			for _, a := range h.wrongRequests(path, method, op) {
				h.send(a, true)
			}
			if tried = append(tried, op.OperationID); len(tried) == 10 { // to read a whole base takes time
				unwritten()
			}
		})
		unwritten()
		if h.sent < 5000 {
			t.Errorf("only %d requests", h.sent)
		}
		h.provesBooks()
	})
}

// TestOddInput sends what has the right form and makes no sense: whatever
// comes of it, it is no failure of ours, and the books hold.
func TestOddInput(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHostile(t, d)
		for round := range 12 {
			h.each(func(path, method string, op *huma.Operation) {
				h.send(h.oddRequest(path, method, op, round), false)
			})
		}
		h.provesBooks()
	})
}

func newHostile(t *testing.T, d *db.DB) *hostile {
	t.Helper()
	h := &hostile{shop: newShop(t, d), texts: texts(t), rand: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // the same cases each time
	h.doc = New(Parts{}).Document(h.texts, i18n.EN)
	h.buyer("ann", phone1, 10000)
	return h
}

func (h *hostile) each(do func(path, method string, op *huma.Operation)) {
	for _, r := range New(Parts{}).routes { // the table's order, not a map's
		do(r.path, r.method, of(h.doc.Paths[r.path], r.method))
	}
}

func (h *hostile) provesBooks() {
	h.t.Helper()
	report, err := verify.Run(h.t.Context(), h.parts.DB, verify.Options{})
	if err != nil || !report.Clean() {
		h.t.Errorf("the books: %+v %v", report.Breaks, err)
	}
}

// written is a digest of all that the base holds.
func (h *hostile) written() string {
	h.t.Helper()
	var archive bytes.Buffer
	if _, err := backup.Backup(h.t.Context(), h.parts.DB, &archive, nil); err != nil {
		h.t.Fatal(err)
	}
	z, err := zstd.NewReader(&archive)
	if err != nil {
		h.t.Fatal(err)
	}
	defer z.Close()
	all, err := io.ReadAll(z)
	if err != nil {
		h.t.Fatal(err)
	}
	all = all[bytes.IndexByte(all, '\n'):]                                      // without when it was made
	all = all[:bytes.LastIndexByte(bytes.TrimRight(all, "\n"), '\n')]           // and without the seal over that
	all = regexp.MustCompile(`"used_at":\d+`).ReplaceAll(all, []byte(`"used"`)) // a key's use is no writing of the request's
	return fmt.Sprintf("%x", sha256.Sum256(all))
}

// send sends it as who may do everything; refused says that it has to be.
func (h *hostile) send(a attack, refused bool) {
	h.t.Helper()
	h.sent++
	address, err := url.Parse(Base + a.path)
	if err != nil {
		return // no server gets it
	}
	address.RawQuery = a.query
	r := httptest.NewRequestWithContext(h.t.Context(), a.method, "/", strings.NewReader(a.body))
	r.URL = address
	r.Header.Set("Authorization", "Bearer "+h.keys[a.as])
	if a.key != "" {
		r.Header.Set(keyHeader, a.key)
	}
	r.Header.Set("Accept-Language", []string{"ru", "en"}[h.sent/2%2])
	for i := 0; i+1 < len(a.headers); i += 2 {
		r.Header.Set(a.headers[i], a.headers[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	at := fmt.Sprintf("%s: %s %s?%s key %.40q %q\n%.600q", a.as, a.method, a.path, a.query, a.key, a.headers, a.body)
	switch {
	case w.Code >= http.StatusInternalServerError:
		h.t.Errorf("%s\n%d %s", at, w.Code, w.Body)
	case w.Code >= http.StatusBadRequest:
		h.isProblem(at, w)
	case refused:
		h.t.Errorf("%s\nis taken: %d %.300s", at, w.Code, w.Body)
	}
}

func (h *hostile) isProblem(at string, w *httptest.ResponseRecorder) {
	h.t.Helper()
	var p httpx.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Code == "" || w.Header().Get("Content-Type") != httpx.ProblemContentType {
		h.t.Errorf("%s\nno problem: %v %s", at, err, w.Body)
		return
	}
	codes := []string{p.Code}
	for _, e := range p.Errors {
		codes = append(codes, e.Code)
		if e.Path == "" && e.Code != "api.type" { // of the body as a whole
			h.t.Errorf("%s\na wrong place without its name: %s", at, w.Body)
		}
	}
	for _, code := range codes {
		for _, lang := range i18n.Langs() {
			if !h.texts.Has(lang, "fault."+code) {
				h.t.Errorf("%s\nno text of %s in %s", at, code, lang)
			}
		}
	}
	if strings.Contains(w.Body.String(), "<no value>") {
		h.t.Errorf("%s\na text lacks its argument: %s", at, w.Body)
	}
}
