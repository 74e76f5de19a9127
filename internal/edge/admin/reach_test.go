package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestProgrammeIsForWhoWorksThere: who works at one outlet changes a programme
// that is bound to it, and nothing of one that acts elsewhere too; he can't make
// his act there either.
func TestProgrammeIsForWhoWorksThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.ProgrammePublish}
		everywhere, here := h.hire("everywhere", may), h.hire("here", may, h.Outlet.ID)
		list := admin.Base + "/programmes"
		path := list + "/" + h.Programme.ID.String()

		for _, r := range []string{"/back", "/draft/begin", "/draft/drop", "/draft/text", "/draft/publish", "/draft/plan/cancel"} {
			if w := h.ask(here, http.MethodPost, path+r, nil); w.Code != http.StatusForbidden {
				t.Errorf("POST %s of what acts everywhere: %d", r, w.Code)
			}
		}
		for _, p := range []string{list, path} {
			if body := h.ask(here, http.MethodGet, p, nil).Body.String(); strings.Contains(body, "/draft") || strings.Contains(body, list+"/new") {
				t.Errorf("%s offers what is refused", p)
			}
		}
		if w := h.ask(here, http.MethodPost, list+"/new", url.Values{"sample": {"bonus"}}); w.Code != http.StatusForbidden {
			t.Errorf("a new one: %d", w.Code)
		}

		put := func(who, places, rate string) int {
			t.Helper()
			h.ask(who, http.MethodPost, path+"/draft/begin", nil)
			edition := func() string {
				return hiddenIn(t, h.ask(who, http.MethodGet, path+"/draft/text", nil).Body.String(), "edition")
			}
			text := "code: main\nname: Основная\n" + places + "earning: {rate: " + rate + "}\n"
			if w := h.ask(who, http.MethodPost, path+"/draft/text", url.Values{"edition": {edition()}, "text": {text}}); w.Code != http.StatusSeeOther {
				t.Fatalf("the text: %d", w.Code)
			}
			version := hiddenIn(t, h.ask(who, http.MethodGet, path+"/draft/publish", nil).Body.String(), "version")
			return h.ask(who, http.MethodPost, path+"/draft/publish", url.Values{"edition": {edition()}, "version": {version}, "when": {"now"}}).Code
		}
		bound := "outlets: [" + h.Outlet.Code + "]\n"
		if code := put(everywhere, bound, "5%"); code != http.StatusSeeOther {
			t.Fatalf("bound by who works everywhere: %d", code)
		}
		if !strings.Contains(h.ask(here, http.MethodGet, path, nil).Body.String(), "/draft/begin") {
			t.Error("his own is not his to change")
		}
		if code := put(here, "", "6%"); code != http.StatusUnprocessableEntity {
			t.Errorf("unbound by who works at an outlet: %d", code)
		}
		if code := put(here, bound, "7%"); code != http.StatusSeeOther {
			t.Errorf("his own: %d", code)
		}
		body := h.ask(here, http.MethodGet, path, nil).Body.String()
		if w := h.ask(here, http.MethodPost, path+"/back", url.Values{"to": {"1"}, "was": {hiddenIn(t, body, "was")}}); w.Code != http.StatusForbidden {
			t.Errorf("back to what acted everywhere: %d", w.Code)
		}
	})
}

// hiddenIn is the value of a hidden field of a page.
func hiddenIn(t *testing.T, body, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no %s in the page", name)
	}
	return m[1]
}

// TestIdleRights: the page of who works at some outlets tells what his role allows
// and has no effect there.
func TestIdleRights(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.PurchasesSee, staff.AuditSee, staff.ProgrammeSee, staff.ProgrammeEdit}
		h.hire("everywhere", may)
		h.hire("here", may, h.Outlet.ID)
		boss := h.hire("boss", append(may, staff.StaffEdit))
		seen := func(name string) string {
			var of int64
			h.check(d.Row(t.Context(), `select staff_id from staff where name = $1`, name).Scan(&of))
			return h.ask(boss, http.MethodGet, admin.Base+"/people/"+strconv.FormatInt(of, 10), nil).Body.String()
		}
		for name, idle := range map[string]bool{"everywhere": false, "here": true} {
			page := seen(name)
			if drafts := strings.Contains(page, "<li>Черновики программ"); drafts != idle {
				t.Errorf("%s is told of drafts: %t", name, drafts)
			}
			if warned := strings.Contains(page, "<li>Видеть журнал изменений</li>"); warned != idle || strings.Contains(page, "<li>Видеть покупки") {
				t.Errorf("%s is warned: %t", name, warned)
			}
		}
		own := *h.Programme
		own.Outlets = []id.ID{h.Outlet.ID}
		_, err := h.Programmes.Put(t.Context(), own, "test")
		h.check(err)
		if page := seen("here"); strings.Contains(page, "<li>Черновики программ") || !strings.Contains(page, "<li>Новые программы") {
			t.Errorf("a programme of his outlet: %s", mainForm.FindString(page))
		}
		here := h.signIn("here@example.org")
		if body := h.ask(here, http.MethodGet, admin.Base+"/purchases", nil).Body.String(); !strings.Contains(body, "Чеки ваших точек") {
			t.Error("the receipts of his outlets are called those of all")
		}
	})
}
