package card

import (
	"context"
	"crypto/rand"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// StockOf lists a batch's numbers in their order, a page at a time: after is
// the last number already had, "" for the beginning. Secret codes are not told
// again.
func StockOf(ctx context.Context, q db.Q, batch id.ID, after string, limit int) ([]Stock, error) {
	if limit <= 0 || limit > stockPage {
		limit = stockPage
	}
	return db.All(ctx, q, scanStock, qStockOf, batch, after, limit)
}

// Batches lists the batches, newest first, a page at a time: before is the id
// of the last one already had, zero for the beginning.
func Batches(ctx context.Context, q db.Q, before id.ID, limit int) ([]Batch, error) {
	if limit <= 0 || limit > stockPage {
		limit = stockPage
	}
	return db.All(ctx, q, scanBatch, qBatches, before, limit)
}

func scanBatch(r db.Row) (b Batch, err error) {
	return b, r.Scan(&b.ID, &b.Type, &b.Size, &b.Note, &b.MadeAt)
}

// GetBatch reads a batch.
func GetBatch(ctx context.Context, q db.Q, batch id.ID) (b Batch, err error) {
	b, err = scanBatch(q.Row(ctx, qBatch, batch))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.New(fault.NotFound, "card.no-batch")
	}
	return b, err
}

// FindStock finds a number printed ahead, in any writing.
func FindStock(ctx context.Context, q db.Q, number string) (Stock, error) {
	none := fault.New(fault.NotFound, "card.not-in-stock")
	ref, err := member.Normalise(member.Card, number, "")
	if err != nil {
		return Stock{}, none
	}
	s, err := scanStock(q.Row(ctx, qStock, ref.Value))
	if errors.Is(err, db.ErrNotFound) {
		err = none
	}
	return s, err
}

// VoidStock takes a number out of stock for good: misprinted, stolen.
func (c *Cards) VoidStock(ctx context.Context, number string) error {
	ref, err := member.Normalise(member.Card, number, "")
	if err != nil {
		return fault.New(fault.Invalid, "card.bad-number")
	}
	return c.Members.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, qVoidStock, ref.Value, c.Members.Clock.Now())
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "card.not-in-stock")
		}
		if err != nil {
			return err
		}
		return audit.Note(ctx, tx, c.Members.Clock.Now(), audit.Entry{
			Action: "card_stock.voided", Target: audit.Target{Kind: "card_stock", ID: ref.Value},
		})
	})
}

// drawStock draws n numbers that are in no stock and on no card.
func drawStock(ctx context.Context, q db.Q, prefix string, n int) ([]Stock, error) {
	if prefix == "" {
		return nil, fault.New(fault.Invalid, "crypto.prefix-invalid")
	}
	seen := make(map[string]bool, n)
	out := make([]Stock, 0, n)
	for range draws + n/batchChunk {
		part := make([]Stock, 0, min(n-len(out), batchChunk))
		for range cap(part) {
			number, err := crypto.VirtualNumber(prefix, rand.Reader)
			if err != nil {
				return nil, err
			}
			if !seen[number] {
				seen[number] = true
				part = append(part, Stock{Number: number})
			}
		}
		known, err := knownNumbers(ctx, q, part)
		if err != nil {
			return nil, err
		}
		for _, s := range part {
			if _, is := known[s.Number]; !is {
				out = append(out, s)
			}
		}
		if len(out) == n {
			return out, nil
		}
	}
	return nil, fault.New(fault.Unavailable, "card.no-number")
}

// knownNumbers tells which of the numbers are in stock, with their state there,
// or on members' cards.
func knownNumbers(ctx context.Context, q db.Q, list []Stock) (map[string]StockState, error) {
	refs, numbers := make([]member.Ref, len(list)), make([]string, len(list))
	for i := range list {
		numbers[i] = list[i].Number
		refs[i] = member.Ref{Kind: member.Card, Value: numbers[i]}
	}
	known := map[string]StockState{}
	found, err := member.ResolveAll(ctx, q, refs)
	if err != nil {
		return nil, err
	}
	for ref := range found {
		known[ref.Value] = Bound
	}
	text := qKnownLite
	if q.Dialect() == db.Postgres {
		text = qKnownPG
	}
	return known, q.Each(ctx, func(r db.Row) error {
		var number string
		var state StockState
		err := r.Scan(&number, &state)
		known[number] = state
		return err
	}, text, numbers)
}

func taken(err error) error {
	if errors.Is(err, db.ErrConflict) {
		return fault.Wrap(err, fault.Conflict, "card.number-taken")
	}
	return err
}

// bytesOrNil gives nil as NULL.
func bytesOrNil(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}
