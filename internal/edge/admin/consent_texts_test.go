package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// sentAlongIn are the values that a form sends besides what is seen in it.
var sentAlongIn = regexp.MustCompile(`<input type="hidden" name="([a-z_]+)" value="([^"]*)"`)

func sentBy(body string) url.Values {
	v := url.Values{}
	for _, m := range sentAlongIn.FindAllStringSubmatch(body, -1) {
		v.Set(m[1], m[2])
	}
	return v
}

// TestConsentTextsInTheConsole: a text is published out of a draft whose gaps are
// filled in, once however often it is sent; the next version leaves the first to
// be read; what is wrong is said at its field.
func TestConsentTextsInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("publishes", []staff.Permission{staff.MembersSee, staff.MembersEdit, staff.SettingsEdit})
		reads := h.hire("reads", []staff.Permission{staff.MembersSee})
		texts := admin.Base + "/consent-texts"
		get := func(path string) string { h.t.Helper(); return h.ask(who, http.MethodGet, path, nil).Body.String() }
		if list := get(texts); strings.Count(list, "не опубликован") < 3 || !strings.Contains(list, "/new?kind=personal_data") {
			t.Errorf("what is missing is not said: %s", list)
		}
		if body := h.ask(reads, http.MethodGet, texts, nil).Body.String(); !strings.Contains(body, "не опубликован") || strings.Contains(body, "/new?kind") {
			t.Error("who may not publish is offered to")
		}
		form := get(texts + "/new?kind=personal_data&language=ru")
		sent := sentBy(form)
		sent.Set("title", "Согласие на обработку")
		sent.Set("body", "Я согласен: «Кинотеатр» [укажите адрес].")
		if !strings.Contains(form, "«Кинотеатр» [укажите") {
			t.Errorf("no draft is offered: %s", form)
		}
		if w := h.ask(who, http.MethodPost, texts+"/new", sent); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Впишите недостающее") {
			t.Errorf("a gap is published: %d", w.Code)
		}
		sent.Set("body", " ")
		if w := h.ask(who, http.MethodPost, texts+"/new", sent); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="body-error"`) && !strings.Contains(w.Body.String(), "aria-invalid") {
			t.Errorf("an empty text: %d", w.Code)
		}
		sent.Set("body", "Я согласен.\r\nОтозвать можно.")
		var at string
		for range 2 {
			w := h.ask(who, http.MethodPost, texts+"/new", sent)
			if at, _, _ = strings.Cut(w.Header().Get("Location"), "?"); w.Code != http.StatusSeeOther || !strings.HasPrefix(at, texts+"/") {
				t.Fatalf("%d: %s", w.Code, w.Body)
			}
		}
		now, err := member.TextsNow(t.Context(), d)
		if err != nil || len(now) != 1 || now[0].Version != 1 || now[0].Body != "Я согласен.\nОтозвать можно." || now[0].Kind != member.ToPersonalData {
			t.Fatalf("%+v, %v", now, err)
		}

		// The next version, from the form of the last; two at once do not both win.
		next := sentBy(get(at + "/edit"))
		next.Set("title", "Согласие на обработку")
		next.Set("body", "Я вполне согласен.")
		if w := h.ask(who, http.MethodPost, at+"/edit", next); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		next.Set("body", "Я не совсем согласен.")
		w := h.ask(who, http.MethodPost, at+"/edit", next)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Версия 2 этого текста уже опубликована") || sentBy(w.Body.String()).Get("version") != "3" {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
		if first := h.ask(reads, http.MethodGet, at+"/1", nil).Body.String(); !strings.Contains(first, "Отозвать можно.") || !strings.Contains(first, "Сейчас действует версия 2") {
			t.Errorf("the first version: %s", first)
		}
		if body := get(at); !strings.Contains(body, "Я вполне согласен.") || !strings.Contains(body, at+"/1") {
			t.Errorf("the version in force: %s", body)
		}
		if w := h.ask(who, http.MethodGet, texts+"/new?kind=personal_data&language=ru", nil); w.Header().Get("Location") != at+"/edit" {
			t.Errorf("a second text of a kind is begun: %d %q", w.Code, w.Header().Get("Location"))
		}
	})
}

// TestConsentsWithNoText: where no text is published a member's page of consents
// says so, and leads to where they are.
func TestConsentsWithNoText(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("notes", []staff.Permission{staff.MembersSee, staff.MembersEdit})
		m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79160001020"}},
		}, member.Actor{Kind: member.ByStaff, Source: "test"})
		h.check(err)
		for _, path := range []string{"", "/give"} {
			w := h.ask(who, http.MethodGet, admin.Base+"/members/"+m.Home.String()+"/consents"+path, nil)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Тексты согласий не опубликованы") || !strings.Contains(w.Body.String(), `href="/admin/consent-texts"`) {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	})
}

// TestConsentsOfWhoHasLeft: what he consented to while he took part is not in
// force any more.
func TestConsentsOfWhoHasLeft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Светлова", "+79161234567")
		text, err := h.members.PublishText(t.Context(), member.ConsentText{Kind: member.ToPersonalData, Language: "ru", Title: "Согласие", Body: "Я согласен."})
		h.check(err)
		by := member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"}
		_, err = h.members.Consent(t.Context(), m.Home, []member.NewConsent{{Kind: member.ToPersonalData, Action: member.Granted, Text: text.ID, TextVersion: text.Version, Proof: "1"}}, by)
		h.check(err)
		who := h.hire("who", []staff.Permission{staff.MembersSee})
		in := func(words string) bool {
			return strings.Contains(h.ask(who, http.MethodGet, admin.Base+"/members/"+m.Home.String()+"/consents", nil).Body.String(), words)
		}
		if !in("Действует сейчас") {
			t.Error("what is in force is not called so")
		}
		_, err = h.members.Close(t.Context(), m.Home, m.Version, "ушёл", by, nil)
		h.check(err)
		if in("Действует сейчас") || !in("Что было дано") {
			t.Error("what was consented to is in force still")
		}
	})
}

// TestConsentIsNoted: the proof of a consent has an end, and the form says which
// consents are in force already.
func TestConsentIsNoted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Светлова", "+79161234567")
		publish := func(title string) member.ConsentText {
			text, err := h.members.PublishText(t.Context(), member.ConsentText{Kind: member.ToPersonalData, Language: "ru", Title: title, Body: "Я согласен."})
			h.check(err)
			return text
		}
		text := publish("Согласие")
		who := h.hire("notes", []staff.Permission{staff.MembersSee, staff.MembersEdit})
		path := "/members/" + m.Home.String() + "/consents/give"
		in := func(words string) bool {
			return strings.Contains(h.ask(who, http.MethodGet, admin.Base+path, nil).Body.String(), words)
		}
		form := url.Values{"text": {text.ID.String() + "." + strconv.FormatInt(text.Version, 10) + "."}}
		for _, long := range []int{member.MaxProof + 1, 5000} {
			form.Set("proof", strings.Repeat("я", long))
			if w := h.ask(who, http.MethodPost, admin.Base+path, form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="proof-error"`) {
				t.Errorf("a proof of %d letters: %d", long, w.Code)
			}
		}
		if in("уже действует") {
			t.Error("nothing is in force, and it says so")
		}
		form.Set("proof", strings.Repeat("я", member.MaxProof))
		h.sends(who, path, form, http.StatusSeeOther)
		if !in("уже действует") {
			t.Error("it does not say what is in force")
		}
		// What is in force is not what the form opens on.
		other, err := h.members.PublishText(t.Context(), member.ConsentText{Kind: member.ToAdvertising, Language: "ru", Title: "Реклама", Body: "Я согласен."})
		h.check(err)
		if opens := h.formAt(who, admin.Base+path).Get("text"); !strings.HasPrefix(opens, other.ID.String()+".") {
			t.Errorf("the form opens on %s, which is in force", opens)
		}
		publish("Новое согласие")
		if !in("действует по другому тексту") {
			t.Error("it does not say that another text is in force")
		}
	})
}
