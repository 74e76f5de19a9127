package staff

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/passkey"
)

const (
	qPasskeys = `select passkey_id, name, synced, created_at, used_at, copied_at, credential, public_key, uses, transports
		from staff_passkey where staff_id = $1 order by passkey_id`
	qAnyPasskey    = `select 1 from staff_passkey where copied_at = 0 limit 1`
	qPasskeyOwner  = `select staff_id from staff_passkey where credential = $1`
	qInsertPasskey = `insert into staff_passkey (passkey_id, staff_id, name, credential, public_key, uses, synced, transports, created_at, used_at, copied_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)`
	qUsePasskey      = `update staff_passkey set uses = $2, used_at = $3 where passkey_id = $1`
	qDistrustPasskey = `update staff_passkey set copied_at = $2 where passkey_id = $1`
	qDropPasskey     = `delete from staff_passkey where passkey_id = $1 and staff_id = $2 returning name`
	qDropPasskeys    = `delete from staff_passkey where staff_id = $1`

	qAsk = `insert into staff_question (asked, state, ends_at) values ($1, $2, $3)
		on conflict (asked) do update set state = excluded.state, ends_at = excluded.ends_at`
	qAnswered      = `delete from staff_question where asked = $1 returning state, ends_at`
	qTidyQuestions = `delete from staff_question where ends_at <= $1`
)

// storedKey is a passkey with what it is checked by.
type storedKey struct {
	Passkey
	key passkey.Key
}

func scanPasskey(r db.Row) (k storedKey, err error) {
	var uses int64
	var transports string
	err = r.Scan(&k.ID, &k.Name, &k.Synced, (*int64)(&k.Created), (*int64)(&k.Used), (*int64)(&k.Copied), &k.key.ID, &k.key.Public, &uses, &transports)
	k.key.Count, k.key.Synced, k.key.Transports = uint32(uses), k.Synced, strings.Fields(transports)
	return k, err
}

// passkeysOf lists a person's passkeys; lock is the dialect's way of holding
// them, or nothing.
func passkeysOf(ctx context.Context, q db.Q, person id.ID, lock string) ([]storedKey, error) {
	return db.All(ctx, q, scanPasskey, qPasskeys+lock, person)
}

// trusted are the keys of which there are no copies.
func trusted(keys []storedKey) []storedKey {
	return slices.DeleteFunc(keys, func(k storedKey) bool { return k.Copied != 0 })
}

func insertPasskey(ctx context.Context, q db.Q, person id.ID, p Passkey, k passkey.Key) error {
	_, err := q.Exec(ctx, qInsertPasskey, p.ID, person, p.Name, k.ID, k.Public, int64(k.Count), k.Synced, strings.Join(k.Transports, " "), p.Created)
	if errors.Is(err, db.ErrConflict) {
		return fault.Wrap(err, fault.Conflict, "staff.passkey-taken")
	}
	return err
}
