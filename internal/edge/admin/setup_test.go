package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/partner"
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

// TestSetUpIsWholeOrNotAtAll: what fails at the end of a first set-up leaves
// nothing of it; one that an older program has left off in the middle goes on.
func TestSetUpIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		h.org = organization.Organization{Lang: "ru"}
		there := func(want string) {
			t.Helper()
			var n [4]int
			h.check(d.Row(t.Context(), `select (select count(*) from partner), (select count(*) from outlet), (select count(*) from till), (select count(*) from organization)`).Scan(&n[0], &n[1], &n[2], &n[3]))
			if got := fmt.Sprint(n); got != want {
				t.Fatalf("there are %s, wanted %s", got, want)
			}
		}
		forget := func(tables ...string) {
			t.Helper()
			for _, name := range tables {
				_, err := d.Exec(t.Context(), "delete from "+name)
				h.check(err)
			}
		}
		who := h.hire("sets", []staff.Permission{staff.SettingsEdit})
		form := url.Values{"name": {"Заря"}, "zone": {"Asia/Omsk"}, "lang": {"ru"}, "outlet": {"Заря на Ленина"}}
		forget("api_key", "till", "outlet", "partner", "organization")
		h.check(d.Write(t.Context(), func(tx *db.Tx) error {
			return organization.Save(t.Context(), tx, organization.Organization{Name: "Другая", Zone: "Asia/Omsk", Lang: "ru"})
		}))
		if w := h.ask(who, http.MethodPost, admin.Base+"/organization", form); w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("set up by another meanwhile: %d", w.Code)
		}
		there("[0 0 0 1]")
		forget("organization")
		sent := func() {
			t.Helper()
			if w := h.ask(who, http.MethodPost, admin.Base+"/organization", form); w.Code != http.StatusSeeOther {
				t.Fatalf("%d: %s", w.Code, w.Body)
			}
			there("[1 1 1 1]")
		}
		sent()
		var begins int // its day, as the settings say that days begin
		h.check(d.Row(t.Context(), `select day_cutover from outlet`).Scan(&begins))
		if begins != partner.DefaultCutover || !strings.Contains(h.ask(h.hire("places", []staff.Permission{staff.ReferenceSee, staff.OutletsEdit}), http.MethodGet, admin.Base+"/outlets/new", nil).Body.String(), `value="04:00"`) {
			t.Errorf("the day of the first outlet begins %d minutes after midnight, or that of another does not at 04:00", begins)
		}
		for _, left := range [][]string{{"till"}, {"till", "outlet"}, {"till", "outlet", "partner"}} {
			forget(append(left, "organization")...)
			sent()
		}
	})
}
