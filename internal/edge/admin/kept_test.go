package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/reference"
)

// TestFormOutlivesItsSession: a form that is sent when its session has ended goes
// along with the signing in, but for secrets, and is shown again; it does nothing
// before it is sent again. Nothing is kept of a button, nor taken from a link.
func TestFormOutlivesItsSession(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.hire("reads", []staff.Permission{staff.MembersSee})
		path := admin.Base + "/outlets/new"
		typed := url.Values{"name": {"Кафе «Луна»"}, "code": {"luna"}, "zone": {"Asia/Omsk"}, "cutover": {"03:00"}, "secret": {"hush-hush"}}
		outlets := func() int {
			list, err := partner.New(d, h.IDs).Outlets(t.Context(), h.Outlet.PartnerID, reference.Page{})
			h.check(err)
			return len(list.Items)
		}
		before := outlets()
		door := h.ask("ended", http.MethodPost, path, typed)
		body := door.Body.String()
		for _, has := range []string{`name="kept.name" value="Кафе «Луна»"`, `name="kept.code" value="luna"`, `name="next" value="` + path + `"`, `action="/admin/sign-in"`} {
			if door.Code != http.StatusOK || !strings.Contains(body, has) {
				t.Errorf("the door lacks %s: %d", has, door.Code)
			}
		}
		if strings.Contains(body, "hush-hush") {
			t.Error("a secret goes along")
		}
		along := url.Values{"kept": {"yes"}, "next": {path}, "email": {"owner@example.org"}, "password": {"wrong"}}
		for name, v := range typed {
			along["kept."+name] = v
		}
		if w := h.ask("", http.MethodPost, admin.Base+"/sign-in", along); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `name="kept.name" value="Кафе «Луна»"`) {
			t.Errorf("lost with a wrong password: %d", w.Code)
		}
		along.Set("password", password)
		in := h.ask("", http.MethodPost, admin.Base+"/sign-in", along)
		if in.Code != http.StatusTemporaryRedirect || in.Header().Get("Location") != path {
			t.Fatalf("signed in: %d to %s", in.Code, in.Header().Get("Location"))
		}
		token := in.Result().Cookies()[0].Value
		form := h.ask(token, http.MethodPost, path, along)
		for _, has := range []string{`value="Кафе «Луна»"`, `value="luna"`, `value="03:00"`, `action="` + path + `"`} {
			if form.Code != http.StatusOK || !strings.Contains(form.Body.String(), has) {
				t.Errorf("the form lacks %s: %d", has, form.Code)
			}
		}
		if n := outlets(); n != before {
			t.Errorf("%d outlets of %d: it was sent by itself", n, before)
		}
		// Who may not see the form is not shown it; elsewhere nobody is led.
		if w := h.ask(h.signIn("reads@example.org"), http.MethodPost, path, along); w.Code != http.StatusForbidden {
			t.Errorf("shown to who may not: %d", w.Code)
		}
		along.Set("next", "https://evil.example/admin")
		if w := h.ask("", http.MethodPost, admin.Base+"/sign-in", along); w.Header().Get("Location") != admin.Base {
			t.Errorf("led to %s", w.Header().Get("Location"))
		}
		if w := h.ask("", http.MethodGet, admin.Base+"/sign-in?kept=yes&kept.name=Evil&next="+path, nil); strings.Contains(w.Body.String(), `name="kept`) {
			t.Error("a link fills in a form")
		}
		if w := h.ask("ended", http.MethodPost, admin.Base+"/me/sessions/others", url.Values{"x": {"y"}}); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), admin.Base+"/sign-in?next=") {
			t.Errorf("a button: %d %s", w.Code, w.Header().Get("Location"))
		}
	})
}
