package rule_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
)

func termed(t tester, zone string, delay int, e rule.Expiry) *rule.Programme {
	t.Helper()
	p := &rule.Programme{Code: "p", Name: "п", Zone: zone, Settings: rule.DefaultSettings(), Earning: rule.Earning{Delay: delay, Expiry: e}}
	if err := p.Compile(); err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// at reads a wall clock.
func at(t tester, zone, wall string) clock.Micros {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatalf("%v", err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", wall, loc)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return clock.Of(v)
}

func TestExpiryDates(t *testing.T) {
	t.Parallel()
	const zone = "Europe/Moscow"
	dates := func(d ...string) rule.Expiry { return rule.Expiry{Mode: rule.OnDates, Dates: d} }
	after := func(n int) rule.Expiry { return rule.Expiry{Mode: rule.AfterAccrual, Days: n} }
	for _, c := range []struct {
		expiry rule.Expiry
		active string
		ends   string // "": never
	}{
		{rule.Expiry{}, "2026-03-02 12:00", ""},
		{rule.Expiry{Mode: rule.AfterPurchase, Days: 5}, "2026-03-02 12:00", ""}, // with the account's date
		{after(1), "2026-03-02 00:00", "2026-03-04 00:00"},
		{after(1), "2026-03-02 23:59", "2026-03-04 00:00"},
		{after(365), "2024-02-29 12:00", "2025-03-01 00:00"},
		{after(366), "2024-02-29 12:00", "2025-03-02 00:00"},
		{dates("12-31"), "2026-03-02 12:00", "2027-01-01 00:00"},
		{dates("12-31"), "2026-12-31 23:59", "2027-01-01 00:00"},
		{dates("12-31"), "2027-01-01 00:00", "2028-01-01 00:00"},
		{dates("06-30", "12-31"), "2026-06-30 12:00", "2026-07-01 00:00"},
		{dates("12-31", "06-30"), "2026-07-01 00:00", "2027-01-01 00:00"},
		{dates("02-29"), "2026-02-28 12:00", "2026-03-01 00:00"},
		{dates("02-29"), "2026-03-01 00:00", "2027-03-01 00:00"},
		{dates("02-29"), "2027-03-01 00:00", "2028-03-01 00:00"},
		{dates("02-29"), "2028-02-29 12:00", "2028-03-01 00:00"},
		{dates("01-01"), "2026-12-31 23:59", "2027-01-02 00:00"},
	} {
		p := termed(t, zone, 0, c.expiry)
		got, sliding := p.Expires(&p.Earning.Expiry, at(t, zone, c.active))
		var want clock.Micros
		if c.ends != "" {
			want = at(t, zone, c.ends)
		}
		if got != want || sliding != (c.expiry.Mode == rule.AfterPurchase) {
			t.Errorf("%+v from %s: ends %s, want %s", c.expiry, c.active, got.Time(), want.Time())
		}
	}
}

func TestActivation(t *testing.T) {
	t.Parallel()
	const zone = "Asia/Vladivostok"
	earned := at(t, zone, "2026-03-02 23:30")
	for delay, want := range map[int]clock.Micros{0: earned, 1: at(t, zone, "2026-03-03 00:00"), 30: at(t, zone, "2026-04-01 00:00")} {
		p := termed(t, zone, delay, rule.Expiry{})
		terms := p.Terms()
		if got := p.ActiveAt(&terms, earned); got != want {
			t.Errorf("a delay of %d: active %s, want %s", delay, got.Time(), want.Time())
		}
	}
	p := termed(t, zone, 0, rule.Expiry{Mode: rule.AfterPurchase, Days: 2})
	if got, want := p.SlideTo(earned), at(t, zone, "2026-03-05 00:00"); got != want {
		t.Errorf("slides to %s, want %s", got.Time(), want.Time())
	}
	if got := termed(t, zone, 0, rule.Expiry{}).SlideTo(earned); got != 0 {
		t.Errorf("points that never expire slide to %s", got.Time())
	}
}

// changing are zones whose clocks change, some of them at midnight, and days
// about such a change. Apia had no 30 December 2011.
var changing = []struct{ zone, day string }{
	{"Europe/Berlin", "2026-03-28"},
	{"Europe/Berlin", "2026-10-24"},
	{"America/Sao_Paulo", "2018-11-02"}, // 00:00 became 01:00 on the 4th
	{"America/Sao_Paulo", "2018-02-15"}, // 00:00 became 23:00
	{"Africa/Cairo", "2024-04-24"},
	{"Asia/Beirut", "2022-03-25"},
	{"America/Havana", "2026-10-30"}, // 01:00 became 00:00
	{"Pacific/Apia", "2011-12-28"},
	{"Europe/Moscow", "2014-10-25"},
	{"Asia/Kathmandu", "2026-03-02"},
}

// firstOf looks minute by minute for where the calendar first shows a later
// day than the one that lies days after from's.
func firstOf(from time.Time, days int) time.Time {
	y, m, d := from.Date()
	last := time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	t := from
	for t.Format(time.DateOnly) <= last {
		t = t.Add(time.Minute)
	}
	return t
}

// TestDaysEndWithTheCalendar: points that live N days are there for all of
// the N-th, wherever clocks change, and not longer.
func TestDaysEndWithTheCalendar(t *testing.T) {
	t.Parallel()
	for _, c := range changing {
		p := termed(t, c.zone, 0, rule.Expiry{Mode: rule.AfterAccrual, Days: 1})
		for days := range 4 {
			from := at(t, c.zone, c.day+" 12:00")
			want := firstOf(from.In(locate(t, c.zone)), days)
			if got := p.EndAfter(from, days).In(locate(t, c.zone)); !got.Equal(want) {
				t.Errorf("%s: %d days after %s end %s, want %s", c.zone, days, c.day, got, want)
			}
		}
	}
}

func locate(t tester, zone string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return loc
}

// TestExpiryOnDatesProperty: the end is the first end of a named day after t.
func TestExpiryOnDatesProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(changing).Draw(t, "zone").zone
		loc := locate(t, zone)
		var dates []string
		for range rapid.IntRange(1, 3).Draw(t, "dates") {
			day := rapid.IntRange(0, 365).Draw(t, "day")
			dates = append(dates, time.Date(2024, 1, 1+day, 0, 0, 0, 0, time.UTC).Format("01-02"))
		}
		p := termed(t, zone, 0, rule.Expiry{Mode: rule.OnDates, Dates: dates})
		from := clock.Of(time.Date(2009, 1, 1, 0, rapid.IntRange(0, 20*366*24*60).Draw(t, "minute"), 0, 0, time.UTC))
		got, _ := p.Expires(&p.Earning.Expiry, from)
		if got <= from {
			t.Fatalf("%v from %s end %s", dates, from.In(loc), got.In(loc))
		}
		// Just before its end it is a named day, and no named day has ended in between.
		last := dayKept(got.In(loc).Add(-time.Microsecond))
		if !anyOf(dates, last) {
			t.Fatalf("%v from %s end after %s", dates, from.In(loc), last)
		}
		for d := from.In(loc); clock.Of(d) < got-clock.Micros(24*time.Hour/time.Microsecond); d = d.AddDate(0, 0, 1) {
			if anyOf(dates, dayKept(d)) {
				t.Fatalf("%v from %s end %s, past %s", dates, from.In(loc), got.In(loc), d)
			}
		}
	})
}

// dayKept names the days of the year kept on t's day.
func dayKept(t time.Time) []string {
	out := []string{t.Format("01-02")}
	if t.Month() == time.February && t.Day() == 28 && t.AddDate(0, 0, 1).Day() == 1 {
		out = append(out, "02-29")
	}
	return out
}

func anyOf(dates, days []string) bool {
	for _, d := range dates {
		for _, a := range days {
			if d == a {
				return true
			}
		}
	}
	return false
}

func ExampleProgramme_EndAfter() {
	p := &rule.Programme{Code: "p", Name: "п", Zone: "Europe/Moscow", Settings: rule.DefaultSettings()}
	if err := p.Compile(); err != nil {
		panic(err)
	}
	bought := clock.Of(time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC))
	fmt.Println(p.EndAfter(bought, 30).Time())
	// Output: 2026-04-01 21:00:00 +0000 UTC
}
