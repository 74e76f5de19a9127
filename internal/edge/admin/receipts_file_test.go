package admin_test

import (
	"encoding/csv"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// fileOf reads a file of the console, as either kind, by the titles of its columns.
func (h *house) fileOf(who, path string) (rows []map[string]string) {
	h.t.Helper()
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	w := h.ask(who, http.MethodGet, admin.Base+path+join+"as=csv", nil)
	if w.Code != http.StatusOK {
		h.t.Fatalf("%s: %d: %s", path, w.Code, w.Body)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	h.check(err)
	book, err := excelize.OpenReader(h.ask(who, http.MethodGet, admin.Base+path+join+"as=xlsx", nil).Body)
	h.check(err)
	sheet, err := book.GetRows(book.GetSheetName(0))
	h.check(err)
	if len(sheet) != len(lines) || !slices.Equal(sheet[0], lines[0]) {
		h.t.Errorf("%s: %d lines as a workbook, %d as a text", path, len(sheet), len(lines))
	}
	for _, l := range lines[1:] {
		row := map[string]string{}
		for i, c := range l {
			row[lines[0][i]] = c
		}
		rows = append(rows, row)
	}
	return rows
}

// total is what a column adds up to, in hundredths.
func (h *house) total(rows []map[string]string, column string) (sum money.Amount) {
	h.t.Helper()
	for _, r := range rows {
		n, err := money.ParseAmount(strings.TrimPrefix(r[column], "-"))
		if err != nil {
			h.t.Fatalf("%s: %q", column, r[column])
		}
		if strings.HasPrefix(r[column], "-") {
			n = -n
		}
		sum += n
	}
	return sum
}

// drain lets the feed follow what was done.
func (h *house) drain(d *db.DB) {
	h.t.Helper()
	follow := &feed.Feed{DB: d, Clock: h.Clock, Keep: 24 * time.Hour}
	fold := figure.NewDispatcher(figure.Options{DB: d, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Feed: follow.Collect, Every: time.Millisecond})
	for more := time.Duration(1); more > 0; {
		_, err := fold.Drain(h.t.Context())
		h.check(err)
		more, err = fold.Lag(h.t.Context())
		h.check(err)
	}
}

// TestFilesOfReceipts: receipts and operations leave as files, all that a list
// finds and not a page of it, with sums that add up; who the buyers are, with
// phone, card and its type, is told to whoever may take lists of members out; the
// trail has it.
func TestFilesOfReceipts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		kind, err := h.cards.SaveType(t.Context(), card.Type{Code: "plastic", Name: "Пластик", Kind: card.Plastic, Active: true})
		h.check(err)
		m := h.register("=Анна", "+79161234567")
		_, err = h.cards.Issue(t.Context(), m.Home, card.NewCard{Type: kind.ID, Number: "00077"}, member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"})
		h.check(err)
		var due, earned money.Amount
		for i := range 230 { // more than is read at once
			b := purchase.Buyer{}
			if i%3 == 0 {
				b.Home = m.Home
			}
			done, err := h.Desk.Commit(t.Context(), h.Cart(b, purchasetest.Line("T1", 1, money.Amount(100_01+i))))
			h.check(err)
			due, earned = due+done.Purchase.Due, earned+money.Amount(done.Purchase.Earned)
		}
		back, err := h.Desk.Commit(t.Context(), h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 1, 500_00)))
		h.check(err)
		_, err = h.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: h.Till, Key: "back", Purchase: purchase.PurchaseRef{Home: back.Purchase.Home, ID: back.Purchase.ID}})
		h.check(err)
		h.drain(d)
		all := []staff.Permission{staff.PurchasesSee, staff.MembersSee, staff.MembersExport, staff.MembersContacts}
		whole, sees := h.hire("whole", all), h.hire("sees", []staff.Permission{staff.PurchasesSee, staff.MembersSee, staff.MembersExport})
		elsewhere := h.hire("elsewhere", all, h.other)

		rows := h.fileOf(whole, "/purchases/file")
		if len(rows) != 231 || h.total(rows, "Оплачено деньгами") != due+500_00 || h.total(rows, "Начислено бонусов") != earned+money.Amount(back.Purchase.Earned) || h.total(rows, "Возвращено деньгами") != 500_00 {
			t.Errorf("%d receipts of %d for %d", len(rows), h.total(rows, "Оплачено деньгами"), due+500_00)
		}
		if r := rows[0]; r["Участник"] != "'=Анна" || r["Телефон"] != "+79161234567" || r["Номер карты"] != "00077" || r["Тип карты"] != "Пластик" || r["Состояние"] != "Возвращён" || r["Точка"] != "Касса" {
			t.Errorf("the newest is told as %q", r)
		}
		if got := len(h.fileOf(whole, "/purchases/file?owner=member")); got != 78 {
			t.Errorf("%d receipts of members", got)
		}
		if got := len(h.fileOf(whole, "/purchases/file?q="+url.QueryEscape(back.Purchase.Key))); got != 1 {
			t.Errorf("%d receipts of a key", got)
		}
		deeds := h.fileOf(whole, "/operations/file")
		points := h.total(deeds, "Бонусов пришло") - h.total(deeds, "Бонусов ушло")
		if h.total(deeds, "Деньги") != due || points != earned {
			t.Errorf("operations come to %d and %d points, want %d and %d", h.total(deeds, "Деньги"), points, due, earned)
		}
		refunds := h.fileOf(whole, "/operations/file?kind=purchase.refunded")
		if len(refunds) != 1 || refunds[0]["Деньги"] != "-500.00" || refunds[0]["Телефон"] != "+79161234567" {
			t.Errorf("refunds: %q", refunds)
		}
		for _, path := range []string{"/purchases/file", "/operations/file"} {
			r := h.fileOf(sees, path)[0]
			_, name := r["Участник"]
			_, phone := r["Телефон"]
			_, number := r["Номер карты"]
			if name || phone || number || r["Тип карты"] != "Пластик" {
				t.Errorf("%s tells who may not take members out: %q", path, r)
			}
			if got := len(h.fileOf(elsewhere, path)); got != 0 {
				t.Errorf("%s: %d lines elsewhere", path, got)
			}
		}
		for _, action := range []string{"purchases.exported", "operations.exported"} {
			trail, err := audit.Read(t.Context(), d, audit.Filter{Action: action}, 0, 50)
			h.check(err)
			if len(trail) == 0 {
				t.Errorf("%s is not in the trail", action)
			}
		}
		for path, want := range map[string]int{
			"/purchases/file?outlet=1": http.StatusNotFound, "/operations/file?outlet=" + strconv.FormatInt(int64(h.Outlet.ID), 10): http.StatusNotFound,
		} {
			if w := h.ask(elsewhere, http.MethodGet, admin.Base+path, nil); w.Code != want {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
	})
}
