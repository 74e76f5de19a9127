package card_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestBatchOnce: one key makes one batch, asked for at one instant or again; its
// secret codes are the same each time, and after a while are told no more.
func TestBatchOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		printed := b.typ(card.Type{Code: "secret", Kind: card.Plastic, Properties: card.Properties{Prefix: "2038", Secret: true}})
		ask := func(key string, n int) (card.Batch, card.Seed, error) {
			return b.MakeBatchOnce(b.ctx, key, printed.ID, n, "", b.by)
		}
		const times = 6
		made, seeds := make([]card.Batch, times), make([]card.Seed, times)
		var all sync.WaitGroup
		for i := range times {
			all.Go(func() {
				var err error
				if made[i], seeds[i], err = ask("A", 5); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if slices.ContainsFunc(made, func(x card.Batch) bool { return x != made[0] }) || slices.ContainsFunc(seeds, func(x card.Seed) bool { return x == "" || x != seeds[0] }) {
			t.Errorf("one key made %v", made)
		}
		list := must(card.Batches(b.ctx, b.db, 0, 0))
		if len(list) != 1 {
			t.Errorf("%d batches", len(list))
		}
		stock := must(card.StockOf(b.ctx, b.db, made[0].ID, "", 10))
		seeds[0].Tell(stock)
		if len(stock) != 5 {
			t.Fatalf("%d cards", len(stock))
		}
		m := b.member(1)
		if _, err := b.Issue(b.ctx, m.Home, card.NewCard{Type: printed.ID, Number: stock[0].Number, Secret: stock[0].Secret}, b.by); err != nil {
			t.Errorf("the code that is told again opens nothing: %v", err)
		}
		if other, seed, err := ask("B", 5); err != nil || other.ID == made[0].ID || seed == seeds[0] {
			t.Errorf("another key: %v, the same seed %v: %v", other, seed == seeds[0], err)
		}
		_, _, err := ask("A", 6)
		refused(t, err, "key.other-body")
		b.clock.Add(11 * time.Minute)
		if again, seed, err := ask("A", 5); err != nil || again.ID != made[0].ID || seed != "" {
			t.Errorf("later: %v, told %v: %v", again, seed != "", err)
		}
	})
}
