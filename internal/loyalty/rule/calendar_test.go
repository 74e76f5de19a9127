package rule

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/platform/clock"
)

// anyDay draws a day, mostly about the ends of February and of the year.
func anyDay(t *rapid.T, label string) time.Time {
	y := rapid.IntRange(1990, 2040).Draw(t, label+" year")
	if rapid.Bool().Draw(t, label+" about a turn") {
		m := rapid.SampledFrom([]time.Month{time.March, time.January}).Draw(t, label+" turn")
		return time.Date(y, m, 1+rapid.IntRange(-3, 2).Draw(t, label+" days"), 0, 0, 0, 0, time.UTC)
	}
	return time.Date(y, 1, 1+rapid.IntRange(0, 365).Draw(t, label+" day"), 0, 0, 0, 0, time.UTC)
}

// birthdayOn tells whether somebody's birthday is kept on a day.
func birthdayOn(birth, day time.Time) bool {
	if birth.Month() == day.Month() && birth.Day() == day.Day() {
		return true
	}
	return birth.Month() == time.February && birth.Day() == 29 && day.Month() == time.February && day.Day() == 28 && day.AddDate(0, 0, 1).Day() == 1
}

// TestBirthdaysAreCountedDayByDay: full years are the birthdays that were kept
// since birth, and the nearest birthday is found by walking both ways.
func TestBirthdaysAreCountedDayByDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		birth, day := anyDay(t, "birth"), anyDay(t, "day")
		got, ok := years(birth.Format(time.DateOnly), day.Format(time.DateOnly))
		if ok == day.Before(birth) {
			t.Fatalf("born %s, on %s: %v", birth, day, ok)
		}
		var want int64
		for d := birth.AddDate(0, 0, 1); !d.After(day); d = d.AddDate(0, 0, 1) {
			if birthdayOn(birth, d) {
				want++
			}
		}
		if ok && got != want {
			t.Fatalf("born %s, on %s: %d years, counted %d", birth, day, got, want)
		}
		since, _ := sinceBirthday(birth.Format(time.DateOnly), day.Format(time.DateOnly))
		for n := range 200 {
			past, next := birthdayOn(birth, day.AddDate(0, 0, -n)), birthdayOn(birth, day.AddDate(0, 0, n))
			if !past && !next {
				continue
			}
			if abs(since) != int64(n) || since > 0 && !past || since < 0 && !next {
				t.Fatalf("born %s, on %s: %d days since, walked %d", birth, day, since, n)
			}
			return
		}
		t.Fatalf("born %s, on %s: no birthday is near", birth, day)
	})
}

// TestMonthsTurnWithTheCalendar: the month's turn is the first minute at which
// the wall clock shows another month, in zones whose clocks change about it too.
func TestMonthsTurnWithTheCalendar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &Programme{Code: "p", Name: "п", Settings: DefaultSettings(), Zone: rapid.SampledFrom([]string{
			"Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka", "Europe/Berlin", "America/New_York", "America/Havana", "Asia/Beirut", "Pacific/Apia",
			"America/Asuncion", "Africa/Cairo",
		}).Draw(t, "zone")}
		if err := p.Compile(); err != nil {
			t.Fatal(err)
		}
		from := anyDay(t, "day").Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "minute")) * time.Minute)
		got := p.MonthTurn(clock.Of(from)).Time()
		month := from.In(p.zone).Month()
		if got.In(p.zone).Month() == month || got.Add(-time.Minute).In(p.zone).Month() != month || got.Sub(from) > 32*24*time.Hour || !got.After(from) {
			t.Fatalf("after %s: %s", from.In(p.zone), got.In(p.zone))
		}
	})
}
