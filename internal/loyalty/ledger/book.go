package ledger

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Book is one home under its lock: its accounts, those of its lots that are
// needed, and what is to be written. It is not safe for concurrent use.
type Book struct {
	Home        home.ID
	Version     int64
	Seq         int64
	Head        Hash
	New         bool    // the home is made by this write
	AccountHome home.ID // whose accounts its member uses, that of his household's founder; 0: these
	MergedInto  home.ID // that of the member whom its member was merged into; 0: he was not
	Unserved    string  // the member's state that keeps him from being served: blocked or closed; "": he is served

	Accounts []*Account
	lots     []*Lot
	holds    []*Hold
	deposits []*Deposit
	postings []unchained
	changes  []LevelChange
	presents []Present
	Turns    Turns
	Now      clock.Micros
	IDs      *id.Maker
	touched  bool
}

// unchained is a posting whose hash waits for its operation's digest.
type unchained struct {
	Posting
	digest Hash
}

// NewBook makes the book of a home that is not there yet.
func NewBook(h home.ID, now clock.Micros, ids *id.Maker) *Book {
	return &Book{Home: h, New: true, Now: now, IDs: ids}
}

// Keeps is the home whose accounts the member uses.
func (b *Book) Keeps() home.ID {
	if b.AccountHome != 0 {
		return b.AccountHome
	}
	return b.Home
}

// Account finds the account in a programme, nil where there is none or one that
// holds nothing but a level.
func (b *Book) Account(programme id.ID) *Account {
	if a := b.Standing(programme); a != nil && !a.LevelOnly {
		return a
	}
	return nil
}

// Standing finds the account in a programme that holds the level of the home's
// member, whether it is opened for points or not; nil where there is none.
func (b *Book) Standing(programme id.ID) *Account {
	for _, a := range b.Accounts {
		if a.Programme == programme {
			return a
		}
	}
	return nil
}

// AccountByID finds an account, nil where there is none.
func (b *Book) AccountByID(i id.ID) *Account {
	for _, a := range b.Accounts {
		if a.ID == i {
			return a
		}
	}
	return nil
}

// Open opens an account in a programme; its clock starts at the given time. One
// that has held a level so far goes on with that.
func (b *Book) Open(programme id.ID, at clock.Micros) *Account {
	a := b.Standing(programme)
	if a == nil {
		a = b.OpenForLevel(programme, at)
	}
	a.LevelOnly, a.opens, a.Opened, a.dirty = false, true, at, true
	return a
}

// OpenForLevel makes an account that holds nothing but a level.
func (b *Book) OpenForLevel(programme id.ID, at clock.Micros) *Account {
	a := &Account{ID: b.IDs.New(), Programme: programme, LevelOnly: true, Opened: at, Clock: at, isNew: true, loaded: true}
	b.Accounts = append(b.Accounts, a)
	return a
}

// Fresh tells whether this write opens the account.
func (a *Account) Fresh() bool { return a.isNew }

// Lots gives the loaded lots of an account that have something left.
func (b *Book) Lots(a *Account) []*Lot {
	var out []*Lot
	for _, l := range b.lots {
		if l.Account == a.ID && l.Remaining > 0 {
			out = append(out, l)
		}
	}
	return out
}

// Lot finds a loaded lot, nil where there is none.
func (b *Book) Lot(i id.ID) *Lot {
	for _, l := range b.lots {
		if l.ID == i {
			return l
		}
	}
	return nil
}

// AddLots gives the book lots that were loaded for it; one that it has
// already is left as it is.
func (b *Book) AddLots(lots ...*Lot) {
	for _, l := range lots {
		if b.Lot(l.ID) == nil {
			b.lots = append(b.lots, l)
		}
	}
}

// post moves amount from one side to another and keeps the account's
// balances. Nothing else changes them.
func (b *Book) post(a *Account, l *Lot, op id.ID, kind Kind, debit, credit Side, amount money.Points, at clock.Micros) {
	b.Seq++
	p := Posting{
		Seq: b.Seq, Op: op, Kind: kind, Debit: debit, Credit: credit,
		Amount: amount, At: at, WrittenAt: b.Now,
	}
	if l != nil {
		p.Lot = l.ID
		l.dirty = true
	}
	if a != nil {
		p.Account = a.ID
		a.dirty = true
		a.move(debit, -amount)
		a.move(credit, amount)
	}
	b.postings = append(b.postings, unchained{Posting: p})
	b.touched = true
}

func (a *Account) move(s Side, amount money.Points) {
	switch s {
	case Active:
		a.Active += amount
	case Pending:
		a.Pending += amount
	case Held:
		a.Held += amount
	case Debt:
		a.Debt -= amount // the side is below zero by the debt
	case Issued:
		a.Earned -= amount
	case Redeemed:
		a.Spent += amount
	case Expired:
		a.Expired += amount
	}
}

// Chain ends an operation: its digest goes into the hashes of the postings
// made since the mark. An operation that moved no points is chained by a
// posting of its own, so that every receipt stands in the chain.
func (b *Book) Chain(m Mark, op id.ID, digest Hash, at clock.Micros) {
	made := 0
	for i := m.postings; i < len(b.postings); i++ {
		if b.postings[i].Op == op {
			b.postings[i].digest = digest
			made++
		}
	}
	if made == 0 {
		b.post(nil, nil, op, Memo, Issued, Issued, 0, at)
		b.postings[len(b.postings)-1].digest = digest
	}
}

// ChainOp ends an operation that has run through this write among others: its
// digest goes into the hashes of all its postings.
func (b *Book) ChainOp(op id.ID, digest Hash, at clock.Micros) { b.Chain(Mark{}, op, digest, at) }

// Opened calls f for each account that this write opens, with the number of
// the posting of the points it was given and how many they are; 0: none.
func (b *Book) Opened(f func(a *Account, seq int64, gift money.Points)) {
	for _, a := range b.Accounts {
		if !a.opens {
			continue
		}
		var seq int64
		var gift money.Points
		for i := range b.postings {
			if p := &b.postings[i]; p.Op == a.ID && p.Kind == Earn {
				seq, gift = p.Seq, p.Amount
			}
		}
		f(a, seq, gift)
	}
}

// Dues calls f for each activation and expiry that time makes in this write,
// and for each expiry that an operation takes back.
func (b *Book) Dues(f func(a *Account, p *Posting)) {
	for i := range b.postings {
		if p := &b.postings[i].Posting; p.Op == 0 && (p.Kind == Activate || p.Kind == Expire) || p.Kind == Revive {
			f(b.AccountByID(p.Account), p)
		}
	}
}

// Memo chains an operation that moves nothing here: its points are in another
// home.
func (b *Book) Memo(op id.ID, digest Hash, at clock.Micros) {
	b.Chain(Mark{postings: len(b.postings)}, op, digest, at)
}

// Mark is a point to which a book can be taken back.
type Mark struct {
	postings, lots, accounts int
	changes, presents        int
	seq                      int64
	touched                  bool
	lotState                 []Lot
	holdState                []Hold
	accountState             []Account
	depositState             []Deposit
}

// Mark remembers the book as it is now, so that an operation that is refused
// in the middle leaves nothing.
func (b *Book) Mark() Mark {
	m := Mark{postings: len(b.postings), lots: len(b.lots), accounts: len(b.Accounts), changes: len(b.changes), presents: len(b.presents), seq: b.Seq, touched: b.touched}
	for _, l := range b.lots {
		m.lotState = append(m.lotState, *l)
	}
	for _, h := range b.holds {
		m.holdState = append(m.holdState, *h)
	}
	for _, a := range b.Accounts {
		m.accountState = append(m.accountState, *a)
	}
	for _, d := range b.deposits {
		m.depositState = append(m.depositState, *d)
	}
	return m
}

// MadeChanges are the changes of levels that this write makes, the oldest first.
func (b *Book) MadeChanges() []LevelChange { return slices.Clone(b.changes) }

// Revert takes the book back to the mark.
func (b *Book) Revert(m Mark) {
	b.postings = b.postings[:m.postings]
	b.lots = b.lots[:m.lots]
	b.holds = b.holds[:len(m.holdState)]
	b.Accounts = b.Accounts[:m.accounts]
	b.deposits = b.deposits[:len(m.depositState)]
	b.changes = b.changes[:m.changes]
	b.presents = b.presents[:m.presents]
	b.Seq, b.touched = m.seq, m.touched
	for i := range b.lots {
		*b.lots[i] = m.lotState[i]
	}
	for i := range b.holds {
		*b.holds[i] = m.holdState[i]
	}
	for i := range b.Accounts {
		*b.Accounts[i] = m.accountState[i]
	}
	for i := range b.deposits {
		*b.deposits[i] = m.depositState[i]
	}
}

// Touch makes Flush write the home even where no points moved.
func (b *Book) Touch() { b.touched = true }

// Changed marks an account that its owner has changed by hand (figures of
// purchases) to be written.
func (a *Account) Changed() { a.dirty = true }

// bySpending orders lots as spending takes them: those that expire first,
// never-expiring last, then the older ones.
func (b *Book) bySpending(a *Account, lots []*Lot) []*Lot {
	slices.SortFunc(lots, func(x, y *Lot) int { return compareSpending(a, x, y) })
	return lots
}

func compareSpending(a *Account, x, y *Lot) int {
	ex, ey := x.expiry(a), y.expiry(a)
	switch {
	case ex != ey && ex == 0:
		return 1
	case ex != ey && ey == 0:
		return -1
	case ex != ey:
		return int(min(max(ex-ey, -1), 1))
	case x.EarnedAt != y.EarnedAt:
		return int(min(max(x.EarnedAt-y.EarnedAt, -1), 1))
	}
	return int(min(max(x.ID-y.ID, -1), 1))
}
