package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestDraftFormsSpeakToPeople: days are typed and told as people write them; what
// is wrong is told once at its field and once above the form; a seniority that two
// levels have is wrong at the one that is edited, and one that is too large names
// the largest.
func TestDraftFormsSpeakToPeople(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		programme := admin.Base + "/programmes/" + h.Programme.ID.String()
		draft := programme + "/draft"
		h.ask(who, http.MethodPost, draft+"/begin", url.Values{})
		save := func(part string, f url.Values) (int, string) {
			f.Set("do", "save")
			w := h.ask(who, http.MethodPost, draft+"/part/"+part, f)
			return w.Code, mainForm.FindString(html.UnescapeString(w.Body.String()))
		}
		tells := func(what, body, want string, times int) {
			t.Helper()
			if n := strings.Count(body, want); n != times {
				t.Errorf("%s: %q is there %d times, want %d: %s", what, want, n, times, body)
			}
		}

		rule := url.Values{"kind": {"accrual"}, "way": {"rate"}, "active": {"yes"}, "rate": {"5%"}, "from": {"2026-12-31"}, "to": {"1.01.2026"}}
		_, body := save("rule", rule)
		tells("days the wrong way round", body, "Последний день, 01.01.2026, раньше первого, 31.12.2026", 2)
		tells("its field", body, `id="to-error"`, 1)
		tells("the form's list", body, "исправьте 1 поле", 1)
		rule.Set("to", "31.12")
		_, body = save("rule", rule)
		tells("no day", body, "Это не день. Пример: 31.12.2026", 2)
		_, body = save("rule", url.Values{"kind": {"accrual"}, "way": {"rate"}, "active": {"yes"}})
		tells("an empty one", body, "Заполните это поле", 2)

		earning := h.formAt(who, draft+"/part/earning")
		earning.Set("expiry.mode", "dates")
		earning.Set("expiry.dates", "31.12, 30.6")
		if code, body := save("earning", earning); code != http.StatusSeeOther {
			t.Fatalf("days of the year: %d %s", code, body)
		}
		if got := h.formAt(who, draft+"/part/earning").Get("expiry.dates"); got != "31.12, 30.06" {
			t.Errorf("shown as %s", got)
		}
		if text := h.formAt(who, draft+"/text").Get("text"); !strings.Contains(text, "12-31") || !strings.Contains(text, "06-30") {
			t.Errorf("the text has %s", text)
		}
		body = html.UnescapeString(h.ask(who, http.MethodGet, draft+"/publish", nil).Body.String())
		for _, want := range []string{"Дни года: не задано → 31.12, 30.06", "Дней: 90 дней → не задано"} {
			if !strings.Contains(body, want) {
				t.Errorf("the difference does not say %q: %s", want, mainForm.FindString(body))
			}
		}
		earning = h.formAt(who, draft+"/part/earning")
		earning.Set("expiry.dates", "31.13")
		_, body = save("earning", earning)
		tells("no day of the year", body, "Это не день года. Пример: 31.12", 2)
		rule = url.Values{"name": {"Срок"}, "kind": {"accrual"}, "way": {"rate"}, "active": {"yes"}, "rate": {"5%"}, "terms.expiry.mode": {"dates"}, "terms.expiry.dates": {"1.02"}}
		if code, body := save("rule", rule); code != http.StatusSeeOther {
			t.Fatalf("a rule's: %d %s", code, body)
		}
		if got := h.formAt(who, draft+"/part/rule?id=accrual").Get("terms.expiry.dates"); got != "01.02" {
			t.Errorf("a rule's is shown as %s", got)
		}

		for _, name := range []string{"Первый", "Второй"} {
			f := h.formAt(who, draft+"/part/level")
			f.Set("name", name)
			if code, body := save("level", f); code != http.StatusSeeOther {
				t.Fatalf("%s: %d %s", name, code, body)
			}
		}
		first := h.formAt(who, draft+"/part/level?id=level")
		first.Set("priority", "2")
		_, body = save("level?id=level", first)
		tells("the same seniority", body, "Старшинство 2 уже у уровня «Второй»", 2)
		tells("of the other", body, "уже у уровня «Первый»", 0)
		for _, large := range []string{"1000001", "99999999999999999999"} {
			first.Set("priority", large)
			_, body = save("level?id=level", first)
			tells(large, body, "целое число от 1 до 1\u00a0000\u00a0000", 2)
		}
	})
}
