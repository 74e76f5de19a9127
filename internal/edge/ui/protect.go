package ui

import (
	"net/http"
	"strings"
)

// policy is what a page may load and run: its own files only. A style attribute
// is allowed, since a bar of a chart has its length there; a script in the page
// is not.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Protect says with each page what it may load and run, that nobody may show it
// in a frame, and that neither a browser nor a proxy keeps it: pages are of
// persons.
func Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Add("Vary", "HX-Request")
		next.ServeHTTP(w, r)
	})
}

// AllowPrograms lets the page that is answered run WebAssembly of its own files
// beside its scripts.
func AllowPrograms(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", strings.Replace(policy, "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", 1))
}
