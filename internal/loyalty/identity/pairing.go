package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

const (
	pairingLetters = 8 // 40 bits; tries are slowed where they come in
	pairingHalf    = pairingLetters / 2

	// PairingTime is how long a code serves.
	PairingTime = 15 * time.Minute
)

const (
	qPutPairing = `insert into pairing (till_id, hash, until, by_kind, by_id, by_name) values ($1, $2, $3, $4, $5, $6)
		on conflict (till_id) do update set hash = excluded.hash, until = excluded.until, by_kind = excluded.by_kind, by_id = excluded.by_id, by_name = excluded.by_name`
	qPairing      = `select till_id, by_kind, by_id, by_name from pairing where hash = $1 and until > $2`
	qDropPairing  = `delete from pairing where till_id = $1`
	qDropPairings = `delete from pairing where until <= $1`
	qTillNames    = `select o.name, t.name from till t join outlet o on o.outlet_id = t.outlet_id where t.till_id = $1`
)

// Pairing is a code that is typed at a till, which gets its key by it: once.
type Pairing struct {
	TillID id.ID
	Code   string // as people read it: K7QM-2XWD
	Until  clock.Micros
}

// BeginPairing gives a till's code. The one that it had serves no more.
func (r *Registry) BeginPairing(ctx context.Context, till id.ID) (Pairing, error) {
	letters, err := crypto.Letters(pairingLetters, rand.Reader)
	if err != nil {
		return Pairing{}, err
	}
	now, by := r.clock.Now(), audit.Of(ctx)
	p := Pairing{TillID: till, Code: letters[:pairingHalf] + "-" + letters[pairingHalf:], Until: now.Add(PairingTime)}
	err = r.d.Write(ctx, func(tx *db.Tx) error {
		if err := belongs(ctx, tx, Key{TillID: till}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDropPairings, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qPutPairing, till, pairingHash(p.Code), p.Until, string(by.Kind), by.ID, by.Name); err != nil {
			return err
		}
		return audit.Note(ctx, tx, now, audit.Entry{Action: "till.pairing-begun", Target: audit.On("till", till)})
	})
	if err != nil {
		return Pairing{}, err
	}
	return p, nil
}

// Pair makes the key of the till that has the code, and its token; it may do
// what a till does and what more names, and is the doing of who gave the code. One that is wrong,
// has served or is over is refused with "identity.pairing-unknown".
func (r *Registry) Pair(ctx context.Context, code string, more ...Scope) (made Key, token string, err error) {
	hash, device := pairingHash(code), audit.Of(ctx)
	err = r.d.Write(ctx, func(tx *db.Tx) error {
		k, by := Key{Scopes: append(TillScopes(), more...)}, device
		err := tx.Row(ctx, qPairing, hash, r.clock.Now()).Scan(&k.TillID, &by.Kind, &by.ID, &by.Name)
		if errors.Is(err, db.ErrNotFound) {
			return fault.New(fault.Unauthorized, "identity.pairing-unknown")
		}
		if err != nil {
			return err
		}
		// Who deletes it has it: of two at once the other finds none.
		switch n, err := tx.Exec(ctx, qDropPairing, k.TillID); {
		case err != nil:
			return err
		case n == 0:
			return fault.New(fault.Unauthorized, "identity.pairing-unknown")
		}
		var outlet, till string
		if err := tx.Row(ctx, qTillNames, k.TillID).Scan(&outlet, &till); err != nil {
			return err
		}
		k.Name = text.Clip(outlet+", "+till, reference.MaxName)
		made, token, err = r.makeKey(audit.By(ctx, by), tx, k)
		return err
	})
	if err != nil {
		return Key{}, "", err
	}
	return made, token, nil
}

// asWritten reads a code as people write it: in any case, with blanks, and with
// letters for the digits that look like them.
var asWritten = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1")

// pairingHash is what is kept of a code.
func pairingHash(code string) []byte {
	h := sha256.Sum256([]byte(asWritten.Replace(strings.ToUpper(code))))
	return h[:]
}
