package join

import (
	"context"
	"errors"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

const (
	duesAtOnce     = 100       // phones and e-mails in one look
	receiptsAtOnce = 100       // of one, before it is noted how far it got
	later          = time.Hour // for whom nothing can be done now

	// Of two orders of one instant either may make the member, and both are of
	// his membership.
	together = time.Minute
)

// joined is from when on what a member buys as a guest gives points as what he
// buys as a member.
func joined(m *member.Member) clock.Micros { return m.Registered.At.Add(-together) }

// Past looks for what members bought as guests, of all that it is due for, and
// gives it to them. It may run late, twice and in many processes.
func (j *Joins) Past(ctx context.Context) error {
	var after member.GuestDue
	var bad []error
	for {
		list, err := member.GuestsDue(ctx, j.DB, j.Clock.Now(), after, duesAtOnce)
		if err != nil {
			return errors.Join(append(bad, err)...)
		}
		for i := range list {
			after = list[i]
			if err := j.give(ctx, list[i], true); err != nil {
				bad = append(bad, err)
			}
		}
		if len(list) < duesAtOnce || ctx.Err() != nil {
			return errors.Join(bad...)
		}
	}
}

// Look looks for what one member bought as a guest, as far as that is soon
// done; the rest is left to Past.
func (j *Joins) Look(ctx context.Context, h home.ID) error {
	list, err := member.GuestsDueOf(ctx, j.DB, h)
	for i := range list {
		if err == nil {
			err = j.give(ctx, list[i], false)
		}
	}
	return err
}

// give gives a member the receipts that name one of his phones or e-mails: all,
// or the first of them.
func (j *Joins) give(ctx context.Context, d member.GuestDue, all bool) error {
	owner, err := j.holders(ctx, j.DB, d.Ref)
	if err != nil {
		return err
	}
	if !j.his(&d, owner) {
		return d.End(ctx, j.DB)
	}
	if !owner[0].State.Serves() {
		return d.PutOff(ctx, j.DB, j.Clock.Now().Add(later))
	}
	m, err := member.Get(ctx, j.DB, d.Home)
	if err != nil {
		return err
	}
	by := purchase.Contact{Guest: j.Desk.GuestHash(purchase.Guest(d.Ref)), Joined: joined(&m)}
	for {
		list, err := j.Desk.OfGuest(ctx, purchase.Guest(d.Ref), d.After, receiptsAtOnce)
		if err != nil {
			return err
		}
		for _, ref := range list {
			_, err := j.Desk.Claim(ctx, &purchase.ClaimRequest{Buyer: purchase.Buyer{Home: d.Home}, Purchase: ref, Contact: &by})
			switch f := fault.From(err); {
			case fault.Is(err, "buyer.not-served"):
				return d.PutOff(ctx, j.DB, j.Clock.Now().Add(later))
			case f != nil && ours(f):
				return err
			}
			d.After = ref.ID // what can't be his, since it has come back or is another's, never will be
		}
		if len(list) < receiptsAtOnce {
			return d.End(ctx, j.DB)
		}
		if err := d.PutOff(ctx, j.DB, d.At); err != nil || !all {
			return err
		}
	}
}

// his tells whether what a phone or an e-mail has bought is to be the member's:
// he alone has it, and it is proven, or an order has named it and that is
// enough.
func (j *Joins) his(d *member.GuestDue, owner []member.Resolved) bool {
	if len(owner) != 1 || owner[0].Home != d.Home {
		return false
	}
	switch j.Rules().GuestPurchases {
	case member.GuestsProven:
		return owner[0].ProvenAt != 0
	case member.GuestsOrder:
		return owner[0].ProvenAt != 0 || d.Told
	}
	return false
}
