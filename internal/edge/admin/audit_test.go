package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// TestTrailSpeaksWords: what was changed is told in the reader's words: rights,
// money, points, moments and the names of what ids stand for.
func TestTrailSpeaksWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("reader", []staff.Permission{staff.AuditSee, staff.KeysEdit})
		h.ask(who, http.MethodPost, admin.Base+"/keys/new", url.Values{"name": {"Сайт"}, "scopes": {"reference.read"}})
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, e := range []audit.Entry{
				{Action: "member.points-put", Target: audit.Target{Kind: "member", ID: "77"}, After: map[string]any{"points": 12_345}},
				{Action: "purchase.refunded", Target: audit.Target{Kind: "purchase", ID: "8"}, After: map[string]any{"money": 99_050}},
				{Action: "consent_text.saved", Target: audit.Target{Kind: "consent_text", ID: "9"}, After: map[string]any{"kind": "personal_data", "title": "Обработка"}},
				{Action: "intake.ended", Target: audit.Target{Kind: "intake", ID: "10"}, After: map[string]any{"size": 2048}},
				{Action: "cashier.pin-set", Target: audit.On("outlet", h.Outlet.ID), After: map[string]any{"outlet_ids": []string{h.Outlet.ID.String()}}},
				{Action: "product_type.saved", Target: audit.Target{Kind: "product_type", ID: "11"}, After: map[string]any{"code": "bar", "name_ru": "Бар и кухня", "name_en": "Bar"}},
			} {
				if err := audit.Note(t.Context(), tx, h.Clock.Now(), e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(strings.Fields(tags.ReplaceAllString(h.ask(who, http.MethodGet, admin.Base+"/audit", nil).Body.String(), " ")), " ")
		said = strings.ReplaceAll(said, "\u00a0", " ")
		for _, words := range []string{"Читать справочники", "123,45 бонуса", "990,50 ₽", "Обработка персональных данных", "Размер, байт", "2 048", h.Outlet.Name, "Тип товара «Бар и кухня»"} {
			if !strings.Contains(said, words) {
				t.Errorf("the trail does not say %q", words)
			}
		}
		for _, raw := range []string{"reference.read", "personal_data", "12 345", h.Outlet.ID.String()} {
			if strings.Contains(said, raw) {
				t.Errorf("the trail says %q", raw)
			}
		}
	})
}
