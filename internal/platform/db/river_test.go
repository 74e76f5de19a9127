package db_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestWriterGivesTheConnectionBack: users of the lent pool of whom one always
// waits don't keep the writer connection from a transaction for ever.
func TestWriterGivesTheConnectionBack(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	pool := d.Writer()
	defer pool.Close()
	const tooMany = 20_000
	var written atomic.Bool
	var uses atomic.Int64
	begun := make(chan struct{})
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() {
			for !written.Load() {
				switch n := uses.Add(1); {
				case n == 20:
					close(begun)
				case n > tooMany:
					return
				}
				if _, err := pool.ExecContext(t.Context(), "update secret set value = value"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	<-begun
	for range 10 {
		if _, err := d.Exec(t.Context(), "update secret set value = value"); err != nil {
			t.Fatal(err)
		}
	}
	written.Store(true)
	users.Wait()
	if uses.Load() > tooMany {
		t.Fatal("written only when the pool's users had gone")
	}
}
