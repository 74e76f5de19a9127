package verify

import (
	"context"

	"kopilka/internal/platform/db"
)

// A span is a part of what a primary key orders: the condition that an index
// finds it by, after the text of a query, and its arguments.
//
// It is said column by column: PostgreSQL does not stop at the end of a range of
// whole keys, (a, b) <= (x, y), before a itself is past x, so each page of a busy
// till would be read to that till's end.
type span struct {
	where string
	args  []any
}

// keySpans are the keys after one up to another, in their order.
func keySpans(from, to claim) []span {
	const order = ` order by k.till_id, k.key`
	first, last := int64(from.till), int64(to.till)
	if first == last {
		return []span{{`k.till_id = $1 and k.key > $2 and k.key <= $3` + order, []any{first, from.key, to.key}}}
	}
	return []span{
		{`k.till_id = $1 and k.key > $2` + order, []any{first, from.key}},
		{`k.till_id > $1 and k.till_id < $2` + order, []any{first, last}},
		{`k.till_id = $1 and k.key <= $2` + order, []any{last, to.key}},
	}
}

// fiscalSpans are the fiscal receipts after one up to another, in their order.
func fiscalSpans(from, to fiscalKey) []span {
	const order = ` order by f.drive, f.number, f.sign`
	if from.drive == to.drive {
		return []span{{
			`f.drive = $1 and (f.number, f.sign) > ($2, $3) and (f.number, f.sign) <= ($4, $5)` + order,
			[]any{from.drive, from.number, from.sign, to.number, to.sign},
		}}
	}
	return []span{
		{`f.drive = $1 and (f.number, f.sign) > ($2, $3)` + order, []any{from.drive, from.number, from.sign}},
		{`f.drive > $1 and f.drive < $2` + order, []any{from.drive, to.drive}},
		{`f.drive = $1 and (f.number, f.sign) <= ($2, $3)` + order, []any{to.drive, to.number, to.sign}},
	}
}

// eachIn reads a query's rows, span after span.
func eachIn(ctx context.Context, q db.Q, text string, spans []span, scan func(db.Row) error) error {
	for _, s := range spans {
		if err := q.Each(ctx, scan, text+s.where, s.args...); err != nil {
			return err
		}
	}
	return nil
}
