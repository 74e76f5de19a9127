package member

import (
	"context"
	"hash/fnv"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// A guest's receipt is a member's who alone has the phone or e-mail that it
// names. Three look at that at one time, none of whom sees what the others have
// not committed yet: the sale, which makes a note if it sees one holder; whoever
// changes who holds it, which makes a note for those who hold it from then on;
// and the job that goes through a note's receipts and takes it away. So that no
// receipt falls between them they take turns by the phone or e-mail, to the ends
// of their transactions, and look at its holders only when they have it: sales
// side by side (ShareTurn), who makes somebody cease to hold it (leave) and the
// job (WaitTurn) each by itself.
//
// Why that is enough: a note that makes a member the holder is written in the
// transaction that makes him so. The job sees the note, so it is committed; then
// it waits for its turn. A sale that had its turn before the job has committed
// by then, and the job sees its receipt. One that has its turn after sees the
// holder, and makes a note of its own, which the job does not take away: it has
// another mark. Likewise who ceases to hold it either is gone when the job looks
// at the holders, or sees those whom the job has seen.
//
// On SQLite there is one writer: transactions are one after the other anyway,
// and all look at the holders inside of theirs.
//
// Turns come after the locks of homes, codes and limits, all of one transaction
// in one order; whoever has one waits for nothing but to write.

const (
	turnsOfContacts = 0x6b6f // sets these locks apart from others of the base

	qShareTurnPG = `select pg_advisory_xact_lock_shared($1::int, n) from unnest($2::int[]) as u (n)`
	qTakeTurnPG  = `select pg_advisory_xact_lock($1::int, n) from unnest($2::int[]) as u (n)`

	qHoldersOf = `select home_id from identifier where kind = $1 and value = $2 and state = 'active' order by home_id`
)

// ShareTurn adds to a batch what waits until nobody by himself has the turn of
// any of these phones and e-mails; others may share it.
func ShareTurn(b *db.Batch, dialect db.Dialect, refs []Ref) { turn(b, dialect, qShareTurnPG, refs) }

func takeTurn(b *db.Batch, dialect db.Dialect, refs []Ref) { turn(b, dialect, qTakeTurnPG, refs) }

func turn(b *db.Batch, dialect db.Dialect, text string, refs []Ref) {
	if dialect != db.Postgres || len(refs) == 0 {
		return
	}
	turns := make([]int32, 0, len(refs))
	for _, r := range refs {
		h := fnv.New32a()
		_, _ = h.Write([]byte(string(r.Kind) + "\x00" + r.Value)) // it never fails
		turns = append(turns, int32(h.Sum32()))                   //nolint:gosec // any number will do
	}
	slices.Sort(turns)
	b.Each(func(db.Row) error { return nil }, text, turnsOfContacts, slices.Compact(turns))
}

// WaitTurn waits until whoever has the turn of a phone or an e-mail has ended.
func WaitTurn(ctx context.Context, d *db.DB, ref Ref) error {
	if d.Dialect() != db.Postgres {
		return nil
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		b := &db.Batch{}
		takeTurn(b, tx.Dialect(), []Ref{ref})
		return tx.Run(ctx, b)
	})
}

// leave notes for those who still hold phones and e-mails that some members
// have ceased to hold, or cease to in this transaction, that they may be alone
// with them now. It takes the turns of all.
func leave(ctx context.Context, q db.Q, ids *id.Maker, refs []Ref, leaving []home.ID, at clock.Micros) error {
	refs = slices.DeleteFunc(slices.Clone(refs), func(r Ref) bool { return !r.Kind.guests() })
	slices.SortFunc(refs, Ref.compare)
	if len(refs) == 0 {
		return nil
	}
	b := &db.Batch{}
	takeTurn(b, q.Dialect(), refs)
	if err := q.Run(ctx, b); err != nil {
		return err
	}
	b = &db.Batch{}
	for _, r := range refs {
		holders, err := db.All(ctx, q, func(row db.Row) (h home.ID, err error) { return h, row.Scan(&h) }, qHoldersOf, r.Kind, r.Value)
		if err != nil {
			return err
		}
		for _, h := range holders {
			if !slices.Contains(leaving, h) {
				QueueGuest(b, ids, h, r, false, at)
			}
		}
	}
	return q.Run(ctx, b)
}

// refs are what a member is found by.
func (m *Member) refs() []Ref {
	out := make([]Ref, 0, len(m.Identifiers))
	for _, v := range m.Identifiers {
		out = append(out, v.Ref)
	}
	return out
}
