package level_test

import (
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/level"
	"kopilka/internal/platform/money"
)

// TestSums holds the sums by day to a plain list of entries, through any
// number of turns of being stored, read and pruned.
func TestSums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		types := []string{"bar", "kino", "ticket"}
		n := rapid.IntRange(0, 3).Draw(t, "types")
		period := rapid.IntRange(1, 40).Draw(t, "days")
		l := level.NewLadder([]level.Level{{ID: "a", Priority: 1, Days: period, Sum: 1, Parts: []level.Part{{Types: types[:n], Sum: 1}}}}, utc)
		own := rapid.Bool().Draw(t, "own")
		other := l.OfMembers()
		if own {
			l, other = other, l
		}
		today := level.Day(20_000)
		s := l.Needed(today)
		var all []level.Entry
		for range rapid.IntRange(0, 60).Draw(t, "entries") {
			today += level.Day(rapid.IntRange(0, 3).Draw(t, "ahead"))
			l.Forget(&s, today)
			e := level.Entry{Day: today - level.Day(rapid.IntRange(0, 50).Draw(t, "back")), Visits: int64(rapid.IntRange(-1, 1).Draw(t, "visits"))}
			for range rapid.IntRange(0, 3).Draw(t, "lines") {
				e.Lines = append(e.Lines, level.Spent{
					Type: rapid.SampledFrom([]string{"Bar", "kino", "TICKET", "x", ""}).Draw(t, "type"), Money: money.Amount(rapid.Int64Range(-500, 500).Draw(t, "money")),
				})
			}
			e.Total = money.Amount(rapid.Int64Range(-500, 500).Draw(t, "total"))
			all = append(all, e)
			s.Add(&e)
			read, err := level.Decode(s.Encode())
			if err != nil || !read.Equal(&s) {
				t.Fatalf("%+v read as %+v: %v", s, read, err)
			}
			s = read
		}
		if !l.Enough(&s, today) {
			t.Fatal("not enough of its own")
		}
		if other.Enough(&s, today) {
			t.Fatal("enough of others")
		}
		got := s.Period(today, period)
		var want level.Sum
		var total money.Amount
		for i := range all {
			if own {
				total += all[i].Total
			}
			if d := all[i].Day; d > today || d <= today-level.Day(period) {
				continue
			}
			want.Visits += all[i].Visits
			for _, x := range all[i].Lines {
				want.Sum += x.Money
			}
		}
		if got.Visits != want.Visits || got.Sum != want.Sum {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if s.Total != total {
			t.Fatalf("%d in all, want %d", s.Total, total)
		}
		fresh := l.Needed(today)
		for i := range all {
			fresh.Add(&all[i])
		}
		if !fresh.Equal(&s) {
			t.Fatalf("made anew %+v, kept %+v", fresh, s)
		}
	})
}

// FuzzDecode wants an error, not a crash, of anything.
func FuzzDecode(f *testing.F) {
	s := level.Sums{From: 20_000, Types: []string{"бар"}}
	s.Add(&level.Entry{Day: 20_003, Visits: 1, Lines: []level.Spent{{Type: "бар", Money: 100}}})
	f.Add(s.Encode())
	s.Own, s.Total = true, -700
	f.Add(s.Encode())
	f.Add([]byte{1, 0, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := level.Decode(b); err == nil && s.From != 0 {
			again, err := level.Decode(s.Encode())
			if err != nil || !again.Equal(&s) {
				t.Fatalf("%+v, %v", again, err)
			}
		}
	})
}
