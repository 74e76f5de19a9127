package admin_test

import (
	"net/http"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestAboveWhatIsSent: whoever goes to an address that is only sent to comes to
// the page above it, and to no answer for programs.
func TestAboveWhatIsSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		for from, to := range map[string]string{
			"/admin/members/7/privacy/erase": "/admin/members/7/privacy", "/admin/outlets/7/tills/8/pairing": "/admin/outlets/7", "/admin/sign-out": "",
		} {
			w := h.ask("", http.MethodGet, from, nil)
			if to == "" {
				if w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
					t.Errorf("%s: %d %s", from, w.Code, w.Header())
				}
				continue
			}
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
				t.Errorf("%s: %d to %q, want %q", from, w.Code, w.Header().Get("Location"), to)
			}
		}
	})
}
