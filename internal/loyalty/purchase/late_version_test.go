package purchase_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// madeModel is the versions of two programmes, as slow as can be: the list of
// all that was made.
type madeModel struct {
	all []rule.Programme // with their versions, in the order in which they were made
	at  []clock.Micros
}

func (m *madeModel) made(p *rule.Programme, at clock.Micros) {
	m.all, m.at = append(m.all, *p), append(m.at, at)
}

// judge finds the programme of a receipt: of the last versions that had been
// made the one that is on and goes first.
func (m *madeModel) judge(at clock.Micros, day string) *rule.Programme {
	last := map[string]*rule.Programme{}
	newest := map[string]*rule.Programme{}
	for i := range m.all {
		newest[m.all[i].Code] = &m.all[i]
		if m.at[i] <= at {
			last[m.all[i].Code] = &m.all[i]
		}
	}
	if len(last) == 0 {
		last = newest
	}
	for code, p := range newest {
		if last[code] == nil && p.From != "" {
			last[code] = p
		}
	}
	var best *rule.Programme
	for _, p := range last {
		if p.On && (p.From == "" || p.From <= day) && (best == nil || p.Priority > best.Priority) {
			best = p
		}
	}
	return best
}

// TestLateByTheRulesOfItsTime: receipts of any time, while programmes change,
// are each judged by the version that was in force at its time; they are
// explained by it, returned by it, and the books hold.
func TestLateByTheRulesOfItsTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for seed := range uint64(3) {
			lateByItsRules(t, purchasetest.Open(t, dbtest.Open(t, d.Dialect()), purchasetest.Programme()), rand.New(rand.NewPCG(seed, 5)))
		}
	})
}

func lateByItsRules(t *testing.T, s *purchasetest.Shop, rnd *rand.Rand) {
	t.Helper()
	m := &madeModel{}
	m.made(s.Programme, s.Clock.Now())
	start := s.Clock.Now()
	buyers := []purchase.Buyer{{}, s.Member(t), s.Member(t), s.Member(t)}
	var sold []*purchase.Purchase
	old := 0
	for range 120 {
		s.Clock.Add(time.Duration(rnd.IntN(20)) * time.Hour)
		if rnd.IntN(6) == 0 {
			m.change(t, s, rnd)
			continue
		}
		at := s.Clock.Now() - clock.Micros(rnd.Int64N(int64(s.Clock.Now()-start)+10*day.Microseconds()))
		if rnd.IntN(3) == 0 {
			at = s.Clock.Now()
		}
		c := s.Cart(buyers[rnd.IntN(len(buyers))], line("x", 1, money.Amount(rnd.IntN(100_000)+1)))
		p := record(t, s, c, at, 0)
		want := m.judge(at, s.Outlet.BusinessDay(at))
		checkVersion(t, p, want)
		if want != nil && s.Programmes.Current().Get(want.ID).Version != want.Version {
			old++
		}
		sold = append(sold, p)
	}
	if old < 20 {
		t.Errorf("only %d receipts were judged by an old version", old)
	}
	for i, p := range sold {
		st, err := s.Desk.Find(t.Context(), purchase.PurchaseRef{Home: p.Home, ID: p.ID})
		if err != nil {
			t.Fatal(err)
		}
		why, err := s.Desk.Why(t.Context(), st, purchase.Asked{})
		if err != nil || !why.Same || why.Version != p.Version {
			t.Errorf("explained by version %d, the same is %v, %v; want %d", why.Version, why.Same, err, p.Version)
		}
		if i%3 == 0 {
			refund(t, s, &purchase.RefundRequest{Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}})
		}
	}
	r, err := verify.Run(t.Context(), s.DB, verify.Options{Workers: 1})
	if err != nil || !r.Clean() {
		t.Errorf("%+v %v", r.Breaks, err)
	}
}

// change makes a version of one of the programmes.
func (m *madeModel) change(t *testing.T, s *purchasetest.Shop, rnd *rand.Rand) {
	t.Helper()
	p := purchasetest.Programme()
	p.Earning.Rate = money.Rate(rnd.Int64N(20)+1) * money.Percent
	p.On = rnd.IntN(5) > 0
	if rnd.IntN(2) == 0 {
		p.Code, p.Priority = "second", 1
		if rnd.IntN(2) == 0 {
			p.From = "2026-02-27"
		}
	}
	if now := s.Programmes.Current().ByCode(p.Code); now != nil {
		p.ID, p.Version = now.ID, now.Version
	}
	made, err := s.Programmes.Put(t.Context(), p, "test")
	if err != nil {
		t.Fatal(err)
	}
	m.made(made, s.Clock.Now())
}

func checkVersion(t *testing.T, p *purchase.Purchase, want *rule.Programme) {
	t.Helper()
	if want == nil {
		want = rule.None()
	}
	if p.Programme != want.ID || p.Version != want.Version {
		t.Errorf("at %s: programme %s version %d, want %s version %d", p.At.Time(), p.Programme, p.Version, want.ID, want.Version)
	}
	earned, _ := want.Earning.Rate.Of(int64(p.Due), money.Down)
	if p.Home < 0 || want.ID == 0 {
		earned = 0
	}
	if int64(p.Earned) != earned {
		t.Errorf("at %s: earned %d of %d, want %d", p.At.Time(), p.Earned, p.Due, earned)
	}
}

// TestLateTermsOfItsTime: the welcome gift, the term of the points, codes and
// what a refund of no purchase takes are those of the receipt's time too; the
// level is the newest ladder's.
func TestLateTermsOfItsTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := purchasetest.Programme()
		first.Welcome = rule.Gift{Points: 70_00}
		first.Earning.Expiry = rule.Expiry{Mode: rule.AfterAccrual, Days: 5}
		first.Campaigns = rule.CampaignsOf(rule.Offer{ID: "old", Name: "Старая", Codes: []string{"OLD"}, Amount: 5_00})
		s := purchasetest.Open(t, d, first)
		then := s.Clock.Now().Add(time.Hour)
		s.Clock.Add(3 * day)
		next := purchasetest.Programme()
		next.ID, next.Version = s.Programme.ID, s.Programme.Version
		next.Earning.Rate, next.Earning.Expiry = 50*money.Percent, rule.Expiry{Mode: rule.Never}
		next.Levels = []rule.Level{{ID: "all", Priority: 1}}
		if _, err := s.Programmes.Put(t.Context(), next, "test"); err != nil {
			t.Fatal(err)
		}
		b := s.Member(t)
		c := s.Cart(b, line("B1", 1, 100_00))
		c.Codes = []string{"OLD"}
		c.Lines[0].Discount = 5_00
		p := record(t, s, c, then, 0)
		if p.Version != 1 || p.Earned != 2_85 || has(p.Flags, purchase.FlagCode) || p.Level != "all" || p.Balance.Active != 72_85 {
			t.Errorf("%+v", p)
		}
		a, err := s.Desk.RefundUnlinked(t.Context(), &purchase.UnlinkedRequest{
			Till: s.Till, Key: "u", Buyer: b, At: then + 1, Lines: []purchase.UnlinkedLine{{SKU: "B2", Quantity: money.Piece, Price: 100_00}},
		})
		if err != nil || a.Refund.Version != 1 || a.Refund.Earned != 3_00 {
			t.Errorf("%+v %v", a, err)
		}
		s.Clock.Add(3 * day) // the sixth day has begun
		if got := s.Balance(t, b); got.Active != 69_85 {
			t.Errorf("%+v", got)
		}
		if p := commit(t, s, s.Cart(b, line("B1", 1, 100_00))); p.Version != 2 || p.Earned != 50_00 {
			t.Errorf("%+v", p)
		}
	})
}
