package purchasetest

import (
	"context"
	"testing"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
)

// People are the operations on members.
func (s *Shop) People() *member.Members {
	return &member.Members{DB: s.DB, IDs: s.IDs, Clock: s.Clock}
}

// By is who changes members in tests.
var By = member.Actor{Kind: member.BySystem, Source: "test"}

// Person registers a member: one that Member makes has a home and nothing else.
func (s *Shop) Person(t testing.TB) purchase.Buyer {
	t.Helper()
	rules := member.DefaultRules()
	rules.Mandatory = nil
	m, err := s.People().Register(context.Background(), rules, member.Registration{}, By)
	check(t, err)
	return purchase.Buyer{Home: m.Home}
}

// Family registers some members who share the account of the first.
func (s *Shop) Family(t testing.TB, size int) (member.Household, []purchase.Buyer) {
	t.Helper()
	buyers := make([]purchase.Buyer, size)
	homes := make([]home.ID, size)
	for i := range buyers {
		buyers[i] = s.Person(t)
		homes[i] = buyers[i].Home
	}
	v, err := s.People().FoundHousehold(context.Background(), homes[0], "Семья", homes[1:], By)
	check(t, err)
	return v, buyers
}

// Join takes a member into a household.
func (s *Shop) Join(t testing.TB, v member.Household, b purchase.Buyer) {
	t.Helper()
	_, err := s.People().JoinHousehold(context.Background(), v.ID, b.Home, By)
	check(t, err)
}

// Leave takes a member out of a household.
func (s *Shop) Leave(t testing.TB, v member.Household, b purchase.Buyer) {
	t.Helper()
	_, err := s.People().LeaveHousehold(context.Background(), v.ID, b.Home, By)
	check(t, err)
}
