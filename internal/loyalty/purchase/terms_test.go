package purchase_test

import (
	"fmt"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// told says what a refund did, in short.
func told(f *purchase.Refund) string {
	return fmt.Sprintf("money %d held %d unheld %d earned %d taken %d whole %v", f.Money, f.Held, f.Unheld, f.Earned, f.Taken, f.Whole)
}

// TestTermsOfRefunds: examples worked by hand. Each refund is of one piece of
// the line named.
func TestTermsOfRefunds(t *testing.T) {
	t.Parallel()
	threeForTwo := rule.Rule{ID: "three", Kind: rule.DiscountRule, Take: 3, Pay: 2}
	pair := rule.Rule{ID: "pair", Kind: rule.DiscountRule, Take: 2, Pay: 1}
	pairs := []purchase.CartLine{line("B1", 1, 300_00), line("B2", 1, 100_00), line("B3", 1, 100_00)}
	from := int64(1000_00)
	tenFrom1000 := rule.Rule{
		ID: "ten", Kind: rule.DiscountRule, Stage: rule.ReceiptStage, Rate: 10 * money.Percent, When: []rule.Condition{{Field: rule.FieldSum, From: &from}},
	}
	big := rule.Rule{ID: "big", Kind: rule.AccrualRule, Rate: 20 * money.Percent, When: []rule.Condition{{Field: rule.FieldSum, From: &from}}}
	three := []purchase.CartLine{line("B1", 3, 100_00)}
	two := []purchase.CartLine{line("B1", 1, 700_00), line("B2", 1, 500_00)}
	for _, c := range []struct {
		name     string
		terms    rule.OnRefund // the programme's
		campaign rule.OnRefund // the campaign's own
		rule     rule.Rule
		lines    []purchase.CartLine
		back     []int // lines, one piece each; -1: 100 ₽ by amount
		want     []string
	}{
		// 300 ₽ for 200.01, as no piece is for nothing: each has cost 66.67.
		{"3 for 2, kept", "", "", threeForTwo, three, []int{0, 0, 0}, []string{
			"money 6667 held 0 unheld 0 earned 200 taken 0 whole false",
			"money 6667 held 0 unheld 0 earned 200 taken 0 whole false",
			"money 6667 held 0 unheld 0 earned 200 taken 0 whole true",
		}},
		// Two pieces cost 200 by themselves, one 100.
		{"3 for 2, the difference", rule.TakeDifference, "", threeForTwo, three, []int{0, 0, 0}, []string{
			"money 1 held 6666 unheld 0 earned 200 taken 0 whole false",
			"money 10000 held -3333 unheld 0 earned 200 taken 0 whole false",
			"money 10000 held -3333 unheld 0 earned 200 taken 0 whole true",
		}},
		{"3 for 2, the campaign's own word", rule.KeepTerms, rule.TakeDifference, threeForTwo, three, []int{0}, []string{
			"money 1 held 6666 unheld 0 earned 200 taken 0 whole false",
		}},
		{"3 for 2, the campaign keeps", rule.TakeDifference, rule.KeepTerms, threeForTwo, three, []int{0}, []string{
			"money 6667 held 0 unheld 0 earned 200 taken 0 whole false",
		}},
		// 1200 − 10 % = 1080; 700 that stay cost 700 by themselves: 70 are held.
		{"10 % from 1000, the difference", rule.TakeDifference, "", tenFrom1000, two, []int{1, 0}, []string{
			"money 38000 held 7000 unheld 0 earned 1350 taken 0 whole false",
			"money 70000 held -7000 unheld 0 earned 1890 taken 0 whole true",
		}},
		{"10 % from 1000, the other way", rule.TakeDifference, "", tenFrom1000, two, []int{0, 1}, []string{
			"money 58000 held 5000 unheld 0 earned 1890 taken 0 whole false",
			"money 50000 held -5000 unheld 0 earned 1350 taken 0 whole true",
		}},
		// A film and a cake make the cake free. Whichever of two cakes comes
		// back, the film and the other cost 300.01 by themselves.
		{"the free one of a pair, the difference", rule.TakeDifference, "", pair, pairs, []int{1, 2, 0}, []string{
			"money 10000 held -9999 unheld 0 earned 0 taken 0 whole false",
			"money 1 held 9999 unheld 0 earned 300 taken 0 whole false",
			"money 30000 held 0 unheld 0 earned 900 taken 0 whole true",
		}},
		{"the other of a pair, the difference", rule.TakeDifference, "", pair, pairs, []int{2, 1, 0}, []string{
			"money 10000 held 0 unheld 0 earned 300 taken 0 whole false",
			"money 1 held 0 unheld 0 earned 0 taken 0 whole false",
			"money 30000 held 0 unheld 0 earned 900 taken 0 whole true",
		}},
		{"the free one of a pair, kept", rule.KeepTerms, "", pair, pairs, []int{1}, []string{
			"money 1 held 0 unheld 0 earned 0 taken 0 whole false",
		}},
		// Points of 20 % are earned from 1000 only, beside 3 % of all.
		{"points from 1000, kept", rule.TakeDifference, "", big, two, []int{1, 0}, []string{
			"money 50000 held 0 unheld 0 earned 11500 taken 0 whole false",
			"money 70000 held 0 unheld 0 earned 16100 taken 0 whole true",
		}},
		{"points from 1000, judged anew", rule.RecomputeTerms, "", big, two, []int{1, 0}, []string{
			"money 50000 held 0 unheld 0 earned 11500 taken 14000 whole false",
			"money 70000 held 0 unheld 0 earned 16100 taken -14000 whole true",
		}},
		{"points from 1000, judged anew, of a part", rule.RecomputeTerms, "", big, two, []int{0}, []string{
			"money 70000 held 0 unheld 0 earned 16100 taken 10000 whole false",
		}},
		// 100 ₽ off for a flaw take no piece away, and hold nothing back.
		{"3 for 2, by amount", rule.TakeDifference, "", threeForTwo, three, []int{-1}, []string{
			"money 10000 held 0 unheld 0 earned 299 taken 0 whole false",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				p := purchasetest.Programme()
				if c.terms != "" {
					p.Settings.RefundTerms = c.terms
				}
				p.Campaigns = []rule.Campaign{{ID: "c", Refund: c.campaign, Rules: []rule.Rule{c.rule}}}
				s := purchasetest.Open(t, d, p)
				b := s.Member(t)
				sold := commit(t, s, s.Cart(b, c.lines...))
				// Rules that change meanwhile change nothing of what was sold.
				next := *s.Programmes.Current().Get(s.Programme.ID)
				next.Settings.RefundTerms, next.Campaigns = rule.KeepTerms, nil
				if _, err := s.Programmes.Put(t.Context(), next, "test"); err != nil {
					t.Fatal(err)
				}
				for i, l := range c.back {
					r := &purchase.RefundRequest{Purchase: ref(sold), Lines: []purchase.RefundPart{pieces(int64(l), 1)}}
					if l < 0 {
						r.Lines, r.Amount = nil, 100_00
					}
					f := refund(t, s, r)
					if got := told(f); got != c.want[i] {
						t.Errorf("refund %d:\n%s, want\n%s", i+1, got, c.want[i])
					}
					if f.Whole {
						if got := s.Balance(t, b); got != (purchase.Balance{}) {
							t.Errorf("after all: %+v", got)
						}
					}
				}
				proved(t, d)
			})
		})
	}
}

// TestTermsWithTooLittleMoney: what the money of a refund is too little for is
// told and held back from the next.
func TestTermsWithTooLittleMoney(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Settings.RefundTerms = rule.TakeDifference
		from := int64(1000_00)
		p.Rules = []rule.Rule{{
			ID: "half", Kind: rule.DiscountRule, Stage: rule.ReceiptStage, Rate: 50 * money.Percent, When: []rule.Condition{{Field: rule.FieldSum, From: &from}},
		}}
		s := purchasetest.Open(t, d, p)
		c := s.Cart(s.Member(t), line("B1", 1, 800_00), line("B2", 1, 150_00), line("B3", 1, 50_00))
		sold := commit(t, s, c) // 1000 for 500
		for i, want := range []string{
			// 950 stay and have cost 475: the 25 of what came back are too little.
			"money 0 held 2500 unheld 45000 earned 75 taken 0 whole false",
			// 800 stay and have cost 400.
			"money 0 held 7500 unheld 30000 earned 225 taken 0 whole false",
			"money 50000 held -10000 unheld 0 earned 1200 taken 0 whole true",
		} {
			if got := told(refund(t, s, &purchase.RefundRequest{Purchase: ref(sold), Lines: []purchase.RefundPart{pieces(int64(2-i), 1)}})); got != want {
				t.Errorf("refund %d: %s, want %s", i+1, got, want)
			}
		}
		proved(t, d)
	})
}

// TestTermsOfUnlinkedRefunds: a refund that is matched to its purchase follows
// the terms of that.
func TestTermsOfUnlinkedRefunds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Settings.RefundTerms = rule.RecomputeTerms
		p.Rules = []rule.Rule{{ID: "three", Kind: rule.DiscountRule, Take: 3, Pay: 2}}
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		commit(t, s, s.Cart(b, line("B1", 3, 100_00)))
		a, err := s.Desk.RefundUnlinked(t.Context(), &purchase.UnlinkedRequest{
			Till: s.Till, Key: "u", Buyer: b, Lines: []purchase.UnlinkedLine{{SKU: "B1", Quantity: money.Piece, Price: 100_00}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := told(a.Matched[0]), "money 1 held 6666 unheld 0 earned 200 taken 0 whole false"; len(a.Matched) != 1 || got != want {
			t.Errorf("%s, want %s", got, want)
		}
		proved(t, d)
	})
}
