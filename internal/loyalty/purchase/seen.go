package purchase

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
)

// Seen is what the rules that are in force at a till know of a member now, so
// that the till can judge by them where it can't ask. Nothing is stored. The
// programme is rule.None where none is in force.
func (d *Desk) Seen(ctx context.Context, till id.ID, h home.ID) (*rule.Member, *rule.Programme, error) {
	place, err := d.place(till)
	if err != nil {
		return nil, nil, err
	}
	s := &sale{cart: &Cart{Till: till, Buyer: Buyer{Home: h}}, mode: Commit, place: place, at: d.Clock.Now()}
	s.home = h
	set := d.Programmes.Current()
	d.complete(s, set.For)
	_, _, a, err := d.viewSettled(ctx, s, set)
	if err != nil {
		return nil, nil, err
	}
	return s.member(a), s.programme, nil
}
