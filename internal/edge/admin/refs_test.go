package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// TestSettingsAreForWhoMay: settings want their permission, what belongs to a
// programme or an outlet that of seeing it, and who works at some outlets only
// changes nothing of the whole organization's. A change is in the trail, and
// one that another has made meanwhile is not lost.
func TestSettingsAreForWhoMay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		none := h.hire("none", []staff.Permission{staff.OverviewSee})
		sets := h.hire("sets", []staff.Permission{staff.SettingsEdit})
		sees := h.hire("sees", []staff.Permission{staff.SettingsEdit, staff.ProgrammeSee})
		some := h.hire("some", []staff.Permission{staff.SettingsEdit}, h.Outlet.ID)
		list, one := admin.Base+"/settings", admin.Base+"/settings/unique_phone"
		if w := h.ask(none, http.MethodGet, list, nil); w.Code != http.StatusForbidden {
			t.Errorf("for nobody: %d", w.Code)
		}
		if w := h.ask(sets, http.MethodGet, list, nil); !strings.Contains(w.Body.String(), "organization.unique_phone") || strings.Contains(w.Body.String(), "programme.point_value") {
			t.Error("who may not see programmes sees their settings, or not even his own")
		}
		if w := h.ask(sees, http.MethodGet, list, nil); !strings.Contains(w.Body.String(), "programme.point_value") || !strings.Contains(w.Body.String(), "Основная") {
			t.Error("who may see programmes does not see what is in force there")
		}
		form := url.Values{"value": {"false"}, "version": {"0"}}
		for who, want := range map[string]int{none: http.StatusForbidden, some: http.StatusForbidden, sets: http.StatusSeeOther} {
			if w := h.ask(who, http.MethodPost, one, form); w.Code != want {
				t.Errorf("a change: %d, want %d: %s", w.Code, want, w.Body)
			}
		}
		r, version, err := member.LoadRules(t.Context(), d)
		if err != nil || r.UniquePhone || version != 1 {
			t.Errorf("the rules are %+v of %d, %v", r, version, err)
		}
		if w := h.ask(sets, http.MethodPost, one, url.Values{"value": {"true"}, "version": {"0"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a change of what another has changed: %d", w.Code)
		}
		if w := h.ask(sets, http.MethodPost, one+"/default", url.Values{"version": {"1"}}); w.Code != http.StatusSeeOther {
			t.Errorf("a reset: %d: %s", w.Code, w.Body)
		}
		if r, _, err := member.LoadRules(t.Context(), d); err != nil || !r.UniquePhone {
			t.Errorf("after a reset: %+v, %v", r, err)
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "member_settings."}, 0, 10)
		if err != nil || len(trail) != 2 || trail[0].Actor.Name != "sets" {
			t.Errorf("the trail: %+v, %v", trail, err)
		}
		for path, want := range map[string]int{"/settings/nothing": http.StatusNotFound, "/settings/point_value": http.StatusNotFound} {
			if w := h.ask(sets, http.MethodGet, admin.Base+path, nil); w.Code != want {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
	})
}

// harm is a name that would be a script on a page that does not take care.
const harm = `<script>alert(1)</script>"><img src=x onerror=alert(1)>`

// harmless fails where what was typed is on the page as it was typed.
func (h *house) harmless(token, path string) {
	h.t.Helper()
	w := h.ask(token, http.MethodGet, admin.Base+path, nil)
	if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || !strings.Contains(body, "&lt;script&gt;alert") {
		h.t.Errorf("%s: %d, what was typed is not there or is a script there", path, w.Code)
	}
}

// sends posts a form and tells what was answered where that is not wanted.
func (h *house) sends(token, path string, form url.Values, want int) {
	h.t.Helper()
	if w := h.ask(token, http.MethodPost, admin.Base+path, form); w.Code != want {
		h.t.Fatalf("%s: %d, want %d: %s", path, w.Code, want, w.Body)
	}
}

// TestCatalogueInTheConsole: what is sold is made and changed by who may, seen
// by who may see, named as it was typed, and not changed over another's change.
func TestCatalogueInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.ReferenceSee, staff.CatalogueEdit}
		none, sees := h.hire("none", []staff.Permission{staff.OverviewSee}), h.hire("sees", may[:1])
		edits, some := h.hire("edits", may), h.hire("some", may, h.Outlet.ID)
		products := catalog.New(d, h.IDs)
		h.sends(edits, "/catalogue/types/new", url.Values{"name_ru": {harm}, "name_en": {"Snacks"}, "code": {"snacks"}, "payable": {"yes"}}, http.StatusSeeOther)
		h.sends(edits, "/catalogue/types/new", url.Values{"name_ru": {"Квас"}, "code": {"kvas"}}, http.StatusSeeOther) // a name in one language is that in both
		h.sends(edits, "/catalogue/types/new", url.Values{"name_en": {" "}, "code": {"nameless"}}, http.StatusUnprocessableEntity)
		h.sends(edits, "/catalogue/types/new", url.Values{"name_ru": {"Ещё"}, "name_en": {"More"}, "code": {"snacks"}}, http.StatusUnprocessableEntity)
		h.sends(edits, "/catalogue/groups/new", url.Values{"name": {harm}, "code": {"sweet"}}, http.StatusSeeOther)
		// What a code may have is told the same before and after it is refused.
		w := h.ask(edits, http.MethodPost, admin.Base+"/catalogue/groups/new", url.Values{"name": {"Сладкое"}, "code": {"сладкое и кислое"}})
		if n := strings.Count(w.Body.String(), "буквы, цифры и . _ - / : #"); w.Code != http.StatusUnprocessableEntity || n != 1 {
			t.Errorf("a code of three words: %d, its rule is told %d times", w.Code, n)
		}
		if body := h.ask(edits, http.MethodGet, admin.Base+"/catalogue/groups/new", nil).Body.String(); !strings.Contains(body, "буквы, цифры и . _ - / : #") {
			t.Error("the rule of a code is not told")
		}
		types, err := products.Types(t.Context(), reference.Page{Find: "snacks"})
		h.check(err)
		groups, err := products.Groups(t.Context(), reference.Page{})
		h.check(err)
		if len(types.Items) != 1 || !types.Items[0].Payable || types.Items[0].Earns || len(groups.Items) != 1 {
			t.Fatalf("types %+v, groups %+v", types.Items, groups.Items)
		}
		kind := "/catalogue/types/" + types.Items[0].ID.String()
		h.sends(edits, kind, url.Values{"name_ru": {harm}, "name_en": {"Treats"}, "code": {"treats"}, "payable": {"yes"}, "state": {"active"}}, http.StatusSeeOther)
		if left, err := products.Type(t.Context(), types.Items[0].ID); err != nil || left.Code != "snacks" || left.NameEN != "Treats" {
			t.Errorf("the code that rules name it by: %+v, %v", left, err)
		}
		form := url.Values{
			"name": {harm}, "sku": {"nut-1"}, "type": {types.Items[0].ID.String()}, "groups": {groups.Items[0].ID.String()}, "barcodes": {"4600000000017\r\n4600000000024"}, "price": {"1 200"}, "least_price": {"1 050,50"},
		}
		h.sends(some, "/catalogue/new", form, http.StatusForbidden)
		h.sends(sees, "/catalogue/new", form, http.StatusForbidden)
		h.sends(edits, "/catalogue/new", form, http.StatusSeeOther)
		h.sends(edits, "/catalogue/new", form, http.StatusUnprocessableEntity)
		v, err := products.ByBarcode(t.Context(), "4600000000024")
		if err != nil || v.Price != 120000 || v.Least != 105050 || v.TypeID != types.Items[0].ID || len(v.GroupIDs) != 1 {
			t.Fatalf("the product is %+v, %v", v, err)
		}
		for _, path := range []string{"/catalogue", "/catalogue?q=4600000000017", "/catalogue/types", "/catalogue/groups"} {
			h.harmless(sees, path)
		}
		h.harmless(edits, "/catalogue/products/"+v.ID.String())
		if w := h.ask(none, http.MethodGet, admin.Base+"/catalogue", nil); w.Code != http.StatusForbidden {
			t.Errorf("for nobody: %d", w.Code)
		}
		path := "/catalogue/products/" + v.ID.String()
		form.Set("version", id.ID(v.Version).String())
		form.Set("state", "closed")
		form.Set("least_price", "much")
		h.sends(edits, path, form, http.StatusUnprocessableEntity)
		form.Set("least_price", "")
		form.Set("price", "-1")
		h.sends(edits, path, form, http.StatusUnprocessableEntity)
		form.Set("price", "1300,5")
		h.sends(edits, path, form, http.StatusSeeOther)
		h.sends(edits, path, form, http.StatusUnprocessableEntity) // another's change came between
		if v, err = products.Product(t.Context(), v.ID); err != nil || v.State != reference.Closed || v.Price != 130050 || v.Least != 0 || len(v.Barcodes) != 2 {
			t.Errorf("the product is %+v, %v", v, err)
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "product.saved"}, 0, 10)
		h.check(err)
		if was, is := trail[0].Before, trail[0].After; !strings.Contains(was, `"price":120000`) || !strings.Contains(is, `"price":130050`) {
			t.Errorf("the trail: from %s to %s", was, is)
		}
	})
}
