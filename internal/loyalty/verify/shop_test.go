package verify_test

import (
	"log/slog"
	"testing"
	"time"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/seal"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var line = purchasetest.Line

// shop is a shop whose books hold an example of everything.
type shop struct {
	*purchasetest.Shop
	t          testing.TB
	dispatcher *figure.Dispatcher
	sealer     *seal.Sealer

	rich, owing, buyer purchase.Buyer
	bought             *purchase.Purchase // by rich: earned, spent, with a discount, two kinds of payment
	part, whole        *purchase.Refund   // of purchases of buyer's
	partly, returned   *purchase.Purchase
	rewarded           *purchase.Purchase // awarded a code
	used               *purchase.Purchase // that used it
}

// programme gives everything there is: a welcome gift, a delay, offers with
// limits of every kind.
func programme() rule.Programme {
	p := purchasetest.Programme()
	p.Welcome = rule.Gift{Points: 3000, Days: 10}
	p.Rules = append(p.Rules, rule.Rule{ID: "reward", Kind: rule.AwardRule, Campaign: "gift", When: []rule.Condition{{Field: rule.FieldChannel, In: []string{"web"}}}})
	p.Campaigns = rule.CampaignsOf(
		rule.Offer{ID: "gift", Name: "В подарок", Rate: 5 * money.Percent},
		rule.Offer{ID: "all", Name: "Всем", Codes: []string{"ALL"}, Rate: 5 * money.Percent, Limits: rule.Limits{InAll: 500, PerCode: 400, PerHead: 2, Return: true}},
		rule.Offer{ID: "few", Name: "Первым", Codes: []string{"FEW"}, Amount: 1000, Limits: rule.Limits{InAll: 3, PerHead: 1}},
		rule.Offer{ID: "free", Name: "Без предела", Codes: []string{"FREE"}, Amount: 500},
	)
	return p
}

// someCashier serves some of the receipts.
const someCashier = id.ID(77)

// someGuest buys without being a member.
var someGuest = purchase.Guest{Kind: member.Email, Value: "guest@example.org"}

// fill opens a shop and lets everything happen in it.
func fill(t testing.TB, d *db.DB) *shop {
	t.Helper()
	s := &shop{Shop: purchasetest.Open(t, d, programme()), t: t}
	s.sealer = &seal.Sealer{DB: d, IDs: s.IDs, Clock: s.Clock, Log: slog.New(slog.DiscardHandler)}
	s.dispatcher = figure.NewDispatcher(figure.Options{DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Heads: s.sealer.Collect})
	s.rich, s.owing, s.buyer = s.Member(t), s.Member(t), s.Member(t)
	s.Member(t) // one who does nothing

	s.Give(t, s.rich, 500000)
	c := s.Cart(purchase.Buyer{}, line("T1", 3, 25000), line("S1", 1, 5000))
	c.Guest, c.Codes = someGuest, []string{"ALL"}
	s.sell(c)
	c = s.Cart(s.rich, line("T1", 3, 33333), line("B1", 2, 15000), line("x", 1, 999))
	c.Codes, c.Wish.Points = []string{"ALL"}, 20000
	c.Payments = []purchase.Payment{{Kind: "cash", Amount: 50000}, {Kind: "card", Amount: 54449}}
	c.Cashier = someCashier
	s.bought = s.sell(c)

	c = s.Cart(s.buyer, line("T2", 4, 12345), line("B2", 3, 7001))
	c.Codes = []string{"FEW"}
	s.partly = s.sell(c)
	s.part = s.refund(&purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}, {Line: 1, Quantity: 2 * money.Piece}}})
	s.refund(&purchase.RefundRequest{Purchase: ref(c), Amount: 5000})
	s.tomorrow(1)
	c = s.Cart(s.buyer, line("T3", 1, 80000))
	c.Codes = []string{"ALL"}
	s.returned = s.sell(c)
	s.whole = s.refund(&purchase.RefundRequest{Purchase: ref(c)})

	s.codes()
	s.debt()
	s.fold()
	s.limits()
	s.tomorrow(20) // the gifts expire
	s.settle()
	s.fold()
	s.late()
	s.unlinked()
	if _, err := s.Desk.Adjust(t.Context(), &purchase.AdjustRequest{
		By: 1, Key: "take", Buyer: s.rich, Programme: s.Programme.ID, Points: -12345, Reason: "ошибка", Actor: "test",
	}); err != nil {
		t.Fatal(err)
	}
	s.tomorrow(40)
	s.settle()
	s.sell(s.Cart(s.rich, line("T1", 1, 40000))) // stays an event
	return s
}

// codes awards two codes, one of which is used and one withdrawn by the
// refund.
func (s *shop) codes() {
	b := s.Member(s.t)
	c := s.Cart(b, line("T1", 1, 30000))
	c.Channel = "web"
	s.rewarded = s.sell(c)
	c = s.Cart(b, line("T1", 1, 30000))
	c.Codes = []string{s.rewarded.Awards[0].Code}
	s.used = s.sell(c)
	c = s.Cart(b, line("T1", 1, 30000))
	c.Channel = "web"
	s.sell(c)
	s.refund(&purchase.RefundRequest{Purchase: ref(c)})
}

// debt leaves a member who owes, and one whose debt new points have paid.
func (s *shop) debt() {
	for _, b := range []purchase.Buyer{s.owing, s.Member(s.t)} {
		c1 := s.Cart(b, line("T1", 1, 100000))
		s.sell(c1)
		c2 := s.Cart(b, line("T2", 1, 20000))
		c2.Wish.Points = 10000
		s.sell(c2)
		s.refund(&purchase.RefundRequest{Purchase: ref(c1)})
		if b == s.owing {
			continue
		}
		s.sell(s.Cart(b, line("T1", 2, 90000)))
		s.refund(&purchase.RefundRequest{Purchase: ref(c2)})
	}
	// A record that spends what is not there owes too, and is then returned.
	b := s.Member(s.t)
	r := s.Cart(b, line("B1", 1, 30000))
	r.Facts = &purchase.Facts{At: s.Clock.Now(), Points: 9900}
	s.record(r)
	s.refund(&purchase.RefundRequest{Purchase: ref(r)})
	owes := s.Cart(s.Member(s.t), line("B1", 1, 30000))
	owes.Facts = &purchase.Facts{At: s.Clock.Now(), Points: 9900}
	s.record(owes)
}

// limits uses offers up, and past it.
func (s *shop) limits() {
	for range 4 {
		c := s.Cart(s.Member(s.t), line("T1", 1, 30000))
		c.Codes = []string{"FEW"}
		s.sell(c)
	}
	for range 2 {
		c := s.Cart(s.buyer, line("T1", 1, 30000))
		c.Codes = []string{"FEW"}
		c.Facts = &purchase.Facts{At: s.Clock.Now()}
		c.Lines[0].Discount = 1000
		s.record(c)
	}
	c := s.Cart(s.Member(s.t), line("T1", 1, 30000))
	c.Codes = []string{"FREE"}
	s.sell(c)
}

// late brings a receipt of a fortnight ago, whose points are still to come.
func (s *shop) late() {
	c := s.Cart(s.Member(s.t), line("T1", 1, 30000))
	c.Facts = &purchase.Facts{At: s.Clock.Now().Add(-14 * 24 * time.Hour)}
	s.record(c)
	c = s.Cart(s.rich, line("T1", 1, 31000))
	c.Facts = &purchase.Facts{At: s.Clock.Now().Add(-14 * 24 * time.Hour)}
	s.record(c)
}

func (s *shop) unlinked() {
	b := s.Member(s.t)
	s.sell(s.Cart(b, line("T1", 2, 50000)))
	for _, buyer := range []purchase.Buyer{b, {}} {
		_, err := s.Desk.RefundUnlinked(s.t.Context(), &purchase.UnlinkedRequest{
			Till: s.Till, Key: s.IDs.New().String(), Buyer: buyer,
			Lines: []purchase.UnlinkedLine{{SKU: "T1", Quantity: money.Piece, Price: 50000}, {SKU: "B3", Quantity: money.Piece, Price: 700}},
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

func ref(c *purchase.Cart) purchase.PurchaseRef {
	return purchase.PurchaseRef{Till: c.Till, Key: c.Key}
}

func (s *shop) sell(c *purchase.Cart) *purchase.Purchase {
	s.t.Helper()
	a, err := s.Desk.Commit(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Purchase
}

func (s *shop) record(c *purchase.Cart) {
	s.t.Helper()
	if _, err := s.Desk.Record(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) refund(r *purchase.RefundRequest) *purchase.Refund {
	s.t.Helper()
	r.Till, r.Key = s.Till, s.IDs.New().String()
	a, err := s.Desk.Refund(s.t.Context(), r)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Refund
}

func (s *shop) tomorrow(days int) { s.Clock.Add(time.Duration(days) * 24 * time.Hour) }

func (s *shop) settle() {
	s.t.Helper()
	if _, err := s.Desk.SettleDue(s.t.Context(), 1000); err != nil {
		s.t.Fatal(err)
	}
}

// fold folds all events and seals all heads.
func (s *shop) fold() {
	s.t.Helper()
	if _, err := s.dispatcher.Drain(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.sealer.Seal(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func run(t testing.TB, d *db.DB) verify.Report {
	t.Helper()
	r, err := verify.Run(t.Context(), d, verify.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCleanShop(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		r := run(t, d)
		for _, b := range r.Breaks {
			t.Errorf("%+v", b)
		}
		t.Logf("%+v", r.Counts)
		c := r.Counts
		for name, n := range map[string]int64{
			"homes": c.Homes, "accounts": c.Accounts, "lots": c.Lots, "postings": c.Postings, "purchases": c.Purchases, "refunds": c.Refunds,
			"adjustments": c.Adjustments, "keys": c.Keys, "limits": c.Limits, "codes": c.Codes, "programmes": c.Programmes, "figures": c.Figures, "events": c.Events,
			"seals": c.Seals, "leaves": c.Leaves,
		} {
			if n == 0 {
				t.Errorf("no %s were looked at", name)
			}
		}
	})
}
