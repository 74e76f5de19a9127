package join_test

import (
	"fmt"
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

// An order makes its guest a member: with what he told, the points of the
// order, the gifts on joining and for a first purchase; asked again it says the
// same and gives nothing twice.
func TestOrderMakesMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) {
			p.Welcome, p.Himself = rule.Gift{Points: 5_00}, rule.Gift{Points: 7_00}
			p.Gifts = []rule.GiftRule{{On: rule.FirstPurchase, Points: 1_00}}
		})
		phone := purchase.Guest{Kind: member.Phone, Value: "+79160000001"}
		p := s.buys(mail, line("T1", 2, 100_00))
		o := s.agreed()
		o.Identifiers = []member.NewIdentifier{told(phone, 0)}
		by := purchasetest.By
		by.Source = member.FromSelf
		var first *purchase.Claim
		for range 2 {
			got, err := s.joins.Order(t.Context(), p, mail, o, by)
			if err != nil || got.Why != nil || !got.New || got.Purchase.Claim.Earned != 20_00 {
				t.Fatalf("%+v, %v", got, err)
			}
			m, err := member.Get(t.Context(), d, got.Member)
			s.fatal(err)
			if m.Profile.Name != "Анна" || m.Main(member.Email) != mail.Value || m.Main(member.Phone) != phone.Value ||
				m.Registered.At != p.At || m.Registered.Outlet != s.Outlet.ID || m.Registered.Source != member.FromSelf {
				t.Errorf("%+v", m)
			}
			now, err := member.ConsentsNow(t.Context(), d, got.Member)
			if err != nil || len(now) != 2 || now[0].Proof != "box" || now[0].Outlet != s.Outlet.ID || now[0].At != p.At {
				t.Errorf("%+v, %v", now, err)
			}
			// 10 % of the tickets, the gifts for registering himself and for the first purchase.
			if a := s.account(got.Member).Account; a.Active != 28_00 || a.Turnover != 200_00 || a.Purchases != 1 {
				t.Errorf("%+v", a)
			}
			if first != nil && first.ID != got.Purchase.Claim.ID {
				t.Errorf("given twice")
			}
			first = got.Purchase.Claim
			s.Clock.Add(time.Hour)
		}
		if n := s.count(`select count(*) from member`); n != 1 {
			t.Errorf("%d members", n)
		}
		// His next order by the same e-mail is his too, and quoted to a guest as ever.
		next := s.buys(mail, line("T1", 1, 100_00))
		if got := s.order(next, mail, nil); got.Member != first.Member || got.New || got.Purchase.Claim.Earned != 10_00 {
			t.Errorf("%+v", got)
		}
		s.proved()
	})
}

// Who has not granted what is asked stays a guest, as does one whom the rules of
// registration refuse, and is told why; what was missing may be told later.
func TestStaysGuest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		p := s.buys(mail, line("T1", 1, 100_00))
		s.stays(p, mail, nil, "join.consents")
		half := s.agreed()
		half.Consents = half.Consents[:1]
		s.stays(p, mail, half, "join.consents")
		withdrawn := s.agreed()
		withdrawn.Consents[1].Action = member.Withdrawn
		s.stays(p, mail, withdrawn, "join.consents")
		wrong := s.agreed()
		wrong.Consents[0].Text, wrong.Consents[1].Text = wrong.Consents[1].Text, wrong.Consents[0].Text
		s.stays(p, mail, wrong, "member.bad-text-kind")
		other := s.agreed()
		other.Identifiers = []member.NewIdentifier{told(purchase.Guest{Kind: member.Phone, Value: "+79160000009"}, 0)}
		s.register(other.Identifiers...)
		s.stays(p, mail, other, "member.taken")
		unproven := s.agreed()
		unproven.Proof = 5
		s.stays(p, mail, unproven, "member.no-proof")
		s.rules.Mandatory = []member.Field{member.FieldPhone}
		s.stays(p, mail, s.agreed(), "member.invalid")
		s.rules.Mandatory, s.rules.JoinByOrder = nil, false
		s.stays(p, mail, s.agreed(), "join.off")
		if got := s.order(p, mail, nil); got != nil {
			t.Errorf("%+v", got)
		}
		if n := s.count(`select count(*) from member`); n != 1 {
			t.Errorf("%d members", n)
		}
		s.rules.JoinByOrder = true
		if got := s.order(p, mail, s.agreed()); !got.New || got.Purchase.Claim.Earned != 10_00 {
			t.Errorf("%+v", got)
		}
		none := s.buys(purchase.Guest{Kind: member.Email, Value: "boris@example.ru"}, line("T1", 1, 100_00))
		s.rules.JoinConsents = nil
		if got := s.order(none, purchase.Guest{Kind: member.Email, Value: "boris@example.ru"}, nil); got == nil || !got.New {
			t.Errorf("nothing is asked: %+v", got)
		}
		s.proved()
	})
}

// What several members have is nobody's, and nobody's is what one has who can't
// be served.
func TestWhoseOrderItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		s.rules.UniqueEmail = false
		m := s.register(told(mail, 0))
		s.Clock.Add(time.Hour)
		p := s.buys(mail, line("T1", 1, 100_00))
		if _, err := s.People().Block(t.Context(), m.Home, 0, "спор", purchasetest.By); err != nil {
			t.Fatal(err)
		}
		s.stays(p, mail, s.agreed(), "join.not-served")
		s.Clock.Add(time.Hour)
		second := s.register(told(mail, 0))
		s.stays(p, mail, s.agreed(), "buyer.several")
		s.fatal2(s.People().RemoveIdentifier(t.Context(), s.rules, m.Home, 0, member.Ref(mail), purchasetest.By))
		if got := s.order(p, mail, s.agreed()); got.Member != second.Home || got.New {
			t.Errorf("%+v", got)
		}
		s.stays2(p, m)
		s.proved()
	})
}

func (s *shop) fatal2(_ member.Member, err error) {
	s.t.Helper()
	s.fatal(err)
}

// stays2 wants a receipt not to be a member's.
func (s *shop) stays2(p *purchase.Purchase, m member.Member) {
	s.t.Helper()
	_, err := s.Desk.Claim(s.t.Context(), &purchase.ClaimRequest{Buyer: purchase.Buyer{Home: m.Home}, Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}})
	if err == nil {
		s.t.Errorf("it is another's")
	}
}

// An order of before its guest was a member earns as what was bought before,
// also where the till asks whose it is only when he is one.
func TestLateRepeat(t *testing.T) {
	t.Parallel()
	for _, points := range []bool{false, true} {
		t.Run(fmt.Sprint("points ", points), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, func(p *rule.Programme) { p.Settings.GuestPoints = points })
				p := s.buys(mail, line("T1", 1, 100_00))
				s.stays(p, mail, nil, "join.consents")
				s.Clock.Add(time.Hour)
				m := s.register(told(mail, 0))
				want := money.Points(0)
				if points {
					want = 10_00
				}
				if got := s.order(p, mail, s.agreed()); got.Member != m.Home || got.New || got.Purchase.Claim.Earned != want {
					t.Errorf("%+v, earned %s", got, got.Purchase.Claim.Earned)
				}
				s.proved()
			})
		})
	}
}

// TestJoinedWithHisOther: who is one of two members has joined when the first of
// them did, whichever stays.
func TestJoinedWithHisOther(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{false, true} {
		t.Run(fmt.Sprint("the first stays ", first), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, nil)
				before := s.buys(mail, line("T1", 1, 100_00))
				s.Clock.Add(day)
				one := s.register().Home
				s.Clock.Add(day)
				between := s.buys(mail, line("T1", 1, 100_00))
				s.Clock.Add(day)
				into, from := s.register().Home, one
				if first {
					into, from = from, into
				}
				s.fatal2(s.People().AddIdentifier(t.Context(), s.rules, from, 0, told(mail, s.prove(mail)), purchasetest.By))
				s.unite(into, from)
				s.past()
				if got := s.find(before); got.Claim == nil || got.Claim.Member != into || got.Claim.Earned != 0 {
					t.Errorf("before both: %+v", got.Claim)
				}
				if got := s.find(between); got.Claim == nil || got.Claim.Member != into || got.Claim.Earned != 10_00 {
					t.Errorf("between: %+v", got.Claim)
				}
				s.proved()
			})
		})
	}
}
