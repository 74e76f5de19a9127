package join_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// guestsReceipt is what the model knows of one: its tickets cost whole tens of
// roubles, so that each is worth a tenth of it in points.
type guestsReceipt struct {
	days, pieces, back int64
	price              money.Amount
	of                 *purchase.Purchase
}

func (r *guestsReceipt) left() money.Amount { return money.Amount(r.pieces-r.back) * r.price }

// Whatever a guest bought, when, and what came back before he became a member
// and after, by an order or by a proof: his account has what the model says.
func TestPastAgainstModel(t *testing.T) {
	t.Parallel()
	for _, points := range []bool{false, true} {
		t.Run(fmt.Sprint("points ", points), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, func(p *rule.Programme) { p.Settings.GuestPoints, p.Settings.ClaimWithin = points, 30 })
				n := 0
				rapid.Check(t, func(rt *rapid.T) {
					n++
					s.againstModel(rt, points, purchase.Guest{Kind: member.Email, Value: fmt.Sprintf("guest%d@example.ru", n)})
				})
				s.proved()
			})
		})
	}
}

func (s *shop) againstModel(rt *rapid.T, points bool, g purchase.Guest) {
	s.Clock.Add(time.Hour)
	var all []*guestsReceipt
	for i := range rapid.IntRange(0, 5).Draw(rt, "receipts") {
		r := &guestsReceipt{
			days: rapid.SampledFrom([]int64{0, 1, 20, 40, 300}).Draw(rt, fmt.Sprint("days ", i)), pieces: rapid.Int64Range(1, 3).Draw(rt, fmt.Sprint("pieces ", i)),
			price: money.Amount(rapid.Int64Range(1, 50).Draw(rt, fmt.Sprint("tens ", i))) * 10_00,
		}
		r.of = s.bought(g, time.Duration(r.days)*day+time.Minute, line("T1", r.pieces, r.price))
		s.comesBack(rt, r, fmt.Sprint("before ", i))
		all = append(all, r)
	}
	s.Clock.Add(time.Minute)
	before := money.Amount(0)
	had := []*guestsReceipt{} // of which something was left when he joined
	for _, r := range all {
		if r.left() > 0 {
			had = append(had, r)
		}
		before += r.left()
	}
	var whose home.ID
	ordered := rapid.Bool().Draw(rt, "by an order")
	if ordered {
		s.rules.GuestPurchases = member.GuestsOrder
		r := &guestsReceipt{pieces: 1, price: 100_00, of: s.buys(g, line("T1", 1, 100_00))}
		had = append(had, r)
		before += r.left()
		whose = s.order(r.of, g, s.agreed()).Member
	} else {
		s.rules.GuestPurchases = member.GuestsProven
		whose = s.register(told(g, s.prove(g))).Home
	}
	s.past()
	want := money.Points(0)
	for i, r := range had {
		own := ordered && i == len(had)-1 // the order is a member's purchase
		if own || points && r.days < 30 {
			want += money.Points(r.left() / 10)
		}
	}
	a := s.account(whose).Account
	if a.Turnover != before || a.Purchases != int64(len(had)) || a.Book() != want {
		rt.Fatalf("%d purchases for %s gave %s; wanted %d, %s, %s", a.Purchases, a.Turnover, a.Book(), len(had), before, want)
	}
	for i, r := range had {
		worth := r.left()
		s.comesBack(rt, r, fmt.Sprint("after ", i))
		before -= worth - r.left()
		if own := ordered && i == len(had)-1; own || points && r.days < 30 {
			want -= money.Points((worth - r.left()) / 10)
		}
	}
	if a := s.account(whose).Account; a.Turnover != before || a.Book() != want {
		rt.Fatalf("after refunds %s and %s points, not %s and %s", a.Turnover, a.Book(), before, want)
	}
}

// comesBack brings some pieces back, or none.
func (s *shop) comesBack(rt *rapid.T, r *guestsReceipt, name string) {
	if n := rapid.Int64Range(0, r.pieces-r.back).Draw(rt, name); n > 0 {
		s.refund(r.of, purchase.RefundPart{Quantity: money.Quantity(n) * money.Piece})
		r.back += n
	}
}
