package purchase

import (
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
)

// move writes what the receipt does to the account.
func (s *sale) move(g *group, book *ledger.Book, a *ledger.Account, p *Purchase, out *rule.Outcome) {
	late := s.mode == Record && s.at < a.Clock
	if late {
		p.Flags = append(p.Flags, FlagLate)
	}
	switch {
	case s.hold != nil:
		p.Parts = book.Redeem(a, s.hold, p.ID, s.at)
	case out.Spent > 0:
		parts, short := book.Spend(a, p.ID, out.Spent, s.at)
		if short > 0 {
			book.Owe(a, p.ID, short, s.at)
			parts = append(parts, ledger.Part{Points: short})
			p.Flags = append(p.Flags, FlagDebt)
		}
		p.Parts = parts
	}
	a.Slide(s.programme.SlideTo(s.at))
	if p.Earned > 0 {
		s.earn(book, a, p, out)
		if late {
			s.end(g, book, a, p.ID)
		}
	}
	s.levels.first(book, a, s.programme, p)
	a.Purchases++
	a.Turnover += p.Due
	a.LastPurchase = max(a.LastPurchase, s.at)
	if a.FirstPurchase == 0 || s.at < a.FirstPurchase {
		a.FirstPurchase = s.at
	}
	a.Changed()
	at := s.stands
	s.levels.count(at, p.Counts())
	book.Settle(a, a.Clock) // what a late receipt brought may be due already
	if at.a == nil {
		return // the programme has no levels any more
	}
	c := ledger.LevelChange{At: at.a.Clock, Cause: ledger.ByPurchase, Op: p.ID}
	if s.reached != "" {
		s.levels.reach(at, s.reached, c)
	}
	s.levels.rise(at.book, at.a, c)
}
