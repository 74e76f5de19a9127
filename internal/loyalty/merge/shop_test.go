package merge_test

import (
	"testing"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var line = purchasetest.Line

// shop is a shop in which members are merged.
type shop struct {
	*purchasetest.Shop
	*merge.Merges
	t testing.TB
}

func open(t testing.TB, d *db.DB, change func(p *rule.Programme)) *shop {
	t.Helper()
	p := purchasetest.Programme()
	if change != nil {
		change(&p)
	}
	s := purchasetest.Open(t, d, p)
	return &shop{Shop: s, Merges: &merge.Merges{DB: d, IDs: s.IDs, Clock: s.Clock, Members: s.People(), Desk: s.Desk}, t: t}
}

// ask is a request to merge one into another.
func ask(into, from purchase.Buyer) merge.Request {
	return merge.Request{Into: into.Home, From: from.Home, By: purchasetest.By, Reason: "одно лицо"}
}

// unite merges one member into another, as its preview has told.
func (s *shop) unite(into, from purchase.Buyer) *merge.Merge {
	s.t.Helper()
	p, err := s.Preview(s.t.Context(), ask(into, from))
	if err != nil {
		s.t.Fatal(err)
	}
	r := ask(into, from)
	r.Digest = p.Digest
	m, err := s.Merges.Merge(s.t.Context(), r)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

func (s *shop) sell(b purchase.Buyer, lines ...purchase.CartLine) *purchase.Purchase {
	s.t.Helper()
	return s.sellCart(s.Cart(b, lines...))
}

func (s *shop) sellCart(c *purchase.Cart) *purchase.Purchase {
	s.t.Helper()
	a, err := s.Shop.Desk.Commit(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Purchase
}

func ref(p *purchase.Purchase) purchase.PurchaseRef {
	return purchase.PurchaseRef{Home: p.Home, ID: p.ID}
}

// back refunds so many pieces of a purchase's first line, or with 0 all of it.
func (s *shop) back(p *purchase.Purchase, pieces int64) *purchase.Refund {
	s.t.Helper()
	r := &purchase.RefundRequest{Till: s.Till, Key: s.Shop.IDs.New().String(), Purchase: ref(p)}
	if pieces > 0 {
		r.Lines = []purchase.RefundPart{{Quantity: money.Quantity(pieces) * money.Piece}}
	}
	a, err := s.Shop.Desk.Refund(s.t.Context(), r)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Refund
}

// account is a member's account as it is now.
func (s *shop) account(b purchase.Buyer) *purchase.AccountView {
	s.t.Helper()
	all, err := s.Shop.Desk.Accounts(s.t.Context(), b.Home)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range all {
		if all[i].Account.Programme == s.Programme.ID {
			return &all[i]
		}
	}
	return nil
}

func (s *shop) state(h home.ID) (state string) {
	s.t.Helper()
	if err := s.Shop.DB.Row(s.t.Context(), `select state from member where home_id = $1`, h).Scan(&state); err != nil {
		s.t.Fatal(err)
	}
	return state
}

// proved wants the books to be whole.
func (s *shop) proved() {
	s.t.Helper()
	r, err := verify.Run(s.t.Context(), s.Shop.DB, verify.Options{Workers: 2})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, b := range r.Breaks {
		s.t.Errorf("%+v", b)
	}
}
