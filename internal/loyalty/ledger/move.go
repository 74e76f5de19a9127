package ledger

import (
	"cmp"
	"slices"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Grant says what lot to make.
type Grant struct {
	Points    money.Points // above zero
	EarnedAt  clock.Micros
	ActiveAt  clock.Micros // pending until then
	Waits     bool         // pending until its ticket is used; ExpiresAt is when it lapses
	ExpiresAt clock.Micros // 0: never, or sliding
	Sliding   bool
	Source    Source
	Op        id.ID
	Partner   id.ID
}

// Earn makes a lot. It is active at once when its time has come by the
// account's clock, and an active lot first pays the account's debt.
func (b *Book) Earn(a *Account, g Grant) *Lot {
	l := &Lot{
		ID: b.IDs.New(), Account: a.ID, Amount: g.Points, Remaining: g.Points,
		Pending: g.Waits || g.ActiveAt > a.Clock, Waits: g.Waits, EarnedAt: g.EarnedAt, ActiveAt: g.ActiveAt,
		ExpiresAt: g.ExpiresAt, Sliding: g.Sliding, Source: g.Source, Op: g.Op, Partner: g.Partner,
		isNew: true,
	}
	b.lots = append(b.lots, l)
	side := Active
	if l.Pending {
		side = Pending
	}
	b.post(a, l, g.Op, Earn, Issued, side, g.Points, g.EarnedAt)
	if !l.Pending {
		b.payDebt(a, l, g.Op, g.EarnedAt)
	}
	b.noteDue(a, l)
	return l
}

// payDebt lets an active lot pay the account's debt.
func (b *Book) payDebt(a *Account, l *Lot, op id.ID, at clock.Micros) {
	pay := min(a.Debt, l.Remaining)
	if pay == 0 {
		return
	}
	l.Remaining -= pay
	b.post(a, l, op, Settle, Active, Debt, pay, at)
}

// Spend takes points from the account's active lots and tells from which.
// Short is what the lots did not have; it stays unspent.
func (b *Book) Spend(a *Account, op id.ID, points money.Points, at clock.Micros) (parts []Part, short money.Points) {
	return b.take(a, b.active(a), op, Spend, Redeemed, points, at)
}

// Owe makes debt of points that were spent though they were not there.
func (b *Book) Owe(a *Account, op id.ID, points money.Points, at clock.Micros) {
	b.post(a, nil, op, Spend, Debt, Redeemed, points, at)
}

func (b *Book) active(a *Account) []*Lot {
	return b.bySpending(a, slices.DeleteFunc(b.Lots(a), func(l *Lot) bool { return l.Pending }))
}

func (b *Book) take(a *Account, lots []*Lot, op id.ID, kind Kind, to Side, points money.Points, at clock.Micros) (parts []Part, short money.Points) {
	for _, l := range lots {
		n := min(points, l.Remaining)
		if n == 0 {
			continue
		}
		from := Active
		if l.Pending {
			from = Pending
		}
		l.Remaining -= n
		points -= n
		b.post(a, l, op, kind, from, to, n, at)
		parts = append(parts, Part{Lot: l.ID, Points: n})
	}
	return parts, points
}

// Claw takes back earned points for a refund: first from the lots of its own
// purchase, each what it was asked for and then any (what of them has expired
// counts as taken: the member never had the good of it), then from the
// account's other lots, those that expire first before, active before
// pending. Lots that wait for a ticket's use answer for their own ticket only:
// they are not the member's yet. Short is what none of them had.
func (b *Book) Claw(a *Account, op id.ID, own []Part, points money.Points, at clock.Micros) (short money.Points) {
	mine := make([]*Lot, 0, len(own))
	for _, p := range own {
		l := b.Lot(p.Lot)
		if l == nil {
			continue
		}
		if !l.Waits {
			mine = append(mine, l)
		}
		asked := min(p.Points, points)
		_, left := b.take(a, []*Lot{l}, op, Take, Issued, asked, at)
		points -= asked - b.lapse(a, l, op, left, at)
	}
	_, points = b.take(a, b.bySpending(a, slices.Clone(mine)), op, Take, Issued, points, at)
	for _, l := range mine {
		points = b.lapse(a, l, op, points, at)
	}
	_, points = b.take(a, b.active(a), op, Take, Issued, points, at)
	pending := b.bySpending(a, slices.DeleteFunc(b.Lots(a), func(l *Lot) bool { return !l.Pending || l.Waits }))
	_, points = b.take(a, pending, op, Take, Issued, points, at)
	return points
}

// lapse counts what of a lot has expired as taken, and gives what it did not
// have.
func (b *Book) lapse(a *Account, l *Lot, op id.ID, points money.Points, at clock.Micros) (left money.Points) {
	n := min(points, l.WrittenOff)
	if n > 0 {
		l.WrittenOff -= n
		b.post(a, l, op, Lapse, Expired, Issued, n, at)
	}
	return points - n
}

// Usage says that a lot's ticket was used, and what follows for its points.
type Usage struct {
	Op        id.ID
	At        clock.Micros
	ActiveAt  clock.Micros // not before At
	ExpiresAt clock.Micros // 0: never, or sliding
	Sliding   bool
}

// Use ends a lot's waiting for its ticket: its points become active, or have a
// day for it, and pay the account's debt. If they have lapsed meanwhile though
// the ticket had been used before, as is told only now, they come back. It
// gives how many points are active now, and how many will be.
func (b *Book) Use(a *Account, l *Lot, u Usage) (active, pending money.Points) {
	if u.At < l.ExpiresAt {
		b.Revive(a, l, u.Op, u.At)
	}
	l.Waits, l.dirty, b.touched = false, true, true
	l.ActiveAt, l.ExpiresAt, l.Sliding = u.ActiveAt, u.ExpiresAt, u.Sliding
	n := l.Remaining
	if u.ActiveAt > a.Clock {
		b.noteDue(a, l)
		return 0, n
	}
	l.Pending = false
	if n > 0 {
		b.post(a, l, u.Op, Activate, Pending, Active, n, u.ActiveAt)
		b.payDebt(a, l, u.Op, u.ActiveAt)
		b.noteDue(a, l)
	}
	return n, 0
}

// Revive takes back what has been written off of a lot, as something told late
// had kept it alive: its points are where they were, or pay the account's
// debt. What of them is due already is for Settle.
func (b *Book) Revive(a *Account, l *Lot, op id.ID, at clock.Micros) {
	n := l.WrittenOff
	if n == 0 || a.Closed { // what a closed account has lost is given up
		return
	}
	l.WrittenOff = 0
	l.Remaining += n
	side := Active
	if l.Pending {
		side = Pending
	}
	b.post(a, l, op, Revive, Expired, side, n, at)
	if !l.Pending {
		b.payDebt(a, l, op, at)
	}
	b.noteDue(a, l)
}

// SlidingOf gives the lots of an account that an operation made in this write
// and that live by its purchases.
func (b *Book) SlidingOf(a *Account, op id.ID) (out []*Lot) {
	for _, l := range b.Lots(a) {
		if l.Op == op && l.Sliding && l.isNew {
			out = append(out, l)
		}
	}
	return out
}

// SlidOff gives the lots of an account that lived by its purchases and have
// been written off, the oldest first, of those that are loaded.
func (b *Book) SlidOff(a *Account) []*Lot {
	var out []*Lot
	for _, l := range b.lots {
		if l.Account == a.ID && l.Sliding && l.WrittenOff > 0 {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(x, y *Lot) int {
		return cmp.Or(cmp.Compare(x.EarnedAt, y.EarnedAt), cmp.Compare(x.ID, y.ID))
	})
	return out
}

// Charge makes debt of points that a refund must take and no lot has.
func (b *Book) Charge(a *Account, op id.ID, points money.Points, at clock.Micros) {
	b.post(a, nil, op, Take, Debt, Issued, points, at)
}

// Back says how spent points come back.
type Back struct {
	Op      id.ID
	At      clock.Micros
	Grace   clock.Micros // expiry of points whose lot has expired meanwhile; 0: they do not come back
	Term    clock.Micros // expiry of points that had been owed; 0: never, or sliding
	Sliding bool
}

// Restore gives spent points back into the lots that they were taken from;
// parts come in the order in which they are to be filled, and a part without
// a lot is points that had been owed. Points of a lot that has expired make a
// new lot until the grace date, or are lost and counted as expired. All that
// becomes active pays the account's debt first.
func (b *Book) Restore(a *Account, parts []Part, back Back) {
	for _, p := range parts {
		l := b.Lot(p.Lot)
		switch {
		case p.Lot == 0:
			b.restoreOwed(a, p.Points, back)
		case l == nil || b.ended(a, l):
			b.restoreExpired(a, l, p.Points, back)
		default:
			l.Remaining += p.Points
			b.post(a, l, back.Op, Restore, Redeemed, Active, p.Points, back.At)
			b.payDebt(a, l, back.Op, back.At)
			b.noteDue(a, l)
		}
	}
}

// ended tells whether the lot's term is over by the account's clock.
func (b *Book) ended(a *Account, l *Lot) bool {
	e := l.expiry(a)
	return e != 0 && e <= a.Clock
}

// restoreOwed first takes back what is left of the debt that the owed points
// made; what newer points have paid of it meanwhile comes back as points.
func (b *Book) restoreOwed(a *Account, points money.Points, back Back) {
	n := min(points, a.Debt)
	if n > 0 {
		b.post(a, nil, back.Op, Restore, Redeemed, Debt, n, back.At)
	}
	b.restoreNew(a, points-n, back, back.Term, back.Sliding)
}

// restoreExpired lets points live on until the grace date. Without one they
// are written off like what was left in their lot, so that a refund of the
// purchase that earned them does not ask for them again.
func (b *Book) restoreExpired(a *Account, l *Lot, points money.Points, back Back) {
	if back.Grace <= a.Clock {
		if l != nil {
			l.WrittenOff += points
		}
		b.post(a, l, back.Op, Restore, Redeemed, Expired, points, back.At)
		return
	}
	b.restoreNew(a, points, back, back.Grace, false)
}

func (b *Book) restoreNew(a *Account, points money.Points, back Back, expires clock.Micros, sliding bool) {
	if points == 0 {
		return
	}
	l := &Lot{
		ID: b.IDs.New(), Account: a.ID, Amount: points, Remaining: points,
		EarnedAt: back.At, ActiveAt: back.At, ExpiresAt: expires, Sliding: sliding,
		Source: FromRefund, Op: back.Op, isNew: true,
	}
	b.lots = append(b.lots, l)
	b.post(a, l, back.Op, Restore, Redeemed, Active, points, back.At)
	b.payDebt(a, l, back.Op, back.At)
	b.noteDue(a, l)
}
