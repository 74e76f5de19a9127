package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestIdentifiersInTheConsole: a phone is replaced and an e-mail added by whoever
// may change members; what is wrong is said at the field; a page that was read
// before a change changes nothing else; contacts are masked.
func TestIdentifiersInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		edits := h.hire("edits", []staff.Permission{staff.MembersSee, staff.MembersEdit})
		sees := h.hire("sees", []staff.Permission{staff.MembersSee})
		register := func(phone string) member.Member {
			m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
				Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone}},
			}, member.Actor{Kind: member.ByStaff, Source: "test"})
			h.check(err)
			return m
		}
		m := register("+79160001020")
		register("+79160001030")
		path := admin.Base + "/members/" + m.Home.String()
		now := func() member.Member {
			m, err := member.Get(t.Context(), d, m.Home)
			h.check(err)
			return m
		}
		of := func(at int) string { return fmt.Sprintf("%s/identifiers/%d-%d", path, now().Version, at) }
		send := func(to string, form url.Values, status int, says string) {
			t.Helper()
			w := h.ask(edits, http.MethodPost, to, form)
			if w.Code != status || !strings.Contains(w.Body.String()+w.Header().Get("Location"), says) {
				t.Fatalf("%s: %d %s\n%s", to, w.Code, w.Header().Get("Location"), w.Body)
			}
		}
		if !strings.Contains(h.ask(edits, http.MethodGet, path+"/edit", nil).Body.String(), path+"/identifiers") {
			t.Error("the form of a member does not lead to his phone")
		}
		body := h.ask(sees, http.MethodGet, path+"/identifiers", nil).Body.String()
		if strings.Contains(body, "9160001020") || strings.Contains(body, "/replace") || !strings.Contains(body, "основной") {
			t.Errorf("who may only see is shown: %s", body)
		}
		if w := h.ask(sees, http.MethodPost, of(0)+"/remove", nil); w.Code != http.StatusForbidden {
			t.Errorf("who may only see removes: %d", w.Code)
		}

		first := of(0)
		send(first+"/replace", url.Values{"value": {"7"}}, http.StatusUnprocessableEntity, "Пример: +7 900 123-45-67")
		send(first+"/replace", url.Values{"value": {"8 916 000-10-30"}}, http.StatusUnprocessableEntity, "уже есть у другого участника")
		send(first+"/replace", url.Values{"value": {"8 916 000-10-40"}}, http.StatusSeeOther, "identifier-replaced")
		if m := now(); m.Main(member.Phone) != "+79160001040" {
			t.Errorf("his phone is %s", m.Main(member.Phone))
		}
		send(first+"/remove", nil, http.StatusUnprocessableEntity, "изменил кто-то другой")
		send(of(0)+"/remove", nil, http.StatusUnprocessableEntity, "Последний удалить нельзя")

		send(path+"/identifiers/new", url.Values{"kind": {"email"}, "value": {"anna"}}, http.StatusUnprocessableEntity, "ivan@example.ru")
		send(path+"/identifiers/new", url.Values{"kind": {"email"}, "value": {"Anna@example.org"}}, http.StatusSeeOther, "identifier-added")
		send(path+"/identifiers/new", url.Values{"kind": {"phone"}, "value": {"89160001050"}}, http.StatusSeeOther, "identifier-added")
		send(of(1)+"/main", nil, http.StatusSeeOther, "identifier-main")
		if v := now(); v.Main(member.Phone) != "+79160001050" || v.Main(member.Email) != "anna@example.org" {
			t.Errorf("%+v", v.Identifiers)
		}
		send(of(1)+"/remove", nil, http.StatusSeeOther, "identifier-removed")
		if n := len(now().Identifiers); n != 3 { // with his number
			t.Errorf("%d identifiers are left", n)
		}

		opens := h.hire("opens", []staff.Permission{staff.MembersSee, staff.MembersContacts})
		if body := h.ask(opens, http.MethodPost, path+"/identifiers/show", nil).Body.String(); !strings.Contains(body, "anna@example.org") {
			t.Errorf("who may see contacts is not shown them: %s", body)
		}
	})
}
