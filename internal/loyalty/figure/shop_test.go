package figure_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

var line = purchasetest.Line

// TestFiguresOfAShop folds what a shop does, also what happens on the way:
// accounts opened by a first purchase, lots that expire before a later one.
func TestFiguresOfAShop(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Welcome.Points, p.Welcome.Days = 5000, 10
		s := purchasetest.Open(t, d, p)
		ctx := t.Context()
		sell := func(c *purchase.Cart) *purchase.Purchase {
			t.Helper()
			a, err := s.Desk.Commit(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			return a.Purchase
		}
		b := s.Member(t)
		c := s.Cart(b, line("T1", 2, 50000)) // opens the account, earns 100.00
		sell(c)
		sell(s.Cart(purchase.Buyer{}, line("T1", 1, 20000)))
		if _, err := s.Desk.Refund(ctx, &purchase.RefundRequest{
			Till: s.Till, Key: "r1", Purchase: purchase.PurchaseRef{Till: c.Till, Key: c.Key}, Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}},
		}); err != nil {
			t.Fatal(err)
		}
		s.Clock.Add(24 * time.Hour)
		s.Give(t, b, 700)
		// Of a line that was sold once before, and of one that never was.
		if _, err := s.Desk.RefundUnlinked(ctx, &purchase.UnlinkedRequest{Till: s.Till, Key: "r2", Buyer: b, Lines: []purchase.UnlinkedLine{
			{SKU: "T1", Quantity: money.Piece, Price: 50000}, {SKU: "S1", Quantity: money.Piece, Price: 100},
		}}); err != nil {
			t.Fatal(err)
		}
		s.Clock.Add(20 * 24 * time.Hour)
		sell(s.Cart(b, line("T2", 1, 10000))) // writes the gift's expiry first

		f := figure.NewDispatcher(figure.Options{DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
		if n, err := f.Drain(ctx); n != 9 || err != nil { // 3 sales, 3 refunds (one of them a part), opened, adjusted, expired
			t.Errorf("%d events: %v", n, err)
		}
		outlet, programme := s.Outlet.ID, s.Programme.ID
		want := map[figure.Key]figure.Sums{
			{Day: "2026-03-02", Outlet: outlet, Programme: programme}: {
				figure.Receipts: 2, figure.MemberReceipts: 1, figure.Gross: 120000, figure.Money: 120000, figure.Earned: 10000,
				figure.Refunds: 1, figure.RefundGross: 50000, figure.RefundMoney: 50000, figure.RefundEarned: 5000,
			},
			{Day: "2026-03-02", Programme: programme}: {figure.Opened: 1, figure.Gifts: 5000},
			{Day: "2026-03-03", Programme: programme}: {figure.Adjusted: 700},
			{Day: "2026-03-03", Outlet: outlet, Programme: programme}: {
				figure.Refunds: 1, figure.RefundsWhole: 1, figure.RefundGross: 50100, figure.RefundMoney: 50100, figure.RefundEarned: 5000,
			},
			{Day: "2026-03-12", Programme: programme}: {figure.Expired: 5000},
			{Day: "2026-03-23", Outlet: outlet, Programme: programme}: {
				figure.Receipts: 1, figure.MemberReceipts: 1, figure.Gross: 10000, figure.Money: 10000, figure.Earned: 1000,
			},
		}
		got := stored(t, d)
		if diff := cmp.Diff(want, got.Days); diff != "" {
			t.Error(diff)
		}
		// The documents count for the same.
		docs := figure.NewTable()
		for q, add := range map[string]func([]byte) error{`select doc from purchase`: docs.AddPurchase, `select doc from refund`: docs.AddRefund} {
			if err := d.Each(ctx, func(r db.Row) error {
				var doc []byte
				if err := r.Scan(&doc); err != nil {
					return err
				}
				return add(doc)
			}, q); err != nil {
				t.Fatal(err)
			}
		}
		for k := range want {
			if k.Outlet == 0 {
				delete(want, k)
			}
		}
		if diff := cmp.Diff(want, plain(docs).Days); diff != "" {
			t.Error(diff)
		}
	})
}
