package admin_test

import (
	"html"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestAverageReceipt: a receipt that came back whole is counted neither as a receipt
// nor in the average, on the member's page, in the list and in the overview alike.
func TestAverageReceipt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("all", []staff.Permission{staff.MembersSee, staff.OverviewSee})
		m := h.register("Светлова", "+79161234567")
		for _, price := range []money.Amount{1000_00, 3000_00, 7000_00} {
			sold, err := h.Desk.Commit(t.Context(), h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 1, price)))
			h.check(err)
			if price != 7000_00 {
				continue
			}
			_, err = h.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: h.Till, Key: "back", Purchase: purchase.PurchaseRef{Home: sold.Purchase.Home, ID: sold.Purchase.ID}})
			h.check(err)
		}
		refresh := &segment.Refresher{DB: d, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)}
		_, err := figure.NewDispatcher(figure.Options{DB: d, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Touched: refresh.Collect}).Drain(t.Context())
		h.check(err)
		h.check(refresh.Drain(t.Context()))
		for path, wants := range map[string][]string{
			"/members/" + m.Home.String():        {"4 000,00 ₽", "2 чека", "2 000,00 ₽"},
			"/members?col=average&col=purchases": {">2<", "2 000,00 ₽"},
			"":                                   {"4 000,00 ₽", ">2<", "2 000,00 ₽"},
		} {
			body := strings.ReplaceAll(html.UnescapeString(h.ask(who, http.MethodGet, admin.Base+path, nil).Body.String()), "\u00a0", " ")
			for _, want := range wants {
				if !strings.Contains(body, want) {
					t.Errorf("%q lacks %q", path, want)
				}
			}
			if strings.Contains(body, "1 333,33") {
				t.Errorf("%q counts what came back", path)
			}
		}
	})
}
