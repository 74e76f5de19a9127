package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestOwnNumbersInConditions: a comma in a number is its decimal point, and the
// numbers of a condition are set apart by others; what is no number is refused. The
// draft, the words beside the form and a trial tell them as the reader writes them.
func TestOwnNumbersInConditions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.check(h.members.SaveCustomField(t.Context(), member.CustomField{Key: "kids", Kind: member.CustomNumber, LabelRU: "Детей", LabelEN: "Children", Active: true}))
		anna := h.register("Анна", "+79161234567")
		_, err := h.members.Update(t.Context(), member.DefaultRules(), anna.Home, 0, member.Patch{Set: map[member.Field]string{"custom.kids": "1,5"}}, member.Actor{Kind: member.BySystem})
		h.check(err)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.MembersSee})
		programme := admin.Base + "/programmes/" + h.Programme.ID.String()
		path := programme + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", url.Values{})
		form := url.Values{"kind": {"accrual"}, "way": {"rate"}, "active": {"yes"}, "rate": {"5%"}, "name": {"Семьям"}, "when.0.field": {"custom.kids"}, "when.0.mode": {"in"}}
		form.Set("do", "save")
		form.Set("when.0.words", "1")
		h.ask(who, http.MethodPost, path+"/part/rule", form)
		round := func(typed, text, shown string) {
			t.Helper()
			form := h.formAt(who, path+"/part/rule?id=accrual")
			form.Set("do", "save")
			form.Set("when.0.words", typed)
			if w := h.ask(who, http.MethodPost, path+"/part/rule?id=accrual", form); w.Code != http.StatusSeeOther {
				t.Fatalf("%q: %d %s", typed, w.Code, mainForm.FindString(w.Body.String()))
			}
			if got := h.formAt(who, path+"/text").Get("text"); !strings.Contains(got, text) {
				t.Errorf("%q: the text has %s", typed, got)
			}
			if got := h.formAt(who, path+"/part/rule?id=accrual").Get("when.0.words"); got != shown {
				t.Errorf("%q is shown as %q", typed, got)
			}
		}
		for _, c := range [][3]string{
			{"2,5", "custom.kids: 2.5}", "2,5"},
			{"2,50", "custom.kids: 2.5}", "2,5"},
			{"2.5", "custom.kids: 2.5}", "2,5"},
			{"2, 5", "custom.kids: [2, 5]}", "2; 5"},
			{"2,5; 3,", "custom.kids: [2.5, 3]}", "2,5; 3"},
			{"2,5, 3\n07;2,5", "custom.kids: [2.5, 3, 7]}", "2,5; 3; 7"},
			{"1 500,5; 1\u00a0000", "custom.kids: [1500.5, 1000]}", "1500,5; 1000"},
		} {
			round(c[0], c[1], c[2])
		}
		speak := func(lang string) {
			_, err := d.Exec(t.Context(), `update staff set lang = '`+lang+`'`)
			h.check(err)
		}
		speak("en")
		round("1,500, 2,000.5", "custom.kids: [1500, 2000.5]}", "1500; 2000.5")
		round("1.5", "custom.kids: 1.5}", "1.5")
		speak("ru")
		for _, typed := range []string{"2,5,3", "много", "2 5"} {
			form.Set("when.0.words", typed)
			w := h.ask(who, http.MethodPost, path+"/part/rule", form)
			body := html.UnescapeString(w.Body.String())
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "Это не число. Пример: 12,5") || !strings.Contains(body, `id="when.0.words-error"`) || formIn(body).Get("when.0.words") != typed {
				t.Errorf("%q: %d %s", typed, w.Code, mainForm.FindString(body))
			}
		}
		form.Set("do", "say")
		form.Set("when.0.words", "2,5; 3")
		said := html.UnescapeString(h.ask(who, http.MethodPost, path+"/part/rule", form).Body.String())
		next := *h.Programme
		wants := []rule.Condition{{Field: "custom.kids", In: []string{"2.5", "3"}}}
		next.Campaigns = []rule.Campaign{{ID: "kids", Name: "Семьям", Codes: []string{"FAMILY"}, When: wants, Rules: []rule.Rule{{ID: "x", Kind: rule.AccrualRule, Rate: 10_000}}}}
		_, err = h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		tried := html.UnescapeString(h.ask(who, http.MethodGet, programme+"/try?of=force&till=one/1&day=2026-03-02&time=12:00&line.0.price=1000&codes=FAMILY&who=%2B79161234567", nil).Body.String())
		for body, want := range map[string]string{said: "2,5 или 3", tried: "Детей: 1,5, нужно: 2,5 или 3"} {
			if !strings.Contains(body, want) || strings.Contains(tags.ReplaceAllString(body, " "), "custom.kids") {
				t.Errorf("no %q: %s", want, tags.ReplaceAllString(body, " "))
			}
		}
	})
}
