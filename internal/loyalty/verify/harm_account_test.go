package verify_test

import (
	"fmt"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/verify"
)

// ofAccount changes a member's account.
func ofAccount(member func(s *shop) purchase.Buyer, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		b := member(s)
		s.exec("update account set "+change+" where home_id = $1", b.Home)
		return "account", s.account(b)
	}
}

// ofLot changes a lot of the rich member's; the condition finds it.
func ofLot(which, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		lot := s.one("select min(lot_id) from lot where home_id = $1 and "+which, s.rich.Home)
		s.exec("update lot set "+change+" where home_id = $1 and lot_id = $2", s.rich.Home, lot)
		return "lot", fmt.Sprintf("home_id=%s lot_id=%d", s.rich.Home, lot)
	}
}

func rich(s *shop) purchase.Buyer  { return s.rich }
func owing(s *shop) purchase.Buyer { return s.owing }

func accountHarms() []harm {
	return []harm{
		{"no such programme", ofAccountMoved, []verify.Invariant{verify.AccountProgramme, verify.FigureTotal}},
		{"active", ofAccount(rich, "active = active + 1"), []verify.Invariant{verify.AccountActive, verify.AccountLotsActive}},
		{"pending", ofAccount(rich, "pending = pending + 1"), []verify.Invariant{verify.AccountPending, verify.AccountLotsPending}},
		{"debt", ofAccount(owing, "debt = debt + 1"), []verify.Invariant{verify.AccountDebt}},
		{"earned", ofAccount(rich, "earned = earned - 1"), []verify.Invariant{verify.AccountEarned}},
		{"spent", ofAccount(rich, "spent = spent - 1"), []verify.Invariant{verify.AccountSpent}},
		{"expired", ofAccount(rich, "expired = expired + 1"), []verify.Invariant{verify.AccountExpired}},
		{"debt beside points", ofAccount(rich, "debt = 5"), []verify.Invariant{verify.AccountDebtFirst, verify.AccountDebt}},
		{"no due date", ofAccount(rich, "due_at = null"), []verify.Invariant{verify.AccountDue}},
		{"a due date that is too late", ofAccount(rich, "due_at = due_at + 100000000000000"), []verify.Invariant{verify.AccountDue}},
		{"purchases", ofAccount(rich, "purchases = purchases + 1"), []verify.Invariant{verify.AccountPurchases}},
		{"turnover", ofAccount(owing, "turnover = turnover - 1"), []verify.Invariant{verify.AccountTurnover}},
		{"first purchase", ofAccount(rich, "first_purchase_at = null"), []verify.Invariant{verify.AccountDates}},
		{"last purchase", ofAccount(rich, "last_purchase_at = last_purchase_at + 1"), []verify.Invariant{verify.AccountDates}},

		{"of another account", ofLot("remaining = 0 and source = 'gift'", "account_id = 12345"), []verify.Invariant{
			verify.LotAccount, verify.PostingLot, verify.FigureTotal,
		}},
		{"more left than made", ofLot("source = 'hand'", "remaining = amount + 1"), []verify.Invariant{
			verify.LotRemaining, verify.LotPostings, verify.AccountLotsActive,
		}},
		{"less left", ofLot("source = 'hand'", "remaining = remaining - 1"), []verify.Invariant{verify.LotPostings, verify.AccountLotsActive}},
		{"another state", ofLot("source = 'hand'", "state = 'pending'"), []verify.Invariant{
			verify.LotPostings, verify.AccountLotsActive, verify.AccountLotsPending, verify.AccountDue,
		}},
		harm{"active by the lots", ofLot("source = 'hand'", "remaining = remaining - 1, amount = amount - 1"), []verify.Invariant{
			verify.AccountLotsActive, verify.LotPostings, verify.LotMade,
		}}.named("account", func(s *shop) string { return s.account(s.rich) }),
		harm{"pending by the lots", ofLot("source = 'hand'", "state = 'pending', active_at = 1"), []verify.Invariant{
			verify.AccountLotsPending, verify.LotPostings, verify.AccountLotsActive, verify.AccountDue,
		}}.named("account", func(s *shop) string { return s.account(s.rich) }),
		{"written off", ofLot("source = 'gift'", "written_off = written_off + 1"), []verify.Invariant{verify.LotWrittenOff}},
		{"made by another", ofLot("source = 'hand'", "op_id = 12345"), []verify.Invariant{verify.LotMade}},
		{"made of more", ofLot("source = 'hand'", "amount = amount + 1"), []verify.Invariant{verify.LotMade}},
		harm{"expires earlier", ofLot("remaining > 0", "expires_at = 5"), []verify.Invariant{verify.AccountDue}}.named("account", func(s *shop) string { return s.account(s.rich) }),
	}
}

func ofAccountMoved(s *shop) (string, string) {
	s.exec(`update account set programme_id = 12345 where home_id = $1`, s.rich.Home)
	return "account", fmt.Sprintf("home_id=%s programme_id=12345", s.rich.Home)
}
