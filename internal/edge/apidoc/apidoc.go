// Package apidoc serves the browsable guide of the API at /api/: a page made of
// files inside the program, which reads the OpenAPI document in the browser and
// can send requests with a key that the reader types in.
//
// Invariants: the page asks nothing of any other host; nothing in it runs but
// its own files (the policy forbids inline scripts and styles, and scripts that
// make HTML of text); a file's address changes with its content, so it is kept
// by browsers for ever.
package apidoc

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

const (
	pagePath   = "/api/"
	assetsPath = pagePath + "assets/"
)

// policy is that of the page: its own scripts, styles, fonts and pictures, and
// requests to where it came from.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Mount puts the page at /api/ and its assets under /api/assets/ on r, where the
// files of all pages are mounted too (ui.Static).
func Mount(r chi.Router) {
	s := newSite()
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.MethodFunc(method, "/api", toPage)
		r.MethodFunc(method, pagePath, s.servePage)
		r.Method(method, assetsPath+"*", s.assets)
	}
}

func toPage(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, pagePath, http.StatusPermanentRedirect)
}
