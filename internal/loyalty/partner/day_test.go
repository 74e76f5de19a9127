package partner

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/platform/clock"
)

func at(t *testing.T, s string) clock.Micros {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return clock.Of(v)
}

func TestMoment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone string
		cutover    int
		at         string
		want       clock.Moment
	}{
		{"noon in Moscow", "Europe/Moscow", 240, "2026-11-22T09:00:00Z", clock.Moment{Day: "2026-11-22", Weekday: time.Sunday, Minute: 720}},
		{"one instant, Kaliningrad", "Europe/Kaliningrad", 240, "2026-11-22T01:30:00Z", clock.Moment{Day: "2026-11-21", Weekday: time.Saturday, Minute: 210}},
		{"one instant, Moscow", "Europe/Moscow", 240, "2026-11-22T01:30:00Z", clock.Moment{Day: "2026-11-22", Weekday: time.Sunday, Minute: 270}},
		{"one instant, Kamchatka", "Asia/Kamchatka", 240, "2026-11-22T01:30:00Z", clock.Moment{Day: "2026-11-22", Weekday: time.Sunday, Minute: 810}},
		{"Kamchatka is a day ahead", "Asia/Kamchatka", 240, "2026-11-21T20:30:00Z", clock.Moment{Day: "2026-11-22", Weekday: time.Sunday, Minute: 510}},
		{"night session", "Asia/Yekaterinburg", 240, "2026-02-28T20:30:00Z", clock.Moment{Day: "2026-02-28", Weekday: time.Saturday, Minute: 90}},
		{"the last microsecond before the cut-over", "Europe/Moscow", 240, "2026-01-01T00:59:59.999999Z", clock.Moment{Day: "2025-12-31", Weekday: time.Wednesday, Minute: 239}},
		{"the cut-over itself", "Europe/Moscow", 240, "2026-01-01T01:00:00Z", clock.Moment{Day: "2026-01-01", Weekday: time.Thursday, Minute: 240}},
		{"leap night", "Europe/Moscow", 240, "2028-02-29T23:00:00Z", clock.Moment{Day: "2028-02-29", Weekday: time.Tuesday, Minute: 120}},
		{"no cut-over", "Europe/Moscow", 0, "2026-01-01T21:00:00Z", clock.Moment{Day: "2026-01-02", Weekday: time.Friday, Minute: 0}},
		{"Moscow before 2014 was UTC+4", "Europe/Moscow", 240, "2014-07-01T00:30:00Z", clock.Moment{Day: "2014-07-01", Weekday: time.Tuesday, Minute: 270}},

		// Berlin, 29 March 2026: 02:00 becomes 03:00; 25 October: 03:00 becomes 02:00.
		{"before the spring gap", "Europe/Berlin", 150, "2026-03-29T00:59:59Z", clock.Moment{Day: "2026-03-28", Weekday: time.Saturday, Minute: 119}},
		{"a cut-over inside the gap begins after it", "Europe/Berlin", 150, "2026-03-29T01:00:00Z", clock.Moment{Day: "2026-03-29", Weekday: time.Sunday, Minute: 180}},
		{"spring, subtracting would be wrong", "Europe/Berlin", 240, "2026-03-29T02:30:00Z", clock.Moment{Day: "2026-03-29", Weekday: time.Sunday, Minute: 270}},
		{"autumn, 02:30 the first time", "Europe/Berlin", 150, "2026-10-25T00:30:00Z", clock.Moment{Day: "2026-10-25", Weekday: time.Sunday, Minute: 150}},
		{"autumn, 02:10 again stays in the new day", "Europe/Berlin", 150, "2026-10-25T01:10:00Z", clock.Moment{Day: "2026-10-25", Weekday: time.Sunday, Minute: 130}},
		{"autumn, 02:10 the first time is the old day", "Europe/Berlin", 150, "2026-10-25T00:10:00Z", clock.Moment{Day: "2026-10-24", Weekday: time.Saturday, Minute: 130}},
		{"half an hour on Lord Howe", "Australia/Lord_Howe", 105, "2026-04-04T15:10:00Z", clock.Moment{Day: "2026-04-05", Weekday: time.Sunday, Minute: 100}},
		{"set back over midnight", "America/St_Johns", 0, "2010-11-07T02:45:00Z", clock.Moment{Day: "2010-11-07", Weekday: time.Sunday, Minute: 23*60 + 15}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := Outlet{Zone: c.zone, Cutover: c.cutover}
			if got := o.Moment(at(t, c.at)); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if got := o.BusinessDay(at(t, c.at)); got != c.want.Day {
				t.Errorf("business day %s", got)
			}
		})
	}
}

var zones = []string{
	"Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk", "Asia/Irkutsk",
	"Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Europe/Berlin", "America/New_York", "America/St_Johns",
	"Australia/Lord_Howe", "Africa/Casablanca", "UTC",
}

// TestBusinessDayAgainstModel takes the slow and obvious way: a business day
// has begun once the wall clock has shown its cut-over, so it is the latest
// of all that the clock showed minute by minute over the last two days.
func TestBusinessDayAgainstModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := Outlet{Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Cutover: rapid.IntRange(0, 600).Draw(t, "cutover")}
		zone, err := loadZone(o.Zone)
		if err != nil {
			t.Fatal(err)
		}
		o.zone = zone
		now := time.Unix(rapid.Int64Range(1_000_000_000, 2_000_000_000).Draw(t, "at")/60*60, 0)
		// Near a change of clocks, where there is one: that is where it is hard.
		if _, end := now.In(zone).ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near") {
			now = end.Add(time.Duration(rapid.IntRange(-300, 300).Draw(t, "minutes")) * time.Minute)
		}
		want := ""
		for back := range 48 * 60 {
			local := now.Add(-time.Duration(back) * time.Minute).In(zone)
			day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
			if local.Hour()*60+local.Minute() < o.Cutover {
				day = day.AddDate(0, 0, -1)
			}
			want = max(want, day.Format("2006-01-02"))
		}
		got := o.BusinessDay(clock.Of(now))
		if got != want {
			t.Fatalf("%s at %s, cut-over %d: %s, the model says %s", o.Zone, now.In(zone), o.Cutover, got, want)
		}
		if later := o.BusinessDay(clock.Of(now.Add(time.Minute))); later < got {
			t.Fatalf("went back from %s to %s", got, later)
		}
	})
}

func TestZonesThatAreNoPlace(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Local", "Europe/Atlantis", "../../etc/passwd", "MSK-3"} {
		if _, err := loadZone(name); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
}

func BenchmarkMoment(b *testing.B) {
	zone, err := loadZone("Asia/Kamchatka")
	if err != nil {
		b.Fatal(err)
	}
	o := Outlet{Zone: "Asia/Kamchatka", Cutover: 240, zone: zone}
	for b.Loop() {
		o.Moment(1_790_000_000_000_000)
	}
}
