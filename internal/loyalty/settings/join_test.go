package settings_test

import (
	"fmt"
	"time"

	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
)

// orders has a guest order by a phone that is nobody's, an hour after he bought
// by it; it tells why he stays a guest, or what became his.
func (s *stage) orders() string {
	s.Helper()
	phone := s.phone()
	bought := func() *purchase.Purchase {
		c := s.Cart(purchase.Buyer{}, ticket(1, 10_000))
		c.Guest = purchase.Guest{Kind: phone.Kind, Value: phone.Value}
		return s.commit(c)
	}
	bought()
	s.Clock.Add(time.Hour)
	joins := &join.Joins{DB: s.DB, Clock: s.Clock, Members: s.people, Desk: s.Desk, Rules: func() member.Rules { return s.rules }}
	got, err := joins.Order(s.Context(), bought(), purchase.Guest{Kind: phone.Kind, Value: phone.Value}, &join.Order{}, purchasetest.By)
	s.fatal(err)
	if got.Why != nil {
		return got.Why.Code
	}
	s.fatal(joins.Look(s.Context(), got.Member))
	all, err := s.Desk.Accounts(s.Context(), got.Member)
	s.fatal(err)
	return fmt.Sprintf("%d purchases, earned %s", all[0].Account.Purchases, all[0].Account.Active)
}
