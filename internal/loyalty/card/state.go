package card

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Activate puts a new card into use.
func (c *Cards) Activate(ctx context.Context, h home.ID, card id.ID, by member.Actor) (Card, error) {
	return c.turn(ctx, h, card, Active, "", by, New, Active)
}

// Block takes a card out of use until it is unblocked; the reason is shown at
// tills.
func (c *Cards) Block(ctx context.Context, h home.ID, card id.ID, reason string, by member.Actor) (Card, error) {
	reason, err := reasonText(reason)
	if err != nil {
		return Card{}, err
	}
	return c.turn(ctx, h, card, Blocked, reason, by, New, Active, Blocked)
}

// Unblock puts a blocked card into use. A lost one is only replaced: whoever
// has found it is not known.
func (c *Cards) Unblock(ctx context.Context, h home.ID, card id.ID, by member.Actor) (Card, error) {
	return c.turn(ctx, h, card, Active, "", by, Blocked)
}

// Lose notes that a card was lost: nobody is served by it from now on.
func (c *Cards) Lose(ctx context.Context, h home.ID, card id.ID, by member.Actor) (Card, error) {
	return c.turn(ctx, h, card, Lost, "", by, New, Active, Blocked, Lost)
}

// turn gives a card another state, from one of those it may have.
func (c *Cards) turn(ctx context.Context, h home.ID, card id.ID, to State, reason string, by member.Actor, from ...State) (Card, error) {
	return c.change(ctx, h, card, by, func(_ db.Q, w *work) error { return w.turn(to, reason, 0, from...) })
}

// turn refuses a till to change anything of a card that was blocked by somebody
// else: it would undo that.
func (w *work) turn(to State, reason string, replacedBy id.ID, from ...State) error {
	is := &w.card
	may := false
	for _, s := range from {
		may = may || s == is.State
	}
	if !may {
		return fault.New(fault.Conflict, "card.bad-state", "state", string(is.State))
	}
	if is.State == Blocked && !is.ByTill && w.by.AtTill() {
		return fault.New(fault.Denied, "card.block-not-yours")
	}
	was := *is
	is.ByTill = w.by.AtTill()
	is.State, is.BlockReason, is.ReplacedBy = to, reason, replacedBy
	w.trail.Add(is.Home, member.FieldCard, was.text(), is.text())
	if was.State == to && was.BlockReason == reason && was.ByTill == is.ByTill {
		return nil
	}
	w.trail.Card(is.Home, is.ID, string(was.State), string(is.State))
	w.batch.Exec(qSetState, is.Home, is.ID, to, reason, db.N(replacedBy), w.now, is.ByTill)
	w.follow()
	return nil
}

// follow turns what finds the member by this card on or off with it. The phone
// that a card of kind Phone stands for is his own and stays as it is.
func (w *work) follow() {
	for _, v := range w.member.Identifiers {
		if v.Ref == w.card.ref() || w.card.HasQR && v.Ref == member.OfQR(w.card.ID) {
			member.Turn(&w.batch, w.card.Home, v.Ref, standing(w.card.State))
		}
	}
}

// Replace gives a member a new card for one that is lost, broken or blocked.
// The old one is out of use for good; his points, being his and not the
// card's, need no moving.
func (c *Cards) Replace(ctx context.Context, h home.ID, card id.ID, in NewCard, by member.Actor) (Issued, error) {
	var out Issued
	_, err := c.change(ctx, h, card, by, func(q db.Q, w *work) error {
		if w.card.State == Replaced {
			return fault.New(fault.Conflict, "card.bad-state", "state", string(Replaced))
		}
		var err error
		// The old one goes first: a phone may stand for one card only.
		old := w.card
		if _, err = q.Exec(ctx, qSetState, h, old.ID, Replaced, "", nil, w.now, by.AtTill()); err != nil {
			return err
		}
		if out, err = c.IssueIn(ctx, q, w.member, in, by); err != nil {
			return err
		}
		return w.turn(Replaced, "", out.ID, New, Active, Blocked, Lost)
	})
	return out, err
}
