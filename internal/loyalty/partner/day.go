package partner

import (
	"time"
	_ "time/tzdata" // the program brings its zones along: not every machine has them

	"kopilka/internal/platform/clock"
)

const dayFormat = "2006-01-02"

// Moment tells the business day, its weekday and the wall clock's minute of
// at in the outlet's zone. A night belongs to the day it began on, its
// weekday too: 01:30 on a Saturday is minute 90 of Friday's business day.
//
// Business days never go back. Where clocks are set back over the cut-over,
// the new day has begun the first time that they showed it.
func (o Outlet) Moment(at clock.Micros) Moment {
	local := at.In(o.location())
	day := o.dayOf(local)
	if from, _ := local.ZoneBounds(); !from.IsZero() && local.Sub(from) < 24*time.Hour {
		// The clock was changed within the last day: had it shown the next
		// business day before that?
		if before := o.dayOf(from.Add(-time.Microsecond)); before.After(day) {
			day = before
		}
	}
	return Moment{Day: day.Format(dayFormat), Weekday: day.Weekday(), Minute: local.Hour()*60 + local.Minute()}
}

// dayOf reads the business day off the wall clock, as midnight UTC of it:
// subtracting the cut-over from the time itself would be an hour off on the
// days when clocks change.
func (o Outlet) dayOf(local time.Time) time.Time {
	y, m, d := local.Date()
	if local.Hour()*60+local.Minute() < o.Cutover {
		d--
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Local is the time as the outlet's wall clock shows it.
func (o Outlet) Local(at clock.Micros) time.Time { return at.In(o.location()) }

func (o Outlet) location() *time.Location {
	if o.zone != nil {
		return o.zone
	}
	loc, err := loadZone(o.Zone)
	if err != nil {
		return time.UTC // saving checks the zone, so this is an outlet without one
	}
	return loc
}

// loadZone finds a zone by its IANA name. "" and "Local" are Go's names for
// UTC and the machine's zone, not places.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, errZone
	}
	return time.LoadLocation(name)
}
