package card

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Limits on secret codes.
const (
	MinSecret    = 4  // characters of one that is given
	MaxSecret    = 64 // likewise; a magnetic stripe holds no more
	SecretTries  = 5  // wrong ones in a row
	SecretPause  = 30 * time.Minute
	secretDigits = 8 // of one that is made
	saltSize     = 16
)

const (
	qSetSecret = `update card set secret_hash = $3, secret_tries = 0, secret_until = 0, changed_at = $4, secret_till_at = $5 where home_id = $1 and card_id = $2`

	// A try counts before it is looked at, so that many at once are no more.
	qTrySecret = `update card set secret_tries = secret_tries + 1, secret_until = case when secret_tries + 1 >= $4 then $5 else secret_until end
where home_id = $1 and card_id = $2 and state = 'active' and secret_hash is not null and secret_until <= $3`
	qSecret      = `select state, secret_hash, secret_tries, secret_until, secret_till_at from card where home_id = $1 and card_id = $2`
	qSecretRight = `update card set secret_tries = 0, secret_until = 0 where home_id = $1 and card_id = $2`
)

// SetSecret gives a card the secret code that was scanned or typed.
func (c *Cards) SetSecret(ctx context.Context, h home.ID, card id.ID, secret string, by member.Actor) (Card, error) {
	stored, err := c.hash(secret)
	if err != nil {
		return Card{}, err
	}
	return c.storeSecret(ctx, h, card, stored, by)
}

// RegenerateSecret makes a card's secret code anew and tells it this once.
func (c *Cards) RegenerateSecret(ctx context.Context, h home.ID, card id.ID, by member.Actor) (Issued, error) {
	secret, stored, err := c.makeSecret()
	if err != nil {
		return Issued{}, err
	}
	is, err := c.storeSecret(ctx, h, card, stored, by)
	return Issued{Card: is, Secret: secret}, err
}

func (c *Cards) storeSecret(ctx context.Context, h home.ID, card id.ID, stored []byte, by member.Actor) (Card, error) {
	return c.change(ctx, h, card, by, func(_ db.Q, w *work) error {
		if w.card.State == Replaced {
			return fault.New(fault.Conflict, "card.bad-state", "state", string(Replaced))
		}
		w.batch.Exec(qSetSecret, h, card, stored, w.now, tillAt(by, w.now))
		w.trail.Add(h, member.FieldCard, w.card.Number, w.card.Number+" "+member.Secret)
		w.trail.Card(h, card, string(w.card.State), string(w.card.State))
		return nil
	})
}

// tillAt is when a till's key has set a secret code; zero where none did.
func tillAt(by member.Actor, now clock.Micros) clock.Micros {
	if by.AtTill() {
		return now
	}
	return 0
}

// CheckSecret tells whether a secret code is the card's. After SecretTries
// wrong ones in a row it takes none, not even the right one, for SecretPause.
func (c *Cards) CheckSecret(ctx context.Context, h home.ID, card id.ID, secret string) error {
	return c.check(ctx, h, card, secret, c.Members.Clock.Now())
}

// ProveSecret is CheckSecret for spending: the code proves nothing if a till
// has set it after a time (member.Rules.TrustedSince). The try counts all the
// same.
func (c *Cards) ProveSecret(ctx context.Context, h home.ID, card id.ID, secret string, since clock.Micros) error {
	return c.check(ctx, h, card, secret, since)
}

func (c *Cards) check(ctx context.Context, h home.ID, card id.ID, secret string, since clock.Micros) error {
	now := c.Members.Clock.Now()
	var refusal error
	err := c.Members.DB.Write(ctx, func(tx *db.Tx) (err error) {
		refusal, err = c.trySecret(ctx, tx, h, card, secret, now, since)
		return err
	})
	if err == nil {
		err = refusal // a wrong try is committed too
	}
	return err
}

func (c *Cards) trySecret(ctx context.Context, tx *db.Tx, h home.ID, card id.ID, secret string, now, since clock.Micros) (refusal, err error) {
	n, err := tx.Exec(ctx, qTrySecret, h, card, now, SecretTries, now.Add(SecretPause))
	if err != nil {
		return nil, err
	}
	var state State
	var stored []byte
	var tries int64
	var until, set clock.Micros
	err = tx.Row(ctx, qSecret, h, card).Scan(&state, &stored, &tries, &until, &set)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return fault.New(fault.NotFound, "card.not-found"), nil
	case err != nil:
		return nil, err
	case state != Active:
		return fault.New(fault.Refused, "card.bad-state", "state", string(state)), nil
	case stored == nil:
		return fault.New(fault.Refused, "card.no-secret"), nil
	case n == 0:
		left := until.Time().Sub(now.Time())
		return fault.New(fault.TooMany, "card.secret-locked", "minutes", int64((left+time.Minute-1)/time.Minute)), nil
	case !c.sameSecret(stored, secret):
		return fault.New(fault.Refused, "card.secret-wrong", "left", max(SecretTries-tries, 0)), nil
	}
	if set > since {
		refusal = fault.New(fault.Refused, "card.secret-too-new")
	}
	_, err = tx.Exec(ctx, qSecretRight, h, card)
	return refusal, err
}

// hash gives what is stored of a secret code: a salt and the hash with it.
func (c *Cards) hash(secret string) ([]byte, error) {
	secret = strings.TrimSpace(secret)
	if len([]rune(secret)) < MinSecret || !text.Valid(secret, MaxSecret) {
		return nil, fault.New(fault.Invalid, "card.bad-secret", "min", MinSecret, "max", MaxSecret)
	}
	salt, err := crypto.Salt(rand.Reader)
	if err != nil {
		return nil, err
	}
	return append(salt, crypto.HashSecret(c.Key, salt, secret)...), nil
}

func (c *Cards) sameSecret(stored []byte, secret string) bool {
	return len(stored) > saltSize && len(secret) <= 4*MaxSecret &&
		crypto.SameSecret(c.Key, stored[:saltSize], stored[saltSize:], strings.TrimSpace(secret))
}

func (c *Cards) makeSecret() (secret string, stored []byte, err error) {
	if secret, err = crypto.Digits(secretDigits, rand.Reader); err != nil {
		return "", nil, err
	}
	stored, err = c.hash(secret)
	return secret, stored, err
}
