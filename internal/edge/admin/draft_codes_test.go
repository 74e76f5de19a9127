package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestRatesOfOddTypes: a product type may be coded by anything that a code may be;
// its rates are asked for, saved and shown again, and what is wrong is said at them.
func TestRatesOfOddTypes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		for _, code := range []string{"-1", "7", "bar.1", "a/b:c#d", "x..y."} {
			_, err := catalog.New(d, h.IDs).SaveType(t.Context(), catalog.Type{Code: code, NameRU: "Тип " + code, NameEN: "Type " + code})
			h.check(err)
		}
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", nil)
		for _, part := range []string{"/part/earning", "/part/spending"} {
			form := h.formAt(who, path+part)
			names := map[string]string{}
			for name := range form {
				if strings.HasPrefix(name, "by_type.") {
					names[name] = ""
				}
			}
			if len(names) < 5 {
				t.Fatalf("%s asks for %v", part, names)
			}
			n := 11
			for name := range names {
				names[name] = strings.Repeat("1", n-10) + ",5"
				form.Set(name, names[name])
				n = 11 + (n-10)%2
			}
			if w := h.ask(who, http.MethodPost, path+part, form); w.Code != http.StatusSeeOther {
				t.Fatalf("%s: %d: %s", part, w.Code, mainForm.FindString(w.Body.String()))
			}
			for name, want := range names {
				if got := h.formAt(who, path+part).Get(name); strings.TrimSuffix(strings.ReplaceAll(got, ".", ","), "%") != want {
					t.Errorf("%s: %s is %q, want %q", part, name, got, want)
				}
			}
			form = h.formAt(who, path+part)
			form.Set("by_type.bar·1", "много")
			if body := h.ask(who, http.MethodPost, path+part, form).Body.String(); !strings.Contains(body, `id="by_type.bar·1-error"`) {
				t.Errorf("%s: what is wrong is not said at its field", part)
			}
		}
	})
}
