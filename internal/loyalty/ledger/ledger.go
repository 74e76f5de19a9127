// Package ledger keeps the books of points.
//
// Each accrual makes a lot; spending takes lots that expire first. Every
// change is a posting that moves an amount from one side to another, so it is
// balanced by itself, and the postings of a home are one hash chain. What
// holds always, after every transaction (Verify in package verify proves it):
//
//   - the sum of a home's postings over a side is that side's balance:
//     active, pending, held and debt of its account, and the system's sides;
//   - active = Σ left of the active lots, pending = Σ left of the pending
//     ones, held = Σ of the holds, so book = active + pending + held − debt
//     = Σ postings;
//   - no lot is below zero, none has more left than it was made with, and
//     while there is debt no active lot has anything left;
//   - seq of the postings runs 1…n without a hole and each hash is made from
//     the one before; the last stands in the home.
//
// Beside points a home keeps its member's deposits: prepaid money, in kopecks, of
// which every movement is a posting of the same chain.
//
// A Book is one home, loaded under its lock. Its methods change it in memory
// and note what must be written; Flush adds the writes of any number of books
// to one set of statements. So a purchase, a refund and a job for dues are
// the same code, alone or in a group of sixty-four.
//
// Amounts are hundredths of a point (money.Points), of deposits kopecks; times UTC
// microseconds.
package ledger

import (
	"crypto/sha256"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Side is where points can be, from the books' point of view.
type Side string

// The member's sides are active, pending, held and debt (a debt is what debt's side
// is below zero); the others are the programme's.
const (
	Active   Side = "active"
	Pending  Side = "pending"
	Held     Side = "held" // for reservations
	Debt     Side = "debt"
	Issued   Side = "issued"   // given out, less what was taken back
	Redeemed Side = "redeemed" // spent, less what was given back
	Expired  Side = "expired"  // written off at the end of their term
	Moved    Side = "moved"    // in another account: this one's member was merged, or another into him; comes to nothing
)

// Kind says why a posting was made.
type Kind string

// The kinds of postings.
const (
	Earn     Kind = "earn"     // a lot was made
	Activate Kind = "activate" // a lot became active
	Expire   Kind = "expire"   // the rest of a lot came to its end
	Spend    Kind = "spend"    // points paid for a purchase
	Reserve  Kind = "reserve"  // points are kept for a reservation
	Release  Kind = "release"  // … and are not any more
	Restore  Kind = "restore"  // a refund gave spent points back
	Take     Kind = "take"     // a refund, or a hand, took points
	Lapse    Kind = "lapse"    // a refund took points that had expired already
	Revive   Kind = "revive"   // points that had expired, though something told late had kept them alive
	Settle   Kind = "settle"   // new points paid a debt
	Memo     Kind = "memo"     // no points moved; the operation is chained
	Move     Kind = "move"     // a merge moved them into another account
)

// Source says where a lot is from.
type Source string

// The sources of lots.
const (
	FromPurchase Source = "purchase"
	FromGift     Source = "gift"
	FromHand     Source = "hand"
	FromRefund   Source = "refund"
	FromLevel    Source = "level" // a change of level
)

// Account is a member's points in one programme.
type Account struct {
	ID        id.ID
	Programme id.ID
	Closed    bool
	LevelOnly bool // holds nothing but the level of a member who uses a household's: for points it is not opened yet

	Active, Pending, Debt  money.Points
	Held                   money.Points // for reservations
	Earned, Spent, Expired money.Points // the programme's sides, net of what came back

	Purchases     int64        // not fully refunded
	Turnover      money.Amount // paid in money, less refunds
	Used          money.Amount // of it, for tickets that were used
	FirstPurchase clock.Micros // 0: none yet
	LastPurchase  clock.Micros
	SlideAt       clock.Micros // when sliding lots expire; 0: no purchase yet
	Clock         clock.Micros // dues up to here are written
	DueAt         clock.Micros // no due is earlier; 0: there is none
	Gifts         Gift
	Opened        clock.Micros

	Standing Standing
	Into     AccountRef // that took it over in a merge; zero: none has

	isNew, opens, dirty, loaded bool // loaded: all its live lots are in the book
}

// AccountRef names an account by its home and id.
type AccountRef struct {
	Home home.ID `json:"home"`
	ID   id.ID   `json:"id"`
}

// Standing is an account's level as it is stored. Package level says what it
// is to be; sums are in its form.
type Standing struct {
	Level string       // id in the programme; "": none
	Since clock.Micros // 0: it never had one
	Until clock.Micros // when it is looked at again by itself; 0: at none
	Floor string       // given by hand: it does not fall below …
	Held  clock.Micros // … before this; 0: nothing is held
	Sums  []byte       // never changed in place
}

// Gift is a set of once-only gifts.
type Gift int64

// The once-only gifts.
const (
	GiftWelcome       Gift = 1 << iota // on registration
	GiftFirstPurchase                  // on the first purchase
	GiftFirstAgain                     // that one was taken back in full: the next purchase earns it
)

// Book is active, pending and held points less the debt.
func (a *Account) Book() money.Points { return a.Active + a.Pending + a.Held - a.Debt }

// Spendable is what may be spent now: nothing while there is debt.
func (a *Account) Spendable() money.Points {
	if a.Debt > 0 || a.Closed {
		return 0
	}
	return a.Active
}

// Lot is the points of one accrual.
type Lot struct {
	ID         id.ID
	Account    id.ID
	Amount     money.Points
	Remaining  money.Points
	WrittenOff money.Points // expired, and not yet taken by a refund
	Pending    bool
	Waits      bool // pending until its ticket is used; ExpiresAt is when it lapses
	EarnedAt   clock.Micros
	ActiveAt   clock.Micros // 0: it waits
	ExpiresAt  clock.Micros // 0: never, or sliding
	Sliding    bool
	Source     Source
	Op         id.ID
	Partner    id.ID // who issued it; 0: the organization

	isNew, dirty bool
}

// expiry is when the lot ends, 0 for never.
func (l *Lot) expiry(a *Account) clock.Micros {
	if l.Sliding {
		return a.SlideAt
	}
	return l.ExpiresAt
}

// Posting is one balanced entry of a home's journal.
type Posting struct {
	Seq       int64
	Account   id.ID
	Lot       id.ID
	Op        id.ID
	Kind      Kind
	Debit     Side // loses
	Credit    Side // gains
	Amount    money.Points
	At        clock.Micros
	WrittenAt clock.Micros
	Hash      Hash
}

// Hash is a link of a home's chain.
type Hash [sha256.Size]byte

// Part is what was taken from, or given back to, one lot.
type Part struct {
	Lot    id.ID        `json:"lot"`
	Points money.Points `json:"points"`
}

// Head is where a home's chain ends.
type Head struct {
	Home home.ID
	Seq  int64
	Hash Hash
}
