package node

import (
	"sync"
	"testing"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestManyAtOnceGetDifferentNumbers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const processes = 8
		var mu sync.Mutex
		var all sync.WaitGroup
		seen := map[int]bool{}
		for range processes {
			all.Go(func() {
				l, err := Take(t.Context(), d)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if seen[l.Node()] || l.Node() == 0 {
					t.Errorf("node %d twice, or 0", l.Node())
				}
				seen[l.Node()] = true
			})
		}
		all.Wait()
	})
}

func TestLeaseEndsByItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFixed(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		take := func() *Lease {
			l, err := take(t.Context(), d, c)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		a := take()
		c.Add(Term - time.Second)
		if err := a.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.Add(Term - time.Second)
		if err := a.Held(); err != nil {
			t.Fatal(err)
		}
		if b := take(); b.Node() == a.Node() {
			t.Fatal("a held number was given away")
		}
		c.Add(2 * time.Second)
		if err := a.Held(); !fault.Is(err, "node.lost") {
			t.Fatalf("past its end: %v", err)
		}
		// Another clock may be a little behind: not yet.
		if b := take(); b.Node() == a.Node() {
			t.Fatal("given away inside the margin")
		}
		c.Add(margin)
		b := take()
		if b.Node() != a.Node() {
			t.Fatalf("the number stays lost: %d", b.Node())
		}
		if err := a.Renew(t.Context()); !fault.Is(err, "node.lost") {
			t.Fatalf("renewed what is another's: %v", err)
		}
		select {
		case <-a.Lost():
		default:
			t.Fatal("its holder is not told")
		}
		if err := b.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.Add(margin + time.Second)
		if again := take(); again.Node() != b.Node() {
			t.Fatalf("a released number is not free: %d", again.Node())
		}
	})
}

// TestAnotherHolder: a process that slept past its end finds that it lost.
func TestRenewFindsAnotherHolder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		slow, quick := clock.NewFixed(time.Unix(1e9, 0)), clock.NewFixed(time.Unix(1e9, 0).Add(Term+margin))
		a, err := take(t.Context(), d, slow)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := take(t.Context(), d, quick); err != nil {
			t.Fatal(err)
		}
		if err := a.Renew(t.Context()); !fault.Is(err, "node.lost") {
			t.Fatal(err)
		}
	})
}
