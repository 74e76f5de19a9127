package purchase_test

import (
	"slices"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var line = purchasetest.Line

func commit(t *testing.T, s *purchasetest.Shop, c *purchase.Cart) *purchase.Purchase {
	t.Helper()
	a, err := s.Desk.Commit(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return a.Purchase
}

func TestSellSpendRefund(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)

		p := commit(t, s, s.Cart(b, line("T1", 2, 50000), line("B1", 1, 30000), line("S1", 1, 10000)))
		// 10 % of 1000 ₽ and 3 % of 300 ₽; services earn nothing.
		if p.Earned != 10900 || p.Due != 140000 || p.Balance.Active != 10900 {
			t.Fatalf("earned %d, due %d, balance %+v", p.Earned, p.Due, p.Balance)
		}

		c := s.Cart(b, line("T1", 1, 10000), line("B1", 1, 10000))
		c.Wish.Max = true
		q, err := s.Desk.Quote(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		// A ticket down to its floor of a kopeck, in whole points: 99 + 50.
		if q.Outcome.Most != 10900 || q.Outcome.Allowed != 14900 {
			t.Fatalf("most %d, allowed %d", q.Outcome.Most, q.Outcome.Allowed)
		}
		c.Quote = q.ID
		p2 := commit(t, s, c)
		if p2.Spent != 10900 || p2.Due != 20000-10900 || p2.Due != q.Outcome.Due || p2.Earned != q.Outcome.Earned {
			t.Fatalf("spent %d due %d earned %d", p2.Spent, p2.Due, p2.Earned)
		}
		r, err := s.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "r1", Purchase: purchase.PurchaseRef{Till: c.Till, Key: c.Key}})
		if err != nil {
			t.Fatal(err)
		}
		if r.Refund.Money != p2.Due || r.Refund.Given != p2.Spent || r.Refund.Earned != p2.Earned || !r.Refund.Whole {
			t.Fatalf("%+v", r.Refund)
		}
		if got := s.Balance(t, b); got.Active != 10900 || got.Debt != 0 {
			t.Fatalf("after the refund: %+v", got)
		}
	})
}

func TestKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		c := s.Cart(b, line("T1", 1, 50000))
		first := commit(t, s, c)
		again, err := s.Desk.Commit(t.Context(), c)
		if err != nil || !again.Replayed || again.Purchase.ID != first.ID || again.Purchase.Balance != first.Balance {
			t.Fatalf("%+v %v", again, err)
		}
		other := *c
		other.Lines = []purchase.CartLine{line("T1", 1, 60000)}
		if _, err := s.Desk.Commit(t.Context(), &other); purchasetest.Code(err) != "key.other-body" {
			t.Fatalf("got %v", err)
		}
		if got := s.Balance(t, b); got.Active != 5000 {
			t.Fatalf("%+v", got)
		}
	})
}

// TestRefusedKeyMayBeTriedAgain: only success is stored under a key.
func TestRefusedKeyMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		c := s.Cart(b, line("T1", 1, 50000))
		c.Wish.Points = 10000
		if _, err := s.Desk.Commit(t.Context(), c); purchasetest.Code(err) != "points.not-enough" {
			t.Fatalf("got %v", err)
		}
		s.Give(t, b, 10000)
		if p := commit(t, s, c); p.Spent != 10000 {
			t.Fatalf("%+v", p)
		}
	})
}

func TestPointsExpireAndActivate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Earning.Delay = 3
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		commit(t, s, s.Cart(b, line("T1", 1, 50000)))
		if got := s.Balance(t, b); got.Active != 0 || got.Pending != 5000 {
			t.Fatalf("%+v", got)
		}
		s.Clock.Add(3 * 24 * time.Hour)
		if got := s.Balance(t, b); got.Active != 5000 || got.Pending != 0 {
			t.Fatalf("three days later: %+v", got)
		}
		s.Clock.Add(91 * 24 * time.Hour)
		n, err := s.Desk.SettleDue(t.Context(), 100)
		if err != nil || n != 1 {
			t.Fatalf("%d %v", n, err)
		}
		if got := s.Balance(t, b); got != (purchase.Balance{}) {
			t.Fatalf("after the term: %+v", got)
		}
		if n, err := s.Desk.SettleDue(t.Context(), 100); n != 0 || err != nil {
			t.Fatalf("due twice: %d %v", n, err)
		}
	})
}

// TestSettleAllDue: more accounts than are settled in one go are all settled.
func TestSettleAllDue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		const members = 503
		for range members {
			s.Give(t, s.Member(t), 100)
		}
		var goes []int
		settle := func() {
			t.Helper()
			if err := s.Desk.SettleAllDue(t.Context(), func(n int) { goes = append(goes, n) }); err != nil {
				t.Fatal(err)
			}
		}
		settle()
		s.Clock.Add(400 * 24 * time.Hour)
		settle()
		if want := []int{0, 500, members - 500}; !slices.Equal(goes, want) {
			t.Errorf("settled %v, want %v", goes, want)
		}
		var left int64
		if err := d.Row(t.Context(), `select count(*) from account where active <> 0 or expired <> 100`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d are left: %v", left, err)
		}
	})
}

// TestRefundAfterSpending: what the lots no longer have becomes debt, and new
// points pay it first.
func TestRefundAfterSpending(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		c1 := s.Cart(b, line("T1", 1, 100000))
		commit(t, s, c1) // earns 100.00
		c2 := s.Cart(b, line("T2", 1, 20000))
		c2.Wish.Points = 10000
		commit(t, s, c2) // spends 100.00, earns 10.00
		if _, err := s.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "r", Purchase: purchase.PurchaseRef{Till: c1.Till, Key: c1.Key}}); err != nil {
			t.Fatal(err)
		}
		if got := s.Balance(t, b); got.Active != 0 || got.Debt != 9000 {
			t.Fatalf("%+v", got)
		}
		c3 := s.Cart(b, line("T3", 1, 100000))
		if p := commit(t, s, c3); p.Balance.Active != 1000 || p.Balance.Debt != 0 {
			t.Fatalf("%+v", p.Balance)
		}
	})
}

func TestRecordSpendsWhatIsNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		b := s.Member(t)
		c := s.Cart(b, line("T1", 1, 50000))
		c.Facts = &purchase.Facts{At: s.Clock.Now(), Points: 10000}
		a, err := s.Desk.Record(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		p := a.Purchase
		// 100 owed; 10 % of the 400 paid in money earned, which pays the debt.
		if p.Due != 40000 || p.Balance.Debt != 10000-4000 || p.Balance.Active != 0 {
			t.Fatalf("due %d, %+v", p.Due, p.Balance)
		}
		r, err := s.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "r", Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Balance(t, b); got != (purchase.Balance{}) {
			t.Fatalf("%+v after %+v", got, r.Refund)
		}
	})
}

func TestLastUseIsOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "spring", Name: "Весна", Codes: []string{"ВЕСНА"}, Rate: 10 * money.Percent, Limits: rule.Limits{InAll: 1, Return: true}})
		s := purchasetest.Open(t, d, p)
		sell := func() *purchase.Purchase {
			c := s.Cart(s.Member(t), line("T1", 1, 50000))
			c.Codes = []string{"весна"}
			return commit(t, s, c)
		}
		first, second := sell(), sell()
		if first.Discount != 5000 || second.Discount != 0 {
			t.Fatalf("%d %d", first.Discount, second.Discount)
		}
		if _, err := s.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: "r", Purchase: purchase.PurchaseRef{Home: first.Home, ID: first.ID}}); err != nil {
			t.Fatal(err)
		}
		if third := sell(); third.Discount != 5000 {
			t.Fatalf("the use did not come back: %d", third.Discount)
		}
	})
}

// TestSpendingNeedsProof: past the programme's sum a static card is not
// enough, and a one-time QR is accepted once.
func TestSpendingNeedsProof(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Settings.SpendProofAbove = 5000
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		s.Give(t, b, 20000)
		spend := func(points money.Points, proof purchase.ProofKind) string {
			c := s.Cart(b, line("T1", 1, 50000))
			c.Wish.Points, c.Proof.Kind = points, proof
			_, err := s.Desk.Commit(t.Context(), c)
			return purchasetest.Code(err)
		}
		if got := spend(5000, ""); got != "" {
			t.Fatal(got)
		}
		if got := spend(5100, ""); got != "points.proof-needed" {
			t.Fatal(got)
		}
		if got := spend(5100, purchase.ProofCode); got != "" {
			t.Fatal(got)
		}
	})
}
