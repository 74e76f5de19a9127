package ledger

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// load reads a home with its live lots and those named.
func load(q db.Q, h home.ID, named []id.ID, now clock.Micros, ids *id.Maker) (Books, error) {
	bs, b, homes := Books{}, &db.Batch{}, []int64{int64(h)}
	bs.Load(b, q.Dialect(), homes, true, now, ids)
	if err := q.Run(context.Background(), b); err != nil {
		return nil, err
	}
	if bs[h] == nil {
		bs[h] = NewBook(h, now, ids)
	}
	b = &db.Batch{}
	bs.LoadLots(b, q.Dialect(), homes)
	var refs []LotRef
	for _, l := range named {
		refs = append(refs, LotRef{h, l})
	}
	bs.LoadNamed(b, q.Dialect(), refs)
	return bs, q.Run(context.Background(), b)
}

// inBase runs body on a home's book inside a transaction and flushes it. It
// gives what was written.
func inBase(t tester, d *db.DB, h home.ID, named []id.ID, now clock.Micros, ids *id.Maker, body func(*Book)) (b *Book, heads []Head) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		bs, err := load(tx, h, named, now, ids)
		if err != nil {
			return err
		}
		b = bs[h]
		body(b)
		out := &db.Batch{}
		heads = bs.Flush(out)
		return tx.Run(context.Background(), out)
	})
	if err != nil {
		t.Fatalf("write: %v", err)
	}
	return b, heads
}

// TestBookThroughTheBase: a book written and read again between any two
// operations is the same as one that stays in memory, and its chain holds.
func TestBookThroughTheBase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ids := id.NewMaker(1)
		rapid.Check(t, func(t *rapid.T) {
			m := newMachine()
			m.book.IDs = ids
			h := home.OfMember(ids.New())
			digests := map[id.ID]Hash{}
			account := m.account
			for i := range rapid.IntRange(1, 4).Draw(t, "transactions") {
				var marked Mark
				written, heads := inBase(t, d, h, m.lots, m.book.Now, ids, func(b *Book) {
					m.book = b
					if i == 0 {
						b.Accounts = []*Account{account}
					}
					m.account = b.Accounts[0]
					b.Touch()           // sliding alone posts nothing,
					m.account.Changed() // and the clock alone is not worth a row
					marked = b.Mark()
					for range rapid.IntRange(1, 4).Draw(t, "operations") {
						rapid.SampledFrom([]func(*rapid.T){m.earn, m.earn, m.spend, m.claw, m.restore, m.slide, m.use, m.hold, m.endHold}).Draw(t, "operation")(t)
					}
					m.check(t)
					chainAll(b, marked, digests)
				})
				if len(heads) != 1 || heads[0] != (Head{h, written.Seq, written.Head}) {
					t.Fatalf("heads %+v", heads)
				}
				sameInBase(t, d, h, m)
			}
			checkRows(t, d, m.book, digests)
		})
	})
}

// chainAll gives each operation since the mark a digest of its own.
func chainAll(b *Book, m Mark, digests map[id.ID]Hash) {
	for _, p := range b.postings[m.postings:] {
		if _, done := digests[p.Op]; p.Op != 0 && !done {
			digests[p.Op] = Hash{byte(len(digests) + 1)}
			b.Chain(m, p.Op, digests[p.Op], p.At)
		}
	}
}

// sameInBase compares what was flushed with what is read.
func sameInBase(t tester, d *db.DB, h home.ID, m *machine) {
	t.Helper()
	bs, err := load(d, h, m.lots, m.book.Now, m.book.IDs)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	read := bs[h]
	ignore := []cmp.Option{
		whole, cmpopts.IgnoreFields(Account{}, "isNew", "opens", "dirty", "loaded"), cmpopts.IgnoreFields(Lot{}, "isNew", "dirty"),
		cmpopts.SortSlices(func(a, b *Lot) bool { return a.ID < b.ID }),
	}
	if diff := cmp.Diff(m.account, read.Accounts[0], ignore...); diff != "" {
		t.Fatalf("the account in the base:\n%s", diff)
	}
	if diff := cmp.Diff(m.book.lots, read.lots, ignore...); diff != "" {
		t.Fatalf("the lots in the base:\n%s", diff)
	}
	live := slices.DeleteFunc(slices.Clone(m.book.holds), func(h *Hold) bool { return h.ended })
	ignore = append(ignore, cmpopts.IgnoreFields(Hold{}, "isNew", "dirty"), cmpopts.SortSlices(func(a, b *Hold) bool { return a.ID < b.ID }), cmpopts.EquateEmpty())
	if diff := cmp.Diff(live, read.holds, ignore...); diff != "" {
		t.Fatalf("the holds in the base:\n%s", diff)
	}
	if read.Seq != m.book.Seq || read.Head != m.book.Head {
		t.Fatalf("the chain in the base ends at %d, flushed %d", read.Seq, m.book.Seq)
	}
}

// checkRows reads a home's postings and makes its chain anew.
func checkRows(t tester, d *db.DB, b *Book, digests map[id.ID]Hash) {
	t.Helper()
	var head Hash
	var seq int64
	err := d.Each(context.Background(), func(r db.Row) error {
		var p Posting
		var hash []byte
		err := r.Scan(&p.Seq, (*int64)(&p.Account), (*int64)(&p.Lot), (*int64)(&p.Op), (*string)(&p.Kind), (*string)(&p.Debit),
			(*string)(&p.Credit), (*int64)(&p.Amount), (*int64)(&p.At), (*int64)(&p.WrittenAt), &hash)
		seq++
		head = Link(head, b.Home, &p, digests[p.Op])
		if err == nil && (p.Seq != seq || string(head[:]) != string(hash)) {
			t.Fatalf("posting %+v is not linked to the one before", p)
		}
		return err
	}, `select seq, account_id, lot_id, op_id, kind, debit, credit, amount, at, written_at, hash from posting where home_id = $1 order by seq`, int64(b.Home))
	if err != nil || seq != b.Seq || head != b.Head {
		t.Fatalf("%d postings in the base, the book ends at %d: %v", seq, b.Seq, err)
	}
}

// TestStaleBookIsRefused: a book whose home has moved since it was read can't
// be flushed over it.
func TestStaleBookIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ids := id.NewMaker(1)
		h := home.OfMember(ids.New())
		if err := member.MakeHome(t.Context(), d, h); err != nil {
			t.Fatal(err)
		}
		bs, err := View(t.Context(), d, []int64{int64(h)}, true, start, ids)
		if err != nil {
			t.Fatal(err)
		}
		inBase(t, d, h, nil, start, ids, func(b *Book) { b.Touch() })
		bs[h].Touch()
		out := &db.Batch{}
		bs.Flush(out)
		err = d.Write(t.Context(), func(tx *db.Tx) error { return tx.Run(t.Context(), out) })
		if !cmp.Equal(err, db.ErrMoved, cmpopts.EquateErrors()) {
			t.Fatalf("got %v", err)
		}
	})
}
