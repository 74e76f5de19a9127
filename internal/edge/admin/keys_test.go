package admin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/reference"
)

// TestKeysInTheConsole: a key is made with no more than its maker may do, shown
// once, and revoked by who has proven himself; a reader of one outlet sees and
// makes keys of that outlet only.
func TestKeysInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		checks := identity.NewKeys(d, h.Clock)
		only := []staff.Permission{staff.KeysEdit}
		everywhere, bare := h.hire("everywhere", append(only, staff.TillWork, staff.ReferenceSee)), h.hire("bare", only)
		here, reads := h.hire("here", staff.Permissions(), h.Outlet.ID), h.hire("reads", []staff.Permission{staff.KeysEdit, staff.MembersSee, staff.MembersContacts})
		list := admin.Base + "/keys"
		form := func(scope, outlet string) url.Values {
			v := url.Values{"name": {"Сайт"}, "scopes": strings.Fields(scope)}
			if outlet != "" {
				v.Set("outlets", outlet)
			}
			return v
		}
		for _, r := range []struct {
			who, scope, outlet string
			want               int
		}{
			{everywhere, "admin", "", http.StatusForbidden},
			{everywhere, "points.adjust", "", http.StatusForbidden},
			{everywhere, "", "", http.StatusUnprocessableEntity},
			{everywhere, "no.such", "", http.StatusUnprocessableEntity},
			{everywhere, "members.read", "", http.StatusForbidden},
			{everywhere, "purchases.refund", "", http.StatusForbidden},
			{everywhere, "purchases.quote", "nowhere", http.StatusUnprocessableEntity},
			{bare, "purchases.quote", "", http.StatusForbidden},
			{bare, "purchases.write", "", http.StatusForbidden},
			{bare, "purchases.record", "", http.StatusForbidden},
			{bare, "reference.read", "", http.StatusForbidden},
			// Members are the organization's, wherever the key acts.
			{here, "members.read", h.Outlet.Code, http.StatusForbidden},
			{here, "points.adjust", h.Outlet.Code, http.StatusForbidden},
			{here, "members.privacy", h.Outlet.Code, http.StatusForbidden},
			{here, "webhooks.write", h.Outlet.Code, http.StatusForbidden},
			{here, "purchases.quote", "", http.StatusUnprocessableEntity},
			{here, "purchases.quote", "two", http.StatusUnprocessableEntity},
			{here, "purchases.quote purchases.write", h.Outlet.Code, http.StatusSeeOther},
			{everywhere, "reference.read", "", http.StatusSeeOther},
			{reads, "members.read", "", http.StatusSeeOther},
		} {
			if w := h.ask(r.who, http.MethodPost, list+"/new", form(r.scope, r.outlet)); w.Code != r.want {
				t.Errorf("%s at %q: %d, want %d", r.scope, r.outlet, w.Code, r.want)
			}
		}
		made, err := identity.New(d, h.IDs, h.Clock).OrganizationKeys(t.Context(), 0, 10)
		if err != nil || len(made) != 3 || len(made[2].OutletIDs) != 1 {
			t.Fatalf("made are %+v, %v", made, err)
		}
		whole, own := list+"/"+made[1].ID.String(), list+"/"+made[2].ID.String()
		if w := h.ask(here, http.MethodGet, whole, nil); w.Code != http.StatusNotFound {
			t.Errorf("a key of all outlets, read by who works at one: %d", w.Code)
		}
		if w := h.ask(here, http.MethodPost, whole+"/close", nil); w.Code != http.StatusNotFound {
			t.Errorf("revoked by him: %d", w.Code)
		}
		if body := h.ask(here, http.MethodGet, list, nil).Body.String(); strings.Contains(body, whole) || !strings.Contains(body, own) {
			t.Error("the list is not of the reader's own")
		}

		w := h.given(everywhere, list+"/new", form("reference.read", ""))
		token := regexp.MustCompile(`Bearer ([^&'"]+)`).FindStringSubmatch(w.Body.String())
		if token == nil || !strings.Contains(w.Body.String(), "/api/v1/partners?limit=1") {
			t.Fatalf("no command to try it: %s", w.Body)
		}
		who, err := checks.Authenticate(t.Context(), token[1])
		if err != nil || who.Name != "Сайт" || !who.Can(identity.ReferenceRead) || who.Can(identity.MembersRead) {
			t.Fatalf("the key is %+v, %v", who, err)
		}
		path := list + "/" + who.KeyID.String()
		if strings.Contains(h.ask(everywhere, http.MethodGet, path, nil).Body.String(), token[1]) {
			t.Error("the key is shown again")
		}

		// Long after he has signed in he is asked who he is.
		h.Clock.Add(staff.ProofLasts + time.Second)
		h.unproven(everywhere, path+"/close", nil)
		h.unproven(everywhere, list+"/new", form("reference.read", ""))
		if w := h.proven(everywhere, path+"/close", nil, ""); w.Code != http.StatusSeeOther {
			t.Errorf("revoked: %d: %s", w.Code, w.Body)
		}
		k, err := identity.New(d, h.IDs, h.Clock).Key(t.Context(), who.KeyID)
		if err != nil || k.State != reference.Closed {
			t.Errorf("it is %+v, %v", k, err)
		}
	})
}

// given sends what makes a secret: the answer leads to the page that shows it, to
// whom it was made only.
func (h *house) given(token, path string, form url.Values) *httptest.ResponseRecorder {
	h.t.Helper()
	made := h.ask(token, http.MethodPost, path, form)
	if made.Code != http.StatusSeeOther {
		return made
	}
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, made.Header().Get("Location"), nil)
	r.AddCookie(&http.Cookie{Name: "kopilka", Value: token})
	for _, c := range made.Result().Cookies() {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	if gone := w.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Value != "" {
		h.t.Errorf("%s: it would be shown again: %v", path, gone)
	}
	return w
}
