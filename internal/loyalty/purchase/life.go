package purchase

import (
	"slices"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// World is what lives go by.
type World struct {
	Set     *programme.Set // of before
	Next    *programme.Set // from the beginning of the lives on
	IDs     *id.Maker
	Catalog *catalog.Index // for refunds of what is not known

	// Version gives one version of a programme, those of the sets too.
	Version func(programme id.ID, version int64) (*rule.Programme, error)
}

// Origin is a home as the books have it before a life begins.
type Origin struct {
	Home      home.ID
	Programme id.ID
	Book      *ledger.Book         // by ledger.Past; without an account where there was none
	Purchases []*Stored            // under the programme, in order, with their refunds of before
	Refunds   []*Refund            // of before that are of no purchase
	Away      []*Stored            // purchases of the member of before on a household's account
	Rests     []Rest               // when the account rests, as its member uses a household's
	Changes   []ledger.LevelChange // of before, the newest first
	Presents  []ledger.Present     // of before
	Former    []ledger.Present     // that he had before he left and came back
	Left      bool                 // he has left since: he takes part no more today
	Groups    []id.ID              // of the member
	Known     *Known               // what is known of the member today; nil: nothing
	Begins    clock.Micros         // the first instant of the life
	Greeted   bool                 // he had the welcome gift before he left and came back
	Himself   bool                 // he registered himself
}

// Rest is a time for which an account rests: from its member's coming into a
// household to his leaving it. To is 0 while he is in it.
type Rest struct{ From, To clock.Micros }

// Life is a home's account in one programme that lives on in memory by other
// rules, doing again what the member did: by the very code of the desk, one
// operation after the other, each as if in a transaction of its own. Nothing
// of it is written.
type Life struct {
	World
	Postings []ledger.Posting     // made in it
	Changes  []ledger.LevelChange // of level
	Presents []ledger.Present     // for occasions

	home    home.ID
	of      id.ID
	g       *group
	book    *ledger.Book
	known   *facts
	begins  clock.Micros
	told    clock.Micros      // when the last receipt was told of
	greet   bool              // the welcome gift is still to be had …
	himself bool              // … that of one who registered himself
	docs    map[id.ID]*Stored // as they are in it, by the id that is stored
	was     map[id.ID]*Stored // as they are stored, with the refunds done again so far
	uses    map[string]int64  // of limits per member, as stored
	away    []clock.Micros    // when the member bought on a household's account
}

// Begin begins a life.
func Begin(w World, o *Origin) (*Life, error) {
	l := &Life{
		World: w, home: o.Home, of: o.Programme, book: o.Book, known: &facts{}, begins: o.Begins, greet: !o.Greeted, himself: o.Himself,
		docs: map[id.ID]*Stored{}, was: map[id.ID]*Stored{}, uses: map[string]int64{},
	}
	l.g = &group{
		desk: &Desk{Options: Options{IDs: w.IDs, Catalog: w.Catalog}, tight: map[string]bool{}},
		set:  w.Set, levels: newLevels(w.Set), books: ledger.Books{o.Home: o.Book}, versionOf: w.Version,
		states: updatePurchase.Of(),
	}
	l.g.codes.reset()
	l.g.limits.reset()
	l.book.IDs, l.book.Turns = w.IDs, l.g.levels
	v := l.g.levels
	if o.Known != nil {
		l.known = &o.Known.facts
		v.gifts.facts[l.home] = o.Known.gifts.facts[l.home]
		if f := v.gifts.facts[l.home]; f != nil && o.Left {
			was := *f
			was.TakesPart = true
			v.gifts.facts[l.home] = &was
		}
	}
	v.gifts.former, v.gifts.rests = o.Former, o.Rests
	v.gifts.had[l.home] = slices.Clone(o.Presents)
	v.groups[l.home], v.changes[l.home] = o.Groups, slices.Clone(o.Changes)
	v.papers[l.home] = o.papers()
	for _, s := range o.Away {
		if s.Programme == l.of {
			l.away = append(l.away, s.At)
		}
	}
	for _, s := range o.Purchases {
		l.remember(s)
		l.told = max(l.told, s.WrittenAt)
	}
	for key, used := range l.uses {
		l.g.limits.slots[slotKey{key: key}] = &slotState{used: used}
	}
	if a := l.book.Account(l.of); a != nil {
		if err := l.figures(a, o); err != nil {
			return nil, err
		}
		l.stand(a, o.Changes)
		hadGifts(a, o.Presents)
		if a.Clock < o.Begins-1 {
			l.pass(o.Begins - 1)
		}
	}
	l.g.set, v.set = w.Next, w.Next
	return l, nil
}

// remember keeps a purchase of before, and counts the uses that it has left.
func (l *Life) remember(s *Stored) {
	was, now := *s, *s
	was.Refunds, now.Refunds = slices.Clip(s.Refunds), slices.Clip(s.Refunds)
	now.Visits = slices.Clip(s.Visits)
	l.was[s.ID], l.docs[s.ID] = &was, &now
	l.count(s.Uses, 1)
	for _, f := range s.Refunds {
		for _, r := range f.Uses {
			l.countRow(r, -1)
		}
	}
}

func (l *Life) count(uses []Use, by int64) {
	for _, u := range uses {
		for _, r := range u.Rows {
			l.countRow(r, by)
		}
	}
}

func (l *Life) countRow(r UseRow, by int64) {
	if !r.Over {
		l.uses[r.Key] += by
	}
}

// figures counts the account's purchases of before.
func (l *Life) figures(a *ledger.Account, o *Origin) error {
	for _, s := range o.Purchases {
		if s.Account != a.ID {
			continue
		}
		p, err := l.Version(s.Programme, s.Version)
		if err != nil {
			return err
		}
		a.Slide(p.SlideTo(s.At))
		a.Purchases++
		a.Turnover += s.Due
		a.LastPurchase, a.Clock = max(a.LastPurchase, s.At), max(a.Clock, s.At)
		if a.FirstPurchase == 0 || s.At < a.FirstPurchase {
			a.FirstPurchase = s.At
		}
		for _, f := range s.Refunds {
			a.Turnover -= f.Money
			a.Clock = max(a.Clock, f.At)
			if f.Whole {
				a.Purchases--
			}
		}
		a.Used += s.Tally().Used
		for _, v := range s.Visits {
			a.Clock = max(a.Clock, v.At)
		}
		s.wait(l.book, p)
	}
	for _, f := range o.Refunds {
		if f.Account == a.ID {
			a.Turnover -= f.Money
			a.Clock = max(a.Clock, f.At)
		}
	}
	return l.rested(a, o)
}

// rested moves the date by which points of the account live for the purchases
// that its member made on a household's meanwhile.
func (l *Life) rested(a *ledger.Account, o *Origin) error {
	own := func(s *Stored) bool { return s.Account == a.ID }
	i := slices.IndexFunc(o.Purchases, own)
	for _, s := range o.Away {
		if i < 0 || s.ID < o.Purchases[i].ID || s.Programme != l.of {
			continue
		}
		p, err := l.Version(s.Programme, s.Version)
		if err != nil {
			return err
		}
		a.Slide(p.SlideTo(s.At))
	}
	return nil
}

// stand finds where the account stands by the changes of its level so far. A
// term that was kept at its end left no change: it was the level's own.
func (l *Life) stand(a *ledger.Account, changes []ledger.LevelChange) {
	ladder, s := l.Set.Ladder(l.of), ledger.Standing{}
	for i := range slices.Backward(changes) {
		c := &changes[i]
		if c.Account != a.ID {
			continue
		}
		if c.From != c.To || s.Since == 0 {
			s.Since = c.At
		}
		s.Level, s.Until = c.To, c.Until
		if c.Cause == ledger.ByHand {
			s.Floor, s.Held = "", 0
			// One that was given until a day does not have the level's own term.
			if c.To != "" && c.Until != 0 && c.Until != ladder.Began(c.To, c.At) {
				s.Floor, s.Held = c.To, c.Until
			}
		}
		a.Clock = max(a.Clock, c.At)
	}
	for s.Until != 0 && s.Until <= a.Clock {
		if s.Level == s.Floor && s.Held > s.Until {
			s.Until = s.Held
			continue
		}
		s.Until = ladder.Kept(s.Level, s.Until)
	}
	if s.Held <= a.Clock {
		s.Floor, s.Held = "", 0
	}
	a.Standing = s
}

// Account is the life's account as it is; nil: there is none yet.
func (l *Life) Account() *ledger.Account { return l.book.Account(l.of) }

// account is the life's as a member uses it: the one whose it is or, where it
// is a household's, another.
func (l *Life) account(member home.ID) onAccount {
	if l.g.books[member] == nil {
		l.g.books[member] = ledger.NewBook(member, l.g.now, l.IDs) // nothing of his own is in this life
	}
	return onAccount{home: member, keeps: l.home}
}

// now sets the moment at which the next operation is written.
func (l *Life) now(at clock.Micros) { l.g.now, l.book.Now = at, at }

// done ends an operation, as a commit does.
func (l *Life) done() {
	postings, changes, presents := l.book.Done()
	l.Postings = append(l.Postings, postings...)
	l.Presents = append(l.Presents, presents...)
	had := l.g.levels.gifts.had
	had[l.home] = append(had[l.home], presents...)
	l.Changes = append(l.Changes, changes...)
	all := l.g.levels.changes[l.home]
	for i := range changes {
		all = slices.Insert(all, 0, changes[i])
	}
	l.g.levels.changes[l.home] = all
	l.g.events, l.g.states = l.g.events[:0], updatePurchase.Of()
	l.g.codes.reset()
}

// Open opens the account.
func (l *Life) Open(at clock.Micros) {
	p := l.Next.Get(l.of)
	if p == nil || l.Account() != nil {
		return
	}
	l.now(at)
	l.g.levels.settle(l.book, openAccount(l.book, p, at, 0, l.welcome(p)), at)
	l.done()
}

// welcome is a programme's gift on joining that the member is still to have.
func (l *Life) welcome(p *rule.Programme) rule.Gift {
	if !l.greet {
		return rule.Gift{}
	}
	return p.WelcomeOf(l.himself)
}

// Settle lets time pass: what is due is written and what days bring is given,
// as jobs would.
func (l *Life) Settle(to clock.Micros) {
	l.Days(to)
	l.pass(to)
}

// pass writes what is due.
func (l *Life) pass(to clock.Micros) {
	if a := l.Account(); a != nil {
		l.now(to)
		l.book.Settle(a, to)
		l.done()
	}
}

// Forfeit ends the terms of all that the account has, and closes it: its member
// was erased then.
func (l *Life) Forfeit(at clock.Micros) {
	l.Settle(at)
	if a := l.Account(); a != nil {
		l.now(at)
		l.book.Forfeit(a, at)
		l.book.Close(a)
		l.done()
	}
}

// Rest lets the account rest: its member buys on a household's under a
// programme.
func (l *Life) Rest(was *Stored, p *rule.Programme) {
	if a := l.Account(); a != nil && p.ID == l.of {
		l.now(was.WrittenAt)
		l.away = append(l.away, was.At)
		l.g.levels.rest(l.book, a, p, was.At)
		l.done()
	}
}

// Due is what is due on an account up to a time and not written yet: the book
// of its origin is as it is now, with its lots.
func Due(w World, o *Origin, to clock.Micros) (postings []ledger.Posting, changes []ledger.LevelChange) {
	a := o.Book.Account(o.Programme)
	if a == nil || a.DueAt == 0 || a.DueAt > to {
		return nil, nil
	}
	v := newLevels(w.Set)
	v.groups[o.Home], v.papers[o.Home] = o.Groups, o.papers()
	o.Book.Turns, o.Book.IDs = v, w.IDs
	o.Book.Settle(a, to)
	postings, changes, _ = o.Book.Done()
	return postings, changes
}

// papers are all receipts of before.
func (o *Origin) papers() *papers {
	p := &papers{refunds: slices.Clone(o.Refunds)}
	for _, s := range o.Purchases {
		p.purchases = append(p.purchases, s)
		p.refunds = append(p.refunds, s.Refunds...)
		p.visits = append(p.visits, s.Visits...)
	}
	return p
}
