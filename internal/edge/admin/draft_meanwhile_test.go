package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestPublishingOvertaken: whoever publishes what another has changed meanwhile, or
// over what another has put into force, is told who it was, and sees what is so now.
func TestPublishingOvertaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.ProgrammePublish}
		anna, boris := h.hire("anna", may), h.hire("boris", may)
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		call := func(name string) {
			t.Helper()
			f := h.formAt(boris, path+"/text")
			f.Set("text", strings.Replace(f.Get("text"), "name: ", "name: "+name+" # ", 1))
			if w := h.ask(boris, http.MethodPost, path+"/text", f); w.Code != http.StatusSeeOther {
				t.Fatalf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
			}
		}
		h.ask(anna, http.MethodPost, path+"/begin", nil)
		open := h.formAt(anna, path+"/publish")
		call("Зимняя")
		w := h.ask(anna, http.MethodPost, path+"/publish", open)
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "черновик изменён (boris") || strings.Contains(body, "Ваши изменения") || !strings.Contains(body, "→ Зимняя") {
			t.Errorf("%d: %s", w.Code, body)
		}

		next := *h.Programmes.Current().Get(h.Programme.ID)
		next.Priority++
		open = h.formAt(anna, path+"/publish")
		_, err := h.Programmes.Put(t.Context(), next, "boris (staff 7)")
		h.check(err)
		w = h.ask(anna, http.MethodPost, path+"/publish", open)
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "введена версия 2 (boris") {
			t.Errorf("%d: %s", w.Code, body)
		}

		// A time that is typed beside «now» is not let go.
		open = h.formAt(anna, path+"/publish")
		open.Set("at", "2099-01-01T00:00")
		if w = h.ask(anna, http.MethodPost, path+"/publish", open); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Выбрано «Сейчас», а ниже указано время") {
			t.Errorf("a time beside now: %d", w.Code)
		}
		// Who comes too late is told so on the programme's page, where it is seen who it was.
		open.Del("at")
		if w = h.ask(boris, http.MethodPost, path+"/publish", h.formAt(boris, path+"/publish")); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		late := h.ask(anna, http.MethodPost, path+"/publish", open).Header().Get("Location")
		if body := h.ask(anna, http.MethodGet, late, nil).Body.String(); !strings.Contains(body, "программу изменил кто-то другой") || !strings.Contains(body, "boris") {
			t.Errorf("too late: %s", late)
		}
		back := url.Values{"to": {"1"}, "was": {"2"}}
		if at := h.ask(anna, http.MethodPost, strings.TrimSuffix(path, "/draft")+"/back", back).Header().Get("Location"); !strings.HasSuffix(at, "done=not-overtaken") {
			t.Errorf("back too late: %s", at)
		}
	})
}

// TestDraftMovedMeanwhile: whoever throws a draft away, or moves or cuts a part of it,
// from a page that was open before another has changed it is led to it as it is now,
// and nothing is done.
func TestDraftMovedMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit}
		anna, boris := h.hire("anna", may), h.hire("boris", may)
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(anna, http.MethodPost, path+"/begin", nil)
		open := h.formAt(anna, path+"/text").Get("edition")
		f := h.formAt(boris, path+"/text")
		f.Set("text", strings.Replace(f.Get("text"), "name: ", "name: Зимняя # ", 1))
		h.ask(boris, http.MethodPost, path+"/text", f)
		is := h.formAt(anna, path+"/text").Get("text")
		for at, form := range map[string]url.Values{
			"/drop": {}, "/item": {"what": {"rule"}, "id": {"accrual"}, "do": {"off"}},
		} {
			form.Set("edition", open)
			to := h.ask(anna, http.MethodPost, path+at, form).Header().Get("Location")
			if to != path+"?done=not-draft-moved" || !strings.Contains(h.ask(anna, http.MethodGet, to, nil).Body.String(), "черновик тем временем изменили") {
				t.Errorf("%s leads to %q", at, to)
			}
		}
		if now := h.formAt(anna, path+"/text").Get("text"); now != is || !strings.Contains(is, "Зимняя") {
			t.Errorf("the draft is %s", now)
		}

		// Of one that is gone nothing is left but the programme.
		part := h.formAt(anna, path+"/part/head")
		h.ask(boris, http.MethodPost, path+"/drop", url.Values{"edition": {h.formAt(boris, path+"/text").Get("edition")}})
		for at, form := range map[string]url.Values{"/part/head": part, "/drop": {"edition": {open}}, "/item": {"what": {"rule"}, "id": {"accrual"}, "do": {"up"}, "edition": {open}}} {
			to := h.ask(anna, http.MethodPost, path+at, form).Header().Get("Location")
			if to != strings.TrimSuffix(path, "/draft")+"?done=not-draft-gone" || !strings.Contains(h.ask(anna, http.MethodGet, to, nil).Body.String(), "черновик удалили или ввели в действие") {
				t.Errorf("%s leads to %q", at, to)
			}
		}
	})
}

// TestCodeOfAnother: a draft takes no code of another programme, by the form and by
// the text; one that has it already says so before it is published.
func TestCodeOfAnother(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", nil)
		other := *h.Programme
		other.ID, other.Version, other.Code = 0, 0, "second"
		put := func() {
			t.Helper()
			_, err := h.Programmes.Put(t.Context(), other, "test")
			h.check(err)
		}
		const taken = "уже занят другой программой"
		take := func(want int) {
			t.Helper()
			form, text := h.formAt(who, path+"/part/head"), h.formAt(who, path+"/text")
			form.Set("do", "save")
			form.Set("code", "second")
			text.Set("text", strings.Replace(text.Get("text"), "code: "+h.Programme.Code, "code: second", 1))
			for part, f := range map[string]map[string][]string{"/part/head": form, "/text": text} {
				w := h.ask(who, http.MethodPost, path+part, f)
				if w.Code != want || strings.Contains(w.Body.String(), taken) != (want != http.StatusSeeOther) {
					t.Fatalf("%s: %d, want %d", part, w.Code, want)
				}
				if want == http.StatusSeeOther {
					return
				}
			}
		}
		put()
		take(http.StatusUnprocessableEntity)
		other = *h.Programmes.Current().ByCode("second")
		other.Code = "third"
		put()
		take(http.StatusSeeOther)
		other = *h.Programmes.Current().ByCode("third")
		other.Code = "second"
		put()
		for _, page := range []string{"", "/publish"} {
			if body := h.ask(who, http.MethodGet, path+page, nil).Body.String(); !strings.Contains(body, taken) {
				t.Errorf("%q: it is not told that its code is taken", page)
			}
		}
	})
}

// TestLevelsOfOneName: a second level of a name is refused at its field.
func TestLevelsOfOneName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		next := *h.Programme
		next.Levels = []rule.Level{{ID: "silver", Name: "Серебро", Priority: 1}, {ID: "gold", Name: "Золото", Priority: 2}}
		_, err := h.Programmes.Put(t.Context(), next, "test")
		h.check(err)
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", nil)
		f := h.formAt(who, path+"/part/level?id=gold")
		f.Set("do", "save")
		f.Set("name", "серебро")
		w := h.ask(who, http.MethodPost, path+"/part/level?id=gold", f)
		said := strings.Join(strings.Fields(tags.ReplaceAllString(w.Body.String(), " ")), " ")
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `aria-invalid="true"`) || !strings.Contains(said, "Уровень «серебро» уже есть") {
			t.Errorf("%d: %s", w.Code, said)
		}
	})
}

// TestOvertakenByOneself: whoever changes a programme in two windows is told that it is
// done only where what he asks for is in force.
func TestOvertakenByOneself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		anna := h.hire("anna", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.ProgrammePublish})
		for range 3 {
			next := *h.Programmes.Current().Get(h.Programme.ID)
			next.Priority++
			_, err := h.Programmes.Put(t.Context(), next, "test")
			h.check(err)
		}
		path := admin.Base + "/programmes/" + h.Programme.ID.String()
		lands := func(form url.Values, at, done string) {
			t.Helper()
			if to := h.ask(anna, http.MethodPost, path+at, form).Header().Get("Location"); !strings.HasSuffix(to, path+"?done="+done) {
				t.Errorf("%s %v leads to %q, want %s", at, form, to, done)
			}
		}
		lands(url.Values{"to": {"2"}, "was": {"4"}}, "/back", "programme-back")
		lands(url.Values{"to": {"2"}, "was": {"4"}}, "/back", "programme-back")
		lands(url.Values{"to": {"3"}, "was": {"4"}}, "/back", "not-overtaken-own")
		if v, err := h.Programmes.Version(t.Context(), h.Programme.ID, 2); err != nil || v.Version != 2 {
			t.Errorf("the version that was put back is now %d, %v", v.Version, err)
		}

		draft := path + "/draft"
		begin := func(name string) url.Values {
			t.Helper()
			h.ask(anna, http.MethodPost, draft+"/begin", nil)
			f := h.formAt(anna, draft+"/part/head")
			f.Set("do", "save")
			f.Set("name", name)
			if w := h.ask(anna, http.MethodPost, draft+"/part/head", f); w.Code != http.StatusSeeOther {
				t.Fatalf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
			}
			return h.formAt(anna, draft+"/publish")
		}
		winter := begin("Зимняя")
		if w := h.ask(anna, http.MethodPost, draft+"/drop", h.formAt(anna, draft+"/part/head")); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		summer := begin("Летняя")
		if w := h.ask(anna, http.MethodPost, draft+"/publish", winter); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "черновик изменён (вы сами") {
			t.Errorf("another draft of the same edition was published: %d", w.Code)
		}
		lands(summer, "/draft/publish", "programme-in-force")
		lands(summer, "/draft/publish", "programme-in-force")
		lands(winter, "/draft/publish", "not-overtaken-own")
	})
}

// TestPlannedMeanwhile: whoever sets the time of a draft over one that another has set
// since is told of it, and may set his own knowingly.
func TestPlannedMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.ProgrammePublish}
		anna, boris := h.hire("anna", may), h.hire("boris", may)
		plans := programme.Plans{Programmes: h.Programmes}
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(anna, http.MethodPost, path+"/begin", url.Values{})
		hers, his := h.formAt(anna, path+"/publish"), h.formAt(boris, path+"/publish")
		set := func(f url.Values, days int) {
			f.Set("when", "at")
			f.Set("at", h.Clock.Now().Time().AddDate(0, 0, days).Format("2.01.2006 15:04"))
		}
		set(hers, 1)
		set(his, 2)
		if w := h.ask(anna, http.MethodPost, path+"/publish", hers); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		first, err := plans.Of(t.Context(), h.Programme.ID)
		h.check(err)
		w := h.ask(boris, http.MethodPost, path+"/publish", his)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "время уже назначили") {
			t.Errorf("%d: %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		if now, err := plans.Of(t.Context(), h.Programme.ID); err != nil || now != first {
			t.Errorf("%+v %v, want %+v", now, err, first)
		}
		again := formIn(w.Body.String())
		set(again, 2)
		if w := h.ask(boris, http.MethodPost, path+"/publish", again); w.Code != http.StatusSeeOther {
			t.Errorf("knowingly: %d: %s", w.Code, mainForm.FindString(w.Body.String()))
		}
	})
}
