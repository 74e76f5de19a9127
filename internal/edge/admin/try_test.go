package admin_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// TestTriedInTheReadersLanguage: what a rule says to the cashier is read in the
// language of the page, where the rule says it in that one.
func TestTriedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Rules = append(next.Rules,
			rule.Rule{ID: "both", Kind: rule.MessageRule, Text: rule.Text{RU: "Скажите спасибо", EN: "Say thank you"}},
			rule.Rule{ID: "one", Kind: rule.MessageRule, Text: rule.Text{RU: "Дайте чек"}},
		)
		_, err := h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		who := h.hire("sees", []staff.Permission{staff.ProgrammeSee})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/try?till=one/1&day=2026-03-02&time=12:00&line.0.price=100"
		for lang, want := range map[string]string{"ru": "Скажите спасибо", "en": "Say thank you"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			r.AddCookie(&http.Cookie{Name: "kopilka", Value: who})
			r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, r)
			if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "<li>"+want) || !strings.Contains(body, "<li>Дайте чек") {
				t.Errorf("%s: %d, no %q", lang, w.Code, want)
			}
		}
	})
}

// TestTriedElsewhere: a programme that is tried at an outlet which is under another,
// or which it is not meant for, says so.
func TestTriedElsewhere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("sees", []staff.Permission{staff.ProgrammeSee})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/try?till=one/1&day=2026-03-02&time=12:00&line.0.price=100"
		says := func(want string) {
			t.Helper()
			body := h.ask(who, http.MethodGet, path, nil).Body.String()
			if told := strings.Contains(body, "в этот день"); told != (want != "") || !strings.Contains(body, want) || !strings.Contains(body, "Что получится") {
				t.Errorf("no %q, or no result", want)
			}
		}
		says("")
		mine := *h.Programme
		mine.Outlets = []id.ID{h.other}
		_, err := h.Programmes.Put(t.Context(), mine, "Ольга")
		h.check(err)
		says("эта программа в этот день не действует")
		next := *h.Programme
		next.ID, next.Version, next.Name, next.Code = 0, 0, "Соседняя", "next"
		_, err = h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		says("действует программа «Соседняя»")
	})
}

// TestTriedLevelAndWho: what the receipt does to the level is said, of a member
// found by his name and of one made up; the form has as many lines as are asked
// for.
func TestTriedLevelAndWho(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Levels = []rule.Level{{ID: "one", Name: "Первый", Priority: 1}, {ID: "two", Name: "Второй", Priority: 2, Total: 500_00}, {ID: "three", Name: "Третий", Priority: 3, Total: 5000_00}}
		_, err := h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		for i, name := range []string{"Ольга", "Инна", "Инна"} {
			surname := []string{"Светлова", "Тёмная", "Темнова"}[i]
			_, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
				Profile: member.Profile{Surname: surname, Name: name}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+7916123456" + strconv.Itoa(i)}},
			}, member.Actor{Kind: member.BySystem})
			h.check(err)
		}
		h.check((&segment.Refresher{DB: d, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), OwnLevel: func(id.ID) bool { return false }, Underway: func() int { return 0 }}).Rebuild(t.Context(), func(int64) {}))
		goods := catalog.New(d, h.IDs)
		drinks, err := goods.SaveType(t.Context(), catalog.Type{Code: "drinks", NameRU: "Напитки", NameEN: "Drinks", State: reference.Active})
		h.check(err)
		_, err = goods.SaveProduct(t.Context(), catalog.Product{SKU: "latte", Name: "Латте", TypeID: drinks.ID, Price: 250_50, State: reference.Active})
		h.check(err)
		who := h.hire("sees", []staff.Permission{staff.ProgrammeSee, staff.MembersSee})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/try?till=one/1&day=2026-03-02&time=12:00&line.0.price=1000&"
		for name, c := range map[string]struct {
			ask  string
			code int
			want []string
		}{
			"by name":      {"who=" + url.QueryEscape("Светлова"), 200, []string{"До покупки", "Второй", "До уровня «Третий» осталось"}},
			"by phone":     {"who=%2B79161234560", 200, []string{"Второй"}},
			"several":      {"who=" + url.QueryEscape("Инна"), 422, []string{"участников несколько", "Тёмная", "Темнова"}},
			"nobody":       {"who=" + url.QueryEscape("Никто"), 422, []string{"Такого участника нет"}},
			"made up":      {"imagined=yes&level=two&spent=4500", 200, []string{"Третий"}},
			"both":         {"who=%2B79161234560&imagined=yes", 422, []string{"отмечен и придуманный", `id="who-error"`}},
			"below zero":   {"line.1.price=-5", 422, []string{`id="line.1.price-error"`}},
			"its own":      {"line.1.sku=latte", 200, []string{"250,50"}},
			"none of it":   {"line.0.quantity=0", 422, []string{`id="line.0.quantity-error"`}},
			"no points":    {"imagined=yes&points=-3", 422, []string{`id="points-error"`}},
			"of nobody":    {"most=yes", 200, []string{"Что получится", "<dt>К оплате</dt>"}},
			"at no level":  {"imagined=yes", 200, []string{"Без уровня", "Второй"}},
			"six lines":    {"rows=5&more=6&line.5.price=100&line.5.quantity=2", 200, []string{`name="line.5.price"`, "2 ×", `name="more" value="7"`}},
			"lines enough": {"rows=999999", 200, []string{`name="line.4999.price"`}},
		} {
			w := h.ask(who, http.MethodGet, path+c.ask, nil)
			for _, want := range c.want {
				if w.Code != c.code || !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s: %d, no %q", name, w.Code, want)
				}
			}
		}
	})
}

// TestGroupsInForms: what becomes of a rule group is chosen in a form, and a
// programme is bound to partners in another.
func TestGroupsInForms(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		next := *h.Programme
		next.Rules = append(next.Rules, rule.Rule{ID: "a", Kind: rule.AccrualRule, Rate: 10_000, Group: "праздник"})
		_, err := h.Programmes.Put(t.Context(), next, "Ольга")
		h.check(err)
		who := h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit})
		path := admin.Base + "/programmes/" + h.Programme.ID.String() + "/draft"
		h.ask(who, http.MethodPost, path+"/begin", nil)
		if body := h.ask(who, http.MethodGet, path, nil).Body.String(); !strings.Contains(body, "Группа «праздник»: начисляют все") || !strings.Contains(body, path+"/part/groups") {
			t.Error("the draft does not tell of its group")
		}
		if w := h.ask(who, http.MethodPost, path+"/part/groups", url.Values{"edition": {"1"}, "праздник": {"best"}}); w.Code != http.StatusSeeOther {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
		stored, err := h.Programmes.Draft(t.Context(), h.Programme.ID)
		if err != nil || !strings.Contains(stored.Text, "праздник: best") {
			t.Errorf("%s %v", stored.Text, err)
		}
		// What is cleared in part is asked for as its reader knows it, not by its key.
		days := url.Values{"edition": {"2"}, "welcome.days": {"30"}, "gifts.birthday.days": {"30"}}
		if body := h.ask(who, http.MethodPost, path+"/part/gifts", days).Body.String(); strings.Contains(body, "обязательное") || !strings.Contains(body, "очистите всё, что сюда относится") || !strings.Contains(body, ">За регистрацию: ") {
			t.Error("a gift with no points is told by a key of the text, or not which gift")
		}
		// What is wrong with a gift is said at that gift.
		gifts := url.Values{"edition": {"2"}, "gifts.birthday.points": {"100"}, "gifts.first_purchase.points": {"50"}, "gifts.first_purchase.from": {"много"}}
		if w := h.ask(who, http.MethodPost, path+"/part/gifts", gifts); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="gifts.first_purchase.from-error"`) || strings.Count(w.Body.String(), `-error" class="err"`) != 1 {
			t.Errorf("a wrong gift: %d", w.Code)
		}
		if body := h.ask(who, http.MethodGet, path+"/part/head", nil).Body.String(); !strings.Contains(body, `name="partners"`) {
			t.Error("partners can't be chosen")
		}
	})
}
