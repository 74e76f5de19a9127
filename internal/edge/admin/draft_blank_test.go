package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestWhatIsWrongStandsAtItsField: a rule that is not filled in yet asks for what it
// lacks, by the names of its fields and no line of a text; sent so, each empty
// field is told of by itself; a sum below zero is wrong at its field alone.
func TestWhatIsWrongStandsAtItsField(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		draft := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, draft+"/begin", url.Values{})
		says := func(part, do string, f url.Values) string {
			f.Set("do", do)
			return html.UnescapeString(h.ask(who, http.MethodPost, draft+"/part/"+part, f).Body.String())
		}
		errorsIn := func(body string) (out []string) {
			for _, m := range regexp.MustCompile(`id="([^"]+)-error"[^>]*>([^<]*)`).FindAllStringSubmatch(body, -1) {
				out = append(out, m[1])
			}
			return out
		}
		rule := url.Values{
			"kind": {"discount"}, "way": {"rate"}, "active": {"yes"}, "when.0.field": {"weekday"}, "when.0.mode": {"in"},
			"when.1.field": {"weekday"}, "when.1.mode": {"not"}, "when.1.in": {"sat"}, "when.2.field": {"age"},
		}
		body := says("rule", "say", rule)
		if !strings.Contains(body, "Заполните «") || strings.Contains(body, "Строка ") || len(errorsIn(body)) > 0 {
			t.Errorf("beside the form: %v: %s", errorsIn(body), mainForm.FindString(body))
		}
		body = says("rule", "fields", rule) // a kind was merely chosen
		if !strings.Contains(body, "Заполните «") || len(errorsIn(body)) > 0 {
			t.Errorf("where a kind was chosen: %v", errorsIn(body))
		}
		if got := strings.Join(errorsIn(says("rule", "save", rule)), " "); got != "rate when.0.in when.2.from" {
			t.Errorf("what is empty: %s", got)
		}
		rule.Set("rate", "0%")
		rule.Set("when.0.in", "mon")
		rule.Set("when.2.from", "40")
		rule.Set("when.2.to", "20")
		body = says("rule", "save", rule)
		if got := strings.Join(errorsIn(body), " "); got != "rate when.2.from" || strings.Contains(body, "ровно одним способом") {
			t.Errorf("what can't be: %s", got)
		}
		rule.Set("when.2.to", "60")
		if got := strings.Join(errorsIn(says("rule", "save", rule)), " "); got != "rate" {
			t.Errorf("nothing is given: %s", got)
		}
		body = says("level", "save", url.Values{"name": {"Золотой"}, "priority": {"5"}, "sum": {"-100"}, "days": {"30"}})
		if got := strings.Join(errorsIn(body), " "); got != "sum" || strings.Contains(body, "видам товаров") {
			t.Errorf("below zero: %s: %s", got, mainForm.FindString(body))
		}
		body = says("rule", "save", url.Values{"name": {"Ступени"}, "kind": {"accrual"}, "way": {"table"}, "table.0.from": {"-5"}, "table.0.rate": {"5"}})
		if got := strings.Join(errorsIn(body), " "); got != "table.0.from" || strings.Contains(body, "Процент должен") {
			t.Errorf("a step below zero: %s: %s", got, mainForm.FindString(body))
		}
		share := url.Values{"name": {"Оплата"}, "kind": {"spending"}, "way": {"rate"}}
		if got := strings.Join(errorsIn(says("rule", "save", share)), " "); got != "rate" {
			t.Errorf("no share is no ban: %s", got)
		}
		for field, typed := range map[string]string{"set.price": "-5", "set.off": "-5", "set.rate": "101%"} {
			set := url.Values{"name": {"Набор"}, "kind": {"discount"}, "way": {"set"}, "set.parts.0.count": {"2"}, "set.parts.0.type": {"ticket"}, field: {typed}}
			if got := strings.Join(errorsIn(says("rule", "save", set)), " "); got != field {
				t.Errorf("%s=%s is told at %q", field, typed, got)
			}
		}
		born := url.Values{"name": {"В день рождения"}, "kind": {"discount"}, "way": {"rate"}, "rate": {"20%"}, "add.when": {"birthday"}}
		if f := formIn(says("rule", "add:when", born)); f.Get("when.0.from") != "0" || f.Get("when.0.to") != "0" {
			t.Errorf("a birthday begins with %q to %q", f.Get("when.0.from"), f.Get("when.0.to"))
		}
	})
}

// TestBrokenTextReplacesNothing: a text that is no programme stays in the page, with
// the line that is wrong, and the draft is the one of before.
func TestBrokenTextReplacesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		draft := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, draft+"/begin", url.Values{})
		f := h.formAt(who, draft+"/text")
		was := f.Get("text")
		f.Set("text", was+"spending: [oops\n")
		w := h.ask(who, http.MethodPost, draft+"/text", f)
		body := html.UnescapeString(w.Body.String())
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "не сохранён") || !strings.Contains(body, "«spending: [oops»") || !strings.HasSuffix(formIn(body).Get("text"), "spending: [oops\n") {
			t.Errorf("%d: %s", w.Code, mainForm.FindString(body))
		}
		if f := h.formAt(who, draft+"/text"); f.Get("text") != was {
			t.Errorf("the draft became %s", f.Get("text"))
		}
		if w := h.ask(who, http.MethodGet, draft+"/part/earning", nil); w.Code != http.StatusOK {
			t.Errorf("its forms: %d", w.Code)
		}
		again := formIn(body)
		again.Set("text", was)
		if w := h.ask(who, http.MethodPost, draft+"/text", again); w.Code != http.StatusSeeOther {
			t.Errorf("mended: %d", w.Code)
		}
	})
}
