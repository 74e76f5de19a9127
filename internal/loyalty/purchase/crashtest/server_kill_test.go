package crashtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// load sells from many tills at once through a server that comes and goes.
// Each key is sent until it is acknowledged.
type load struct {
	o    orders
	desk *purchase.Desk

	mu     sync.Mutex
	acked  map[string]id.ID
	faults map[string]int
	wrong  []string
	done   atomic.Int64
}

// run sells until the context ends; what was begun is brought to its end.
func (l *load) run(ctx context.Context, client int) {
	for n := 0; ctx.Err() == nil; n++ {
		key := fmt.Sprintf("s-%d-%d", client, n)
		for {
			p, err := l.o.sell(context.Background(), l.desk, key)
			if err == nil {
				l.ack(key, p)
				break
			}
			f := fault.From(err)
			l.mu.Lock()
			l.faults[f.Code]++
			// What is only read gives the base's own error, which every edge tells as
			// unavailable.
			again := f.Kind == fault.Unavailable || db.IsUnavailable(err)
			if !again {
				l.wrong = append(l.wrong, err.Error())
			}
			l.mu.Unlock()
			if !again || !wait(context.Background(), 50*time.Millisecond) {
				return
			}
		}
	}
}

func (l *load) ack(key string, p *purchase.Purchase) {
	l.done.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked[key] = p.ID
}

// TestServerKilled kills the database server again and again under load. The
// tills see success, or are told to ask again; then their keys succeed once.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	o := open(t, migrated(t, s))
	desk, err := openDesk(t.Context(), o.URL, o.Node)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.DB.Close()
	l := &load{o: o, desk: desk, acked: map[string]id.ID{}, faults: map[string]int{}}
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for i := range 32 {
		clients.Go(func() { l.run(ctx, i) })
	}
	kills := 0
	for range rounds(t, 5) {
		// Some receipts, then a moment that none of them chooses.
		until := l.done.Load() + 20 + rand.Int64N(100)
		deadline := time.Now().Add(patience)
		for l.done.Load() < until {
			if time.Now().After(deadline) {
				t.Fatalf("nothing is sold any more: %d of %d, faults %v", l.done.Load(), until, l.faults)
			}
			wait(t.Context(), time.Millisecond)
		}
		wait(t.Context(), rand.N(5*time.Millisecond))
		s.kill(t)
		wait(t.Context(), rand.N(200*time.Millisecond))
		s.start(t)
		kills++
	}
	stop()
	clients.Wait()
	desk.Close()
	for _, w := range l.wrong {
		t.Errorf("not told to ask again, but: %s", w)
	}
	o.check(t, desk.DB, l.acked, true)
	t.Logf("%d kills, %d acknowledged, faults %v", kills, len(l.acked), l.faults)
}

// migrated makes a migrated base on the server.
func migrated(t *testing.T, s *server) string {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: s.url("postgres"), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.url("postgres")
}
