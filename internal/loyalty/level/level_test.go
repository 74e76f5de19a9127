package level_test

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/level"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// days is a calendar in UTC.
type days struct{ zone *time.Location }

func (c days) Day(t clock.Micros) string { return t.In(c.zone).Format(time.DateOnly) }

func (c days) EndAfter(t clock.Micros, n int) clock.Micros {
	y, m, d := t.In(c.zone).Date()
	return clock.Of(time.Date(y, m, d+n+1, 0, 0, 0, 0, c.zone))
}

func (c days) MonthTurn(t clock.Micros) clock.Micros {
	y, m, _ := t.In(c.zone).Date()
	return clock.Of(time.Date(y, m+1, 1, 0, 0, 0, 0, c.zone))
}

var utc = days{time.UTC}

func at(day string) clock.Micros {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return clock.Of(t)
}

func noon(day string) clock.Micros { return at(day).Add(12 * time.Hour) }

// TestTotal is the plain ladder: 10 000 in all, kept to the month's turn.
func TestTotal(t *testing.T) {
	t.Parallel()
	l := level.NewLadder([]level.Level{
		{ID: "gold", Priority: 2, Total: 1_000_000},
		{ID: "start", Priority: 1},
	}, utc)
	f := &level.Facts{Total: 999_999, Sums: &level.Sums{}, Day: level.DayOf("2026-01-31")}
	s, changed := l.Up(level.State{}, f, noon("2026-01-31"))
	if !changed || s.Level != "start" || s.Until != at("2026-02-01") {
		t.Fatalf("%+v", s)
	}
	f.Total++
	s, changed = l.Up(s, f, noon("2026-01-31"))
	if !changed || s.Level != "gold" || s.Since != noon("2026-01-31") || s.Until != at("2026-02-01") {
		t.Fatalf("%+v", s)
	}
	s, changed = l.Turn(s, f, s.Until)
	if changed || s.Level != "gold" || s.Until != at("2026-03-01") {
		t.Fatalf("kept: %+v", s)
	}
	f.Total = 0
	s, changed = l.Turn(s, f, s.Until)
	if !changed || s.Level != "start" || s.Since != at("2026-03-01") || s.Until != at("2026-04-01") {
		t.Fatalf("fell: %+v", s)
	}
}

// TestTerm counts whole days, each term as long as the first.
func TestTerm(t *testing.T) {
	t.Parallel()
	l := level.NewLadder([]level.Level{{ID: "a", Priority: 1, Points: 100, Term: 30}}, utc)
	f := &level.Facts{Points: 100, Sums: &level.Sums{}}
	s, _ := l.Up(level.State{}, f, noon("2028-01-30"))
	if s.Until != at("2028-03-01") { // to the end of 29 February, the 30th day after
		t.Fatalf("%v", s.Until)
	}
	s, _ = l.Turn(s, f, s.Until)
	if s.Until != at("2028-03-31") {
		t.Fatalf("%v", s.Until)
	}
	f.Points = 99 // spent: it stays to its end
	if n, changed := l.Up(s, f, noon("2028-03-05")); changed || n != s {
		t.Fatalf("%+v", n)
	}
	s, changed := l.Turn(s, f, s.Until)
	if !changed || s.Level != "" || s.Until != 0 {
		t.Fatalf("%+v", s)
	}
}

// TestVisits falls by one level where 20 visits in 30 days are not kept.
func TestVisits(t *testing.T) {
	t.Parallel()
	l := level.NewLadder([]level.Level{
		{ID: "start", Priority: 1}, {ID: "silver", Priority: 5, Days: 30, Visits: 10}, {ID: "gold", Priority: 9, Days: 30, Visits: 20},
	}, utc)
	sums := l.Needed(level.DayOf("2026-03-01"))
	for d := range level.Day(20) {
		sums.Add(&level.Entry{Day: level.DayOf("2026-03-01") + d, Visits: 1})
	}
	f := &level.Facts{Sums: &sums, Day: level.DayOf("2026-03-20")}
	s, _ := l.Up(level.State{}, f, noon("2026-03-20"))
	if s.Level != "gold" || s.Until != at("2026-04-01") {
		t.Fatalf("%+v", s)
	}
	f.Day = level.DayOf("2026-03-31") // 19 in the thirty days that end with it
	s, changed := l.Turn(s, f, s.Until)
	if !changed || s.Level != "silver" || s.Until != at("2026-05-01") {
		t.Fatalf("%+v", s)
	}
	left := l.Next(s, f)
	if left == nil || left.Level.ID != "gold" || left.Visits != 1 {
		t.Fatalf("%+v", left)
	}
}

// TestParts asks for bar and tickets apart: with the sum, of which they are
// parts, one condition.
func TestParts(t *testing.T) {
	t.Parallel()
	parts := []level.Part{{Types: []string{"Bar"}, Sum: 300}, {Types: []string{"ticket", "abo"}, Sum: 500}}
	for _, c := range []struct {
		name                  string
		any                   bool // of the sum and three visits
		bar, ticket, abo, all money.Amount
		visits                int64
		want                  string
	}{
		{"both", false, 300, 200, 300, 0, 0, "a"},
		{"bar is short", false, 299, 500, 0, 0, 0, ""},
		{"the sum is short", false, 300, 500, 0, 1000, 0, ""},
		{"a part is none of any", true, 0, 500, 0, 1000, 0, ""},
		{"nor is the sum without a part", true, 299, 5000, 0, 1000, 0, ""},
		{"the sum with its parts is", true, 300, 700, 0, 1000, 0, "a"},
		{"the parts are, without a sum", true, 300, 500, 0, 0, 2, "a"},
		{"visits are", true, 0, 0, 0, 1000, 3, "a"},
		{"none of any", true, 300, 699, 0, 1000, 2, ""},
	} {
		v := level.Level{ID: "a", Priority: 1, Days: 7, Any: c.any, Sum: c.all, Parts: parts}
		if c.any {
			v.Visits = 3
		}
		l := level.NewLadder([]level.Level{v}, utc)
		day := level.DayOf("2026-05-05")
		sums := l.Needed(day)
		sums.Add(&level.Entry{Day: day, Visits: c.visits, Lines: []level.Spent{{"bar", c.bar}, {"TICKET", c.ticket}, {"abo", c.abo}}})
		if got := l.Reached(&level.Facts{Day: day, Sums: &sums}); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// TestHand holds a level to its end, and lets it rise above it meanwhile.
func TestHand(t *testing.T) {
	t.Parallel()
	l := level.NewLadder([]level.Level{
		{ID: "start", Priority: 1}, {ID: "silver", Priority: 2, Total: 100, Term: 5}, {ID: "vip", Priority: 3}, {ID: "gold", Priority: 4, Total: 500, Term: 10},
	}, utc)
	f := &level.Facts{Sums: &level.Sums{}}
	s, _ := l.Up(level.State{}, f, noon("2026-01-01"))
	if s.Level != "start" {
		t.Fatalf("%+v", s)
	}
	s, changed := l.Hand(s, "VIP", at("2026-03-01"), noon("2026-01-02"))
	if !changed || s.Level != "vip" || s.Until != at("2026-03-01") || s.Held != s.Until {
		t.Fatalf("%+v", s)
	}
	f.Total = 500
	s, _ = l.Up(s, f, noon("2026-01-10"))
	if s.Level != "gold" || s.Until != at("2026-01-21") {
		t.Fatalf("%+v", s)
	}
	f.Total = 0
	s, _ = l.Turn(s, f, s.Until)
	if s.Level != "vip" {
		t.Fatalf("%+v", s)
	}
	for s.Until < at("2026-03-01") {
		if s, changed = l.Turn(s, f, s.Until); changed {
			t.Fatalf("fell below what the hand holds: %+v", s)
		}
	}
	s, _ = l.Turn(s, f, s.Until)
	if s.Level != "silver" || s.Floor != "" {
		t.Fatalf("%+v", s)
	}
	s, _ = l.Turn(s, f, s.Until)
	if s.Level != "start" {
		t.Fatalf("%+v", s)
	}
}

// TestGroup lets only the members of a group come, and skips what is not open
// on the way down.
func TestGroup(t *testing.T) {
	t.Parallel()
	const staff = id.ID(7)
	l := level.NewLadder([]level.Level{
		{ID: "start", Priority: 1}, {ID: "staff", Priority: 2, Group: staff}, {ID: "gold", Priority: 3, Group: staff, Total: 10}, {ID: "top", Priority: 4, Total: 100},
	}, utc)
	f := &level.Facts{Sums: &level.Sums{}, Total: 50}
	if got := l.Reached(f); got != "start" {
		t.Fatal(got)
	}
	f.Groups = []id.ID{3, staff}
	if got := l.Reached(f); got != "gold" {
		t.Fatal(got)
	}
	f.Groups, f.Total = nil, 100
	s, _ := l.Up(level.State{}, f, noon("2026-01-01"))
	f.Total = 0
	if s, _ = l.Turn(s, f, s.Until); s.Level != "start" {
		t.Fatalf("%+v", s)
	}
}

// TestUndo takes back the rise of a purchase, never more.
func TestUndo(t *testing.T) {
	t.Parallel()
	l := level.NewLadder([]level.Level{
		{ID: "start", Priority: 1}, {ID: "silver", Priority: 2, Total: 100}, {ID: "gold", Priority: 3, Total: 500},
	}, utc)
	f := &level.Facts{Sums: &level.Sums{}, Total: 500}
	gold, _ := l.Up(level.State{}, f, noon("2026-01-01"))
	for _, c := range []struct {
		total money.Amount
		from  string
		want  string
	}{{500, "start", "gold"}, {100, "start", "silver"}, {0, "start", "start"}, {0, "silver", "silver"}, {0, "", "start"}} {
		f.Total = c.total
		s, changed := l.Undo(gold, c.from, f, noon("2026-01-02"))
		if s.Level != c.want || changed != (c.want != "gold") {
			t.Errorf("%+v: %+v", c, s)
		}
	}
	held, _ := l.Hand(gold, "gold", at("2027-01-01"), noon("2026-01-01"))
	if s, changed := l.Undo(held, "start", f, noon("2026-01-02")); changed {
		t.Errorf("below the hand: %+v", s)
	}
}

// TestGone leaves levels that the programme does not have any more.
func TestGone(t *testing.T) {
	t.Parallel()
	l := level.NewLadder([]level.Level{{ID: "start", Priority: 1}}, utc)
	f := &level.Facts{Sums: &level.Sums{}}
	old := level.State{Level: "old", Since: 1, Until: at("2026-01-01"), Floor: "old", Held: at("2030-01-01")}
	if s, changed := l.Up(old, f, noon("2025-12-01")); !changed || s.Level != "start" {
		t.Fatalf("%+v", s)
	}
	if s, changed := level.NewLadder(nil, utc).Turn(old, f, noon("2026-01-01")); !changed || s.Level != "" || s.Until != 0 {
		t.Fatalf("%+v", s)
	}
	var none *level.Ladder
	if s, changed := none.Up(old, f, noon("2025-12-01")); !changed || s.Until != 0 {
		t.Fatalf("%+v", s)
	}
}
