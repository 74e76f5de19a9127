package partner

import (
	"time"
	_ "time/tzdata" // the program brings its zones along: not every machine has them

	"kopilka/internal/platform/clock"
)

// Moment is a time as the outlet reckons it.
func (o Outlet) Moment(at clock.Micros) clock.Moment { return at.MomentIn(o.Location(), o.Cutover) }

// Begins is when the outlet's business day of a date begins.
func (o Outlet) Begins(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, o.Cutover, 0, 0, o.Location())
}

// Local is the time as the outlet's wall clock shows it.
func (o Outlet) Local(at clock.Micros) time.Time { return at.In(o.Location()) }

// Location is the outlet's zone.
func (o Outlet) Location() *time.Location {
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
