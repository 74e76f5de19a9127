package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestNothingOfAnothersIsTakenBack: who changed a member in a second tab is told of
// every field that is new; what he did not touch is the new in his form, and saving
// it once more changes only what he typed. What both changed stands by both values.
func TestNothingOfAnothersIsTakenBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile: member.Profile{Surname: "Светлова", Name: "Анна", Comment: "старый"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}},
		}, member.Actor{Kind: member.BySystem})
		h.check(err)
		edits := h.hire("edits", []staff.Permission{staff.MembersSee, staff.MembersEdit})
		path := admin.Base + "/members/" + m.Home.String() + "/edit"
		first, second := h.formAt(edits, path), h.formAt(edits, path)
		first.Set("name", "Ольга")
		first.Set("patronymic", "Ивановна")
		first.Set("comment", "новый")
		if w := h.ask(edits, http.MethodPost, path, first); w.Code != http.StatusSeeOther {
			t.Fatalf("the first: %d: %s", w.Code, w.Body)
		}
		second.Set("address_city", "Тверь")
		second.Set("comment", "мой")
		w := h.ask(edits, http.MethodPost, path, second)
		body := html.UnescapeString(w.Body.String())
		for _, want := range []string{"«Имя», «Отчество», «Комментарий»", "вы сами", "Вы ввели: мой. Записано другое: новый"} {
			if !strings.Contains(body, want) {
				t.Errorf("it is not told: %s", want)
			}
		}
		again := formIn(body)
		if again.Get("name") != "Ольга" || again.Get("patronymic") != "Ивановна" || again.Get("address_city") != "Тверь" || again.Get("comment") != "мой" {
			t.Errorf("the form has %v", again)
		}
		if w := h.ask(edits, http.MethodPost, path, again); w.Code != http.StatusSeeOther {
			t.Fatalf("once more: %d: %s", w.Code, w.Body)
		}
		m, err = member.Get(t.Context(), d, m.Home)
		h.check(err)
		if p := m.Profile; p.Name != "Ольга" || p.Patronymic != "Ивановна" || p.Address.City != "Тверь" || p.Comment != "мой" || p.Surname != "Светлова" {
			t.Errorf("he is %+v", p)
		}
	})
}

// TestDraftsAreMerged: likewise for the forms of a draft. What was changed elsewhere
// in the draft is no matter of a form's.
func TestDraftsAreMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeEdit})
		draft := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, draft+"/begin", url.Values{})
		save := func(path string, f url.Values, want int) string {
			t.Helper()
			f.Set("do", "save")
			w := h.ask(who, http.MethodPost, draft+path, f)
			if w.Code != want {
				t.Fatalf("%s: %d, wanted %d: %s", path, w.Code, want, w.Body)
			}
			return html.UnescapeString(w.Body.String())
		}
		earning := "/part/earning"
		first, second, spending := h.formAt(who, draft+earning), h.formAt(who, draft+earning), h.formAt(who, draft+"/part/spending")
		first.Set("rate", "7%")
		save(earning, first, http.StatusSeeOther)
		second.Set("expiry.mode", "accrual")
		second.Set("expiry.days", "33")
		body := save(earning, second, http.StatusUnprocessableEntity)
		again := formIn(body)
		if again.Get("rate") != "7%" || again.Get("expiry.days") != "33" || !strings.Contains(body, "вы сами") || !strings.Contains(body, "в черновике изменено: «") {
			t.Errorf("the form has %v: %s", again, body)
		}
		save(earning, again, http.StatusSeeOther)
		spending.Set("share", "31%")
		save("/part/spending", spending, http.StatusSeeOther)
		if f := h.formAt(who, draft+earning); f.Get("rate") != "7%" || f.Get("expiry.days") != "33" {
			t.Errorf("the draft has %v", f)
		}

		// A rule with conditions: rows are kept or taken together.
		rule := url.Values{"name": {"Будни"}, "kind": {"accrual"}, "way": {"rate"}, "rate": {"5%"}, "active": {"yes"}, "when.0.field": {"weekday"}, "when.0.mode": {"in"}, "when.0.in": {"mon", "tue"}}
		save("/part/rule", rule, http.StatusSeeOther)
		at := "/part/rule?id=accrual"
		first, second = h.formAt(who, draft+at), h.formAt(who, draft+at)
		first["when.0.in"] = []string{"sat"}
		save(at, first, http.StatusSeeOther)
		second.Set("name", "Выходные")
		body = save(at, second, http.StatusUnprocessableEntity)
		again = formIn(body)
		if again.Get("name") != "Выходные" || strings.Join(again["when.0.in"], " ") != "sat" || strings.Contains(body, "Не только вы") {
			t.Errorf("the form has %v: %s", again, body)
		}
		save(at, again, http.StatusSeeOther)
		second = h.formAt(who, draft+at)
		first = h.formAt(who, draft+at)
		first["when.0.in"] = []string{"sun"}
		save(at, first, http.StatusSeeOther)
		second["when.0.in"] = []string{"fri"}
		body = save(at, second, http.StatusUnprocessableEntity)
		if !strings.Contains(body, "меняли и вы, и не только вы") || strings.Join(formIn(body)["when.0.in"], " ") != "fri" {
			t.Errorf("what both changed: %v", formIn(body))
		}

		// A part that another has taken out leads back to the draft, and says so.
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if w := h.ask(who, method, draft+"/part/rule?id=no-such", url.Values{}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != draft+"?done=draft-part-gone" {
				t.Errorf("%s of a part that is gone: %d %s", method, w.Code, w.Header().Get("Location"))
			}
		}
	})
}

// formAt is the form of a page as a browser would send it.
func (h *house) formAt(who, path string) url.Values {
	h.t.Helper()
	w := h.ask(who, http.MethodGet, path, nil)
	if w.Code != http.StatusOK {
		h.t.Fatalf("%s: %d", path, w.Code)
	}
	return formIn(w.Body.String())
}

var (
	mainForm  = regexp.MustCompile(`(?s)<main.*</main>`)
	inputs    = regexp.MustCompile(`(?s)<input[^>]*>`)
	areas     = regexp.MustCompile(`(?s)<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>`)
	selects   = regexp.MustCompile(`(?s)<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>`)
	chosen    = regexp.MustCompile(`<option value="([^"]*)"[^>]* selected`)
	options   = regexp.MustCompile(`<option value="([^"]*)"`)
	attribute = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

func formIn(body string) url.Values {
	out := url.Values{}
	body = mainForm.FindString(body)
	for _, input := range inputs.FindAllString(body, -1) {
		a := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(input, -1) {
			a[m[1]] = html.UnescapeString(m[2])
		}
		box := a["type"] == "checkbox" || a["type"] == "radio"
		if a["name"] != "" && (!box || strings.Contains(input, " checked")) {
			out.Add(a["name"], a["value"])
		}
	}
	for _, m := range areas.FindAllStringSubmatch(body, -1) {
		out.Add(m[1], html.UnescapeString(strings.TrimPrefix(m[2], "\n")))
	}
	for _, m := range selects.FindAllStringSubmatch(body, -1) {
		if c := chosen.FindStringSubmatch(m[2]); c != nil {
			out.Add(m[1], html.UnescapeString(c[1]))
		} else if c := options.FindStringSubmatch(m[2]); c != nil {
			out.Add(m[1], html.UnescapeString(c[1]))
		}
	}
	return out
}
