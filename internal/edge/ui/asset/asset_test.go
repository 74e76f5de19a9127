package asset

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func open(t *testing.T, css string) *Set {
	t.Helper()
	s, err := New(fstest.MapFS{"css/kit.css": {Data: []byte(css)}, "a.svg": {Data: []byte("<svg/>")}}, "/static/")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFilesAreKeptForEver(t *testing.T) {
	t.Parallel()
	css := strings.Repeat("a{color:red}", 100)
	s := open(t, css)
	w := get(s, s.URL("css/kit.css"))
	if w.Code != http.StatusOK || w.Body.String() != css || w.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if again := get(s, s.URL("css/kit.css"), "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("asked again: %d", again.Code)
	}
	// What has changed has another address, and the old one is not there any more.
	newer := open(t, css+"b{}")
	if newer.URL("a.svg") == s.URL("a.svg") || get(newer, s.URL("a.svg")).Code != http.StatusNotFound {
		t.Errorf("%s is still %s", s.URL("a.svg"), newer.URL("a.svg"))
	}
	for _, path := range []string{s.Base() + "none.css", s.Base(), "/static/css/kit.css", s.Base() + "../" + s.URL("a.svg")} {
		if w := get(s, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestPackedForWhoTakesIt(t *testing.T) {
	t.Parallel()
	css := strings.Repeat("a{color:red}", 100)
	s := open(t, css)
	for accept, packed := range map[string]bool{
		"gzip": true, "br, gzip;q=0.5": true, "gzip; q=1": true, "": false, "br": false, "gzip;q=0": false, "gzip;q=0.000": false, "x-gzip": false,
	} {
		w := get(s, s.URL("css/kit.css"), "Accept-Encoding", accept)
		got := w.Header().Get("Content-Encoding") == "gzip"
		if got != packed || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: packed %v, %v", accept, got, w.Header())
		}
		if !got {
			continue
		}
		r, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(r); err != nil || string(body) != css {
			t.Errorf("%q unpacked: %v", accept, err)
		}
	}
	if w := get(s, s.URL("a.svg"), "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "" {
		t.Error("packed though it gains nothing")
	}
}

// TestPackedAlready: a file that is built in packed is sent as it is, and
// unpacked to who does not take it so.
func TestPackedAlready(t *testing.T) {
	t.Parallel()
	plain := strings.Repeat("\x00asm", 100)
	s, err := New(fstest.MapFS{"rules.wasm.gz": {Data: pack([]byte(plain))}}, "/static/")
	if err != nil {
		t.Fatal(err)
	}
	w := get(s, s.URL("rules.wasm"))
	if w.Body.String() != plain || w.Header().Get("Content-Type") != "application/wasm" || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("%d bytes, %v", w.Body.Len(), w.Header())
	}
	w = get(s, s.URL("rules.wasm"), "Accept-Encoding", "gzip")
	if w.Body.String() != string(pack([]byte(plain))) || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("packed: %d bytes, %v", w.Body.Len(), w.Header())
	}
}
