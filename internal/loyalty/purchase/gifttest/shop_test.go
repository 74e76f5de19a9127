package gifttest

import (
	"fmt"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/money"
)

// shop is a shop whose members have birthdays.
type shop struct {
	testing.TB
	*purchasetest.Shop
	people *member.Members
	number int
}

var by = member.Actor{Kind: member.ByCashier, ID: 7, Source: "till"}

// giving is the simple programme with gifts.
func giving(gifts ...rule.GiftRule) rule.Programme {
	p := purchasetest.Programme()
	p.Gifts = gifts
	return p
}

func open(t testing.TB, d *db.DB, p rule.Programme) *shop {
	s := &shop{TB: t, Shop: purchasetest.Open(t, d, p)}
	s.people = &member.Members{DB: d, IDs: s.IDs, Clock: s.Clock}
	return s
}

// must ends the test on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// born registers a member and opens his account.
func (s *shop) born(date string, relatives ...string) purchase.Buyer {
	b := s.stranger(date, relatives...)
	must(s.Desk.Open(s.Context(), b.Home, s.Programme.ID))
	return b
}

// stranger registers a member who has no account.
func (s *shop) stranger(date string, relatives ...string) purchase.Buyer {
	s.number++
	in := member.Registration{
		Profile:     member.Profile{BirthDate: date},
		Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: fmt.Sprintf("+7916%07d", s.number)}},
	}
	for _, r := range relatives {
		in.Relatives = append(in.Relatives, member.Relative{Kind: "child", Name: "Пётр", BirthDate: r})
	}
	m := must(s.people.Register(s.Context(), member.DefaultRules(), in, by))
	return purchase.Buyer{Home: m.Home}
}

// bornNow changes a birth date.
func (s *shop) bornNow(b purchase.Buyer, date string) {
	set := member.Patch{Set: map[member.Field]string{member.FieldBirthDate: date}}
	must(s.people.Update(s.Context(), member.DefaultRules(), b.Home, 0, set, by))
}

// at sets the clock to a minute in Moscow.
func (s *shop) at(moment string) { s.Clock.Set(moscow(moment)) }

func moscow(moment string) clock.Micros {
	zone := must(time.LoadLocation("Europe/Moscow"))
	return clock.Of(must(time.ParseInLocation("2006-01-02 15:04", moment, zone)))
}

func (s *shop) buy(b purchase.Buyer, price money.Amount) *purchase.Purchase {
	return must(s.Desk.Commit(s.Context(), s.Cart(b, purchasetest.Line("S1", 1, price)))).Purchase
}

// spend buys and pays a part with points.
func (s *shop) spend(b purchase.Buyer, price money.Amount, points money.Points) *purchase.Purchase {
	c := s.Cart(b, purchasetest.Line("T1", 1, price))
	c.Wish.Points = points
	return must(s.Desk.Commit(s.Context(), c)).Purchase
}

func (s *shop) refund(p *purchase.Purchase, amount money.Amount) *purchase.Refund {
	return must(s.Desk.Refund(s.Context(), &purchase.RefundRequest{
		Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Amount: amount,
	})).Refund
}

// job runs what is run each minute.
func (s *shop) job() {
	s.Helper()
	if err := s.Desk.GiveDated(s.Context()); err != nil {
		s.Fatal(err)
	}
}

// gifts tells all gifts of a member: occasion, day, at which time, given or
// taken.
func (s *shop) gifts(h home.ID) (out []string) {
	for _, g := range must(ledger.Presents(s.Context(), s.DB, h)) {
		at := g.At.In(must(time.LoadLocation("Europe/Moscow"))).Format("2006-01-02 15:04")
		text := fmt.Sprintf("%s %s at %s", g.Occasion, g.Day, at)
		switch {
		case g.Given > 0:
			text += " given " + g.Given.String()
		default:
			text += " taken " + g.Taken.String()
		}
		if g.Short > 0 {
			text += " forgiven " + g.Short.String()
		}
		out = append(out, text)
	}
	return out
}

// has tells a member's points.
func (s *shop) has(b purchase.Buyer) string {
	v := s.Balance(s.TB, b)
	return fmt.Sprintf("%s owes %s", v.Active, v.Debt)
}

// proved ends the test if any invariant of the books does not hold.
func (s *shop) proved() {
	s.Helper()
	for _, b := range must(verify.Run(s.Context(), s.DB, verify.Options{})).Breaks {
		s.Errorf("%s: %s %s: found %s, wanted %s", b.Invariant, b.Table, b.Key, b.Found, b.Wanted)
	}
}
