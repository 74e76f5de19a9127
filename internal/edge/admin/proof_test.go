package admin_test

import (
	"encoding/base32"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestFreshProofWithAPhone: whoever has set up codes of a phone is asked for one
// beside his password, and is not stopped for good by a password alone.
func TestFreshProofWithAPhone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		token := h.signIn("owner@example.org")
		who, err := h.staff.Who(t.Context(), token)
		h.check(err)
		set, err := h.staff.BeginTOTP(t.Context(), who)
		h.check(err)
		secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(set.Secret)
		h.check(err)
		recovery, err := h.staff.ConfirmTOTP(t.Context(), who, crypto.PhoneTOTP(secret, crypto.TOTPStep(h.Clock.Now())))
		h.check(err)
		k, _, err := identity.New(d, h.IDs, h.Clock).MakeKey(t.Context(), identity.Key{Name: "Сайт", Scopes: []identity.Scope{identity.ReferenceRead}})
		h.check(err)
		h.Clock.Add(staff.ProofLasts + time.Second)
		path := admin.Base + "/keys/" + k.ID.String() + "/close"
		if body := h.unproven(token, path, nil); !strings.Contains(body, `name="sure-code"`) {
			t.Error("no code is asked for")
		}
		if w := h.proven(token, path, nil, ""); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `name="sure-code"`) {
			t.Errorf("revoked by a password alone: %d", w.Code)
		}
		if w := h.proven(token, path, nil, recovery[0]); w.Code != http.StatusSeeOther {
			t.Errorf("not revoked: %d: %s", w.Code, w.Body)
		}
	})
}

// unproven sends a form that wants a fresh proof: the page that asks for one
// has all of it, and a wrong password is not taken.
func (h *house) unproven(token, path string, form url.Values) string {
	h.t.Helper()
	asked := h.ask(token, http.MethodPost, path, form)
	body := asked.Body.String()
	if asked.Code != http.StatusOK || !strings.Contains(body, `name="sure-password"`) {
		h.t.Errorf("%s: no proof is asked for: %d", path, asked.Code)
	}
	for name, values := range form {
		for _, v := range values {
			if !strings.Contains(body, `name="`+name+`" value="`+html.EscapeString(v)+`"`) {
				h.t.Errorf("%s: %s=%s is lost", path, name, v)
			}
		}
	}
	if w := h.sure(token, path, form, "a guess at it", ""); w.Code != http.StatusUnprocessableEntity {
		h.t.Errorf("%s: a wrong password: %d", path, w.Code)
	}
	return body
}

// proven sends a form with its proof, as a browser does: to the page that asks
// for it, and from there to where it was meant for.
func (h *house) proven(token, path string, form url.Values, code string) *httptest.ResponseRecorder {
	h.t.Helper()
	w := h.sure(token, path, form, password, code)
	if w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != path {
		return w
	}
	return h.ask(token, http.MethodPost, path, form)
}

func (h *house) sure(token, path string, form url.Values, password, code string) *httptest.ResponseRecorder {
	h.t.Helper()
	all := url.Values{"sure-next": {path}, "sure-again": {"yes"}, "sure-password": {password}, "sure-code": {code}}
	maps.Copy(all, form)
	return h.ask(token, http.MethodPost, admin.Base+"/confirm", all)
}
