package purchase_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestLatestPages: parts of a list of any length, put together, are all its
// receipts, the newest first, also where many were made at one instant.
func TestLatestPages(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		var want, some []id.ID // newest first
		for i := range 12 {
			if i%3 == 0 {
				s.Clock.Add(time.Minute)
			}
			buyer := b
			if i%4 == 0 {
				buyer = purchase.Buyer{}
			}
			p := commit(t, s, s.Cart(buyer, line("T1", 1, 1000)))
			want = append([]id.ID{p.ID}, want...)
			if i%4 == 0 {
				some = append([]id.ID{p.ID}, some...)
			}
		}
		read := func(limit int, keep func(*purchase.Stored) bool) (got []id.ID) {
			q := &purchase.Latest{Outlets: []id.ID{s.Outlet.ID, 1}, From: clock.Of(purchasetest.Start), Before: s.Clock.Now() + 1, Limit: limit, Keep: keep}
			for {
				list, err := s.Desk.Latest(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if len(list.Items) > limit {
					t.Fatalf("%d in a part of %d", len(list.Items), limit)
				}
				for _, x := range list.Items {
					got = append(got, x.ID)
				}
				if q.After = list.Next; q.After.ID == 0 {
					return got
				}
			}
		}
		for _, limit := range []int{1, 2, 5, 11, 12, 13, 50} {
			if diff := cmp.Diff(want, read(limit, nil)); diff != "" {
				t.Errorf("by %d: %s", limit, diff)
			}
			if diff := cmp.Diff(some, read(limit, func(x *purchase.Stored) bool { return x.Seen.Member.Home == 0 && x.Buyer() < 0 })); diff != "" {
				t.Errorf("nobody's by %d: %s", limit, diff)
			}
		}
		last := &purchase.Latest{Outlets: []id.ID{s.Outlet.ID}, From: s.Clock.Now(), Before: s.Clock.Now() + 1, Limit: 50}
		if list, err := s.Desk.Latest(t.Context(), last); err != nil || len(list.Items) != 3 {
			t.Errorf("of the last instant: %v, %v", list, err)
		}
	})
}

// TestUnderKey: a key finds its purchase whichever till made it, and no refund.
func TestUnderKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		first, other := s.Cart(s.Member(t), line("T1", 1, 1000)), s.Cart(purchase.Buyer{}, line("B1", 1, 500))
		other.Till, other.Key = s.Other, first.Key
		p, o := commit(t, s, first), commit(t, s, other)
		back := refund(t, s, &purchase.RefundRequest{Purchase: ref(p)})
		list, err := s.Desk.Under(t.Context(), first.Key, 10)
		if err != nil || len(list) != 2 || list[0].ID != o.ID || list[1].ID != p.ID {
			t.Errorf("found %v, %v", list, err)
		}
		if list, err := s.Desk.Under(t.Context(), back.Key, 10); err != nil || len(list) != 0 {
			t.Errorf("of the refund: %v, %v", list, err)
		}
	})
}

// TestLookRefund: what a look at a refund tells is what the refund does then,
// and the look itself leaves nothing.
func TestLookRefund(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		s.Give(t, b, 1000)
		c := s.Cart(b, line("T1", 3, 3333), line("B1", 2, 5000))
		c.Wish.Points = 700
		p := commit(t, s, c)
		was := s.Balance(t, b)
		for i, r := range []*purchase.RefundRequest{
			{Lines: []purchase.RefundPart{pieces(0, 1)}},
			{Amount: 4321},
			{},
		} {
			r.Till, r.Key, r.Purchase = s.Till, string(rune('a'+i))+"-look", ref(p)
			look, err := s.Desk.LookRefund(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			stored, err := s.Desk.Find(t.Context(), ref(p))
			if err != nil || len(stored.Refunds) != i || s.Balance(t, b) != was {
				t.Fatalf("a look left %d refunds, %+v, %v", len(stored.Refunds), s.Balance(t, b), err)
			}
			done, err := s.Desk.Refund(t.Context(), r)
			if err != nil || done.Replayed {
				t.Fatal(done, err)
			}
			if diff := cmp.Diff(look, done.Refund, cmpopts.IgnoreFields(purchase.Refund{}, "ID")); diff != "" {
				t.Errorf("refund %d is not what the look told: %s", i, diff)
			}
			was = s.Balance(t, b)
		}
		_, err := s.Desk.LookRefund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "more", Purchase: ref(p)})
		if code := purchasetest.Code(err); code != "refund.nothing-left" {
			t.Errorf("with nothing left: %s", code)
		}
	})
}

// TestBesideRefund: what belongs to a refund is written once with it, or
// neither of the two is there.
func TestBesideRefund(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		p := commit(t, s, s.Cart(s.Member(t), line("T1", 2, 1000)))
		calls, broken := 0, errors.New("no")
		r := &purchase.RefundRequest{Till: s.Till, Key: "beside", Purchase: ref(p), Beside: func(context.Context, db.Q, *purchase.Refund) error { return broken }}
		if _, err := s.Desk.Refund(t.Context(), r); err == nil {
			t.Fatal("done without what belongs to it")
		}
		if stored, err := s.Desk.Find(t.Context(), ref(p)); err != nil || len(stored.Refunds) != 0 {
			t.Fatalf("left %v, %v", stored, err)
		}
		r.Beside = func(context.Context, db.Q, *purchase.Refund) error { calls++; return nil }
		for i := range 3 {
			if done, err := s.Desk.Refund(t.Context(), r); err != nil || done.Replayed != (i > 0) {
				t.Fatalf("time %d: %v, %v", i, done, err)
			}
		}
		if calls != 1 {
			t.Errorf("written %d times", calls)
		}
	})
}
