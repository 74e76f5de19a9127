package reservetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// told is what an event says of a reservation.
type told struct {
	Kind     eventtype.Kind
	Op, Pays id.ID
	Held     money.Points
	Until    clock.Micros
}

// told are the events of reservations and of what pays for them.
func (s *shop) told() []told {
	s.t.Helper()
	var out []told
	s.no(s.DB.Each(s.t.Context(), func(r db.Row) error {
		var doc []byte
		if err := r.Scan(&doc); err != nil {
			return err
		}
		var b eventtype.Batch
		if err := json.Unmarshal(doc, &b); err != nil {
			return err
		}
		for i := range b.Events {
			switch e := &b.Events[i]; e.Kind {
			case eventtype.ReservationHeld, eventtype.ReservationExtended, eventtype.ReservationCancelled, eventtype.Purchased:
				out = append(out, told{e.Kind, e.Op, e.Purchase, e.Spent, e.Until})
			}
		}
		return nil
	}, `select doc from event order by event_id`))
	return out
}

// TestFollowed: whoever follows is told once of what is held, for how long, of
// what is let go, and by which purchase it was paid for; not of what was asked
// again, and not of what runs out by itself.
func TestFollowed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		s.Give(t, b, 100_00)
		c := s.cart(b, 50_00)
		one := s.reserve(c)
		s.reserve(c) // the till asks again
		held := one.Until
		s.Clock.Add(time.Minute)
		longer, err := s.Desk.Extend(t.Context(), ref(one), 2*hold)
		s.no(err)
		nameless := s.reserve(s.cart(purchase.Buyer{}, 0))
		s.no(s.cancel(nameless))
		s.no(s.cancel(nameless))
		paid, err := s.confirm(one)
		s.no(err)
		gone := s.reserve(s.cart(b, 10_00))
		s.Clock.Add(2 * hold)
		s.no(s.Desk.SettleAllDue(t.Context(), nil))
		want := []told{
			{eventtype.ReservationHeld, one.ID, 0, 50_00, held},
			{eventtype.ReservationExtended, one.ID, 0, 50_00, longer.Until},
			{eventtype.ReservationHeld, nameless.ID, 0, 0, nameless.Until},
			{eventtype.ReservationCancelled, nameless.ID, 0, 0, nameless.Until},
			{eventtype.Purchased, paid.Purchase.ID, one.ID, 50_00, 0},
			{eventtype.ReservationHeld, gone.ID, 0, 10_00, gone.Until},
		}
		if diff := cmp.Diff(want, s.told()); diff != "" {
			t.Error(diff)
		}
		s.proved()
	})
}

// TestFollowedInAFamily: what is held on the account of a household is told in
// the journal of who has reserved it, as his purchases are.
func TestFollowedInAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		_, kin := s.Family(t, 2)
		s.Give(t, kin[0], 100_00)
		r := s.reserve(s.cart(kin[1], 50_00))
		_, err := s.Desk.Extend(t.Context(), ref(r), 2*hold)
		s.no(err)
		s.no(s.cancel(r))
		seen := 0
		s.no(s.DB.Each(t.Context(), func(row db.Row) error {
			var doc []byte
			if err := row.Scan(&doc); err != nil {
				return err
			}
			var b eventtype.Batch
			if err := json.Unmarshal(doc, &b); err != nil {
				return err
			}
			for i := range b.Events {
				e := &b.Events[i]
				if e.Op != r.ID {
					continue
				}
				seen++
				for _, h := range b.Heads {
					if h.Home == e.Home && h.Seq != e.Seq {
						t.Errorf("%s is told as %d of a journal that ended with %d", e.Kind, e.Seq, h.Seq)
					}
				}
				if e.Home != kin[1].Home || !e.Member {
					t.Errorf("%s is told of %s", e.Kind, e.Home)
				}
			}
			return nil
		}, `select doc from event order by event_id`))
		if seen != 3 {
			t.Errorf("%d events", seen)
		}
		s.proved()
	})
}
