package figure_test

import (
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"testing"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// group is what a transaction of 64 receipts writes.
func group(b *testing.B, ids *id.Maker) []byte {
	batch := eventtype.Batch{}
	for i := range 64 {
		h := home.ID(ids.New())
		sum := sha256.Sum256([]byte(h.String()))
		batch.Events = append(batch.Events, eventtype.Event{
			Kind: eventtype.Purchased, Home: h, Seq: int64(i + 10), Op: ids.New(), At: clock.System{}.Now(), Day: "2026-11-22",
			Outlet: 1001, Programme: 2002, Member: true, Gross: 125000, Discount: 5000, Paid: 10000, Money: 110000, Spent: 10000, Earned: 5500,
			Cashier: id.ID(3001 + i%5),
		})
		if i%4 == 0 { // a campaign acts in each fourth
			batch.Events[i].Acts = []eventtype.Act{{Campaign: "spring", Uses: 1, Discount: 5000}, {Campaign: "base", Earned: 5500}}
		}
		batch.Heads = append(batch.Heads, eventtype.Head{Home: h, Seq: int64(i + 10), Hash: sum[:]})
	}
	doc, err := json.Marshal(&batch)
	if err != nil {
		b.Fatal(err)
	}
	return doc
}

// BenchmarkFold tells what a receipt's event costs to read.
func BenchmarkFold(b *testing.B) {
	doc := group(b, id.NewMaker(1))
	b.SetBytes(int64(len(doc)) / 64)
	f := figure.NewFold()
	for i := 0; b.Loop(); i++ {
		if i%64 == 0 {
			f.Heads = f.Heads[:0]
			if err := f.Add(doc); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkDrain tells what a receipt's event costs to fold, the base
// included, written by groups of 64 and folded by 16,000.
func BenchmarkDrain(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			d := dbtest.Open(b, dialect)
			ids := id.NewMaker(1)
			doc := string(group(b, ids))
			dispatcher := figure.NewDispatcher(figure.Options{
				DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Heads: func(*db.Batch, []ledger.Head) {},
			})
			b.ResetTimer()
			for done := 0; done < b.N; done += 250 * 64 {
				b.StopTimer()
				err := d.Write(b.Context(), func(tx *db.Tx) error {
					for range 250 {
						if _, err := tx.Exec(b.Context(), addEvent, ids.New(), ids.New(), doc); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if _, err := dispatcher.Drain(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
