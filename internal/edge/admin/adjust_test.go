package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestManyPointsAreAskedAbout: a number of points by hand with a nought too
// many is not posted before it was said to be right, and what is said is of one
// number. A request that nobody else may decide says so, and waits.
func TestManyPointsAreAskedAbout(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile: member.Profile{Surname: "Светлова"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}},
		}, member.Actor{Kind: member.BySystem})
		h.check(err)
		may := []staff.Permission{staff.MembersSee, staff.PointsAdjust}
		asks := h.hire("asks", may)
		path := admin.Base + "/members/" + m.Home.String() + "/points"
		form := func(points string, more ...string) url.Values {
			v := url.Values{"key": {points}, "programme": {h.Programme.ID.String()}, "way": {"in"}, "points": {points}, "reason": {"за ожидание"}}
			for i := 0; i < len(more); i += 2 {
				v.Set(more[i], more[i+1])
			}
			return v
		}
		posted := func() (n int64) {
			h.check(d.Row(t.Context(), `select cast(coalesce(sum(points), 0) as bigint) from adjustment`).Scan(&n))
			return n
		}
		for _, x := range []struct {
			form url.Values
			code int
			sum  int64
		}{
			{form("50000"), http.StatusSeeOther, 50_000_00},
			{form("50000,01"), http.StatusUnprocessableEntity, 50_000_00},
			{form("500000", "sure", "yes"), http.StatusUnprocessableEntity, 50_000_00},
			{form("500000", "sure", "yes", "sure-of", "5000000"), http.StatusUnprocessableEntity, 50_000_00},
			{form("500000", "sure-of", "50000000"), http.StatusUnprocessableEntity, 50_000_00},
			{form("60000", "sure", "yes", "sure-of", "6000000"), http.StatusSeeOther, 110_000_00},
			{form("60001", "way", "out"), http.StatusUnprocessableEntity, 110_000_00},
			{form("60001", "way", "out", "sure", "yes", "sure-of", "-6000100"), http.StatusSeeOther, 49_999_00},
		} {
			w := h.ask(asks, http.MethodPost, path, x.form)
			if w.Code != x.code || posted() != x.sum {
				t.Fatalf("%v: %d, %d posted: want %d, %d", x.form, w.Code, posted(), x.code, x.sum)
			}
			if x.code == http.StatusUnprocessableEntity && !strings.Contains(w.Body.String(), `name="sure"`) {
				t.Errorf("%v: the form does not ask whether it is right", x.form)
			}
		}

		p := *h.Programme
		p.Settings.ApproveAbove = 100_00
		_, err = h.Programmes.Put(t.Context(), p, "test")
		h.check(err)
		list := admin.Base + "/approvals"
		owner := h.signIn("owner@example.org")
		if w := h.ask(owner, http.MethodPost, path, form("500")); !strings.HasSuffix(w.Header().Get("Location"), "done=approval-asked-nobody") {
			t.Errorf("nobody else may decide: %s", w.Header().Get("Location"))
		}
		if body := h.ask(owner, http.MethodGet, list, nil).Body.String(); !strings.Contains(body, "решить некому") {
			t.Error("the list does not say that nobody may decide")
		}
		h.hire("decides", append(may, staff.PointsApprove))
		if body := h.ask(owner, http.MethodGet, list, nil).Body.String(); !strings.Contains(body, "ваша заявка") {
			t.Error("somebody may decide now")
		}
		if w := h.ask(owner, http.MethodPost, path, form("501")); !strings.HasSuffix(w.Header().Get("Location"), "done=approval-asked") {
			t.Errorf("somebody may decide: %s", w.Header().Get("Location"))
		}
	})
}

// TestPointsOfWhoWasMerged: nobody gives points by hand on the page of who was
// merged into another: they would be that one's, with no word.
func TestPointsOfWhoWasMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		gone, stays := h.register("Светлова", "+79161234567"), h.register("Светлова", "+79161234568")
		merges := &merge.Merges{DB: d, IDs: h.IDs, Clock: h.Clock, Members: h.members, Desk: h.Desk}
		asked := merge.Request{Into: stays.Home, From: gone.Home, By: member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"}, Reason: "один человек"}
		seen, err := merges.Preview(t.Context(), asked)
		h.check(err)
		asked.Digest = seen.Digest
		_, err = merges.Merge(t.Context(), asked)
		h.check(err)
		gives := h.hire("gives", []staff.Permission{staff.MembersSee, staff.PointsAdjust})
		form := url.Values{"key": {"1"}, "programme": {h.Programme.ID.String()}, "way": {"in"}, "points": {"10"}, "reason": {"за ожидание"}}
		w := h.ask(gives, http.MethodPost, admin.Base+"/members/"+gone.Home.String()+"/points", form)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "объединено с другим") {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
		var n int
		h.check(d.Row(t.Context(), `select count(*) from adjustment`).Scan(&n))
		if n != 0 {
			t.Errorf("%d posted", n)
		}
	})
}
