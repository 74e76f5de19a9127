package admin_test

import (
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestTicketsAreTried: a programme whose rules fall on what is on the playbill is tried
// with tickets to a session, in a zone.
func TestTicketsAreTried(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openPicking(t, d)
		next := *x.Programmes.Current().Get(x.Programme.ID)
		off := func(id string, where ...rule.Condition) rule.Rule {
			return rule.Rule{ID: id, Kind: rule.DiscountRule, Rate: 50 * money.Percent, Scope: where}
		}
		next.Campaigns = append(next.Campaigns, rule.Campaign{ID: "plays", Name: "Гамлету", Rules: []rule.Rule{
			off("hamlet", rule.Condition{Field: rule.FieldEvent, In: []string{"hamlet-1"}}, rule.Condition{Field: rule.FieldZone, In: []string{"a"}}),
		}})
		_, err := x.Programmes.Put(t.Context(), next, "Ольга")
		x.check(err)
		try := func(more url.Values) (code int, body string) {
			q := url.Values{"till": {"one/1"}, "day": {"2026-03-02"}, "time": {"12:00"}, "line.0.price": {"1000"}, "line.0.quantity": {"2"}}
			for k, v := range more {
				q[k] = v
			}
			w := x.ask(x.who, http.MethodGet, x.programme+"/try?"+q.Encode(), nil)
			return w.Code, strings.ReplaceAll(w.Body.String(), "\u00a0", " ")
		}
		for name, c := range map[string]struct {
			more url.Values
			due  string
		}{
			"not a ticket":    {nil, "2 000,00 ₽"},
			"in the zone":     {url.Values{"line.0.session": {"s/1"}, "zone": {"A"}}, "1 000,00 ₽"},
			"in another zone": {url.Values{"line.0.session": {"s/1"}, "zone": {"B"}}, "2 000,00 ₽"},
			"another event":   {url.Values{"line.0.session": {"s/2"}, "zone": {"A"}}, "2 000,00 ₽"},
		} {
			code, body := try(c.more)
			if code != http.StatusOK || !strings.Contains(body, "<dt>К оплате</dt><dd>"+c.due) && !strings.Contains(strings.Join(strings.Fields(body), " "), "К оплате</dt> <dd>"+c.due) {
				_, after, _ := strings.Cut(body, "К оплате")
				t.Errorf("%s: %d, not %s but %.80s", name, code, c.due, after)
			}
		}
		code, body := try(url.Values{"line.0.session": {"s/1"}, "line.0.quantity": {"1.5"}})
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="s/1" selected`) {
			t.Errorf("half a ticket: %d", code)
		}
	})
}

// TestManyAreTried: of more goods and sessions than the form of a trial offers those that
// are looked for are offered, beside what the receipt has.
func TestManyAreTried(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openPicking(t, d)
		for i := range 20 {
			_, err := catalog.New(d, x.IDs).SaveProduct(t.Context(), catalog.Product{SKU: fmt.Sprint("A", i), Name: fmt.Sprint("Вода ", i), Price: 50_00})
			x.check(err)
		}
		try := func(more url.Values) string {
			q := url.Values{"till": {"one/1"}, "day": {"2026-03-02"}, "time": {"12:00"}, "line.0.sku": {"A1"}, "line.0.quantity": {"2"}}
			maps.Copy(q, more)
			w := x.ask(x.who, http.MethodGet, x.programme+"/try?"+q.Encode(), nil)
			if w.Code != http.StatusOK {
				t.Errorf("%v: %d", more, w.Code)
			}
			return html.UnescapeString(w.Body.String())
		}
		if body := try(nil); !strings.Contains(body, `name="find"`) || strings.Contains(body, `value="T3"`) {
			t.Errorf("at first: %s", mainForm.FindString(body))
		}
		if body := try(url.Values{"find": {"ticket"}}); !strings.Contains(body, `value="T3"`) || strings.Contains(body, `value="A2"`) || !strings.Contains(body, `value="A1" selected`) {
			t.Errorf("goods: %s", mainForm.FindString(body))
		}
		body := try(url.Values{"find": {"Лир"}, "line.0.session": {"s/1"}})
		if !strings.Contains(body, `value="s/2"`) || !strings.Contains(body, `value="s/1" selected`) || strings.Contains(body, `value="A2"`) {
			t.Errorf("sessions: %s", mainForm.FindString(body))
		}
		if body := try(url.Values{"find": {"такого нет"}}); !strings.Contains(body, "ничего нет") || !strings.Contains(body, `value="A1" selected`) {
			t.Errorf("nothing is found: %s", mainForm.FindString(body))
		}
	})
}
