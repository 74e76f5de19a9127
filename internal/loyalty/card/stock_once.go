package card

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// toldAgainFor is for how long a batch's secret codes are told again to whoever
// asks for it by its key: as long as an answer may be lost on its way.
const toldAgainFor = 10 * time.Minute

const qBatchOnce = `select batch_id, card_type_id, size, note, made_at from card_batch where once = $1`

// MakeBatchOnce makes one batch for a key, however often it is asked for it, and
// gives what its secret codes are made of; "": it has none, or they are not told
// any more. A key that stands for another batch is refused (key.other-body).
func (c *Cards) MakeBatchOnce(ctx context.Context, key string, t id.ID, n int, note string, by member.Actor) (Batch, Seed, error) {
	once, seed := sha256.Sum256([]byte(key)), c.seedOf(key)
	for try := 0; ; try++ {
		b, err := scanBatch(c.Members.DB.Row(ctx, qBatchOnce, once[:]))
		if err == nil {
			return c.madeBefore(ctx, b, seed, t, n, note)
		}
		if !errors.Is(err, db.ErrNotFound) {
			return Batch{}, "", err
		}
		b, list, err := c.makeBatch(ctx, seed, once[:], t, n, note, by)
		if errors.Is(err, db.ErrConflict) && try == 0 {
			continue // it was asked for twice at one instant
		}
		if err != nil || list[0].Secret == "" {
			seed = ""
		}
		return b, seed, err
	}
}

func (c *Cards) madeBefore(ctx context.Context, b Batch, seed Seed, t id.ID, n int, note string) (Batch, Seed, error) {
	if b.Type != t || b.Size != int64(n) || b.Note != note {
		return Batch{}, "", fault.New(fault.Conflict, "key.other-body")
	}
	typ, err := GetType(ctx, c.Members.DB, t)
	if err != nil {
		return Batch{}, "", err
	}
	if !typ.Properties.Secret || c.Members.Clock.Now() > b.MadeAt.Add(toldAgainFor) {
		seed = ""
	}
	return b, seed, nil
}

// seedOf is the seed of the batch that a key stands for.
func (c *Cards) seedOf(key string) Seed {
	mac := hmac.New(sha256.New, c.Key)
	mac.Write([]byte("seed of a batch " + key))
	return Seed(hex.EncodeToString(mac.Sum(nil)))
}
