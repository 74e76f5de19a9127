package card

import (
	"context"
	"crypto/rand"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

const (
	qSetSalt = `update card set totp_salt = $3, changed_at = $4 where home_id = $1 and card_id = $2`
	qTOTP    = `select state, totp_salt, last_totp_step from card where home_id = $1 and card_id = $2`
	// Each step is taken once, and none before one that was taken.
	qUseStep = `update card set last_totp_step = $3
where home_id = $1 and card_id = $2 and last_totp_step < $3 and state = 'active' and totp_salt is not null`
)

// Provision makes the secret from which the member's device makes one-time
// QRs, and tells it this once; a device that had one before shows nothing
// valid any more. The base keeps only what, with the key, makes the secret
// again.
func (c *Cards) Provision(ctx context.Context, h home.ID, card id.ID, by member.Actor) (secret []byte, err error) {
	salt, err := crypto.Salt(rand.Reader)
	if err != nil {
		return nil, err
	}
	_, err = c.change(ctx, h, card, by, func(q db.Q, w *work) error {
		if w.card.State != Active {
			return fault.New(fault.Conflict, "card.bad-state", "state", string(w.card.State))
		}
		w.batch.Exec(qSetSalt, h, card, salt, w.now)
		w.trail.Add(h, member.FieldQR, "", w.card.Number)
		if w.card.HasQR {
			return nil
		}
		_, err := member.Give(ctx, q, w.member, member.OfQR(card), member.On, w.now)
		return err
	})
	return c.totpSecret(card, salt), err
}

// totpSecret makes the secret of a card's QRs.
func (c *Cards) totpSecret(card id.ID, salt []byte) []byte {
	return crypto.HashSecret(c.Key, salt, "qr "+card.String())
}

// Shown is a one-time QR that is right and was not used.
type Shown struct {
	Home home.ID
	Card id.ID
	Step int64 // to be used up by UseStep
}

// VerifyQR checks the payload of a one-time QR: whose card it is, that the card
// is in use, that the code is of now and of no step used before. It writes
// nothing; what is done on the strength of it calls UseStep in its own
// transaction.
func (c *Cards) VerifyQR(ctx context.Context, q db.Q, payload string, now clock.Micros) (Shown, error) {
	card, code, err := crypto.ParseQR(payload)
	if err != nil {
		return Shown{}, err
	}
	ref := member.OfQR(card)
	found, err := member.ResolveAll(ctx, q, []member.Ref{ref})
	if err != nil {
		return Shown{}, err
	}
	if len(found[ref]) != 1 {
		return Shown{}, fault.New(fault.NotFound, "card.not-found")
	}
	is := &found[ref][0]
	s := Shown{Home: is.Home, Card: card}
	var state State
	var salt []byte
	var last int64
	err = q.Row(ctx, qTOTP, s.Home, card).Scan(&state, &salt, &last)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return Shown{}, fault.New(fault.NotFound, "card.not-found")
	case err != nil:
		return Shown{}, err
	case state != Active:
		return Shown{}, fault.New(fault.Refused, "card.bad-state", "state", string(state))
	case salt == nil:
		return Shown{}, fault.New(fault.NotFound, "card.not-found")
	}
	if !is.Serves() {
		return Shown{}, fault.New(fault.Refused, "card.not-served", "state", string(is.State))
	}
	step, ok := crypto.CheckTOTP(c.totpSecret(card, salt), code, now)
	switch {
	case !ok:
		return Shown{}, fault.New(fault.Refused, "card.qr-stale")
	case step <= last:
		return Shown{}, fault.New(fault.Refused, "card.qr-used")
	}
	s.Step = step
	return s, nil
}

// UseStep uses a step of a card's QRs up, in the transaction of what it proves;
// false where the step, or a later one, was used before.
func UseStep(ctx context.Context, q db.Q, h home.ID, card id.ID, step int64) (bool, error) {
	n, err := q.Exec(ctx, qUseStep, h, card, step)
	return n == 1, err
}
