package purchase

import (
	"context"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// Trial says how a purchase is imagined: by which programme, which need not be
// in force, at what time, and by whom, if he is imagined too.
type Trial struct {
	Programme *rule.Programme // compiled
	At        clock.Micros
	Member    *rule.Member // nil: the buyer that the cart names, or nobody
}

// Try tells what a purchase would give by a programme, and why. Nothing is
// stored, and the figures are good for nothing else.
func (d *Desk) Try(ctx context.Context, c *Cart, t *Trial) (*Quoted, error) {
	q, err := d.quote(ctx, c, t)
	if err == nil {
		q.ID = "" // nobody may commit it
	}
	return q, err
}

// find gives the programme of a quote: the one that is tried, or that which is
// in force where it is sold.
func (d *Desk) find(t *Trial) func(outlet, partner id.ID, day string) *rule.Programme {
	if t == nil {
		return d.Programmes.Current().For
	}
	return func(id.ID, id.ID, string) *rule.Programme { return t.Programme }
}
