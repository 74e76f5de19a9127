package reservetest

import (
	"testing"
	"time"

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

const hold = 20 * time.Minute

// shop is one whose campaigns have limits and codes that are given out.
type shop struct {
	*purchasetest.Shop
	t *testing.T
}

func open(t *testing.T, d *db.DB, change func(p *rule.Programme)) *shop {
	t.Helper()
	p := purchasetest.Programme()
	p.Campaigns = rule.CampaignsOf(
		rule.Offer{ID: "last", Name: "Последний", Codes: []string{"LAST"}, Rate: 10 * money.Percent, Limits: rule.Limits{InAll: 1, Return: true}},
		rule.Offer{ID: "head", Name: "Раз в руки", Codes: []string{"HEAD"}, Amount: 5_00, Limits: rule.Limits{PerHead: 1, Return: true}},
		rule.Offer{ID: "gift", Name: "В подарок", Codes: []string{"LISTED"}, Rate: 20 * money.Percent, Limits: rule.Limits{Return: true}},
	)
	for i := range p.Campaigns {
		p.Campaigns[i].Alone, p.Campaigns[i].Stack = false, "together"
	}
	p.Rules = []rule.Rule{{ID: "reward", Kind: rule.AwardRule, Campaign: "gift", When: []rule.Condition{{Field: rule.FieldChannel, In: []string{"web"}}}}}
	if change != nil {
		change(&p)
	}
	return &shop{Shop: purchasetest.Open(t, d, p), t: t}
}

func (s *shop) no(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// want wants an error of a code; "": none.
func (s *shop) want(what, code string, err error) {
	s.t.Helper()
	if got := purchasetest.Code(err); got != code {
		s.t.Errorf("%s: %q (%v), want %q", what, got, err, code)
	}
}

// cart spends some points under some codes.
func (s *shop) cart(b purchase.Buyer, spend money.Points, codes ...string) *purchase.Cart {
	c := s.Cart(b, line("T1", 3, 100_00), line("B1", 1, 99_99))
	c.Wish.Points, c.Codes = spend, codes
	return c
}

func (s *shop) reserve(c *purchase.Cart) *purchase.Reservation {
	s.t.Helper()
	r, err := s.Desk.Reserve(s.t.Context(), c, hold)
	s.no(err)
	return r.Reservation
}

func ref(r *purchase.Reservation) purchase.PurchaseRef {
	return purchase.PurchaseRef{Home: r.Home, ID: r.ID}
}

// pay is what confirms a reservation.
func (s *shop) pay(r *purchase.Reservation) *purchase.ConfirmRequest {
	return &purchase.ConfirmRequest{Reservation: ref(r), Till: s.Till, Key: s.IDs.New().String()}
}

func (s *shop) confirm(r *purchase.Reservation) (*purchase.Answer, error) {
	return s.Desk.Confirm(s.t.Context(), s.pay(r))
}

func (s *shop) cancel(r *purchase.Reservation) error {
	_, err := s.Desk.Cancel(s.t.Context(), ref(r))
	return err
}

func (s *shop) commit(c *purchase.Cart) (*purchase.Purchase, error) {
	a, err := s.Desk.Commit(s.t.Context(), c)
	if err != nil {
		return nil, err
	}
	return a.Purchase, nil
}

// rewarded gives a member a code.
func (s *shop) rewarded(b purchase.Buyer) string {
	s.t.Helper()
	c := s.Cart(b, line("S1", 1, 1_00))
	c.Channel = "web"
	p, err := s.commit(c)
	s.no(err)
	return p.Awards[0].Code
}

func (s *shop) stands(b purchase.Buyer, active, held, debt money.Points) {
	s.t.Helper()
	if got, want := s.Balance(s.t, b), (purchase.Balance{Active: active, Held: held, Debt: debt}); got != want {
		s.t.Errorf("%+v, want %+v", got, want)
	}
}

func (s *shop) proved() {
	s.t.Helper()
	r, err := verify.Run(s.t.Context(), s.DB, verify.Options{})
	s.no(err)
	for _, b := range r.Breaks {
		s.t.Errorf("%+v", b)
	}
}

// figures are what a receipt came to.
func figures(p *purchase.Purchase) [6]int64 {
	return [6]int64{int64(p.Gross), int64(p.Discount), int64(p.Paid), int64(p.Due), int64(p.Spent), int64(p.Earned)}
}
