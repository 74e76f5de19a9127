// Package secret keeps the keys that the program made for itself at its first
// start: they lie in the base, so every process of it has the same.
package secret

import (
	"context"
	"crypto/rand"

	"kopilka/internal/platform/db"
)

// The names.
const (
	Quotes = "quotes" // signs the ids of quotes
	Server = "server" // hashes codes and card secrets, seals TOTP secrets
	Duty   = "duty"   // signs who is on duty at a till
)

// Size is how long each is, in bytes.
const Size = 32

const (
	qPut = `insert into secret (name, value) values ($1, $2) on conflict (name) do nothing`
	qGet = `select value from secret where name = $1`
)

// Get gives the secret of the name, made now if it is not there yet.
func Get(ctx context.Context, d *db.DB, name string) ([]byte, error) {
	fresh := make([]byte, Size)
	_, _ = rand.Read(fresh) // never fails
	var value []byte
	err := d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qPut, name, fresh); err != nil {
			return err
		}
		return tx.Row(ctx, qGet, name).Scan(&value)
	})
	return value, err
}
