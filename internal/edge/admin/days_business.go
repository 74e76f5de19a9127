package admin

import (
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// businessDay is the day that goes on at an outlet, or at those that the reader works
// at the one that is furthest on, at midnight of the organization's clock: a night
// belongs to the day that it began on. Where there is no outlet it is the calendar's.
func (p *page) businessDay(outlet id.ID) time.Time {
	look := ui.Of(p.ctx())
	day := ""
	for _, o := range p.ownOutlets() {
		if (outlet == 0 || outlet == o.ID) && o.State == reference.Active {
			day = max(day, o.BusinessDay(look.Now))
		}
	}
	if at, err := time.ParseInLocation(time.DateOnly, day, look.Zone); err == nil {
		return at
	}
	now := look.Now.In(look.Zone)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, look.Zone)
}
