package ledger

import (
	"slices"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Hold is points that are kept for a reservation until an instant, by the lots
// that they were taken from. Past the instant it is a due: whoever comes first
// lets the points go. It keeps its points alive: what their lots' terms would
// have ended meanwhile ends with the hold.
type Hold struct {
	ID      id.ID // of the reservation
	Account id.ID
	Parts   []Part
	Until   clock.Micros

	isNew, dirty, ended bool
}

// Hold keeps points of the account's active lots, as spending takes them.
// Short is what they did not have; it stays unheld.
func (b *Book) Hold(a *Account, op id.ID, points money.Points, until, at clock.Micros) (short money.Points) {
	parts, short := b.take(a, b.active(a), op, Reserve, Held, points, at)
	if len(parts) == 0 {
		return short
	}
	b.holds = append(b.holds, &Hold{ID: op, Account: a.ID, Parts: parts, Until: until, isNew: true})
	if a.DueAt == 0 || until < a.DueAt {
		a.DueAt = until
	}
	return short
}

// FindHold finds the points that are held for a reservation; nil: none are, or
// are no more.
func (b *Book) FindHold(op id.ID) *Hold {
	for _, h := range b.holds {
		if h.ID == op && !h.ended {
			return h
		}
	}
	return nil
}

// Extend moves the end of a hold.
func (b *Book) Extend(a *Account, h *Hold, until clock.Micros) {
	h.Until, h.dirty, b.touched = until, true, true
	if a.DueAt == 0 || until < a.DueAt {
		a.DueAt, a.dirty = until, true
	}
}

// Release lets held points go back into their lots; op is what does it, 0: time.
// Those of lots whose term is over expire, and what comes back pays the
// account's debt first.
func (b *Book) Release(a *Account, h *Hold, op id.ID, at clock.Micros) {
	h.ended = true
	for _, p := range slices.Backward(h.Parts) {
		l := b.Lot(p.Lot)
		l.Remaining += p.Points
		b.post(a, l, op, Release, Held, Active, p.Points, at)
		if e := l.expiry(a); e != 0 && e <= at {
			b.expire(a, l, at)
			continue
		}
		b.payDebt(a, l, op, at)
		b.noteDue(a, l)
	}
}

// Redeem spends held points and tells from which lots they are.
func (b *Book) Redeem(a *Account, h *Hold, op id.ID, at clock.Micros) []Part {
	h.ended = true
	for _, p := range h.Parts {
		b.post(a, b.Lot(p.Lot), op, Spend, Held, Redeemed, p.Points, at)
	}
	return h.Parts
}

// nextHold is the hold of the account that runs out first; nil: none.
func (b *Book) nextHold(a *Account) (next *Hold) {
	for _, h := range b.holds {
		if h.Account == a.ID && !h.ended && (next == nil || h.Until < next.Until || h.Until == next.Until && h.ID < next.ID) {
			next = h
		}
	}
	return next
}
