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
		if got := says("", typed); !strings.Contains(got, "Ещё 7\u00a0% бонусами") {
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

// TestProgrammeSaidWhole: values of settings have their units, and what the program
// wrote of a return is in the language of who reads it.
func TestProgrammeSaidWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Settings.SpendProofAbove = 1000_00
		_, err := h.Programmes.Put(t.Context(), next, "test")
		h.check(err)
		_, err = h.Programmes.Rollback(t.Context(), next.ID, 2, 2, "test", "Возврат к версии 2")
		h.check(err)
		who := h.hire("reads", []staff.Permission{staff.ProgrammeSee})
		path := admin.Base + "/programmes/" + next.ID.String()
		if body := h.ask(who, http.MethodGet, path, nil).Body.String(); !strings.Contains(body, "Списание с подтверждением: 1\u00a0000 бонусов") || !strings.Contains(body, "Возврат к версии 2") {
			t.Errorf("in Russian: %s", mainForm.FindString(body))
		}
		_, err = d.Exec(t.Context(), `update staff set lang = 'en'`)
		h.check(err)
		if body := h.ask(who, http.MethodGet, path, nil).Body.String(); strings.Contains(body, "Возврат") || !strings.Contains(body, "Back to version 2") {
			t.Errorf("in English: %s", mainForm.FindString(body))
		}
	})
}
