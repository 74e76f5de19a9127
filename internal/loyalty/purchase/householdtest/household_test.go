package householdtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
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

// family is a shop with three members of a household and one of none.
type family struct {
	*purchasetest.Shop
	t *testing.T

	household         member.Household
	mother, son, aunt purchase.Buyer // the account is the mother's
	stranger          purchase.Buyer
}

func open(t *testing.T, d *db.DB, change func(p *rule.Programme)) *family {
	p := purchasetest.Programme()
	if change != nil {
		change(&p)
	}
	f := &family{Shop: purchasetest.Open(t, d, p), t: t}
	var all []purchase.Buyer
	f.household, all = f.Family(t, 3)
	f.mother, f.son, f.aunt = all[0], all[1], all[2]
	f.stranger = f.Person(t)
	return f
}

func (f *family) sell(b purchase.Buyer, spend money.Points, lines ...purchase.CartLine) *purchase.Purchase {
	f.t.Helper()
	c := f.Cart(b, lines...)
	c.Wish.Points = spend
	a, err := f.Desk.Commit(f.t.Context(), c)
	if err != nil {
		f.t.Fatal(err)
	}
	return a.Purchase
}

// refund refunds as many pieces of the first line; 0: all.
func (f *family) refund(p *purchase.Purchase, pieces int64) *purchase.Refund {
	f.t.Helper()
	r := &purchase.RefundRequest{Till: f.Till, Key: f.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}}
	if pieces > 0 {
		r.Lines = []purchase.RefundPart{{Quantity: money.Quantity(pieces) * money.Piece}}
	}
	a, err := f.Desk.Refund(f.t.Context(), r)
	if err != nil {
		f.t.Fatal(err)
	}
	return a.Refund
}

// has wants a member to see so many active points, and in his own account,
// while he uses another, so many that rest (-1: he has none).
func (f *family) has(who string, b purchase.Buyer, active, resting money.Points) {
	f.t.Helper()
	all, err := f.Desk.Accounts(f.t.Context(), b.Home)
	if err != nil {
		f.t.Fatal(err)
	}
	got, rest := money.Points(0), money.Points(-1)
	for i := range all {
		if all[i].Rests {
			rest = all[i].Account.Active
		} else {
			got = all[i].Account.Active
		}
	}
	if got != active || rest != resting {
		f.t.Errorf("%s sees %d and has %d resting, want %d and %d", who, got, rest, active, resting)
	}
}

func (f *family) proved() {
	f.t.Helper()
	r, err := verify.Run(f.t.Context(), f.DB, verify.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, b := range r.Breaks {
		f.t.Errorf("%+v", b)
	}
}

// kinds are the postings that an operation has in a home.
func (f *family) kinds(in purchase.Buyer, p *purchase.Purchase) string {
	f.t.Helper()
	kinds, err := db.All(f.t.Context(), f.DB, func(r db.Row) (k string, err error) { return k, r.Scan(&k) },
		`select kind from posting where home_id = $1 and op_id = $2 order by seq`, in.Home, p.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	return fmt.Sprint(kinds)
}

// TestOneAccountForAll: what one of a household earns another spends; the
// receipt is its buyer's, the points are all in the founder's home, and both
// journals hold the receipt.
func TestOneAccountForAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, nil)
		earned := f.sell(f.son, 0, line("T1", 1, 1_000_00))
		if earned.Earned != 100_00 || earned.Home != f.son.Home || earned.AccountHome != f.mother.Home || earned.Balance.Active != 100_00 {
			t.Errorf("%+v", earned)
		}
		for who, b := range map[string]purchase.Buyer{"mother": f.mother, "son": f.son, "aunt": f.aunt} {
			f.has(who, b, 100_00, -1)
		}
		f.has("stranger", f.stranger, 0, -1)
		spent := f.sell(f.aunt, 60_00, line("B1", 1, 500_00))
		if spent.Spent != 60_00 || spent.Account != earned.Account {
			t.Errorf("%+v", spent)
		}
		f.sell(f.mother, 10_00, line("S1", 1, 100_00), line("B1", 1, 100_00))
		if got, want := f.kinds(f.mother, spent), "[spend earn]"; got != want {
			t.Errorf("%s in the mother's home, want %s", got, want)
		}
		if got, want := f.kinds(f.aunt, spent), "[memo]"; got != want {
			t.Errorf("%s in the aunt's home, want %s", got, want)
		}
		list, err := f.Desk.OfHome(t.Context(), f.aunt.Home, purchase.Cursor{}, 10)
		if err != nil || len(list) != 1 || list[0].ID != spent.ID {
			t.Errorf("the aunt's purchases: %v %v", list, err)
		}
		// Part by part, and more than there is left: it ends where it began.
		f.refund(earned, 0)
		f.refund(spent, 0)
		all, err := f.Desk.Accounts(t.Context(), f.son.Home)
		if err != nil {
			t.Fatal(err)
		}
		if a := all[0].Account; a.Purchases != 1 || a.Book() != -10_00+2_70 {
			t.Errorf("%d purchases, %d points", a.Purchases, a.Book())
		}
		f.proved()
	})
}

// TestComingAndGoing: no points move when somebody comes or goes. Each receipt
// is refunded to the account that it was made on, whoever uses that now.
func TestComingAndGoing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, nil)
		alone := f.sell(f.stranger, 0, line("T1", 3, 100_00))
		f.Join(t, f.household, f.stranger)
		f.has("he who came", f.stranger, 0, 30_00)
		together := f.sell(f.stranger, 0, line("T1", 3, 1_000_00))
		f.has("he who came", f.stranger, 300_00, 30_00)

		f.refund(alone, 1) // takes from his own account
		f.has("he who came", f.stranger, 300_00, 20_00)
		f.Leave(t, f.household, f.stranger)
		f.has("he who left", f.stranger, 20_00, -1)
		f.has("mother", f.mother, 300_00, -1)
		f.refund(together, 1) // takes from the household's
		f.has("he who left", f.stranger, 20_00, -1)
		f.has("mother", f.mother, 200_00, -1)

		if p := f.sell(f.stranger, 20_00, line("B1", 1, 100_00)); p.AccountHome != 0 || p.Spent != 20_00 {
			t.Errorf("%+v", p)
		}
		if p := f.sell(f.son, 200_00, line("B1", 1, 1_000_00)); p.Spent != 200_00 {
			t.Errorf("%+v", p)
		}
		f.refund(together, 0) // what is not there is the household's debt, not his
		all, err := f.Desk.Accounts(t.Context(), f.son.Home)
		if err != nil || all[0].Account.Book() != -200_00+24_00 {
			t.Errorf("%+v %v", all, err)
		}
		if _, err := f.People().EndHousehold(t.Context(), f.household.ID, purchasetest.By); err != nil {
			t.Fatal(err)
		}
		f.has("son", f.son, 0, -1)
		f.proved()
	})
}

// TestUnlinkedRefundOfAFamily: goods whose receipt is lost are matched to the
// buyer's own purchases, on whichever account they were made; what matches
// none falls on the account that he uses now.
func TestUnlinkedRefundOfAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, nil)
		f.sell(f.stranger, 0, line("T1", 1, 100_00))
		f.Join(t, f.household, f.stranger)
		f.Clock.Add(time.Minute)
		f.sell(f.stranger, 0, line("T1", 1, 100_00))
		f.sell(f.son, 0, line("T1", 1, 100_00)) // another's is not his
		f.Leave(t, f.household, f.stranger)
		back := func(pieces int64) *purchase.RefundAnswer {
			a, err := f.Desk.RefundUnlinked(t.Context(), &purchase.UnlinkedRequest{
				Till: f.Till, Key: f.IDs.New().String(), Buyer: f.stranger,
				Lines: []purchase.UnlinkedLine{{SKU: "T1", Quantity: money.Quantity(pieces) * money.Piece, Price: 100_00}},
			})
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		a := back(3)
		if len(a.Matched) != 2 || a.Matched[0].AccountHome != f.mother.Home || a.Matched[1].AccountHome != 0 || a.Refund.Gross != 100_00 {
			t.Errorf("%+v", a)
		}
		f.has("he who left", f.stranger, 0, -1)
		f.has("mother", f.mother, 10_00, -1)
		f.Join(t, f.household, f.stranger)
		if a := back(1); len(a.Matched) != 0 || a.Refund.AccountHome != f.mother.Home {
			t.Errorf("%+v", a)
		}
		f.proved()
	})
}

// TestByHandOnAFamily: points and levels given by hand to any member are the
// household's; so is an account that is opened.
func TestByHandOnAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, func(p *rule.Programme) {
			p.Welcome = rule.Gift{Points: 5_00}
			p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Gift: rule.Gift{Points: 7_00}}}
		})
		for _, b := range []purchase.Buyer{f.son, f.aunt, f.mother} { // a gift once a household
			if got, err := f.Desk.Open(t.Context(), b.Home, f.Programme.ID); err != nil || got.Active != 5_00 {
				t.Errorf("%+v %v", got, err)
			}
		}
		req := &purchase.AdjustRequest{By: 1, Key: "hand", Buyer: f.son, Programme: f.Programme.ID, Points: 10_00, Reason: "x", Actor: "x"}
		first, err := f.Desk.Adjust(t.Context(), req)
		if err != nil || first.Home != f.mother.Home || first.Balance.Active != 15_00 {
			t.Errorf("%+v %v", first, err)
		}
		again, err := f.Desk.Adjust(t.Context(), req)
		if err != nil || !again.Replayed || again.ID != first.ID || again.Balance != first.Balance {
			t.Errorf("%+v %v", again, err)
		}
		up, err := f.Desk.SetLevel(t.Context(), &purchase.LevelRequest{
			By: 1, Key: "up", Buyer: f.aunt, Programme: f.Programme.ID, Level: "gold", Reason: "x", Actor: "x",
		})
		if err != nil || up.Balance.Active != 22_00 || up.Change.Home != f.mother.Home {
			t.Errorf("%+v %v", up, err)
		}
		f.has("son", f.son, 22_00, -1)
		changes, _, err := f.Desk.LevelChanges(t.Context(), f.son.Home, 0, 0, 10)
		if err != nil || len(changes) != 2 || changes[0].To != "gold" {
			t.Errorf("%+v %v", changes, err)
		}
		f.proved()
	})
}

// TestQuoteOfAFamily: a quote rests on the buyer's home and on the account's:
// what another member did meanwhile is told.
func TestQuoteOfAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, nil)
		f.Give(t, f.mother, 100_00)
		cart := func(b purchase.Buyer) *purchase.Cart {
			c := f.Cart(b, line("B1", 1, 400_00))
			c.Wish.Max = true
			q, err := f.Desk.Quote(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if q.Balance.Active != 100_00 || q.Outcome.Spent != 100_00 || q.Home != b.Home {
				t.Errorf("%+v", q)
			}
			c.Quote = q.ID
			return c
		}
		sons, aunts, hers := cart(f.son), cart(f.aunt), cart(f.mother)
		a, err := f.Desk.Commit(t.Context(), sons)
		if err != nil || a.Purchase.Spent != 100_00 {
			t.Fatalf("%+v %v", a, err)
		}
		for _, c := range []*purchase.Cart{aunts, hers} {
			if _, err := f.Desk.Commit(t.Context(), c); purchasetest.Code(err) != "quote.changed" {
				t.Errorf("got %v", err)
			}
		}
		f.proved()
	})
}

// TestRestingPointsLive: while a member buys on a household's account, points
// of his own that live by the last purchase live by that. A receipt of another
// member keeps the household's alive, not his.
func TestRestingPointsLive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, func(p *rule.Programme) { p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 10} })
		other := f.Person(t)
		for _, b := range []purchase.Buyer{f.stranger, other} {
			f.sell(b, 0, line("T1", 1, 100_00))
			f.Join(t, f.household, b)
		}
		for range 3 {
			f.Clock.Add(6 * 24 * time.Hour)
			f.sell(f.stranger, 0, line("T1", 1, 100_00))
			if _, err := f.Desk.SettleDue(t.Context(), 100); err != nil {
				t.Fatal(err)
			}
		}
		f.has("he who buys", f.stranger, 30_00, 10_00)
		f.has("he who does not", other, 30_00, 0)
		f.Leave(t, f.household, f.stranger)
		f.has("he who left", f.stranger, 10_00, -1)
		f.Clock.Add(11 * 24 * time.Hour)
		f.has("he who left", f.stranger, 0, -1)
		f.proved()
	})
}

// TestLevelOfAFamily: all purchases of a household count together, also those
// from before the programme had levels; a refund undoes its own rise whoever
// made the purchase and wherever he is now.
func TestLevelOfAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, nil)
		f.sell(f.son, 0, line("B1", 1, 400_00))
		f.sell(f.mother, 0, line("B1", 1, 300_00))
		p := *f.Programme
		p.Levels = []rule.Level{
			{ID: "start", Priority: 1},
			{ID: "gold", Priority: 2, Days: 30, Sum: 1_000_00, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 1_000_00}}, Gift: rule.Gift{Points: 50_00}},
		}
		made, err := f.Programmes.Put(t.Context(), p, "test")
		if err != nil {
			t.Fatal(err)
		}
		f.Programme = made
		last := f.sell(f.aunt, 0, line("B1", 1, 300_00))
		if last.Level != "gold" || last.Balance.Active != 12_00+9_00+9_00+50_00 {
			t.Errorf("%+v", last)
		}
		if p := f.sell(f.son, 0, line("B1", 1, 100_00)); p.Seen.Member.Level != "gold" {
			t.Errorf("%+v", p.Seen)
		}
		f.Leave(t, f.household, f.aunt)
		f.refund(last, 0) // 400 + 300 + 100 are left
		list, homes, err := f.Desk.LevelChanges(t.Context(), f.son.Home, 0, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range list {
			got = append(got, fmt.Sprintf("%s: %q → %q, %d", c.Cause, c.From, c.To, c.Given-c.Taken))
		}
		if diff := cmp.Diff([]string{
			`refund: "gold" → "start", -5000`, `purchase: "start" → "gold", 5000`, `rules: "" → "start", 0`,
		}, got); diff != "" {
			t.Error(diff)
		}
		if homes.Of(list[1].Op) != f.aunt.Home || homes.Of(list[2].Op) != f.mother.Home {
			t.Error("the causes are in other homes")
		}
		moves, homes, err := f.Desk.Movements(t.Context(), f.son.Home, 0, 0, 100)
		if err != nil || len(moves) < 6 || homes.Of(moves[len(moves)-1].Op) != f.son.Home {
			t.Errorf("%+v %v", moves, err)
		}
		f.proved()
	})
}

// TestNoAccountOfAFamily: a receipt that concerns no account is its buyer's
// alone, be he in a household or not.
func TestNoAccountOfAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, nil)
		a, err := f.Desk.RefundUnlinked(t.Context(), &purchase.UnlinkedRequest{
			Till: f.Till, Key: "back", Buyer: f.son, Lines: []purchase.UnlinkedLine{{SKU: "T1", Quantity: money.Piece, Price: 100_00}},
		})
		if err != nil || a.Refund.Account != 0 || a.Refund.AccountHome != 0 {
			t.Errorf("%+v %v", a, err)
		}
		p := *f.Programme
		p.On = false
		if _, err := f.Programmes.Put(t.Context(), p, "test"); err != nil {
			t.Fatal(err)
		}
		if p := f.sell(f.son, 0, line("T1", 1, 100_00)); p.Account != 0 || p.AccountHome != 0 || f.kinds(f.mother, p) != "[]" {
			t.Errorf("%+v", p)
		}
		f.proved()
	})
}

// TestClosedReceiptsOfAFamily: a record is booked on the account that its buyer
// uses when it comes, and owes there what was not there.
func TestClosedReceiptsOfAFamily(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, nil)
		f.Give(t, f.mother, 10_00)
		c := f.Cart(f.son, line("B1", 1, 100_00))
		c.Facts = &purchase.Facts{At: f.Clock.Now().Add(-time.Hour), Points: 30_00}
		a, err := f.Desk.Record(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		want := []ledger.Part{{Lot: a.Purchase.Parts[0].Lot, Points: 10_00}, {Points: 20_00}}
		if diff := cmp.Diff(want, a.Purchase.Parts); diff != "" {
			t.Error(diff)
		}
		f.refund(a.Purchase, 0)
		f.has("aunt", f.aunt, 10_00, -1)
		f.proved()
	})
}
