package admin_test

import (
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

// TestMergeSpeaksWords: what two members have is told in words where whose is kept
// is chosen, before the merge and in its act: languages, days, sexes, own fields.
func TestMergeSpeaksWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		ctx, by := t.Context(), member.Actor{Kind: member.BySystem}
		for _, f := range []member.CustomField{
			{Key: "genre", Kind: member.CustomChoice, LabelRU: "Жанр", LabelEN: "Genre", Choices: []member.Choice{{Key: "drama", LabelRU: "Драма", LabelEN: "Drama"}, {Key: "horror", LabelRU: "Ужасы", LabelEN: "Horror"}}},
			{Key: "pet", Kind: member.CustomBool, LabelRU: "Есть питомец", LabelEN: "Has a pet"},
			{Key: "wedding", Kind: member.CustomDate, LabelRU: "Свадьба", LabelEN: "Wedding"},
		} {
			f.Active = true
			h.check(h.members.SaveCustomField(ctx, f))
		}
		category, err := h.members.SaveCategory(ctx, member.Category{Name: "Студент", Active: true})
		h.check(err)
		anna, twin := h.register("Анна", "+79161234567"), h.register("Анна", "+79161234568")
		for m, set := range map[*member.Member]map[member.Field]string{
			&anna: {"language": "ru", "sex": "female", "birth_date": "1990-02-28", "custom.genre": "drama", "custom.pet": "true"},
			&twin: {"language": "en", "sex": "male", "birth_date": "1991-03-27", "custom.genre": "horror", "custom.pet": "false", "custom.wedding": "2020-10-12", "category": category.ID.String()},
		} {
			_, err := h.members.Update(ctx, member.DefaultRules(), m.Home, 0, member.Patch{Set: set}, by)
			h.check(err)
		}
		merges := h.hire("merges", []staff.Permission{staff.MembersSee, staff.MembersMerge})
		path := admin.Base + "/members/" + anna.Home.String() + "/merge"
		form := url.Values{"who": {"+79161234568"}}
		tell := func(what, body string, also ...string) {
			t.Helper()
			text := tags.ReplaceAllString(body, "|")
			for _, want := range append(also, "русский", "английский", "женский", "мужской", "28.02.1990", "27.03.1991", "Жанр", "Драма", "Ужасы", "Есть питомец", "|да|", "|нет|") {
				if !strings.Contains(text, want) {
					t.Errorf("%s does not tell %q", what, want)
				}
			}
			for _, code := range []string{"|ru|", "|en|", "|male|", "|drama|", "|horror|", "|true|", "|false|", "1990-02-28", "|2020-10-12|", "custom.", category.ID.String()} {
				if strings.Contains(text, code) {
					t.Errorf("%s tells %q as it is kept", what, code)
				}
			}
		}
		tell("the choice", h.ask(merges, http.MethodPost, path, form).Body.String())
		form = url.Values{"member": {twin.Home.String()}, "chosen": {"yes"}, "take-language": {"his"}}
		body := h.ask(merges, http.MethodPost, path, form).Body.String()
		tell("the preview", body, "12.10.2020", "Студент")
		digest := regexp.MustCompile(`name="digest" value="([^"]*)"`).FindStringSubmatch(body)
		if len(digest) != 2 {
			t.Fatal(body)
		}
		w := h.ask(merges, http.MethodPost, path, url.Values{"member": {twin.Home.String()}, "sure": {"yes"}, "digest": {digest[1]}, "take": {"language"}, "reason": {"паспорт один"}})
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		act, _, _ := strings.Cut(w.Header().Get("Location"), "?")
		tell("the act", h.ask(merges, http.MethodGet, act, nil).Body.String(), "12.10.2020", "Студент")
		trail := h.ask(h.hire("reads", []staff.Permission{staff.AuditSee}), http.MethodGet, admin.Base+"/audit?"+url.Values{"q": {twin.Number}}.Encode(), nil).Body.String()
		for _, want := range []string{"Участники объединены", "Участник № " + anna.Number, "Номер влитого", twin.Number} {
			if !strings.Contains(strings.ReplaceAll(trail, "\u00a0", " "), want) {
				t.Errorf("the trail does not tell %q", want)
			}
		}
	})
}
