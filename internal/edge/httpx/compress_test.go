package httpx

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCompressPages: a long page is packed for whoever asks for it, and comes
// out as it went in; nothing else is packed.
func TestCompressPages(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("<p>Участник получил 1 бонус</p>", 200)
	for name, c := range map[string]struct {
		kind, takes, body string
		packed            bool
	}{
		"page":         {"text/html; charset=utf-8", "gzip, br", long, true},
		"not asked":    {"text/html; charset=utf-8", "", long, false},
		"a short one":  {"text/html; charset=utf-8", "gzip", "<p>1</p>", false},
		"not a page":   {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "gzip", long, false},
		"of a machine": {"application/json", "gzip", long, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := CompressPages(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				_, _ = io.WriteString(w, c.body)
			}))
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.Header.Set("Accept-Encoding", c.takes)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != c.packed {
				t.Fatalf("packed %t, not %t", got, c.packed)
			}
			body := w.Body.Bytes()
			if c.packed {
				if len(body) > len(c.body)/4 {
					t.Errorf("%d bytes of %d", len(body), len(c.body))
				}
				z, err := gzip.NewReader(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if body, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if string(body) != c.body {
				t.Error("it is not what was written")
			}
			if c.kind[:9] == "text/html" && !strings.Contains(w.Header().Get("Vary"), "Accept-Encoding") {
				t.Error("a cache would give it to whoever can't read it")
			}
		})
	}
}
