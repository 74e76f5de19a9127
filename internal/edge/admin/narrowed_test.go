package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// TestFiguresOfOwnOutlets: who works at some outlets reads no figures that count
// what was done elsewhere, in no list, filter, order and file, and is led to no
// receipt that he may not see.
func TestFiguresOfOwnOutlets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Светлова", "+79161234567")
		cart := h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 2, 5000))
		done, err := h.Desk.Commit(t.Context(), cart)
		h.check(err)
		h.check(h.members.DB.Write(t.Context(), func(tx *db.Tx) error { // he was at both
			_, err := tx.Exec(t.Context(), `insert into member_outlet (home_id, outlet_id) values ($1, $2), ($1, $3)`, m.Home, h.other, h.Outlet.ID)
			return err
		}))
		may := []staff.Permission{staff.MembersSee, staff.MembersContacts, staff.MembersExport, staff.PurchasesSee}
		here, there, all := h.hire("here", may, h.Outlet.ID), h.hire("there", may, h.other), h.hire("all", may)
		list := admin.Base + "/members"
		get := func(who, path string) string {
			t.Helper()
			w := h.ask(who, http.MethodGet, path, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
			return w.Body.String()
		}
		for _, path := range []string{"", "/export?as=csv"} {
			if body := get(all, list+path); !strings.Contains(body, "Светлова") || !strings.Contains(body, "Сумма покупок") && !strings.Contains(body, "Оборот") {
				t.Errorf("%q: whoever works everywhere reads no figures", path)
			}
			if body := get(there, list+path); !strings.Contains(body, "Светлова") || strings.Contains(body, "Сумма покупок") || strings.Contains(body, "Оборот") {
				t.Errorf("%q: figures of all outlets, or nobody", path)
			}
		}
		for _, path := range []string{"?sort=-turnover", "?from.turnover=1", "?in.outlets=" + h.Outlet.ID.String()} {
			body := get(there, list+path)
			if strings.Contains(body, "Светлова") {
				t.Errorf("%s tells of what was bought elsewhere", path)
			}
			for _, raw := range []string{">turnover", ">outlets", "turnover (", "outlets ("} {
				if strings.Contains(body, raw) {
					t.Errorf("%s names a field by its code: %q", path, raw)
				}
			}
		}
		h.sharedLists(all, there)
		if w := h.ask(there, http.MethodGet, list+"/export?as=csv&from.turnover=1", nil); w.Code != http.StatusBadRequest {
			t.Errorf("a file by what was bought elsewhere: %d", w.Code)
		}
		// Of a partner that has no outlets yet there is nobody to be seen, which is not everybody.
		fresh, err := partner.New(d, h.IDs).SavePartner(t.Context(), partner.Partner{Code: "fresh", Name: "Новый"})
		h.check(err)
		role, err := h.staff.SaveRole(t.Context(), h.owner, staff.Role{Name: "fresh", Permissions: append(may, staff.OverviewSee)})
		h.check(err)
		_, link, err := h.staff.Invite(t.Context(), h.owner, staff.Person{Name: "fresh", Email: "fresh@example.org", Role: role.Code, Partners: []id.ID{fresh.ID}})
		h.check(err)
		h.check(h.staff.Reset(t.Context(), link, password, staff.Where{}))
		nowhere := h.signIn("fresh@example.org")
		if body := get(nowhere, list); strings.Contains(body, "Светлова") {
			t.Error("who works nowhere yet sees a member")
		}
		if w := h.ask(nowhere, http.MethodGet, list+"/"+m.Home.String(), nil); w.Code != http.StatusNotFound {
			t.Errorf("who works nowhere yet opens a member: %d", w.Code)
		}
		receipt := `href="` + pathOf(done.Purchase) + `"`
		for who, want := range map[string]bool{here: true, there: false} {
			if body := get(who, list+"/"+m.Home.String()+"/movement"); strings.Contains(body, receipt) != want {
				t.Errorf("led to the receipt: want %t", want)
			}
		}
	})
}

// sharedLists: a list of figures of the whole organization is offered to whoever works
// everywhere only, and says of itself to another what it is.
func (h *house) sharedLists(all, there string) {
	h.t.Helper()
	list := admin.Base + "/members"
	names := map[string]string{"Самые верные": "sort=-turnover", "С покупками": "from.purchases=1", "По имени": "sort=-name&col=phone&col=turnover"}
	for name, asks := range names {
		if w := h.ask(all, http.MethodPost, list+"/views", url.Values{"name": {name}, "shared": {"1"}, "list": {asks}}); w.Code != http.StatusSeeOther {
			h.t.Fatalf("%s is not kept: %d", name, w.Code)
		}
	}
	every, some := h.ask(all, http.MethodGet, list, nil).Body.String(), h.ask(there, http.MethodGet, list, nil).Body.String()
	for name, asks := range names {
		ofAll := name != "По имени"
		if !strings.Contains(every, name) || strings.Contains(some, name) == ofAll {
			h.t.Errorf("%s: offered to all %t, to one %t", name, strings.Contains(every, name), strings.Contains(some, name))
		}
		body := h.ask(there, http.MethodGet, list+"?"+asks, nil).Body.String()
		if strings.Contains(body, "показатели всей организации") != ofAll || strings.Contains(body, "поля больше нет") {
			h.t.Errorf("%s: what it is by is not told", name)
		}
	}
}

// TestMemberOfOwnOutlets: on a member's page who works at some outlets reads the
// balance and the level, and no accruals, movements and sums of what was bought
// elsewhere; he is told so.
func TestMemberOfOwnOutlets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Levels = []rule.Level{
			{ID: "one", Name: "Первый", Priority: 1},
			{ID: "two", Name: "Второй", Priority: 2, Total: 5000_00, Gift: rule.Gift{Points: 77_50}},
			{ID: "three", Name: "Третий", Priority: 3, Total: 90_000_00},
		}
		much := int64(90_000_00)
		next.Campaigns = rule.CampaignsOf(rule.Offer{ID: "gift", Name: "В подарок", Codes: []string{"LISTED"}, Rate: money.Percent})
		next.Campaigns[0].When = []rule.Condition{{Field: rule.FieldTurnover, From: &much}}
		next.Rules = append(next.Rules, rule.Rule{ID: "reward", Kind: rule.AwardRule, Campaign: "gift"})
		_, err := h.Programmes.Put(t.Context(), next, "test")
		h.check(err)
		bar, err := partner.New(d, h.IDs).SaveTill(t.Context(), partner.Till{OutletID: h.other, Code: "3", Name: "Бар"})
		h.check(err)
		_, err = h.Directory.Refresh(t.Context(), d)
		h.check(err)
		m := h.register("Светлова", "+79161234567")
		h.buys(m.Home, h.Till, 1111_00)
		h.buys(m.Home, bar.ID, 2222_00)
		may := []staff.Permission{staff.MembersSee, staff.PurchasesSee, staff.ProgrammeSee}
		here, all := h.hire("here", may, h.Outlet.ID), h.hire("all", may)
		page := func(who, part string) string {
			t.Helper()
			w := h.ask(who, http.MethodGet, admin.Base+"/members/"+m.Home.String()+part, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", part, w.Code)
			}
			return strings.ReplaceAll(html.UnescapeString(w.Body.String()), "\u00a0", " ")
		}
		h.triesOnMember(here, all)
		idle := h.register("Тихая", "+79161234568")
		h.check(h.members.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `insert into member_outlet (home_id, outlet_id) values ($1, $2)`, idle.Home, h.Outlet.ID)
			return err
		}))
		for _, part := range []string{"", "/operations"} {
			if body := h.ask(here, http.MethodGet, admin.Base+"/members/"+idle.Home.String()+part, nil).Body.String(); !strings.Contains(body, "В ваших точках покупок ещё не было") {
				t.Errorf("%q: of all outlets it is told that nothing was bought", part)
			}
		}
		const told = "Вы работаете не во всех точках"
		for part, says := range map[string]struct{ both, whole []string }{
			"":            {[]string{"Первый"}, []string{"3 333,00 ₽", "осталось"}},
			"/bonuses":    {[]string{"111,10", "333,30", "Покупка"}, []string{"222,20", "Списано"}},
			"/movement":   {[]string{"+111,10"}, []string{"+222,20"}},
			"/levels":     {[]string{"Первый"}, []string{"осталось 1 667"}},
			"/operations": {[]string{"1 111,00"}, []string{"2 222,00"}},
		} {
			whole, own := page(all, part), page(here, part)
			if strings.Contains(whole, told) || !strings.Contains(own, told) {
				t.Errorf("%q: told to %t, want to whom it is about", part, strings.Contains(whole, told))
			}
			own = strings.ReplaceAll(own, "сколько осталось до следующего уровня", "")
			for _, s := range says.both {
				if !strings.Contains(whole, s) || !strings.Contains(own, s) {
					t.Errorf("%q lacks %q: %t, %t", part, s, strings.Contains(whole, s), strings.Contains(own, s))
				}
			}
			for _, s := range says.whole {
				if !strings.Contains(whole, s) || strings.Contains(own, s) {
					t.Errorf("%q tells %q: whole %t, own %t", part, s, strings.Contains(whole, s), strings.Contains(own, s))
				}
			}
		}
		h.traces(bar.ID)
	})
}

// buys sells a ticket to a member, who was at both outlets.
func (h *house) buys(who home.ID, till id.ID, price money.Amount) {
	h.t.Helper()
	cart := h.Cart(purchase.Buyer{Home: who}, purchasetest.Line("T1", 1, price))
	cart.Till = till
	_, err := h.Desk.Commit(h.t.Context(), cart)
	h.check(err)
	h.check(h.members.DB.Write(h.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(h.t.Context(), `insert into member_outlet (home_id, outlet_id) values ($1, $2), ($1, $3) on conflict do nothing`, who, h.other, h.Outlet.ID)
		return err
	}))
}

// triesOnMember: a trial on a member tells who works at some outlets the level that he
// has, and not what becomes of it; of one who is made up all is told.
func (h *house) triesOnMember(here, all string) {
	h.t.Helper()
	path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/try?till=one/1&day=2026-03-02&time=12:00&line.0.price=2000&codes=LISTED&"
	for _, c := range []struct {
		who, ask string
		own      bool
	}{{all, "who=%2B79161234567", false}, {here, "who=%2B79161234567", true}, {here, "imagined=yes&spent=3333", false}} {
		w := h.ask(c.who, http.MethodGet, path+c.ask, nil)
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, "До покупки") || strings.Contains(body, "После покупки") == c.own || strings.Contains(body, "Вы работаете не во всех точках: каким") != c.own {
			h.t.Errorf("%s: %d, the level after it is told, or why not is not", c.ask, w.Code)
		}
		if strings.Contains(body, "Прошлых покупок на сумму") == c.own || strings.Contains(body, "Условие о прошлых покупках участника не выполнено") != c.own {
			h.t.Errorf("%s: what was found of all purchases is told, or is not", c.ask)
		}
	}
}

// traces: of what was bought elsewhere nothing is told by what came of it.
func (h *house) traces(bar id.ID) {
	h.t.Helper()
	ctx := h.t.Context()
	near, far := h.register("Ближняя", "+79161234571"), h.register("Дальняя", "+79161234572")
	var session map[string]string
	signIn := func() {
		session = map[string]string{"whole": h.signIn("all@example.org"), "own": h.signIn("here@example.org")}
	}
	page := func(who, part string, of home.ID) string {
		h.t.Helper()
		w := h.ask(session[who], http.MethodGet, admin.Base+"/members/"+of.String()+part, nil)
		if w.Code != http.StatusOK {
			h.t.Fatalf("%s: %d", part, w.Code)
		}
		return strings.ReplaceAll(html.UnescapeString(w.Body.String()), "\u00a0", " ")
	}
	h.buys(near.Home, h.Till, 6000_00)
	h.buys(far.Home, h.Till, 100_00)
	h.Clock.Add(24 * time.Hour)
	h.buys(far.Home, bar, 6000_00)
	h.Clock.Add(24 * time.Hour)
	h.buys(far.Home, h.Till, 205_00)
	_, err := h.Desk.SetLevel(ctx, &purchase.LevelRequest{By: h.owner.Person.ID, Key: "hand", Buyer: purchase.Buyer{Home: far.Home}, Programme: h.Programme.ID, Level: "three", Reason: "Гость"})
	h.check(err)
	_, err = h.members.FoundHousehold(ctx, far.Home, "Семья", nil, member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"})
	h.check(err)
	signIn()
	const rises, gift = "Первый → Второй", "+77,50"
	told := func(of home.ID, part, what string, whole, own bool) {
		h.t.Helper()
		for who, want := range map[string]bool{"whole": whole, "own": own} {
			if got := strings.Contains(page(who, part, of), what); got != want {
				h.t.Errorf("%q tells %q to %s: %t", part, what, who, got)
			}
		}
	}
	told(near.Home, "/levels", rises, true, true)
	told(near.Home, "/movement", gift, true, true)
	told(near.Home, "/bonuses", "77,50", true, true)
	told(far.Home, "/levels", rises, true, false)
	told(far.Home, "/levels", "Второй → Третий", true, true)
	told(far.Home, "/levels", "<dt>С</dt>", true, false)
	told(far.Home, "/movement", gift, true, false)
	told(far.Home, "/movement", "+20,50", true, true)
	told(far.Home, "/bonuses", "77,50", true, false)
	told(far.Home, "", "Сгорят раньше всех", true, false)
	told(far.Home, "/household", "Когда сгорят", true, false)
	told(far.Home, "/household", "Ничего не сгорает", false, false)
	told(far.Home, "/household", "Вы работаете не во всех точках", false, true)
	for who, want := range map[string]int{"whole": 3, "own": 2} {
		if n := strings.Count(page(who, "/codes", far.Home), `class="b num"`); n != want {
			h.t.Errorf("%s reads %d promo codes of %d", who, n, want)
		}
	}
	h.Clock.Add(100 * 24 * time.Hour)
	signIn()
	h.check(h.Desk.SettleAllDue(ctx, nil))
	for who, want := range map[string]int{"whole": 3, "own": 0} {
		if n := strings.Count(page(who, "/movement", far.Home), "Сгорание"); n != want {
			h.t.Errorf("%s reads of points that ended %d times, want %d", who, n, want)
		}
	}
}

// TestVersionWhole: each version of a programme is read as it was in force.
func TestVersionWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		was := *h.Programme
		next := was
		next.Settings.ApproveAbove = 777_00
		_, err := h.Programmes.Put(t.Context(), next, "test")
		h.check(err)
		sees := h.hire("sees", []staff.Permission{staff.ProgrammeSee})
		path := admin.Base + "/programmes/" + was.ID.String()
		if body := h.ask(sees, http.MethodGet, path, nil).Body.String(); !strings.Contains(body, `href="`+path+`/versions/1"`) || strings.Contains(body, path+`/versions/2"`) {
			t.Error("the version before is not led to, or that in force is")
		}
		first, second := h.ask(sees, http.MethodGet, path+"/versions/1", nil), h.ask(sees, http.MethodGet, path+"/versions/2", nil)
		if first.Code != http.StatusOK || strings.Contains(first.Body.String(), "777 бонусов") || !strings.Contains(second.Body.String(), "777 бонусов") {
			t.Errorf("versions are not as they were: %d", first.Code)
		}
		if w := h.ask(sees, http.MethodGet, path+"/versions/9", nil); w.Code != http.StatusNotFound {
			t.Errorf("none such: %d", w.Code)
		}
	})
}

// TestActsNowhere: a second programme whose outlets are all under another is not said
// to act, in the list and on its page.
func TestActsNowhere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.ID, next.Version, next.Code, next.Name = 0, 0, "second", "Вторая"
		second, err := h.Programmes.Put(t.Context(), next, "test")
		h.check(err)
		h.check(h.Programmes.Refresh(t.Context()))
		sees := h.hire("sees", []staff.Permission{staff.ProgrammeSee})
		list := admin.Base + "/programmes"
		const nowhere = "нигде не действует"
		if body := h.ask(sees, http.MethodGet, list, nil).Body.String(); strings.Count(body, nowhere) != 1 || !strings.Contains(body, ">действует<") {
			t.Error("the list does not tell the one that acts from the one that does not")
		}
		for of, want := range map[id.ID]bool{h.Programme.ID: false, second.ID: true} {
			body := h.ask(sees, http.MethodGet, list+"/"+of.String(), nil).Body.String()
			if strings.Contains(body, nowhere) != want || strings.Contains(body, ">действует<") == want || strings.Contains(body, "ни в одной точке продаж") != want {
				t.Errorf("%v: want nowhere %t", of, want)
			}
		}
	})
}
