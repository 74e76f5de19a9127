package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"

	"kopilka/internal/loyalty/identity"
)

// once does what an operation does, once under the caller's Idempotency-Key
// where there is one. do also gives what names the thing made, from which again
// renders it for who asks a second time: as it is then, and without the secrets
// that are told once. do must read by nothing but what it writes with: it runs
// in the transaction that notes the key.
func once[O, M any](ctx context.Context, c *call, in any, do func(ctx context.Context) (O, M, error), again func(ctx context.Context, made M) (O, error)) (O, error) {
	var out O
	if c.key == "" {
		out, _, err := do(ctx)
		return out, err
	}
	sent, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	r := identity.Request{KeyID: c.who.KeyID, Name: c.key}
	sum := hmac.New(sha256.New, c.Cards.Key) // a body may hold a secret code, which is short
	sum.Write([]byte(c.op.id + "\n"))
	sum.Write(sent)
	sum.Sum(r.Hash[:0])
	made, before, err := identity.Once(ctx, c.DB, r, c.Clock.Now(), func(ctx context.Context) (string, error) {
		var what M
		var err error
		if out, what, err = do(ctx); err != nil {
			return "", err
		}
		name, err := json.Marshal(what)
		return string(name), err
	})
	if err != nil || !before {
		return out, err
	}
	c.replayed(true)
	var what M
	if err := json.Unmarshal([]byte(made), &what); err != nil {
		return out, err
	}
	return again(ctx, what)
}
