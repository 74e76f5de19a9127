package identity

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// A PIN is short, so what keeps it is how seldom it may be tried.
const (
	minPIN   = 4
	maxPIN   = 12
	pinTries = 5
)

// PINPause is how long no PIN of a cashier is taken after too many wrong ones.
const PINPause = 15 * time.Minute

var pinHashing = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// SetPIN gives a cashier a PIN of 4 to 12 digits; "" takes it away.
func (r *Registry) SetPIN(ctx context.Context, cashier id.ID, pin string) error {
	hash := ""
	if pin != "" {
		if len(pin) < minPIN || len(pin) > maxPIN || strings.Trim(pin, "0123456789") != "" {
			return fault.New(fault.Invalid, "identity.pin-invalid", "min", minPIN, "max", maxPIN)
		}
		err := r.hashing(ctx, func() (err error) {
			hash, err = argon2id.CreateHash(pin, &pinHashing)
			return err
		})
		if err != nil {
			return err
		}
	}
	return r.d.Write(ctx, func(tx *db.Tx) error {
		now, err := reference.Bump(ctx, tx, SetCashiers)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qSetPIN, cashier, hash, now)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "identity.cashier-not-found")
		}
		if err != nil {
			return err
		}
		action := "cashier.pin-set"
		if hash == "" {
			action = "cashier.pin-dropped"
		}
		return audit.Note(ctx, tx, r.clock.Now(), audit.Entry{Action: action, Target: audit.On("cashier", cashier)})
	})
}

// CheckPIN finds the active cashier with the code and the PIN. After five
// wrong ones it takes none, not even the right one, until 15 minutes without
// a try have passed.
func (r *Registry) CheckPIN(ctx context.Context, code, pin string) (Cashier, error) {
	wrong := fault.New(fault.Unauthorized, "identity.pin-wrong")
	if !text.Valid(code, reference.MaxCode) || pin == "" || len(pin) > maxPIN {
		return Cashier{}, wrong
	}
	c, hash, err := cashierWithPIN(ctx, r.d, code)
	if err != nil {
		return Cashier{}, notFound(err, wrong)
	}
	if c.State != reference.Active || hash == "" {
		return Cashier{}, wrong
	}
	// The try is counted before it is known to be wrong: many at one instant
	// get no more tries than one after the other.
	now := r.clock.Now()
	n, err := r.d.Exec(ctx, qCountPIN, c.ID, now, now.Add(-PINPause), pinTries)
	if err != nil {
		return Cashier{}, err
	}
	if n == 0 {
		return Cashier{}, fault.New(fault.TooMany, "identity.pin-blocked", "minutes", int(PINPause/time.Minute))
	}
	ok := false
	err = r.hashing(ctx, func() (err error) {
		ok, err = argon2id.ComparePasswordAndHash(pin, hash)
		return err
	})
	if err != nil {
		return Cashier{}, err
	}
	if !ok {
		return Cashier{}, wrong
	}
	_, err = r.d.Exec(ctx, qClearPIN, c.ID)
	return c, err
}

// TriesLeft is how many wrong PINs a cashier may give yet before PINPause; false:
// nobody with the code works at the outlet, and of others nothing is told there.
func (r *Registry) TriesLeft(ctx context.Context, code string, outlet id.ID) (left int, there bool, err error) {
	if !text.Valid(code, reference.MaxCode) {
		return 0, false, nil
	}
	c, hash, err := cashierWithPIN(ctx, r.d, code)
	if errors.Is(err, db.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil || c.State != reference.Active || hash == "" || c.OutletID != 0 && c.OutletID != outlet {
		return 0, false, err
	}
	var tries int
	err = r.d.Row(ctx, qTriesOfPIN, c.ID, r.clock.Now().Add(-PINPause)).Scan(&tries)
	return max(0, pinTries-tries), err == nil, err
}

func (r *Registry) hashing(ctx context.Context, fn func() error) error {
	select {
	case r.pins <- struct{}{}:
		defer func() { <-r.pins }()
		return fn()
	case <-ctx.Done():
		return ctx.Err()
	}
}
