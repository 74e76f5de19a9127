package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestListGoesByBusinessDays: the list of receipts, its file and the figures above it
// are of the same days, each outlet's by its own cut-over: what was sold at night is
// of the day before, which is today until that ends.
func TestListGoesByBusinessDays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		may := []staff.Permission{staff.PurchasesSee}
		h.hire("all", may)
		h.hire("one", may, h.Outlet.ID)
		places := partner.New(d, h.IDs)
		bar, _ := h.Directory.Outlet(h.other)
		bar.Cutover = 0
		_, err := places.SaveOutlet(t.Context(), bar)
		h.check(err)
		till, err := places.SaveTill(t.Context(), partner.Till{OutletID: h.other, Code: "1", Name: "Барная"})
		h.check(err)
		_, err = h.Directory.Refresh(t.Context(), d)
		h.check(err)
		moscow, err := time.LoadLocation("Europe/Moscow")
		h.check(err)
		h.Clock.Set(clock.Of(time.Date(2026, 3, 3, 1, 30, 0, 0, moscow)))
		h.sell() // of the second
		c := h.Cart(purchase.Buyer{}, purchasetest.Line("T1", 1, 70_00))
		c.Till = till.ID
		_, err = h.Desk.Commit(t.Context(), c) // of the third
		h.check(err)
		h.Clock.Set(clock.Of(time.Date(2026, 3, 3, 4, 0, 0, 0, moscow)))
		h.sell() // of the third
		h.Clock.Set(clock.Of(time.Date(2026, 3, 3, 1, 40, 0, 0, moscow)))
		h.drain(d)
		all, one := h.signIn("all@example.org"), h.signIn("one@example.org")
		for _, x := range []struct {
			who, path string
			want      int
		}{
			{all, "?from=2026-03-02&to=2026-03-02", 1},
			{all, "?from=2026-03-03&to=2026-03-03", 2},
			{all, "?from=2026-03-02&to=2026-03-03", 3},
			{all, "?from=2026-03-03&to=2026-03-03&outlet=" + h.other.String(), 1},
			{one, "?from=2026-03-03&to=2026-03-03", 1},
			{one, "?span=today", 1},                                 // it is the second there yet
			{all, "?span=today&outlet=" + h.Outlet.ID.String(), 1},  //
			{all, "?span=today&outlet=" + h.other.String(), 1},      // and the third
			{all, "?from=2026-03-02&to=2026-03-02&owner=nobody", 1}, //
		} {
			w := h.ask(x.who, http.MethodGet, admin.Base+"/purchases"+x.path, nil)
			body := w.Body.String()
			rows := strings.Count(body, `<td class="c-who">`)
			_, tile, _ := strings.Cut(body, "Продано чеков")
			tile, _, _ = strings.Cut(tile, "с участником")
			if w.Code != http.StatusOK || rows != x.want || !strings.Contains(tile, ">"+string(rune('0'+x.want))+"<") {
				t.Errorf("%s: %d, %d rows, want %d; above them %q", x.path, w.Code, rows, x.want, tile)
			}
			if got := len(h.fileOf(x.who, "/purchases/file"+x.path)); got != x.want {
				t.Errorf("%s: %d in the file, want %d", x.path, got, x.want)
			}
		}
		if r := h.fileOf(all, "/purchases/file?from=2026-03-02&to=2026-03-02")[0]; r["Операционный день"] != "2026-03-02" || r["Дата и время"] != "2026-03-03 01:30" {
			t.Errorf("told as %q", r)
		}
	})
}
