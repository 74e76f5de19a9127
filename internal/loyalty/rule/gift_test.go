package rule_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
)

// TestBirthdayGift holds the day of a birthday's gift to a calendar that is
// walked backwards day by day.
func TestBirthdayGift(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Sao_Paulo") // where midnight was skipped
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		g := rule.GiftRule{
			On: rule.Birthday, Points: 1, Before: rapid.SampledFrom([]int{0, 1, 3, 90}).Draw(t, "before"), After: rapid.IntRange(0, 5).Draw(t, "after"),
		}
		p := &rule.Programme{Code: "p", Name: "P", On: true, Zone: zone.String(), Settings: rule.DefaultSettings(), Gifts: []rule.GiftRule{g}}
		if err := p.Compile(); err != nil {
			t.Fatal(err)
		}
		date := func(label string, from, to int) time.Time {
			return time.Date(rapid.IntRange(from, to).Draw(t, label), 1, 1+rapid.IntRange(0, 365).Draw(t, label+" day"), 0, 0, 0, 0, zone)
		}
		born := date("born", 1980, 1990)
		if rapid.Bool().Draw(t, "leap") {
			born = time.Date(1984, 2, 29, 0, 0, 0, 0, zone)
		}
		now := date("now", 2011, 2019).Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute)
		day, ok := p.BirthdayGift(&p.Gifts[0], born.Format(time.DateOnly), clock.Of(now))
		y, m, d := now.Date()
		for back := 0; ; back++ {
			on := time.Date(y, m, d-back, 12, 0, 0, 0, zone)
			if !kept(born, on.AddDate(0, 0, g.Before)) {
				continue
			}
			last := on.AddDate(0, 0, g.Before+g.After)
			if !ok || day.Day != on.Format(time.DateOnly) || p.Day(day.From) != day.Day || p.Day(day.From-1) == day.Day ||
				p.Day(day.To-1) != last.Format(time.DateOnly) || p.Day(day.To) == last.Format(time.DateOnly) {
				t.Fatalf("%+v of one born on %s at %s, want %s … %s", day, born, now, on, last)
			}
			if births := g.BirthdaysOf(day.Day); !slices.Contains(births, born.Format("01-02")) {
				t.Fatalf("on %s those born on %v, without %s", day.Day, births, born)
			}
			break
		}
	})
}

// kept tells whether a day is the birthday of one born on another.
func kept(born, day time.Time) bool {
	if born.Month() == 2 && born.Day() == 29 && day.Month() == 2 && day.Day() == 28 && day.AddDate(0, 0, 1).Month() == 3 {
		return true
	}
	return born.Month() == day.Month() && born.Day() == day.Day()
}

// TestSilenceGift: the day of the gift lies so many calendar days after that of
// the last purchase, wherever clocks change, and those whom the job of a day
// looks for are exactly those whose gift is of it.
func TestSilenceGift(t *testing.T) {
	t.Parallel()
	zones := []string{"America/Sao_Paulo", "Europe/Kaliningrad", "Asia/Kamchatka", "Europe/Moscow", "Europe/Berlin"}
	rapid.Check(t, func(t *rapid.T) {
		g := rule.GiftRule{On: rule.NoPurchases, Points: 1, Silent: rapid.IntRange(1, 400).Draw(t, "silent"), After: rapid.IntRange(0, 5).Draw(t, "after")}
		p := &rule.Programme{
			Code: "p", Name: "P", On: true, Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Settings: rule.DefaultSettings(), Gifts: []rule.GiftRule{g},
		}
		if err := p.Compile(); err != nil {
			t.Fatal(err)
		}
		last := clock.Of(time.Date(2009, 12, 1, 0, rapid.IntRange(0, 10*365*1440).Draw(t, "minute"), 0, 0, time.UTC))
		bought, err := time.Parse(time.DateOnly, p.Day(last))
		if err != nil {
			t.Fatal(err)
		}
		want := bought.AddDate(0, 0, g.Silent).Format(time.DateOnly)
		day, due := p.SilenceGift(&p.Gifts[0], last, last)
		if day.Day != want || due {
			t.Fatalf("%+v, due %v at once; want %s", day, due, want)
		}
		if p.Day(day.From) != want || p.Day(day.From-1) >= want || p.Day(day.To-1) != bought.AddDate(0, 0, g.Silent+g.After).Format(time.DateOnly) {
			t.Fatalf("from %s to %s, want %s", p.Day(day.From), p.Day(day.To), want)
		}
		if _, due := p.SilenceGift(&p.Gifts[0], last, day.From); !due {
			t.Fatal("not due when its day begins")
		}
		if _, due := p.SilenceGift(&p.Gifts[0], last, day.From-1); due {
			t.Fatal("due the day before")
		}
		from, to := p.SilentSince(&p.Gifts[0], want)
		if last < from || last >= to || p.Day(from) != p.Day(last) || p.Day(to-1) != p.Day(last) || p.Day(to) == p.Day(last) || p.Day(from-1) == p.Day(last) {
			t.Fatalf("the job of %s looks from %d to %d, the purchase is of %d", want, from, to, last)
		}
		if _, ok := p.SilenceGift(&p.Gifts[0], 0, day.From); ok {
			t.Fatal("a gift to who never bought")
		}
	})
}
