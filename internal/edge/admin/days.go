package admin

import (
	"time"

	"kopilka/internal/platform/i18n"
)

// A day in a form is typed as the reader writes it, or as browsers' own fields send
// it: any of these is taken, whatever the language.
var dayLayouts = []string{time.DateOnly, "2.1.2006", "2 Jan 2006", "2 January 2006"}

// parseDay reads a typed day, at its beginning by the zone's clock.
func parseDay(s string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(dayLayouts[0], s, zone)
	for _, layout := range dayLayouts[1:] {
		if err == nil {
			break
		}
		t, err = time.ParseInLocation(layout, s, zone)
	}
	return t, err
}

// parseMoment reads a typed day and time.
func parseMoment(s string, zone *time.Location) (t time.Time, err error) {
	layouts := []string{clockForm}
	for _, day := range dayLayouts {
		layouts = append(layouts, day+" 15:04", day+", 15:04")
	}
	for _, layout := range layouts {
		if t, err = time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return t, err
}

// exampleDay is a day as the reader writes it.
func (p *page) exampleDay() string {
	return i18n.Date(p.lang(), time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC))
}
