package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestPointsByHandOnce: the form has its key in its address, so that whoever goes
// back and sends it again is told that it was done; one that he has changed
// meanwhile is asked about. Why points were put right stands in the movements,
// a payment is one row of them and leads to its receipt.
func TestPointsByHandOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile: member.Profile{Surname: "Светлова"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}},
		}, member.Actor{Kind: member.BySystem})
		h.check(err)
		who := h.hire("gives", []staff.Permission{staff.MembersSee, staff.PointsAdjust, staff.PurchasesSee})
		path := admin.Base + "/members/" + m.Home.String()
		opened := h.ask(who, http.MethodGet, path+"/points", nil)
		at, err := url.Parse(opened.Header().Get("Location"))
		h.check(err)
		key := at.Query().Get("key")
		if opened.Code != http.StatusSeeOther || len(key) != 26 {
			t.Fatalf("the form's address: %d %s", opened.Code, at)
		}
		for range 2 { // come back to it is the same form
			if w := h.ask(who, http.MethodGet, at.String(), nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `name="key" value="`+key+`"`) {
				t.Fatalf("the form: %d", w.Code)
			}
		}
		form := url.Values{"key": {key}, "programme": {h.Programme.ID.String()}, "way": {"in"}, "points": {"1e2"}, "reason": {"за терпение"}}
		for _, bad := range []string{"1e2", "1E2", "0", "-5", "1,005", "сто"} {
			form.Set("points", bad)
			if w := h.ask(who, http.MethodPost, path+"/points", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "points-error") {
				t.Errorf("%s: %d", bad, w.Code)
			}
		}
		form.Set("points", "1 000,50")
		for i, done := range []string{"adjusted", "adjusted-before"} {
			w := h.ask(who, http.MethodPost, path+"/points", form)
			if to := w.Header().Get("Location"); to != path+"/movement?done="+done {
				t.Errorf("sent %d times: %d %s", i+1, w.Code, to)
			}
		}
		form.Set("points", "7")
		w := h.ask(who, http.MethodPost, path+"/points", form)
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || strings.Contains(body, key) || !strings.Contains(body, "уже проведены") {
			t.Errorf("changed and sent again: %d", w.Code)
		}
		_, err = h.Desk.Adjust(t.Context(), &purchase.AdjustRequest{By: 1, Key: "second lot", Buyer: purchase.Buyer{Home: m.Home}, Programme: h.Programme.ID, Points: 100_00, Reason: "ещё", Actor: "test"})
		h.check(err)
		cart := h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 1, 5000_00))
		cart.Wish.Max = true
		sold, err := h.Desk.Commit(t.Context(), cart)
		h.check(err)
		if sold.Purchase.Spent <= 1000_50 {
			t.Fatalf("paid with %d points only: of one lot", sold.Purchase.Spent)
		}
		body := h.ask(who, http.MethodGet, path+"/movement", nil).Body.String()
		for has, times := range map[string]int{"за терпение · gives": 1, "Оплата бонусами": 1, `href="` + pathOf(sold.Purchase) + `"`: 2} {
			if n := strings.Count(body, has); n != times {
				t.Errorf("%s is %d times in the movements, not %d", has, n, times)
			}
		}
	})
}

// TestDialogsAskAgain: what a dialog has sent and was not taken is asked again on
// a page, with what is wrong at its field; whoever saves a member whom he has
// changed in another window is told so and may save once more.
func TestDialogsAskAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile: member.Profile{Surname: "Светлова"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}},
		}, member.Actor{Kind: member.BySystem})
		h.check(err)
		who := h.hire("does", []staff.Permission{staff.MembersSee, staff.MembersEdit, staff.MembersBlock, staff.OutletsEdit})
		member := admin.Base + "/members/" + m.Home.String()
		for path, field := range map[string]string{
			member + "/block": "reason", member + "/household/found": "name", admin.Base + "/members/views": "name", admin.Base + "/outlets/" + h.Outlet.ID.String() + "/tills": "code",
		} {
			w := h.ask(who, http.MethodPost, path, url.Values{field: {"  "}, "list": {"q=све"}})
			if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="`+field+`-error"`) || !strings.Contains(body, `action="`+path+`"`) {
				t.Errorf("%s: %d, nothing at %s", path, w.Code, field)
			}
		}
		form := url.Values{"version": {strconv.FormatInt(m.Version, 10)}, "surname": {"Светлова"}, "name": {"Ольга"}}
		if w := h.ask(who, http.MethodPost, member+"/edit", form); w.Code != http.StatusSeeOther {
			t.Fatalf("saved: %d: %s", w.Code, w.Body)
		}
		form.Set("name", "Олеся")
		w := h.ask(who, http.MethodPost, member+"/edit", form)
		version := regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(w.Body.String())
		if w.Code != http.StatusUnprocessableEntity || version == nil || !strings.Contains(w.Body.String(), "вы сами") || !strings.Contains(w.Body.String(), "Олеся") {
			t.Fatalf("from another window: %d: %s", w.Code, w.Body)
		}
		form.Set("version", version[1])
		if w := h.ask(who, http.MethodPost, member+"/edit", form); w.Code != http.StatusSeeOther {
			t.Errorf("once more: %d", w.Code)
		}
	})
}
