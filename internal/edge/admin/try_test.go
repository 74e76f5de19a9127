package admin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestTriedInTheReadersLanguage: what a rule says to the cashier is read in the
// language of the page, where the rule says it in that one.
func TestTriedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Rules = append(next.Rules,
			rule.Rule{ID: "both", Kind: rule.MessageRule, Text: rule.Text{RU: "Скажите спасибо", EN: "Say thank you"}},
			rule.Rule{ID: "one", Kind: rule.MessageRule, Text: rule.Text{RU: "Дайте чек"}},
		)
		_, err := h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		who := h.hire("sees", []staff.Permission{staff.ProgrammeSee})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/try?till=one/1&day=2026-03-02&time=12:00&line.0.price=100"
		for lang, want := range map[string]string{"ru": "Скажите спасибо", "en": "Say thank you"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			r.AddCookie(&http.Cookie{Name: "kopilka", Value: who})
			r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, r)
			if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "<li>"+want) || !strings.Contains(body, "<li>Дайте чек") {
				t.Errorf("%s: %d, no %q", lang, w.Code, want)
			}
		}
	})
}
