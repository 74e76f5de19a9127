package admin_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// register makes a member with a phone.
func (h *house) register(name, phone string) member.Member {
	h.t.Helper()
	m, err := h.members.Register(h.t.Context(), member.DefaultRules(), member.Registration{
		Profile: member.Profile{Name: name}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone}},
	}, member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"})
	h.check(err)
	return m
}

// TestBatchFormOnce: a form that is sent twice, by a double click or by going back,
// has made one batch, and tells its secret codes to both.
func TestBatchFormOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ReferenceSee, staff.CardsEdit})
		h.sends(who, "/cards/new", url.Values{"name": {"Секретная"}, "code": {"secret"}, "kind": {"plastic"}, "properties.prefix": {"28"}, "secret": {"yes"}}, http.StatusSeeOther)
		types, err := card.Types(t.Context(), d)
		h.check(err)
		opened := h.ask(who, http.MethodGet, admin.Base+"/cards/batches/new", nil)
		at, err := url.Parse(opened.Header().Get("Location"))
		h.check(err)
		form := url.Values{"key": {at.Query().Get("key")}, "type": {types[0].ID.String()}, "size": {"2"}}
		if body := h.ask(who, http.MethodGet, at.String(), nil).Body.String(); !strings.Contains(body, form.Get("key")) {
			t.Fatal("the form does not send its key")
		}
		var made []string
		for range 2 {
			w := h.ask(who, http.MethodPost, admin.Base+"/cards/batches/new", form)
			made = append(made, w.Header().Get("Location"))
			if len(w.Result().Cookies()) == 0 {
				t.Error("its codes are not told")
			}
		}
		list, err := card.Batches(t.Context(), d, 0, 0)
		h.check(err)
		if len(list) != 1 || made[0] == "" || made[0] != made[1] {
			t.Errorf("%d batches; led to %v", len(list), made)
		}
		form.Set("size", "3")
		if w := h.ask(who, http.MethodPost, admin.Base+"/cards/batches/new", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "уже сделана партия") {
			t.Errorf("another batch by the same form: %d", w.Code)
		}
	})
}

// TestCardsInTheConsole: types and batches are for who may change cards of the
// whole organization; a batch is bounded and had as a file, whose secret codes
// are told once; a card is found, given, lost and replaced.
func TestCardsInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.ReferenceSee, staff.CardsEdit, staff.MembersSee}
		sees, edits, some := h.hire("sees", []staff.Permission{staff.ReferenceSee, staff.MembersSee}), h.hire("edits", may), h.hire("some", may, h.Outlet.ID)
		if w := h.ask(edits, http.MethodPost, admin.Base+"/cards/batches/new", url.Values{"size": {"2"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "заведите пластиковый тип") {
			t.Errorf("a batch of no type: %d", w.Code)
		}
		live := regexp.MustCompile(`<form[^>]*action="/admin/cards/batches/new"`)
		key := h.ask(edits, http.MethodGet, admin.Base+"/cards/batches/new", nil).Header().Get("Location")
		if body := h.ask(edits, http.MethodGet, key, nil).Body.String(); live.MatchString(body) || !strings.Contains(body, "заведите пластиковый тип") || !strings.Contains(body, `href="/admin/cards/new"`) {
			t.Errorf("a form that always fails is shown where there is no type: %s", body)
		}
		h.sends(edits, "/cards/new", url.Values{"name": {harm}, "code": {"std"}, "kind": {"plastic"}, "properties.prefix": {"27"}}, http.StatusSeeOther)
		h.sends(edits, "/cards/new", url.Values{"name": {"Секретная"}, "code": {"secret"}, "kind": {"plastic"}, "properties.prefix": {"28"}, "secret": {"yes"}}, http.StatusSeeOther)
		if w := h.ask(edits, http.MethodPost, admin.Base+"/cards/batches/new", url.Values{"size": {"2"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="type-error"`) {
			t.Errorf("a batch without a type: %d", w.Code)
		}
		h.sends(edits, "/cards/new", url.Values{"name": {"Ещё"}, "code": {"std"}, "kind": {"plastic"}}, http.StatusUnprocessableEntity)
		h.sends(edits, "/cards/new", url.Values{"name": {"Ещё"}, "code": {"x"}, "kind": {"virtual"}, "properties.prefix": {"99"}}, http.StatusUnprocessableEntity)
		h.harmless(sees, "/cards")
		types, err := card.Types(t.Context(), d)
		h.check(err)
		if len(types) != 2 {
			t.Fatalf("types: %+v", types)
		}
		secret, std := types[0], types[1]
		if std.Code != "std" {
			secret, std = std, secret
		}
		form := url.Values{"type": {std.ID.String()}, "size": {"3"}, "note": {harm}}
		for who, want := range map[string]int{sees: http.StatusForbidden, some: http.StatusForbidden} {
			h.sends(who, "/cards/batches/new", form, want)
			if w := h.ask(who, http.MethodGet, admin.Base+"/cards/batches", nil); w.Code != want {
				t.Errorf("batches: %d", w.Code)
			}
		}
		h.sends(edits, "/cards/batches/new", url.Values{"type": {std.ID.String()}, "size": {"20001"}}, http.StatusUnprocessableEntity)
		h.sends(edits, "/cards/batches/new", form, http.StatusSeeOther)
		h.harmless(edits, "/cards/batches")
		batches, err := card.Batches(t.Context(), d, 0, 0)
		h.check(err)
		stock, err := card.StockOf(t.Context(), d, batches[0].ID, "", 0)
		if err != nil || len(stock) != 3 {
			t.Fatalf("%d numbers, %v", len(stock), err)
		}
		batch := "/cards/batches/" + batches[0].ID.String()
		h.harmless(edits, batch)
		if w := h.ask(edits, http.MethodGet, admin.Base+batch+"/file?as=csv", nil); w.Code != http.StatusOK || strings.Count(w.Body.String(), "\n") != 4 || !strings.Contains(w.Body.String(), stock[2].Number) {
			t.Errorf("the table: %d %s", w.Code, w.Body)
		}
		w := h.ask(edits, http.MethodGet, admin.Base+batch+"/file?as=xlsx", nil)
		book, err := excelize.OpenReader(w.Body)
		h.check(err)
		rows, err := book.GetRows(book.GetSheetName(0))
		if err != nil || len(rows) != 4 || rows[1][0] != stock[0].Number {
			t.Errorf("the workbook: %v, %v", rows, err)
		}
		h.check(book.Close())
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "card_batch.exported"}, 0, 10)
		if err != nil || len(trail) != 2 {
			t.Errorf("the trail: %+v, %v", trail, err)
		}

		// Secret codes are told once by the page that the answer leads to: neither
		// that page nor the answer, read anew, makes another batch.
		form = url.Values{"type": {secret.ID.String()}, "size": {"2"}}
		w = h.ask(edits, http.MethodPost, admin.Base+"/cards/batches/new", form)
		made := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || made == "" {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, made, nil)
		r.AddCookie(&http.Cookie{Name: "kopilka", Value: edits})
		for _, c := range w.Result().Cookies() {
			r.AddCookie(c)
		}
		w = httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		file := regexp.MustCompile(`data:text/csv[^,]*,([^"]+)"`).FindStringSubmatch(w.Body.String())
		if w.Code != http.StatusOK || file == nil {
			t.Fatalf("no file with the codes: %d", w.Code)
		}
		content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(file[1], "&#43;", "+"))
		lines := strings.Split(strings.TrimSpace(string(content)), "\n")
		if err != nil || len(lines) != 3 {
			t.Fatalf("the file: %s, %v", content, err)
		}
		if body := h.ask(edits, http.MethodGet, made, nil).Body.String(); strings.Contains(body, "data:text/csv") {
			t.Error("the codes are told again")
		}
		if batches, err := card.Batches(t.Context(), d, 0, 0); err != nil || len(batches) != 2 {
			t.Errorf("%d batches, %v", len(batches), err)
		}
		printed, code, _ := strings.Cut(strings.TrimSpace(lines[1]), ",")
		owner := h.register("Борис", "+79161234568")
		h.sends(edits, "/members/"+owner.Home.String()+"/cards/new", url.Values{"type": {secret.ID.String()}, "number": {printed}}, http.StatusSeeOther)
		cards, err := card.List(t.Context(), d, owner.Home)
		h.check(err)
		h.check(h.cards.CheckSecret(t.Context(), owner.Home, cards[0].ID, code))

		h.sends(edits, "/cards/batches/load", url.Values{"type": {std.ID.String()}, "cards": {"ab=1"}}, http.StatusUnprocessableEntity)
		h.sends(edits, "/cards/batches/load", url.Values{"type": {std.ID.String()}, "cards": {"PRINTED01\r\nPRINTED02; 4321\r\n"}}, http.StatusSeeOther)
		for sent, want := range map[string]string{
			"NEW01\r\n\r\nprinted-02\r\n": "Строка 3: PRINTED02 уже загружен (не выдан)", // an empty line is a line
			"NEW01\r\n" + printed:         "Строка 2: " + printed + " уже выдан",
			"\nNEW01\n\nnew-01":           "Строка 4: этот номер уже был в строке 2",
			"\nNEW01; 1":                  "Строка 2: секретный код",
		} {
			w := h.ask(edits, http.MethodPost, admin.Base+"/cards/batches/load", url.Values{"type": {std.ID.String()}, "cards": {sent}})
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%q: %d, not told %q", sent, w.Code, want)
			}
		}

		m := h.register("Анна", "+79161234567")
		path := "/members/" + m.Home.String() + "/cards"
		h.sends(sees, path+"/new", url.Values{"type": {std.ID.String()}, "number": {stock[0].Number}}, http.StatusForbidden)
		h.sends(edits, path+"/new", url.Values{"type": {std.ID.String()}, "number": {"2700000000000"}}, http.StatusUnprocessableEntity)
		h.sends(edits, path+"/new", url.Values{"type": {std.ID.String()}, "number": {stock[0].Number}}, http.StatusSeeOther)
		list, err := card.List(t.Context(), d, m.Home)
		if err != nil || len(list) != 1 {
			t.Fatalf("cards: %+v, %v", list, err)
		}
		one := path + "/" + list[0].ID.String()
		found := h.ask(sees, http.MethodGet, admin.Base+"/cards/find?n="+stock[0].Number, nil).Body.String()
		if !strings.Contains(found, "Анна") || !strings.Contains(found, one) {
			t.Error("the card is not found by its number")
		}
		if strings.Contains(h.ask(some, http.MethodGet, admin.Base+"/cards/find?n="+stock[0].Number, nil).Body.String(), "Анна") {
			t.Error("a member of another place is told")
		}
		if strings.Contains(h.ask(sees, http.MethodGet, admin.Base+"/cards/find?n="+stock[1].Number, nil).Body.String(), batch) {
			t.Error("a batch is told to who may not see it")
		}
		if !strings.Contains(h.ask(edits, http.MethodGet, admin.Base+"/cards/find?n="+stock[1].Number, nil).Body.String(), batch) {
			t.Error("the batch of a number is not found")
		}
		h.sends(sees, one+"/lose", nil, http.StatusForbidden)
		h.sends(edits, one+"/lose", nil, http.StatusSeeOther)
		h.sends(edits, one+"/replace", url.Values{"type": {std.ID.String()}, "number": {stock[1].Number}, "last": {list[0].ID.String()}}, http.StatusSeeOther)
		h.sends(edits, batch+"/void", url.Values{"number": {stock[1].Number}}, http.StatusUnprocessableEntity)
		h.sends(edits, batch+"/void", url.Values{"number": {stock[2].Number}}, http.StatusSeeOther)
		for _, gone := range []string{stock[1].Number, stock[2].Number} {
			if w := h.ask(edits, http.MethodGet, admin.Base+batch+"/file?as=csv", nil); strings.Contains(w.Body.String(), gone) {
				t.Errorf("%s is no free card and is printed again", gone)
			}
		}
		if list, err = card.List(t.Context(), d, m.Home); err != nil || len(list) != 2 || list[0].State != card.Replaced || list[1].State != card.Active {
			t.Errorf("cards: %+v, %v", list, err)
		}
	})
}

// TestGroupsAndFieldsInTheConsole: what members are put together and described
// by is made and changed by who may; a field keeps its key and kind.
func TestGroupsAndFieldsInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.MembersSee, staff.GroupsEdit, staff.SettingsEdit}
		sees, edits, some := h.hire("sees", may[:1]), h.hire("edits", may), h.hire("some", may, h.Outlet.ID)
		for path, form := range map[string]url.Values{
			"/groups/new": {"name": {harm}, "note": {harm}}, "/groups/categories/new": {"name": {harm}},
			"/fields/new": {"key": {"genre"}, "kind": {"choice"}, "label_ru": {harm}, "label_en": {"Genre"}, "position": {"1"}, "choices": {"a; Аниме; Anime\r\nd; Драма; Drama"}},
		} {
			h.sends(sees, path, form, http.StatusForbidden)
			h.sends(some, path, form, http.StatusForbidden)
			h.sends(edits, path, form, http.StatusSeeOther)
			h.sends(edits, path, form, http.StatusUnprocessableEntity) // it is there
		}
		h.harmless(sees, "/groups")
		h.harmless(sees, "/groups/categories")
		h.harmless(edits, "/fields")
		h.harmless(edits, "/fields/genre/edit")
		h.sends(edits, "/fields/genre/edit", url.Values{"kind": {"text"}, "label_ru": {"Жанр"}, "label_en": {"Genre"}, "choices": {"a;"}}, http.StatusUnprocessableEntity)
		h.sends(edits, "/fields/genre/edit", url.Values{"kind": {"text"}, "label_ru": {"Жанр"}, "label_en": {"Genre"}, "choices": {"a; Аниме"}}, http.StatusSeeOther)
		fields, err := member.CustomFields(t.Context(), d)
		if err != nil || len(fields) != 1 || fields[0].Kind != member.CustomChoice || fields[0].Active || len(fields[0].Choices) != 1 || fields[0].Choices[0].LabelEN != "Аниме" {
			t.Errorf("fields: %+v, %v", fields, err)
		}
		groups, err := member.Groups(t.Context(), d)
		h.check(err)
		h.sends(edits, "/groups/"+groups[0].ID.String()+"/edit", url.Values{"name": {"Друзья"}}, http.StatusSeeOther)
		if groups, err = member.Groups(t.Context(), d); err != nil || groups[0].Name != "Друзья" || groups[0].Active {
			t.Errorf("groups: %+v, %v", groups, err)
		}
		m := h.register("Анна", "+79161234567")
		tags := []string{harm[:20], "друг"}
		_, err = h.members.Update(t.Context(), member.DefaultRules(), m.Home, 0, member.Patch{Tags: &tags}, member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"})
		h.check(err)
		if body := h.ask(sees, http.MethodGet, admin.Base+"/groups/tags", nil).Body.String(); !strings.Contains(body, "in.tags=%D0%B4") || strings.Contains(body, "<script>a") {
			t.Error("tags are not told, or as scripts")
		}
		if w := h.ask(some, http.MethodGet, admin.Base+"/groups/tags", nil); w.Code != http.StatusForbidden {
			t.Errorf("tags of all members for one outlet: %d", w.Code)
		}
	})
}
