package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestApprovalsInTheConsole: above the programme's sum points by hand wait, which
// the asker is told and the member's page shows; another person approves or
// refuses, nobody his own; below the sum nothing waits. Who works at some
// outlets decides nothing.
func TestApprovalsInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		p := *h.Programme
		p.Settings.ApproveAbove = 100_00
		_, err := h.Programmes.Put(t.Context(), p, "test")
		h.check(err)
		m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile: member.Profile{Surname: "Светлова"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}},
		}, member.Actor{Kind: member.BySystem})
		h.check(err)
		may := []staff.Permission{staff.MembersSee, staff.PointsAdjust, staff.PointsApprove}
		asks, decides, here := h.hire("asks", may), h.hire("decides", may), h.hire("here", may, h.Outlet.ID)
		only := h.hire("only", []staff.Permission{staff.MembersSee, staff.PointsAdjust})
		path, list := admin.Base+"/members/"+m.Home.String(), admin.Base+"/approvals"
		adjust := func(points, key string) string {
			t.Helper()
			w := h.ask(asks, http.MethodPost, path+"/points", url.Values{
				"key": {key}, "programme": {p.ID.String()}, "way": {"in"}, "points": {points}, "reason": {"за ожидание"},
			})
			if w.Code != http.StatusSeeOther {
				t.Fatalf("%s: %d: %s", points, w.Code, w.Body)
			}
			return w.Header().Get("Location")
		}
		posted := func() (n int64) {
			h.check(d.Row(t.Context(), `select cast(coalesce(sum(points), 0) as bigint) from adjustment`).Scan(&n))
			return n
		}
		if to := adjust("100", "a"); !strings.HasSuffix(to, "done=adjusted") || posted() != 100_00 {
			t.Errorf("below the sum: %s, %d", to, posted())
		}
		for range 2 { // sent twice it is asked for once
			if to := adjust("500", "b"); !strings.HasSuffix(to, "done=approval-asked") || posted() != 100_00 {
				t.Errorf("above the sum: %s, %d", to, posted())
			}
		}
		adjust("700", "c")
		page := func(who, path string) string { return h.ask(who, http.MethodGet, path, nil).Body.String() }
		if body := page(asks, list); strings.Count(body, "ваша заявка") != 2 || strings.Contains(body, "/approve") || !strings.Contains(body, `n-hot">2<`) || strings.Count(body, "/withdraw") != 2 {
			t.Error("the asker sees not two of his own, or decides them, or the menu does not count them")
		}
		for _, who := range []string{only, here} { // they see their own, of which there is none
			if body := page(who, list); strings.Contains(body, "Светлова") || strings.Contains(body, "n-hot") {
				t.Error("who may not decide sees what others have asked for")
			}
		}
		body := page(decides, list)
		ways := regexp.MustCompile(list+`/\d+/approve`).FindAllString(body, -1)
		if len(ways) != 2 || !strings.Contains(body, "Светлова") || !strings.Contains(body, "за ожидание") {
			t.Fatalf("to be decided: %v", ways)
		}
		second, first := strings.TrimSuffix(ways[0], "/approve"), strings.TrimSuffix(ways[1], "/approve")
		mine := path + "/points" + strings.TrimPrefix(second, list) + "/withdraw"
		if body := page(asks, path); strings.Count(body, "Ждёт подтверждения") != 2 || !strings.Contains(body, mine) {
			t.Error("the member's page does not say what waits")
		}
		if body := page(only, path); !strings.Contains(body, "Ждёт подтверждения") || strings.Contains(body, "/withdraw") || strings.Contains(body, "К подтверждениям") {
			t.Error("who neither asked nor decides is shown ways, or is not told")
		}
		for _, r := range []struct {
			who, method, path string
			form              url.Values
			want              int
		}{
			{only, http.MethodGet, list, nil, http.StatusOK},
			{only, http.MethodPost, first + "/approve", nil, http.StatusForbidden},
			{here, http.MethodGet, list, nil, http.StatusOK},
			{here, http.MethodPost, first + "/approve", nil, http.StatusForbidden},
			{asks, http.MethodPost, first + "/approve", nil, http.StatusForbidden},
			{asks, http.MethodPost, first + "/refuse", url.Values{"reason": {"x"}}, http.StatusForbidden},
			{decides, http.MethodPost, mine, nil, http.StatusForbidden},
			{decides, http.MethodPost, list + "/77/approve", nil, http.StatusNotFound},
			{decides, http.MethodPost, first + "/refuse", url.Values{"reason": {" "}}, http.StatusUnprocessableEntity},
			{decides, http.MethodGet, first + "/refuse", nil, http.StatusOK},
			{decides, http.MethodPost, first + "/approve", nil, http.StatusSeeOther},
			{decides, http.MethodPost, first + "/approve", nil, http.StatusSeeOther},
			{asks, http.MethodPost, mine, nil, http.StatusSeeOther},
		} {
			if w := h.ask(r.who, r.method, r.path, r.form); w.Code != r.want {
				t.Errorf("%s %s: %d, want %d", r.method, r.path, w.Code, r.want)
			}
		}
		// Who is late is led to the requests as they are, and told that nothing was done.
		late := path + "/points" + strings.TrimPrefix(first, list) + "/withdraw"
		for _, r := range [][3]string{
			{decides, http.MethodPost, second + "/approve"},
			{decides, http.MethodPost, second + "/refuse"},
			{decides, http.MethodGet, second + "/refuse"},
			{decides, http.MethodPost, first + "/refuse"},
			{asks, http.MethodPost, late},
		} {
			to := h.ask(r[0], r[1], r[2], url.Values{"reason": {"x"}}).Header().Get("Location")
			if to != list+"?done=not-approval-decided" || !strings.Contains(page(r[0], to), "Ничего не сделано: пока страница была открыта, заявку решили или отозвали") {
				t.Errorf("%s %s leads to %q", r[1], r[2], to)
			}
		}
		if posted() != 600_00 {
			t.Errorf("%d posted", posted())
		}
		if body := page(decides, list); !strings.Contains(body, "Ничего не ждёт") || !strings.Contains(body, "подтверждено") || !strings.Contains(body, "отозвано") {
			t.Error("what was decided is not shown")
		}
		if body := page(asks, path); strings.Contains(body, "Ждёт подтверждения") {
			t.Error("what was decided still waits")
		}

		// Points that were spent before they were to be taken out are not: why is told above the request, which waits yet.
		h.ask(asks, http.MethodPost, path+"/points", url.Values{"key": {"e"}, "programme": {p.ID.String()}, "way": {"out"}, "points": {"600"}, "reason": {"ошибка"}})
		out := regexp.MustCompile(list + `/\d+/approve`).FindString(page(decides, list))
		h.ask(asks, http.MethodPost, path+"/points", url.Values{"key": {"f"}, "programme": {p.ID.String()}, "way": {"out"}, "points": {"100"}, "reason": {"ошибка"}})
		short := h.ask(decides, http.MethodPost, out, nil)
		if body := short.Body.String(); short.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "недостаточно бонусов: доступно 500") || !strings.Contains(body, out) || posted() != 500_00 {
			t.Errorf("short of points: %d, %d posted: %s", short.Code, posted(), body)
		}
		h.ask(decides, http.MethodPost, strings.TrimSuffix(out, "approve")+"refuse", url.Values{"reason": {"потрачены"}})

		// Who may only ask reads why he was refused.
		h.ask(only, http.MethodPost, path+"/points", url.Values{"key": {"d"}, "programme": {p.ID.String()}, "way": {"in"}, "points": {"900"}, "reason": {"за ожидание"}})
		way := regexp.MustCompile(list + `/\d+/approve`).FindString(page(decides, list))
		h.ask(decides, http.MethodPost, strings.TrimSuffix(way, "approve")+"refuse", url.Values{"reason": {"Нет основания"}})
		if body := page(only, list); !strings.Contains(body, "Нет основания") || strings.Count(body, "за ожидание") != 1 {
			t.Error("who asked does not read why it was refused, or reads of others")
		}
	})
}
