package purchase

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// LevelView is where an account stands, and what is left to the next level.
type LevelView struct {
	Level *level.Level // nil: none
	Since clock.Micros
	Until clock.Micros // when it is looked at again by itself; 0: at none
	Floor *level.Level // given by hand: it does not fall below …
	Held  clock.Micros // … before this
	Next  *level.Left  // nil: there is none to come to
}

// levelOf is the level of an account, "" where there is neither.
func levelOf(a *ledger.Account) string {
	if a == nil {
		return ""
	}
	return a.Standing.Level
}

// view is where somebody stands now; nil: his programme has no levels.
func (v *levels) view(at stand) *LevelView {
	b, a := at.book, at.a
	if a == nil {
		return nil
	}
	l := v.set.Ladder(a.Programme)
	if l.None() {
		return nil
	}
	s := &a.Standing
	return &LevelView{
		Level: l.Find(s.Level), Since: s.Since, Until: s.Until, Floor: l.Find(s.Floor), Held: s.Held,
		Next: l.Next(stateOf(a), v.facts(b, a, l, l.Day(a.Clock))),
	}
}

// peeked is what a look without a lock has found of a member.
type peeked struct {
	own    *ledger.Book // his home
	book   *ledger.Book // of the accounts that he uses: the same or, in a household, the founder's
	levels *levels
}

// peek reads a member's home without locking it, and what the levels of the
// accounts that he uses need; of is a programme whose account may still have to
// be opened, 0 none.
func (d *Desk) peek(ctx context.Context, set *programme.Set, h home.ID, of id.ID, at clock.Micros) (*peeked, error) {
	p := &peeked{levels: newLevels(set)}
	p.levels.gifts.ctx, p.levels.gifts.q = ctx, d.DB
	if err := d.peekBooks(ctx, p, h, at); err != nil {
		return nil, err
	}
	v := p.levels
	for _, book := range []*ledger.Book{p.own, p.book} {
		book.Turns = v
		for _, a := range book.Accounts {
			v.want(book.Home, a, a.Programme, at)
		}
		if book.Standing(of) == nil {
			v.want(book.Home, nil, of, at)
		}
	}
	for _, a := range p.book.Accounts {
		if p.own.Standing(a.Programme) == nil && v.own(p.own.Home, p.book.Home, a.Programme) {
			v.want(p.own.Home, nil, a.Programme, at)
		}
	}
	b := &db.Batch{}
	v.read(b, d.DB.Dialect())
	if b.Len() == 0 {
		return p, nil
	}
	return p, d.DB.Run(ctx, b)
}

// peekBooks reads the homes in one look where it is known which they are.
func (d *Desk) peekBooks(ctx context.Context, p *peeked, h home.ID, at clock.Micros) error {
	homes := []int64{int64(h)}
	if k := d.keeperSeen(h); k != 0 {
		homes = append(homes, int64(k))
	}
	for {
		books, err := ledger.View(ctx, d.DB, homes, true, at, d.IDs)
		if err != nil {
			return err
		}
		if p.own = books[h]; p.own == nil {
			return errNoHome()
		}
		if into := p.own.MergedInto; into != 0 { // he is that one now
			h, homes = into, []int64{int64(into)}
			continue
		}
		keeps := p.own.Keeps()
		d.seeKeeper(h, keeps)
		if p.book = books[keeps]; p.book != nil {
			return nil
		}
		homes = []int64{int64(h), int64(keeps)}
	}
}

// atLevel judges a receipt at the level held before it or, if the programme
// says so, at the one that it reaches: that of the sums with this receipt as
// it is judged at the level before. What it comes to at the level reached may
// be less; it has reached it all the same, and is not judged a third time.
func (s *sale) atLevel(a *ledger.Account, judge func(m *rule.Member) (*rule.Outcome, error)) (*rule.Outcome, error) {
	s.reached = ""
	m := s.member(a)
	out, err := judge(m)
	if err != nil || s.stands.a == nil || s.programme.Settings.LevelOn != rule.LevelAfter || s.at < s.stands.a.Clock {
		return out, err
	}
	to := s.reaches(out)
	if to == "" {
		return out, nil
	}
	s.reached = to
	m = s.member(a)
	m.Level, m.LevelDay = text.Fold(to), s.programme.Day(s.at)
	return judge(m)
}

// reaches finds the level that a receipt reaches by what it comes to; "": it
// does not rise. Points count as they are before it.
func (s *sale) reaches(out *rule.Outcome) string {
	b, a := s.stands.book, s.stands.a
	l := s.levels.set.Ladder(a.Programme)
	if l.None() {
		return ""
	}
	day := l.Day(s.at)
	f := s.levels.facts(b, a, l, day)
	f.Sums.Add(s.entry(day, out))
	f.Total += out.Due
	if to := l.Reached(f); l.Rose(a.Standing.Level, to) {
		return to
	}
	return ""
}
