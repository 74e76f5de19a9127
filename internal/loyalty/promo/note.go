package promo

import (
	"cmp"
	"context"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Noted is what the trail keeps of codes that were made or withdrawn: never a code
// itself, since whoever knows it can use it.
type Noted struct {
	Campaign string
	Count    int
	Owners   int     `json:",omitempty"` // of how many they are; 0: of whoever has them
	Member   home.ID `json:",omitzero"`  // where they are one member's
	Until    string
}

// note notes in the trail that the codes of an order were made.
func (o *Order) note(ctx context.Context, q db.Q, now clock.Micros) error {
	n := Noted{Campaign: o.Campaign, Count: o.Count * max(len(o.Owners), 1), Owners: len(o.Owners), Until: o.Expires}
	if c := o.Programme.CampaignOf(o.Campaign); c != nil {
		n.Campaign = cmp.Or(c.Name, c.ID)
	}
	if len(o.Owners) == 1 {
		n.Member = o.Owners[0].Home
	}
	return audit.Note(ctx, q, now, audit.Entry{Action: "promo.made", Target: audit.On("programme", o.Programme.ID), After: n})
}

// note notes in the trail that a code was withdrawn.
func (c *Code) note(ctx context.Context, q db.Q, now clock.Micros) error {
	return noteWithdrawn(ctx, q, c.Programme, Noted{Campaign: c.Campaign, Count: 1, Member: c.Home, Until: c.Expires}, now)
}

func noteWithdrawn(ctx context.Context, q db.Q, programme id.ID, n Noted, now clock.Micros) error {
	return audit.Note(ctx, q, now, audit.Entry{Action: "promo.withdrawn", Target: audit.On("programme", programme), Before: n})
}
