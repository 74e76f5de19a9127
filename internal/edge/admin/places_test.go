package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// made is the id that a page was gone to after something was made.
func made(t *testing.T, to string) id.ID {
	t.Helper()
	found := regexp.MustCompile(`/(\d+)\?done=`).FindStringSubmatch(to)
	if found == nil {
		t.Fatalf("gone to %q", to)
	}
	i, err := id.Parse(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// TestCashiersInTheConsole: a cashier is made, given a PIN that a till can check
// and no page shows again, blocked, and let in again; who works elsewhere
// neither sees nor changes him.
func TestCashiersInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		people := identity.New(d, h.IDs, h.Clock)
		all := []staff.Permission{staff.ReferenceSee, staff.OutletsEdit}
		everywhere, sees := h.hire("everywhere", all), h.hire("sees", []staff.Permission{staff.ReferenceSee})
		here, elsewhere := h.hire("here", all, h.Outlet.ID), h.hire("elsewhere", all, h.other)
		list := admin.Base + "/cashiers"

		form := url.Values{"name": {"Вера"}, "code": {"17"}, "outlet": {h.Outlet.ID.String()}}
		if w := h.ask(sees, http.MethodPost, list+"/new", form); w.Code != http.StatusForbidden {
			t.Fatalf("made by who may not: %d", w.Code)
		}
		if w := h.ask(elsewhere, http.MethodPost, list+"/new", form); w.Code != http.StatusForbidden {
			t.Fatalf("made at another's outlet: %d", w.Code)
		}
		if w := h.ask(here, http.MethodPost, list+"/new", url.Values{"name": {"Вера"}, "code": {"18"}}); w.Code != http.StatusForbidden {
			t.Fatalf("made to work anywhere by who does not: %d", w.Code)
		}
		w := h.ask(here, http.MethodPost, list+"/new", form)
		if w.Code != http.StatusSeeOther {
			t.Fatalf("made: %d: %s", w.Code, w.Body)
		}
		vera := list + "/" + made(t, w.Header().Get("Location")).String()
		if w := h.ask(everywhere, http.MethodPost, list+"/new", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "«17»") {
			t.Errorf("a second one of the code: %d", w.Code)
		}
		free := list + "/" + made(t, h.ask(everywhere, http.MethodPost, list+"/new", url.Values{"name": {"Где угодно"}, "code": {"19"}}).Header().Get("Location")).String()

		// Who sees whom, and who may change whom.
		for _, r := range []struct {
			who, path string
			read      int
			change    int
		}{
			{sees, vera, http.StatusOK, http.StatusForbidden},
			{here, vera, http.StatusOK, http.StatusSeeOther},
			{elsewhere, vera, http.StatusNotFound, http.StatusNotFound},
			{here, free, http.StatusOK, http.StatusForbidden},
			{everywhere, free, http.StatusOK, http.StatusSeeOther},
		} {
			if w := h.ask(r.who, http.MethodGet, r.path, nil); w.Code != r.read {
				t.Errorf("read %s: %d, want %d", r.path, w.Code, r.read)
			}
			if w := h.ask(r.who, http.MethodPost, r.path+"/state", url.Values{"state": {"active"}}); w.Code != r.change {
				t.Errorf("change %s: %d, want %d", r.path, w.Code, r.change)
			}
		}
		if body := h.ask(elsewhere, http.MethodGet, list, nil).Body.String(); strings.Contains(body, vera) || !strings.Contains(body, free) {
			t.Error("the list elsewhere is not of who works there")
		}
		if w := h.ask(elsewhere, http.MethodGet, list+"?outlet="+h.Outlet.ID.String(), nil); w.Code != http.StatusNotFound {
			t.Errorf("another's outlet: %d", w.Code)
		}

		// A PIN is shown only as it is made, and works.
		for _, bad := range []string{"", "12", "12a4", "1234567890123"} {
			w := h.ask(here, http.MethodPost, vera+"/pin", url.Values{"pin": {bad}})
			if w.Code != http.StatusUnprocessableEntity || bad != "" && strings.Contains(w.Body.String(), `value="`+bad) {
				t.Errorf("the PIN %q: %d", bad, w.Code)
			}
		}
		w = h.given(here, vera+"/pin", url.Values{"do": {"make"}})
		found := regexp.MustCompile(`<code class="code">(\d{6})</code>`).FindStringSubmatch(w.Body.String())
		if w.Code != http.StatusOK || found == nil {
			t.Fatalf("a PIN is made: %d: %s", w.Code, w.Body)
		}
		if strings.Contains(h.ask(here, http.MethodGet, vera, nil).Body.String(), found[1]) {
			t.Error("the PIN is shown again")
		}
		if c, err := people.CheckPIN(t.Context(), "17", found[1]); err != nil || c.Name != "Вера" {
			t.Errorf("the PIN that was made: %+v, %v", c, err)
		}
		for _, way := range []url.Values{{"pin": {"4821"}}, {"do": {"drop"}}} {
			if w := h.ask(here, http.MethodPost, vera+"/pin", way); w.Code != http.StatusSeeOther {
				t.Errorf("%v: %d", way, w.Code)
			}
			if _, err := people.CheckPIN(t.Context(), "17", "4821"); (err == nil) != (way.Get("pin") != "") {
				t.Errorf("after %v: %v", way, err)
			}
		}
		h.ask(here, http.MethodPost, vera+"/state", url.Values{"state": {"closed"}})
		if body := h.ask(here, http.MethodGet, list, nil).Body.String(); !strings.Contains(body, "заблокирован") {
			t.Error("the list does not say who is blocked")
		}
	})
}

// TestCashiersPageByPage: a long list is read on to its end, and a reader of one
// outlet finds his own behind hundreds of others'.
func TestCashiersPageByPage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		people := identity.New(d, h.IDs, h.Clock)
		for i := range 120 {
			c := identity.Cashier{OutletID: h.other, Code: "a" + id.ID(1000+i).String(), Name: "Кассир"}
			if i == 119 {
				c.Code, c.Name, c.OutletID = "b", "Последняя", h.Outlet.ID
			}
			_, err := people.SaveCashier(t.Context(), c)
			h.check(err)
		}
		may := []staff.Permission{staff.ReferenceSee}
		if body := h.ask(h.hire("here", may, h.Outlet.ID), http.MethodGet, admin.Base+"/cashiers", nil).Body.String(); !strings.Contains(body, "Последняя") {
			t.Error("who works here is not found behind the others")
		}
		all, path, rows := h.hire("all", may), admin.Base+"/cashiers", 0
		for pages := 0; path != ""; pages++ {
			body := h.ask(all, http.MethodGet, path, nil).Body.String()
			rows += strings.Count(body, `<td class="c-who">`)
			path = ""
			if m := regexp.MustCompile(`href="([^"]*)">\s*Дальше`).FindStringSubmatch(body); m != nil {
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
			if pages > 3 {
				t.Fatal("the list does not end")
			}
		}
		if rows != 120 {
			t.Errorf("%d rows", rows)
		}
	})
}

// TestPartnersInTheConsole: a partner is made and changed by who works at all
// outlets; others see theirs only.
func TestPartnersInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		all := []staff.Permission{staff.ReferenceSee, staff.OutletsEdit}
		everywhere, here := h.hire("everywhere", all), h.hire("here", all, h.Outlet.ID)
		list := admin.Base + "/partners"
		w := h.ask(everywhere, http.MethodPost, list+"/new", url.Values{"name": {"Кофейня"}, "code": {"coffee"}})
		if w.Code != http.StatusSeeOther {
			t.Fatalf("made: %d: %s", w.Code, w.Body)
		}
		made := made(t, w.Header().Get("Location"))
		coffee, own := list+"/"+made.String(), list+"/"+h.Outlet.PartnerID.String()
		for _, r := range []struct {
			who, method, path string
			want              int
		}{
			{everywhere, http.MethodGet, coffee, http.StatusOK},
			{here, http.MethodGet, coffee, http.StatusNotFound},
			{here, http.MethodGet, own, http.StatusOK},
			{here, http.MethodGet, own + "/edit", http.StatusForbidden},
			{here, http.MethodPost, own + "/edit", http.StatusForbidden},
			{here, http.MethodPost, coffee + "/edit", http.StatusForbidden},
			{here, http.MethodPost, list + "/new", http.StatusForbidden},
		} {
			if w := h.ask(r.who, r.method, r.path, url.Values{"name": {"Иное"}, "code": {"x"}}); w.Code != r.want {
				t.Errorf("%s %s: %d, want %d", r.method, r.path, w.Code, r.want)
			}
		}
		if body := h.ask(here, http.MethodGet, list, nil).Body.String(); strings.Contains(body, coffee) || !strings.Contains(body, own) {
			t.Error("the list is not of the reader's own")
		}
		if body := h.ask(here, http.MethodGet, own, nil).Body.String(); !strings.Contains(body, h.Outlet.ID.String()) || strings.Contains(body, h.other.String()) {
			t.Error("the outlets are not the reader's own")
		}
		changed := url.Values{"name": {"Кофейни"}, "code": {"coffee"}, "state": {"closed"}, "version": {"1"}}
		if w := h.ask(everywhere, http.MethodPost, coffee+"/edit", changed); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("changed by who read an older one: %d", w.Code)
		}
		changed.Del("version")
		if w := h.ask(everywhere, http.MethodPost, coffee+"/edit", changed); w.Code != http.StatusSeeOther {
			t.Errorf("changed: %d", w.Code)
		}
		x, err := partner.New(d, h.IDs).Partner(t.Context(), made)
		if err != nil || x.Name != "Кофейни" || x.State != reference.Closed {
			t.Errorf("it is %+v, %v", x, err)
		}
	})
}
