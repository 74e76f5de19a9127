package timetest

import (
	"time"

	"pgregory.net/rapid"
)

// zones are Russia's, and some whose clocks change: by an hour, by half an hour,
// at midnight, for a month.
var zones = []string{
	"Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk",
	"Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca",
}

// turns are days about which something turns.
var turns = []string{"2026-12-31", "2027-01-01", "2028-02-28", "2028-02-29", "2028-03-01", "2027-02-28", "2027-03-31", "2027-06-30", "2026-03-02"}

// instant draws a time: near one of the days, or near a change of clocks of one
// of the zones.
func instant(t *rapid.T, of ...*time.Location) time.Time {
	zone := rapid.SampledFrom(of).Draw(t, "where")
	day, _ := time.ParseInLocation(time.DateOnly, rapid.SampledFrom(turns).Draw(t, "about"), zone)
	if _, change := day.ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "at a change of clocks") {
		day = change
	}
	at := day.Add(time.Duration(rapid.IntRange(-28*60, 28*60).Draw(t, "minutes")) * time.Minute)
	if rapid.Bool().Draw(t, "just before") {
		at = at.Add(-time.Microsecond)
	}
	return at.UTC()
}

// date is a day of the calendar without a zone.
func date(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// begins is the first instant at which the wall clock shows a day or a later
// one, looked for minute by minute.
func begins(day time.Time, zone *time.Location) time.Time {
	at := day.Add(-36 * time.Hour)
	for date(at.In(zone)).Before(day) {
		at = at.Add(time.Minute)
	}
	return at
}

// businessDay is the latest day whose cut-over the wall clock has shown in the
// last two days, looked for minute by minute.
func businessDay(at time.Time, zone *time.Location, cutover int) time.Time {
	var latest time.Time
	for back := range 48 * 60 {
		local := at.Add(-time.Duration(back) * time.Minute).In(zone)
		day := date(local)
		if local.Hour()*60+local.Minute() < cutover {
			day = day.AddDate(0, 0, -1)
		}
		if day.After(latest) {
			latest = day
		}
	}
	return latest
}

// keeps tells whether a day of the year, MM-DD, is kept on a day: 29 February
// on the 28th where there is none.
func keeps(day time.Time, md string) bool {
	if day.Format("01-02") == md {
		return true
	}
	return md == "02-29" && day.Format("01-02") == "02-28" && day.AddDate(0, 0, 1).Day() == 1
}

// between tells whether a minute lies from one to before another, over midnight
// where the first is the later one.
func between(minute, from, below int) bool {
	for m := from; m != below; m = (m + 1) % (24 * 60) {
		if m == minute {
			return true
		}
	}
	return false
}
