package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestFormSaysItself: beside the form of a rule stands what it says, as it is
// typed, and what can't be said yet; nothing of the draft is changed by it.
func TestFormSaysItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("draws", []staff.Permission{staff.ProgrammeEdit})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", nil)
		says := func(query string, form url.Values) string {
			t.Helper()
			method := http.MethodPost
			if form == nil {
				method = http.MethodGet
			} else {
				form.Set("do", "say")
				form.Set("edition", "1")
			}
			w := h.ask(who, method, path+"/part/rule"+query, form)
			_, body, there := strings.Cut(w.Body.String(), `id="says"`)
			if w.Code != http.StatusOK || !there {
				t.Fatalf("%s: %d", query, w.Code)
			}
			body, _, _ = strings.Cut(body, "</aside>")
			return body
		}
		before := h.ask(who, http.MethodGet, path+"/text", nil).Body.String()
		if got := says("", nil); !strings.Contains(got, "Заполните поля") {
			t.Errorf("a new one: %s", got)
		}
		typed := url.Values{"kind": {string(rule.AccrualRule)}, "active": {"yes"}, "rate": {"7 %"}}
		if got := says("", typed); !strings.Contains(got, "Начисляется 7\u00a0% бонусами") {
			t.Errorf("typed: %s", got)
		}
		typed.Set("rate", "семь")
		if got := says("", typed); !strings.Contains(got, "Пока это не прочитать") {
			t.Errorf("wrong: %s", got)
		}
		if after := h.ask(who, http.MethodGet, path+"/text", nil).Body.String(); after != before {
			t.Error("to be said what it says has changed the draft")
		}
	})
}
