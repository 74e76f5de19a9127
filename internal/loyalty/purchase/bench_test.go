package purchase_test

import (
	"sync/atomic"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// BenchmarkCommit sells three-line receipts to 10,000 members from 64 tills
// at once, without HTTP.
func BenchmarkCommit(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			s := purchasetest.Open(b, dbtest.Open(b, dialect), purchasetest.Programme())
			buyers := make([]purchase.Buyer, 10_000)
			for i := range buyers {
				buyers[i] = s.Member(b)
			}
			var n atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(7919)
					c := s.Cart(buyers[i%int64(len(buyers))], line("T1", 1, 50000), line("B2", 2, 30000), line("unknown", 1, 40000))
					if _, err := s.Desk.Commit(b.Context(), c); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}
