package privacy_test

import (
	"bytes"
	"strings"
	"testing"

	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestErasureOfMerged: a copy of a member tells what those who were merged into
// him had, and his erasure leaves nothing of them either; receipts come back.
func TestErasureOfMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		ctx := t.Context()
		b, p := s.person()
		first := s.refund(p, 1)
		a := s.Person(t)
		own := s.sell(s.Cart(a, line("T1", 1, 100_00)))
		merges := &merge.Merges{DB: d, IDs: s.IDs, Clock: s.Clock, Members: s.members, Desk: s.Desk}
		ask := merge.Request{Into: a.Home, From: b.Home, By: s.by, Reason: "узнала-по-голосу"}
		ask.Digest = must(merges.Preview(ctx, ask)).Digest
		m := must(merges.Merge(ctx, ask))
		second := s.refund(p, 1)
		s.clean()

		var copied bytes.Buffer
		if err := must(s.privacy.Export(ctx, a.Home)).Write(ctx, &copied); err != nil {
			t.Fatal(err)
		}
		for _, v := range []string{"Златоустьева", "+79161234567", "pelageya@example.org", "подпись-31", "узнала-по-голосу", p.ID.String(), first.ID.String(), second.ID.String(), own.ID.String()} {
			if !strings.Contains(copied.String(), strings.TrimPrefix(v, "+")) {
				t.Errorf("%s is not told", v)
			}
		}

		must(s.privacy.Erase(ctx, privacy.Erasure{Member: a.Home, Ground: privacy.Withdrawn, Forfeit: true, By: s.by}))
		for _, v := range append([]string{"узнала-по-голосу"}, values...) {
			if where := s.found(v); len(where) > 0 {
				t.Errorf("%s is still in %v", v, where)
			}
		}
		s.clean()
		if got := must(merges.Get(ctx, m.ID)); got.Kept != nil || got.From != b.Home || got.Into != a.Home || len(got.Accounts) != 1 {
			t.Errorf("%+v", got)
		}
		if third := s.refund(p, 0); first.Money+second.Money+third.Money != p.Due {
			t.Errorf("%d, %d and %d came back of %d", first.Money, second.Money, third.Money, p.Due)
		}
		must(s.Desk.Find(ctx, purchase.PurchaseRef{Home: own.Home, ID: own.ID}))
		s.clean()
	})
}
