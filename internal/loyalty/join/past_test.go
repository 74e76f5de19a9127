package join_test

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

const day = 24 * time.Hour

// What a guest bought becomes the member's when he proves what he bought by:
// for sums and levels always, for points where the programme says so, within
// claim_within; what has come back does not.
func TestPastPurchases(t *testing.T) {
	t.Parallel()
	for _, points := range []bool{false, true} {
		t.Run(map[bool]string{false: "sums", true: "points"}[points], func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, func(p *rule.Programme) {
					p.Settings.GuestPoints = points
					p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Sum: 500_00, Days: 365}}
				})
				s.buys(mail, line("T1", 1, 300_00))
				s.Clock.Add(40 * day) // too old for points now
				part := s.buys(mail, line("T1", 2, 100_00), line("B1", 1, 100_00))
				s.refund(part, purchase.RefundPart{Quantity: money.Piece})
				whole := s.buys(mail, line("T1", 1, 900_00))
				s.refund(whole)
				s.buys(purchase.Guest{Kind: member.Phone, Value: "+79160000001"}, line("T1", 1, 700_00))

				s.Clock.Add(time.Hour)
				m := s.register(told(mail, 0))
				s.past()
				if a := s.account(m.Home).Account; a.Purchases != 0 {
					t.Errorf("nothing is proven: %+v", a)
				}
				s.fatal2(s.People().Prove(t.Context(), s.rules, m.Home, told(mail, s.prove(mail)), purchasetest.By))
				s.past()
				want := money.Points(0)
				if points {
					want = 13_00 // 10 % of the ticket, 3 % of the bar
				}
				v := s.account(m.Home)
				if a := v.Account; a.Purchases != 2 || a.Turnover != 500_00 || a.Book() != want || v.Level == nil || v.Level.Level.ID != "gold" {
					t.Errorf("%+v, level %+v", a, v.Level)
				}
				if n := s.count(`select count(*) from guest_due`); n != 0 {
					t.Errorf("%d still due", n)
				}
				if got := s.find(whole); got.Claim != nil {
					t.Error("what has come back was given")
				}
				// What is left comes back as his.
				s.refund(part)
				if a := s.account(m.Home).Account; a.Book() != 0 || a.Turnover != 300_00 {
					t.Errorf("%+v", a)
				}
				s.proved()
			})
		})
	}
}

// Which phones and e-mails bring their purchases is a setting; one that several
// members have brings none.
func TestWhichPurchases(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		phone := purchase.Guest{Kind: member.Phone, Value: "+79160000001"}
		purchases := func(h member.Member) int64 { return s.account(h.Home).Account.Purchases }
		guest := func(n string) purchase.Guest { return purchase.Guest{Kind: member.Email, Value: n + "@example.ru"} }
		joins := func(n string) member.Member {
			o := s.agreed()
			o.Identifiers = []member.NewIdentifier{told(phone, 0)}
			phone.Value = phone.Value[:len(phone.Value)-1] + string(phone.Value[len(phone.Value)-1]+1)
			s.buys(guest(n), line("T1", 1, 100_00))
			got := s.order(s.buys(guest(n), line("T1", 1, 100_00)), guest(n), o)
			s.past()
			m, err := member.Get(t.Context(), d, got.Member)
			s.fatal(err)
			return m
		}
		for choice, want := range map[member.GuestPurchases]int64{member.GuestsOff: 1, member.GuestsProven: 1, member.GuestsOrder: 2} {
			s.rules.GuestPurchases = choice
			if got := purchases(joins(string(choice))); got != want {
				t.Errorf("%s: %d purchases, not %d", choice, got, want)
			}
		}
		s.rules.GuestPurchases = member.GuestsProven
		s.rules.UniqueEmail = false
		shared := guest("shared")
		s.buys(shared, line("T1", 1, 100_00))
		one, other := s.register(told(shared, s.prove(shared))), s.register(told(shared, 0))
		s.past()
		if purchases(one) != 0 || purchases(other) != 0 {
			t.Error("what two have brought its purchases to one")
		}
		// What a guest buys later by a proven e-mail is the member's too, and earns.
		proven := guest("later")
		m := s.register(told(proven, s.prove(proven)))
		s.past()
		s.buys(proven, line("T1", 1, 100_00))
		s.past()
		if a := s.account(m.Home).Account; a.Purchases != 1 || a.Book() != 10_00 {
			t.Errorf("%+v", a)
		}
		s.proved()
	})
}

// Who can't be served now is given his purchases when he can, and many are
// given though the work is broken off again and again.
func TestPastIsNotForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		const many = 250
		for range many {
			s.buys(mail, line("T1", 1, 1_00))
		}
		m := s.register(told(mail, s.prove(mail)))
		s.fatal2(s.People().Block(t.Context(), m.Home, 0, "спор", purchasetest.By))
		s.past()
		s.fatal2(s.People().Unblock(t.Context(), m.Home, 0, purchasetest.By))
		s.past()
		if a := s.account(m.Home).Account; a.Purchases != 0 {
			t.Errorf("too early: %+v", a)
		}
		s.Clock.Add(time.Hour)
		s.fatal(s.joins.Look(t.Context(), m.Home)) // one part of them
		if a := s.account(m.Home).Account; a.Purchases == 0 || a.Purchases >= many {
			t.Errorf("a part: %+v", a)
		}
		broken := s.joinsAt(s.NewDesk(t))
		broken.Desk.Close()
		if err := broken.Past(t.Context()); err == nil {
			t.Error("a closed desk gives nothing, and says so")
		}
		s.past()
		if a := s.account(m.Home).Account; a.Purchases != many || a.Turnover != many*1_00 {
			t.Errorf("%+v", a)
		}
		s.proved()
	})
}
