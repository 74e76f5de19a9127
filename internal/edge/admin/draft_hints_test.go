package admin_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestHintsBeforePublishing: types of goods that nothing in the catalogue is of are
// told by their names, and so is a programme that acts at the same outlets; both
// refuse nothing.
func TestHintsBeforePublishing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.ProgrammePublish})
		_, err := catalog.New(d, h.IDs).SaveType(t.Context(), catalog.Type{Code: "popcorn", NameRU: "Попкорн", NameEN: "Popcorn"})
		h.check(err)
		form := h.formAt(who, admin.Base+"/programmes/new")
		form.Set("sample", "cinema")
		w := h.ask(who, http.MethodPost, admin.Base+"/programmes/new", form)
		draft := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || draft == "" {
			t.Fatalf("%d %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		draft, _, _ = strings.Cut(draft, "?")
		text := h.formAt(who, draft+"/text")
		text.Set("text", strings.ReplaceAll(text.Get("text"), "type: bar", "type: popcorn"))
		if w := h.ask(who, http.MethodPost, draft+"/text", text); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		body := html.UnescapeString(h.ask(who, http.MethodGet, draft+"/publish", nil).Body.String())
		for _, want := range []string{
			"В каталоге нет товаров этих типов: «Попкорн». ",
			"уже действует программа «Основная», и она останется", "«Бар»",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("%q is not told: %s", want, mainForm.FindString(body))
			}
		}
		form = formIn(body)
		if w := h.ask(who, http.MethodPost, draft+"/publish", form); w.Code != http.StatusSeeOther {
			t.Errorf("a hint refuses: %d", w.Code)
		}
	})
}
