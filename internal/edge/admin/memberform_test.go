package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestWhatIsWrongWithAMember: a phone and a day of birth that are none are told of
// at their fields, by an example, and stay as they were typed; a day is typed as
// people write it, and read so again.
func TestWhatIsWrongWithAMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		edits := h.hire("edits", []staff.Permission{staff.MembersSee, staff.MembersEdit})
		path := admin.Base + "/members/new"
		if body := h.ask(edits, http.MethodGet, path, nil).Body.String(); !regexp.MustCompile(`<input id="phone"[^>]* required`).MatchString(body) || regexp.MustCompile(`<input id="surname"[^>]* required`).MatchString(body) {
			t.Error("a phone that is mandatory is not marked so, or a surname that is not is")
		}
		form := url.Values{"phone": {"8 916 12"}, "birth_date": {"31.02.1990"}, "surname": {"Иванова"}}
		w := h.ask(edits, http.MethodPost, path, form)
		if w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		for name, want := range map[string][2]string{"phone": {"8 916 12", "Пример: +7 900 123-45-67"}, "birth_date": {"31.02.1990", "Пример: 31.12.1990"}} {
			field := regexp.MustCompile(`(?s)<input id="` + name + `".*?</div>`).FindString(w.Body.String())
			if !strings.Contains(field, `value="`+want[0]+`"`) || !strings.Contains(field, want[1]) {
				t.Errorf("%s: %s", name, field)
			}
		}
		form.Set("phone", "8 916 123-45-67")
		form.Set("birth_date", "1.2.1990")
		w = h.ask(edits, http.MethodPost, path, form)
		at, _, _ := strings.Cut(w.Header().Get("Location"), "?")
		n, err := id.Parse(at[strings.LastIndexByte(at, '/')+1:])
		if w.Code != http.StatusSeeOther || err != nil {
			t.Fatalf("%d %s: %s", w.Code, at, w.Body)
		}
		if m, err := member.Get(t.Context(), d, home.ID(n)); err != nil || m.Profile.BirthDate != "1990-02-01" {
			t.Errorf("kept as %q: %v", m.Profile.BirthDate, err)
		}
		edit := h.ask(edits, http.MethodGet, at+"/edit", nil).Body.String()
		if !strings.Contains(edit, `value="01.02.1990"`) {
			t.Errorf("the day is read otherwise: %s", edit)
		}
		version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(edit)
		if len(version) != 2 {
			t.Fatal("no version")
		}
		w = h.ask(edits, http.MethodPost, at+"/edit", url.Values{"version": {version[1]}, "birth_date": {"когда-то"}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="когда-то"`) || !strings.Contains(w.Body.String(), "31.12.1990") {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
	})
}

// TestOwnFieldsInForms: fields that the organization has added, and whatever its
// rules want of each member, are asked for where a member is made and changed, kept
// as they were typed, and told on his page.
func TestOwnFieldsInForms(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		for i, kind := range []member.CustomKind{member.CustomText, member.CustomNumber, member.CustomDate, member.CustomBool, member.CustomChoice} {
			c := member.CustomField{Key: string(kind), Kind: kind, LabelRU: "Своё " + string(kind), LabelEN: "Own " + string(kind), Required: i == 0, Active: true}
			if kind == member.CustomChoice {
				c.Choices = []member.Choice{{Key: "a", LabelRU: "Аниме", LabelEN: "Anime"}}
			}
			h.check(h.members.SaveCustomField(t.Context(), c))
		}
		rules := member.DefaultRules()
		rules.Mandatory = []member.Field{member.FieldPhone, member.FieldAddressStreet}
		h.rules = rules
		edits := h.hire("edits", []staff.Permission{staff.MembersSee, staff.MembersEdit})
		path := admin.Base + "/members/new"
		form := url.Values{"phone": {"8 916 123-45-67"}, "surname": {"Своя"}}
		w := h.ask(edits, http.MethodPost, path, form)
		for _, name := range []string{"custom.text", "address_street"} {
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="`+name+`-error"`) {
				t.Errorf("%d: it is not said that %s is missing", w.Code, name)
			}
		}
		typed := url.Values{"address_street": {"Мира"}, "custom.text": {"слово"}, "custom.number": {"1,50"}, "custom.date": {"1.2.2020"}, "custom.bool": {"true"}, "custom.choice": {"a"}}
		for name, v := range typed {
			form[name] = v
		}
		w = h.ask(edits, http.MethodPost, path, form)
		at, _, _ := strings.Cut(w.Header().Get("Location"), "?")
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		body := h.ask(edits, http.MethodGet, at, nil).Body.String()
		for _, want := range []string{"Своё text", "слово", "01.02.2020", "1,5", "Аниме", "Да"} {
			if !strings.Contains(body, want) {
				t.Errorf("his page has no %q", want)
			}
		}
		if list := h.ask(edits, http.MethodGet, admin.Base+"/members?col=custom.bool", nil).Body.String(); strings.Contains(list, "segment.op.") || !regexp.MustCompile(`>\s*да\s*</td>`).MatchString(list) {
			t.Error("the list does not say yes in words")
		}
		// A list tells and takes them as the reader writes them.
		for ask, found := range map[string]bool{
			"from.custom.date=1.2.2020": true, "to.custom.date=31.1.2020": false, "from.custom.number=1,4": true, "from.custom.number=1,6": false,
		} {
			list := h.ask(edits, http.MethodGet, admin.Base+"/members?col=custom.number&col=custom.date&"+ask, nil).Body.String()
			if got := regexp.MustCompile(`(?s)>\s*1,5\s*</td>.*>\s*01\.02\.2020\s*</td>`).MatchString(list); got != found {
				t.Errorf("%s finds him: %v", ask, got)
			}
			if day := regexp.MustCompile(`Своё date: \S+ [0-9.]+`).FindString(list); strings.Contains(ask, "date") != strings.HasSuffix(day, ".2020") {
				t.Errorf("%s is told as %q", ask, day)
			}
		}
		again := h.formAt(edits, at+"/edit")
		for name, want := range map[string]string{"custom.text": "слово", "custom.number": "1,5", "custom.date": "01.02.2020", "custom.bool": "true", "custom.choice": "a", "address_street": "Мира"} {
			if got := again.Get(name); got != want {
				t.Errorf("%s is asked for as %q, want %q", name, got, want)
			}
		}
		again.Set("custom.text", "")
		again.Set("custom.number", "много")
		w = h.ask(edits, http.MethodPost, at+"/edit", again)
		for _, name := range []string{"custom.text", "custom.number"} {
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="`+name+`-error"`) {
				t.Errorf("%d: it is not said that %s is wrong", w.Code, name)
			}
		}
		again.Set("custom.text", "другое")
		again.Set("custom.number", "")
		if w = h.ask(edits, http.MethodPost, at+"/edit", again); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		n, _ := id.Parse(at[strings.LastIndexByte(at, '/')+1:])
		// A page that did not ask wipes nothing, nor what may be chosen no more.
		h.check(h.members.SaveCustomField(t.Context(), member.CustomField{Key: "choice", Kind: member.CustomChoice, LabelRU: "Своё", LabelEN: "Own", Active: true, Choices: []member.Choice{{Key: "b", LabelRU: "Драма", LabelEN: "Drama"}}}))
		again = h.formAt(edits, at+"/edit")
		bare := url.Values{"version": again["version"], "surname": {"Новая"}, "custom.choice": again["custom.choice"]}
		if w = h.ask(edits, http.MethodPost, at+"/edit", bare); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		// Papers are for who may see contacts, in the form and in the trail.
		h.rules.Mandatory = append(h.rules.Mandatory, member.FieldDocumentNumber)
		if again = h.formAt(edits, at+"/edit"); again.Has("document_number") || !h.formAt(edits, path).Has("document_number") {
			t.Error("papers are asked for of who may not see them, or not of a new member")
		}
		if m, err := member.Get(t.Context(), d, home.ID(n)); err != nil || m.Profile.Surname != "Новая" || m.Profile.Address.Street != "Мира" || m.Profile.Custom["text"] != "другое" || m.Profile.Custom["number"] != "" || m.Profile.Custom["choice"] != "a" {
			t.Errorf("kept as %v: %v", m.Profile.Custom, err)
		}
	})
}
