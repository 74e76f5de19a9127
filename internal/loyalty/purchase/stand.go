package purchase

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// stand is the account whose level it is that a receipt is judged at and
// changes: that which holds the points or, where each of a household stands by
// himself, the buyer's own. The latter lies in the home of his receipt, which
// is locked with it; so nobody else is waited for, and it goes with him when he
// leaves. It is opened for the level alone at its first use: for points he has
// no account of his own until he uses one, with the gift on joining.
type stand struct {
	book *ledger.Book
	a    *ledger.Account // nil: there is none
}

// own tells whether a level in a programme is the buyer's own, beside the
// account that he uses.
func (v *levels) own(buyer, keeps home.ID, programme id.ID) bool {
	return buyer != keeps && v.set.OwnLevel(programme)
}

// stand finds whose level it is that an operation of a buyer on an account
// concerns.
func (v *levels) stand(buyer, book *ledger.Book, a *ledger.Account) stand {
	if buyer.MergedInto == book.Home {
		buyer = book // he is now whose account it is
	}
	if a == nil || !v.own(buyer.Home, book.Home, a.Programme) {
		return stand{book, a}
	}
	return stand{buyer, buyer.Standing(a.Programme)}
}

// stands is the same for an operation that has settled the account: it opens
// the buyer's own, and settles that too.
func (v *levels) stands(buyer, book *ledger.Book, a *ledger.Account, at clock.Micros) stand {
	s := v.stand(buyer, book, a)
	if a == nil || s.a == a {
		return s
	}
	if s.a == nil && !v.set.Ladder(a.Programme).None() {
		s.a = buyer.OpenForLevel(a.Programme, at)
	}
	v.settleOwn(s, a, at)
	return s
}

// settleOwn settles the account where somebody stands if it is another than
// that of the points, which is settled.
func (v *levels) settleOwn(s stand, points *ledger.Account, at clock.Micros) {
	if s.a != nil && s.a != points {
		v.settle(s.book, s.a, at)
	}
}

// others drops the sums that a receipt of a buyer would have changed beside
// those of where he stands: the account's of all where he stands by himself, his
// own where he does not. With another scope they are made anew.
func (v *levels) others(at stand, buyer *ledger.Book, a *ledger.Account, programme id.ID) {
	drop := func(x *ledger.Account, own bool) {
		if x != nil && x != at.a && x.Standing.Sums != nil && level.Own(x.Standing.Sums) == own {
			x.Standing.Sums = nil
			x.Changed()
		}
	}
	drop(a, false)
	drop(buyer.Standing(programme), true)
}

// wantStand names what the buyer's own level needs of his home.
func (g *group) wantStand(buyer, keeps home.ID, programme id.ID, at clock.Micros) {
	if g.books[buyer].MergedInto == keeps || !g.levels.own(buyer, keeps, programme) {
		return
	}
	if a := g.books[buyer].Standing(programme); a != nil && a.NeedsLots(at) {
		g.wantLots[buyer] = true
	}
	g.wantLevel(buyer, programme, at)
}
