package admin_test

import (
	"html"
	"maps"
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

// TestOwnValuesInConditions: what an own field may be is chosen by its names, days are
// typed as the reader writes them, what can't be is refused; a trial goes by them.
func TestOwnValuesInConditions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		for _, c := range []member.CustomField{
			{Key: "dog", Kind: member.CustomBool, LabelRU: "Есть собака", LabelEN: "A dog", Active: true},
			{Key: "taste", Kind: member.CustomChoice, LabelRU: "Вид", LabelEN: "Taste", Active: true, Choices: []member.Choice{{Key: "drama", LabelRU: "Драма", LabelEN: "Drama"}, {Key: "fun", LabelRU: "Комедия", LabelEN: "Comedy"}}},
			{Key: "wedding", Kind: member.CustomDate, LabelRU: "День свадьбы", LabelEN: "Wedding", Active: true},
		} {
			h.check(h.members.SaveCustomField(t.Context(), c))
		}
		anna := h.register("Анна", "+79161234567")
		_, err := h.members.Update(t.Context(), member.DefaultRules(), anna.Home, 0, member.Patch{Set: map[member.Field]string{"custom.dog": "true", "custom.taste": "drama", "custom.wedding": "2025-12-31"}}, member.Actor{Kind: member.BySystem})
		h.check(err)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.MembersSee})
		programme := admin.Base + "/programmes/" + h.Programme.ID.String()
		path := programme + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", url.Values{})
		send := func(field string, more url.Values) (int, string) {
			form := url.Values{"do": {"save"}, "kind": {"accrual"}, "way": {"rate"}, "active": {"yes"}, "rate": {"5%"}, "name": {"Своим"}, "when.0.field": {field}, "when.0.mode": {"in"}}
			maps.Copy(form, more)
			w := h.ask(who, http.MethodPost, path+"/part/rule", form)
			return w.Code, html.UnescapeString(w.Body.String())
		}
		for field, options := range map[string][]string{"custom.dog": {"true", "да", "false", "нет"}, "custom.taste": {"drama", "Драма", "fun", "Комедия"}} {
			_, body := send(field, url.Values{"do": {"fields"}})
			for _, o := range options {
				if !strings.Contains(body, `"`+o+`"`) && !strings.Contains(body, o+"</") {
					t.Errorf("%s offers no %q", field, o)
				}
			}
		}
		for _, c := range []struct {
			field, text string
			typed       url.Values
		}{
			{"custom.dog", "custom.dog: true}", url.Values{"when.0.in": {"true"}}},
			{"custom.taste", "custom.taste: [drama, fun]}", url.Values{"when.0.in": {"drama", "fun"}}},
			{"custom.wedding", "custom.wedding: [2025-12-31, 2026-01-01]}", url.Values{"when.0.words": {"31.12.2025, 2026-01-01"}}},
		} {
			if code, body := send(c.field, c.typed); code != http.StatusSeeOther {
				t.Errorf("%s: %d %s", c.field, code, mainForm.FindString(body))
			}
			if got := h.formAt(who, path+"/text").Get("text"); !strings.Contains(strings.ReplaceAll(got, `"`, ""), c.text) {
				t.Errorf("%s: the text has %s", c.field, got)
			}
		}
		for field, typed := range map[string]url.Values{
			"custom.dog": {"when.0.in": {"может"}}, "custom.taste": {"when.0.in": {"Ужасы"}}, "custom.wedding": {"when.0.words": {"32.13.2025"}},
		} {
			if code, body := send(field, typed); code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="when.0.`) || !strings.Contains(body, `-error"`) {
				t.Errorf("%s %v: %d", field, typed, code)
			}
		}
		tried := html.UnescapeString(h.ask(who, http.MethodGet, programme+"/try?of=draft&till=one/1&day=2026-03-02&time=12:00&line.0.price=1000&who=%2B79161234567", nil).Body.String())
		if n := strings.Count(tried, "Своим"); n < 3 || strings.Contains(tried, "нужно: ") {
			t.Errorf("%d of the three rules act: %s", n, tags.ReplaceAllString(tried, " "))
		}
	})
}
