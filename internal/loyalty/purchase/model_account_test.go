package purchase_test

import (
	"slices"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

// The model of the property tests: what a till's conversation should come to,
// written the slow and obvious way, in memory, without ids, homes or a base.
// It takes the judgement of a receipt from package rule, whose own tests hold
// it; everything else it does for itself.

// mAccount is an account of the model.
type mAccount struct {
	programme *rule.Programme
	lots      []mLot
	debt      int64
	clock     clock.Micros // what was due up to here has happened
	slide     clock.Micros

	earned, spent, expired int64
	purchases              int64
	turnover               int64
	first, last            clock.Micros
}

// mLot is a lot; they stand in the order in which they were made.
type mLot struct {
	left, off            int64 // off: written off, and not yet taken by a refund
	pending              bool
	earned, active, ends clock.Micros
	slides               bool
}

// mPart is what was spent of one lot; lot −1: it was not there.
type mPart struct {
	lot int
	n   int64
}

// openAccountAt opens an account with the programme's gift.
func openAccountAt(p *rule.Programme, at clock.Micros) *mAccount {
	a := &mAccount{programme: p, clock: at}
	if g := p.Welcome; g.Points > 0 {
		l := mLot{left: int64(g.Points), earned: at, active: at}
		if g.Days > 0 {
			l.ends = p.EndAfter(at, g.Days)
		}
		a.earn(l)
	}
	return a
}

func (a *mAccount) copy() *mAccount {
	if a == nil {
		return nil
	}
	c := *a
	c.lots = slices.Clone(a.lots)
	return &c
}

func (a *mAccount) end(l *mLot) clock.Micros {
	if l.slides {
		return a.slide
	}
	return l.ends
}

// settle lets time pass: again and again the earliest thing that is due.
func (a *mAccount) settle(to clock.Micros) {
	a.clock = max(a.clock, to)
	for {
		var next *mLot
		var when clock.Micros
		activation := false
		for i := range a.lots {
			l := &a.lots[i]
			at, act := a.due(l)
			if at == 0 || at > a.clock {
				continue
			}
			if next == nil || at < when || at == when && act && !activation {
				next, when, activation = l, at, act
			}
		}
		switch {
		case next == nil:
			return
		case activation:
			next.pending = false
			a.payDebt(next)
		default:
			a.expired += next.left
			next.off += next.left
			next.left = 0
		}
	}
}

// due is when something next happens to a lot, 0 for never.
func (a *mAccount) due(l *mLot) (at clock.Micros, activation bool) {
	if l.left == 0 {
		return 0, false
	}
	end := a.end(l)
	if l.pending && (end == 0 || l.active <= end) {
		return l.active, true
	}
	return end, false
}

func (a *mAccount) sum(pending bool) (n int64) {
	for _, l := range a.lots {
		if l.pending == pending {
			n += l.left
		}
	}
	return n
}

// balance is what a till would be told.
func (a *mAccount) balance() purchase.Balance {
	if a == nil {
		return purchase.Balance{}
	}
	return purchase.Balance{Active: money.Points(a.sum(false)), Pending: money.Points(a.sum(true)), Debt: money.Points(a.debt)}
}

func (a *mAccount) spendable() money.Points {
	if a.debt > 0 {
		return 0
	}
	return money.Points(a.sum(false))
}

// earn makes a lot; it is active at once if its time has come.
func (a *mAccount) earn(l mLot) {
	a.earned += l.left
	l.pending = l.active > a.clock
	a.add(l)
}

func (a *mAccount) add(l mLot) {
	a.lots = append(a.lots, l)
	if !l.pending {
		a.payDebt(&a.lots[len(a.lots)-1])
	}
}

func (a *mAccount) payDebt(l *mLot) {
	n := min(l.left, a.debt)
	l.left -= n
	a.debt -= n
}

// order lists lots as they are spent: those that end first, the endless last;
// then the older.
func (a *mAccount) order(pending bool) (out []int) {
	for i, l := range a.lots {
		if l.left > 0 && l.pending == pending {
			out = append(out, i)
		}
	}
	key := func(i int) (clock.Micros, clock.Micros) {
		end := a.end(&a.lots[i])
		if end == 0 {
			end = 1 << 62
		}
		return end, a.lots[i].earned
	}
	slices.SortStableFunc(out, func(i, j int) int {
		ei, oi := key(i)
		ej, oj := key(j)
		if ei == ej {
			return int(min(max(oi-oj, -1), 1))
		}
		return int(min(max(ei-ej, -1), 1))
	})
	return out
}

// spend takes n from the active lots; what they don't have is owed.
func (a *mAccount) spend(n int64) (parts []mPart) {
	a.spent += n
	for _, i := range a.order(false) {
		k := min(n, a.lots[i].left)
		a.lots[i].left -= k
		n -= k
		if k > 0 {
			parts = append(parts, mPart{i, k})
		}
	}
	if n > 0 {
		a.debt += n
		parts = append(parts, mPart{-1, n})
	}
	return parts
}

// claw takes earned points back and tells how many were not there.
func (a *mAccount) claw(own []int, n int64) (short int64) {
	asked := n
	take := func(i int) {
		k := min(n, a.lots[i].left)
		a.lots[i].left -= k
		n -= k
	}
	for _, i := range own {
		take(i)
	}
	for _, i := range own {
		k := min(n, a.lots[i].off)
		a.lots[i].off -= k
		a.expired -= k
		n -= k
	}
	for _, pending := range []bool{false, true} {
		for _, i := range a.order(pending) {
			take(i)
		}
	}
	a.earned -= asked - n
	return n
}

// charge makes debt of points that are gone.
func (a *mAccount) charge(n int64) {
	a.debt += n
	a.earned -= n
}

// restore gives spent points back, at a time, by a programme's terms.
func (a *mAccount) restore(parts []mPart, p *rule.Programme, at clock.Micros) {
	for _, part := range parts {
		a.spent -= part.n
		if part.lot < 0 {
			a.restoreOwed(part.n, p, at)
			continue
		}
		l := &a.lots[part.lot]
		if end := a.end(l); end == 0 || end > a.clock {
			l.left += part.n
			a.payDebt(l)
			continue
		}
		if grace := p.EndAfter(at, p.Settings.ExpiredReturn); p.Settings.ExpiredReturn > 0 && grace > a.clock {
			a.add(mLot{left: part.n, earned: at, active: at, ends: grace})
			continue
		}
		l.off += part.n
		a.expired += part.n
	}
}

// restoreOwed: points that had been owed lower the debt; what newer points
// have paid of it meanwhile comes back as points, with the term of new ones.
func (a *mAccount) restoreOwed(n int64, p *rule.Programme, at clock.Micros) {
	off := min(n, a.debt)
	a.debt -= off
	if n > off {
		ends, slides := p.Expires(&p.Earning.Expiry, a.clock)
		if slides && a.slide != 0 && a.slide <= a.clock { // nobody buys any more: as if bought now
			ends, slides = p.SlideTo(a.clock), false
		}
		a.add(mLot{left: n - off, earned: at, active: at, ends: ends, slides: slides})
	}
}
