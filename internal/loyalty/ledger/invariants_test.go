package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// tester is what testing.T and rapid.T have in common here.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkBook holds a whole book, of one account, against the package's doc.
func checkBook(t tester, b *Book, a *Account) {
	t.Helper()
	sides := map[Side]money.Points{}
	for i, p := range b.postings {
		if p.Seq != int64(i+1) || p.Amount < 0 || p.Debit == p.Credit && p.Kind != Memo {
			t.Fatalf("posting %d: %+v", i, p)
		}
		sides[p.Debit] -= p.Amount
		sides[p.Credit] += p.Amount
	}
	if b.Seq != int64(len(b.postings)) {
		t.Fatalf("seq %d after %d postings", b.Seq, len(b.postings))
	}
	for side, want := range map[Side]money.Points{
		Active: a.Active, Pending: a.Pending, Held: a.Held, Debt: -a.Debt, Issued: -a.Earned, Redeemed: a.Spent, Expired: a.Expired,
	} {
		if sides[side] != want {
			t.Fatalf("%s: postings make %d, the account says %d", side, sides[side], want)
		}
	}
	var active, pending money.Points
	for _, l := range b.lots {
		if l.Remaining < 0 || l.WrittenOff < 0 || l.Remaining+l.WrittenOff > l.Amount {
			t.Fatalf("lot %+v", l)
		}
		if l.Pending {
			pending += l.Remaining
		} else {
			active += l.Remaining
		}
		if due, _ := l.due(a); l.Remaining > 0 && due != 0 && (a.DueAt == 0 || due < a.DueAt || due <= a.Clock) {
			t.Fatalf("lot %+v is due before %d, the clock is %d", l, a.DueAt, a.Clock)
		}
	}
	var held money.Points
	for _, h := range b.holds {
		if h.ended {
			continue
		}
		if a.DueAt == 0 || h.Until < a.DueAt || h.Until <= a.Clock {
			t.Fatalf("hold %+v is due before %d, the clock is %d", h, a.DueAt, a.Clock)
		}
		for _, p := range h.Parts {
			held += p.Points
		}
	}
	if active != a.Active || pending != a.Pending || held != a.Held || a.Book() != active+pending+held-a.Debt {
		t.Fatalf("lots: %d active, %d pending; the account %+v", active, pending, a)
	}
	if a.Debt < 0 || a.Debt > 0 && (active > 0 || a.Spendable() != 0) {
		t.Fatalf("a debt of %d with %d active", a.Debt, active)
	}
}

var whole = cmp.AllowUnexported(Book{}, Account{}, Lot{}, Hold{}, unchained{})

// TestRevertLeavesNothing: whatever was done since a mark, the book is as it
// was, and goes on as if nothing had been.
func TestRevertLeavesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine()
		steps := []func(*rapid.T){m.earn, m.earn, m.spend, m.slide, m.hold, m.endHold}
		do := func(n int) {
			for range n {
				rapid.SampledFrom(steps).Draw(t, "step")(t)
			}
		}
		do(rapid.IntRange(1, 6).Draw(t, "before"))
		before := copyBook(m.book)
		mark, kept := m.book.Mark(), *m
		state := *m.model
		state.coins = append([]coin(nil), m.model.coins...)
		state.holds = append([]held(nil), m.model.holds...)

		do(rapid.IntRange(1, 6).Draw(t, "tried"))
		m.book.Open(6, start)
		m.book.Revert(mark)
		if diff := cmp.Diff(before, copyBook(m.book), whole, cmpopts.IgnoreFields(Book{}, "IDs", "Now"), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("reverted is not what was marked:\n%s", diff)
		}
		kept.model = &state
		*m = kept
		do(rapid.IntRange(1, 4).Draw(t, "after"))
		m.check(t)
		checkBook(t, m.book, m.account)
	})
}

// copyBook copies a book with all that it points to.
func copyBook(b *Book) *Book {
	c := *b
	c.lots, c.holds, c.Accounts = nil, nil, nil
	for _, h := range b.holds {
		h := *h
		c.holds = append(c.holds, &h)
	}
	for _, l := range b.lots {
		l := *l
		c.lots = append(c.lots, &l)
	}
	for _, a := range b.Accounts {
		a := *a
		c.Accounts = append(c.Accounts, &a)
	}
	c.postings = append([]unchained(nil), b.postings...)
	return &c
}

// TestChainHoldsEverything: a change of any figure of a posting, of its
// operation's digest, of its home or of what went before changes the link.
func TestChainHoldsEverything(t *testing.T) {
	t.Parallel()
	p := Posting{Seq: 3, Account: 1, Lot: 2, Op: 4, Kind: Earn, Debit: Issued, Credit: Active, Amount: 500, At: 7, WrittenAt: 8}
	link := func(change func(p *Posting)) Hash {
		q := p
		change(&q)
		return Link(Hash{1}, home.ID(9), &q, Hash{2})
	}
	seen := map[Hash]string{}
	for name, h := range map[string]Hash{
		"nothing":    link(func(*Posting) {}),
		"seq":        link(func(p *Posting) { p.Seq++ }),
		"account":    link(func(p *Posting) { p.Account++ }),
		"lot":        link(func(p *Posting) { p.Lot++ }),
		"op":         link(func(p *Posting) { p.Op++ }),
		"kind":       link(func(p *Posting) { p.Kind = Restore }),
		"debit":      link(func(p *Posting) { p.Debit = Redeemed }),
		"credit":     link(func(p *Posting) { p.Credit = Pending }),
		"amount":     link(func(p *Posting) { p.Amount++ }),
		"at":         link(func(p *Posting) { p.At++ }),
		"written at": link(func(p *Posting) { p.WrittenAt++ }),
		"letters moved from kind to debit": link(func(p *Posting) {
			p.Kind, p.Debit = "ear", "nissued"
		}),
		"home":   Link(Hash{1}, home.ID(10), &p, Hash{2}),
		"before": Link(Hash{3}, home.ID(9), &p, Hash{2}),
		"digest": Link(Hash{1}, home.ID(9), &p, Hash{4}),
	} {
		if other, ok := seen[h]; ok {
			t.Errorf("a change of %s does not show: the same as of %s", name, other)
		}
		seen[h] = name
	}
}

// TestChainEndsOperations: an operation's digest goes to its own postings; one
// that moved nothing is chained by a posting of its own.
func TestChainEndsOperations(t *testing.T) {
	t.Parallel()
	b := NewBook(home.OfMember(7), start, id.NewMaker(1))
	a := b.Open(5, start)
	mark := b.Mark()
	b.Earn(a, Grant{Points: 10, EarnedAt: start, ActiveAt: start, ExpiresAt: start + hour, Op: 100})
	b.Settle(a, start+hour) // no part of the operation
	b.Chain(mark, 100, Hash{1}, start)
	b.Chain(b.Mark(), 101, Hash{2}, start)
	got := map[Kind]Hash{}
	for _, p := range b.postings {
		got[p.Kind] = p.digest
	}
	if want := (map[Kind]Hash{Earn: {1}, Expire: {}, Memo: {2}}); !cmp.Equal(got, want) {
		t.Errorf("digests %v, want %v", got, want)
	}
}
