package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestOwnDetails: anybody changes his own name, e-mail and language, not what
// he may; nobody takes another's e-mail, and a change made meanwhile is not
// lost.
func TestOwnDetails(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		sells := h.hire("sells", []staff.Permission{staff.OverviewSee})
		was, err := h.staff.Who(t.Context(), sells)
		h.check(err)
		version := id.ID(was.Person.Version).String()
		form := func(email string) url.Values {
			return url.Values{"name": {"Анна Орлова"}, "email": {email}, "lang": {"en"}, "version": {version}, "role": {"owner"}}
		}
		h.sends(sells, "/me/edit", form("no address"), http.StatusUnprocessableEntity)
		h.sends(sells, "/me/edit", form("owner@example.org"), http.StatusUnprocessableEntity)
		if body := h.ask(sells, http.MethodGet, admin.Base+"/me/edit", nil).Body.String(); !strings.Contains(body, was.Person.Email) {
			t.Error("the form does not begin with what is there")
		}
		if c := h.ask(sells, http.MethodPost, admin.Base+"/me/edit", form("orlova@example.org")).Result().Cookies(); len(c) != 1 || c[0].Name != "lang" || c[0].Value != "en" {
			t.Errorf("his language does not take effect: %v", c)
		}
		h.sends(sells, "/me/edit", form("again@example.org"), http.StatusUnprocessableEntity)
		now, err := h.staff.Who(t.Context(), sells)
		h.check(err)
		// The browser had chosen another: what he saves stands over it at once.
		saved := h.ask(sells, http.MethodPost, admin.Base+"/me/edit", url.Values{
			"name": {"Анна Орлова"}, "email": {"orlova@example.org"}, "lang": {""}, "version": {id.ID(now.Person.Version).String()},
		})
		if c := saved.Result().Cookies(); len(c) != 1 || c[0].Name != "lang" || c[0].MaxAge >= 0 {
			t.Errorf("what the browser has chosen is not taken back: %v", c)
		}
		if p := now.Person; p.Name != "Анна Орлова" || p.Email != "orlova@example.org" || p.Lang != "en" || p.Role != was.Person.Role {
			t.Errorf("the person is %+v", p)
		}
	})
}
