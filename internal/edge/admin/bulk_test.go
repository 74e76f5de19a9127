package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestManyWithoutASecondPerson: more points than one person may give are refused at
// their field, and where the limit came afterwards, before anything is begun; who
// was left out for it, the action being under way, is told why in whole words.
func TestManyWithoutASecondPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		limit := func(above money.Points) {
			p := *h.Programmes.Current().Get(h.Programme.ID)
			p.Settings.ApproveAbove = above
			_, err := h.Programmes.Put(t.Context(), p, "test")
			h.check(err)
		}
		_, err := h.members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile: member.Profile{Surname: "Светлова"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}},
		}, member.Actor{Kind: member.BySystem})
		h.check(err)
		asks := h.hire("asks", []staff.Permission{staff.MembersSee, staff.PointsAdjust})
		ask := func(want int) (to, body string) {
			t.Helper()
			w := h.ask(asks, http.MethodPost, admin.Base+"/members/bulk/points", url.Values{
				"all": {"yes"}, "list": {""}, "programme": {h.Programme.ID.String()}, "way": {"in"}, "points": {"101"}, "reason": {"за ожидание"},
			})
			if w.Code != want {
				t.Fatalf("%d: %s", w.Code, w.Body)
			}
			return w.Header().Get("Location"), w.Body.String()
		}
		begin := func(path string) (int, string) {
			w := h.ask(asks, http.MethodPost, path+"/begin", url.Values{})
			return w.Code, w.Body.String()
		}
		underWay, _ := ask(http.StatusSeeOther)
		later, _ := ask(http.StatusSeeOther)
		if code, body := begin(underWay); code != http.StatusSeeOther {
			t.Fatalf("%d: %s", code, body)
		}
		limit(100_00)
		for _, body := range []string{second(ask(http.StatusUnprocessableEntity)), second(begin(later))} {
			if !strings.Contains(body, "Больше 100 за раз – только с подтверждением второго сотрудника") {
				t.Errorf("it is not said that a second person is needed: %s", body)
			}
		}
		h.check(h.bulk.Work(t.Context()))
		body := h.ask(asks, http.MethodGet, underWay, nil).Body.String()
		if !strings.Contains(body, "Нужно подтверждение второго сотрудника") || strings.Contains(body, "value&gt;") || strings.Contains(body, "в консоли") {
			t.Errorf("why she is left out: %s", body)
		}
	})
}

func second[A any](_ A, b string) string { return b }
