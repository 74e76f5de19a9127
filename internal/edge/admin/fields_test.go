package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestChoicesAreTypedAsNames: a choice is a name in one language; its key is made of
// it, once, and stays when the field is changed. A line that can't be one says why.
func TestChoicesAreTypedAsNames(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		edits := h.hire("edits", []staff.Permission{staff.SettingsEdit})
		field := func(choices string) url.Values {
			return url.Values{"key": {"genre"}, "kind": {"choice"}, "label_ru": {"Жанр"}, "position": {"1"}, "active": {"on"}, "choices": {choices}}
		}
		want := func(choices ...member.Choice) {
			t.Helper()
			list, err := member.CustomFields(t.Context(), d)
			h.check(err)
			if diff := cmp.Diff(choices, list[0].Choices); diff != "" {
				t.Error(diff)
			}
		}
		const made, edit = "/fields/new", "/fields/genre/edit"
		h.sends(edits, made, field("драма\r\n\r\nНаучная фантастика!; Science fiction\r\ncomedy; Комедия; Comedy\r\nhorror; Ужасы\r\n恐怖"), http.StatusSeeOther)
		want(member.Choice{Key: "drama", LabelRU: "драма", LabelEN: "драма"}, member.Choice{Key: "nauchnaya_fantastika", LabelRU: "Научная фантастика!", LabelEN: "Science fiction"},
			member.Choice{Key: "comedy", LabelRU: "Комедия", LabelEN: "Comedy"}, member.Choice{Key: "horror", LabelRU: "Ужасы", LabelEN: "Ужасы"}, member.Choice{Key: "choice", LabelRU: "恐怖", LabelEN: "恐怖"})
		shown := html.UnescapeString(h.ask(edits, http.MethodGet, admin.Base+edit, nil).Body.String())
		if !strings.Contains(shown, "drama; драма\nnauchnaya_fantastika; Научная фантастика!; Science fiction\n") {
			t.Errorf("they are shown otherwise: %s", shown)
		}

		// Typed anew without keys they are the same; a name like one that is gone has a
		// key of its own, as members have the other.
		h.sends(edits, edit, field("Ужасы\nКОМЕДИЯ\nдрама; drama\ndrama"), http.StatusUnprocessableEntity)
		h.sends(edits, edit, field("Ужасы\nКОМЕДИЯ\nДрама, старая\nHorror"), http.StatusSeeOther)
		want(member.Choice{Key: "horror", LabelRU: "Ужасы", LabelEN: "Ужасы"}, member.Choice{Key: "comedy", LabelRU: "КОМЕДИЯ", LabelEN: "КОМЕДИЯ"},
			member.Choice{Key: "drama_staraya", LabelRU: "Драма, старая", LabelEN: "Драма, старая"}, member.Choice{Key: "horror_2", LabelRU: "Horror", LabelEN: "Horror"})

		long := strings.Repeat("щ", 60)
		h.sends(edits, edit, field(long+"\n"+long+"2"), http.StatusSeeOther)
		list, err := member.CustomFields(t.Context(), d)
		h.check(err)
		if a, b := list[0].Choices[0].Key, list[0].Choices[1].Key; len(a) != member.MaxShort || len(b) != member.MaxShort || a == b {
			t.Errorf("keys of long names: %q, %q", a, b)
		}

		for choices, why := range map[string]string{
			"":                  "Заполните это поле",
			"драма\n\nДрама":    "Строка 3 («Драма»): этот вариант уже есть в строке 1",
			"драма\nx;":         "Строка 2 («x;»): нет названия",
			"драма\na; б; в; г": "Строка 2 («a; б; в; г»): не больше трёх частей",
			"драма\nПлохо; Ужасы; Horror":     "Строка 2 («Плохо; Ужасы; Horror»): Ключ – от 1 до 50",
			"драма\n" + long + long + "\nкот": "Строка 2 («" + long + "»)",
		} {
			w := h.ask(edits, http.MethodPost, admin.Base+edit, field(choices))
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(w.Body.String()), why) {
				t.Errorf("%q: %d, it does not say %q", choices, w.Code, why)
			}
		}
	})
}
