package join

import (
	"context"
	"errors"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
)

const (
	duesAtOnce     = 100       // phones and e-mails in one look
	receiptsAtOnce = 100       // of one, before it is noted how far it got
	later          = time.Hour // for whom nothing can be done now
)

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
	// Sales that began before this was noted have ended then; later ones see what
	// is noted, and note theirs.
	if err := member.WaitTurn(ctx, j.DB, d.Ref); err != nil {
		return err
	}
	owner, err := j.holders(ctx, j.DB, d.Ref)
	if err != nil {
		return err
	}
	his, err := j.his(ctx, &d, owner)
	switch {
	case err != nil:
		return err
	case !his:
		return d.End(ctx, j.DB)
	}
	if !owner[0].State.Serves() {
		return d.PutOff(ctx, j.DB, j.Clock.Now().Add(later))
	}
	for {
		list, err := j.Desk.OfGuest(ctx, purchase.Guest(d.Ref), d.After, receiptsAtOnce)
		if err != nil {
			return err
		}
		for _, ref := range list {
			_, err := j.Desk.Claim(ctx, &purchase.ClaimRequest{Buyer: purchase.Buyer{Home: d.Home}, Purchase: ref, Contact: (*purchase.Contact)(&d.Ref)})
			switch f := fault.From(err); {
			case fault.Is(err, "buyer.not-served"):
				return d.PutOff(ctx, j.DB, j.Clock.Now().Add(later))
			case fault.Is(err, "buyer.not-found"), fault.Is(err, "buyer.several"): // since then; there is another note
				return d.End(ctx, j.DB)
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
// he alone has it, and it is proven, or an order has named it since it is his
// and that is enough.
func (j *Joins) his(ctx context.Context, d *member.GuestDue, owner []member.Resolved) (bool, error) {
	if len(owner) != 1 || owner[0].Home != d.Home {
		return false, nil
	}
	switch j.Rules().GuestPurchases {
	case member.GuestsProven:
		return owner[0].ProvenAt != 0, nil
	case member.GuestsOrder:
		if owner[0].ProvenAt != 0 || d.Told {
			return true, nil
		}
		return j.Desk.Named(ctx, purchase.Guest(d.Ref), owner[0].AddedAt)
	}
	return false, nil
}
