package webhook_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/post"
)

// hang answers nothing until the other side has gone.
func hang(_ http.ResponseWriter, r *http.Request, _ message) { <-r.Context().Done() }

// TestHangingHoldsNobodyUp: one that never answers costs others nothing.
func TestHangingHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stuck, well := setup(t, d), receive(t), receive(t)
		hanging := b.hook(stuck)
		b.hook(well)
		stuck.answers(hang)
		b.running(b.hooks)
		for range 5 {
			b.happen(20)
		}
		eventually(t, "the events of the other", func() bool { ids, _ := well.counts(); return ids == 100 })
		well.want(100, 100)
		eventually(t, "that it is known", func() bool { return b.get(hanging).Outcome == post.Timeout })
		if w := b.get(hanging); w.Failures == 0 || w.Resume <= b.clock.Now() {
			t.Errorf("%+v", w)
		}
	})
}

// TestAnswersTooLate: who does what he is told and answers too late is told
// again under the same id, and once no more when he answers in time.
func TestAnswersTooLate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		r.answers(func(w http.ResponseWriter, req *http.Request, m message) {
			if m.seen == 1 {
				hang(w, req, m)
			}
		})
		b.happen(3)
		b.drain()
		for range 10 {
			b.clock.Add(6 * time.Minute)
			b.drain()
		}
		r.want(3, 6)
		if len(b.failed(hook)) != 0 {
			t.Errorf("left: %+v", b.failed(hook))
		}
	})
}

// TestConnectionLostAfterwards: likewise where the answer never arrives.
func TestConnectionLostAfterwards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		r.answers(func(w http.ResponseWriter, _ *http.Request, m message) {
			if m.seen > 1 {
				return
			}
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Close()
		})
		b.happen(3)
		b.drain()
		for range 10 {
			b.clock.Add(6 * time.Minute)
			b.drain()
		}
		r.want(3, 6)
		if len(b.failed(hook)) != 0 {
			t.Errorf("left: %+v", b.failed(hook))
		}
	})
}

// TestKilledBeforeItsNote: a process that is no more, between sending and its
// note, leaves its webhook to another when its lease is over; what it had sent
// is sent again. Should it come back it notes nothing.
func TestKilledBeforeItsNote(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		b.happen(5)
		got, back := make(chan struct{}, 100), make(chan struct{})
		r.answers(func(_ http.ResponseWriter, _ *http.Request, m message) {
			if m.seen == 1 {
				got <- struct{}{}
				<-back
			}
		})
		frozen := make(chan error, 1)
		go func() {
			_, err := b.hooks.Drain(t.Context())
			frozen <- err
		}()
		for range 5 {
			<-got
		}
		other := b.sender()
		if n, err := other.Drain(t.Context()); n != 0 || err != nil {
			t.Errorf("another sent %d under the first one's lease: %v", n, err)
		}
		// The other comes once the lease is over, before the first has noted
		// anything.
		b.clock.Add(3 * time.Minute)
		if n, err := other.Drain(t.Context()); n != 5 || err != nil {
			t.Errorf("another sent %d: %v", n, err)
		}
		sent := b.get(hook)
		close(back)
		if err := <-frozen; err != nil {
			t.Error(err)
		}
		r.want(5, 10)
		if w := b.get(hook); w.Sent != 5 || w.Cursor != 5 || w.Sent != sent.Sent || len(b.failed(hook)) != 0 {
			t.Errorf("%+v, left %+v", w, b.failed(hook))
		}
	})
}

// TestStoppedInTheMiddle: what a stop breaks off is sent by the next start and
// counts as no failure.
func TestStoppedInTheMiddle(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		b.happen(20)
		ctx, stop := context.WithCancel(t.Context())
		var came atomic.Int64
		r.answers(func(w http.ResponseWriter, req *http.Request, m message) {
			if n := came.Add(1); n > 5 {
				if n == 10 {
					stop()
				}
				hang(w, req, m)
			}
		})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			b.hooks.Run(ctx)
		}()
		<-ended
		if w := b.get(hook); w.Failures != 0 || w.Failing != 0 || w.Resume != 0 {
			t.Errorf("%+v", w)
		}
		for _, f := range b.failed(hook) {
			if f.Attempts != 0 || f.Outcome != post.Stopped {
				t.Errorf("%+v", f)
			}
		}
		r.answers(nil)
		before := len(r.through())
		if _, err := b.sender().Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if ids, messages := r.counts(); ids != 20 || messages > 20+8 || before > 15 || len(r.through()) != 20 || len(b.failed(hook)) != 0 {
			t.Errorf("%d events in %d messages, %d done, left %+v", ids, messages, len(r.through()), b.failed(hook))
		}
	})
}

// TestTwoProcesses send side by side while things happen, and nothing twice.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, one, two := setup(t, d), receive(t), receive(t)
		b.hook(one)
		b.hook(two)
		b.running(b.hooks)
		b.running(b.sender())
		for range 20 {
			b.happen(10)
		}
		for _, r := range []*receiver{one, two} {
			eventually(t, "all events", func() bool { ids, _ := r.counts(); return ids == 200 })
		}
		one.want(200, 200)
		two.want(200, 200)
	})
}

// TestAnyTrouble: whatever a receiver does, whoever sends, and whenever they
// are stopped, each event goes through, under its id and with its body, and no
// oftener than its answers were lost.
func TestAnyTrouble(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		var mu sync.Mutex
		random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
		draw := func(n int) int {
			mu.Lock()
			defer mu.Unlock()
			return random.IntN(n)
		}
		lost := 0 // answers that did not come through
		r.answers(func(w http.ResponseWriter, req *http.Request, m message) {
			lose := func() {
				mu.Lock()
				defer mu.Unlock()
				lost++
			}
			switch draw(12) {
			case 0, 1:
				w.WriteHeader(http.StatusInternalServerError)
			case 2:
				w.WriteHeader(http.StatusTooManyRequests)
			case 3:
				lose()
				hang(w, req, m)
			case 4:
				lose()
				if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
					_ = conn.Close()
				}
			}
		})
		happened, stopped := 0, 0
		for range 12 {
			stops := []func(){b.running(b.sender()), b.running(b.sender())}
			n := 1 + draw(20)
			b.happen(n)
			happened += n
			b.clock.Add(time.Duration(draw(100)) * time.Minute)
			eventually(t, "some of it", func() bool {
				// When all that was sent at once failed the webhook rests, and no clock but this one ends that.
				if rests := b.get(hook).Resume.Time().Sub(b.clock.Now().Time()); rests > 0 {
					b.clock.Add(rests)
				}
				ids, _ := r.counts()
				return ids > happened/2
			})
			for _, stop := range stops {
				stop()
				stopped++
			}
			b.clock.Add(3 * time.Minute) // leases end
		}
		r.answers(nil)
		for range 20 {
			b.clock.Add(11 * time.Hour)
			b.drain()
		}
		for _, dead := range b.failed(hook) {
			if dead.State != webhook.Dead {
				t.Errorf("%+v waits", dead)
			}
			_, err := b.hooks.ReplayDelivery(t.Context(), hook, dead.Event)
			b.must(err)
		}
		b.drain()
		if len(r.through()) != happened {
			t.Errorf("%d of %d events came through", len(r.through()), happened)
		}
		// Noted as sent is each once. Sent again are those whose answers were lost,
		// and what a stop broke off, at most eight at a time.
		again := -happened
		for _, n := range r.through() {
			again += n
		}
		if most := lost + 8*stopped; again > most {
			t.Errorf("%d came through again, of %d at most", again, most)
		}
		if w := b.get(hook); w.Missed != 0 || w.Cursor != int64(happened) || w.Sent != int64(happened) {
			t.Errorf("%d happened: %+v", happened, w)
		}
	})
}
