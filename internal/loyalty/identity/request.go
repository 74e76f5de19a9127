package identity

import (
	"context"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Request is what a caller asks to be done once.
type Request struct {
	KeyID id.ID    // the caller's
	Name  string   // the request's own key, as the caller gave it
	Hash  [32]byte // of the operation and what was sent
}

// MaxRequestName is the longest name of a request, in characters.
const MaxRequestName = 128

const (
	qClaimRequest = `insert into api_request (key_id, request_key, hash, made, made_at) values ($1, $2, $3, '', $4)
on conflict (key_id, request_key) do nothing`
	qRequest     = `select hash, made from api_request where key_id = $1 and request_key = $2`
	qRequestMade = `update api_request set made = $3 where key_id = $1 and request_key = $2`
)

// Once does what a request asks for, unless it was done before: then it gives
// what was made then, and true. do makes it, with the context that it is given,
// in the transaction that notes the request, so that there are both or
// neither; what it gives names what was made. It may run more than once. A
// refusal is not noted: the request may be tried again.
func Once(ctx context.Context, d *db.DB, r Request, now clock.Micros, do func(ctx context.Context) (made string, err error)) (made string, again bool, err error) {
	if r.Name == "" || !text.Valid(r.Name, MaxRequestName) {
		return "", false, fault.New(fault.Invalid, "key.invalid", "most", MaxRequestName)
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		claimed, err := tx.Exec(ctx, qClaimRequest, r.KeyID, r.Name, r.Hash[:], now)
		if err != nil {
			return err
		}
		if again = claimed == 0; again {
			var hash []byte
			if err := tx.Row(ctx, qRequest, r.KeyID, r.Name).Scan(&hash, &made); err != nil {
				return err
			}
			if string(hash) != string(r.Hash[:]) {
				return fault.New(fault.Conflict, "key.other-body")
			}
			return nil
		}
		if made, err = do(db.Within(ctx, tx)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qRequestMade, r.KeyID, r.Name, made)
		return err
	})
	return made, again, err
}
