package verify_test

import (
	"fmt"
	"testing"
	"time"

	people "kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// celebrate opens a shop whose rich member had the gift for a first purchase,
// lost it with a refund, had it again, and two birthdays.
func celebrate(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	p.Gifts = []rule.GiftRule{{On: rule.FirstPurchase, Points: 50_00}, {On: rule.Birthday, Points: 10_00, Days: 5}}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	of := &people.Members{DB: d, IDs: s.IDs, Clock: s.Clock}
	m, err := of.Register(t.Context(), people.DefaultRules(), people.Registration{
		Profile: people.Profile{BirthDate: "1990-04-01"}, Identifiers: []people.NewIdentifier{{Kind: people.Phone, Value: "+79161234567"}},
	}, people.Actor{Kind: people.ByCashier, ID: 7, Source: "till"})
	if err != nil {
		t.Fatal(err)
	}
	s.rich = purchase.Buyer{Home: m.Home}
	c := s.Cart(s.rich, line("T1", 1, 500_00))
	s.sell(c)
	s.refund(&purchase.RefundRequest{Purchase: ref(c)})
	s.sell(s.Cart(s.rich, line("T1", 1, 700_00)))
	for range 2 {
		s.Clock.Set(s.Clock.Now().Add(31 * 24 * time.Hour)) // past 1 April
		s.Clock.Set(s.Clock.Now().Add(-24 * time.Hour))
		if err := s.Desk.GiveDated(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.tomorrow(335)
	}
	s.settle()
	return s
}

// TestGiftsAreProved harms gifts by hand.
func TestGiftsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := celebrate(t, d)
		if n := s.one(`select count(*) from gift`); n != 5 {
			t.Fatalf("%d gifts", n)
		}
		prove(t, s, giftHarms())
	})
}

// gift gives the number of one of the member's gifts, by its place.
func (s *shop) gift(n int64) int64 {
	return s.one(`select gift_id from gift where home_id = $1 order by seq limit 1 offset $2`, s.rich.Home, n)
}

// ofGift changes one of the member's gifts, so that its digest is right.
func ofGift(n int64, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		g := s.gift(n)
		s.exec("update gift set "+change+" where home_id = $1 and gift_id = $2", s.rich.Home, g)
		return "gift", fmt.Sprintf("home_id=%s gift_id=%d", s.rich.Home, g)
	}
}

func giftHarms() []harm {
	once, digest := verify.GiftOnce, verify.OpDigest
	return []harm{
		{"a birthday twice in a year", ofGift(4, "day = '2026-12-01'"), []verify.Invariant{once, digest}},
		{"a birthday for a first purchase", ofGift(3, "occasion = 'first_purchase'"), []verify.Invariant{once, digest}},
		harm{"two for one silence", func(s *shop) (string, string) {
			ofGift(3, "occasion = 'no_purchases', day = '2026-12-01'")(s)
			return ofGift(4, "occasion = 'no_purchases', day = '2026-12-01'")(s)
		}, []verify.Invariant{once, digest}}.
			named("gift", func(s *shop) string { return fmt.Sprintf("home_id=%s gift_id=%d", s.rich.Home, s.gift(4)) }),
		{"for a purchase that is not there", ofGift(2, "op_id = 1"), []verify.Invariant{once, digest}},
		{"more given", ofGift(3, "given = given + 1"), []verify.Invariant{verify.OpPostings, digest, verify.FigureTotal}},
		{"another lot", ofGift(0, "lot_id = lot_id + 1"), []verify.Invariant{digest}},
		{"the account has forgotten", ofAccount(rich, "gifts = 0"), []verify.Invariant{verify.AccountGifts}},
		harm{"one is deleted", func(s *shop) (string, string) {
			s.exec(`delete from gift where gift_id = $1`, s.gift(1))
			return "", ""
		}, []verify.Invariant{once, verify.PostingOp, verify.FigureTotal}}.
			named("gift", func(s *shop) string { return fmt.Sprintf("home_id=%s gift_id=%d", s.rich.Home, s.gift(1)) }),
	}
}
