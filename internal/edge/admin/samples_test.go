package admin_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/reference"
)

var cyrillic = regexp.MustCompile(`[^\n]*\p{Cyrillic}[^\n]*`)

// TestSamplesInBothLanguages: a programme to begin with is in the reader's language
// to the last name, as it is offered and as the draft that is made of it; what it
// does is the same in both.
func TestSamplesInBothLanguages(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.org.Name, h.org.Zone = "Cinema", "Asia/Yekaterinburg"
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		_, err := d.Exec(t.Context(), `update staff set lang = 'en'`)
		h.check(err)
		offered := mainForm.FindString(h.ask(who, http.MethodGet, admin.Base+"/programmes/new", nil).Body.String())
		if found := cyrillic.FindString(offered); found != "" || offered == "" {
			t.Errorf("offered in English: %s", found)
		}
		made := h.ask(who, http.MethodPost, admin.Base+"/programmes/new", url.Values{"sample": {"bonus"}}).Header().Get("Location")
		text := h.formAt(who, regexp.MustCompile(`\?.*`).ReplaceAllString(made, "")+"/text").Get("text")
		if found := cyrillic.FindString(text); found != "" || text == "" {
			t.Errorf("the draft of it: %q", found)
		}
		if !strings.Contains(text, "zone: Asia/Yekaterinburg") {
			t.Errorf("not by the organization's clock: %s", text)
		}
	})
	entries, err := os.ReadDir("samples/ru")
	if err != nil || len(entries) == 0 {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(name: )[^,}\n]+|\s*#.*`)
	read := func(lang, name string) string {
		text, err := os.ReadFile("samples/" + lang + "/" + name)
		if err != nil {
			t.Error(err)
		}
		if found := cyrillic.Find(text); lang == "en" && found != nil {
			t.Errorf("%s: %s", name, found)
		}
		return said.ReplaceAllString(string(text), "$1")
	}
	for _, e := range entries {
		if diff := cmp.Diff(read("ru", e.Name()), read("en", e.Name())); diff != "" {
			t.Errorf("%s: %s", e.Name(), diff)
		}
	}
}

// TestSamplesLackNothing: whoever takes a programme to begin with has the product
// types that it tells apart, once however often it is taken; his own that are
// called so are taken, whatever their codes.
func TestSamplesLackNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.org.Name = "Cinema"
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.CatalogueEdit})
		_, err := d.Exec(t.Context(), `update product_type set code = 'old-' || code, name_ru = 'old-' || code, name_en = 'old-' || code`)
		h.check(err)
		for _, name := range []string{"cinema", "theatre", "cinema"} {
			if w := h.ask(who, http.MethodPost, admin.Base+"/programmes/new", url.Values{"sample": {name}}); w.Code != http.StatusSeeOther {
				t.Fatalf("%s: %d", name, w.Code)
			}
		}
		list, err := catalog.New(d, nil).Types(t.Context(), reference.Page{})
		h.check(err)
		var codes []string
		for _, x := range list.Items {
			codes = append(codes, x.Code)
		}
		if slices.Sort(codes); !slices.Equal(codes, []string{"bar", "old-bar", "old-service", "old-ticket", "ticket"}) {
			t.Errorf("types %q", codes)
		}
		_, err = d.Exec(t.Context(), `update product_type set code = 'билеты' where code = 'ticket'`)
		h.check(err)
		h.sends(who, "/programmes/new", url.Values{"sample": {"cinema"}}, http.StatusSeeOther)
		var text string
		h.check(d.Row(t.Context(), `select body from programme_draft order by programme_id desc limit 1`).Scan(&text))
		read, err := draft.Read([]byte(text), draft.NewBase(t.Context(), d, h.Directory))
		h.check(err)
		if by := read.Programme.Spending.ByType; by["билеты"] == 0 || by["bar"] == 0 || by["ticket"] != 0 || strings.Contains(text, "type: ticket") {
			t.Errorf("the draft is of other types: %s", text)
		}
	})
}
