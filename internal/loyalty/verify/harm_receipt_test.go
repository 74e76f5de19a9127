package verify_test

import (
	"fmt"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/money"
)

// ofPurchase changes a purchase's row.
func ofPurchase(which func(s *shop) *purchase.Purchase, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		p := which(s)
		s.exec("update purchase set "+change+" where purchase_id = $1", p.ID)
		return "purchase", purchaseKey(p)
	}
}

// doc changes the document of the purchase with everything in it; that its
// digest shows the change is always told too.
func doc(name string, change func(p *purchase.Purchase), breaks ...verify.Invariant) harm {
	return harm{name, editPurchase(bought, change), append(breaks, verify.OpDigest)}
}

func receiptHarms() []harm {
	sums := verify.PurchaseSums
	day := verify.FigureDay
	return []harm{
		{"the document is no JSON", func(s *shop) (string, string) {
			i := s.one(`select purchase_id from purchase where home_id < 0`)
			s.exec(`update purchase set doc = '{' where purchase_id = $1`, i)
			return "purchase", fmt.Sprintf("home_id=%d purchase_id=%d", s.one(`select home_id from purchase where purchase_id = $1`, i), i)
		}, []verify.Invariant{verify.PurchaseDoc, verify.OpDigest, verify.KeyOp, verify.LimitUsed, day, verify.FigureCampaign}},
		{"the row's account", ofPurchase(bought, "account_id = 5"), []verify.Invariant{verify.PurchaseColumns}},
		{"the row's programme", ofPurchase(bought, "programme_id = 5"), []verify.Invariant{verify.PurchaseColumns}},
		{"the row's outlet", ofPurchase(bought, "outlet_id = 5"), []verify.Invariant{verify.PurchaseColumns}},
		{"the row's time", ofPurchase(bought, "at = at + 1"), []verify.Invariant{verify.PurchaseColumns}},
		{"the row's day", ofPurchase(bought, "day = '2026-03-03'"), []verify.Invariant{verify.PurchaseColumns}},
		{"the row's guest", ofPurchase(bought, "guest = 'ab'"), []verify.Invariant{verify.PurchaseColumns}},

		doc("a part below zero", func(p *purchase.Purchase) { p.Lines[0].Points -= 1e6; p.Lines[1].Points += 1e6 }, verify.PurchaseLines),
		doc("gross", func(p *purchase.Purchase) { p.Gross++ }, sums, day),
		doc("discount", func(p *purchase.Purchase) { p.Discount++ }, sums, day),
		doc("paid by points", func(p *purchase.Purchase) { p.Paid++ }, sums, day),
		doc("due", func(p *purchase.Purchase) { p.Due++ }, sums, day, verify.FigureCampaign, verify.AccountTurnover),
		doc("spent", func(p *purchase.Purchase) { p.Spent++ }, sums, day, verify.PurchaseParts, verify.OpPostings),
		doc("earned", func(p *purchase.Purchase) { p.Earned++ }, sums, day, verify.PurchaseLots, verify.OpPostings),
		doc("a payment", func(p *purchase.Purchase) { p.Payments[0].Amount++ }, sums),
		doc("payments against each other", func(p *purchase.Purchase) { p.Payments[0].Amount++; p.Payments[1].Amount-- }, sums),
		doc("a line's price", func(p *purchase.Purchase) { p.Lines[0].Gross++; p.Gross++ }, sums, day),
		doc("a line's discount", func(p *purchase.Purchase) { p.Lines[0].Discounts[0].Amount++; p.Discount++ }, sums, day, verify.PurchaseActs),
		doc("a line's points", func(p *purchase.Purchase) { p.Lines[0].Points++ }, sums),
		doc("a line's part of the price", func(p *purchase.Purchase) { p.Lines[0].Paid++; p.Lines[1].Paid-- }, sums),
		doc("a line's earnings", func(p *purchase.Purchase) { p.Lines[0].Earned[0].Amount++ }, sums, verify.PurchaseActs),
		doc("a line's payment", func(p *purchase.Purchase) { p.Lines[0].Pays[0]++; p.Lines[0].Pays[1]-- }, sums),
		doc("a payment of no line", func(p *purchase.Purchase) { p.Payments = append(p.Payments, purchase.Payment{Kind: "x", Amount: 0}) }, sums),
		doc("a part", func(p *purchase.Purchase) { p.Parts[0].Points++ }, verify.PurchaseParts),
		doc("a part of no lot", func(p *purchase.Purchase) { p.Parts[0].Lot = nobody }, verify.PurchaseParts),
		doc("no lot", func(p *purchase.Purchase) { p.Lots = nil }, verify.PurchaseLots),
		doc("a campaign's discount", func(p *purchase.Purchase) { p.Acts[0].Discount++; p.Acts[1].Discount-- }, verify.PurchaseActs, verify.FigureCampaign),
		doc("a campaign's points", func(p *purchase.Purchase) { p.Acts[0].Earned++ }, verify.PurchaseActs, verify.FigureCampaign),
		doc("a campaign's use", func(p *purchase.Purchase) { p.Acts[0].Uses++ }, verify.PurchaseActs, verify.FigureCampaign),
		doc("no campaigns", func(p *purchase.Purchase) { p.Acts = nil }, verify.PurchaseActs, verify.FigureCampaign),
		doc("a campaign twice", func(p *purchase.Purchase) { p.Acts = append(p.Acts, p.Acts[0]) }, verify.PurchaseActs, verify.FigureCampaign),
		doc("another cashier", func(p *purchase.Purchase) { p.Cashier++ }, verify.FigureCashier).
			named("figure_cashier", func(s *shop) string {
				return fmt.Sprintf("day=2026-03-02 outlet_id=%s programme_id=%s cashier_id=%s", s.Outlet.ID, s.Programme.ID, someCashier)
			}),
		doc("no such version", func(p *purchase.Purchase) { p.Version = 99 }, verify.PurchaseProgramme),
		doc("a use more", func(p *purchase.Purchase) {
			p.Uses = append(p.Uses, purchase.Use{Campaign: "few", Rows: []purchase.UseRow{{Key: p.Programme.String() + ":few:all"}}})
		}, verify.LimitUsed, verify.PurchaseActs).named("limit_use", func(s *shop) string { return fmt.Sprintf("limit_key=%s:few:all slot=0", s.Programme.ID) }),

		{"done, though something came back", ofPurchase(partly, "state = 'done'"), []verify.Invariant{verify.PurchaseState}},
		{"part, though nothing came back", ofPurchase(bought, "state = 'part'"), []verify.Invariant{verify.PurchaseState}},
		{"refunded, though something is left", ofPurchase(partly, "state = 'refunded'"), []verify.Invariant{verify.PurchaseState, verify.AccountPurchases}},
		{"part, though nothing is left", ofPurchase(returned, "state = 'part'"), []verify.Invariant{verify.PurchaseState, verify.AccountPurchases}},
		{"money given back", ofPurchase(partly, "refunded = refunded + 1"), []verify.Invariant{verify.PurchaseRefunded}},
		{"tickets that are not there", ofPurchase(partly, "tickets = tickets + 1"), []verify.Invariant{verify.PurchaseTickets}},
		{"no key", func(s *shop) (string, string) {
			s.exec(`delete from receipt_key where op_id = $1`, s.bought.ID)
			return "purchase", purchaseKey(s.bought)
		}, []verify.Invariant{verify.PurchaseKey}},
		{"a key of another", func(s *shop) (string, string) {
			s.exec(`update receipt_key set home_id = $2, op_id = $3 where op_id = $1`, s.bought.ID, s.partly.Home, s.partly.ID)
			return "purchase", purchaseKey(s.bought)
		}, []verify.Invariant{verify.PurchaseKey, verify.KeyOp}},
		{"a key of nothing", func(s *shop) (string, string) {
			s.exec(`insert into receipt_key (till_id, key, home_id, op_id, hash) values (7, 'ключ', 8, 9, $1)`, sum("x"))
			return "receipt_key", "till_id=7 key=ключ"
		}, []verify.Invariant{verify.KeyOp}},
		{"a second key", func(s *shop) (string, string) {
			s.exec(`insert into receipt_key (till_id, key, home_id, op_id, hash) values (7, 'k', $1, $2, $3)`, s.bought.Home, s.bought.ID, sum("x"))
			return "receipt_key", "till_id=7 key=k"
		}, []verify.Invariant{verify.KeyOp}},
	}
}

// named is the harm with another row to be told.
func (h harm) named(table string, key func(s *shop) string) harm {
	do := h.do
	h.do = func(s *shop) (string, string) {
		do(s)
		return table, key(s)
	}
	return h
}

// back changes the document of a refund.
func back(name string, which func(s *shop) *purchase.Refund, change func(f *purchase.Refund), breaks ...verify.Invariant) harm {
	return harm{name, editRefund(which, change), append(breaks, verify.OpDigest)}
}

func ofRefund(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec("update refund set "+change+" where refund_id = $1", s.part.ID)
		return "refund", refundKey(s.part)
	}
}

func refundHarms() []harm {
	sums := verify.RefundSums
	day := verify.FigureDay
	return []harm{
		{"the document is no JSON", func(s *shop) (string, string) {
			i := s.one(`select refund_id from refund where home_id < 0`)
			s.exec(`update refund set doc = '[]' where refund_id = $1`, i)
			return "refund", fmt.Sprintf("home_id=%d refund_id=%d", s.one(`select home_id from refund where refund_id = $1`, i), i)
		}, []verify.Invariant{verify.RefundDoc, verify.OpDigest, verify.KeyOp, day}},
		{"the row's outlet", ofRefund("outlet_id = 5"), []verify.Invariant{verify.RefundColumns}},
		{"the row's time", ofRefund("at = at + 1"), []verify.Invariant{verify.RefundColumns}},
		{"the row's day", ofRefund("day = '2026-03-03'"), []verify.Invariant{verify.RefundColumns}},
		{"no such purchase", ofRefund("purchase_id = 12345"), []verify.Invariant{
			verify.RefundPurchase, verify.RefundColumns, verify.PurchaseRefunded,
		}},
		back("of another account", part, func(f *purchase.Refund) { f.Account = nobody }, verify.RefundColumns, verify.AccountTurnover),

		back("a campaign's discount", part, func(f *purchase.Refund) { f.Acts[0].Discount++ }, verify.RefundActs, verify.FigureCampaign),
		back("a campaign's points", part, func(f *purchase.Refund) { f.Acts[1].Earned++ }, verify.RefundActs, verify.FigureCampaign),
		back("no campaigns", part, func(f *purchase.Refund) { f.Acts = nil }, verify.RefundActs, verify.FigureCampaign),
		back("a campaign that had not acted", part, func(f *purchase.Refund) { f.Acts = append(f.Acts, purchase.Act{Campaign: "gift"}) }, verify.RefundActs, verify.FigureCampaign),
		back("gross", part, func(f *purchase.Refund) { f.Gross++ }, sums, day),
		back("discount", part, func(f *purchase.Refund) { f.Discount++ }, sums, day),
		back("paid by points", part, func(f *purchase.Refund) { f.Paid++ }, sums, day),
		back("spent", part, func(f *purchase.Refund) { f.Spent++ }, sums),
		back("given", part, func(f *purchase.Refund) { f.Given++ }, sums, day, verify.OpPostings),
		back("earned", part, func(f *purchase.Refund) { f.Earned++ }, sums, day, verify.OpPostings),
		back("short", part, func(f *purchase.Refund) { f.Short = -1 }, sums),
		back("money", part, func(f *purchase.Refund) { f.Money++; f.Payments[0].Amount++ }, sums, day, verify.FigureCampaign, verify.PurchaseRefunded, verify.AccountTurnover),
		back("kept", part, func(f *purchase.Refund) { f.Kept++ }, sums, day),
		back("a part below zero", part, func(f *purchase.Refund) { f.Lines[0].Points--; f.Lines[1].Points++ }, sums, verify.RefundAbove),
		back("no such line", part, func(f *purchase.Refund) { f.Lines[0].Line = 7 }, sums),
		back("above an amount", part, func(f *purchase.Refund) { f.Lines[0].Gross += 1e7; f.Gross += 1e7 }, verify.RefundAbove, day),
		back("above a quantity", part, func(f *purchase.Refund) { f.Lines[1].Quantity += 2 * money.Piece }, verify.RefundAbove),
		back("a whole one of less", whole, func(f *purchase.Refund) { f.Lines[0].Gross--; f.Gross-- }, verify.RefundExact, day),
		back("a whole one of less quantity", whole, func(f *purchase.Refund) { f.Lines[0].Quantity-- }, verify.RefundExact),
		back("not whole, though nothing is left", whole, func(f *purchase.Refund) { f.Whole = false }, verify.RefundExact, verify.PurchaseState, day),
		back("another kind of payment", part, func(f *purchase.Refund) { f.Payments[0].Kind = "gold" }, verify.RefundPayments),
		back("less by kinds than in all", part, func(f *purchase.Refund) { f.Payments[0].Amount-- }, verify.RefundPayments),
		back("held back, though nothing stays", whole, func(f *purchase.Refund) { f.Held, f.Money, f.Payments[0].Amount = 5, f.Money-5, f.Payments[0].Amount-5 },
			verify.RefundTerms, day, verify.FigureCampaign, verify.PurchaseRefunded, verify.AccountTurnover),
		back("given besides above what was paid", part, func(f *purchase.Refund) {
			f.Held, f.Money, f.Payments[0].Amount = -1e7, f.Money+1e7, f.Payments[0].Amount+1e7
		},
			verify.RefundTerms, verify.RefundPayments, day, verify.FigureCampaign, verify.PurchaseRefunded, verify.AccountTurnover),
		back("more points taken than earned", part, func(f *purchase.Refund) { f.Taken = 1e6 }, verify.RefundTerms, verify.RefundActs, day, verify.OpPostings),
		back("points left, though nothing stays", whole, func(f *purchase.Refund) { f.Taken = -1 }, verify.RefundTerms, verify.RefundActs, day, verify.OpPostings),
		back("not held back, though there was money", part, func(f *purchase.Refund) { f.Unheld = 1 }, sums),
		back("a use that was not made", part, func(f *purchase.Refund) {
			f.Uses = append(f.Uses, purchase.UseRow{Key: f.Programme.String() + ":free:all"})
		}, verify.RefundUses, verify.LimitUsed),
		{"no key", func(s *shop) (string, string) {
			s.exec(`delete from receipt_key where op_id = $1`, s.part.ID)
			return "refund", refundKey(s.part)
		}, []verify.Invariant{verify.RefundKey}},
	}
}
