package admin_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestRefusedRulesAreTold: a receipt, and a programme that is tried, say of each
// rule that could not act why: also of an offer without a code that has had its
// uses. A member's page names the codes that acted, and the receipt apart those
// that did not.
func TestRefusedRulesAreTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Campaigns = []rule.Campaign{
			{ID: "once", Name: "Раз на покупателя", Limits: rule.Limits{PerHead: 1}, Rules: []rule.Rule{{ID: "gift", Kind: rule.AccrualRule, Points: 7_00}}},
			{ID: "spring", Name: "Весна", Codes: []string{"весна"}, NeedsCode: true, Rules: []rule.Rule{{ID: "off", Kind: rule.DiscountRule, Rate: 10 * money.Percent}}},
		}
		next.Levels = []rule.Level{{ID: "start", Name: "Зритель", Priority: 1}, {ID: "gold", Name: "Звезда", Priority: 2, Total: 1_000_000_00}}
		next.Rules = []rule.Rule{{ID: "more", Kind: rule.AccrualRule, Points: 1_00, When: []rule.Condition{{Field: rule.FieldLevel, In: []string{"gold"}}}}, {ID: "share", Name: "Половина", Kind: rule.ShareRule, Rate: 50 * money.Percent}}
		_, err := h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		m := h.register("Анна", "+79161234567")
		buys := func(codes ...string) *purchase.Purchase {
			c := h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 1, 100_00))
			c.Codes = codes
			done, err := h.Desk.Commit(t.Context(), c)
			h.check(err)
			return done.Purchase
		}
		who := h.hire("sees", []staff.Permission{staff.PurchasesSee, staff.MembersSee, staff.ProgrammeSee})
		page := func(path string) string {
			t.Helper()
			w := h.ask(who, http.MethodGet, path, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
			return html.UnescapeString(strings.ReplaceAll(w.Body.String(), "\u00a0", " "))
		}
		const used = "Кампания использована столько раз, сколько разрешено"
		first, second := buys("весна"), buys("НЕТ")
		if body := page(pathOf(first)); strings.Contains(body, used) || strings.Contains(body, "Промокоды, которые не подействовали") || !strings.Contains(body, "ВЕСНА") {
			t.Error("the first receipt: a code or an offer that acted is told as one that did not")
		}
		body := page(pathOf(second))
		if _, folded, _ := strings.Cut(body, "Не подейств"); !strings.Contains(folded, used) || !strings.Contains(folded, "Раз на покупателя") {
			t.Error("the second receipt does not tell of the offer that was used up")
		}
		if acted, _, _ := strings.Cut(body, "Не подейств"); !strings.Contains(acted, "до 50 %") {
			t.Error("a share of points that the receipt may be paid with is told as a rule that did not act")
		}
		if !strings.Contains(body, "Уровень: Зритель, нужно: Звезда") {
			t.Error("levels are not called by their names")
		}
		if !strings.Contains(body, "Промокоды, которые не подействовали") || !strings.Contains(body, "Промокод НЕТ") {
			t.Error("the code that did nothing is not told apart, or otherwise than it was typed")
		}
		if body := page(admin.Base + "/members/" + m.Home.String() + "/codes"); !strings.Contains(body, "ВЕСНА") || strings.Contains(body, "НЕТ") {
			t.Error("the member's codes are not those that acted")
		}
		tried := page(admin.Base + "/programmes/" + h.Programme.ID.String() + "/try?" + url.Values{
			"till": {"one/1"}, "day": {"2026-03-02"}, "time": {"12:00"}, "who": {m.Number}, "line.0.price": {"1000"}, "line.0.quantity": {"0,333"},
		}.Encode())
		if _, folded, _ := strings.Cut(tried, "Не подейств"); !strings.Contains(folded, used) {
			t.Error("a programme that is tried does not tell of the offer that was used up")
		}
		if !strings.Contains(tried, "0,333 × 1 000,00 ₽") {
			t.Error("a part of a piece is not told")
		}
	})
}

// TestLevelBelowWhatIsReached: who is put by hand below what the rules give stays
// where he is, gets nothing for it, and the page says so; the last day is told as it
// was typed.
func TestLevelBelowWhatIsReached(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Levels = []rule.Level{{ID: "start", Name: "Зритель", Priority: 1}, {ID: "gold", Name: "Звезда", Priority: 2, Total: 100_00, Gift: rule.Gift{Points: 500_00}}, {ID: "top", Name: "Легенда", Priority: 3, Total: 1_000_000_00}}
		_, err := h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		m := h.register("Анна", "+79161234567")
		_, err = h.Desk.Commit(t.Context(), h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 1, 100_00)))
		h.check(err)
		was := h.Balance(t, purchase.Buyer{Home: m.Home}).Active
		who := h.hire("sets", []staff.Permission{staff.MembersSee, staff.PointsAdjust})
		path := admin.Base + "/members/" + m.Home.String() + "/level"
		sets := func(level string) string {
			t.Helper()
			form := h.formAt(who, h.ask(who, http.MethodGet, path, nil).Header().Get("Location"))
			form.Set("level", h.Programme.ID.String()+"."+level)
			form.Set("until", "31.12.2026")
			form.Set("reason", "проба")
			return h.ask(who, http.MethodPost, path, form).Header().Get("Location")
		}
		for range 2 {
			if to := sets("start"); !strings.Contains(to, "level-kept") {
				t.Errorf("below what is reached: %q", to)
			}
		}
		if now := h.Balance(t, purchase.Buyer{Home: m.Home}).Active; now != was {
			t.Errorf("he has got %d for it", now-was)
		}
		body := h.ask(who, http.MethodGet, path+"s", nil).Body.String()
		if !strings.Contains(body, "31.12.2026") || strings.Contains(body, "Держится до</dt><dd>01.01.2027") {
			t.Error("the last day is told otherwise than it was typed")
		}
		if to := sets("gold"); !strings.Contains(to, "level-set") {
			t.Errorf("at what is reached: %q", to)
		}
		if to := sets("top"); !strings.Contains(to, "level-set") {
			t.Errorf("above what is reached: %q", to)
		}
		if to := sets("start"); !strings.Contains(to, "level-between") {
			t.Errorf("from there to below what is reached: %q", to)
		}
		if body := h.ask(who, http.MethodGet, h.ask(who, http.MethodGet, path, nil).Header().Get("Location"), nil).Body.String(); !strings.Contains(body, h.Programme.ID.String()+`.gold" selected`) {
			t.Error("the form does not begin with the level that he has")
		}
	})
}
