package ledger

import (
	"slices"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

// Turns is what time does to an account's level. Whoever keeps levels gives it
// to the book.
type Turns interface {
	// Turn is called at the end of the level's term; it must set a later one,
	// or none.
	Turn(b *Book, a *Account, at clock.Micros)
	// Moved is called after time has made points active.
	Moved(b *Book, a *Account, at clock.Micros)
}

// Settle writes the activations, expiries, ends of holds and level turns that
// are due up to a time, each with its own time and in their order, and moves the account's
// clock there. At one instant the level looks at what the lots have come to.
// It is right if it comes late, twice or never: whatever writes to an account
// settles it first. A time before the clock changes nothing but what a late
// operation has brought that is due already. What time does is no operation:
// its postings have none.
func (b *Book) Settle(a *Account, to clock.Micros) {
	a.Clock = max(a.Clock, to) // moving the clock alone is not worth a row
	if a.DueAt == 0 || a.DueAt > a.Clock {
		return
	}
	if !a.loaded {
		panic("ledger: dues of an account whose lots are not loaded")
	}
	for {
		l, at, activate := b.nextDue(a)
		h := b.nextHold(a)
		if h != nil && l != nil && (h.Until > at || h.Until == at && activate) {
			h = nil // the lot is first
		}
		if h != nil {
			at = h.Until
		}
		if turn := b.turn(a); turn != 0 && turn <= a.Clock && (l == nil && h == nil || turn < at) {
			b.Turns.Turn(b, a, turn)
			continue
		}
		if l == nil && h == nil || at > a.Clock {
			break
		}
		if h != nil {
			b.Release(a, h, 0, at)
			if b.Turns != nil {
				b.Turns.Moved(b, a, at)
			}
			continue
		}
		if activate {
			l.Pending = false
			b.post(a, l, 0, Activate, Pending, Active, l.Remaining, at)
			b.payDebt(a, l, 0, at)
			if b.Turns != nil {
				b.Turns.Moved(b, a, at)
			}
			continue
		}
		b.expire(a, l, at)
	}
	b.refreshDue(a)
}

// turn is when the account's level is looked at again by itself; 0: never.
func (b *Book) turn(a *Account) clock.Micros {
	if b.Turns == nil {
		return 0
	}
	return a.Standing.Until
}

// End writes off what is left of a lot whose term was over at a time, as is
// told late.
func (b *Book) End(a *Account, l *Lot, at clock.Micros) {
	if l.Remaining > 0 {
		b.expire(a, l, at)
	}
}

func (b *Book) expire(a *Account, l *Lot, at clock.Micros) {
	from := Active
	if l.Pending {
		from = Pending
	}
	n := l.Remaining
	l.Remaining = 0
	l.WrittenOff += n
	b.post(a, l, 0, Expire, from, Expired, n, at)
}

// nextDue finds the earliest due of the account's lots; an activation goes
// before an expiry of the same instant.
func (b *Book) nextDue(a *Account) (next *Lot, at clock.Micros, activate bool) {
	for _, l := range b.lots {
		if l.Account != a.ID || l.Remaining == 0 {
			continue
		}
		t, act := l.due(a)
		if t == 0 {
			continue
		}
		if next == nil || t < at || t == at && (act && !activate || act == activate && l.ID < next.ID) {
			next, at, activate = l, t, act
		}
	}
	return next, at, activate
}

// due is when something next happens to the lot by itself; 0: never.
func (l *Lot) due(a *Account) (at clock.Micros, activate bool) {
	e := l.expiry(a)
	if l.Pending && !l.Waits && (e == 0 || l.ActiveAt <= e) {
		return l.ActiveAt, true
	}
	return e, false
}

// noteDue makes sure that the account's due date is not later than the lot's.
func (b *Book) noteDue(a *Account, l *Lot) {
	if l.Remaining == 0 {
		return
	}
	if t, _ := l.due(a); t != 0 && (a.DueAt == 0 || t < a.DueAt) {
		a.DueAt = t
		a.dirty = true
	}
}

// refreshDue finds the account's due date anew; all its live lots are loaded.
func (b *Book) refreshDue(a *Account) {
	_, a.DueAt, _ = b.nextDue(a)
	if h := b.nextHold(a); h != nil && (a.DueAt == 0 || h.Until < a.DueAt) {
		a.DueAt = h.Until
	}
	if t := b.turn(a); t != 0 && (a.DueAt == 0 || t < a.DueAt) {
		a.DueAt = t
	}
	a.dirty = true
	b.touched = true
}

// Slide moves the date on which the account's sliding lots expire; it never
// goes back. The due date stays a lower bound: it is found anew when it comes.
func (a *Account) Slide(to clock.Micros) {
	if to > a.SlideAt {
		if a.SlideAt == 0 && (a.DueAt == 0 || to < a.DueAt) {
			a.DueAt = to // sliding lots made before the first purchase had no end
		}
		a.SlideAt = to
		a.dirty = true
	}
}

// NeedsLots tells whether the account's lots must be loaded before anything
// is written to it at a time.
// An operation in the account's past needs them too: what it brings may be due
// already.
func (a *Account) NeedsLots(at clock.Micros) bool {
	return !a.loaded && (at < a.Clock || a.DueAt != 0 && a.DueAt <= at)
}

// Expiring sums what the account loses by a date, from lots in their order.
func Expiring(a *Account, lots []*Lot) []Ending {
	var out []Ending
	for _, l := range lots {
		if e := l.expiry(a); e != 0 && l.Remaining > 0 && !l.Pending {
			out = append(out, Ending{At: e, Points: l.Remaining})
		}
	}
	slices.SortFunc(out, func(x, y Ending) int { return int(min(max(x.At-y.At, -1), 1)) })
	return out
}

// Ending is a sum of points (hundredths) and when it expires.
type Ending struct {
	At     clock.Micros
	Points money.Points
}
