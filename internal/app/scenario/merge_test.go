package scenario

import (
	"testing"

	"kopilka/client"
)

// «Объединение дублей»: she has registered twice. What both have earned is hers,
// what both have bought comes back to her, and what finds the one finds the other.
func TestSheHasRegisteredTwice(t *testing.T) {
	tell(t, family, "2026-03-02 12:00", func(s *shop) {
		anna, anya := s.joins("Анна"), s.joins("Аня")
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("goods", 1, 1000_00)}, allowed: 500_00, due: 1000_00, earned: 100_00, level: "standard"})
		old := s.sells(&receipt{who: anya, lines: []client.CartLine{line("goods", 3, 500_00)}, allowed: 750_00, due: 1500_00, earned: 150_00, level: "standard"})

		look, err := s.office.PreviewMerge(s.Context(), anna, &client.MergePreviewBody{From: anya})
		s.no(err)
		if len(look.Moved.After) != 1 || look.Moved.After[0].Balance.Active != 250_00 || look.Moved.Accounts[0].Balance.Active != 150_00 {
			t.Errorf("%+v", look.Moved)
		}
		s.has(anna, 100_00, 0) // only looked at
		body := &client.MergeBody{From: anya, Digest: look.Digest, Reason: "один человек, две анкеты"}
		s.sells(&receipt{who: anya, lines: []client.CartLine{line("goods", 1, 10_00)}, allowed: 5_00, due: 10_00, earned: 1_00, level: "standard"})
		if _, err = s.office.MergeMembers(s.Context(), anna, body); err == nil {
			t.Error("merged by what is not so any more")
		}
		look, err = s.office.PreviewMerge(s.Context(), anna, &client.MergePreviewBody{From: anya})
		s.no(err)
		body.Digest = look.Digest
		done, err := s.office.MergeMembers(s.Context(), anna, body)
		s.no(err)
		s.has(anna, 251_00, 0)

		// Whoever names her as Аня means her; all together lifts her.
		s.sells(&receipt{who: anya, lines: []client.CartLine{line("goods", 1, 500_00)}, allowed: 250_00, due: 500_00, earned: 50_00, level: "vip"})
		s.has(anna, 401_00, 0)
		if back := s.refunds(old, client.RefundPart{Line: 0, Quantity: "1"}); back.Member != anna || back.Earned != 50_00 || back.Money != 500_00 {
			t.Errorf("%+v", back)
		}
		if back := s.refunds(old); back.Earned != 100_00 || back.Money != 1000_00 {
			t.Errorf("%+v", back)
		}
		s.has(anna, 251_00, 0)

		again, err := s.office.GetMerge(s.Context(), done.ID)
		s.no(err)
		if again.Into != anna || again.From != anya || again.Reason != body.Reason || again.Was == nil || again.Was.ID != anya {
			t.Errorf("%+v", again)
		}
		// Her figures and receipts are one, whichever id she is asked for by.
		for _, of := range []string{anna, anya} {
			figures, err := s.office.GetMemberFigures(s.Context(), of, &client.GetMemberFiguresQuery{})
			s.no(err)
			if figures.Totals.Receipts != 4 {
				t.Errorf("of %s: %+v", of, figures.Totals)
			}
			list, err := s.office.ListPurchases(s.Context(), &client.ListPurchasesQuery{Member: of})
			s.no(err)
			if len(list.Items) != 4 {
				t.Errorf("of %s: %d receipts", of, len(list.Items))
			}
		}
	})
}
