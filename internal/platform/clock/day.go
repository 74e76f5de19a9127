package clock

import "time"

// Moment is a point in time as a place reckons it whose business days begin at
// a cut-over of their own.
type Moment struct {
	Day     string       // business day, YYYY-MM-DD
	Weekday time.Weekday // of the business day
	Minute  int          // of the wall clock, 0 to 1439
}

// MomentIn tells the business day, its weekday and the wall clock's minute in a
// zone; cutover is in minutes after midnight. A night belongs to the day it
// began on, its weekday too: 01:30 on a Saturday is minute 90 of Friday's
// business day.
//
// Business days never go back. Where clocks are set back over the cut-over,
// the new day has begun the first time that they showed it.
func (m Micros) MomentIn(zone *time.Location, cutover int) Moment {
	local := m.In(zone)
	day := businessDay(local, cutover)
	if from, _ := local.ZoneBounds(); !from.IsZero() && local.Sub(from) < 24*time.Hour {
		// The clock was changed within the last day: had it shown the next
		// business day before that?
		if before := businessDay(from.Add(-time.Microsecond), cutover); before.After(day) {
			day = before
		}
	}
	return Moment{Day: day.Format(time.DateOnly), Weekday: day.Weekday(), Minute: local.Hour()*60 + local.Minute()}
}

// businessDay reads it off the wall clock, as midnight UTC of it: subtracting
// the cut-over from the time itself would be an hour off on the days when
// clocks change.
func businessDay(local time.Time, cutover int) time.Time {
	y, m, d := local.Date()
	if local.Hour()*60+local.Minute() < cutover {
		d--
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// WeekdayNumber counts the days of the week from Monday, 1, to Sunday, 7.
func WeekdayNumber(d time.Weekday) int { return (int(d)+6)%7 + 1 }
