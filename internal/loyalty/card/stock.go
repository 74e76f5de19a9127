package card

import (
	"context"
	"slices"
	"strconv"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// StockState tells what became of a number printed ahead.
type StockState string

// The states of a number in stock.
const (
	InStock StockState = "new"   // nobody's yet
	Bound   StockState = "bound" // on a member's card
	Void    StockState = "void"  // never to be given
)

// Stock is one number of plastic printed ahead.
type Stock struct {
	Number    string       `json:"number"`
	Type      id.ID        `json:"type"`
	Batch     id.ID        `json:"batch"`
	State     StockState   `json:"state"`
	ChangedAt clock.Micros `json:"changed_at"`
	Secret    string       `json:"secret,omitempty"` // made or given with it; told this once

	hash []byte
}

// Batch is numbers reserved together.
type Batch struct {
	ID     id.ID        `json:"id"`
	Type   id.ID        `json:"type"`
	Size   int64        `json:"size"`
	Note   string       `json:"note"`
	MadeAt clock.Micros `json:"made_at"`
}

// Limits on batches.
const (
	MaxBatch   = 20_000
	MaxNote    = 200 // characters
	stockPage  = 1000
	batchChunk = 500 // numbers of one statement
)

const (
	stockColumns = `number, card_type_id, batch_id, state, secret_hash, changed_at`

	qStock     = `select ` + stockColumns + ` from card_stock where number = $1`
	qStockOf   = `select ` + stockColumns + ` from card_stock where batch_id = $1 and number > $2 order by number limit $3`
	qKnownPG   = `select number, state from card_stock where number = any($1)`
	qKnownLite = `select number, state from card_stock where number in (select value from json_each($1))`
	qInStock   = `select count(*) from card_stock where number = $1`
	qBindStock = `update card_stock set state = 'bound', changed_at = $2 where number = $1 and state = 'new'`
	qVoidStock = `update card_stock set state = 'void', changed_at = $2 where number = $1 and state = 'new'`

	qPutBatch = `insert into card_batch (batch_id, card_type_id, size, note, made_at, actor_kind, actor_id, once) values ($1, $2, $3, $4, $5, $6, $7, $8)`
	qBatches  = `select batch_id, card_type_id, size, note, made_at from card_batch where batch_id < $1 or $1 = 0 order by batch_id desc limit $2`

	qBatch = `select batch_id, card_type_id, size, note, made_at from card_batch where batch_id = $1`

	putStockPG = `insert into card_stock (number, card_type_id, batch_id, state, secret_hash, changed_at)
select number, card_type_id, batch_id, 'new', secret_hash, changed_at
from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[]) as s (number, card_type_id, batch_id, secret_hash, changed_at)`
	putStockLite = `insert into card_stock (number, card_type_id, batch_id, state, secret_hash, changed_at) values ($1, $2, $3, 'new', $4, $5)`
)

func scanStock(r db.Row) (Stock, error) {
	var s Stock
	err := r.Scan(&s.Number, &s.Type, &s.Batch, &s.State, &s.hash, &s.ChangedAt)
	return s, err
}

// MakeBatch reserves n random EAN-13 numbers with the type's prefix, to be
// printed on plastic; where the type's cards have secret codes it makes them
// too, and tells them this once.
func (c *Cards) MakeBatch(ctx context.Context, t id.ID, n int, note string, by member.Actor) (Batch, []Stock, error) {
	return c.makeBatch(ctx, NewSeed(), nil, t, n, note, by)
}

func (c *Cards) makeBatch(ctx context.Context, seed Seed, once []byte, t id.ID, n int, note string, by member.Actor) (Batch, []Stock, error) {
	return c.batch(ctx, once, t, n, note, by, func(q db.Q, typ *Type) ([]Stock, error) {
		list, err := drawStock(ctx, q, typ.Properties.Prefix, n)
		if err == nil && typ.Properties.Secret {
			seed.Tell(list)
		}
		return list, err
	})
}

// LoadBatch takes in numbers that were printed elsewhere, with the secret codes
// on them where they have any. One bad number, or one that is known, and none
// is taken.
func (c *Cards) LoadBatch(ctx context.Context, t id.ID, given []Stock, note string, by member.Actor) (Batch, []Stock, error) {
	return c.batch(ctx, nil, t, len(given), note, by, func(_ db.Q, typ *Type) ([]Stock, error) {
		list := make([]Stock, len(given))
		seen := make(map[string]int, len(given))
		for i, s := range given {
			number, err := typ.printedNumber(s.Number)
			if err != nil {
				return nil, inRow(fault.Wrap(err, fault.Invalid, "card.batch-number", "row", i+1), i)
			}
			if first, twice := seen[number]; twice {
				return nil, inRow(fault.New(fault.Invalid, "card.batch-twice", "row", i+1, "first", first), i)
			}
			seen[number] = i + 1
			list[i] = Stock{Number: number, Secret: s.Secret}
		}
		return list, nil
	})
}

func (c *Cards) batch(ctx context.Context, once []byte, t id.ID, n int, note string, by member.Actor, numbers func(db.Q, *Type) ([]Stock, error)) (Batch, []Stock, error) {
	if n < 1 || n > MaxBatch {
		return Batch{}, nil, fault.New(fault.Invalid, "card.bad-size", "max", MaxBatch)
	}
	if !text.Valid(note, MaxNote) {
		return Batch{}, nil, fault.New(fault.Invalid, "card.bad-name", "max", MaxNote)
	}
	b := Batch{ID: c.Members.IDs.New(), Type: t, Size: int64(n), Note: note, MadeAt: c.Members.Clock.Now()}
	var list []Stock
	err := c.Members.DB.Write(ctx, func(tx *db.Tx) error {
		typ, err := GetType(ctx, tx, t)
		if err != nil {
			return err
		}
		if typ.Kind != Plastic {
			return fault.New(fault.Invalid, "card.bad-kind")
		}
		if list, err = numbers(tx, &typ); err != nil {
			return err
		}
		if err := c.secrets(&typ, list); err != nil {
			return err
		}
		return audit.Saved(ctx, tx, b.MadeAt, c.putBatch(ctx, tx, b, once, list, by), "card_batch", b.ID, nil, b)
	})
	if err != nil {
		return Batch{}, nil, err
	}
	return b, list, nil
}

// secrets hashes the secret codes of numbers and makes those that lack.
func (c *Cards) secrets(typ *Type, list []Stock) (err error) {
	for i := range list {
		s := &list[i]
		switch {
		case s.Secret != "":
			s.hash, err = c.hash(s.Secret)
		case typ.Properties.Secret:
			s.Secret, s.hash, err = c.makeSecret()
		}
		if err != nil {
			if e := fault.From(err); e.Code == "card.bad-secret" {
				err = e.With(fault.Field{Path: rowPath(i, "secret"), Code: "card.batch-secret", Args: append(fault.Pairs("row", i+1), e.Args...)})
			}
			return err
		}
	}
	return nil
}

// inRow gives the error the place of a number in what was sent.
func inRow(e *fault.Error, i int) error { return e.With(e.At(rowPath(i, "number"))) }

func rowPath(i int, name string) string { return "cards[" + strconv.Itoa(i) + "]." + name }

// known tells of a row whose number is there already, by its state.
func known(row int, number string, state StockState) *fault.Error {
	switch state {
	case InStock:
		return fault.New(fault.Conflict, "card.batch-in-stock", "row", row, "number", number)
	case Void:
		return fault.New(fault.Conflict, "card.batch-void", "row", row, "number", number)
	}
	return fault.New(fault.Conflict, "card.batch-bound", "row", row, "number", number)
}

func (c *Cards) putBatch(ctx context.Context, tx *db.Tx, b Batch, once []byte, list []Stock, by member.Actor) error {
	var key any // null
	if once != nil {
		key = once
	}
	if _, err := tx.Exec(ctx, qPutBatch, b.ID, b.Type, b.Size, b.Note, b.MadeAt, by.Kind, db.N(by.ID), key); err != nil {
		return err
	}
	from := 0
	for part := range slices.Chunk(list, batchChunk) {
		had, err := knownNumbers(ctx, tx, part)
		if err != nil {
			return err
		}
		for i := range part {
			if state, is := had[part[i].Number]; is {
				of := known(from+i+1, part[i].Number, state)
				return fault.New(fault.Conflict, "card.number-taken").With(of.At(rowPath(from+i, "number")))
			}
		}
		from += len(part)
		rows := db.Many{PG: putStockPG, Lite: putStockLite, Exact: true, Types: []string{"text", "bigint", "bigint", "bytea", "bigint"}}
		for i := range part {
			s := &part[i]
			s.Type, s.Batch, s.State, s.ChangedAt = b.Type, b.ID, InStock, b.MadeAt
			rows.Add(s.Number, db.I(b.Type), db.I(b.ID), bytesOrNil(s.hash), db.I(b.MadeAt))
		}
		if err := rows.Run(ctx, tx); err != nil {
			return taken(err)
		}
	}
	return nil
}
