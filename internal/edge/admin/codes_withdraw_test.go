package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestBatchIsWithdrawn: codes that were made at one time are withdrawn at once, but for
// those that were used; others stay.
func TestBatchIsWithdrawn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		path := h.campaigns()
		who := h.hire("makes", codesMay)
		m := h.register("Светлова", "+79161234567")
		made := func(letter string, count string) url.Values {
			w := h.ask(who, http.MethodPost, path+"/new", keyed(letter, "campaign", h.campaign("gift"), "for", "anybody", "count", count))
			to, err := url.Parse(w.Header().Get("Location"))
			h.check(err)
			h.Clock.Add(time.Second)
			return url.Values{"made": {to.Query().Get("made")}}
		}
		wrong, other := made("W", "3"), made("O", "2")
		list, err := promo.Newest(t.Context(), d, promo.Filter{Programme: h.Programme.ID}, promo.Place{}, 10)
		h.check(err)
		used := list[4].Code
		if off, _ := h.sellWith(purchase.Buyer{Home: m.Home}, purchase.Guest{}, used); off == 0 {
			t.Fatal("a code does not act")
		}
		if body := h.page(who, path+"?"+wrong.Encode()); !strings.Contains(body, "действуют 2 промокода") || !strings.Contains(body, path+"/withdraw-made") {
			t.Error("the batch is not offered to be withdrawn")
		}
		if body := h.page(who, path); strings.Contains(body, path+"/withdraw-made") {
			t.Error("all codes are offered to be withdrawn")
		}
		if w := h.ask(who, http.MethodPost, path+"/withdraw-made", url.Values{"made": {"?"}}); w.Code != http.StatusNotFound {
			t.Errorf("no time: %d", w.Code)
		}
		for _, want := range []string{"codes-withdrawn", "not-codes-withdrawn"} {
			if done := h.done(who, path+"/withdraw-made", wrong); done != want {
				t.Errorf("%s, not %s", done, want)
			}
		}
		states := map[promo.State]int{}
		for _, c := range h.codes() {
			states[c.State]++
		}
		if states[promo.Used] != 1 || states[promo.Withdrawn] != 2 || states[promo.Active] != 2 {
			t.Errorf("%v", states)
		}
		if body := h.page(who, path+"?"+other.Encode()); !strings.Contains(body, "действуют 2 промокода") {
			t.Error("others are withdrawn too")
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "promo.withdrawn"}, 0, 10)
		if err != nil || len(trail) != 1 || !strings.Contains(trail[0].Before, `"count":2`) {
			t.Errorf("the trail says %+v, %v", trail, err)
		}
	})
}

// TestCodesOfAMemberNeedHim: who may make codes and not see members is shown nothing of
// a member by the pages of his codes, and does nothing there.
func TestCodesOfAMemberNeedHim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.campaigns()
		m := h.register("Светлова", "+79161234567")
		path := admin.Base + "/members/" + m.Home.String() + "/codes"
		h.done(h.hire("makes", codesMay), path+"/new", keyed("M", "campaign", h.campaign("gift")))
		code := h.codes()[0].Code
		blind := h.hire("blind", []staff.Permission{staff.CodesMake, staff.ProgrammeSee})
		for _, try := range []struct {
			method, path string
			form         url.Values
		}{
			{http.MethodGet, path + "/new", nil},
			{http.MethodPost, path + "/new", keyed("N", "campaign", h.campaign("gift"))},
			{http.MethodPost, path + "/withdraw", url.Values{"code": {code}}},
		} {
			w := h.ask(blind, try.method, try.path, try.form)
			if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Светлова") {
				t.Errorf("%s %s: %d", try.method, try.path, w.Code)
			}
		}
		if list := h.codes(); len(list) != 1 || list[0].State != promo.Active {
			t.Errorf("%+v", list)
		}
	})
}
