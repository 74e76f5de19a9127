package ledger

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// Past is the book of a home with one of its accounts as it was after some of
// its postings, in their order, and before all that came later. Of the account
// only what never changes is looked at, and its level's standing; of the lots,
// which are all of the account, likewise. Figures of purchases are not in the
// postings: whoever knows the purchases counts them.
func Past(h home.ID, a *Account, lots []*Lot, postings []Posting, ids *id.Maker) *Book {
	b := &Book{Home: h, IDs: ids}
	if a == nil {
		return b
	}
	was := &Account{ID: a.ID, Programme: a.Programme, Closed: a.Closed, Opened: a.Opened, Clock: a.Opened, Gifts: a.Gifts, Standing: a.Standing, loaded: true}
	b.Accounts = []*Account{was}
	byID := make(map[id.ID]*Lot, len(lots))
	for _, l := range lots {
		byID[l.ID] = l
	}
	begun := map[id.ID]*Lot{}
	for i := range postings {
		p := &postings[i]
		if p.Account != a.ID {
			continue
		}
		was.move(p.Debit, -p.Amount)
		was.move(p.Credit, p.Amount)
		was.Clock = max(was.Clock, p.At)
		l := begun[p.Lot]
		if l == nil && byID[p.Lot] != nil {
			l = byID[p.Lot].blank()
			begun[p.Lot] = l
			b.lots = append(b.lots, l)
		}
		if l != nil {
			l.follow(p)
		}
	}
	was.DueAt = firstDue
	was.free(begun, postings)
	return b
}

// free takes back what reservations held then: whether they were confirmed was
// not known yet.
func (a *Account) free(lots map[id.ID]*Lot, postings []Posting) {
	for i := range postings {
		p := &postings[i]
		l := lots[p.Lot]
		if l == nil || p.Account != a.ID {
			continue
		}
		n := p.Amount
		switch {
		case p.Credit == Held:
		case p.Debit == Held:
			n = -n
		default:
			continue
		}
		l.Remaining += n
		a.Active += n
		a.Held -= n
	}
}

// Wait takes a lot back to when its ticket had not been used yet.
func (l *Lot) Wait(lapses clock.Micros) {
	l.Pending, l.Waits, l.ActiveAt, l.ExpiresAt, l.Sliding = true, true, 0, lapses, false
}

// firstDue makes the next Settle look for the dues of an account anew.
const firstDue clock.Micros = 1

// blank is the lot before anything was put into it.
func (l *Lot) blank() *Lot {
	x := *l
	x.Remaining, x.WrittenOff, x.Pending, x.isNew, x.dirty = 0, 0, false, false, false
	return &x
}

// follow does to the lot what a posting did.
func (l *Lot) follow(p *Posting) {
	if p.Kind == Earn {
		l.Pending = p.Credit == Pending
	}
	if p.Kind == Activate {
		l.Pending = false
		return
	}
	if p.Credit == Active || p.Credit == Pending {
		l.Remaining += p.Amount
	}
	if p.Debit == Active || p.Debit == Pending {
		l.Remaining -= p.Amount
	}
	if p.Credit == Expired {
		l.WrittenOff += p.Amount
	}
	if p.Debit == Expired {
		l.WrittenOff -= p.Amount
	}
}

// Done gives what has been done to the book since the last time, and goes on
// as if it had been written and the home read anew.
func (b *Book) Done() (postings []Posting, changes []LevelChange, presents []Present) {
	postings = make([]Posting, len(b.postings))
	for i := range b.postings {
		postings[i] = b.postings[i].Posting
	}
	changes, presents = b.changes, b.presents
	b.postings, b.changes, b.presents, b.touched, b.New = b.postings[:0], nil, nil, false, false
	b.holds = slices.DeleteFunc(b.holds, func(h *Hold) bool { return h.ended })
	for _, h := range b.holds {
		h.isNew, h.dirty = false, false
	}
	for _, a := range b.Accounts {
		a.isNew, a.opens, a.dirty = false, false, false
	}
	for _, l := range b.lots {
		l.isNew, l.dirty = false, false
	}
	return postings, changes, presents
}
