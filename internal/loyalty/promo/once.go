package promo

import (
	"context"
	"crypto/sha256"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

const (
	qOnce = `insert into promo_making (once, hash, made_at) values ($1, $2, $3) on conflict (once) do nothing`
	qMade = `select hash, made_at from promo_making where once = $1`
)

// MakeOnce makes the codes of an order once for a key, however often they are asked
// for, and gives when they were made, which is the Made of their Filter; again: they
// had been before. sent is a hash of what was asked: a key that stands for something
// else is refused (key.other-body).
func (s *Codes) MakeOnce(ctx context.Context, key string, sent [32]byte, o Order) (at clock.Micros, again bool, err error) {
	once := sha256.Sum256([]byte(key))
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		at = s.Clock.Now()
		n, err := tx.Exec(ctx, qOnce, once[:], sent[:], at)
		if err != nil {
			return err
		}
		if again = n == 0; again {
			var hash []byte
			if err := tx.Row(ctx, qMade, once[:]).Scan(&hash, &at); err != nil {
				return err
			}
			if string(hash) != string(sent[:]) {
				return fault.New(fault.Conflict, "key.other-body")
			}
			return nil
		}
		_, err = s.make(ctx, tx, o, at)
		return err
	})
	return at, again, err
}
