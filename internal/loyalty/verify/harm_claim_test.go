package verify_test

import (
	"fmt"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// claimed is a shop in which a receipt of nobody's, of which a part had come
// back, was given to a member of a household, and came back in another part.
func claimed(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Days: 20, Sum: 100_00}}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	_, all := s.Family(t, 2)
	s.rich, s.buyer = all[0], all[1]
	s.sell(s.Cart(s.rich, line("B1", 1, 400_00)))
	c := s.Cart(purchase.Buyer{}, line("T1", 5, 100_00), line("B2", 1, 200_00))
	c.Fiscal = &purchase.Fiscal{Drive: "8716000100025114", Number: 114318, Sign: 3578721879, Time: "20260302T1200", Sum: 700_00}
	s.sell(c)
	s.part = s.refund(&purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Quantity: money.Piece}}})
	s.Clock.Add(time.Hour)
	got, err := s.Desk.Claim(t.Context(), &purchase.ClaimRequest{Buyer: s.buyer, Fiscal: c.Fiscal})
	if err != nil {
		t.Fatal(err)
	}
	s.bought = &got.Purchase.Purchase
	s.whole = s.refund(&purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Quantity: money.Piece}}})
	return s
}

// TestClaimsAreProved harms claims and the receipts they are of by hand.
func TestClaimsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := claimed(t, d)
		if n := s.one(`select count(*) from posting where op_id = (select claim_id from purchase where claim_id is not null)`); n != 3 {
			t.Fatalf("the claim stands in %d places", n)
		}
		prove(t, s, claimHarms())
	})
}

// editClaim changes a claim's document, and not its digest.
func editClaim(change func(c *purchase.Claim)) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		var doc string
		if err := s.DB.Row(s.t.Context(), `select claim from purchase where claim is not null`).Scan(&doc); err != nil {
			s.t.Fatal(err)
		}
		c := purchase.Claim{}
		edit(s.t, doc, &c, func() { change(&c) }, func(doc string) { s.exec(`update purchase set claim = $1 where claim is not null`, doc) })
		return "purchase", purchaseKey(s.bought)
	}
}

// unchained takes the claim out of a home's journal.
func unchained(home string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec(`update posting set op_id = 0 where home_id in (select ` + home + ` from purchase where claim is not null)
 and op_id in (select claim_id from purchase where claim is not null)`)
		return "purchase", purchaseKey(s.bought)
	}
}

func claimHarms() []harm {
	at := func(h harm, b func(s *shop) purchase.Buyer) harm {
		return h.named("purchase", func(s *shop) string { return fmt.Sprintf("home_id=%s purchase_id=%s", b(s).Home, s.bought.ID) })
	}
	buyers := func(s *shop) purchase.Buyer { return s.buyer }
	fiscal := func(s *shop) string { return "drive=8716000100025114 number=114318 sign=3578721879" }
	return []harm{
		{"a claim that can't be read", func(s *shop) (string, string) {
			s.exec(`update purchase set claim = '{' where claim is not null`)
			return "purchase", purchaseKey(s.bought)
		}, []verify.Invariant{
			verify.ClaimDoc, verify.OpDigest, verify.PurchaseColumns, verify.RefundColumns, verify.RefundSums,
			verify.AccountPurchases, verify.AccountTurnover, verify.AccountSums, verify.FigureDay, verify.FigureCampaign,
		}},
		{"it gives the receipt to another", editClaim(func(c *purchase.Claim) { c.Member = 7 }), []verify.Invariant{verify.ClaimDoc, verify.OpDigest}},
		{"the row gives it to another", func(s *shop) (string, string) {
			s.exec(`update purchase set claimed_by = $1 where claim is not null`, s.rich.Home)
			return "purchase", purchaseKey(s.bought)
		}, []verify.Invariant{verify.ClaimDoc, verify.PostingOp}},
		{"it says that less had come back", editClaim(func(c *purchase.Claim) { c.Lines[0].Back[0]--; c.Earned++ }), []verify.Invariant{
			verify.ClaimSums, verify.OpDigest, verify.PurchaseLots, verify.OpPostings, verify.FigureDay, verify.PurchaseActs,
		}},
		{"it says that no refund was before it", editClaim(func(c *purchase.Claim) { c.Before = nil }), []verify.Invariant{
			verify.ClaimSums, verify.OpDigest, verify.RefundColumns, verify.RefundSums, verify.RefundActs,
		}},
		{"it is by a phone that the receipt does not name", editClaim(func(c *purchase.Claim) { c.Joined = c.At }), []verify.Invariant{verify.ClaimDoc, verify.OpDigest}},
		{"it counts more money", editClaim(func(c *purchase.Claim) { c.Refunded-- }), []verify.Invariant{
			verify.ClaimSums, verify.OpDigest, verify.AccountTurnover,
		}},
		{"another cashier sold it", editClaim(func(c *purchase.Claim) { c.SoldBy++ }), []verify.Invariant{verify.ClaimDoc, verify.OpDigest, verify.FigureCashier}},
		{"more money was left", editClaim(func(c *purchase.Claim) { c.Money++ }), []verify.Invariant{verify.ClaimSums, verify.OpDigest, verify.FigureCampaign}},
		{"a campaign's points", editClaim(func(c *purchase.Claim) { c.Acts[0].Earned++ }), []verify.Invariant{verify.PurchaseActs, verify.OpDigest, verify.FigureCampaign}},
		{"a campaign had acted before", editClaim(func(c *purchase.Claim) { c.Acts[0].Again = !c.Acts[0].Again }), []verify.Invariant{
			verify.PurchaseActs, verify.OpDigest, verify.FigureCampaign,
		}},
		harm{"it awarded a code that nobody has", editClaim(func(c *purchase.Claim) { c.Awards = []purchase.Award{{Code: "none"}} }), []verify.Invariant{
			verify.CodeAwarded, verify.OpDigest,
		}}.named("promo_code", func(*shop) string { return "code=none" }),
		{"the receipt's journal does not have it", unchained("home_id"), []verify.Invariant{verify.OpChained, verify.PostingHash}},
		at(harm{"the account's journal does not have it", unchained("account_home"), []verify.Invariant{verify.OpChained, verify.PostingHash, verify.LotMade}},
			func(s *shop) purchase.Buyer { return s.rich }),
		at(harm{"the member's journal does not have it", unchained("claimed_by"), []verify.Invariant{verify.OpChained, verify.PostingHash}}, buyers),
		at(harm{"the account is in no home", editClaim(func(c *purchase.Claim) { c.Account = nobody }), []verify.Invariant{
			verify.SharedAccount, verify.ClaimDoc, verify.OpDigest, verify.PurchaseColumns, verify.RefundColumns,
			verify.AccountPurchases, verify.AccountSums, verify.AccountTurnover,
		}}, func(s *shop) purchase.Buyer { return s.rich }),
		harm{"its fiscal receipt is not there", func(s *shop) (string, string) {
			s.exec(`delete from fiscal_receipt`)
			return "", ""
		}, []verify.Invariant{verify.FiscalReceipt}}.named("fiscal_receipt", fiscal),
		harm{"its fiscal receipt is another's", func(s *shop) (string, string) {
			s.exec(`update fiscal_receipt set purchase_id = (select min(purchase_id) from purchase)`)
			return "", ""
		}, []verify.Invariant{verify.FiscalReceipt}}.named("fiscal_receipt", fiscal),
	}
}
