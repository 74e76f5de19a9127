package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestPublishedByTwo: where it takes two a marketer's draft is asked for, frozen,
// seen and approved by another; refused, with what the asker reads; gone back;
// nobody does any of it alone. Without the setting who may publish does.
func TestPublishedByTwo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.ProgrammePublish}
		anna, boris := h.hire("anna", may), h.hire("boris", may)
		edits := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		narrow, sees := h.hire("narrow", may, h.Outlet.ID), h.hire("sees", []staff.Permission{staff.ProgrammeSee})
		path, list := admin.Base+"/programmes/"+h.Programme.ID.String(), admin.Base+"/approvals"
		do := func(who, method, path string, form url.Values, want int) string {
			t.Helper()
			w := h.ask(who, method, path, form)
			if w.Code != want {
				t.Errorf("%s %s: %d, want %d", method, path, w.Code, want)
			}
			return w.Header().Get("Location") + w.Body.String()
		}
		version := func() string { return id.ID(h.Programmes.Current().Get(h.Programme.ID).Version).String() }
		hidden := func(body, name string) string {
			found := regexp.MustCompile(`name="` + name + `" value="(\d+)"`).FindStringSubmatch(body)
			if found == nil {
				return ""
			}
			return found[1]
		}
		// edit makes a draft with another name and gives the form of publishing.
		edit := func(name string) (url.Values, string) {
			t.Helper()
			do(anna, http.MethodPost, path+"/draft/begin", nil, http.StatusSeeOther)
			body := do(anna, http.MethodGet, path+"/draft/text", nil, http.StatusOK)
			text := regexp.MustCompile(`(?s)<textarea[^>]*>(.*?)</textarea>`).FindStringSubmatch(body)[1]
			text = regexp.MustCompile(`(?m)^name: .*$`).ReplaceAllString(text, "name: "+name)
			text = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&gt;", ">", "&amp;", "&").Replace(text)
			do(anna, http.MethodPost, path+"/draft/text", url.Values{"edition": {hidden(body, "edition")}, "text": {text}}, http.StatusSeeOther)
			body = do(anna, http.MethodGet, path+"/draft/publish", nil, http.StatusOK)
			return url.Values{"edition": {hidden(body, "edition")}, "version": {hidden(body, "version")}, "when": {"now"}, "note": {"к осени"}}, body
		}
		asked := func() string {
			t.Helper()
			found := regexp.MustCompile(list+`/programmes/\d+`).FindAllString(do(boris, http.MethodGet, list, nil, http.StatusOK), -1)
			if len(found) == 0 {
				t.Fatal("nothing waits")
			}
			return found[0]
		}

		form, body := edit("Осень")
		if !strings.Contains(body, `action="`+path+`/draft/publish"`) {
			t.Error("who may publish is not offered to")
		}
		if body := do(edits, http.MethodGet, path+"/draft/publish", nil, http.StatusOK); !strings.Contains(body, `action="`+path+`/draft/ask"`) {
			t.Error("who may only edit can't ask")
		}
		do(edits, http.MethodPost, path+"/draft/publish", form, http.StatusForbidden)
		do(edits, http.MethodPost, path+"/draft/ask", form, http.StatusSeeOther)
		do(anna, http.MethodPost, asked()+"/approve", nil, http.StatusSeeOther)
		if version() != "2" {
			t.Fatalf("version %s", version())
		}

		two := *h.Programmes.Current().Get(h.Programme.ID)
		two.Settings.PublishTwo = true
		_, err := h.Programmes.Put(t.Context(), two, "test")
		h.check(err)
		form, body = edit("Зима")
		if !strings.Contains(body, `action="`+path+`/draft/ask"`) || strings.Contains(body, "draft/publish\" method") {
			t.Error("she is not told to ask")
		}
		do(anna, http.MethodPost, path+"/draft/publish", form, http.StatusUnprocessableEntity)
		form.Set("when", "at")
		form.Set("at", h.Clock.Now().Time().Add(48*time.Hour).Format("2006-01-02T15:04"))
		do(anna, http.MethodPost, path+"/draft/publish", form, http.StatusUnprocessableEntity)
		form.Set("when", "now")
		form.Del("at")
		do(anna, http.MethodPost, path+"/back", url.Values{"to": {"1"}, "was": {"3"}}, http.StatusUnprocessableEntity)
		if to := do(anna, http.MethodPost, path+"/draft/ask", form, http.StatusSeeOther); !strings.Contains(to, "request-asked") {
			t.Error(to)
		}
		do(boris, http.MethodPost, path+"/draft/ask", form, http.StatusUnprocessableEntity)
		if body := do(anna, http.MethodGet, path+"/draft", nil, http.StatusOK); !strings.Contains(body, "ждёт подтверждения") || !strings.Contains(body, "/withdraw") {
			t.Error("the draft does not say that it waits")
		}
		r := asked()
		if body := do(boris, http.MethodGet, r, nil, http.StatusOK); !strings.Contains(body, "Осень → Зима") || !strings.Contains(body, "к осени") || !strings.Contains(body, `n-hot">1<`) {
			t.Errorf("the second person does not see what changes: %s", body)
		}
		for _, x := range []struct {
			who, method, path string
			form              url.Values
			want              int
		}{
			{anna, http.MethodPost, r + "/approve", nil, http.StatusForbidden},
			{anna, http.MethodPost, r + "/refuse", url.Values{"reason": {"x"}}, http.StatusForbidden},
			{edits, http.MethodPost, r + "/approve", nil, http.StatusForbidden},
			{edits, http.MethodPost, r + "/withdraw", nil, http.StatusForbidden},
			{narrow, http.MethodGet, r, nil, http.StatusForbidden},
			{narrow, http.MethodPost, r + "/approve", nil, http.StatusForbidden},
			{sees, http.MethodGet, list, nil, http.StatusForbidden},
			{boris, http.MethodPost, list + "/programmes/77/approve", nil, http.StatusNotFound},
			{boris, http.MethodGet, r + "/refuse", nil, http.StatusOK},
			{boris, http.MethodPost, r + "/refuse", url.Values{"reason": {" "}}, http.StatusUnprocessableEntity},
			{boris, http.MethodPost, r + "/refuse", url.Values{"reason": {"Слишком рано"}}, http.StatusSeeOther},
			{boris, http.MethodPost, r + "/approve", nil, http.StatusUnprocessableEntity},
			{boris, http.MethodPost, r + "/refuse", url.Values{"reason": {"Ещё раз"}}, http.StatusSeeOther}, // to what was decided
		} {
			do(x.who, x.method, x.path, x.form, x.want)
		}
		for _, at := range []string{path + "/draft", list, r} {
			if body := do(anna, http.MethodGet, at, nil, http.StatusOK); !strings.Contains(body, "Слишком рано") {
				t.Errorf("%s does not say why it was refused", at)
			}
		}
		do(anna, http.MethodPost, path+"/draft/ask", form, http.StatusSeeOther)
		r = asked()
		form, _ = edit("Весна")
		if body := do(anna, http.MethodGet, r, nil, http.StatusOK); !strings.Contains(body, "отозвано") {
			t.Error("a changed draft is still asked for")
		}
		do(boris, http.MethodPost, r+"/approve", nil, http.StatusUnprocessableEntity)
		do(anna, http.MethodPost, path+"/draft/ask", form, http.StatusSeeOther)
		if to := do(boris, http.MethodPost, asked()+"/approve", nil, http.StatusSeeOther); !strings.Contains(to, "request-approved") || version() != "4" {
			t.Errorf("%s, version %s", to, version())
		}
		if body := do(anna, http.MethodGet, path, nil, http.StatusOK); !strings.Contains(body, "anna · boris") || strings.Contains(body, `action="`+path+`/back"`) {
			t.Error("the history does not name both, or one may go back alone")
		}

		do(anna, http.MethodGet, path+"/back?to=1&was=4", nil, http.StatusOK)
		do(anna, http.MethodPost, path+"/back/ask", url.Values{"to": {"77"}, "was": {"4"}}, http.StatusNotFound)
		do(anna, http.MethodPost, path+"/back/ask", url.Values{"to": {"0"}, "was": {"4"}}, http.StatusNotFound)
		do(anna, http.MethodPost, path+"/back/ask", url.Values{"to": {"2"}, "was": {"4"}, "note": {"было лучше"}}, http.StatusSeeOther)
		r = asked()
		if body := do(boris, http.MethodGet, r, nil, http.StatusOK); !strings.Contains(body, "Весна → Осень") || !strings.Contains(body, "Возврат к версии 2") {
			t.Error("what going back changes is not seen")
		}
		do(anna, http.MethodPost, r+"/withdraw", nil, http.StatusSeeOther)
		do(boris, http.MethodPost, path+"/back/ask", url.Values{"to": {"2"}, "was": {"4"}}, http.StatusSeeOther)
		do(anna, http.MethodPost, asked()+"/approve", nil, http.StatusSeeOther)
		if version() != "5" || h.Programmes.Current().TwoToPublish() {
			t.Errorf("version %s", version())
		}
	})
}

// TestNobodyLocksHimselfOut: that publishing takes two does not come into force
// where nobody but the one who does it may approve; with a second person it does.
func TestNobodyLocksHimselfOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		owner := h.signIn("owner@example.org")
		path := admin.Base + "/programmes/" + h.Programme.ID.String()
		h.ask(owner, http.MethodPost, path+"/draft/begin", url.Values{})
		f := h.formAt(owner, path+"/draft/part/settings")
		f.Set("publish_approval", "yes")
		f.Set("do", "save")
		if w := h.ask(owner, http.MethodPost, path+"/draft/part/settings", f); w.Code != http.StatusSeeOther {
			t.Fatalf("kept in the draft: %d: %s", w.Code, w.Body)
		}
		const why = "Подтвердить некому"
		two := func() bool { return h.Programmes.Current().TwoToPublish() }
		publish := h.formAt(owner, path+"/draft/publish")
		publish.Set("when", "now")
		for _, page := range []string{
			h.ask(owner, http.MethodGet, path+"/draft", nil).Body.String(), h.ask(owner, http.MethodGet, path+"/draft/publish", nil).Body.String(),
			h.ask(owner, http.MethodPost, path+"/draft/publish", publish).Body.String(),
		} {
			if !strings.Contains(page, why) || two() {
				t.Errorf("it is not refused (%t): %s", two(), page)
			}
		}
		h.hire("narrow", []staff.Permission{staff.ProgrammePublish}, h.Outlet.ID)
		h.hire("edits", []staff.Permission{staff.ProgrammeEdit})
		if h.ask(owner, http.MethodPost, path+"/draft/publish", publish); two() {
			t.Error("others who may not approve do for a second person")
		}
		h.hire("approves", []staff.Permission{staff.ProgrammePublish})
		publish = h.formAt(owner, path+"/draft/publish")
		publish.Set("when", "now")
		if w := h.ask(owner, http.MethodPost, path+"/draft/publish", publish); w.Code != http.StatusSeeOther || !two() {
			t.Errorf("with a second person: %d: %s", w.Code, w.Body)
		}
	})
}
