package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestWhatAHouseholdLoses: each of a household reads on its page what is on the
// shared account, by the programme's name, and what of it ends when.
func TestWhatAHouseholdLoses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		_, family := h.Family(t, 2)
		sees := h.hire("sees", []staff.Permission{staff.MembersSee})
		path := admin.Base + "/members/" + family[1].Home.String() + "/household"
		_, err := h.Desk.Commit(t.Context(), h.Cart(family[1], purchasetest.Line("T1", 2, 500_00)))
		h.check(err)
		w := h.ask(sees, http.MethodGet, path, nil)
		body := strings.ReplaceAll(w.Body.String(), "\u00a0", " ")
		_, shared, _ := strings.Cut(body, "Основная")
		if w.Code != http.StatusOK || !strings.Contains(shared, "Когда сгорят") || !strings.Contains(shared, "<dt>01.06.2026</dt><dd>100 бонусов</dd>") {
			t.Errorf("%d: %s", w.Code, shared)
		}
		h.Clock.Add(100 * 24 * time.Hour)
		if w := h.ask(sees, http.MethodGet, path, nil); !strings.Contains(w.Body.String(), "Ничего не сгорает") && w.Code == http.StatusOK {
			t.Errorf("after all has ended: %s", w.Body)
		}
	})
}
