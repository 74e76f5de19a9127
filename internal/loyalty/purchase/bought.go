package purchase

import (
	"math"
	"slices"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// A closed receipt that comes late may show that lots which live by the
// account's purchases were written off too early: had it come in its time they
// would live. Their write-off is then taken back. Whether it is this receipt
// that shows it follows from the times of all the account's purchases: with
// it a lot lives, without it it does not. Its own points are over where they
// would be by those times. So receipts told in any order leave the same points.

const (
	qBought = `select at from purchase where home_id = $1 and account_id = $2
 union all select at from purchase where account_home = $1 and account_id = $2`
	qAway = `select at from purchase where home_id in ` + ofMember + ` and account_home <> $1 and programme_id = $2
 union all select at from purchase where claimed_by = $1 and account_home <> $1 and programme_id = $2`
)

// boughtOf is an account of a home.
type boughtOf struct {
	home    home.ID
	account id.ID
}

// times are when purchases were made on an account, in no order, and those of
// its member on a household's: by these it lives too, while it rests.
type times struct{ own, away []clock.Micros }

// bought are the times of the purchases on some accounts, also of those that
// the transaction makes.
type bought map[boughtOf]*times

// read adds to the batch what reads them.
func (b bought) read(batch *db.Batch, books ledger.Books) {
	for of, x := range b {
		a := books[of.home].AccountByID(of.account)
		books.LoadSlidOff(batch, of.home, of.account)
		batch.Each(into(&x.own), qBought, of.home, of.account)
		batch.Each(into(&x.away), qAway, of.home, a.Programme)
	}
}

func into(list *[]clock.Micros) func(db.Row) error {
	return func(r db.Row) error {
		var at clock.Micros
		err := r.Scan((*int64)(&at))
		*list = append(*list, at)
		return err
	}
}

// wantBought asks for what a receipt needs that may come late.
func (s *sale) wantBought(g *group) {
	a := g.books[s.keeps].Account(s.programme.ID)
	if a != nil && s.cart.Facts != nil && (s.at < a.Clock || g.shared[s.keeps]) && s.programme.SlideTo(s.at) != 0 && !s.tooLate(g.now) {
		g.bought[boughtOf{s.keeps, a.ID}] = &times{}
	}
}

func (s *sale) tooLate(now clock.Micros) bool { return tooLate(s.programme, s.at, now) }

// tooLate tells whether the receipt of a till, of a time, was told past the time
// in which it still has an effect on points.
func tooLate(p *rule.Programme, at, told clock.Micros) bool {
	late := p.Settings.LateMax
	return late > 0 && at < told.Add(-time.Duration(late)*24*time.Hour)
}

// revive takes back the write-offs of lots that live by this receipt.
func (s *sale) revive(g *group, book *ledger.Book, a *ledger.Account, op id.ID) {
	if s.programme.SlideTo(s.at) == 0 || s.tooLate(g.now) {
		return
	}
	without := g.bought.of(book.Home, a.ID)
	with := g.bought.of(book.Home, a.ID, s.at)
	for _, l := range book.SlidOff(a) {
		if lives(s.programme, l.EarnedAt, with) > a.Clock && lives(s.programme, l.EarnedAt, without) <= a.Clock {
			a.Slide(s.programme.SlideTo(s.at)) // before the lot looks at its end
			book.Revive(a, l, op, s.at)
		}
	}
}

// end writes off what the receipt has earned where it is over already.
func (s *sale) end(g *group, book *ledger.Book, a *ledger.Account, op id.ID) {
	lots := book.SlidingOf(a, op)
	if len(lots) == 0 {
		return
	}
	with := g.bought.of(book.Home, a.ID, s.at)
	for _, l := range lots {
		if to := lives(s.programme, l.EarnedAt, with); to <= a.Clock {
			book.End(a, l, to)
		}
	}
}

// of gives the times of an account's purchases and more, in their order.
func (b bought) of(h home.ID, account id.ID, more ...clock.Micros) []clock.Micros {
	x := b[boughtOf{h, account}]
	if x == nil {
		return more
	}
	all := append(slices.Clone(x.own), more...)
	slices.Sort(all)
	if len(all) == 0 {
		return nil
	}
	for _, at := range x.away {
		if at > all[0] { // before its first purchase it does not rest
			all = append(all, at)
		}
	}
	slices.Sort(all)
	return all
}

// lives tells when a lot that was earned at a time ends, if it lives by
// purchases of those times, which are in their order.
func lives(p *rule.Programme, earned clock.Micros, times []clock.Micros) (end clock.Micros) {
	for _, t := range times {
		if end != 0 && t > earned && t >= end {
			break
		}
		end = max(end, p.SlideTo(t))
	}
	if end == 0 {
		return math.MaxInt64 // not before the first purchase
	}
	return end
}

// note adds a purchase that the transaction makes.
func (b bought) note(p *Purchase) {
	if x := b[boughtOf{p.Keeps(), p.Account}]; x != nil {
		x.own = append(x.own, p.At)
	}
}
