package admin_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// codesMay is what whoever makes codes may do in these tests.
var codesMay = []staff.Permission{staff.CodesMake, staff.MembersSee, staff.PurchasesSee, staff.ProgrammeSee}

// campaigns puts a programme into force that has two campaigns that take codes, one
// that needs none and one that is off, and gives the path of its codes.
func (h *house) campaigns() string {
	h.t.Helper()
	fifth := func(id string) []rule.Rule {
		return []rule.Rule{{ID: id, Kind: rule.DiscountRule, Rate: 20 * money.Percent}}
	}
	next := *h.Programmes.Current().Get(h.Programme.ID)
	next.Campaigns = append(
		next.Campaigns, rule.Campaign{ID: "gift", Name: "Подарок", NeedsCode: true, Rules: fifth("one")}, rule.Campaign{ID: "sorry", Name: "Извинение", NeedsCode: true, Rules: fifth("two")},
		rule.Campaign{ID: "open", Name: "Для всех", Off: true}, rule.Campaign{ID: "past", Name: "Прошлая", NeedsCode: true, Off: true, Rules: fifth("three")},
	)
	_, err := h.Programmes.Put(h.t.Context(), next, "test")
	h.check(err)
	return admin.Base + "/programmes/" + h.Programme.ID.String() + "/codes"
}

func (h *house) campaign(code string) string { return h.Programme.ID.String() + "." + code }

// codes are all that were given out, in the order of codes.
func (h *house) codes() []promo.Code {
	h.t.Helper()
	list, err := promo.List(h.t.Context(), h.DB, promo.Filter{}, 200)
	h.check(err)
	return list
}

// sellWith sells with a code, and gives the discount and why the code has not acted.
func (h *house) sellWith(b purchase.Buyer, g purchase.Guest, code string) (money.Amount, string) {
	h.t.Helper()
	cart := h.Cart(b, purchasetest.Line("T1", 1, 1000_00))
	cart.Guest, cart.Codes = g, []string{promo.Shown(code)}
	done, err := h.Desk.Commit(h.t.Context(), cart)
	h.check(err)
	for _, x := range done.Purchase.Idle {
		return done.Purchase.Discount, x.Reason
	}
	return done.Purchase.Discount, ""
}

// page is a page that is there.
func (h *house) page(who, path string) string {
	h.t.Helper()
	w := h.ask(who, http.MethodGet, path, nil)
	if w.Code != http.StatusOK {
		h.t.Fatalf("%s: %d", path, w.Code)
	}
	return html.UnescapeString(w.Body.String())
}

// TestCodesForAnybody: codes that anybody may use are made by a form that is done once
// however often it is sent, are seen and had as a file, and act once; nothing of them
// is in the trail but how many they are.
func TestCodesForAnybody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		path := h.campaigns()
		who := h.hire("makes", codesMay)
		if body := h.page(who, path); !strings.Contains(body, "Промокоды ещё не выдавали") {
			t.Error("an empty list does not say so")
		}
		opened := h.ask(who, http.MethodGet, path+"/new?campaign=sorry", nil)
		form := h.formAt(who, opened.Header().Get("Location"))
		if form.Get("campaign") != h.campaign("sorry") || len(form.Get("key")) != 26 {
			t.Fatalf("the form: %v", form)
		}
		if body := h.page(who, opened.Header().Get("Location")); strings.Contains(body, "Прошлая") || strings.Contains(body, "Для всех") {
			t.Error("a campaign is offered that takes no codes")
		}
		form.Set("count", "60")
		form.Set("until", "31.12.2030")
		var to []string
		for _, done := range []string{"codes-made", "codes-made-before"} {
			w := h.ask(who, http.MethodPost, path+"/new", form)
			at, err := url.Parse(w.Header().Get("Location"))
			h.check(err)
			if w.Code != http.StatusSeeOther || at.Query().Get("done") != done || at.Query().Get("campaign") != "sorry" {
				t.Fatalf("%d %s, not %s", w.Code, at, done)
			}
			to = append(to, at.Query().Get("made"))
		}
		list := h.codes()
		if len(list) != 60 || to[0] != to[1] {
			t.Fatalf("%d codes, shown as %v", len(list), to)
		}
		for _, c := range list {
			if c.Campaign != "sorry" || c.Home != 0 || c.Guest != "" || c.Expires != "2030-12-31" || !strings.HasPrefix(c.MadeBy, "makes (staff ") {
				t.Fatalf("made %+v", c)
			}
		}
		form.Set("count", "61")
		h.refused(who, path+"/new", form, "уже созданы")
		h.paged(who, path+"?made="+to[0], list)
		rows := h.fileOf(who, strings.TrimPrefix(path, admin.Base)+"/file?made="+to[0])
		for i, r := range rows {
			if r["Промокод"] != promo.Shown(list[i].Code) || r["Промокампания"] != "Извинение" || r["Кому"] != "кто назовёт" || r["Кем выдан"] != "makes" {
				t.Errorf("line %d of the file: %v", i, r)
			}
		}
		if len(rows) != 60 {
			t.Errorf("%d lines of a file", len(rows))
		}
		for _, want := range []struct {
			off    money.Amount
			reason string
		}{{200_00, ""}, {0, rule.WhyCodeUsed}} {
			if off, reason := h.sellWith(purchase.Buyer{}, purchase.Guest{}, list[0].Code); off != want.off || reason != want.reason {
				t.Errorf("%d off, %q; want %+v", off, reason, want)
			}
		}
		used := h.codes()[0]
		if body := h.page(who, path+"?state=used"); strings.Count(body, `<tr>`) != 2 || !strings.Contains(body, pathOf(&purchase.Purchase{Home: used.UsedHome, ID: used.UsedOp})) || strings.Contains(body, `name="code"`) {
			t.Error("a code that is used does not lead to its receipt, or may be withdrawn")
		}
		h.tells(list, map[string]string{"promo.made": `"count":60`, "promo.exported": ""})
	})
}

// paged reads a list part by part and wants it to be all of some codes, in their order.
func (h *house) paged(who, path string, want []promo.Code) {
	h.t.Helper()
	var got []string
	for path != "" {
		body := h.page(who, path)
		for _, m := range regexp.MustCompile(`<span class="b num">([^<]+)</span>`).FindAllStringSubmatch(body, -1) {
			got = append(got, m[1])
		}
		path = ""
		if m := regexp.MustCompile(`href="([^"]+\?after=[^"&]+&made=[^"&]+)"`).FindStringSubmatch(body); m != nil {
			path = m[1]
		}
	}
	all := make([]string, len(want))
	for i := range want {
		all[i] = promo.Shown(want[i].Code)
	}
	if !slices.Equal(got, all) {
		h.t.Errorf("the list has %d codes of %d, or in another order", len(got), len(all))
	}
}

// tells wants the trail to have these deeds with what is said of them, and none of the
// codes.
func (h *house) tells(codes []promo.Code, deeds map[string]string) {
	h.t.Helper()
	trail, err := audit.Read(h.t.Context(), h.DB, audit.Filter{Action: "promo."}, 0, 100)
	h.check(err)
	for action, says := range deeds {
		if !slices.ContainsFunc(trail, func(r audit.Record) bool {
			return r.Action == action && r.Actor.Kind == audit.Staff && strings.Contains(r.After+r.Before, says) && r.Target == audit.On("programme", h.Programme.ID)
		}) {
			h.t.Errorf("the trail has no %s with %s: %+v", action, says, trail)
		}
	}
	all, err := json.Marshal(trail)
	h.check(err)
	for i := range codes {
		if strings.Contains(strings.ToLower(string(all)), codes[i].Code) {
			h.t.Errorf("the trail tells the code %s", codes[i].Code)
		}
	}
}

// TestCodesForPeople: codes by a list are a member's where a phone or an e-mail is one's,
// else whoever's who has it; in the file they stand as the list does.
func TestCodesForPeople(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		path := h.campaigns()
		m := h.register("=Светлова", "+79161234567")
		may := append([]staff.Permission{staff.MembersExport, staff.MembersContacts}, codesMay...)
		who, blind := h.hire("makes", may), h.hire("blind", codesMay[:1])
		people := " Anna@Example.org \r\n\r\n8 916 123-45-67\r\n+7 916 765-43-21\r\n"
		form := keyed("P", "campaign", h.campaign("gift"), "for", "people", "count", "2", "people", people)
		if done := h.done(who, path+"/new", form); done != "codes-made" {
			t.Fatal(done)
		}
		list := h.codes()
		var whose []string
		for _, c := range list {
			whose = append(whose, c.Shown)
			if (c.Home == m.Home) != (c.Shown == "") {
				t.Errorf("made for %+v", c)
			}
		}
		if want := []string{"a***@e***.org", "a***@e***.org", "", "", "+7 9** ***-**-21", "+7 9** ***-**-21"}; !slices.Equal(whose, want) {
			t.Fatalf("made for %v, not %v", whose, want)
		}
		body := h.page(who, path)
		if strings.Count(body, `<a href="`+admin.Base+`/members/`+m.Home.String()+`">=Светлова</a>`) != 2 || strings.Count(body, "a***@e***.org") != 2 || strings.Contains(body, "nna@") {
			t.Error("the list does not say whose they are")
		}
		if body := h.page(blind, path); strings.Contains(body, "Светлова") || strings.Contains(body, "/members/") || strings.Count(body, "Участник") < 2 && strings.Count(body, "участник") < 2 {
			t.Error("who may see no members is told who they are")
		}
		for reader, want := range map[string][]string{who: {"a***@e***.org", "'=Светлова", "'+7 9** ***-**-21"}, blind: {"a***@e***.org", "Участник", "'+7 9** ***-**-21"}} {
			for i, r := range h.fileOf(reader, strings.TrimPrefix(path, admin.Base)+"/file") {
				if r["Промокод"] != promo.Shown(list[i].Code) || r["Кому"] != want[i/2] {
					t.Errorf("line %d: %v", i, r)
				}
			}
		}
		// Each acts for its owner only: also once he is a member.
		anna := purchase.Guest{Kind: member.Email, Value: "anna@example.org"}
		for _, c := range []struct {
			code   int
			buyer  purchase.Buyer
			guest  purchase.Guest
			reason string
		}{
			{0, purchase.Buyer{}, purchase.Guest{}, rule.WhyCodeForeign},
			{0, purchase.Buyer{Home: m.Home}, purchase.Guest{}, rule.WhyCodeForeign},
			{0, purchase.Buyer{}, anna, ""},
			{2, purchase.Buyer{}, anna, rule.WhyCodeForeign},
			{2, purchase.Buyer{Home: m.Home}, purchase.Guest{}, ""},
			{4, purchase.Buyer{Home: h.register("Новый", "+79167654321").Home}, purchase.Guest{}, ""},
		} {
			if off, reason := h.sellWith(c.buyer, c.guest, list[c.code].Code); reason != c.reason || (off > 0) != (reason == "") {
				t.Errorf("code %d: %d off, %q, not %q", c.code, off, reason, c.reason)
			}
		}
		// By the time that the form comes once more one of them is a member.
		if done := h.done(who, path+"/new", form); done != "codes-made-before" || len(h.codes()) != 6 {
			t.Errorf("%s: %d codes", done, len(h.codes()))
		}
		h.tells(list, map[string]string{"promo.made": `"owners":3`})
	})
}

// TestBadCodes: what is wrong is said where it is, lines by their numbers; nothing that
// was typed is lost, and nothing is half made.
func TestBadCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.rules.UniquePhone = false
		path := h.campaigns()
		who := h.hire("makes", codesMay)
		h.register("Светлова", "+79161234567")
		both, err := h.members.Register(t.Context(), h.rules, member.Registration{Profile: member.Profile{Name: "Ольга"}, Identifiers: []member.NewIdentifier{
			{Kind: member.Phone, Value: "+79167654321"}, {Kind: member.Email, Value: "olga@example.org"},
		}}, member.Actor{Kind: member.BySystem})
		h.check(err)
		lines := make([]string, promo.MaxMade+1)
		for i := range lines {
			lines[i] = fmt.Sprintf("g%d@example.org", i)
		}
		for _, c := range []struct{ set, says []string }{
			{[]string{"campaign", h.campaign("open")}, []string{`id="campaign-error"`}},
			{[]string{"campaign", h.campaign("past")}, []string{`id="campaign-error"`}},
			{[]string{"campaign", "7.gift"}, []string{`id="campaign-error"`}},
			{[]string{"for", ""}, []string{`id="for-error"`}},
			{[]string{"count", "0"}, []string{`id="count-error"`, "создаётся от 1 до"}},
			{[]string{"count", "1001"}, []string{`id="count-error"`}},
			{[]string{"count", "9223372036854775807"}, []string{`id="count-error"`}},
			{[]string{"count", "много"}, []string{`id="count-error"`, "целое число"}},
			{[]string{"until", "31.02.2030"}, []string{`id="until-error"`}},
			{[]string{"until", "01.01.2020"}, []string{`id="until-error"`, "уже прошёл"}},
			{[]string{"people", "a@example.org"}, []string{`id="for-error"`, "очистите"}},
			{[]string{"for", "people"}, []string{`id="people-error"`}},
			{[]string{"for", "people", "people", "a@example.org\r\n\r\nnobody\r\nA@example.org\r\n12"}, []string{"Строка 3: «nobody»", "Строка 4: то же, что в строке 1", "Строка 5: «12»"}},
			{[]string{"for", "people", "people", "olga@example.org\n+79167654321"}, []string{"Строка 2: тот же участник, что в строке 1"}},
			{[]string{"for", "people", "people", strings.Repeat("x\n", 15)}, []string{"Строка 10:", "И ещё 5 строк с ошибками"}},
			{[]string{"for", "people", "people", strings.Join(lines, "\n")}, []string{"Разделите его на части"}},
			{[]string{"for", "people", "people", strings.Join(lines[:501], "\n"), "count", "2"}, []string{`id="count-error"`}},
		} {
			form := keyed("B", "campaign", h.campaign("gift"), "for", "anybody", "count", "3", "until", "31.12.2030")
			for i := 0; i < len(c.set); i += 2 {
				form.Set(c.set[i], c.set[i+1])
			}
			kept := formIn(h.refused(who, path+"/new", form, c.says...))
			for _, name := range []string{"key", "for", "count", "until", "people"} {
				if want := strings.ReplaceAll(form.Get(name), "\r", ""); strings.ReplaceAll(kept.Get(name), "\r", "") != want {
					t.Errorf("%v: %s is %.40q, not %.40q", c.set, name, kept.Get(name), want)
				}
			}
		}
		if list := h.codes(); len(list) != 0 {
			t.Errorf("%d codes are made", len(list))
		}
		// A list as long as may be, of whom one is a member.
		lines[7] = "olga@example.org"
		h.done(who, path+"/new", keyed("L", "campaign", h.campaign("gift"), "for", "people", "count", "1", "people", strings.Join(lines[:promo.MaxMade], "\n")))
		rows := h.fileOf(who, strings.TrimPrefix(path, admin.Base)+"/file")
		if len(rows) != promo.MaxMade || rows[7]["Кому"] == rows[8]["Кому"] || rows[999]["Кому"] != "g***@e***.org" {
			t.Errorf("%d codes of a long list", len(rows))
		}
		if his, err := promo.List(t.Context(), d, promo.Filter{Home: both.Home}, 10); err != nil || len(his) != 1 {
			t.Errorf("%d codes of the member, %v", len(his), err)
		}
	})
}

// TestCodeOfAMember: a code is given on a member's page, once, acts for him alone, and is
// refused with its reason once it is withdrawn; a used one can't be withdrawn.
func TestCodeOfAMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.campaigns()
		who := h.hire("makes", codesMay)
		m, other := h.register("Светлова", "+79161234567"), h.register("Другой", "+79161234568")
		path := admin.Base + "/members/" + m.Home.String() + "/codes"
		if body := h.page(who, path); !strings.Contains(body, path+`/new"`) {
			t.Error("no code is offered to be given")
		}
		h.refused(who, path+"/new", keyed("M", "campaign", h.campaign("gift"), "until", "вчера"), `id="until-error"`)
		form := keyed("M", "campaign", h.campaign("gift"), "until", "2030-12-31")
		for _, want := range []string{"code-given", "code-given-before"} {
			if done := h.done(who, path+"/new", form); done != want {
				t.Errorf("%s, not %s", done, want)
			}
		}
		h.refused(who, strings.Replace(path, m.Home.String(), other.Home.String(), 1)+"/new", form, "уже созданы")
		h.done(who, path+"/new", keyed("N", "campaign", h.campaign("sorry")))
		codes := h.codes()
		if len(codes) != 2 || codes[0].Home != m.Home || codes[1].Home != m.Home {
			t.Fatalf("given %+v", codes)
		}
		kept, gone := codes[0].Code, codes[1].Code
		theirs := strings.Replace(path, m.Home.String(), other.Home.String(), 1)
		if w := h.ask(who, http.MethodPost, theirs+"/withdraw", url.Values{"code": {gone}}); w.Code != http.StatusNotFound {
			t.Errorf("another's code is withdrawn: %d", w.Code)
		}
		for range 2 { // sent again it stays so
			if done := h.done(who, path+"/withdraw", url.Values{"code": {promo.Shown(gone)}}); done != "code-withdrawn" {
				t.Error(done)
			}
		}
		buyer := purchase.Buyer{Home: m.Home}
		if off, reason := h.sellWith(buyer, purchase.Guest{}, gone); off != 0 || reason != rule.WhyCodeWithdrawn {
			t.Errorf("a withdrawn code: %d off, %q", off, reason)
		}
		if off, reason := h.sellWith(buyer, purchase.Guest{}, kept); off != 200_00 || reason != "" {
			t.Errorf("a code: %d off, %q", off, reason)
		}
		if done := h.done(who, path+"/withdraw", url.Values{"code": {kept}}); done != "not-code-used" {
			t.Errorf("a used code is withdrawn: %s", done)
		}
		if body := h.page(who, path); strings.Contains(body, `name="code"`) || !strings.Contains(body, "отозван") {
			t.Error("what is used or withdrawn may be withdrawn")
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "promo.withdrawn"}, 0, 10)
		if err != nil || len(trail) != 1 {
			t.Errorf("%d withdrawals in the trail, %v", len(trail), err)
		}
		h.tells(codes, map[string]string{"promo.made": `"member":"` + m.Home.String() + `"`, "promo.withdrawn": `"campaign":`})
		if body := h.page(h.hire("audits", []staff.Permission{staff.AuditSee}), admin.Base+"/audit?action=promo."); !strings.Contains(body, "Промокод отозван") || strings.Count(body, "Извинение") != strings.Count(body, "Подарок")*2 && strings.Count(body, "Подарок") != strings.Count(body, "Извинение")*2 {
			t.Error("the trail does not say what was done")
		}
	})
}

// TestCodesFiltered: the list is narrowed by campaign and state, of which «expired» is
// told by the day; what is withdrawn in it leads back to what it was narrowed to.
func TestCodesFiltered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		path := h.campaigns()
		who := h.hire("makes", codesMay)
		today := h.Programmes.Current().Get(h.Programme.ID).Day(h.Clock.Now())
		for letter, c := range map[string][2]string{"A": {"gift", ""}, "B": {"gift", today}, "C": {"sorry", today}, "D": {"sorry", ""}} {
			h.done(who, path+"/new", keyed(letter, "campaign", h.campaign(c[0]), "for", "anybody", "count", "1", "until", c[1]))
			h.Clock.Add(time.Second)
		}
		wants := func(query string, n int) string {
			t.Helper()
			body := h.page(who, path+query)
			if got := strings.Count(body, `<span class="b num">`); got != n {
				t.Errorf("%q: %d codes, not %d", query, got, n)
			}
			return body
		}
		wants("", 4)
		wants("?campaign=gift", 2)
		wants("?state=active", 4)
		wants("?state=expired", 0)
		h.Clock.Add(48 * time.Hour)
		who = h.signIn("makes@example.org")
		wants("?state=active", 2)
		if body := wants("?state=expired&campaign=sorry", 1); !strings.Contains(body, "срок вышел") {
			t.Error("it does not say that it is over")
		}
		body := wants("?campaign=gift&state=active", 1)
		code := hiddenIn(t, body, "code")
		w := h.ask(who, http.MethodPost, path+"/withdraw", url.Values{"code": {code}, "list": {hiddenIn(t, body, "list")}})
		if to := w.Header().Get("Location"); to != path+"?campaign=gift&state=active&done=code-withdrawn" {
			t.Errorf("led to %s", to)
		}
		wants("?state=withdrawn", 1)
		wants("?q="+strings.ToLower(code), 1)
		wants("?q="+code[:6], 0)
		for _, bad := range []string{"?after=x", "?after=1", "?made=-5", "?made=!"} {
			if w := h.ask(who, http.MethodGet, path+bad, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", bad, w.Code)
			}
		}
		other := *h.Programme
		other.ID, other.Version, other.Code, other.Name, other.Campaigns = 0, 0, "second", "Вторая", nil
		second, err := h.Programmes.Put(t.Context(), other, "test")
		h.check(err)
		at := admin.Base + "/programmes/" + second.ID.String() + "/codes"
		if body := h.page(who, at+"?q="+code); strings.Contains(body, `<span class="b num">`) {
			t.Error("a code of another programme is found")
		}
		if w := h.ask(who, http.MethodPost, at+"/withdraw", url.Values{"code": {h.codes()[0].Code}}); w.Code != http.StatusNotFound {
			t.Errorf("a code of another programme is withdrawn: %d", w.Code)
		}
		if body := h.page(who, at+"/new?key="+strings.Repeat("A", 26)); !strings.Contains(body, "Нет промокампаний") {
			t.Error("it does not say that no campaign takes codes")
		}
		if body := h.page(who, admin.Base+"/programmes/"+h.Programme.ID.String()); !strings.Contains(body, path+`"`) || !strings.Contains(body, path+`?campaign=gift"`) {
			t.Error("the programme does not lead to its codes")
		}
	})
}

// TestWhoMakesCodes: codes are for who makes them and works everywhere, and nobody else
// is led to them.
func TestWhoMakesCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		path := h.campaigns()
		m := h.register("Светлова", "+79161234567")
		h.check(d.Write(t.Context(), func(tx *db.Tx) error { // he was there, and may be seen
			_, err := tx.Exec(t.Context(), `insert into member_outlet (home_id, outlet_id) values ($1, $2)`, m.Home, h.Outlet.ID)
			return err
		}))
		makes := h.hire("makes", codesMay)
		at := admin.Base + "/members/" + m.Home.String() + "/codes"
		h.done(makes, at+"/new", keyed("W", "campaign", h.campaign("gift")))
		code := h.codes()[0].Code
		for who, token := range map[string]string{"narrowed": h.hire("narrowed", codesMay, h.Outlet.ID), "others": h.hire("others", codesMay[1:])} {
			for do, form := range map[string]url.Values{
				"GET " + path: nil, "GET " + path + "/file": nil, "GET " + path + "/new": nil, "GET " + at + "/new": nil,
				"POST " + path + "/new":      keyed("X", "campaign", h.campaign("gift"), "for", "anybody", "count", "1"),
				"POST " + at + "/new":        keyed("Y", "campaign", h.campaign("gift")),
				"POST " + path + "/withdraw": {"code": {code}}, "POST " + at + "/withdraw": {"code": {code}},
			} {
				method, where, _ := strings.Cut(do, " ")
				if w := h.ask(token, method, where, form); w.Code != http.StatusForbidden {
					t.Errorf("%s: %s: %d", who, do, w.Code)
				}
			}
			for _, page := range []string{admin.Base + "/programmes/" + h.Programme.ID.String(), at} {
				if body := h.page(token, page); strings.Contains(body, "/codes/new") || strings.Contains(body, `name="code"`) || strings.Contains(body, path) {
					t.Errorf("%s: %s offers what is refused", who, page)
				}
			}
		}
		if list := h.codes(); len(list) != 1 || list[0].State != promo.Active {
			t.Errorf("%+v", list)
		}
	})
}
