package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/reference"
)

// TestThousands: a number is taken as it is told in the reader's language: in
// English 1,000 is a thousand, wherever money, points and counts are typed. In
// Russian, where it may be one, a draft asks which is meant.
func TestThousands(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("who", []staff.Permission{
			staff.MembersSee, staff.PointsAdjust, staff.ReferenceSee, staff.CatalogueEdit, staff.PlaybillEdit, staff.ProgrammeSee, staff.ProgrammeEdit,
		})
		speak := func(lang string) {
			_, err := d.Exec(t.Context(), `update staff set lang = '`+lang+`'`)
			h.check(err)
		}
		anna := h.register("Анна", "+79161234567")
		speak("en")

		h.sends(who, "/members/"+anna.Home.String()+"/points", url.Values{
			"key": {"k"}, "programme": {h.Programme.ID.String()}, "way": {"in"}, "points": {"1,234.5"}, "reason": {"gift"},
		}, http.StatusSeeOther)
		var posted int64
		h.check(d.Row(t.Context(), `select cast(sum(points) as bigint) from adjustment`).Scan(&posted))
		if posted != 1234_50 {
			t.Errorf("%d points were put in", posted)
		}

		products := catalog.New(d, h.IDs)
		h.sends(who, "/catalogue/types/new", url.Values{"name_en": {"Snacks"}, "code": {"snacks"}, "payable": {"yes"}}, http.StatusSeeOther)
		types, err := products.Types(t.Context(), reference.Page{Find: "snacks"})
		h.check(err)
		product := url.Values{"name": {"Nuts"}, "sku": {"nut-1"}, "type": {types.Items[0].ID.String()}, "price": {"12,000"}, "least_price": {"1,000"}}
		h.sends(who, "/catalogue/new", product, http.StatusSeeOther)
		if v, err := products.BySKU(t.Context(), "nut-1"); err != nil || v.Price != 12_000_00 || v.Least != 1000_00 {
			t.Errorf("the product is %+v, %v", v, err)
		}
		product.Set("sku", "nut-2")
		product.Set("price", "1,00,0")
		h.sends(who, "/catalogue/new", product, http.StatusUnprocessableEntity)

		h.sends(who, "/playbill/hall/new", url.Values{"name": {"Hall"}, "code": {"h"}, "outlet": {h.Outlet.ID.String()}, "zones": {"A; All"}, "sectors": {"main; Main; ; 100; A"}}, http.StatusSeeOther)
		h.sends(who, "/playbill/event/new", url.Values{"name": {"Film"}, "code": {"film"}, "type": {"cinema"}}, http.StatusSeeOther)
		h.sends(who, "/playbill/session/new", url.Values{"event": {"film"}, "hall": {"h"}, "code": {"s1"}, "starts": {"2026-03-02T19:30"}, "prices": {"A; ; 1,500"}}, http.StatusSeeOther)
		if s, err := playbill.New(d, h.IDs, h.Clock).Session(t.Context(), "s1"); err != nil || len(s.Prices) != 1 || s.Prices[0].Amount != 1500_00 {
			t.Errorf("the session is %+v, %v", s, err)
		}

		programme := admin.Base + "/programmes/" + h.Programme.ID.String()
		draft := programme + "/draft"
		h.ask(who, http.MethodPost, draft+"/begin", url.Values{})
		gifts := h.formAt(who, draft+"/part/gifts")
		gifts.Set("welcome.points", "1,000")
		if w := h.ask(who, http.MethodPost, draft+"/part/gifts", gifts); w.Code != http.StatusSeeOther {
			t.Fatalf("gifts: %d %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		rule := url.Values{
			"kind": {"accrual"}, "way": {"rate"}, "active": {"yes"}, "rate": {"5%"}, "name": {"More"}, "when.0.field": {"sum"}, "when.0.from": {"12,000"}, "when.0.below": {"1,234,567.89"}, "do": {"save"},
		}
		if w := h.ask(who, http.MethodPost, draft+"/part/rule", rule); w.Code != http.StatusSeeOther {
			t.Fatalf("a rule: %d %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		set := url.Values{
			"kind": {"discount"}, "way": {"set"}, "active": {"yes"}, "name": {"Set"}, "set.parts.0.count": {"2"}, "set.parts.0.product": {"nut-1"}, "set.price": {"1,500.5"}, "do": {"save"},
		}
		if w := h.ask(who, http.MethodPost, draft+"/part/rule", set); w.Code != http.StatusSeeOther {
			t.Fatalf("a set: %d %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		table := url.Values{
			"kind": {"accrual"}, "way": {"table"}, "active": {"yes"}, "name": {"Steps"}, "by": {"sum"}, "table.0.from": {"0"}, "table.0.points": {"1,500"}, "table.1.from": {"12,000"}, "table.1.points": {"2,500.5"}, "do": {"save"},
		}
		if w := h.ask(who, http.MethodPost, draft+"/part/rule", table); w.Code != http.StatusSeeOther {
			t.Fatalf("a table: %d %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		if text := h.formAt(who, draft+"/text").Get("text"); !strings.Contains(text, "from: 12000") || !strings.Contains(text, "points: 1500") || !strings.Contains(text, "points: 2500.5") || !strings.Contains(text, "price: 1500.5") {
			t.Errorf("the text is %s", text)
		}
		if text := h.formAt(who, draft+"/text").Get("text"); !strings.Contains(text, "welcome: 1000\n") || !strings.Contains(text, "from: 12000") || !strings.Contains(text, "below: 1234567.89") {
			t.Errorf("the text is %s", text)
		}
		tried := html.UnescapeString(h.ask(who, http.MethodGet, programme+"/try?of=force&till=one/1&day=2026-03-02&time=12:00&line.0.price=1,000&line.0.quantity=2", nil).Body.String())
		if !strings.Contains(tried, "₽2,000") {
			t.Errorf("the trial: %s", tags.ReplaceAllString(tried, " "))
		}

		speak("ru")
		gifts = h.formAt(who, draft+"/part/gifts")
		gifts.Set("welcome.points", "1,000")
		if w := h.ask(who, http.MethodPost, draft+"/part/gifts", gifts); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "тысячи это или доли") {
			t.Errorf("in Russian: %d", w.Code)
		}
		gifts.Set("welcome.points", "2 000,50")
		if w := h.ask(who, http.MethodPost, draft+"/part/gifts", gifts); w.Code != http.StatusSeeOther {
			t.Errorf("in Russian: %d %s", w.Code, mainForm.FindString(w.Body.String()))
		}
		if text := h.formAt(who, draft+"/text").Get("text"); !strings.Contains(text, "welcome: 2000,50") && !strings.Contains(text, "welcome: 2000.5") {
			t.Errorf("the text is %s", text)
		}
	})
}
