package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// TestPlaybillInTheConsole: halls, events and sessions are made and changed by
// who may where they are; who works elsewhere does not see them. A hall comes
// back from its form as it went in.
func TestPlaybillInTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		bill := playbill.New(d, h.IDs, h.Clock)
		may := []staff.Permission{staff.ReferenceSee, staff.PlaybillEdit, staff.PurchasesSee}
		sees, edits := h.hire("sees", may[:1]), h.hire("edits", may)
		here, elsewhere := h.hire("here", may, h.Outlet.ID), h.hire("elsewhere", may, h.other)
		code := `k/1?&"><img src=x onerror=alert(1)>`
		hall := url.Values{
			"name": {harm}, "code": {code}, "outlet": {h.Outlet.ID.String()}, "zones": {"A; Центр\r\nB"},
			"sectors": {"parter; Партер; B\r\n- 1; 1-20\r\n- 2; 1-22; A\r\nbalkon; ; A; 40"},
		}
		h.sends(sees, "/playbill/hall/new", hall, http.StatusForbidden)
		h.sends(elsewhere, "/playbill/hall/new", hall, http.StatusUnprocessableEntity)
		h.sends(here, "/playbill/hall/new", hall, http.StatusSeeOther)
		h.sends(edits, "/playbill/hall/new", hall, http.StatusUnprocessableEntity)
		for _, bad := range []string{"- 1; 1-20", "parter; Партер; Z", "parter; П; A; 3\n- 1; 1-2", "parter\n- 1; x"} {
			hall.Set("code", "other")
			hall.Set("sectors", bad)
			h.sends(edits, "/playbill/hall/new", hall, http.StatusUnprocessableEntity)
		}
		made, err := bill.Hall(t.Context(), code)
		if err != nil || len(made.Zones) != 2 || len(made.Sectors) != 2 || made.Sectors[0].Rows[1] != (playbill.Row{Code: "2", First: 1, Last: 22, Zone: "A"}) || made.Sectors[1].Capacity != 40 {
			t.Fatalf("the hall is %+v, %v", made, err)
		}
		edit := "/playbill/hall/edit?" + url.Values{"code": {code}}.Encode()
		h.harmless(edits, edit)
		h.harmless(sees, "/playbill/halls")
		body := h.ask(edits, http.MethodGet, admin.Base+edit, nil).Body.String()
		if !strings.Contains(body, "- 2; 1-22; A") || !strings.Contains(body, "balkon; ; A; 40") {
			t.Error("the hall does not come back as it went in")
		}
		if w := h.ask(elsewhere, http.MethodGet, admin.Base+edit, nil); w.Code != http.StatusNotFound {
			t.Errorf("a hall of another place: %d", w.Code)
		}

		event := url.Values{
			"name": {harm}, "code": {"film"}, "type": {"film"}, "age": {"12"}, "vat": {"10"}, "contractor": {harm}, "pushkin": {"yes"}, "pushkin_id": {"31578"},
			"memorandum": {"yes"}, "memorandum.from": {"2026-03-02"}, "memorandum.least_price": {"250"}, "memorandum.no_discounts": {"yes"},
		}
		h.sends(here, "/playbill/event/new", event, http.StatusForbidden)
		h.sends(edits, "/playbill/event/new", event, http.StatusSeeOther)
		h.sends(edits, "/playbill/event/new", event, http.StatusUnprocessableEntity)
		e, err := bill.Event(t.Context(), "film")
		if err != nil || e.VAT == nil || e.VAT.String() != "10" || !e.Pushkin || e.Memorandum == nil || e.Memorandum.Least != 25000 || !e.Memorandum.NoDiscounts || e.Memorandum.NoPoints {
			t.Fatalf("the event is %+v, %v", e, err)
		}
		h.harmless(sees, "/playbill/events")
		h.harmless(edits, "/playbill/event/edit?code=film")
		change := url.Values{"name": {"Фильм"}, "version": {id.ID(e.Version).String()}, "memorandum": {"yes"}, "memorandum.to": {"2026-13-01"}}
		h.sends(edits, "/playbill/event/edit?code=film", change, http.StatusUnprocessableEntity)

		session := url.Values{"event": {"film"}, "hall": {code}, "code": {"s/1"}, "starts": {"2026-03-02T19:30"}, "prices": {"A; ; 500\r\nB; ; 1 250,50"}}
		h.sends(elsewhere, "/playbill/session/new", session, http.StatusUnprocessableEntity)
		h.sends(here, "/playbill/session/new", session, http.StatusSeeOther)
		s, err := bill.Session(t.Context(), "s/1")
		if err != nil || s.Starts.Time().Format("15:04") != "16:30" || len(s.Prices) != 2 || s.Prices[1].Amount != 125050 {
			t.Fatalf("the session is %+v, %v", s, err)
		}
		day, one := "/playbill?day=2026-03-02", "/playbill/session?code=s%2F1"
		h.harmless(sees, day)
		h.harmless(here, one)
		if body := h.ask(here, http.MethodGet, admin.Base+day, nil).Body.String(); !strings.Contains(body, "19:30") {
			t.Error("the session is not told by the clock of its outlet")
		}
		if body := h.ask(elsewhere, http.MethodGet, admin.Base+day, nil).Body.String(); strings.Contains(body, "s%2F1") {
			t.Error("a session of another place is seen")
		}
		if w := h.ask(elsewhere, http.MethodGet, admin.Base+one, nil); w.Code != http.StatusNotFound {
			t.Errorf("a session of another place: %d", w.Code)
		}
		turn := url.Values{"version": {id.ID(s.Version).String()}}
		h.sends(elsewhere, "/playbill/session/state?code=s%2F1&to=cancelled", turn, http.StatusNotFound)
		h.sends(sees, "/playbill/session/state?code=s%2F1&to=cancelled", turn, http.StatusForbidden)
		h.sends(here, "/playbill/session/state?code=s%2F1&to=cancelled", turn, http.StatusSeeOther)
		for to, done := range map[string]string{"closed": "not-session-cancelled", "on_sale": "not-session-cancelled", "cancelled": "session-cancelled"} { // in another window
			at := h.ask(here, http.MethodPost, admin.Base+"/playbill/session/state?code=s%2F1&to="+to, turn).Header().Get("Location")
			if at != admin.Base+one+"&done="+done || !strings.Contains(h.ask(here, http.MethodGet, at, nil).Body.String(), "отмен") {
				t.Errorf("%s leads to %q", to, at)
			}
		}
		if body := h.ask(here, http.MethodGet, admin.Base+"/playbill/session/edit?code=s%2F1", nil).Body.String(); !strings.Contains(body, "A; ; 500,00") || strings.Contains(body, "500.00") {
			t.Error("prices are not told as the reader writes them")
		}
		if s, err = bill.Session(t.Context(), "s/1"); err != nil || s.State != playbill.Cancelled || len(s.Prices) != 2 {
			t.Errorf("the session is %+v, %v", s, err)
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "session."}, 0, 10)
		if err != nil || len(trail) != 2 || trail[0].Actor.Name != "here" {
			t.Errorf("the trail: %+v, %v", trail, err)
		}
		if list, err := bill.Halls(t.Context(), 0, reference.Page{}); err != nil || len(list.Items) != 1 {
			t.Errorf("halls: %+v, %v", list.Items, err)
		}
	})
}

// TestTicketOfCancelledSession: a buyer's tickets say that their session was
// cancelled, and the session's page calls its buyers by name to whoever may see
// members.
func TestTicketOfCancelledSession(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		anna := h.register("Анна", "+79161234567")
		may := []staff.Permission{staff.ReferenceSee, staff.PlaybillEdit, staff.PurchasesSee}
		edits, sees := h.hire("edits", may), h.hire("sees", append(may, staff.MembersSee))
		h.sends(edits, "/playbill/hall/new", url.Values{"name": {"Зал"}, "code": {"hall"}, "outlet": {h.Outlet.ID.String()}, "sectors": {"parter; ; ; 40"}}, http.StatusSeeOther)
		h.sends(edits, "/playbill/event/new", url.Values{"name": {"Фильм"}, "code": {"film"}, "type": {"film"}}, http.StatusSeeOther)
		for _, code := range []string{"S-1", "S-2"} {
			h.sends(edits, "/playbill/session/new", url.Values{"event": {"film"}, "hall": {"hall"}, "code": {code}, "starts": {"2026-03-12T19:30"}}, http.StatusSeeOther)
			l := purchasetest.Line("T1", 1, 5000)
			l.Tickets, l.Place.Session = []string{"ticket-" + code}, code
			_, err := h.Desk.Commit(t.Context(), h.Cart(purchase.Buyer{Home: anna.Home}, l))
			h.check(err)
		}
		tickets := func() string {
			return h.ask(sees, http.MethodGet, admin.Base+"/members/"+anna.Home.String()+"/tickets", nil).Body.String()
		}
		if body := tickets(); strings.Count(body, "куплен") != 2 || strings.Contains(body, "сеанс отменён") {
			t.Errorf("before: %s", body)
		}
		s, err := playbill.New(d, h.IDs, h.Clock).Session(t.Context(), "S-1")
		h.check(err)
		h.sends(edits, "/playbill/session/state?code=S-1&to=cancelled", url.Values{"version": {id.ID(s.Version).String()}}, http.StatusSeeOther)
		if body := tickets(); strings.Count(body, "куплен") != 2 || strings.Count(body, "сеанс отменён") != 1 {
			t.Errorf("after: %s", body)
		}
		page := admin.Base + "/members/" + anna.Home.String() + `">`
		if body := h.ask(sees, http.MethodGet, admin.Base+"/playbill/session?code=S-1", nil).Body.String(); !strings.Contains(body, page+"Анна</a>") {
			t.Error("the buyer is not called by name")
		}
		if body := h.ask(edits, http.MethodGet, admin.Base+"/playbill/session?code=S-1", nil).Body.String(); strings.Contains(body, "Анна") || strings.Contains(body, page) || !strings.Contains(strings.ToLower(body), "ticket-s-1") {
			t.Error("whoever may not see members reads who bought")
		}
	})
}
