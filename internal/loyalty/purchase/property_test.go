package purchase_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// soak is how long the property tests run (KOPILKA_SOAK); 0: as CI has time.
func soak(t *testing.T) time.Duration {
	t.Helper()
	v := os.Getenv("KOPILKA_SOAK")
	if v == "" {
		return 0
	}
	d, err := time.ParseDuration(v)
	if err != nil {
		t.Fatalf("KOPILKA_SOAK: %v", err)
	}
	return d
}

// cases runs a property at least for a number of rounds of a hundred cases,
// and as long as KOPILKA_SOAK says. Where RAPID_SEED is set, as in CI, all
// rounds begin with the same seed: each draws a little more first, so that its
// cases are others.
func cases(t *testing.T, rounds int, body func(*rapid.T)) {
	t.Helper()
	began, long := time.Now(), soak(t)
	for i := 0; !t.Failed() && (i < rounds || time.Since(began) < long); i++ {
		rapid.Check(t, func(rt *rapid.T) {
			for range min(i, rounds) {
				rapid.Uint64().Draw(rt, "round")
			}
			body(rt)
		})
	}
}

// machine does the same at random in a shop and in its model.
type machine struct {
	s     *purchasetest.Shop
	w     *mWorld
	tag   string    // of the case's offers
	homes []home.ID // of members
	keys  []done
}

// done is a cart that was sold, and the answer.
type done struct {
	cart *purchase.Cart
	doc  *purchase.Purchase
}

var ctx = context.Background()

// begin starts a case: new members, a new version of the programme, the clock
// at its start.
func begin(t *rapid.T, tb testing.TB, s *purchasetest.Shop) *machine {
	s.Clock.Set(clock.Of(purchasetest.Start))
	m := &machine{s: s, tag: "-" + s.IDs.New().String(), w: &mWorld{
		now: s.Clock.Now(), day: func(at clock.Micros) string { return s.Outlet.Moment(at).Day },
		accounts: map[home.ID]*mAccount{}, used: map[string]int64{}, over: map[string]int64{},
	}}
	m.programme(t)
	for range rapid.IntRange(1, 3).Draw(t, "members") {
		m.homes = append(m.homes, s.Member(tb).Home)
	}
	return m
}

// programme puts new rules in the place of those before. Each case has offers
// of its own, so that limits begin anew.
func (m *machine) programme(t *rapid.T) { m.put(t, drawProgramme(t)) }

func (m *machine) put(t *rapid.T, p rule.Programme) {
	old := m.s.Programmes.Current().Get(m.s.Programme.ID)
	p.ID, p.Version, p.Code = old.ID, old.Version, old.Code
	for i := range p.Campaigns {
		p.Campaigns[i].ID += m.tag
		for j := range p.Campaigns[i].Rules {
			p.Campaigns[i].Rules[j].ID += m.tag
		}
	}
	made, err := m.s.Programmes.Put(ctx, p, "test")
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	m.w.programme = m.s.Programmes.Current().Get(made.ID)
	m.w.made = append(m.w.made, mMade{m.s.Clock.Now(), m.w.programme})
}

func (m *machine) buyer(t *rapid.T) purchase.Buyer {
	i := rapid.IntRange(-1, len(m.homes)-1).Draw(t, "buyer")
	if i < 0 {
		return purchase.Buyer{}
	}
	return purchase.Buyer{Home: m.homes[i]}
}

// same compares what the desk answered with what the model expects.
func same(t *rapid.T, what string, err, want error, got, expected any) {
	t.Helper()
	if purchasetest.Code(err) != purchasetest.Code(want) {
		t.Fatalf("%s: the desk says %v, the model %v", what, err, want)
	}
	if err != nil {
		return
	}
	if diff := cmp.Diff(expected, got, figures...); diff != "" {
		t.Fatalf("%s, the model (-) and the desk (+):\n%s", what, diff)
	}
}

// figures leave out what the model does not know: ids and texts.
var figures = []cmp.Option{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(purchase.Purchase{}, "Home", "ID", "Till", "Outlet", "Partner", "Cashier", "Acts", "Key", "Number", "WrittenAt",
		"Account", "Programme", "Version", "Codes", "Idle", "Lots", "Uses", "Trace", "Flags", "Seen", "Minute", "Told", "Counted", "Level"),
	cmpopts.IgnoreFields(purchase.Line{}, "Product", "Groups"),
	cmpopts.IgnoreFields(ledger.Part{}, "Lot"),
	cmpopts.IgnoreFields(purchase.Refund{}, "Home", "ID", "Purchase", "Parent", "Till", "Outlet", "Cashier", "Acts", "Key", "Number", "WrittenAt",
		"Day", "Account", "Programme", "Version", "Uses", "Matched", "Flags", "Counted", "Level"),
	cmpopts.IgnoreFields(purchase.RefundLine{}, "Type"),
}

func (m *machine) sell(t *rapid.T, c *purchase.Cart, sell func(context.Context, *purchase.Cart) (*purchase.Answer, error)) {
	a, err := sell(ctx, c)
	want, wantErr := m.w.sell(c)
	if err != nil || wantErr != nil {
		same(t, "sale", err, wantErr, nil, nil)
		return
	}
	same(t, "sale", nil, nil, a.Purchase, want.doc)
	want.doc.Home, want.doc.ID = a.Purchase.Home, a.Purchase.ID
	m.keys = append(m.keys, done{c, a.Purchase})
}

func (m *machine) commit(t *rapid.T) {
	c := drawCart(t, m.s, m.buyer(t))
	if !c.Buyer.None() {
		c.Wish = drawWish(t, m.w.programme.Settings.SpendStep)
	}
	q, err := m.s.Desk.Quote(ctx, c)
	if err == nil {
		c.Quote = q.ID
		if rapid.Bool().Draw(t, "says how it is paid") {
			c.Payments = drawPayments(t, q.Outcome.Due)
		}
	}
	m.sell(t, c, func(ctx context.Context, c *purchase.Cart) (*purchase.Answer, error) {
		a, err2 := m.s.Desk.Commit(ctx, c)
		if purchasetest.Code(err) != purchasetest.Code(err2) && purchasetest.Code(err2) != "purchase.payments-sum" {
			t.Fatalf("quoted %v, committed %v", err, err2)
		}
		if err2 == nil && (a.Purchase.Due != q.Outcome.Due || a.Purchase.Spent != q.Outcome.Spent || a.Purchase.Earned != q.Outcome.Earned) {
			t.Fatalf("quoted %+v, committed %+v", q.Outcome, a.Purchase)
		}
		return a, err2
	})
}

func (m *machine) record(t *rapid.T) {
	c := drawCart(t, m.s, m.buyer(t))
	drawFacts(t, c, m.w.now)
	m.sell(t, c, m.s.Desk.Record)
}

func (m *machine) refund(t *rapid.T) {
	if len(m.w.sales) == 0 {
		t.Skip("nothing sold")
	}
	sale := rapid.SampledFrom(m.w.sales).Draw(t, "sale")
	r := drawRefund(t, m.s, sale)
	if rapid.IntRange(0, 3).Draw(t, "names kinds") == 0 {
		if f, err := m.w.tryRefund(sale, r); err == nil && f.Money > 0 {
			r.Payments = drawPayments(t, f.Money)
		}
	}
	a, err := m.s.Desk.Refund(ctx, r)
	want, wantErr := m.w.refund(sale, r)
	if err != nil || wantErr != nil {
		same(t, "refund", err, wantErr, nil, nil)
		return
	}
	same(t, "refund", nil, nil, a.Refund, want)
}

// tryRefund tells what a refund would come to.
func (w *mWorld) tryRefund(s *mSale, r *purchase.RefundRequest) (*purchase.Refund, error) {
	c := *w
	c.accounts, c.used, c.over = map[home.ID]*mAccount{s.home: w.accounts[s.home].copy()}, map[string]int64{}, map[string]int64{}
	tried := *s
	tried.refunds = append([]*purchase.Refund(nil), s.refunds...)
	f, err := c.refund(&tried, r)
	if err == nil {
		f.Money += f.Kept + f.Held // kinds are named before anything is held back
	}
	return f, err
}

func (m *machine) unlinked(t *rapid.T) {
	r := &purchase.UnlinkedRequest{Till: m.s.Till, Key: m.s.IDs.New().String(), Buyer: m.buyer(t)}
	for _, l := range drawCart(t, m.s, r.Buyer).Lines {
		r.Lines = append(r.Lines, purchase.UnlinkedLine{SKU: l.SKU, Quantity: l.Quantity, Price: l.Price})
	}
	at := m.w.now
	if rapid.IntRange(0, 4).Draw(t, "dated") == 0 {
		at = at.Add(-time.Duration(rapid.IntRange(1, 100).Draw(t, "hours ago")) * time.Hour)
		r.At = at
	}
	a, err := m.s.Desk.RefundUnlinked(ctx, r)
	if err != nil {
		t.Fatalf("unlinked: %v", err)
	}
	matched, rest := m.w.unlinked(r, at)
	same(t, "unlinked, matched", nil, nil, a.Matched, matched)
	same(t, "unlinked, the rest", nil, nil, a.Refund, rest)
}

func (m *machine) adjust(t *rapid.T) {
	h := rapid.SampledFrom(m.homes).Draw(t, "whose")
	r := &purchase.AdjustRequest{
		By: 9, Key: m.s.IDs.New().String(), Buyer: purchase.Buyer{Home: h}, Programme: m.w.programme.ID, Reason: "тест",
		Points: money.Points(rapid.OneOf(rapid.Int64Range(1, 5000), rapid.Int64Range(-3000, -1)).Draw(t, "by hand")),
	}
	if r.Points > 0 {
		r.Days = rapid.SampledFrom([]int{0, 3}).Draw(t, "for days")
	}
	got, err := m.s.Desk.Adjust(ctx, r)
	want := m.w.adjust(h, r)
	same(t, "adjustment", err, want, nil, nil)
	if err == nil && got.Balance != m.w.accounts[h].balance() {
		t.Fatalf("adjusted to %+v, the model has %+v", got.Balance, m.w.accounts[h].balance())
	}
}

func TestPurchasesAgainstModel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		cases(t, map[db.Dialect]int{db.SQLite: 6, db.Postgres: 3}[d.Dialect()], func(rt *rapid.T) {
			m := begin(rt, t, s)
			steps := []func(*rapid.T){m.commit, m.commit, m.record, m.refund, m.refund, m.unlinked, m.adjust, m.jump, m.dues, m.again, m.change}
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				rapid.SampledFrom(steps).Draw(rt, "step")(rt)
				m.check(rt)
			}
			m.checkTables(rt)
		})
	})
}
