package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestOrganizationIsInTheTrail: who changed the organization, and what of it, is
// read in the trail.
func TestOrganizationIsInTheTrail(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		o, err := organization.Load(t.Context(), d)
		h.check(err)
		o.Name, o.Zone = "Кинотеатр", "Europe/Moscow"
		h.check(d.Write(t.Context(), func(tx *db.Tx) error { return organization.Save(t.Context(), tx, o) }))
		who := h.hire("sets", []staff.Permission{staff.SettingsEdit, staff.AuditSee})
		form := url.Values{"name": {"Кинотеатр «Заря»"}, "zone": {"Asia/Omsk"}, "lang": {"ru"}}
		if w := h.ask(who, http.MethodPost, admin.Base+"/organization", form); w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "organization."}, 0, 10)
		if err != nil || len(trail) != 1 || trail[0].Actor.Name != "sets" || !strings.Contains(trail[0].Before, "Europe/Moscow") || !strings.Contains(trail[0].After, "Заря") {
			t.Errorf("the trail: %+v, %v", trail, err)
		}
		body := h.ask(who, http.MethodGet, admin.Base+"/audit", nil).Body.String()
		if !strings.Contains(body, "Данные организации сохранены") || !strings.Contains(body, "Заря") {
			t.Error("the page of the trail does not tell it")
		}
	})
}
