package admin_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestOperationsInTheConsole: the journal has sales and refunds with ways to
// their receipts, by kind, day and outlet, read on and back; who works elsewhere
// sees nothing of them.
func TestOperationsInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		follow := &feed.Feed{DB: d, Clock: h.Clock, Keep: 24 * time.Hour}
		may := []staff.Permission{staff.PurchasesSee}
		who, here, elsewhere := h.hire("who", may), h.hire("here", may, h.Outlet.ID), h.hire("elsewhere", may, h.other)
		none := h.hire("none", []staff.Permission{staff.MembersSee})
		list := admin.Base + "/operations"
		if body := h.ask(who, http.MethodGet, list, nil).Body.String(); !strings.Contains(body, "Операций пока нет") {
			t.Error("an empty journal says nothing")
		}
		first := h.sell()
		for range 60 {
			h.sell()
		}
		refunds := h.hire("refunds", []staff.Permission{staff.PurchasesSee, staff.PurchasesRefund})
		form := url.Values{"way": {"all"}, "key": {strings.Repeat("ONCE", 6) + "AB"}}
		form = h.formAt(refunds, h.ask(refunds, http.MethodPost, pathOf(first)+"/refund", form).Header().Get("Location"))
		if w := h.ask(refunds, http.MethodPost, pathOf(first)+"/refund", form); w.Code != http.StatusSeeOther {
			t.Fatalf("refunded: %d", w.Code)
		}
		fold := figure.NewDispatcher(figure.Options{DB: d, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Feed: follow.Collect, Every: time.Millisecond})
		for more := time.Duration(1); more > 0; {
			_, err := fold.Drain(t.Context())
			h.check(err)
			more, err = fold.Lag(t.Context())
			h.check(err)
		}
		rows := func(who, path string) (string, int) {
			w := h.ask(who, http.MethodGet, path, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d: %s", path, w.Code, w.Body)
			}
			return w.Body.String(), strings.Count(w.Body.String(), `<td class="c-who">`)
		}
		link := func(body, text string) string {
			m := regexp.MustCompile(`href="([^"]*)">\s*` + text).FindStringSubmatch(body)
			if m == nil {
				t.Fatalf("no way %q", text)
			}
			return strings.ReplaceAll(m[1], "&amp;", "&")
		}
		newest, n := rows(who, list)
		if n != 50 || !strings.Contains(newest, "−100,00") {
			t.Errorf("%d rows, or not the refund", n)
		}
		oldest, n := rows(who, link(newest, "Дальше"))
		if n != 12 || !strings.Contains(oldest, pathOf(first)) {
			t.Errorf("then %d rows, or not the first sale", n)
		}
		if again, n := rows(who, link(oldest, "Назад")); n != 50 || !strings.Contains(again, "−100,00") {
			t.Errorf("back to %d rows", n)
		}
		for path, want := range map[string]int{
			"?kind=purchase.refunded": 1, "?kind=points.expired": 0, "?outlet=" + h.Outlet.ID.String(): 50, "?to=2001-01-01": 0, "?from=2001-01-01": 50,
			"?from=2199-12-31&to=2001-01-01": 50, // the wrong way round
			"?outlet=" + h.other.String():    0, "?member=1": 0,
		} {
			if _, n := rows(who, list+path); n != want {
				t.Errorf("%s: %d rows, want %d", path, n, want)
			}
		}
		// Who may see members sees their names; who may not, that it was one.
		m, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile:     member.Profile{Surname: "Именная", Custom: map[string]string{}},
			Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "89160007788", Main: true}},
		}, purchasetest.By)
		h.check(err)
		_, err = h.Desk.Commit(t.Context(), h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 1, 100_00)))
		h.check(err)
		_, err = h.Desk.Adjust(t.Context(), &purchase.AdjustRequest{
			By: 1, Key: "hand", Buyer: purchase.Buyer{Home: m.Home}, Programme: h.Programme.ID, Points: 5_00, Reason: "Долго стоял в очереди", Actor: "staff:" + h.owner.Person.ID.String(),
		})
		h.check(err)
		for more := time.Duration(1); more > 0; {
			_, err := fold.Drain(t.Context())
			h.check(err)
			more, err = fold.Lag(t.Context())
			h.check(err)
		}
		both := h.hire("both", []staff.Permission{staff.PurchasesSee, staff.MembersSee})
		for _, path := range []string{list, list + "?member=" + m.Home.String(), admin.Base + "/purchases"} {
			if body := h.ask(both, http.MethodGet, path, nil).Body.String(); !strings.Contains(body, "Именная") {
				t.Errorf("%s has no name", path)
			}
			if body := h.ask(who, http.MethodGet, path, nil).Body.String(); strings.Contains(body, "Именная") || !strings.Contains(body, "частник") {
				t.Errorf("%s tells a name", path)
			}
		}
		// Points by hand say why, and who has given them.
		if body := h.ask(both, http.MethodGet, list, nil).Body.String(); !strings.Contains(body, "Долго стоял в очереди") || !strings.Contains(body, "Владелец") {
			t.Error("the journal does not say why points were given")
		}
		if body := h.ask(who, http.MethodGet, list, nil).Body.String(); strings.Contains(body, "Долго стоял в очереди") {
			t.Error("what speaks of a member is told to who may not see any")
		}
		if w := h.ask(both, http.MethodGet, list+"?who=%2B79160007788", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != list+"?member="+m.Home.String() {
			t.Errorf("found by phone: %d, %s", w.Code, w.Header().Get("Location"))
		}
		// Who may not see members learns nothing of who has a phone.
		if w := h.ask(who, http.MethodGet, list+"?who=%2B79160007788", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "не найден") {
			t.Errorf("asked by who may not: %d", w.Code)
		}
		if _, n := rows(here, list); n != 50 {
			t.Errorf("where they were sold: %d rows", n)
		}
		if _, n := rows(elsewhere, list); n != 0 {
			t.Errorf("elsewhere: %d rows", n)
		}
		for path, want := range map[string]int{"?outlet=" + h.Outlet.ID.String(): http.StatusNotFound, "?cashier=1": http.StatusNotFound, "?before=x": http.StatusBadRequest} {
			if w := h.ask(elsewhere, http.MethodGet, list+path, nil); w.Code != want {
				t.Errorf("%s: %d, want %d", path, w.Code, want)
			}
		}
		if w := h.ask(none, http.MethodGet, list, nil); w.Code != http.StatusForbidden {
			t.Errorf("for nobody: %d", w.Code)
		}
	})
}
