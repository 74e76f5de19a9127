package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// told is what was sent, by whom to.
type told map[string]string

func (s *told) Send(_ context.Context, to, text string) error {
	if *s == nil {
		*s = told{}
	}
	(*s)[to] = text
	return nil
}

// TestRelativesInTheConsole: those close to a member are named, changed and
// removed; what is wrong is said at its field; a form that is sent twice names one.
func TestRelativesInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Светлова", "+79161234567")
		edits, sees := h.hire("edits", []staff.Permission{staff.MembersSee, staff.MembersEdit}), h.hire("sees", []staff.Permission{staff.MembersSee})
		base := admin.Base + "/members/" + m.Home.String()
		now := func() []member.Relative {
			v, err := member.Get(t.Context(), d, m.Home)
			h.check(err)
			return v.Relatives
		}
		form := func(kind, name, born string) url.Values {
			return url.Values{"kind": {kind}, "name": {name}, "birth_date": {born}}
		}
		h.refused(edits, base+"/relatives/new", form("child", "Маша", ""), "Маша")
		h.refused(edits, base+"/relatives/new", form("child", "Маша", "31.02.2015"), `value="31.02.2015"`)
		h.refused(edits, base+"/relatives/new", form("child", "Маша", "01.01.2099"), `value="01.01.2099"`)
		h.refused(edits, base+"/relatives/new", form("cat", "Мурка", "01.01.2015"), "вид родства неизвестен")
		for range 2 {
			if said := h.done(edits, base+"/relatives/new", form("child", "Маша", "1.2.2015")); said != "relative" {
				t.Errorf("named: %s", said)
			}
		}
		list := now()
		if len(list) != 1 || list[0].BirthDate != "2015-02-01" {
			t.Fatalf("%+v", list)
		}
		one := base + "/relatives/" + list[0].ID.String()
		h.done(edits, one+"/edit", form("child", "Мария", "02.02.2015"))
		if got := now(); len(got) != 1 || got[0].ID != list[0].ID || got[0].Name != "Мария" || got[0].BirthDate != "2015-02-02" {
			t.Errorf("%+v", got)
		}
		body := h.ask(sees, http.MethodGet, base+"/household", nil).Body.String()
		if !strings.Contains(body, "Мария") || !strings.Contains(body, "02.02.2015") || strings.Contains(body, "/relatives/") {
			t.Error("who may only see is not shown the relatives, or is offered to change them")
		}
		if w := h.ask(sees, http.MethodPost, one+"/remove", nil); w.Code != http.StatusForbidden {
			t.Errorf("who may only see removes: %d", w.Code)
		}
		for range 2 {
			if said := h.done(edits, one+"/remove", nil); said != "relative-gone" {
				t.Errorf("removed: %s", said)
			}
		}
		if got := now(); len(got) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// TestGroupsOfAMember: he is put into groups and taken out; one that was put away
// keeps who is in it and takes nobody; a form that is behind changes nothing.
func TestGroupsOfAMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Светлова", "+79161234567")
		edits := h.hire("edits", []staff.Permission{staff.MembersSee, staff.MembersEdit})
		path := admin.Base + "/members/" + m.Home.String() + "/groups"
		group := func(name string) member.Group {
			g, err := h.members.SaveGroup(t.Context(), member.Group{Name: name, Active: true})
			h.check(err)
			return g
		}
		old, staffs, kids := group("Старая"), group("Сотрудники"), group("Дети")
		now := func() member.Member {
			v, err := member.Get(t.Context(), d, m.Home)
			h.check(err)
			return v
		}
		form := func(version int64, groups ...member.Group) url.Values {
			f := url.Values{"version": {id.ID(version).String()}}
			for _, g := range groups {
				f.Add("groups", g.ID.String())
			}
			return f
		}
		first := now().Version
		h.done(edits, path, form(first, old, staffs))
		h.refused(edits, path, form(first, kids), "изменил")
		old.Active = false
		_, err := h.members.SaveGroup(t.Context(), old)
		h.check(err)
		body := h.ask(edits, http.MethodGet, path, nil).Body.String()
		for _, g := range []member.Group{old, staffs, kids} {
			if !strings.Contains(body, g.Name) {
				t.Errorf("%s is not offered", g.Name)
			}
		}
		h.done(edits, path, form(now().Version, old, kids))
		if got := now().Groups; len(got) != 2 || got[0] != old.ID && got[1] != old.ID {
			t.Errorf("he is in %v", got)
		}
		h.done(edits, path, form(now().Version))
		h.refused(edits, path, form(now().Version, old), "групп")
		if got := now().Groups; len(got) != 0 {
			t.Errorf("he is in %v", got)
		}
		journal := h.ask(edits, http.MethodGet, admin.Base+"/members/"+m.Home.String()+"/changes?field=group", nil).Body.String()
		if !strings.Contains(journal, "Сотрудники") || strings.Contains(journal, "Телефон<") {
			t.Error("the journal of groups does not tell of them alone")
		}
	})
}

// TestContactIsProven: a code is sent to a member's phone, what he tells proves it,
// and one who waited for that is active; before, he can't be made so.
func TestContactIsProven(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.rules.ConfirmPhone = true
		m, err := h.members.Register(t.Context(), h.rules, member.Registration{
			Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79160001020"}, {Kind: member.Email, Value: "anna@example.org"}},
		}, member.Actor{Kind: member.ByStaff, Source: "test"})
		h.check(err)
		edits, sees := h.hire("edits", []staff.Permission{staff.MembersSee, staff.MembersEdit}), h.hire("sees", []staff.Permission{staff.MembersSee})
		base := admin.Base + "/members/" + m.Home.String()
		now := func() member.Member {
			v, err := member.Get(t.Context(), d, m.Home)
			h.check(err)
			return v
		}
		if now().State != member.New {
			t.Fatalf("he is %s", now().State)
		}
		h.refused(edits, base+"/activate", nil, "Сначала нужно подтвердить", "/send")
		one := func(at int) string { return fmt.Sprintf("%s/identifiers/%d-%d", base, now().Version, at) }
		phone := one(0)
		if body := h.ask(edits, http.MethodGet, base+"/identifiers", nil).Body.String(); !strings.Contains(body, phone+"/send") || strings.Contains(body, one(1)+"/send") {
			t.Error("a code is not offered where it can be sent, or is where it can't")
		}
		for _, asked := range []func() int{
			func() int { return h.ask(sees, http.MethodPost, phone+"/send", nil).Code },
			func() int { return h.ask(sees, http.MethodGet, phone+"/prove", nil).Code },
		} {
			if code := asked(); code != http.StatusForbidden {
				t.Errorf("who may only see: %d", code)
			}
		}
		for range 2 { // once more within a minute: one is out
			if w := h.ask(edits, http.MethodPost, phone+"/send", nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), phone+"/prove") {
				t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
			}
		}
		if body := h.ask(edits, http.MethodGet, phone+"/prove", nil).Body.String(); strings.Contains(body, "9160001020") || !strings.Contains(body, "-20") {
			t.Error("the form tells the phone, or not which")
		}
		for range member.CodeTries + 1 { // what can be no code costs no try
			h.refused(edits, phone+"/prove", url.Values{"code": {"12 34x"}}, "Код – это 6 цифр")
		}
		wrong := map[bool]string{true: "111111", false: "222222"}[h.sent["+79160001020"] != "111111"]
		h.refused(edits, phone+"/prove", url.Values{"code": {wrong}}, "Неверный код")
		dictated := h.sent["+79160001020"][:3] + "\u00a0" + h.sent["+79160001020"][3:]
		if said := h.done(edits, phone+"/prove", url.Values{"code": {dictated}}); said != "identifier-proven" {
			t.Errorf("proven: %s", said)
		}
		v := now()
		if v.State != member.Active || !slices.ContainsFunc(v.Identifiers, func(x member.Identifier) bool { return x.Kind == member.Phone && x.ProvenAt != 0 }) {
			t.Errorf("%s %+v", v.State, v.Identifiers)
		}
		h.done(edits, one(1)+"/replace", url.Values{"value": {"other@example.org"}})
		journal := h.ask(edits, http.MethodGet, base+"/changes?field=email", nil).Body.String()
		if !strings.Contains(journal, `class="c-who">Почта`) || strings.Contains(journal, `class="c-who">Телефон`) {
			t.Error("the journal of e-mails does not tell of them alone")
		}
		phones := h.ask(edits, http.MethodGet, base+"/changes?field=phone", nil).Body.String()
		if !strings.Contains(phones, `class="c-who">Телефон`) || strings.Contains(phones, `class="c-who">Почта`) {
			t.Error("the journal of phones does not tell that it was proven")
		}
	})
}

// TestActivatedByHand: where the rules want each member to be let in, staff do.
func TestActivatedByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.rules.Activation = true
		m, err := h.members.Register(t.Context(), h.rules, member.Registration{
			Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79160001020"}},
		}, member.Actor{Kind: member.ByStaff, Source: "test"})
		h.check(err)
		edits, sees := h.hire("edits", []staff.Permission{staff.MembersSee, staff.MembersEdit}), h.hire("sees", []staff.Permission{staff.MembersSee})
		path := admin.Base + "/members/" + m.Home.String()
		if strings.Contains(h.ask(sees, http.MethodGet, path, nil).Body.String(), "Активировать</button>") {
			t.Error("who may only see is offered to activate")
		}
		if w := h.ask(sees, http.MethodPost, path+"/activate", nil); w.Code != http.StatusForbidden {
			t.Errorf("who may only see activates: %d", w.Code)
		}
		for range 2 {
			if said := h.done(edits, path+"/activate", nil); said != "member-activated" {
				t.Errorf("activated: %s", said)
			}
		}
		if v, err := member.Get(t.Context(), d, m.Home); err != nil || v.State != member.Active {
			t.Errorf("he is %s: %v", v.State, err)
		}
	})
}
