package verify_test

import (
	"fmt"
	"testing"
	"time"

	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// household is a shop with a household: rich has founded it, buyer buys on its
// account, and owing has left it.
func household(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Days: 20, Sum: 1_000_00, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 1_000_00}}}}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	v, all := s.Family(t, 3)
	s.rich, s.buyer, s.owing = all[0], all[1], all[2]
	s.sell(s.Cart(s.rich, line("B1", 1, 400_00)))
	s.Clock.Add(time.Hour)
	s.sell(s.Cart(s.owing, line("B1", 1, 500_00)))
	s.Leave(t, v, s.owing)
	s.sell(s.Cart(s.owing, line("B1", 1, 100_00)))
	s.Clock.Add(time.Hour)
	c := s.Cart(s.buyer, line("T1", 2, 700_00), line("B2", 1, 200_00))
	c.Wish.Points = 20_00
	s.bought = s.sell(c)
	s.part = s.refund(&purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Quantity: money.Piece}}})
	s.Clock.Add(time.Hour)
	s.sell(s.Cart(s.rich, line("B1", 1, 100_00)))
	return s
}

// TestHouseholdsAreProved harms households and their receipts by hand.
func TestHouseholdsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := household(t, d)
		if n := s.one(`select count(*) from purchase where account_home is not null`); n != 2 {
			t.Fatalf("%d purchases on the account of another home", n)
		}
		prove(t, s, householdHarms())
	})
}

// ownLevels is a shop with a household in which each has his own level: the
// buyer's lies in his home, beside the account that he uses.
func ownLevels(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	p.Settings.LevelScope = rule.ScopeMember
	p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Total: 1_000_00}, {ID: "top", Priority: 3, Days: 20, Sum: 5_000_00}}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	_, all := s.Family(t, 2)
	s.rich, s.buyer = all[0], all[1]
	s.sell(s.Cart(s.rich, line("B1", 1, 400_00)))
	s.Clock.Add(time.Hour)
	c := s.Cart(s.buyer, line("T1", 2, 700_00), line("B2", 1, 200_00))
	s.bought = s.sell(c)
	s.part = s.refund(&purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Quantity: money.Piece}}})
	return s
}

// TestOwnLevelsAreProved harms a member's own level and the receipts that it
// rests on.
func TestOwnLevelsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := ownLevels(t, d)
		if s.bought.Level != "gold" || s.part.Level != "start" || s.one(`select count(*) from account where state = 'level'`) != 1 {
			t.Fatalf("%q, then %q", s.bought.Level, s.part.Level)
		}
		prove(t, s, ownLevelHarms())
	})
}

func ownLevelHarms() []harm {
	buyers := func(s *shop) purchase.Buyer { return s.buyer }
	sums := []verify.Invariant{verify.AccountSums}
	own := func(change func(x *level.Sums)) func(s *shop) (string, string) {
		return ofSumsOf(buyers, func(x *level.Sums) []byte {
			change(x)
			return x.Encode()
		})
	}
	return []harm{
		{"a kopeck more in all", own(func(x *level.Sums) { x.Total++ }), sums},
		{"a kopeck more on a day", own(func(x *level.Sums) { x.Days[0].Sum++ }), sums},
		{"sums of the account, of which there are none", own(func(x *level.Sums) { x.Own = false }), sums},
		{"another level", ofAccount(buyers, "level = 'gold'"), []verify.Invariant{verify.AccountLevel}},
		harm{"it is an account that nobody has opened", ofAccount(buyers, "state = 'open'"), []verify.Invariant{verify.FigureTotal}}.
			named("figure_day", func(s *shop) string { return "programme_id=" + s.Programme.ID.String() }),
		{"the account of all is not opened", ofAccount(rich, "state = 'level'"), []verify.Invariant{verify.AccountOpened, verify.FigureTotal}},
		harm{"its change never happened", func(s *shop) (string, string) {
			s.exec(`delete from level_change where home_id = $1 and op_id = $2`, s.buyer.Home, s.bought.ID)
			return "", ""
		}, []verify.Invariant{verify.LevelChain, verify.PostingOp}}.named("level_change", func(s *shop) string {
			return fmt.Sprintf("home_id=%s change_id=%d", s.buyer.Home, s.one(`select change_id from level_change where home_id = $1 and cause = 'refund'`, s.buyer.Home))
		}),
		harm{"the receipt was of no account", editPurchase(bought, func(p *purchase.Purchase) { p.Account = 0 }), []verify.Invariant{
			verify.AccountSums, verify.SharedAccount, verify.PurchaseColumns, verify.RefundColumns, verify.OpDigest,
			verify.AccountPurchases, verify.AccountTurnover, verify.AccountDates,
		}}.named("account", func(s *shop) string { return s.account(s.buyer) }),
	}
}

func inHome(b func(s *shop) purchase.Buyer, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec("update home set account_home = "+change+" where home_id = $1", b(s).Home)
		return "home", "home_id=" + b(s).Home.String()
	}
}

// ofBought changes the rows of the purchase on the household's account.
func ofBought(change string, args ...any) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec("update purchase set "+change+" where purchase_id = $1", append([]any{s.bought.ID}, args...)...)
		return "purchase", purchaseKey(s.bought)
	}
}

// inFounders names the purchase in the founder's home, where it is read once
// more.
func inFounders(h harm) harm {
	return h.named("purchase", func(s *shop) string { return fmt.Sprintf("home_id=%s purchase_id=%s", s.rich.Home, s.bought.ID) })
}

// servedHarms are homes that say something else than their members' rows.
func servedHarms() []harm {
	of := func(table, change string) func(s *shop) (string, string) {
		return func(s *shop) (string, string) {
			s.exec("update "+table+" set "+change+" where home_id = $1", s.owing.Home)
			return "home", "home_id=" + s.owing.Home.String()
		}
	}
	served := []verify.Invariant{verify.HomeServed}
	return []harm{
		{"who is served is not at tills", of("home", "unserved = 'blocked'"), served},
		{"who is blocked is served", of("member", "state = 'blocked'"), served},
		{"who is closed is served", of("member", "state = 'closed'"), served},
	}
}

func householdHarms() []harm {
	house := verify.HouseholdHome
	left, in := func(s *shop) purchase.Buyer { return s.owing }, func(s *shop) purchase.Buyer { return s.buyer }
	return []harm{
		{"a member's home names none", inHome(in, "null"), []verify.Invariant{house}},
		{"a member's home names another", inHome(in, "1"), []verify.Invariant{house}},
		{"a home names one though its member has left", inHome(left, "(select founder from household)"), []verify.Invariant{house}},
		harm{"a household has ended with members in it", func(s *shop) (string, string) {
			s.exec(`update household set ended_at = 1`)
			return "", ""
		}, []verify.Invariant{house}}.named("household_member", func(s *shop) string { return "home_id=" + s.rich.Home.String() }),
		{"a purchase's row names no other home", ofBought("account_home = null"), []verify.Invariant{
			verify.PurchaseColumns, verify.PurchaseParts, verify.PurchaseLots, verify.OpPostings, verify.PostingOp,
			verify.AccountPurchases, verify.AccountTurnover, verify.AccountSums,
		}},
		{"a refund's row names no other home", func(s *shop) (string, string) {
			s.exec(`update refund set account_home = null where refund_id = $1`, s.part.ID)
			return "refund", refundKey(s.part)
		}, []verify.Invariant{verify.RefundColumns, verify.OpPostings, verify.PostingOp, verify.AccountTurnover, verify.AccountSums}},
		inFounders(harm{"the account is in no home", editPurchase(bought, func(p *purchase.Purchase) { p.Account = nobody }), []verify.Invariant{
			verify.SharedAccount, verify.PurchaseColumns, verify.RefundColumns, verify.OpDigest,
			verify.AccountPurchases, verify.AccountTurnover, verify.AccountSums,
		}}),
		inFounders(harm{"the founder's journal does not have it", func(s *shop) (string, string) {
			s.exec(`update posting set op_id = 0 where home_id = $1 and op_id = $2`, s.rich.Home, s.bought.ID)
			return "", ""
		}, []verify.Invariant{verify.OpChained, verify.PostingHash, verify.LotMade}}),
		{"the buyer's journal does not have it", func(s *shop) (string, string) {
			s.exec(`update posting set op_id = 0 where home_id = $1 and op_id = $2`, s.buyer.Home, s.bought.ID)
			return "purchase", purchaseKey(s.bought)
		}, []verify.Invariant{verify.OpChained, verify.PostingHash}},
		inFounders(harm{"it says that it spent more", editPurchase(bought, func(p *purchase.Purchase) {
			p.Spent += 1
			p.Lines[0].Points += 1
			p.Parts[0].Points += 1
		}), []verify.Invariant{verify.OpPostings, verify.OpDigest, verify.FigureDay}}),
		inFounders(harm{"it says that it was paid from a lot of the buyer's", editPurchase(bought, func(p *purchase.Purchase) {
			p.Parts[0].Lot = nobody
		}), []verify.Invariant{verify.PurchaseParts, verify.OpDigest}}),
		{"the buyer's own journal moves its points", func(s *shop) (string, string) {
			s.exec(`update posting set credit = 'redeemed', amount = 1 where home_id = $1 and op_id = $2`, s.buyer.Home, s.bought.ID)
			return "purchase", purchaseKey(s.bought)
		}, []verify.Invariant{verify.OpPostings, verify.PostingSides, verify.PostingHash}},
		{"it never happened: its document is gone", func(s *shop) (string, string) {
			s.exec(`delete from refund where refund_id = $1`, s.part.ID)
			s.exec(`delete from purchase where purchase_id = $1`, s.bought.ID)
			seq := s.one(`select min(seq) from posting where home_id = $1 and op_id = $2`, s.rich.Home, s.bought.ID)
			return "posting", fmt.Sprintf("home_id=%s seq=%d", s.rich.Home, seq)
		}, []verify.Invariant{verify.PostingOp, verify.KeyOp, verify.AccountPurchases, verify.AccountTurnover, verify.AccountSums, verify.FigureDay, verify.FigureCampaign}},
	}
}
