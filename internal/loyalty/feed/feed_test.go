package feed_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func dispatcher(f *feed.Feed, batch int) *figure.Dispatcher {
	return figure.NewDispatcher(figure.Options{
		DB: f.DB, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Feed: f.Collect, Batch: batch, Every: time.Millisecond,
	})
}

// all reads the feed page by page.
func all(ctx context.Context, f *feed.Feed, q feed.Query) ([]feed.Event, error) {
	var out []feed.Event
	for {
		p, err := f.Read(ctx, q)
		if err != nil {
			return out, err
		}
		out = append(out, p.Events...)
		if q.After = p.Next; !p.More {
			return out, nil
		}
	}
}

// TestFeedHasEachEventOnce lets a shop work at random, three dispatchers fold
// and a reader follow, and compares what he has read with the books.
func TestFeedHasEachEventOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		f := &feed.Feed{DB: d, Clock: s.Clock}
		ctx, stop := context.WithCancel(t.Context())
		var folding, selling sync.WaitGroup
		for i := range 3 {
			folding.Go(func() { dispatcher(f, 3+i).Run(ctx) })
		}
		var followed []feed.Event
		var broken error
		var reading sync.WaitGroup
		reading.Go(func() {
			var after feed.ID
			for n := 1; ctx.Err() == nil; n++ {
				p, err := f.Read(ctx, feed.Query{After: after, Limit: 1 + n%7})
				if err != nil {
					if ctx.Err() == nil {
						broken = err
					}
					return
				}
				followed, after = append(followed, p.Events...), p.Next
			}
		})
		for range 4 {
			desk, seed := s.NewDesk(t), rand.Uint64()
			selling.Go(func() { work(ctx, t, s, desk, rand.New(rand.NewPCG(seed, 1))) })
		}
		selling.Wait()
		drain(t, dispatcher(f, 500))
		stop()
		folding.Wait()
		reading.Wait()
		drain(t, dispatcher(f, 500))
		if broken != nil {
			t.Fatal(broken)
		}
		events, err := all(t.Context(), f, feed.Query{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(events[:len(followed)], followed); diff != "" {
			t.Errorf("who followed has read otherwise:\n%s", diff)
		}
		compare(t, d, events)
	})
}

// drain folds all there is; a dispatcher that was stopped in the middle holds
// its turn until the server has noticed.
func drain(t *testing.T, d *figure.Dispatcher) {
	t.Helper()
	for lag := time.Duration(1); lag > 0; {
		_, err := d.Drain(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if lag, err = d.Lag(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// work sells, refunds and gives points to some members.
func work(ctx context.Context, t *testing.T, s *purchasetest.Shop, desk *purchase.Desk, r *rand.Rand) {
	buyers := []purchase.Buyer{{}, s.Member(t), s.Member(t)}
	for range 12 {
		b := buyers[r.IntN(len(buyers))]
		a, err := desk.Commit(ctx, s.Cart(b, purchasetest.Line("T1", 1+r.Int64N(3), money.Amount(100+r.Int64N(90_000)))))
		if err != nil {
			t.Error(err)
			return
		}
		switch r.IntN(3) {
		case 0:
			_, err = desk.Refund(ctx, &purchase.RefundRequest{
				Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Till: s.Till, Key: a.Purchase.Key},
			})
		case 1:
			if b.Home != 0 {
				_, err = desk.Adjust(ctx, &purchase.AdjustRequest{
					By: 1, Key: s.IDs.New().String(), Buyer: b, Programme: s.Programme.ID, Points: 1 + money.Points(r.Int64N(500)), Reason: "test", Actor: "test",
				})
			}
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// compare holds the feed to the books: each operation is there once, with its
// amounts, places without a gap, and each home's events in the order of its
// journal.
func compare(t *testing.T, d *db.DB, events []feed.Event) {
	t.Helper()
	got := map[string]int64{}
	journal := map[home.ID]int64{}
	for i, e := range events {
		if e.ID.Seq != int64(i)+1 {
			t.Fatalf("place %d after %d", e.ID.Seq, i)
		}
		if e.Seq < journal[e.Home] {
			t.Errorf("home %s: %d comes after %d", e.Home, e.Seq, journal[e.Home])
		}
		journal[e.Home] = e.Seq
		if e.Kind == feed.AccountOpened { // it has no document
			continue
		}
		key := fmt.Sprint(e.Kind, " ", e.Home, ".", e.Op)
		if _, twice := got[key]; twice {
			t.Errorf("%s is there twice", key)
		}
		got[key] = int64(e.Money) + int64(e.Earned)
	}
	want := map[string]int64{}
	read := func(kind feed.Kind, query string, sum func(doc []byte) int64) {
		err := d.Each(t.Context(), func(r db.Row) error {
			var h, op int64
			var doc []byte
			err := r.Scan(&h, &op, &doc)
			want[fmt.Sprint(kind, " ", h, ".", op)] = sum(doc)
			return err
		}, query)
		if err != nil {
			t.Fatal(err)
		}
	}
	of := func(names ...string) func([]byte) int64 {
		return func(doc []byte) (sum int64) {
			var v map[string]any
			if err := json.Unmarshal(doc, &v); err != nil {
				t.Fatal(err)
			}
			for _, n := range names {
				x, _ := v[n].(float64)
				sum += int64(x)
			}
			return sum
		}
	}
	read(feed.PurchaseCommitted, `select home_id, purchase_id, doc from purchase`, of("due", "earned"))
	read(feed.PurchaseRefunded, `select home_id, refund_id, doc from refund`, of("money", "earned", "taken"))
	read(feed.PointsAdjusted, `select home_id, op_id, '{"points":' || points || '}' from adjustment`, of("points"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(- the books, + the feed)\n%s", diff)
	}
}

// put puts rows of so many events each into the feed.
func put(t *testing.T, f *feed.Feed, ids *id.Maker, counts ...int) {
	t.Helper()
	for _, n := range counts {
		var b eventtype.Batch
		for i := range n {
			kind := eventtype.Adjusted
			if i%2 == 1 {
				kind = eventtype.MemberChanged
			}
			b.Events = append(b.Events, eventtype.Event{Kind: kind, Home: 5, Seq: int64(i), At: 7})
		}
		doc, err := b.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.DB.Exec(t.Context(), `insert into event (home_id, event_id, doc) values (5, $1, $2)`, ids.New(), string(doc)); err != nil {
			t.Fatal(err)
		}
	}
	drain(t, dispatcher(f, 2))
}

func seqs(events []feed.Event) []int64 {
	var out []int64
	for _, e := range events {
		out = append(out, e.ID.Seq)
	}
	return out
}

func TestPagesOfFeed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := &feed.Feed{DB: d, Clock: clock.NewFixed(purchasetest.Start), Keep: 24 * time.Hour}
		ids := id.NewMaker(1)
		if p, err := f.Read(t.Context(), feed.Query{Limit: 5}); err != nil || p.More || len(p.Events) > 0 || p.Next != (feed.ID{}) {
			t.Errorf("an empty feed: %+v %v", p, err)
		}
		put(t, f, ids, 3, 0, 1, 5)
		for limit := 1; limit <= 10; limit++ {
			events, err := all(t.Context(), f, feed.Query{Limit: limit})
			if diff := cmp.Diff([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9}, seqs(events)); diff != "" || err != nil {
				t.Errorf("by %d: %v\n%s", limit, err, diff)
			}
			events, err = all(t.Context(), f, feed.Query{Limit: limit, Kinds: []feed.Kind{feed.MemberChanged}})
			if diff := cmp.Diff([]int64{2, 6, 8}, seqs(events)); diff != "" || err != nil {
				t.Errorf("of a kind by %d: %v\n%s", limit, err, diff)
			}
		}
		p, err := f.Read(t.Context(), feed.Query{Kinds: []feed.Kind{feed.CardIssued}, Limit: 1})
		if err != nil || len(p.Events) > 0 || p.Next.Seq != 9 || p.More {
			t.Errorf("none of the kind: %+v %v", p, err)
		}
		for i := 1; i < 9; i++ {
			events, _ := all(t.Context(), f, feed.Query{Limit: 9})
			after, err := all(t.Context(), f, feed.Query{After: events[i-1].ID, Limit: 2})
			if diff := cmp.Diff(seqs(events[i:]), seqs(after)); diff != "" || err != nil {
				t.Errorf("after %d: %v\n%s", i, err, diff)
			}
		}
	})
}

// TestOldCursors: a cursor from which something would be left out is refused
// and never read on silently.
func TestOldCursors(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewFixed(purchasetest.Start)
		f := &feed.Feed{DB: d, Clock: now, Keep: 24 * time.Hour}
		ids := id.NewMaker(1)
		put(t, f, ids, 2, 3)
		events, err := all(t.Context(), f, feed.Query{Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		refused := func(after feed.ID, code string) {
			t.Helper()
			if _, err := f.Read(t.Context(), feed.Query{After: after, Limit: 9}); !fault.Is(err, code) {
				t.Errorf("after %s: %v", after, err)
			}
		}
		refused(feed.ID{Seq: 3, Row: events[0].ID.Row}, "events.cursor-unknown")
		refused(feed.ID{Seq: 6, Row: events[4].ID.Row}, "events.cursor-unknown")
		now.Add(25 * time.Hour)
		put(t, f, ids, 4)
		if n, err := f.Prune(t.Context()); n != 2 || err != nil {
			t.Fatalf("%d gone: %v", n, err)
		}
		for _, e := range events[:4] {
			refused(e.ID, "events.cursor-too-old")
			if _, err := f.Since(t.Context(), e.ID.Seq, nil, 9); !fault.Is(err, "events.cursor-too-old") {
				t.Errorf("since %d: %v", e.ID.Seq, err)
			}
		}
		left, err := all(t.Context(), f, feed.Query{After: events[4].ID, Limit: 3})
		if diff := cmp.Diff([]int64{6, 7, 8, 9}, seqs(left)); diff != "" || err != nil {
			t.Errorf("after the last that is gone: %v\n%s", err, diff)
		}
		left, err = all(t.Context(), f, feed.Query{Limit: 3})
		if diff := cmp.Diff([]int64{6, 7, 8, 9}, seqs(left)); diff != "" || err != nil {
			t.Errorf("from the oldest: %v\n%s", err, diff)
		}
		if _, err := f.Since(t.Context(), 0, nil, 9); !fault.Is(err, "events.cursor-too-old") {
			t.Errorf("since the beginning: %v", err)
		}
		now.Add(25 * time.Hour)
		if n, err := f.Prune(t.Context()); n != 1 || err != nil {
			t.Fatalf("%d gone: %v", n, err)
		}
		refused(left[0].ID, "events.cursor-too-old")
		for _, q := range []feed.Query{{Limit: 1}, {After: left[3].ID, Limit: 1}} {
			if p, err := f.Read(t.Context(), q); err != nil || p.More || len(p.Events) > 0 {
				t.Errorf("nothing is kept: %+v %v", p, err)
			}
		}
		put(t, f, ids, 1)
		for _, q := range []feed.Query{{Limit: 1}, {After: left[3].ID, Limit: 1}} {
			if p, err := f.Read(t.Context(), q); err != nil || p.More || len(p.Events) != 1 || p.Next.Seq != 10 {
				t.Errorf("the first after: %+v %v", p, err)
			}
		}
	})
}

func TestNamesOfEvents(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "1-2", "1001-912345678901234567"} {
		if got, err := feed.ParseID(text); err != nil || got.String() != text {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"1", "-", "1-", "-1", "0-1", "1-0", "01-1", "1-01", "+1-1", "-1-1", "1--1", "1-1-1", " 1-1", "1-99999999999999999999", "a-b"} {
		if got, err := feed.ParseID(text); !fault.Is(err, "events.cursor-invalid") {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
}
