package householdtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// ownLevels lets each of a household stand by himself: at gold from a thousand
// in all, with a tenth off; at bar from three hundred at the bar in ten days.
func ownLevels(p *rule.Programme) {
	p.Settings.LevelScope = rule.ScopeMember
	p.Levels = []rule.Level{
		{ID: "start", Priority: 1},
		{ID: "bar", Priority: 2, Days: 10, Sum: 300_00, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 300_00}}, Term: 5},
		{ID: "gold", Priority: 3, Total: 1_000_00, Term: 20, Rules: []rule.Rule{{ID: "ten", Kind: rule.DiscountRule, Rate: 10 * money.Percent}}},
	}
}

// level is where a member stands in the account that he uses; "-": nowhere.
func (f *family) level(b purchase.Buyer) string {
	f.t.Helper()
	all, err := f.Desk.Accounts(f.t.Context(), b.Home)
	if err != nil {
		f.t.Fatal(err)
	}
	found := "-"
	for i := range all {
		switch {
		case all[i].Level == nil:
		case all[i].Rests || found != "-":
			f.t.Errorf("a level is told twice: %+v", all[i])
		case all[i].Level.Level != nil:
			found = all[i].Level.Level.ID
		}
	}
	return found
}

func (f *family) stand(want string) {
	f.t.Helper()
	if got := f.level(f.mother) + " " + f.level(f.son) + " " + f.level(f.aunt); got != want {
		f.t.Errorf("they stand at %s, want %s", got, want)
	}
}

// TestEachHisOwnLevel: one account, its points for all, and each a level of his
// own: it follows his receipts alone, and him when he leaves.
func TestEachHisOwnLevel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, ownLevels)
		f.sell(f.mother, 0, line("B1", 1, 200_00))
		rose := f.sell(f.son, 0, line("T1", 2, 600_00))
		if rose.Level != "gold" || rose.Due != 1_200_00 || rose.Seen.Member.Level != "start" {
			t.Errorf("%+v", rose)
		}
		f.stand("start gold start")
		if p := f.sell(f.aunt, 0, line("B1", 1, 300_00)); p.Level != "bar" || p.Due != 300_00 {
			t.Errorf("the aunt's: %+v", p)
		}
		c := f.Cart(f.son, line("B1", 1, 100_00))
		q, err := f.Desk.Quote(t.Context(), c)
		if err != nil || q.Level.Level.ID != "gold" || q.Outcome.Due != 90_00 {
			t.Errorf("%+v %v", q, err)
		}
		if p := f.sell(f.mother, 50_00, line("T1", 1, 200_00)); p.Due != 150_00 || p.Seen.Member.Level != "start" {
			t.Errorf("the mother's: %+v", p)
		}
		f.has("son", f.son, 120_00+6_00+9_00-50_00+15_00, -1)

		f.Leave(t, f.household, f.son)
		f.stand("start gold bar") // it is his own
		if p := f.sell(f.son, 0, line("B1", 1, 100_00)); p.Due != 90_00 || p.AccountHome != 0 {
			t.Errorf("who has left: %+v", p)
		}
		f.refund(rose, 1) // from the household's account
		f.stand("start start bar")
		f.has("mother", f.mother, 40_00, -1)
		f.has("son", f.son, 2_70, -1)
		f.proved()
	})
}

// TestWelcomeAfterTheHousehold: an account that holds only a level is none: who
// has left a household gets the gift on joining with the first use of his own,
// and his level stays.
func TestWelcomeAfterTheHousehold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, func(p *rule.Programme) {
			ownLevels(p)
			p.Welcome = rule.Gift{Points: 5_00}
			p.Gifts = []rule.GiftRule{{On: rule.FirstPurchase, Points: 3_00}}
		})
		f.sell(f.son, 0, line("B1", 1, 1_000_00))
		f.has("son", f.son, 5_00+3_00+30_00, -1)
		f.Leave(t, f.household, f.son)
		if got, err := f.Desk.Open(t.Context(), f.son.Home, f.Programme.ID); err != nil || got.Active != 5_00 {
			t.Errorf("%+v %v", got, err)
		}
		if p := f.sell(f.son, 0, line("B1", 1, 100_00)); p.Due != 90_00 || p.Balance.Active != 5_00+3_00+2_70 {
			t.Errorf("%+v", p)
		}
		f.Join(t, f.household, f.son)
		f.stand("start gold start")
		f.has("son", f.son, 38_00, 10_70)
		f.proved()
	})
}

// TestAnotherScope: with another scope each stands, from his next receipt on,
// where he would if it had always been so; nobody falls before his term ends.
func TestAnotherScope(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, func(p *rule.Programme) {
			ownLevels(p)
			p.Settings.LevelScope = rule.ScopeAccount
		})
		f.sell(f.mother, 0, line("T1", 1, 300_00))
		f.sell(f.aunt, 0, line("B1", 1, 400_00))
		lift := f.sell(f.son, 0, line("T1", 1, 300_00))
		f.stand("gold gold gold")
		f.scope(rule.ScopeMember)
		f.stand("gold start bar") // the account's level was the household's, and stays its founder's
		f.refund(lift, 0)         // though this was the receipt that had made it
		f.stand("bar start bar")  // and goes back to what the aunt's had made
		if p := f.sell(f.aunt, 0, line("B1", 1, 10_00)); p.Level != "bar" {
			t.Errorf("%+v", p)
		}
		f.scope(rule.ScopeAccount)
		f.stand("bar bar bar")
		f.sell(f.son, 0, line("T1", 1, 290_00))
		f.stand("gold gold gold")
		f.proved()
	})
}

// scope puts the programme in force with another scope of levels.
func (f *family) scope(to rule.LevelScope) {
	f.t.Helper()
	p := *f.Programme
	p.Settings.LevelScope = to
	made, err := f.Programmes.Put(f.t.Context(), p, "test")
	if err != nil {
		f.t.Fatal(err)
	}
	f.Programme = made
}

// TestOwnLevelByHandAndTime: a level given by hand is that member's, told once
// and again; the end of his term comes by the job, in his home alone.
func TestOwnLevelByHandAndTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, ownLevels)
		f.Give(t, f.mother, 7_00)
		req := &purchase.LevelRequest{By: 1, Key: "up", Buyer: f.aunt, Programme: f.Programme.ID, Level: "gold", Until: "2026-03-20", Reason: "x", Actor: "x"}
		up, err := f.Desk.SetLevel(t.Context(), req)
		if err != nil || up.Change.Home != f.aunt.Home || up.Balance.Active != 7_00 {
			t.Fatalf("%+v %v", up, err)
		}
		f.stand("start start gold")
		again, err := f.Desk.SetLevel(t.Context(), req)
		if err != nil || !again.Replayed || again.Change.ID != up.Change.ID || again.Balance != up.Balance {
			t.Errorf("%+v %v", again, err)
		}
		f.sell(f.son, 0, line("B1", 1, 300_00))
		f.stand("start bar gold")
		f.Clock.Add(12 * 24 * time.Hour)
		if _, err := f.Desk.SettleDue(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		f.stand("start start gold")
		f.Clock.Add(7 * 24 * time.Hour)
		if _, err := f.Desk.SettleDue(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		f.stand("start start bar")
		if diff := cmp.Diff([]string{
			`time: "bar" → "start"`, `purchase: "start" → "bar"`, `opening: "" → "start"`,
		}, f.changes(f.son)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{`opening: "" → "start"`}, f.changes(f.mother)); diff != "" {
			t.Error(diff)
		}
		f.proved()
	})
}

// changes are a member's changes of level, the newest first, read page by page.
func (f *family) changes(b purchase.Buyer) (out []string) {
	f.t.Helper()
	for before, more := id.ID(0), true; more; {
		list, homes, err := f.Desk.LevelChanges(f.t.Context(), b.Home, 0, before, 1)
		if err != nil {
			f.t.Fatal(err)
		}
		for i := range list {
			c := &list[i]
			out = append(out, fmt.Sprintf("%s: %q → %q", c.Cause, c.From, c.To))
			if c.Home != b.Home || homes.Of(c.Op) != b.Home {
				f.t.Errorf("a change in home %s by home %s", c.Home, homes.Of(c.Op))
			}
			before = c.ID
		}
		more = len(list) > 0
	}
	return out
}

// TestTicketsOfOwnLevels: the use of a ticket bought on a household's account is
// a visit of its buyer's, taken back with the ticket.
func TestTicketsOfOwnLevels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, func(p *rule.Programme) {
			p.Settings.LevelScope = rule.ScopeMember
			p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "guest", Priority: 2, Days: 10, Visits: 2}}
		})
		ticket := line("T1", 2, 100_00)
		ticket.SessionAt = f.Clock.Now()
		enter := func(p *purchase.Purchase) string {
			a, err := f.Desk.Visit(t.Context(), &purchase.VisitRequest{
				Till: f.Other, Key: f.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Pieces: 1,
			})
			if err != nil {
				t.Fatal(err)
			}
			f.Clock.Add(24 * time.Hour)
			return a.Visit.Level
		}
		sons, aunts := f.sell(f.son, 0, ticket), f.sell(f.aunt, 0, ticket)
		if first, second := enter(sons), enter(sons); first != "start" || second != "guest" {
			t.Errorf("%q, then %q", first, second)
		}
		f.stand("start guest start")
		f.refund(sons, 1)
		f.stand("start start start")
		f.scope(rule.ScopeAccount)
		if got := enter(aunts) + enter(aunts); got != "" {
			t.Errorf("attendance only, and at %q", got)
		}
		f.proved()
		f.scope(rule.ScopeMember) // these uses count now
		f.stand("start start guest")
		f.proved()
	})
}

// TestLevelReachedByOneselfAlone: with level_on = after a receipt is judged at
// the level that its buyer reaches by himself.
func TestLevelReachedByOneselfAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, func(p *rule.Programme) {
			ownLevels(p)
			p.Settings.LevelOn = rule.LevelAfter
		})
		f.sell(f.mother, 0, line("T1", 1, 900_00))
		if p := f.sell(f.son, 0, line("T1", 1, 900_00)); p.Due != 900_00 {
			t.Errorf("%+v", p)
		}
		if p := f.sell(f.son, 0, line("T1", 1, 100_00)); p.Due != 90_00 || p.Level != "gold" {
			t.Errorf("%+v", p)
		}
		f.proved()
	})
}

// TestAccountsByHandAndOwnLevels: where accounts are opened by hand only, who has
// left a household takes no part until his own is opened, and then stands where
// he stood.
func TestAccountsByHandAndOwnLevels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, func(p *rule.Programme) {
			ownLevels(p)
			p.Settings.OpenAccount = rule.OpenByHand
		})
		if p := f.sell(f.son, 0, line("T1", 1, 1_000_00)); p.Level != "" || !p.Seen.Member.Outside {
			t.Errorf("%+v", p)
		}
		if _, err := f.Desk.Open(t.Context(), f.mother.Home, f.Programme.ID); err != nil {
			t.Fatal(err)
		}
		if p := f.sell(f.son, 0, line("T1", 1, 1_000_00)); p.Level != "gold" {
			t.Errorf("%+v", p)
		}
		f.Leave(t, f.household, f.son)
		f.stand("start - start")
		if p := f.sell(f.son, 0, line("T1", 1, 100_00)); p.Due != 100_00 || !p.Seen.Member.Outside || p.Account != 0 {
			t.Errorf("%+v", p)
		}
		if _, err := f.Desk.Open(t.Context(), f.son.Home, f.Programme.ID); err != nil {
			t.Fatal(err)
		}
		f.stand("start gold start")
		f.proved()
	})
}

// TestReserveByOwnLevel: an order of one of a household has the discount of his
// own level when it was made, its points are held on the account of all, and
// what it comes to counts for him alone, when it is paid.
func TestReserveByOwnLevel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := open(t, d, ownLevels)
		f.sell(f.son, 0, line("T1", 1, 1_000_00)) // to gold
		f.stand("start gold start")
		reserve := func(b purchase.Buyer, spend money.Points, price money.Amount) *purchase.Reservation {
			c := f.Cart(b, line("T1", 1, price))
			c.Wish.Points = spend
			r, err := f.Desk.Reserve(t.Context(), c, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return r.Reservation
		}
		pay := func(r *purchase.Reservation) *purchase.Purchase {
			a, err := f.Desk.Confirm(t.Context(), &purchase.ConfirmRequest{
				Reservation: purchase.PurchaseRef{Home: r.Home, ID: r.ID}, Till: f.Till, Key: f.IDs.New().String(),
			})
			if err != nil {
				t.Fatal(err)
			}
			return a.Purchase
		}
		his := reserve(f.son, 50_00, 200_00)
		hers := reserve(f.aunt, 0, 1_000_00)
		if his.Due != 130_00 || his.Seen.Member.Level != "gold" || hers.Due != 1_000_00 {
			t.Errorf("%+v\n%+v", his, hers)
		}
		f.stand("start gold start") // nothing is bought yet
		f.proved()
		f.Clock.Add(30 * time.Minute)
		if p := pay(hers); p.Level != "gold" || p.Due != 1_000_00 {
			t.Errorf("hers: %+v", p)
		}
		f.stand("start gold gold")
		if p := pay(his); p.Due != 130_00 || p.Spent != 50_00 || p.AccountHome != f.mother.Home {
			t.Errorf("his: %+v", p)
		}
		f.proved()
	})
}
