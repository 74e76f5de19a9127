package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestChangesInWords: what is about to come into force is told in words and units.
func TestChangesInWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		next := *h.Programme
		next.Campaigns = []rule.Campaign{{ID: "once", Name: "Раз", Codes: []string{"КИНО"}, Limits: rule.Limits{PerHead: 1}, Rules: []rule.Rule{{ID: "once-off", Kind: rule.DiscountRule, Rate: money.Percent}}}}
		_, err := h.Programmes.Put(t.Context(), next, "test")
		h.check(err)
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", url.Values{})
		text := h.formAt(who, path+"/text")
		text.Set("text", strings.Replace(text.Get("text"), "per_member: 1", "per_member: 0", 1))
		if w := h.ask(who, http.MethodPost, path+"/text", text); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		save := func(part string, f url.Values) {
			t.Helper()
			f.Set("do", "save")
			if w := h.ask(who, http.MethodPost, path+"/part/"+part, f); w.Code != http.StatusSeeOther {
				t.Fatalf("%s: %d: %s", part, w.Code, w.Body)
			}
		}
		settings := h.formAt(who, path+"/part/settings")
		settings.Set("publish_approval", "yes")
		settings.Set("adjust_approval_above", "100")
		save("settings", settings)
		head := h.formAt(who, path+"/part/head")
		for empty, want := range map[string]string{"name": "Назовите программу", "code": "Заполните это поле"} {
			was := head.Get(empty)
			head.Set(empty, "")
			head.Set("do", "save")
			if w := h.ask(who, http.MethodPost, path+"/part/head", head); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s is empty: %d: %s", empty, w.Code, mainForm.FindString(w.Body.String()))
			}
			head.Set(empty, was)
		}
		earning := h.formAt(who, path+"/part/earning")
		earning.Set("rate", "7,5")
		save("earning", earning)
		head.Set("terms_url", "https://example.org/rules")
		save("head", head)
		save("rule", url.Values{"name": {"Будни"}, "kind": {"accrual"}, "way": {"points"}, "points": {"50"}, "active": {"yes"}})
		body := html.UnescapeString(mainForm.FindString(h.ask(who, http.MethodGet, path+"/publish", nil).Body.String()))
		for _, want := range []string{"нет → да", "0 бонусов → 100 бонусов", "не задано → https://example.org/rules", "50 бонусов", "1 → не задано", "→ 7,5\u00a0%"} {
			if !strings.Contains(body, want) {
				t.Errorf("no %q: %s", want, body)
			}
		}
		for _, raw := range []string{"yes", "no →", "id: ", "kind: ", ":  →"} {
			if strings.Contains(strings.ReplaceAll(body, `value="yes"`, ""), raw) {
				t.Errorf("it says %q: %s", raw, body)
			}
		}
	})
}

// TestTriedInWords: what can't be counted is told so and once; channels are those of
// the rules; a member of whom something is told is made up without being ticked.
func TestTriedInWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Levels = []rule.Level{{ID: "one", Name: "Первый", Priority: 1}}
		next.Rules = append(next.Rules, rule.Rule{ID: "site", Kind: rule.MessageRule, Text: rule.Text{RU: "Спасибо"}, When: []rule.Condition{{Field: rule.FieldChannel, In: []string{"сайт"}}}})
		_, err := h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		who := h.hire("sees", []staff.Permission{staff.ProgrammeSee})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/try?till=one/1&day=2026-03-02&line.0.price="
		page := func(q string) string {
			return html.UnescapeString(mainForm.FindString(h.ask(who, http.MethodGet, path+q, nil).Body.String()))
		}
		body := page("абв&time=99")
		if strings.Contains(body, "Не сохранено") || !strings.Contains(body, "Не посчитано") || strings.Contains(body, "Время: ") || !strings.Contains(body, `<option value="сайт"`) {
			t.Errorf("what is wrong: %s", body)
		}
		if f := formIn(page("100&time=12:00&points=50&level=one")); f.Get("imagined") != "yes" || f.Get("points") != "50" {
			t.Errorf("nobody is made up: %v", f)
		}
	})
}

// TestDaysAsPeopleWriteThem: wherever a day or a time is typed it is taken as the
// reader's language writes it; what is none is told of by such an example.
func TestDaysAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("publishes", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.ProgrammePublish, staff.MembersSee})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", url.Values{})
		publish := h.formAt(who, path+"/publish")
		publish.Set("when", "at")
		for typed, want := range map[string]int{"": 422, "завтра": 422, "31.02.2030 12:00": 422} {
			publish.Set("at", typed)
			w := h.ask(who, http.MethodPost, path+"/publish", publish)
			if body := w.Body.String(); w.Code != want || strings.Contains(body, "2026-03-15T") || !strings.Contains(body, "15.03.2026 19:30") {
				t.Errorf("%q: %d", typed, w.Code)
			}
		}
		publish.Set("at", h.Clock.Now().Time().AddDate(0, 1, 0).Format("2.01.2006 15:04"))
		if w := h.ask(who, http.MethodPost, path+"/publish", publish); w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d: %s", publish.Get("at"), w.Code, w.Body)
		}
		list := html.UnescapeString(h.ask(who, http.MethodGet, admin.Base+"/members?from.turnover=abc", nil).Body.String())
		if !strings.Contains(list, "» (abc): Нужно число, например") {
			t.Errorf("a filter: %s", mainForm.FindString(list))
		}
	})
}
