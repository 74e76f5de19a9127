package purchase

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// levels keeps the levels of the accounts of one transaction, or of one look.
//
// "Now" is the account's clock: the time up to which everything is written. A
// receipt that comes in its order is looked at at its own time, however late
// it is told of; one that comes after something later changes sums of its own
// day and the level from now on.
type levels struct {
	set    *programme.Set
	gifts  gifts
	wanted map[home.ID]levelNeeds
	groups map[home.ID][]id.ID
	papers map[home.ID]*papers

	changes map[home.ID][]ledger.LevelChange // the newest first
}

// levelNeeds says what must be read of a home.
type levelNeeds struct{ groups, changes, papers bool }

// papers are all receipts of a home, and those of others that were made on its
// accounts, from which sums are made that were not
// kept so far.
type papers struct {
	purchases []*Stored
	refunds   []*Refund
	visits    []*Visit
}

func newLevels(set *programme.Set) *levels {
	return &levels{
		set: set, wanted: map[home.ID]levelNeeds{}, groups: map[home.ID][]id.ID{}, papers: map[home.ID]*papers{},
		changes: map[home.ID][]ledger.LevelChange{}, gifts: newGifts(),
	}
}

// want names what an operation at a time needs of an account (nil: it is to be
// opened), and tells whether the lots are needed too.
func (v *levels) want(h home.ID, a *ledger.Account, of id.ID, at clock.Micros) (lots bool) {
	lots = v.gifts.want(h, a, v.set.Get(of))
	l := v.set.Ladder(of)
	if l.None() {
		return lots
	}
	n := v.wanted[h]
	n.groups = n.groups || l.Groups()
	if a != nil {
		n.changes = n.changes || at < a.Clock
		n.papers = n.papers || !v.enough(a, l, at)
	} else {
		n.papers = n.papers || l.Own() && l.Counts() // of purchases on others' accounts
	}
	v.wanted[h] = n
	return lots || l.Takes()
}

// enough tells whether the account has the sums that its levels look at.
func (v *levels) enough(a *ledger.Account, l *level.Ladder, at clock.Micros) bool {
	if !l.Counts() || !l.Own() && a.FirstPurchase == 0 && a.Turnover == 0 {
		return true
	}
	at = max(at, a.Clock)
	if t := a.Standing.Until; t != 0 {
		at = min(at, t-1)
	}
	s, err := level.Decode(a.Standing.Sums)
	return err == nil && l.Enough(&s, l.Day(at))
}

// wantChanges names the history of a home's levels, if there are any.
func (v *levels) wantChanges(h home.ID) {
	if !v.set.HasLevels() {
		return
	}
	n := v.wanted[h]
	n.changes = true
	v.wanted[h] = n
}

// read adds to the batch what reads all that was named since the last read.
func (v *levels) read(b *db.Batch, dialect db.Dialect) {
	v.gifts.read(b, dialect)
	for h, n := range v.wanted {
		if n.groups && v.groups[h] == nil {
			v.groups[h] = []id.ID{}
			member.LoadGroups(b, h, func(g id.ID) { v.groups[h] = append(v.groups[h], g) })
		}
		if n.changes && v.changes[h] == nil {
			v.changes[h] = []ledger.LevelChange{}
			ledger.LoadChanges(b, h, func(c ledger.LevelChange) { v.changes[h] = append(v.changes[h], c) })
		}
		if n.papers && v.papers[h] == nil {
			v.readPapers(b, h)
		}
	}
	clear(v.wanted)
}

func (v *levels) readPapers(b *db.Batch, h home.ID) {
	p := &papers{}
	v.papers[h] = p
	b.Each(func(r db.Row) error {
		s, err := scanPurchase(r)
		if err == nil {
			p.purchases = append(p.purchases, s)
		}
		return err
	}, qAllOnHome, h)
	b.Each(func(r db.Row) error {
		f, err := scanRefund(r)
		p.refunds = append(p.refunds, f)
		return err
	}, qAllRefunds, h)
	b.Each(func(r db.Row) error {
		x, err := scanVisit(r)
		p.visits = append(p.visits, x)
		return err
	}, qAllVisits, h)
}

// count adds up what an account's receipts come to or, of own sums, those of
// its home's member.
func (p *papers) count(h home.ID, a *ledger.Account, s *level.Sums) {
	if p == nil {
		return
	}
	byID := make(map[id.ID]*Stored, len(p.purchases))
	for _, x := range p.purchases {
		of := *x
		of.Refunds, of.Visits = nil, nil
		byID[x.ID] = &of
		if counted(s, h, a, x.Buyer(), x.Account, x.Programme) {
			e := x.Counts()
			s.Add(&e)
		}
	}
	for _, f := range p.refunds {
		of := byID[f.Purchase]
		if of != nil {
			of.Refunds = append(of.Refunds, f)
		}
		if counted(s, h, a, f.buyer(of), f.Account, f.Programme) {
			e := f.Counts(of.purchase())
			s.Add(&e)
		}
	}
	p.countVisits(h, a, s, byID)
}

// counted tells whether a document counts for an account's sums, by the home
// of its buyer, the account and the programme: one of no account never does.
func counted(s *level.Sums, h home.ID, a *ledger.Account, buyer home.ID, account, programme id.ID) bool {
	if s.Own {
		return buyer == h && programme == a.Programme && account != 0
	}
	return account == a.ID
}

// countVisits counts the days on which tickets were used.
func (p *papers) countVisits(h home.ID, a *ledger.Account, s *level.Sums, byID map[id.ID]*Stored) {
	used := map[id.ID]bool{}
	for _, v := range p.visits {
		if of := byID[v.Purchase]; of != nil && of.Claim == nil && (s.Own || of.waits()) && counted(s, h, a, of.Buyer(), of.Account, of.Programme) {
			of.Visits = append(of.Visits, v)
			used[of.ID] = true
		}
	}
	for i := range used {
		for _, day := range byID[i].Tally().Days {
			s.Add(&level.Entry{Day: day, Visits: 1})
		}
	}
}

// purchase is what is stored, nil of nothing.
func (s *Stored) purchase() *Purchase {
	if s == nil {
		return nil
	}
	return &s.Purchase
}

// sums are those of an account as its levels look at them on a day.
func (v *levels) sums(b *ledger.Book, a *ledger.Account, l *level.Ladder, day level.Day) level.Sums {
	if !l.Counts() {
		return level.Sums{}
	}
	s, err := level.Decode(a.Standing.Sums)
	if err != nil || !l.Enough(&s, day) {
		s = l.Needed(day)
		v.papers[b.Home].count(b.Home, a, &s)
	}
	return s
}

// facts are what levels look at, of an account on a day.
func (v *levels) facts(b *ledger.Book, a *ledger.Account, l *level.Ladder, day level.Day) *level.Facts {
	s := v.sums(b, a, l, day)
	f := &level.Facts{Day: day, Total: a.Turnover, Sums: &s, Points: a.Active, Groups: v.groups[b.Home]}
	if l.Own() {
		f.Total = s.Total
	}
	return f
}

// count adds an entry to the sums of where somebody stands.
func (v *levels) count(at stand, e level.Entry) {
	b, a := at.book, at.a
	if a == nil {
		return
	}
	l := v.set.Ladder(a.Programme)
	if !l.Counts() {
		if a.Standing.Sums != nil {
			a.Standing.Sums = nil
			a.Changed()
		}
		return
	}
	today := l.Day(a.Clock)
	s := v.sums(b, a, l, today)
	l.Forget(&s, today)
	s.Add(&e)
	a.Standing.Sums = s.Encode()
	a.Changed()
}

func stateOf(a *ledger.Account) level.State {
	s := &a.Standing
	return level.State{Level: s.Level, Since: s.Since, Until: s.Until, Floor: s.Floor, Held: s.Held}
}

func standing(a *ledger.Account, s level.State) ledger.Standing {
	return ledger.Standing{Level: s.Level, Since: s.Since, Until: s.Until, Floor: s.Floor, Held: s.Held, Sums: a.Standing.Sums}
}

// heldAt is the level that was held at a time, and since when.
func (v *levels) heldAt(s stand, at clock.Micros) (held string, since clock.Micros) {
	b, a := s.book, s.a
	if a == nil {
		return "", 0
	}
	if at >= a.Standing.Since {
		return a.Standing.Level, a.Standing.Since
	}
	var all []ledger.LevelChange
	b.Changes(func(_ *ledger.Account, c *ledger.LevelChange) { all = append(all, *c) })
	slices.Reverse(all)
	held = a.Standing.Level
	for _, c := range append(all, v.changes[b.Home]...) {
		switch {
		case c.Account != a.ID || c.From == c.To:
		case c.At <= at:
			return c.To, c.At
		default:
			held = c.From
		}
	}
	return held, 0
}
