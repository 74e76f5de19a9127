package verify_test

import (
	"fmt"
	"testing"

	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// climb opens a shop whose rich member has risen twice, with points that went
// with it, and fallen once.
func climb(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Welcome = rule.Gift{}
	p.Levels = []rule.Level{
		{ID: "start", Priority: 1},
		{ID: "gold", Priority: 2, Days: 20, Sum: 1_000_00, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 300_00}}, Term: 5, Gift: rule.Gift{Points: 10_00}, Price: 3_00},
	}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	s.rich = s.Member(t)
	s.sell(s.Cart(s.rich, line("B1", 1, 400_00), line("T1", 1, 500_00)))
	s.tomorrow(1)
	c := s.Cart(s.rich, line("T1", 1, 700_00))
	s.sell(c)
	s.refund(&purchase.RefundRequest{Purchase: ref(c), Amount: 50_00})
	s.tomorrow(30)
	s.settle()
	s.sell(s.Cart(s.rich, line("B1", 1, 100_00)))
	return s
}

// TestLevelsAreProved harms levels by hand.
func TestLevelsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := climb(t, d)
		if n := s.one(`select count(*) from level_change`); n != 3 {
			t.Fatalf("%d changes", n)
		}
		prove(t, s, levelHarms())
	})
}

// change gives the number of one of the member's changes, by its place.
func (s *shop) change(n int64) int64 {
	return s.one(`select change_id from level_change where home_id = $1 order by seq limit 1 offset $2`, s.rich.Home, n)
}

// ofChange changes one of the member's changes of level.
func ofChange(n int64, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		c := s.change(n)
		s.exec("update level_change set "+change+" where home_id = $1 and change_id = $2", s.rich.Home, c)
		return "level_change", fmt.Sprintf("home_id=%s change_id=%d", s.rich.Home, c)
	}
}

// ofSums changes the stored sums of the member.
func ofSums(change func(x *level.Sums) []byte) func(s *shop) (string, string) {
	return ofSumsOf(rich, change)
}

// ofSumsOf changes the stored sums of a member.
func ofSumsOf(whose func(s *shop) purchase.Buyer, change func(x *level.Sums) []byte) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		b := whose(s)
		var stored []byte
		if err := s.DB.Row(s.t.Context(), `select level_sums from account where home_id = $1`, b.Home).Scan(&stored); err != nil {
			s.t.Fatal(err)
		}
		x, err := level.Decode(stored)
		if err != nil {
			s.t.Fatal(err)
		}
		s.exec(`update account set level_sums = $2 where home_id = $1`, b.Home, change(&x))
		return "account", s.account(b)
	}
}

func levelHarms() []harm {
	sums, chain, at := verify.AccountSums, verify.LevelChain, verify.AccountLevel
	return []harm{
		{"another level", ofAccount(rich, "level = 'gold'"), []verify.Invariant{at}},
		{"another day", ofAccount(rich, "level_since = level_since - 1"), []verify.Invariant{at}},
		{"a change from another", ofChange(2, "from_level = 'x'"), []verify.Invariant{chain, verify.OpDigest}},
		harm{"a change to another", ofChange(1, "to_level = 'x'"), []verify.Invariant{chain, verify.OpDigest}}.
			named("level_change", func(s *shop) string { return fmt.Sprintf("home_id=%s change_id=%d", s.rich.Home, s.change(2)) }),
		harm{"the last to another", ofChange(2, "to_level = 'x'"), []verify.Invariant{at, verify.OpDigest}}.
			named("account", func(s *shop) string { return s.account(s.rich) }),
		harm{"a change is deleted", func(s *shop) (string, string) {
			s.exec(`delete from level_change where change_id = $1`, s.change(1))
			return "", ""
		}, []verify.Invariant{chain, verify.PostingOp, verify.FigureTotal}}.
			named("level_change", func(s *shop) string { return fmt.Sprintf("home_id=%s change_id=%d", s.rich.Home, s.change(1)) }),
		{"more given", ofChange(1, "given = given + 1"), []verify.Invariant{verify.OpPostings, verify.OpDigest, verify.FigureTotal}},
		{"another reason", ofChange(1, "reason = 'x'"), []verify.Invariant{verify.KeptHash}},
		{"a kopeck more on a day", ofSums(func(x *level.Sums) []byte { x.Days[0].Sum++; return x.Encode() }), []verify.Invariant{sums}},
		{"a kopeck more of a type", ofSums(func(x *level.Sums) []byte { x.Days[0].By[0]++; return x.Encode() }), []verify.Invariant{sums}},
		{"a visit less", ofSums(func(x *level.Sums) []byte { x.Days[0].Visits--; return x.Encode() }), []verify.Invariant{sums}},
		{"another day's", ofSums(func(x *level.Sums) []byte { x.Days[0].Day++; return x.Encode() }), []verify.Invariant{sums}},
		{"sums that can't be read", ofSums(func(*level.Sums) []byte { return []byte{9, 9} }), []verify.Invariant{sums}},
		{"a due date after the level's end", ofAccount(rich, "due_at = level_until + 1"), []verify.Invariant{verify.AccountDue}},
	}
}
