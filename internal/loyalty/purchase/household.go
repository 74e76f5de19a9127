package purchase

import (
	"cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// A member of a household (package member) buys on the account of its founder.
// His receipt and what belongs to it, its key and its uses of limits, lie in
// his own home; the points that it moves lie in the founder's. Both homes are
// locked, in the order of all, and both journals chain the receipt's digest:
// his by a posting that moves nothing, the founder's by those that move the
// points.
//
// Which home that is stands in the row that the lock of his own home reads, so
// nobody pays for households but their members. Before the lock it can only be
// guessed: the desk remembers where it last saw each. Where the guess is wrong
// the transaction begins anew with the right homes; so the first purchase of
// somebody who has come or gone takes one round trip more, and no other.

// onAccount is what operations on the account that a member uses have in
// common.
type onAccount struct {
	home  home.ID // the member's
	keeps home.ID // that of the account: the same or, in a household, the founder's
	guess home.ID // which home it named beside its own; 0: none
}

func (o *onAccount) beside(d *Desk) []home.ID {
	if o.guess = d.keeperSeen(o.home); o.guess != 0 {
		return []home.ID{o.guess}
	}
	return nil
}

// at is the home of the operation, as far as it has been found by now.
func (o *onAccount) at() home.ID { return o.home }

// find takes the account's home from the locked home of the member; errAgain
// where that is not the operation's too, or where he has been merged into
// another since he was looked up.
func (o *onAccount) find(g *group) error {
	if into := g.books[o.home].MergedInto; into != 0 {
		o.home = into
		return errAgain
	}
	o.keeps = g.books[o.home].Keeps()
	return o.holds(g)
}

// holds makes sure that the account's home is one of the operation's; else
// errAgain. That another operation of the group has locked it is not enough:
// what is refused is taken back in its own homes only.
func (o *onAccount) holds(g *group) error {
	g.desk.seeKeeper(o.home, o.keeps)
	if o.keeps != o.home && o.keeps != o.guess || g.books[o.keeps] == nil {
		return errAgain
	}
	return nil
}

// shared is the account's home as documents have it: 0 where it is their own.
func (o *onAccount) shared() home.ID { return sharedHome(o.home, o.keeps) }

func sharedHome(own, keeps home.ID) home.ID {
	if own == keeps {
		return 0
	}
	return keeps
}

// Keeps is the home of the account that the purchase was made on, or given to.
func (p *Purchase) Keeps() home.ID { return cmp.Or(p.AccountHome, p.Home) }

// Keeps is the home of the account that the refund works on.
func (f *Refund) Keeps() home.ID { return cmp.Or(f.AccountHome, f.Home) }

// keeperSeen is the home where a member of a household was last seen to have
// his account; 0: in his own.
func (d *Desk) keeperSeen(h home.ID) home.ID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.keepers[h]
}

// maxKeepers bounds what a desk remembers of households.
const maxKeepers = 100_000

func (d *Desk) seeKeeper(h, keeps home.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if h == keeps {
		delete(d.keepers, h)
		return
	}
	if len(d.keepers) >= maxKeepers {
		clear(d.keepers)
	}
	d.keepers[h] = keeps
}

// rest lets the points that wait in the buyer's own account while he is in a
// household live as long as his purchase would have let them: he has lost
// nothing by it when he leaves.
func (s *sale) rest(g *group) {
	if s.home == s.keeps {
		return
	}
	own := g.books[s.home]
	if a := own.Account(s.programme.ID); a != nil {
		g.levels.rest(own, a, s.programme, s.at)
	}
}

func (v *levels) rest(own *ledger.Book, a *ledger.Account, p *rule.Programme, at clock.Micros) {
	if to := p.SlideTo(at); a.SlideAt != 0 && to > a.SlideAt {
		v.settle(own, a, at)
		a.Slide(to)
	}
}

// wantRest names what rest needs.
func (s *sale) wantRest(g *group) {
	a := g.books[s.home].Account(s.programme.ID)
	if s.home == s.keeps || a == nil || a.SlideAt == 0 {
		return
	}
	if a.NeedsLots(s.at) {
		g.wantLots[s.home] = true
	}
	g.wantLevel(s.home, s.programme.ID, s.at)
}

// chain puts an operation into the journal of the account that it works on,
// and into that of its own home, which it gives back, where that is another.
func (g *group) chain(own home.ID, book *ledger.Book, mark ledger.Mark, op id.ID, digest ledger.Hash, at clock.Micros) *ledger.Book {
	book.Chain(mark, op, digest, at)
	mine := g.books[own]
	if mine != book {
		mine.ChainOp(op, digest, at) // its deposit may have moved there
	}
	return mine
}
