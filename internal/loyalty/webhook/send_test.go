package webhook_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/post"
)

// TestSent: what happens after a webhook was made is sent to it once, of its
// kinds only.
func TestSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.happen(3)
		every, some, none := receive(t), receive(t), receive(t)
		all := b.hook(every)
		of := b.hook(some, feed.CardIssued, feed.LevelChanged)
		b.hook(none, feed.MemberClosed)
		b.happen(300, eventtype.Adjusted, eventtype.CardIssued, eventtype.Leveled)
		if n := b.drain(); n != 500 {
			t.Errorf("%d attempts", n)
		}
		every.want(300, 300)
		some.want(200, 200)
		none.want(0, 0)
		if n := b.drain(); n != 0 {
			t.Errorf("%d attempts again", n)
		}
		w := b.get(all)
		if w.Cursor != 303 || w.Sent != 300 || w.Missed != 0 || w.Outcome != post.Done || w.Status != 204 || w.SentAt != b.clock.Now() {
			t.Errorf("%+v", w)
		}
		if w := b.get(of); w.Cursor != 303 || w.Sent != 200 {
			t.Errorf("%+v", w)
		}
	})
}

// TestRetriesAndDeadLetters: one event that is never taken is tried by the
// standard's times and holds nothing up; then it is dead, and can be tried anew.
func TestRetriesAndDeadLetters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		r.answers(func(w http.ResponseWriter, _ *http.Request, m message) {
			if m.kind == feed.CardIssued {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		b.happen(5, eventtype.Adjusted, eventtype.Adjusted, eventtype.CardIssued)
		b.drain()
		r.want(5, 5)
		times := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour}
		for i, wait := range times {
			list := b.failed(hook)
			if len(list) != 1 || list[0].State != webhook.Waiting || list[0].Attempts != int64(i)+1 || list[0].Status != 500 || list[0].Kind != feed.CardIssued {
				t.Fatalf("after %d attempts: %+v", i+1, list)
			}
			if next := list[0].Next.Time().Sub(b.clock.Now().Time()); next < wait*9/10 || next > wait*11/10 {
				t.Errorf("attempt %d after %s, want about %s", i+2, next, wait)
			}
			b.clock.Add(wait * 8 / 10)
			if n := b.drain(); n != 0 {
				t.Errorf("%d attempts too early", n)
			}
			b.clock.Add(wait * 4 / 10)
			if n := b.drain(); n != 1 {
				t.Errorf("%d attempts in time", n)
			}
			r.want(5, 6+i)
		}
		list := b.failed(hook)
		if len(list) != 1 || list[0].State != webhook.Dead || list[0].Attempts != 8 {
			t.Fatalf("after all attempts: %+v", list)
		}
		b.clock.Add(100 * time.Hour)
		if n := b.drain(); n != 0 {
			t.Errorf("%d attempts of a dead letter", n)
		}
		r.answers(nil)
		if again, err := b.hooks.ReplayDelivery(t.Context(), hook, list[0].Event); err != nil || again.State != webhook.Waiting || again.Attempts != 0 {
			t.Errorf("%+v: %v", again, err)
		}
		b.drain()
		r.want(5, 13)
		if len(b.failed(hook)) != 0 || b.get(hook).Sent != 5 {
			t.Errorf("left: %+v", b.failed(hook))
		}
		if _, err := b.hooks.ReplayDelivery(t.Context(), hook, list[0].Event); !fault.Is(err, "webhook.delivery-not-found") {
			t.Errorf("once more: %v", err)
		}
	})
}

// TestUnreachable: while nothing goes through little is tried, nothing is lost,
// and all comes once it does.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		r.answers(status(http.StatusBadGateway))
		b.happen(100)
		for range 40 { // for some hours
			b.drain()
			b.clock.Add(6 * time.Minute)
		}
		if _, messages := r.counts(); messages < 40 || messages > 60 {
			t.Errorf("%d messages to one that does not answer", messages)
		}
		w := b.get(hook)
		if w.Failures != 40 || w.Failing == 0 || w.Resume == 0 || w.State != webhook.On || w.Cursor == 100 {
			t.Errorf("%+v", w)
		}
		r.answers(nil)
		for range 20 {
			b.clock.Add(6 * time.Hour)
			b.drain()
		}
		if len(b.failed(hook)) != 0 || len(r.through()) != 100 {
			t.Errorf("%d came through, left: %+v", len(r.through()), b.failed(hook))
		}
		for id, n := range r.through() {
			if n != 1 {
				t.Errorf("%s came through %d times", id, n)
			}
		}
	})
}

// TestGivenUp: a webhook through which nothing goes for five days is turned off
// and says why; turned on it goes on where it was.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		r.answers(status(http.StatusBadGateway))
		hours := 0
		for ; b.get(hook).State == webhook.On && hours < 1000; hours++ {
			b.happen(1)
			b.drain()
			b.clock.Add(time.Hour)
		}
		if w := b.get(hook); w.Cause != webhook.Failing || hours != 5*24+1 {
			t.Errorf("off after %d hours: %+v", hours, w)
		}
		r.answers(nil)
		b.happen(3)
		if n := b.drain(); n != 0 {
			t.Errorf("%d attempts to one that is off", n)
		}
		_, err := b.hooks.Change(t.Context(), hook, webhook.Draft{Name: "test", URL: r.url})
		b.must(err)
		b.drain()
		for _, d := range b.failed(hook) {
			again, err := b.hooks.ReplayDelivery(t.Context(), hook, d.Event)
			if err != nil || again.State != webhook.Waiting || again.Attempts != 0 {
				t.Errorf("%+v: %v", again, err)
			}
		}
		b.drain()
		if len(r.through()) != hours+3 || len(b.failed(hook)) > 0 {
			t.Errorf("%d of %d came through, left: %+v", len(r.through()), hours+3, b.failed(hook))
		}
	})
}

// TestGone: who answers 410 is sent nothing more.
func TestGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		r.answers(status(http.StatusGone))
		b.happen(1)
		b.drain()
		b.happen(50)
		b.clock.Add(time.Hour)
		b.drain()
		r.want(1, 1)
		if w := b.get(hook); w.State != webhook.Off || w.Cause != webhook.Gone || w.Outcome != post.Gone {
			t.Errorf("%+v", w)
		}
		if _, err := b.hooks.Replay(t.Context(), hook, feed.ID{}); !fault.Is(err, "webhook.off") {
			t.Errorf("replay: %v", err)
		}
		r.answers(nil)
		_, err := b.hooks.Change(t.Context(), hook, webhook.Draft{Name: "test", URL: r.url})
		b.must(err)
		b.drain()
		r.want(51, 52)
	})
}

// TestPause: who asks to be left alone for a while is.
func TestPause(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		b.hook(r)
		r.answers(func(w http.ResponseWriter, _ *http.Request, _ message) {
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		b.happen(1)
		b.drain()
		r.answers(nil)
		b.happen(5)
		b.clock.Add(9 * time.Minute)
		b.drain()
		r.want(1, 1)
		b.clock.Add(2 * time.Minute)
		b.drain()
		r.want(6, 7)
	})
}

// TestReplay: all after an event is sent once more under its id.
func TestReplay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		b.happen(10)
		r.answers(func(w http.ResponseWriter, _ *http.Request, m message) {
			if m.seen == 1 && len(m.id) > 1 && m.id[:2] == "9-" {
				w.WriteHeader(http.StatusTeapot)
			}
		})
		b.drain()
		r.want(10, 10)
		p, err := b.feed.Read(t.Context(), feed.Query{Limit: 20})
		b.must(err)
		w, err := b.hooks.Replay(t.Context(), hook, p.Events[6].ID)
		if err != nil || w.Cursor != 7 {
			t.Errorf("%+v %v", w, err)
		}
		b.drain()
		r.want(10, 13)
		if n := len(b.failed(hook)); n != 0 {
			t.Errorf("%d are left", n)
		}
		_, err = b.hooks.Replay(t.Context(), hook, feed.ID{Seq: 11, Row: 5})
		if !fault.Is(err, "events.cursor-unknown") {
			t.Errorf("a cursor of nothing: %v", err)
		}
		if w, err := b.hooks.Replay(t.Context(), hook, feed.ID{}); err != nil || w.Cursor != 0 {
			t.Errorf("%+v %v", w, err)
		}
		b.drain()
		r.want(10, 23)
	})
}

// TestMissed: what the feed keeps no longer is counted and not waited for.
func TestMissed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		change := func(off bool) {
			t.Helper()
			_, err := b.hooks.Change(t.Context(), hook, webhook.Draft{Name: "test", URL: r.url, Off: off})
			b.must(err)
		}
		change(true)
		if w := b.get(hook); w.State != webhook.Off || w.Cause != webhook.ByHand {
			t.Errorf("%+v", w)
		}
		b.happen(5)
		b.clock.Add(31 * 24 * time.Hour)
		b.happen(4)
		_, err := b.feed.Prune(t.Context())
		b.must(err)
		change(false)
		b.drain()
		r.want(4, 4)
		if w := b.get(hook); w.Missed != 5 || w.Cursor != 9 {
			t.Errorf("%+v", w)
		}
	})
}

// TestRotate: for a day a message is signed by both secrets; the receiver here
// knows the old one only, then the new one only.
func TestRotate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		_, secret, err := b.hooks.Rotate(t.Context(), hook)
		b.must(err)
		b.clock.Add(24*time.Hour - time.Second)
		b.happen(1)
		b.drain()
		b.clock.Add(time.Second)
		r.secrets = nil
		r.secret(secret)
		b.happen(1)
		b.drain()
		r.want(2, 2)
	})
}

// TestPing: a test message is sent at once, also where the webhook is off, and
// moves nothing.
func TestPing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, r := setup(t, d), receive(t)
		hook := b.hook(r)
		_, err := b.hooks.Change(t.Context(), hook, webhook.Draft{Name: "test", URL: r.url, Off: true})
		b.must(err)
		before := b.get(hook)
		a, err := b.hooks.Ping(t.Context(), hook)
		if err != nil || a.Outcome != post.Done || a.Status != 204 {
			t.Errorf("%+v %v", a, err)
		}
		r.answers(status(404))
		if a, err = b.hooks.Ping(t.Context(), hook); err != nil || a.Outcome != post.Status || a.Status != 404 {
			t.Errorf("%+v %v", a, err)
		}
		if diff := cmp.Diff(before, b.get(hook), cmp.AllowUnexported(webhook.Webhook{})); diff != "" {
			t.Error(diff)
		}
		b.must(b.hooks.Delete(t.Context(), hook))
		if _, err = b.hooks.Ping(t.Context(), hook); !fault.Is(err, "webhook.not-found") {
			t.Error(err)
		}
	})
}
