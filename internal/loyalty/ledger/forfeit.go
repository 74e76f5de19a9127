package ledger

import (
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

// Forfeit ends the terms of all that an account has, settled up to now, as if
// they were over, and gives how much it was. So a refund of what earned it
// does not ask for it again. Nothing may be held.
func (b *Book) Forfeit(a *Account, at clock.Micros) (sum money.Points) {
	for _, l := range b.Lots(a) {
		sum += l.Remaining
		b.expire(a, l, at)
	}
	b.refreshDue(a)
	return sum
}

// Close ends an account: nothing is spent or given on it any more, but what
// its purchases bring back.
func (b *Book) Close(a *Account) {
	a.Closed, a.dirty = true, true
	b.touched = true
}
