// Package apidoc serves the browsable guide of the API at /api/: a page made of
// files inside the program, which reads the OpenAPI document in the browser.
package apidoc

import "github.com/go-chi/chi/v5"

// Mount puts the page at /api/ and its assets under /api/assets/ on r.
func Mount(r chi.Router) {}
