package ui_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"testing"

	"kopilka/internal/edge/ui"
)

var imports = regexp.MustCompile(`(?m)^import .* from '(\./[^']+)';$`)

// A till starts with no network, so each module that its script is made of is
// kept; one that only the browser's own cache happens to have is lost with it.
func TestTillKeepsItsModules(t *testing.T) {
	kept := ui.TillFiles()
	seen := map[string]bool{}
	var follow func(url string)
	follow = func(url string) {
		if seen[url] {
			return
		}
		seen[url] = true
		if !slices.Contains(kept, url) {
			t.Errorf("%s is not kept", path.Base(url))
		}
		w := httptest.NewRecorder()
		ui.Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, http.NoBody))
		body, err := io.ReadAll(w.Result().Body)
		if err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d, %v", url, w.Code, err)
		}
		for _, m := range imports.FindAllSubmatch(body, -1) {
			follow(path.Join(path.Dir(url), string(m[1])))
		}
	}
	follow(ui.Static().URL(ui.TillScript))
	if len(seen) < 10 {
		t.Errorf("only %d modules were found", len(seen))
	}
}
